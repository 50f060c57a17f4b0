"""Avro's scalars, required and nullable, as bytes: what `schemas.nested` puts records together of."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from typing import Any, Final

Writer = Callable[[Any], bytes]

_PRESENT: Final = b"\x02"
_SHORT: Final = 4096
_DOUBLE: Final = struct.Struct("<d").pack
_PRESENT_DOUBLE: Final[Writer] = partial(struct.Struct("<cd").pack, _PRESENT)
_RANGE: Final = 1 << 63

_PAIR: Final = 1 << 14
"""Values of two groups of seven bits."""
_MORE: Final = tuple(bytes((low & 0x7F | 0x80, low >> 7 | 0x80)) for low in range(_PAIR))
"""Two groups that others follow."""
_LAST: Final = tuple(bytes((n & 0x7F | 0x80, n >> 7)) if n > 0x7F else bytes((n,)) for n in range(_PAIR))
"""One or two groups that end a number."""


def long(number: int) -> bytes:
    """Avro's long: zigzag, seven bits a byte, lowest first. `OverflowError` beyond 64 bits."""
    rest = number << 1 ^ number >> 63
    if rest < _PAIR:
        return _LAST[rest]
    if rest < 1 << 28:
        return _MORE[rest & 0x3FFF] + _LAST[rest >> 14]
    if rest < 1 << 42:  # milliseconds until 2039
        return _MORE[rest & 0x3FFF] + _MORE[rest >> 14 & 0x3FFF] + _LAST[rest >> 28]
    if not -_RANGE <= number < _RANGE:
        raise OverflowError(f"{number} does not fit Avro's long of 64 bits")
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


_LENGTHS: Final = tuple(long(length) for length in range(_SHORT))
_PRESENT_LENGTHS: Final = tuple(_PRESENT + length for length in _LENGTHS)


def text(value: str) -> bytes:
    """Avro's string. Raises if it holds a lone surrogate."""
    body = value.encode()
    length = len(body)
    return (_LENGTHS[length] if length < _SHORT else long(length)) + body


def _present_text(value: str) -> bytes:
    body = value.encode()
    length = len(body)
    return (_PRESENT_LENGTHS[length] if length < _SHORT else _PRESENT + long(length)) + body


def _present_long(value: int) -> bytes:
    return _PRESENT + long(value)


def _boolean(value: bool) -> bytes:
    return b"\x01" if value else b"\x00"


REQUIRED: Final[dict[str, Writer]] = {"string": text, "long": long, "int": long, "double": _DOUBLE, "boolean": _boolean}
"""How a value of each type is written."""
NULLABLE: Final[dict[str, Writer]] = {
    "string": _present_text, "long": _present_long, "int": _present_long, "double": _PRESENT_DOUBLE,
}  # fmt: skip
"""How a value that could be null and is not is written: the branch of the union comes first."""


class Remembered(dict[Any, bytes]):
    """What values became, worked out when first asked for; forgotten all at once where there are too many.

    For texts and whole numbers that come again. What is equal is the same only among these: 0.0 equals -0.0,
    and is written otherwise.
    """

    MOST: Final = 1024

    def __init__(self, write: Writer) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, value: Any) -> bytes:
        if len(self) >= self.MOST:
            self.clear()
        written = self[value] = self._write(value)
        return written
