"""Values as columns, and apart from them those that are none, with the reason."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from schemas import codec
from schemas.judging import beyond_doubt
from schemas.records import Touchpoint, Undecodable
from schemas.registry import TOUCHPOINT
from schemas.times import EARLIEST, LATEST

TIMES: Final = ("at", "occurred_at", "sent_at", "received_at", "bucket", "due_at", "until", "since", "retry_at")
_NUMBERS: Final = ("probability",)


@dataclass(frozen=True, slots=True)
class Decoded:
    """`rows`: places of the good values, whose columns are `frame`; `bad`: places and reasons of the others."""

    rows: list[int]
    frame: pl.DataFrame
    bad: list[tuple[int, Undecodable]]


def decoded(values: Sequence[bytes], schema: str) -> Decoded:
    """All of `values` under one schema. A bad value costs its neighbours nothing but time."""
    rows: list[int] = []
    frames: list[pl.DataFrame] = []
    bad: list[tuple[int, Undecodable]] = []
    for first, part, frame in _parts(values, schema, 0):
        if frame is None:
            bad.append((first, _judged(part[0], schema)))
            continue
        sound = _sound_touchpoints(frame, part) if schema == TOUCHPOINT.name else _sound(frame)
        if sound is None:
            rows += range(first, first + len(part))
            frames.append(frame)
            continue
        rows += (first + row for row in sound.arg_true())
        frames.append(frame.filter(sound))
        bad += [(first + row, _judged(part[row], schema)) for row in (~sound).arg_true()]
    return Decoded(rows, pl.concat(frames) if frames else pl.DataFrame(), bad)


_Part = tuple[int, Sequence[bytes], pl.DataFrame | None]


def _parts(values: Sequence[bytes], schema: str, first: int) -> Iterator[_Part]:
    """The values in parts that decode whole; a part of one with None is a bad one."""
    try:
        frame = codec.columns(values, schema)
    except codec.NotColumnar:
        frame = None
    if frame is not None or len(values) == 1:
        yield first, values, frame
        return
    middle = len(values) // 2
    yield from _parts(values[:middle], schema, first)
    yield from _parts(values[middle:], schema, first + middle)


def _sound_touchpoints(frame: pl.DataFrame, values: Sequence[bytes]) -> pl.Series | None:
    """Which of the values the codec takes, so that no dead letter of the engine's is a row; None if all."""
    texts = {each.name: each.to_list() for each in frame.get_columns() if each.dtype == pl.String and _filled(each)}
    if beyond_doubt(frame, texts):
        return None
    good = [type(each) is Touchpoint for each in codec.decode_touchpoints(values)]
    return None if all(good) else pl.Series(good, dtype=pl.Boolean)


def _filled(series: pl.Series) -> bool:
    return series.null_count() < len(series)


def _sound(frame: pl.DataFrame) -> pl.Series | None:
    """Which rows have times that ClickHouse can hold and finite numbers; None if all, as nearly always."""
    moments = [name for name in TIMES if name in frame.columns]
    numbers = [name for name in _NUMBERS if name in frame.columns]
    if all(map(_within, frame.select(moments))) and all(map(_finite, frame.select(numbers))):
        return None
    good = [pl.col(name).is_between(EARLIEST, LATEST - 1).fill_null(True) for name in moments]
    good += [pl.col(name).is_finite().fill_null(True) for name in numbers]
    sound = frame.select(pl.all_horizontal(good).alias("sound")).get_column("sound")
    return None if sound.all() else sound


def _within(series: pl.Series) -> bool:
    least, most = series.min(), series.max()
    return not (isinstance(least, int) and isinstance(most, int)) or (least >= EARLIEST and most < LATEST)


def _finite(series: pl.Series) -> bool:
    return math.isfinite(series.sum())


def _judged(value: bytes, schema: str) -> Undecodable:
    """Why the codec refuses a value; what it takes, but a column can't hold, is `bad_value`."""
    result = (codec.decode_touchpoints if schema == TOUCHPOINT.name else codec.decode_outputs)([value])[0]
    if isinstance(result, Undecodable):
        return result
    detail = "a time lies outside 1970..2200, a number is not finite, or no column holds it"
    return Undecodable("bad_value", detail, value)
