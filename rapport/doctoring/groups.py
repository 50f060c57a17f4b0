"""Do the consumer groups live and get on, and do they read before Kafka deletes?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapport.doctoring.finding import Finding, action, duration, number, ok, warning

NAME: Final = "group"
RETENTION: Final = "retention"
BEHIND_S: Final = 60.0
"""An alert that is later than this is no help to anybody who waits."""
NEAR_SHARE: Final = 0.25
NEAR_S: Final = 86_400.0
"""Retention is near when less than a day of it is left, or a quarter where it is shorter than four."""

_MOVING: Final = frozenset({"preparingrebalance", "completingrebalance", "assigning", "reconciling"})


@dataclass(frozen=True, slots=True)
class Position:
    """How far a group is in one partition. `committed` None: nothing yet, it will read from the beginning."""

    topic: str
    partition: int
    begin: int
    end: int
    committed: int | None = None
    oldest_ms: int | None = None
    """Kafka's time of the oldest unread record; None: nothing is unread, or it could not be read."""
    retention_ms: int | None = None
    """After which Kafka deletes; None: never."""

    @property
    def next(self) -> int:
        return self.begin if self.committed is None else max(self.committed, self.begin)

    @property
    def lag(self) -> int:
        return max(0, self.end - self.next)

    @property
    def deleted_unread(self) -> int:
        return 0 if self.committed is None else max(0, self.begin - self.committed)


@dataclass(frozen=True, slots=True)
class Look:
    """A group at one moment."""

    at_ms: int
    state: str
    members: int
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class GroupSeen:
    """A group in two looks; `what` runs as its members, `start` is how they are started."""

    name: str
    what: str
    start: str
    first: Look
    second: Look


def judge(seen: GroupSeen) -> list[Finding]:
    return [_living(seen), *_retention(seen)]


def _living(seen: GroupSeen) -> Finding:
    look = seen.second
    behind = _behind(look)
    if not look.members:
        return action(
            NAME, seen.name, f"no {seen.what} is a member of it; {behind}",
            f"see the findings on {seen.what}; where none runs, start one: {seen.start}. What is unread waits on Kafka",
        )  # fmt: skip
    if look.state.lower() in _MOVING and seen.first.state.lower() in _MOVING:
        return warning(
            NAME, seen.name, f"hands out its partitions for more than {_apart(seen)} ({look.state}); {behind}",
            f"wait for RAPPORT_SESSION_TIMEOUT_S; if it goes on, a {seen.what} joins and dies: read its log",
        )  # fmt: skip
    still = _stuck(seen)
    if still:
        places = ", ".join(f"{p.topic}[{p.partition}]" for p in still[:3]) + (" …" if len(still) > 3 else "")
        return action(
            NAME, seen.name,
            f"stuck: {number(look.members, 'member')}, nothing committed in {_apart(seen)} in"
            f" {number(len(still), 'partition')} with unread records ({places}); {behind}",
            f"see the findings on {seen.what} and store; if they are well, restart the {seen.what} that holds them: it"
            " reads again from the commit, and nothing counts twice. docs/operations.md#rapportgroupstuck",
        )  # fmt: skip
    if _seconds(look) > BEHIND_S:
        return warning(
            NAME, seen.name, f"{number(look.members, 'member')}, {behind}, and it catches up or falls back",
            "look again in a minute; if the lag grows, start more workers (at most one a partition)",
        )  # fmt: skip
    return ok(NAME, seen.name, f"{number(look.members, 'member')}, {behind}")


def _stuck(seen: GroupSeen) -> list[Position]:
    """Partitions with unread records in both looks and no commit between them."""
    before = {(p.topic, p.partition): p for p in seen.first.positions}
    return [
        now
        for now in seen.second.positions
        if now.lag and (was := before.get((now.topic, now.partition))) and was.lag and was.committed == now.committed
    ]


def _retention(seen: GroupSeen) -> Iterator[Finding]:
    look = seen.second
    lost = [p for p in look.positions if p.deleted_unread]
    if lost:
        count = sum(p.deleted_unread for p in lost)
        yield action(
            RETENTION, seen.name, f"{count:,} records of {_names(lost)} were deleted before it had read them",
            "they are gone from Kafka: send them again from their sources (`send` and `import` resume exactly), then"
            " lengthen retention.ms in schemas/topics.yaml and on the topic",
        )  # fmt: skip
    left = [(_left_s(p, look.at_ms), p) for p in look.positions if p.lag and p.oldest_ms and p.retention_ms]
    near = sorted(((s, p) for s, p in left if s < _near_s(p)), key=lambda each: each[0])
    if near:
        seconds, first = near[0]
        count, names = sum(p.lag for _, p in near), _names([p for _, p in near])
        when = f"in {duration(seconds)}" if seconds > 0 else "at any moment"
        yield action(
            RETENTION, seen.name, f"{count:,} unread records of {names} will be deleted, the first {when}",
            f"first make time: kafka-configs.sh --bootstrap-server HOST:PORT --topic {first.topic} --alter --add-config"
            f" retention.ms={2 * (first.retention_ms or 0)}; then get it to read ({seen.start})."
            " docs/operations.md#rapportretentionnear",
        )  # fmt: skip
    elif not lost:
        yield ok(RETENTION, seen.name, f"nothing unread is near its end; {_soonest([s for s, _ in left])}")


def _soonest(left: Sequence[float]) -> str:
    return f"the oldest unread record stays {duration(min(left))}" if left else "nothing unread is old"


def _near_s(position: Position) -> float:
    return min(NEAR_S, NEAR_SHARE * (position.retention_ms or 0) / 1000)


def _left_s(position: Position, now_ms: int) -> float:
    return ((position.oldest_ms or 0) + (position.retention_ms or 0) - now_ms) / 1000


def _behind(look: Look) -> str:
    lag = sum(p.lag for p in look.positions)
    if not lag:
        return "nothing unread"
    return f"{number(lag, 'record')} unread, the oldest {duration(_seconds(look))} old"


def _seconds(look: Look) -> float:
    """Age of the oldest unread record."""
    oldest = [p.oldest_ms for p in look.positions if p.lag and p.oldest_ms is not None]
    return (look.at_ms - min(oldest)) / 1000 if oldest else 0.0


def _apart(seen: GroupSeen) -> str:
    return duration((seen.second.at_ms - seen.first.at_ms) / 1000)


def _names(positions: Sequence[Position]) -> str:
    return ", ".join(sorted({p.topic for p in positions}))
