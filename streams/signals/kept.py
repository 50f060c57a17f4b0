"""Bounded memories that several detectors keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def newest(times: Mapping[str, int], most: int) -> dict[str, int]:
    """The `most` latest of times by name, in one canonical order."""
    ranked = sorted(times.items(), key=lambda each: (-each[1], each[0]))[:most]
    return dict(sorted(ranked))


def joined(mine: Mapping[str, int], older: Mapping[str, int], most: int) -> dict[str, int]:
    """Two memories of the same kind as one: of each name the later time."""
    both = {name: max(mine.get(name, at), older.get(name, at)) for name, at in {**older, **mine}.items()}
    return newest(both, most)


def last(mine: tuple[T, ...], more: tuple[T, ...], most: int) -> tuple[T, ...]:
    """Both, `more` behind, the first of them gone where there are too many."""
    return (*mine, *more)[-most:]
