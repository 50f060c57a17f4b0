"""Touchpoints and outputs as JSON objects with the public names, and back, without loss.

Nothing is judged here: what a producer sends goes through `schemas.contract`.
This is for what already stood on a topic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from schemas import times
from schemas.records import IDENTIFIERS, Emitted, Source, Touchpoint

Json = dict[str, Any]

TOUCHPOINT_TIMES: Final = {
    "occurred_at": "occurred_offset",
    "sent_at": "sent_offset",
    "received_at": "received_offset",
}
"""Time fields of a touchpoint and where the offset of each is kept."""

_OUTPUT_TIMES: Final = ("at", "due_at", "retry_at", "until", "since", "bucket")
_FIELDS: Final = Touchpoint.__struct_fields__
_OFFSETS: Final = frozenset(TOUCHPOINT_TIMES.values())
_IDENTIFIERS: Final = frozenset(IDENTIFIERS)
_NAMES: Final = frozenset(_FIELDS) - _OFFSETS
_JSON: Final = msgspec.json.Encoder()


def properties(touchpoint: Touchpoint) -> dict[str, Any]:
    """The touchpoint's properties; empty if it has none, or text that is no JSON object.

    Such text can only have come past the contract, straight onto the topic. It never raises:
    what one record holds must not stop a partition.
    """
    text = touchpoint.properties
    if text is None:
        return {}
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def touchpoint_to_json(touchpoint: Touchpoint) -> Json:
    """The object of `contract.md`; absent fields are left out, each time keeps its own offset."""
    values = dict(zip(_FIELDS, astuple(touchpoint), strict=True))
    out: Json = {}
    identifiers = {}
    for name, value in values.items():
        if value is None or name in _OFFSETS:
            continue
        if name in _IDENTIFIERS:
            identifiers[name] = value
        elif name in TOUCHPOINT_TIMES:
            out[name] = times.write(value, values[TOUCHPOINT_TIMES[name]] or 0)
        else:
            out[name] = properties(touchpoint) if name == "properties" else value
    if identifiers:
        out["identifiers"] = identifiers
    return out


def touchpoint_from_json(content: Mapping[str, Any]) -> Touchpoint:
    """The touchpoint of such an object, as it stands; `ValueError` if it is none."""
    fields = {name: value for name, value in content.items() if name != "identifiers"}
    fields |= content.get("identifiers") or {}
    unknown = fields.keys() - _NAMES
    if unknown:
        raise ValueError(f"{min(unknown)}: a touchpoint has no such field")
    for name, offset in TOUCHPOINT_TIMES.items():
        if name in fields:
            fields[name], fields[offset] = _time(name, fields[name])
    if "properties" in fields:
        fields["properties"] = _JSON.encode(fields["properties"]).decode()
    return msgspec.convert(fields, type=Touchpoint)


def export_line(touchpoint: Touchpoint, partition: int, offset: int, key: str, source: Source) -> bytes:
    """One line of an export, without its line end: the touchpoint and where it stood in the log."""
    place = {"partition": partition, "offset": offset, "key": key, "source": source}
    return _JSON.encode(touchpoint_to_json(touchpoint) | place)


def output_to_json(output: Emitted) -> Json:
    """The object of `contract.md` with its `kind`; times in UTC, the original of a `rejected` in base64."""
    out: Json = msgspec.json.decode(_JSON.encode(output))
    for name in _OUTPUT_TIMES:
        if out.get(name) is not None:
            out[name] = times.write(out[name])
    return out


def output_line(output: Emitted) -> bytes:
    """One output as a line of JSON, without its line end."""
    return _JSON.encode(output_to_json(output))


def output_from_json(content: Mapping[str, Any]) -> Emitted:
    """The output of such an object; `ValueError` names the field that is wrong."""
    fields = dict(content)
    for name in _OUTPUT_TIMES:
        if fields.get(name) is not None:
            fields[name] = _time(name, fields[name]).at
    output: Emitted = msgspec.convert(fields, type=Emitted)
    return output


def _time(name: str, value: object) -> times.Instant:
    if not isinstance(value, str):
        raise ValueError(f"{name}: a time is text of RFC 3339")
    try:
        return times.read(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
