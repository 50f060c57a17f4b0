"""The door: a line of JSON becomes a touchpoint, or a `Fault` that names everything wrong with it.

Normalised are identifiers (trimmed; e-mail in lower case), and nothing else.
`null` stands for an absent field. Reasons are those of `faults.REASONS`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from schemas import wire
from schemas.catalogue import Catalogue, standard
from schemas.faults import Fault, FieldFault
from schemas.fields import DEEPEST, NOT_FINITE, not_finite, too_deep
from schemas.reading import EXPORT_FIELDS, Reading
from schemas.records import Source, Touchpoint

LARGEST: Final = 256 * 1024
"""Bytes of one touchpoint, as a line of JSON."""

SKEW_MS: Final = 10 * 60 * 1000
"""A source's clock may run this far ahead of the collector's before its word is not taken."""

_TOO_DEEP: Final = (f"is nested more than {DEEPEST} deep", "flatten it")
_BOM: Final = b"\xef\xbb\xbf"
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
"""How UTF-16 begins."""
_DECODER: Final = msgspec.json.Decoder()


class Exported(NamedTuple):
    """A touchpoint and where it stood in the log; all four are None on a line that is no export."""

    touchpoint: Touchpoint
    partition: int | None = None
    offset: int | None = None
    key: str | None = None
    source: Source | None = None


def read_line(line: bytes, *, outside: bool = True, catalogue: Catalogue | None = None) -> Touchpoint | Fault:
    """The touchpoint of one line, or its faults; `outside` refuses the types of the line."""
    content = _content(line)
    if isinstance(content, Fault):
        return content
    return Reading(content, line, outside, catalogue or standard()).result()


def read_object(content: dict[str, Any], original: bytes, known: dict[str, Any] | None = None) -> Touchpoint | Fault:
    """The touchpoint of an object with the contract's names, or its faults; `original` is what a dead letter keeps.

    For sources of another form, whose adapter has written the object. `known` are fields of the record that it has
    read itself, as the record has them: they are not judged again.
    """
    if len(original) > LARGEST:
        return _whole("too_large", f"{len(original)} bytes", f"send at most {LARGEST} bytes a touchpoint", original)
    if _many_levels(original) and too_deep(content):
        return _whole("bad_value", *_TOO_DEEP, original)
    reading = Reading(content, original, True, standard(), known)
    if not original.startswith(b"{"):  # in JSON a NUL can only stand escaped, and that is looked for
        reading.no_nul("", content)
    return reading.result()


def sound_fields(content: Mapping[str, Any]) -> dict[str, Any]:
    """Those fields of a touchpoint, as the record has them, that can stand; the others are left out.

    For looking at what was refused: the whole is no touchpoint by it.
    """
    reading = Reading(dict(content), b"", False, standard())
    return reading.sound()


def read_export_line(line: bytes, *, catalogue: Catalogue | None = None) -> Exported | Fault:
    """A line for replay. One with `partition` and `offset` is taken as the log has it, unjudged.

    Any other passes the contract, with the types of the line allowed.
    """
    content = _content(line)
    if isinstance(content, Fault):
        return content
    if content.get("partition") is None or content.get("offset") is None:
        read = Reading(content, line, False, catalogue or standard()).result()
        return read if isinstance(read, Fault) else Exported(read)
    try:
        place = msgspec.convert({name: content.pop(name, None) for name in EXPORT_FIELDS}, _Place)
        touchpoint = wire.touchpoint_from_json(content)
    except (ValueError, OverflowError) as error:
        remedy = "export the log again, or take partition and offset off the line"
        return Fault("bad_value", (FieldFault("", str(error), remedy),), line)
    return Exported(touchpoint, place.partition, place.offset, place.key, place.source)


def clamp(touchpoint: Touchpoint) -> Touchpoint:
    """The touchpoint itself, or one at `received_at` if it claims to be more than `SKEW_MS` later than that."""
    received = touchpoint.received_at
    if received is None or touchpoint.occurred_at <= received + SKEW_MS:
        return touchpoint
    return msgspec.structs.replace(touchpoint, occurred_at=received)


class _Place(msgspec.Struct):
    partition: int
    offset: int
    key: str | None = None
    source: Source | None = None


def _content(line: bytes) -> dict[str, Any] | Fault:
    """The line's object, or why it has none."""
    if len(line) > LARGEST:
        return _whole("too_large", f"{len(line):,} bytes", f"send at most {LARGEST:,} bytes a touchpoint", line)
    if b"\x00" in line:
        if line.startswith(_WIDE) or line[:2] in (b"{\x00", b"\x00{"):
            return _whole("bad_encoding", "is UTF-16, not UTF-8", "write the file in UTF-8", line)
        return _whole("nul_character", "holds a NUL byte", "take it out", line)
    try:
        content = _DECODER.decode(line.removeprefix(_BOM))
    except UnicodeDecodeError as error:
        return _no_text(line, error)
    except RecursionError:
        return _whole("bad_value", *_TOO_DEEP, line)
    except msgspec.DecodeError as error:
        return _endless(line) or _no_json(line, str(error))
    if not isinstance(content, dict):
        return _whole("not_an_object", "is JSON, but no object", "write one object a line", line)
    if _many_levels(line) and too_deep(content):
        return _whole("bad_value", *_TOO_DEEP, line)
    return content


def _many_levels(line: bytes) -> bool:
    """Whether it could be nested more than `DEEPEST` deep. To find a byte takes less than to count it."""
    return line.count(b"{") + (line.count(b"[") if line.find(b"[") >= 0 else 0) > DEEPEST


def _endless(line: bytes) -> Fault | None:
    """The faults of a line that were JSON, but for numbers that no float holds: 1e999, NaN, Infinity. By field."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or too_deep(content):
        return None
    faults = tuple(FieldFault(path[:200], *NOT_FINITE[1:]) for path in not_finite("", content))
    event_id = content.get("event_id")
    return Fault("bad_value", faults, line, event_id if isinstance(event_id, str) else None) if faults else None


def _no_json(line: bytes, what: str) -> Fault:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return _no_text(line, error)
    remedy = "it was cut off, or goes on in the next line: " if "truncated" in what else ""
    return _whole("not_json", what, f"{remedy}write one JSON object a line", line)


def _no_text(line: bytes, error: UnicodeDecodeError) -> Fault:
    if error.end == len(line) and error.reason == "unexpected end of data":
        return _whole("bad_encoding", "ends inside a letter", "it was cut off: send the whole line", line)
    return _whole("bad_encoding", f"is not UTF-8: {error.reason}", "write the file in UTF-8", line)


def _whole(reason: str, what: str, remedy: str, line: bytes) -> Fault:
    return Fault(reason, (FieldFault("", what, remedy),), line)
