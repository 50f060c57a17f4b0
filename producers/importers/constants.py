"""What a mapping says by itself, whatever the rows hold: impossible constants, found before any row is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Final

from schemas.catalogue import TouchpointType, standard
from schemas.fields import FIELDS, IDENTIFIER_FIELDS, Wrong, check_property

EPOCHS: Final[Mapping[str, float]] = {"epoch_s": 1_000, "epoch_ms": 1}
"""`format` of times that are numbers, and the milliseconds of one."""
_ANY_TIME: Final = datetime(2026, 5, 31, 21, 30, 15, tzinfo=UTC)
_NO_TIME: Final = "write it as 2026-05-31T09:30:00+02:00"


def wrong_constant(name: str, value: object) -> str | None:
    """Why no touchpoint can have this in the field, or in `identifiers.<name>`, and the remedy; None: it can."""
    if name == "type":
        return _wrong_type(value)
    if name == "occurred_at":
        return _wrong_time(value)
    read = IDENTIFIER_FIELDS[name.partition(".")[2]] if "." in name else FIELDS[name]
    found = read(value)
    return _said(found) if isinstance(found, Wrong) else None


def wrong_properties(kind: object, given: Mapping[str, Iterable[object]]) -> tuple[str, str] | None:
    """The first property, by name and fault, that touchpoints of a type can't have so, or lack; None: there is none.

    `given` are the constants that each property may become; of one that is read from a column alone, none.
    """
    found = standard().types.get(kind) if isinstance(kind, str) else None
    if found is None:
        return None
    for name in found.required:
        if name not in given:
            return name, f"is missing; {found.name} can't do without it"
    return next(_impossible(found, given), None)


def wrong_format(form: str) -> str | None:
    """Why no text can be a time of this form, and the remedy; None: there are such."""
    if form in EPOCHS:
        return None
    plain = form.encode("ascii", "replace").decode()  # of another language are words that stand for themselves
    try:
        read = datetime.strptime(_ANY_TIME.strftime(plain), plain) if "%" in form else None
    except ValueError as error:
        return f"{form!r} is no form of strptime ({error}); {_form_remedy(form)}"
    if read is None or read.year != _ANY_TIME.year:
        return f"{form!r} names no year; {_form_remedy(form)}"
    return None


def _wrong_type(value: object) -> str | None:
    if not isinstance(value, str):
        return f"{value!r} is no type of the catalogue; put its name in quotes"
    kind = standard().types.get(value)
    if kind is None:
        close = standard().nearest(value)
        remedy = f"did you mean {close}?" if close else "name a type of knowledge/touchpoints.yaml"
        return f"{value[:80]!r} is not in the catalogue; {remedy}"
    return f"{value} is written by the line alone; do not send it" if kind.line else None


def _wrong_time(value: object) -> str | None:
    try:
        year = datetime.fromisoformat(str(value)).year
    except ValueError:
        return f"{str(value)[:40]!r} is no time; {_NO_TIME}"
    return None if 1970 <= year < 2200 else f"{str(value)[:40]!r} lies outside 1970..2200; {_NO_TIME}"


def _impossible(kind: TouchpointType, given: Mapping[str, Iterable[object]]) -> Iterator[tuple[str, str]]:
    for name, wanted in kind.properties.items():
        for value in given.get(name, ()):
            wrong = check_property(value, wanted)
            if wrong is not None:
                yield name, _said(wrong)


def _said(wrong: Wrong) -> str:
    return f"{wrong.what}; {wrong.remedy}"


def _form_remedy(form: str) -> str:
    close = get_close_matches(form, EPOCHS, n=1)
    return f"did you mean {close[0]}?" if close else 'write it as "%d/%m/%Y %H:%M", or epoch_s or epoch_ms'
