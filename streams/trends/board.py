"""One measures partition: totals come in, buckets close, scopes are judged.

Pure: no Kafka, no clock. What comes out depends on the totals and on the time that has passed, not on how
the records of the resolved partitions lie between each other: a bucket is judged once all of them have passed it, and
nothing comes for it behind their marks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from schemas.records import Emitted, Measure, Touchpoint
from streams.alerts import acts
from streams.customers.moment import ACT, STANDING
from streams.engine.counting import BUCKET_MS, MARK, PLACE, POLICY
from streams.knowledge.model import Knowledge
from streams.trends import comfort, crowd, impact, judge, life
from streams.trends.season import HOUR_MS
from streams.trends.sitting import Sitting, numbered
from streams.trends.state import WHOLE, Place, Restoring, Standing, Watched, name_of, pack, write

MOST: Final = 4_000
"""Scopes that are watched; one more is not."""
_MARK: Final = dict(MARK)
_SEPARATOR: Final = "\x1f"
_NEVER: Final = 1 << 62


class Judged(NamedTuple):
    """Outputs, and what is to be said to everybody, in order; `besides` is `Outcome.besides`."""

    outputs: list[Emitted]
    told: list[Touchpoint]
    besides: dict[str, tuple[str, ...]]


class Board:
    """`partitions`: how many resolved partitions must have passed a bucket, where their marks do not say it."""

    def __init__(self, number: int, known: Callable[[str], Knowledge], partitions: int = 1) -> None:
        self.number = number
        self.counts: Counter[str] = Counter()
        self._known = known
        self._partitions = partitions
        self._standing = Standing()
        self._places: dict[bytes, Place] = {}
        self._waiting: set[bytes] = set()
        self._due: dict[bytes, int] = {}
        self._changed: set[bytes] = set()
        self._moved = False

    # Recovery and writing

    def restore(self, restoring: Restoring) -> None:
        """Goes on from a changelog."""
        self._standing, self._places = restoring.result()
        for key, place in self._places.items():
            if place.waiting:
                self._waiting.add(key)
            self._plan(key, place, self._knowledge(self._standing.closed))

    def changes(self) -> list[tuple[bytes, bytes]]:
        """Changelog records of what changed since the last call, the standing last: up to there all is whole.

        None where there was nothing for trends: that is read again after a crash, and passed over again.
        """
        position = self._standing.position
        if not self._moved:
            return []
        self._moved = False
        written = [(key, write(position, self._places[key])) for key in sorted(self._changed)]
        self._changed.clear()
        return [*written, (WHOLE, write(position, self._standing))]

    @property
    def watched(self) -> int:
        """Scopes that are watched."""
        return len(self._places)

    def fingerprint(self) -> str:
        """A digest of all that is kept."""
        digest = blake2b(pack(self._standing), digest_size=16)
        for key in sorted(self._places):
            digest.update(key + pack(self._places[key]))
        return digest.hexdigest()

    def differs(self, other: Board) -> str | None:
        """What of its places and times is not as in `other`; None where all is. Positions are no part of it: who goes
        on from a changelog is behind by what was nothing for trends."""
        mine, theirs = (msgspec.structs.replace(each._standing, position=0) for each in (self, other))
        if mine != theirs:
            return f"the standing: {mine} and {theirs}"
        for key in sorted(self._places.keys() | other._places.keys()):
            here, there = self._places.get(key), other._places.get(key)
            if here is None or there is None or pack(here) != pack(there):
                return f"{key.decode()}: {here} and {there}"
        return None

    # Judging

    def process(self, records: Sequence[tuple[int, Measure]]) -> Judged:
        """Takes measures by offset; those at or below the position are done."""
        judged = Judged([], [], {})
        for offset, measure in records:
            if offset <= self._standing.position:
                continue
            if measure.scope == _MARK:
                self._moved = True
                self._passed(measure, offset, judged)
            elif "measure" in measure.scope:
                self._moved = True
                self._take(measure)
            self._standing.position = offset
        return judged

    def versions(self, records: Sequence[tuple[int, Measure]]) -> set[str]:
        """The versions of knowledge by which these are judged."""
        return {measure.knowledge for _, measure in records if measure.scope == _MARK and measure.partition == 0}

    def _take(self, measure: Measure) -> None:
        key = name_of(measure.scope)
        place = self._places.get(key)
        end = measure.bucket + BUCKET_MS
        if end <= self._standing.marks.get(measure.partition, -1):
            self.counts["resent"] += 1
            return
        if place is None:
            if len(self._places) >= MOST:
                self.counts["unwatched"] += 1
                return
            place = self._places[key] = Place(msgspec.json.decode(key))
        totals = place.waiting.setdefault(end, {})
        totals.setdefault(_leaf(measure.scope), {})[measure.partition] = measure.total
        self._waiting.add(key)
        self._changed.add(key)
        self.counts["taken"] += 1

    def _passed(self, mark: Measure, offset: int, judged: Judged) -> None:
        standing = self._standing
        if mark.bucket <= standing.marks.get(mark.partition, -1):
            return
        standing.marks[mark.partition] = mark.bucket
        if mark.partition == 0:
            standing.versions.append((mark.bucket, mark.knowledge))
        if len(standing.marks) < max(self._partitions, mark.total):
            return
        until = min(standing.marks.values())
        if until > standing.closed:
            self._close(until, offset, judged)
            standing.closed = until
            standing.versions = [each for each in standing.versions if each[0] > until] or standing.versions[-1:]

    def _close(self, until: int, offset: int, judged: Judged) -> None:
        place = self.number, offset
        concerned = self._waiting | {key for key, due in self._due.items() if due <= until}
        found = Judged([], [], {})
        for key in sorted(concerned):
            self._judge(key, until, place, found)
        judged.outputs.extend(sorted(found.outputs, key=lambda each: each.at))
        judged.besides.update(found.besides)
        judged.told.extend(numbered(sorted(found.told, key=lambda each: each.occurred_at), place))

    def _judge(self, key: bytes, until: int, where: tuple[int, int], found: Judged) -> None:
        place = self._places[key]
        while True:
            ended = min(place.waiting, default=_NEVER)
            due = self._due.get(key, _NEVER)
            at = min(ended, due)
            if at > until:
                break
            knowledge = self._knowledge(at)
            sitting = Sitting(at, place.scope, knowledge, where, found.outputs, found.told, found.besides)
            if ended <= due:
                self._ended(sitting, place, place.waiting.pop(ended))
            else:
                self._fell_due(sitting, place)
            self._plan(key, place, knowledge, at)
            self._changed.add(key)
        if not place.waiting:
            self._waiting.discard(key)

    def _ended(self, sitting: Sitting, place: Place, totals: Mapping[str, Mapping[int, int]]) -> None:
        counts: dict[str, dict[str, int]] = {}
        acting: list[acts.Act] = []
        policies: list[dict[str, object]] = []
        measured: list[dict[str, object]] = []
        for leaf, parts in sorted(totals.items()):
            measure, _, rest = leaf.partition(_SEPARATOR)
            if measure in STANDING:
                place.standing.setdefault(leaf, {}).update(parts)
            elif measure == ACT:
                try:
                    acting.append(acts.read(rest))
                except msgspec.DecodeError:
                    # Written by a program from before that let a scope say so; what is no act concerns no alert.
                    self.counts["unknown_alert"] += 1
            elif measure == POLICY:
                policies.append(msgspec.json.decode(rest))
            elif measure == PLACE:
                measured.append(msgspec.json.decode(rest))
            else:
                counts.setdefault(measure, {})[rest] = sum(parts.values())
        for name, found in counts.items():
            judge.observe(sitting, name, place.watched.setdefault(name, Watched()), found)
        for facts in policies:
            impact.foretell(sitting, place, facts)
        if measured:
            comfort.judge(sitting, place, measured)
        for act in sorted(acting, key=lambda each: (each.at, each.event_id)):
            self._act(sitting, place, act)

    def _act(self, sitting: Sitting, place: Place, act: acts.Act) -> None:
        incidents = [each.incident for each in place.watched.values() if each.incident is not None]
        # Once one of them knows the alert, no other does.
        if not any(life.act(sitting, each, act) for each in [*incidents, *place.impacts.values()]):
            self.counts["unknown_alert"] += 1

    def _fell_due(self, sitting: Sitting, place: Place) -> None:
        for name, watched in place.watched.items():
            judge.roll(sitting, name, watched, sitting.at)
            if watched.incident is not None:
                life.pass_time(sitting, watched.incident)
        for name, foretold in list(place.impacts.items()):
            life.pass_time(sitting, foretold)
            if not foretold.alerts:
                del place.impacts[name]
        if place.standing and sitting.at % HOUR_MS == 0:
            crowd.broadcast(sitting, place)

    def _plan(self, key: bytes, place: Place, knowledge: Knowledge, at: int | None = None) -> None:
        """When time alone brings something for this place."""
        moments = [life.due(each) or _NEVER for each in place.impacts.values()]
        rule = knowledge.signals.get(judge.COUNTS)
        if rule is not None:
            length = judge.period(rule)
            moments += [judge.due(name, each, length) for name, each in place.watched.items()]
        if place.standing:
            after = self._standing.closed if at is None else at
            moments.append(crowd.hour_after(after + 1))
        due = min(moments, default=_NEVER)
        if due == _NEVER:
            self._due.pop(key, None)
        else:
            self._due[key] = due

    def _knowledge(self, at: int) -> Knowledge:
        """What held when this moment passed."""
        versions = self._standing.versions
        last = versions[-1][1] if versions else ""
        return self._known(next((version for until, version in versions if until >= at), last))


def _leaf(scope: Mapping[str, str]) -> str:
    """What is counted: the measure, and what it says beside the scope. Of an act all else is the scope it names."""
    if scope["measure"] == ACT:
        return _SEPARATOR.join((ACT, scope["act"]))
    apart = (scope[name] for name in ("of", "count", "bin", "act") if name in scope)
    return _SEPARATOR.join((scope["measure"], *apart))
