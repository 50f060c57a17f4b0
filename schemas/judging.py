"""What a touchpoint must be, whoever wrote it: as much of the contract as a value can break by itself.

The door (`schemas.contract`) asks more: that type and properties stand in the catalogue. Whoever reads a
log asks no more than this, so that what a value is depends neither on who reads it nor on when
(docs/decisions/0025-who-judges.md). Identifiers are judged by the key that is made of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from schemas import times
from schemas.records import CHANNELS, INITIATORS, Touchpoint

if TYPE_CHECKING:
    import polars as pl

TIMES: Final = ("occurred_at", "sent_at", "received_at")
OFFSETS: Final = ("occurred_offset", "sent_offset", "received_offset")
NUMBERS: Final = ("amount", "quantity")
LARGEST_AMOUNT: Final = 1e12
"""Of an amount or a quantity, above zero or below. States keep sums of them as whole numbers of 64 bits."""
_NAMES: Final = ("event_id", "type")
_WORDS: Final[Mapping[str, frozenset[str]]] = {"channel": frozenset(CHANNELS), "initiator": frozenset(INITIATORS)}
_APART: Final = frozenset((*TIMES, *OFFSETS, *NUMBERS, *_WORDS, "properties"))
_TEXTS: Final = tuple(name for name in Touchpoint.__struct_fields__ if name not in _APART)
"""Texts that may say anything but NUL. Where words are known, or JSON is, there can be none."""
_NUL: Final = "\x00"
_ESCAPED_NUL: Final = "\\u0000"
_DEEPEST: Final = 256
"""Levels of properties. How much more a program can follow depends on who calls it, and that must not be seen."""
_SURELY_SHALLOW: Final = 2 * _DEEPEST
"""Each level takes two characters."""

_GRAVITY: Final = ("nul_character", "bad_date", "bad_value")
"""As in `faults.REASONS`: the most telling first."""
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_BRACKETS: Final = re.compile(r"[\[\]{}]")

_texts: Final = attrgetter(*_TEXTS)
_times: Final = attrgetter(*TIMES)
_offsets: Final = attrgetter(*OFFSETS)
_numbers: Final = attrgetter(*NUMBERS)


_packed: Final = msgspec.msgpack.Encoder().encode
_object: Final = msgspec.json.Decoder(dict[str, Any]).decode
"""Whole: what is only passed over may hold numbers that nobody can read (1e999)."""
_NO_OBJECT: Final = (msgspec.DecodeError, UnicodeError, RecursionError)


_ENDLESS: Final = "out of range"
"""What msgspec says of a number that no float holds."""


class Refusal(NamedTuple):
    """Why a touchpoint can't stand: the reason under which it is counted, and what is wrong with which field."""

    reason: str
    detail: str


_TOO_DEEP: Final = Refusal("bad_value", f"properties is nested more than {_DEEPEST} deep")


def refusal(touchpoint: Touchpoint) -> Refusal | None:
    """Whether and why it is no touchpoint of the contract. The one judge; `beyond_doubt` is its quick look at many."""
    if _is_plain(touchpoint):
        return None
    found = list(_faults(touchpoint))
    if not found:
        return None
    reason = min((each.reason for each in found), key=_GRAVITY.index)
    return Refusal(reason, "; ".join(each.detail for each in found))


def beyond_doubt(frame: pl.DataFrame, columns: Mapping[str, Sequence[Any] | None]) -> bool:
    """Whether none of many touchpoints can be refused. `columns` has the texts of the frame as lists, None or nothing
    for one without any.

    Never true where `refusal` finds something. It may be false for nothing: then they are asked one by one.
    """
    get = columns.get
    return (
        all(_within(frame.get_column(name), times.EARLIEST, times.LATEST - 1) for name in TIMES)
        and all(_within(frame.get_column(name), 1 - times.WIDEST_OFFSET, times.WIDEST_OFFSET - 1) for name in OFFSETS)
        and all(_bounded(frame.get_column(name)) for name in NUMBERS)
        and all(words.issuperset(get(name) or ()) for name, words in _WORDS.items())
        and all(all(get(name) or ()) for name in _NAMES)
        and _free_of_nul([texts for name in _TEXTS if (texts := get(name)) is not None], frame.height)
        and _sure_objects(get("properties") or ())
    )


def _free_of_nul(columns: list[Sequence[str | None]], height: int) -> bool:
    """MessagePack writes texts as they are, and sooner than they can be joined; what it writes before each column has
    as many zeros as it has before one of nothing. The length of a long text may have one, too: that is a doubt."""
    zeros = _packed((None,) * height).count(b"\0")
    return _packed(columns).count(b"\0") == len(columns) * zeros


def _within(series: pl.Series, low: int, high: int) -> bool:
    least, most = series.min(), series.max()
    return not (isinstance(least, int) and isinstance(most, int)) or (low <= least and most <= high)


def _bounded(series: pl.Series) -> bool:
    """Whether all are numbers, which their sum then is, and none is too large."""
    most = series.abs().max()
    return math.isfinite(series.sum()) and (not isinstance(most, float) or most <= LARGEST_AMOUNT)


def _sure_objects(properties: Iterable[str | None]) -> bool:
    """Many say the same: each is looked at once."""
    return all(text is None or _is_sure_object(text) for text in {*properties})


def _is_sure_object(text: str) -> bool:
    if len(text) > _SURELY_SHALLOW or _ESCAPED_NUL in text:
        return False
    try:
        _object(text)
    except _NO_OBJECT:
        return False
    return True


def _is_plain(touchpoint: Touchpoint) -> bool:
    """Whether it has no fault, at a glance; what is unusual is looked at closely."""
    occurred_at, sent_at, received_at = _times(touchpoint)
    occurred_offset, sent_offset, received_offset = _offsets(touchpoint)
    return (
        times.EARLIEST <= occurred_at < times.LATEST
        and (sent_at is None or times.EARLIEST <= sent_at < times.LATEST)
        and (received_at is None or times.EARLIEST <= received_at < times.LATEST)
        and -times.WIDEST_OFFSET < occurred_offset < times.WIDEST_OFFSET
        and (sent_offset is None or -times.WIDEST_OFFSET < sent_offset < times.WIDEST_OFFSET)
        and (received_offset is None or -times.WIDEST_OFFSET < received_offset < times.WIDEST_OFFSET)
        and (touchpoint.amount is None or -LARGEST_AMOUNT <= touchpoint.amount <= LARGEST_AMOUNT)
        and (touchpoint.quantity is None or -LARGEST_AMOUNT <= touchpoint.quantity <= LARGEST_AMOUNT)
        and touchpoint.channel in CHANNELS
        and touchpoint.initiator in INITIATORS
        and touchpoint.event_id != ""
        and touchpoint.type != ""
        and _NUL not in "".join(filter(None, _texts(touchpoint)))
        and (touchpoint.properties is None or _is_sure_object(touchpoint.properties))
    )


def _faults(touchpoint: Touchpoint) -> Iterator[Refusal]:
    for name, moment in zip(TIMES, _times(touchpoint), strict=True):
        if moment is not None and not times.EARLIEST <= moment < times.LATEST:
            yield Refusal("bad_date", f"{name} lies outside 1970..2200")
    for name, offset in zip(OFFSETS, _offsets(touchpoint), strict=True):
        if offset is not None and abs(offset) >= times.WIDEST_OFFSET:
            yield Refusal("bad_date", f"{name} is a day or more")
    for name, number in zip(NUMBERS, _numbers(touchpoint), strict=True):
        if number is not None and not math.isfinite(number):
            yield Refusal("bad_value", f"{name} is not a finite number")
        elif number is not None and abs(number) > LARGEST_AMOUNT:
            yield Refusal("bad_value", f"{name} is more than {LARGEST_AMOUNT:,.0f}, above zero or below")
    yield from _of_texts(touchpoint)
    if touchpoint.properties is not None:
        yield from _of_properties(touchpoint.properties)


def _of_texts(touchpoint: Touchpoint) -> Iterator[Refusal]:
    for name, words in _WORDS.items():
        if (word := getattr(touchpoint, name)) not in words:
            yield Refusal("bad_value", f"{name}: {word[:40]!r} is none of {', '.join(sorted(words))}")
    for name in _NAMES:
        if not getattr(touchpoint, name):
            yield Refusal("bad_value", f"{name} is empty")
    if _NUL in "".join(filter(None, _texts(touchpoint))):
        for name in _TEXTS:
            if _NUL in (getattr(touchpoint, name) or ""):
                yield Refusal("nul_character", f"{name} holds a NUL character")


def _of_properties(text: str) -> Iterator[Refusal]:
    try:
        _object(text)
    except RecursionError:
        yield _TOO_DEEP
        return
    except _NO_OBJECT as error:
        what = "holds a number that is not finite" if _ENDLESS in str(error) else "is no JSON object"
        yield Refusal("bad_value", f"properties {what}")
        return
    if len(text) > _SURELY_SHALLOW and text.count("{") + text.count("[") > _DEEPEST and _levels(text) > _DEEPEST:
        yield _TOO_DEEP
    elif _ESCAPED_NUL in text and _holds_nul(text):
        yield Refusal("nul_character", "properties holds a NUL character")


def _levels(text: str) -> int:
    """How deep the JSON is nested at most."""
    depths = accumulate(1 if mark in "{[" else -1 for mark in _BRACKETS.findall(_QUOTED.sub("", text)))
    return max(depths, default=0)


def _holds_nul(text: str) -> bool:
    """Whether some text inside holds it: a backslash that is itself written with one does not begin it."""
    return any(_ESCAPED_NUL in each.replace("\\\\", "") for each in _QUOTED.findall(text))
