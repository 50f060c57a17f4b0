"""A few touchpoints, read one by one: a block's fixed cost is that of fifteen of these.

Reads only what is beyond doubt: one whole record in the one form in which it can be written.
Whatever else there is about a value is for the reader of blocks, so that a value fares the same
in any company. What a record says is judged elsewhere (`schemas.judging`).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final

from schemas.records import Touchpoint
from schemas.registry import FRAME, TOUCHPOINT

_TEXT, _LONG, _DOUBLE = range(3)
_KINDS: Final = {"string": _TEXT, "long": _LONG, "int": _LONG, "double": _DOUBLE}
_FIELDS: Final = tuple(
    (True, _KINDS[kind[1]]) if isinstance(kind, list) else (False, _KINDS[kind])
    for kind in (field["type"] for field in TOUCHPOINT.source()["fields"])
)
"""Of each field whether it can be null, and its kind."""
_PREFIX: Final = TOUCHPOINT.prefix
_double: Final = struct.Struct("<d").unpack_from
_LONGEST: Final = 63
"""Bits by which the last group of a long can be moved."""


def read(values: Sequence[bytes]) -> list[Touchpoint] | None:
    """The touchpoints, or None if there is a doubt about any of them."""
    found = []
    for value in values:
        if not value.startswith(_PREFIX):
            return None
        try:
            found.append(_read(value))
        except (IndexError, ValueError, struct.error):
            return None
    return found


def _read(value: bytes) -> Touchpoint:
    """Raises IndexError, ValueError or struct.error for what is not exactly one record."""
    at = FRAME
    fields: list[Any] = []
    for nullable, kind in _FIELDS:
        if nullable:
            branch = value[at]
            at += 1
            if branch == 0:
                fields.append(None)
                continue
            if branch != 2:
                raise ValueError(branch)
        if kind == _DOUBLE:
            fields.append(_double(value, at)[0])
            at += 8
            continue
        number = value[at]
        at += 1
        if number > 0x7F:
            number, at = _longer(value, at, number & 0x7F)
        number = number >> 1 ^ -(number & 1)
        if kind == _LONG:
            fields.append(number)
            continue
        if number < 0:
            raise ValueError(number)
        fields.append(value[at : at + number].decode())
        at += number
    if at != len(value):
        raise ValueError(at)
    return Touchpoint(*fields)


def _longer(value: bytes, at: int, number: int) -> tuple[int, int]:
    """The rest of a number of several groups, and the place behind it."""
    shift = 7
    while shift <= _LONGEST:
        group = value[at]
        at += 1
        number |= (group & 0x7F) << shift
        if group <= 0x7F:
            if group == 0:
                raise ValueError(group)
            return number, at
        shift += 7
    raise ValueError(shift)
