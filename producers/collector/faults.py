"""What an adapter itself finds wrong in an event, beside what the contract says of its touchpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.catalogue import nearest
from schemas.contract import read_object
from schemas.faults import REASONS, Fault, FieldFault
from schemas.fields import Wrong, wrong_type
from schemas.records import Touchpoint


class Event:
    """One event being read: its fields under the sender's names, and what is wrong with them so far."""

    __slots__ = ("_faults", "_original", "_reasons", "content")

    def __init__(self, content: Mapping[str, Any], original: bytes, known: tuple[str, ...]) -> None:
        self.content = content
        self._original = original
        self._faults: list[FieldFault] = []
        self._reasons: list[str] = []
        for name in content:
            if name not in known:
                close = nearest(name, known)
                remedy = f"did you mean {close}?" if close else f"the fields are {', '.join(known)}"
                self.wrong(name, Wrong("unknown_field", "is no field of this webhook", remedy))

    def wrong(self, field: str, found: Wrong) -> None:
        self._reasons.append(found.reason)
        self._faults.append(FieldFault(field[:200], found.what, found.remedy))

    def get(self, name: str) -> Any:
        return self.content.get(name)

    def text(self, name: str, *, required: bool = False) -> str | None:
        """A text field, trimmed; an empty one counts as absent."""
        value = self.content.get(name)
        if value is not None and not isinstance(value, str):
            self.wrong(name, wrong_type(value, "text", "put it in quotes"))
            return None
        if not (value or "").strip():
            if required:
                self.wrong(name, Wrong("missing_field", "is missing", "every event has it"))
            return None
        return str(value).strip()

    def word(self, name: str, words: tuple[str, ...], *, required: bool = False) -> str | None:
        """One of these words."""
        value = self.text(name, required=required)
        if value is None or value in words:
            return value
        self.wrong(name, Wrong("bad_value", f"{value[:40]!r} is not known", f"use one of {', '.join(words)}"))
        return None

    def number(self, name: str, least: float, most: float) -> float | None:
        """A number within bounds."""
        value = self.content.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(name, wrong_type(value, "a number", "write it without quotes, as 12.5"))
        elif not least <= value <= most:
            self.wrong(name, Wrong("bad_value", f"is not between {least:g} and {most:g}", "mend the number"))
        else:
            return value
        return None

    def judged(self, touchpoint: dict[str, Any]) -> Touchpoint | Fault:
        """The touchpoint of this event, or all that is wrong: by the sender's names first, then by the contract's."""
        read = read_object(touchpoint, self._original)
        if not self._faults:
            return read
        if isinstance(read, Fault):
            named = {fault.field for fault in self._faults}
            more = [fault for fault in read.faults if fault.field not in named]
            self._faults.extend(more)
            self._reasons.extend([read.reason] if more else [])
        event_id = read.event_id
        reason = min(self._reasons, key=REASONS.index)
        return Fault(reason, tuple(self._faults), self._original, event_id)
