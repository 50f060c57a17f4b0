"""Bounded memories that detectors and the gate keep of a customer: what is dropped is always the oldest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Final, TypeAlias

Event: TypeAlias = tuple[str, int]
"""What happened, and when (ms)."""
_BY_TIME: Final = itemgetter(1, 0)


def newest(times: Mapping[str, int], most: int) -> dict[str, int]:
    """The `most` latest of times by name, in one canonical order."""
    if len(times) > most:
        times = dict(sorted(times.items(), key=lambda each: (-each[1], each[0]))[:most])
    return dict(sorted(times.items()))


def joined(mine: Mapping[str, int], older: Mapping[str, int], most: int) -> dict[str, int]:
    """Two memories of the same kind as one: of each name the later time."""
    both = {name: max(mine.get(name, at), older.get(name, at)) for name, at in {**older, **mine}.items()}
    return newest(both, most)


def in_order(events: Iterable[Event], most: int) -> tuple[Event, ...]:
    """The `most` latest of events, by their own time: one that arrives late takes its place."""
    return tuple(sorted(events, key=_BY_TIME))[-most:]


def recent(events: Iterable[Event], what: str, since: float, until: int) -> int:
    """How many events are `what` and lie from `since` to `until`, both included."""
    return sum(each == what and since <= at <= until for each, at in events)


def gathered(events: tuple[Event, ...], what: str, at: int, span: float) -> int:
    """The most events that are `what` and lie in one stretch of `span` ms with `at` in it, both ends included: `events`
    are in order of time, and what happened at `at` may have come in after later ones."""
    if events[-1][1] <= at:
        return recent(events, what, at - span, at)
    times = [time for each, time in events if each == what and abs(time - at) <= span]
    begins = [time for time in times if time <= at]
    return max((sum(begin <= time <= begin + span for time in times) for begin in begins), default=0)
