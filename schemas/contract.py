"""The door: a line of JSON becomes a touchpoint, or a `Fault` that names everything wrong with it.

Normalised are identifiers (trimmed; e-mail in lower case), and nothing else.
`null` stands for an absent field. Reasons are those of `REASONS`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from schemas import wire
from schemas.catalogue import Catalogue, TouchpointType, nearest, standard
from schemas.fields import (
    DEEPEST,
    FIELDS,
    IDENTIFIER_FIELDS,
    NOT_FINITE,
    Wrong,
    check_property,
    endpoint,
    instant,
    not_finite,
    too_deep,
    wrong_type,
)
from schemas.hints import PEOPLES
from schemas.records import Source, Touchpoint

REASONS: Final[tuple[str, ...]] = (
    "too_large", "bad_encoding", "not_json", "not_an_object", "nul_character", "refused_type", "unknown_type",
    "missing_field", "sentinel_identifier", "bad_date", "wrong_type", "bad_value", "unknown_field",
)  # fmt: skip
"""Most telling first: a record with several faults is counted under the first that applies."""

LARGEST: Final = 256 * 1024
"""Bytes of one touchpoint, as a line of JSON."""

SKEW_MS: Final = 10 * 60 * 1000
"""A source's clock may run this far ahead of the collector's before its word is not taken."""

EXPORT_FIELDS: Final = ("partition", "offset", "key", "source")
"""What an export of the log adds to a touchpoint; ignored by producers, read by replay."""

_REQUIRED: Final = ("event_id", "type", "occurred_at", "channel")
_KNOWN: Final = (*_REQUIRED, *FIELDS, *wire.TOUCHPOINT_TIMES, "identifiers", "properties")
_READ_ALONE: Final = frozenset(_KNOWN) - {"type", "identifiers"}
_TOO_DEEP: Final = (f"is nested more than {DEEPEST} deep", "flatten it")
_BOM: Final = b"\xef\xbb\xbf"
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
"""How UTF-16 begins."""
_NO_IDENTIFIER: Final = (
    f"identifiers are {', '.join(IDENTIFIER_FIELDS)}; an id elsewhere is an account or social"
    " (network:handle), anything else goes into properties"
)
_JSON: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder()


MISSING: Final = "is missing"
"""What is wrong with a field that a touchpoint must have and has not."""


class FieldFault(NamedTuple):
    """One fault: the field (`a.b` for one inside another), what is wrong, and the remedy."""

    field: str
    what: str
    remedy: str


class Fault(msgspec.Struct, frozen=True, gc=False):
    """A line that is no touchpoint: every fault by field, and the line as it came."""

    reason: str
    faults: tuple[FieldFault, ...]
    original: bytes
    event_id: str | None = None

    @property
    def detail(self) -> str:
        """All faults in one line, for a person."""
        return "; ".join(
            f"{field}: {what} ({remedy})" if field else f"{what} ({remedy})" for field, what, remedy in self.faults
        )


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
    return _Reading(content, line, outside, catalogue or standard()).result()


def read_object(content: dict[str, Any], original: bytes, known: dict[str, Any] | None = None) -> Touchpoint | Fault:
    """The touchpoint of an object with the contract's names, or its faults; `original` is what a dead letter keeps.

    For sources of another form, whose adapter has written the object. `known` are fields of the record that it has
    read itself, as the record has them: they are not judged again.
    """
    if len(original) > LARGEST:
        return _whole("too_large", f"{len(original)} bytes", f"send at most {LARGEST} bytes a touchpoint", original)
    if _many_levels(original) and too_deep(content):
        return _whole("bad_value", *_TOO_DEEP, original)
    reading = _Reading(content, original, True, standard(), known)
    if not original.startswith(b"{"):  # in JSON a NUL can only stand escaped, and that is looked for
        reading.no_nul("", content)
    return reading.result()


def sound_fields(content: Mapping[str, Any]) -> dict[str, Any]:
    """Those fields of a touchpoint, as the record has them, that can stand; the others are left out.

    For looking at what was refused: the whole is no touchpoint by it.
    """
    reading = _Reading(dict(content), b"", False, standard())
    return reading.sound()


def read_export_line(line: bytes, *, catalogue: Catalogue | None = None) -> Exported | Fault:
    """A line for replay. One with `partition` and `offset` is taken as the log has it, unjudged.

    Any other passes the contract, with the types of the line allowed.
    """
    content = _content(line)
    if isinstance(content, Fault):
        return content
    if content.get("partition") is None or content.get("offset") is None:
        read = _Reading(content, line, False, catalogue or standard()).result()
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


class _Reading:
    """One line being read: the values found so far, and the faults."""

    __slots__ = ("_catalogue", "_content", "_faults", "_line", "_outside", "_reasons", "_values")

    def __init__(
        self, content: dict[str, Any], line: bytes, outside: bool, catalogue: Catalogue,
        known: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self._content = content
        self._line = line
        self._outside = outside
        self._catalogue = catalogue
        self._values: dict[str, Any] = {} if known is None else known
        self._faults: list[FieldFault] = []
        self._reasons: list[str] = []

    def result(self) -> Touchpoint | Fault:
        if self._line.find(b"\\") >= 0 and b"\\u0000" in self._line:  # one byte is found sooner than six
            self.no_nul("", self._content)
        content, values = self._content, self._values
        kind = self._type(content.get("type"))
        self._fields(content, kind)
        for name in _REQUIRED:
            if name not in values and content.get(name) is None:
                self._fault(name, Wrong("missing_field", MISSING, "every touchpoint has it"))
        if kind is not None:
            if kind.required:
                self._required_properties(kind)
            if kind.name in PEOPLES:
                self._named()
            if "initiator" not in values:
                values["initiator"] = kind.initiator
        if self._faults:
            event_id = values.get("event_id")
            named = event_id if isinstance(event_id, str) else None
            return Fault(min(self._reasons, key=REASONS.index), tuple(self._faults), self._line, named)
        return Touchpoint(**values)

    def sound(self) -> dict[str, Any]:
        """The values that can stand. No fault is looked into: what nobody reads would cost more than all the rest."""
        kind, identifiers = self._content.get("type"), self._content.get("identifiers")
        if isinstance(kind, str):
            self._values["type"] = kind
        if isinstance(identifiers, dict):
            self._identifiers({name: value for name, value in identifiers.items() if name in IDENTIFIER_FIELDS})
        known = {name: value for name, value in self._content.items() if name in _READ_ALONE}
        self._fields(known, None)
        return {name: value for name, value in self._values.items() if type(value) is not Wrong}

    def _type(self, name: object) -> TouchpointType | None:
        if not isinstance(name, str):
            if name is not None:
                self._fault("type", wrong_type(name, "text", "name a type of the catalogue"))
            return None
        kind = self._catalogue.types.get(name)
        if kind is None:
            close = self._catalogue.nearest(name)
            remedy = f"did you mean {close}?" if close else "name a type of knowledge/touchpoints.yaml"
            self._fault("type", Wrong("unknown_type", f"{name[:80]!r} is not in the catalogue", remedy))
        elif kind.line and self._outside:
            self._fault("type", Wrong("refused_type", f"{name} is written by the line alone", "do not send it"))
        self._values["type"] = name
        return kind

    def _fields(self, content: dict[str, Any], kind: TouchpointType | None) -> None:
        """Reads the fields whose value stands for itself on the spot; this is most of the work."""
        values, readers = self._values, FIELDS
        for name, value in content.items():
            if value is None:
                continue
            read = readers.get(name)
            if read is not None:
                found = values[name] = read(value)
                if type(found) is Wrong:
                    self._fault(name, found)
            elif name == "identifiers":
                self._identifiers(value)
            elif name == "properties":
                self._properties(value, kind)
            elif name in wire.TOUCHPOINT_TIMES:
                self._time(name, value)
            elif name != "type" and name not in EXPORT_FIELDS:
                self._unknown(name)

    def _time(self, name: str, value: object) -> None:
        read = instant(value)
        if isinstance(read, Wrong):
            self._fault(name, read)
        else:
            self._values[name], self._values[wire.TOUCHPOINT_TIMES[name]] = read

    def _identifiers(self, value: object) -> None:
        if not isinstance(value, dict):
            self._fault("identifiers", wrong_type(value, "an object", 'write it as {"customer_id": "c-1"}'))
            return
        values, readers = self._values, IDENTIFIER_FIELDS
        for name, each in value.items():
            read = readers.get(name)
            if read is None:
                self._fault(f"identifiers.{name}", _not_known(name, tuple(IDENTIFIER_FIELDS), _NO_IDENTIFIER))
            elif each is not None:
                found = values[name] = read(each)
                if type(found) is Wrong:
                    self._fault(f"identifiers.{name}", found)

    def _properties(self, value: object, kind: TouchpointType | None) -> None:
        if not isinstance(value, dict):
            self._fault("properties", wrong_type(value, "an object", "write it as {…}"))
            return
        if kind is not None and kind.properties:
            for name, wanted in kind.properties.items():
                given = value.get(name)
                if given is not None and (wrong := check_property(given, wanted)) is not None:
                    self._fault(f"properties.{name}", wrong)
        found = self._values["properties"] = _JSON.encode(value).decode()
        if "null" in found:  # as which the encoder writes what is not finite, for sources whose rows hold such numbers
            for path in not_finite("properties", value):
                self._fault(path, NOT_FINITE)

    def _required_properties(self, kind: TouchpointType) -> None:
        given = self._content.get("properties")
        if given is None or isinstance(given, dict):
            for name in kind.required:
                if given is None or given.get(name) is None:
                    missing = Wrong("missing_field", MISSING, f"{kind.name} can't do without it")
                    self._fault(f"properties.{name}", missing)

    def _named(self) -> None:
        """A person's word on who is who names keys; none may be nobody's, or everybody's."""
        given = self._content.get("properties")
        for name in ("from", "to"):
            value = given.get(name) if isinstance(given, dict) else None
            if isinstance(value, str):
                read = endpoint(value)
                if isinstance(read, Wrong):
                    self._fault(f"properties.{name}", read)

    def _unknown(self, name: str) -> None:
        if name in IDENTIFIER_FIELDS:
            wrong = Wrong("unknown_field", "stands outside identifiers", f'write it as "identifiers": {{"{name}": …}}')
        else:
            wrong = _not_known(name, _KNOWN, "put it in properties")
        self._fault(name, wrong)

    def no_nul(self, path: str, value: object) -> None:
        """Names every place of a NUL, however deep."""
        if isinstance(value, str) and "\x00" in value:
            self._fault(path, Wrong("nul_character", "holds a NUL character", "take it out"))
        elif isinstance(value, Mapping):
            for name, each in value.items():
                self.no_nul(f"{path}.{name}".removeprefix(".").replace("\x00", "\\u0000"), each)
                if "\x00" in name:
                    self._fault(path, Wrong("nul_character", "has a name with a NUL character", "take it out"))
        elif isinstance(value, list):
            for at, each in enumerate(value):
                self.no_nul(f"{path}[{at}]", each)

    def _fault(self, path: str, wrong: Wrong) -> None:
        self._reasons.append(wrong.reason)
        self._faults.append(FieldFault(path[:200], wrong.what, wrong.remedy))


def _not_known(name: str, known: tuple[str, ...], otherwise: str) -> Wrong:
    close = nearest(name, known)
    return Wrong("unknown_field", "is no field of the contract", f"did you mean {close}?" if close else otherwise)
