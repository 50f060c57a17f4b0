"""Do the clocks agree, and does time go on? Kafka's own time of the raw topic (LogAppendTime) is the measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rapport.doctoring.finding import Finding, action, duration, ok, unchecked, warning

NAME: Final = "clock"
TIME: Final = "time"
NOTICEABLE_S: Final = 2.0
REFUSED_S: Final = 60.0
"""A tick further ahead of Kafka's time is refused as a dead letter: no deadline fires any more."""
STILL_S: Final = 10.0
"""Ticks come every second."""


@dataclass(frozen=True, slots=True)
class ClocksSeen:
    """Moments in milliseconds; None: nothing shows it."""

    here_ms: int
    """Our clock, when the rest was read."""
    newest_ms: int | None = None
    """Kafka's time of the newest raw record."""
    moved: bool = False
    """Whether a newer one came between two looks: then its age is no more than the ticks are apart."""
    tick_ms: int | None = None
    """What the newest tick says, by the clock of the worker that leads; for `tick_at_ms`, Kafka's time of it."""
    tick_at_ms: int | None = None
    store_ahead_ms: int | None = None
    """HTTP `Date` of the store, which has no parts of a second, less our clock when it came."""
    driven: bool = False
    """Whoever drives a test writes the ticks."""
    begun_ms: int | None = None
    """Our clock before the first look: a record that came since is newer, unless our clock is ahead."""


def judge(seen: ClocksSeen) -> list[Finding]:
    return [*_here(seen), *_leader(seen), *_store(seen), _time(seen)]


def _here(seen: ClocksSeen) -> list[Finding]:
    """Ours against Kafka's: a record of the future shows us behind; a fresh one that is old, ahead."""
    about = "this machine and Kafka"
    if seen.newest_ms is None:
        return [unchecked(NAME, about, "no raw record shows Kafka's time", "look again when there are records")]
    age = (seen.here_ms - seen.newest_ms) / 1000
    if age < 0:
        return [_skew(about, age, "this machine's clock is {} behind Kafka's")]
    if seen.moved and seen.begun_ms is not None and seen.newest_ms >= seen.begun_ms and age - 1.0 >= NOTICEABLE_S:
        told = f"the newest raw record is {duration(age)} old, too old to show Kafka's time"
        return [unchecked(NAME, about, told, "look again when the machines are less busy")]
    if seen.moved:
        return [_skew(about, max(0.0, age - 1.0), "this machine's clock is {} ahead of Kafka's")]
    return [unchecked(NAME, about, "no fresh raw record shows Kafka's time", "look again when the ticks go on")]


def _leader(seen: ClocksSeen) -> list[Finding]:
    if seen.tick_ms is None or seen.tick_at_ms is None or seen.driven:
        return []
    ahead = (seen.tick_ms - seen.tick_at_ms) / 1000
    about, words = "the worker that leads and Kafka", "the clock that writes the ticks is {} {} Kafka's"
    if ahead > 0:
        return [_skew(about, ahead, words.format("{}", "ahead of"))]
    late = words.format("{}", "behind") + ", or its ticks come that late"
    return [_skew(about, ahead, late, "if it is so with nothing unread, too, ")]


def _store(seen: ClocksSeen) -> list[Finding]:
    if seen.store_ahead_ms is None:
        return []
    ahead = seen.store_ahead_ms / 1000
    ahead = ahead + 1.0 if ahead < -1.0 else max(0.0, ahead)
    side = "ahead of" if ahead > 0 else "behind"
    return [_skew("the store and this machine", ahead, f"the store's clock is {{}} {side} this machine's")]


def _skew(about: str, seconds: float, words: str, unless: str = "") -> Finding:
    told = words.format(duration(abs(seconds)))
    if abs(seconds) < NOTICEABLE_S:
        return ok(NAME, about, f"less than {NOTICEABLE_S:.0f} s apart")
    remedy = f"{unless}set the clocks right by NTP (`timedatectl set-ntp true`), slewing, not by a jump"
    if abs(seconds) < REFUSED_S / 2:
        return warning(NAME, about, told, remedy)
    late = (
        f"{remedy}; ticks more than {REFUSED_S:.0f} s ahead of Kafka are refused. docs/operations.md#rapportclockskew"
    )
    return action(NAME, about, told, late)


def _time(seen: ClocksSeen) -> Finding:
    about = "ticks"
    if seen.driven:
        return ok(TIME, about, "RAPPORT_CLOCK is driven: whoever drives the test writes them")
    if seen.tick_at_ms is None:
        return action(
            TIME, about, "no tick among the latest raw records: no deadline fires",
            "start a worker; the one that holds partition 0 of touchpoints.raw.v1 writes one a second",
        )  # fmt: skip
    age = ((seen.newest_ms or seen.here_ms if seen.moved else seen.here_ms) - seen.tick_at_ms) / 1000
    if age > STILL_S:
        return action(
            TIME, about, f"the last one is {duration(age)} old: time stands still, no deadline fires",
            "see the findings on group and worker: the one that holds partition 0 of touchpoints.raw.v1 writes one a"
            " second; what falls due meanwhile fires at the next tick",
        )  # fmt: skip
    return ok(TIME, about, "one a second")
