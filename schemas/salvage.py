"""What can still be read of a value that was refused: as much of a touchpoint, in JSON, as there is."""

from __future__ import annotations

import io
from functools import cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import fastavro
import msgspec

from schemas import times
from schemas.catalogue import standard
from schemas.records import IDENTIFIERS
from schemas.registry import FRAME, MAGIC, TOUCHPOINT
from schemas.wire import TOUCHPOINT_TIMES

Form: TypeAlias = Literal["json", "avro", "part", "text", "bytes", "empty"]
"""A JSON object; a whole touchpoint in Avro; a part of one; text; neither; nothing."""


class Salvaged(NamedTuple):
    """`content` is the touchpoint with its public names, None where the value holds nothing of one."""

    form: Form
    content: dict[str, Any] | None = None


_UNREADABLE: Final = (EOFError, IndexError, ValueError, OverflowError, MemoryError)


def salvaged(value: bytes) -> Salvaged:
    """What the value holds. It never raises, and it judges nothing: that is the contract's."""
    if not value:
        return Salvaged("empty")
    if value.startswith(MAGIC) and len(value) >= FRAME:
        return _of_avro(value)
    content = _object(value)
    if content is not None:
        return Salvaged("json", content)
    return Salvaged("text" if _is_text(value) else "bytes")


def _of_avro(value: bytes) -> Salvaged:
    """Under our schema as far as it goes; under another only where its body is a whole touchpoint of the catalogue,
    which is what a producer sends that takes its schema ids from a registry of its own.
    """
    ours = value.startswith(TOUCHPOINT.prefix)
    fields, whole = _fields(value[FRAME:])
    if not fields or not (ours or (whole and fields.get("type") in standard().types)):
        return Salvaged("bytes")
    return Salvaged("avro" if whole else "part", _as_json(fields))


def _fields(body: bytes) -> tuple[dict[str, Any], bool]:
    """Field after field until the body can be followed no further, and whether that was all of it, to its last byte.

    A text that is not UTF-8 is passed over. One by one and not by the codec's blocks: these values are expected to be
    broken, and a block's reader tells of broken ones on standard error.
    """
    stream, found, whole = io.BytesIO(body), dict[str, Any](), True
    for name, schema in _schemas():
        try:
            found[name] = fastavro.schemaless_reader(stream, schema, None)
        except UnicodeDecodeError:
            whole = False
        except _UNREADABLE:
            whole = False
            break
    read = {name: value for name, value in found.items() if value is not None}
    return read, whole and stream.tell() == len(body)


@cache
def _schemas() -> tuple[tuple[str, Any], ...]:
    return tuple((field["name"], fastavro.parse_schema(field["type"])) for field in TOUCHPOINT.source()["fields"])


def _as_json(fields: dict[str, Any]) -> dict[str, Any]:
    """The public names; a time that no calendar has stays the number it is."""
    offsets = {name: fields.pop(offset, 0) for name, offset in TOUCHPOINT_TIMES.items()}
    identifiers = {name: fields.pop(name) for name in IDENTIFIERS if name in fields}
    for name, offset in offsets.items():
        at = fields.get(name)
        if at is not None and times.EARLIEST <= at < times.LATEST and abs(offset) < times.WIDEST_OFFSET:
            fields[name] = times.write(at, offset)
    if "properties" in fields:
        fields["properties"] = _object(fields["properties"].encode()) or {}
    return fields | ({"identifiers": identifiers} if identifiers else {})


def _is_text(value: bytes) -> bool:
    """UTF-8 that somebody could have written."""
    try:
        return all(letter.isprintable() or letter.isspace() for letter in value.decode())
    except UnicodeDecodeError:
        return False


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
