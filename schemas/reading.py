"""One object with the contract's names becomes a touchpoint, or a `Fault` with everything wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from schemas import wire
from schemas.catalogue import Catalogue, TouchpointType, nearest
from schemas.faults import MISSING, REASONS, Fault, FieldFault
from schemas.fields import (
    FIELDS,
    IDENTIFIER_FIELDS,
    NOT_FINITE,
    Wrong,
    check_property,
    endpoint,
    instant,
    not_finite,
    wrong_type,
)
from schemas.hints import PEOPLES
from schemas.records import Touchpoint

EXPORT_FIELDS: Final = ("partition", "offset", "key", "source")
"""What an export of the log adds to a touchpoint; ignored by producers, read by replay."""

_REQUIRED: Final = ("event_id", "type", "occurred_at", "channel")
_KNOWN: Final = (*_REQUIRED, *FIELDS, *wire.TOUCHPOINT_TIMES, "identifiers", "properties")
_READ_ALONE: Final = frozenset(_KNOWN) - {"type", "identifiers"}
_NO_IDENTIFIER: Final = (
    f"identifiers are {', '.join(IDENTIFIER_FIELDS)}; an id elsewhere is an account or social"
    " (network:handle), anything else goes into properties"
)
_JSON: Final = msgspec.json.Encoder()


class Reading:
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
