"""Records to bytes and back: Confluent's wire format with the fixed ids of `schemas.registry`.

Decoding takes a whole chunk at once. One bad value costs a few more passes over
its chunk, becomes an `Undecodable`, and changes nothing for the others: what a
value decodes to depends on that value alone, never on its neighbours.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

import fastavro
import msgspec

from schemas import blocks, singles
from schemas.judging import OFFSETS, beyond_doubt, refusal
from schemas.nested import output_writer, touchpoint_writer
from schemas.records import Emitted, Rejected, Touchpoint, Undecodable
from schemas.registry import BY_NAME, BY_PREFIX, FRAME, MAGIC, TOUCHPOINT, Registered
from schemas.rows import from_row, registered

if TYPE_CHECKING:
    import polars as pl

_REPEATED: Final = (
    "type", "channel", "initiator", "language", "location_id", "staff_id", "campaign_id", "item_id", "category",
    "currency", *OFFSETS, "sent_at", "received_at", "history",
)  # fmt: skip
"""Fields in which few values stand for many touchpoints; of the others hardly two near each other are the same."""
_NO_RECORD: Final = "the body is not one whole record of the schema {}"


_FEW: Final = 16
"""So many values are read sooner one by one than as a block."""


class NotColumnar(ValueError):
    """At least one value of the block is no record of the schema; decode one by one to find it."""


def encode_touchpoint(touchpoint: Touchpoint) -> bytes:
    """The value for the raw topic. Raises if a text holds a lone surrogate."""
    return _touchpoint_writer()(touchpoint)


def encode_output(output: Emitted) -> bytes:
    """The value for the output's topic. `Rejected` has none: its value is the original bytes."""
    return _output_writer(type(output))(output)


def decode_touchpoints(values: Sequence[bytes | None]) -> list[Touchpoint | Undecodable]:
    """One result a value, in order; a value that is no touchpoint becomes an `Undecodable`.

    Reasons: `empty_value`, `not_framed`, `unknown_schema`, `truncated` (the body is shorter or
    longer than its record), `bad_encoding` (text that is not UTF-8), and those of
    `schemas.judging` for a whole record that breaks the contract.
    """
    present = [value for value in values if value is not None]
    whole: list[Touchpoint | Undecodable] | None = None
    if len(present) == len(values):
        few = singles.read(present) if len(present) <= _FEW else None
        whole = _judged(few, present) if few else _touchpoints(present, TOUCHPOINT)
    return _sorted_out(values) if whole is None else whole


def decode_outputs(values: Sequence[bytes | None]) -> list[Emitted | Undecodable]:
    """Outputs of any kind, in order; reasons as for `decode_touchpoints`."""
    return [_output(value) for value in values]


def columns(values: Sequence[bytes], schema: str, fields: tuple[str, ...] = ()) -> pl.DataFrame:
    """The values as columns named as in the schema file; `NotColumnar` if any is no record of it.

    With `fields` only these columns.
    """
    frame = blocks.read(values, BY_NAME[schema], fields)
    if frame is None:
        raise NotColumnar(f"a value among {len(values)} is no {schema}: decode one by one to find it")
    return frame


def schema_of(value: bytes | None) -> Registered | Undecodable:
    """The schema a value names, or why it names none."""
    if not value:
        return Undecodable("empty_value", "the record has no value", b"")
    if len(value) < FRAME or not value.startswith(MAGIC):
        return Undecodable("not_framed", "the value does not begin with 0 and a schema id", value)
    found = BY_PREFIX.get(value[:FRAME])
    if found is None:
        return Undecodable("unknown_schema", f"no schema has id {int.from_bytes(value[1:FRAME], 'big')}", value)
    return found


def _sorted_out(values: Sequence[bytes | None]) -> list[Touchpoint | Undecodable]:
    """The refused ones picked out, the rest decoded by schema, all put back in order."""
    results: list[Touchpoint | Undecodable | None] = []
    groups: dict[Registered, list[int]] = {}
    for place, value in enumerate(values):
        named = _touchpoint_schema(value)
        results.append(None if isinstance(named, Registered) else named)
        if isinstance(named, Registered):
            groups.setdefault(named, []).append(place)
    for schema, places in groups.items():
        framed = [value for place in places if (value := values[place]) is not None]
        for place, result in zip(places, _halves(framed, schema), strict=True):
            results[place] = result
    return [result for result in results if result is not None]


def _touchpoint_schema(value: bytes | None) -> Registered | Undecodable:
    named = schema_of(value)
    if isinstance(named, Registered) and named.struct is not Touchpoint:
        return Undecodable("unknown_schema", f"schema {named.id} ({named.name}) is no touchpoint", value or b"")
    return named


def _halves(values: Sequence[bytes], schema: Registered) -> Iterator[Touchpoint | Undecodable]:
    """Halves the values until every half is all records or one bad value.

    The last judge of a single value is the same reader that takes whole chunks, so a value
    fares the same in any company.
    """
    whole = _touchpoints(values, schema)
    if whole is not None:
        yield from whole
    elif len(values) == 1:
        yield _refused(values[0], schema)
    else:
        middle = len(values) // 2
        yield from _halves(values[:middle], schema)
        yield from _halves(values[middle:], schema)


def _touchpoints(values: Sequence[bytes], schema: Registered) -> list[Touchpoint | Undecodable] | None:
    """Those of a block, or None if any is not one whole record; judged one by one only if there is a doubt."""
    frame = blocks.read(values, schema)
    if frame is None:
        return None
    height = frame.height
    columns = {each.name: None if each.null_count() == height else each.to_list() for each in frame.get_columns()}
    found = map(Touchpoint, *(repeat(None) if column is None else column for column in columns.values()))
    return list(found) if beyond_doubt(frame, columns) else _judged(found, values)


def _judged(found: Iterable[Touchpoint], values: Sequence[bytes]) -> list[Touchpoint | Undecodable]:
    why = ((touchpoint, value, refusal(touchpoint)) for touchpoint, value in zip(found, values, strict=True))
    return [touchpoint if no is None else Undecodable(no.reason, no.detail, value) for touchpoint, value, no in why]


def _refused(value: bytes, schema: Registered) -> Undecodable:
    """Why a framed value is no whole record."""
    read = _read(value, schema)
    return read if isinstance(read, Undecodable) else Undecodable("truncated", _NO_RECORD.format(schema.name), value)


def _output(value: bytes | None) -> Emitted | Undecodable:
    value = value or b""
    schema = schema_of(value)
    if isinstance(schema, Undecodable):
        return schema
    if schema.struct is Touchpoint:
        return Undecodable("unknown_schema", "a touchpoint is no output", value)
    row = _read(value, schema)
    if isinstance(row, Undecodable):
        return row
    try:
        return from_row(row)
    except msgspec.DecodeError as error:
        return Undecodable("bad_value", str(error), value)


def _read(value: bytes, schema: Registered) -> dict[str, Any] | Undecodable:
    """One body by fastavro, consumed to its last byte."""
    body = io.BytesIO(value)
    body.seek(FRAME)
    try:
        row = fastavro.schemaless_reader(body, schema.parsed(), None)
    except UnicodeDecodeError as error:
        return Undecodable("bad_encoding", f"a text of the body is not UTF-8: {error.reason}", value)
    except (EOFError, IndexError, ValueError, OverflowError, MemoryError):
        return Undecodable("truncated", _NO_RECORD.format(schema.name), value)
    left = len(value) - body.tell()
    if left or not isinstance(row, dict):
        return Undecodable("truncated", f"{left} bytes are left over behind the record", value)
    return row


@cache
def _touchpoint_writer() -> Callable[[Touchpoint], bytes]:
    return touchpoint_writer(TOUCHPOINT.source()["fields"], TOUCHPOINT.prefix, _REPEATED)


@cache
def _output_writer(kind: type[Emitted]) -> Callable[[Emitted], bytes]:
    if kind is Rejected:
        raise TypeError("a Rejected travels as its original bytes with headers, not as Avro")
    schema = registered(kind)
    return output_writer(schema.struct, schema.source()["fields"], schema.prefix)
