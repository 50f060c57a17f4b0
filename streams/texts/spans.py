"""Stretches of a text, from a letter up to but not including another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]


def overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def apart(span: Span, others: Iterable[Span]) -> bool:
    """Whether it overlaps none of them."""
    return not any(overlap(span, each) for each in others)


def within(span: Span, stretches: Iterable[Span]) -> bool:
    """Whether all of it stands in one of them."""
    return any(start <= span[0] and span[1] <= end for start, end in stretches)
