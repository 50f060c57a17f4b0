"""Many framed Avro values at once, as columns: one container block that polars reads.

The danger is a damaged body that eats into its neighbour: everything after it
would decode as something else. So a seal, eight bytes that occur in no value,
is written after every value and read back as a last field of every record. The
block holds exactly as many seals as values, so n rows that each end on a seal
end on their own: no value has given or taken a byte. Nothing is checked record
by record, and the check does not depend on how the decoder treats bad bytes.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from schemas.flat import long
from schemas.registry import FRAME, Registered

if TYPE_CHECKING:
    import polars as pl

_SYNC: Final = b"rapport:block:01"
_FRAME_FIELD: Final = "_frame"
_SEAL_FIELD: Final = "_seal"

_SEALS: Final[tuple[bytes, ...]] = tuple(
    bytes((0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0xFA, last, 0xC1)) for last in range(0xF0, 0xF8)
)
"""Doubles whose first byte stands in them once, so that no seal overlaps itself, and stands in
no UTF-8 text. A value that holds one by chance is read under the next; one that holds all eight
is refused."""

_PADDING: Final = b"\xff" * 16_384
"""Follows the last seal. A length that points past the end meets bytes that are no text, which
polars reports as an error; past the padding it panics, which costs more and writes to stderr."""


def read(values: Sequence[bytes], schema: Registered, fields: tuple[str, ...] = ()) -> pl.DataFrame | None:
    """One row a value, in order, or None if any of them is not one whole record of `schema`.

    The columns are all of the schema's, or only `fields`, which is quicker.

    Never a partly read or shifted row. Values are framed (magic byte, id, body).
    A union's tag other than the value's reads as null, whatever the tag, as polars does it.
    """
    if not values:
        return None
    found = _block(values, schema.prefix)
    if found is None:
        return None
    block, seal = found
    size = long(len(block) + len(_PADDING))
    import polars as pl  # half a second, which what decodes a few values does not need

    container = b"".join((_header(schema), long(len(values)), size, block, _PADDING, _SYNC))
    try:
        frame = pl.read_avro(io.BytesIO(container), columns=_wanted(schema, fields))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, OverflowError):
        return None
    ends = frame.drop_in_place(_SEAL_FIELD)
    intact = len(ends) == len(values) and (ends == struct.unpack("<d", seal)[0]).all()
    return frame if intact else None


def _block(values: Sequence[bytes], prefix: bytes) -> tuple[bytes, bytes] | None:
    """The values, a seal after each, and that seal; None if one is not framed or holds every seal."""
    count = len(values)
    for seal in _SEALS:
        block = seal.join(values) + seal
        if block.count(seal) != count:
            continue
        framed = block.startswith(prefix) and block.count(seal + prefix) == count - 1
        return (block, seal) if framed else None
    return None


@cache
def _header(schema: Registered) -> bytes:
    """The head of an Avro file whose records carry the frame before and the seal behind them."""
    fields = [
        {"name": _FRAME_FIELD, "type": {"type": "fixed", "name": "Frame", "size": FRAME}},
        *(_bare(field) for field in schema.source()["fields"]),
        {"name": _SEAL_FIELD, "type": "double"},
    ]
    text = json.dumps({"type": "record", "name": "R", "fields": fields}, separators=(",", ":")).encode()
    entries = ((b"avro.codec", b"null"), (b"avro.schema", text))
    head = b"".join(long(len(part)) + part for entry in entries for part in entry)
    return b"Obj\x01" + long(len(entries)) + head + b"\x00" + _SYNC


@cache
def _wanted(schema: Registered, fields: tuple[str, ...]) -> list[str]:
    return [*(fields or (field["name"] for field in schema.source()["fields"])), _SEAL_FIELD]


def _bare(part: object) -> object:
    """A schema without words and defaults: quicker to parse, and polars refuses text defaults."""
    if isinstance(part, dict):
        return {name: _bare(value) for name, value in part.items() if name not in ("doc", "default")}
    return [_bare(item) for item in part] if isinstance(part, list) else part
