"""What two runs over the same records say differently, output by output, and what both say, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from replay.compare import Group, content_of, group_of, kind_of
from replay.whatif.twins import TIME, Cause, Step, cause_of
from schemas.records import Alert, Decision, Emitted, Record, Shift

DayOf = Callable[[int], str]
"""The local day of a moment, as people write it."""


@dataclass(slots=True)
class Counts:
    """What one of the two said in all."""

    outputs: Counter[Group] = field(default_factory=Counter)
    alerts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By team and day."""
    flows: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Shifts by where from and where to."""
    decisions: Counter[str] = field(default_factory=Counter)
    """Permitted, refused, and by each reason."""
    history: int = 0
    """Alerts that were marked history: archived, told to nobody."""

    def add(self, output: Emitted, day_of: DayOf) -> None:
        """One more."""
        self.outputs[group_of(output)] += 1
        match output:
            case Alert():
                self.alerts[output.team, day_of(output.at)] += 1
                self.history += output.history is not None
            case Shift():
                self.flows[output.from_, output.to] += 1
            case Decision():
                self.decisions["permitted" if output.permitted else "refused"] += 1
                self.decisions.update(output.reasons)


class Different(NamedTuple):
    """An output that one run has not, or that says something else in `fields`; and the record at which it came out."""

    before: Emitted | None
    after: Emitted | None
    cause: Cause
    fields: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """`new`, `gone` or `changed`."""
        if self.before is None:
            return "new"
        return "gone" if self.after is None else "changed"

    @property
    def output(self) -> Emitted:
        """The one that there is, of two the later run's."""
        found = self.after if self.after is not None else self.before
        assert found is not None
        return found


class Consequences:
    """Pairs the outputs of two runs by id. Memory grows with what differs, not with the log.

    An id that comes twice in one run counts once, as for every consumer.
    """

    def __init__(self, takes: Callable[[Emitted], bool], day_of: DayOf) -> None:
        self.before = Counts()
        self.after = Counts()
        self.same = 0
        self._takes = takes
        self._day_of = day_of
        self._open: tuple[dict[str, Different], dict[str, Different]] = ({}, {})
        self._changed: list[Different] = []

    def take(self, step: Step) -> None:
        """What came out at one piece."""
        before, after = ({each.id: each for each in side if self._takes(each)} for side in (step.before, step.after))
        for counts, outputs in ((self.before, before), (self.after, after)):
            for output in outputs.values():
                counts.add(output, self._day_of)
        places = tuple(_Places(records) for records in step.records)
        for id_ in before.keys() & after.keys():
            self._both(before.pop(id_), after.pop(id_), places[1].cause)
        for side, outputs in enumerate((before, after)):
            for output in outputs.values():
                self._alone(side, output, places[side].cause(output))

    def _alone(self, side: int, output: Emitted, cause: Cause) -> None:
        other = self._open[1 - side].pop(output.id, None)
        if other is None:
            gone = side == 0
            self._open[side][output.id] = Different(output if gone else None, None if gone else output, cause)
        else:
            self._both(*((output, other.output) if side == 0 else (other.output, output)), lambda _: other.cause)

    def _both(self, before: Emitted, after: Emitted, cause: Callable[[Emitted], Cause]) -> None:
        fields = tuple(name.rstrip("_") for name in content_of(before) if _differs(before, after, name))
        if fields:
            self._changed.append(Different(before, after, cause(after), fields))
        else:
            self.same += 1

    def different(self) -> list[Different]:
        """Everything that differs, in the order of time."""
        found = [*self._open[0].values(), *self._open[1].values(), *self._changed]
        return sorted(found, key=lambda each: (each.output.at, each.output.id))


class _Places:
    """Records of a piece by their offset; a piece is looked through only if something differs."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._causes: dict[int, Cause] | None = None

    def cause(self, output: Emitted) -> Cause:
        """The record at which the output came out."""
        if self._causes is None:
            self._causes = {record.offset: cause_of(record) for record in self._records}
        return self._causes.get(output.offset, Cause(TIME, "", output.at))


def _differs(before: Emitted, after: Emitted, name: str) -> bool:
    return bool(getattr(before, name) != getattr(after, name, None))


def customers_of(found: Iterable[Different]) -> set[str]:
    """Whom the differences concern."""
    return {each.output.customer_id for each in found if each.output.customer_id is not None}


def of_kind(found: Iterable[Different], kind: str) -> list[Different]:
    """The differences in outputs of one kind."""
    return [each for each in found if kind_of(each.output) == kind]
