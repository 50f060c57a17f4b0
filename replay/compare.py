"""What two runs over the same touchpoints say differently: new, gone, changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from zlib import crc32

import msgspec

from replay.holes import Counted, counted, lacking
from replay.source import Missing
from schemas.records import (
    Alert,
    AlertChange,
    CustomerCard,
    Decision,
    Emitted,
    Measure,
    Rejected,
    Shift,
    Signal,
)

POSITIONS: Final = frozenset({"partition", "offset", "knowledge"})
"""Travel along and are no part of what an output says (architecture.md, promise 5)."""
REJECTED_FIELDS: Final[tuple[str, ...]] = ("id", "at", "stage", "reason", "detail")
EXAMPLES: Final = 5
"""Ids kept of each kind of difference, for looking them up."""

KEPT: Final = 100_000
"""Differences of which it is looked for why."""

_WIDTH: Final = 4
_WHOLE: Final[Mapping[int, Missing]] = {}
_encode: Final = msgspec.msgpack.Encoder(order="sorted").encode


class Group(NamedTuple):
    """Kind and name by which differences are counted."""

    kind: str
    name: str


class _Trace(NamedTuple):
    """What is kept of an output: its group and four bytes a field, so that millions fit into memory; of what is about
    many, where it came out."""

    group: Group
    fields: bytes
    place: Counted | None


@dataclass(slots=True)
class Differences:
    """Counts by group, for changed outputs by field, too; and a few ids of each."""

    same: int = 0
    unlike: int = 0
    """Outputs on both sides that say something else; `changed` counts their fields."""
    unheld: Counter[Group] = field(default_factory=Counter)
    """Outputs of many that differ where records of what they counted are missing: no difference (`replay.holes`)."""
    new: Counter[Group] = field(default_factory=Counter)
    gone: Counter[Group] = field(default_factory=Counter)
    changed: Counter[tuple[Group, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, Group], list[str]] = field(default_factory=dict)
    ours: set[str] = field(default_factory=set)
    """Ids of this run that the base has not, or that say something else; of very many the first."""
    theirs: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    """Where in the log what only the base says came out, and of which customers; of very many the first."""

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.changed)

    @property
    def total(self) -> int:
        """How many outputs are not the same on both sides."""
        return self.new.total() + self.gone.total() + self.unlike

    def note(self, what: str, group: Group, output_id: str) -> None:
        """Keeps the id as an example if there are few yet."""
        ids = self.examples.setdefault((what, group), [])
        if len(ids) < EXAMPLES:
            ids.append(output_id)

    def keep(self, output_id: str) -> None:
        """Keeps the id for looking for why, unless there are very many."""
        if len(self.ours) < KEPT:
            self.ours.add(output_id)


class Comparison:
    """Takes the outputs of this run one by one, then those of the base; an id counts once on each side.

    Outputs of the kinds in `without` are left out on both sides.
    """

    def __init__(self, without: Collection[str] = ()) -> None:
        self._mine: dict[str, _Trace] = {}
        self._without = frozenset(without)

    def add(self, output: Emitted) -> None:
        """An output of this run."""
        if self._comparable(output):
            self._mine.setdefault(output.id, _trace(output))

    def against(self, base: Iterable[Emitted], holes: Mapping[int, Missing] = _WHOLE) -> Differences:
        """The differences of this run from `base`; empties the comparison. `holes`: what the log of this run lacks."""
        found = Differences()
        met: set[str] = set()
        for output in base:
            if not self._comparable(output) or output.id in met:
                continue
            met.add(output.id)
            trace = _trace(output)
            mine = self._mine.pop(output.id, None)
            if mine is not None and mine.fields == trace.fields:  # where it came out is no content
                found.same += 1
            elif lacking(holes, trace.place):
                found.unheld[trace.group] += 1
            elif mine is None:
                found.gone[trace.group] += 1
                found.note("gone", trace.group, output.id)
                if output.customer_id is not None and len(found.theirs) < KEPT:
                    found.theirs.setdefault((output.partition, output.offset), []).append(output.customer_id)
            else:
                _changed(found, output, mine, trace)
        for output_id, trace in self._mine.items():
            if lacking(holes, trace.place):
                found.unheld[trace.group] += 1
                continue
            found.new[trace.group] += 1
            found.note("new", trace.group, output_id)
            found.keep(output_id)
        self._mine.clear()
        return found

    def _comparable(self, output: Emitted) -> bool:
        """What stations before the engine refuse stands in no resolved log, so no replay can refuse it again."""
        if isinstance(output, Rejected) and output.stage != "engine":
            return False
        return kind_of(output) not in self._without


def kind_of(output: Emitted) -> str:
    """The public name of the output's kind."""
    return str(output.__struct_config__.tag)


def group_of(output: Emitted) -> Group:
    """Under which name an output is counted."""
    kind = kind_of(output)
    match output:
        case Signal():
            return Group(kind, output.name)
        case Shift():
            return Group(kind, output.to)
        case Alert():
            return Group(kind, output.team)
        case AlertChange():
            return Group(kind, output.state)
        case Decision():
            return Group(kind, "permitted" if output.permitted else "refused")
        case Rejected():
            return Group(kind, output.reason)
        case CustomerCard():
            return Group(kind, output.relationship)
        case Measure():
            return Group(kind, output.scope.get("type", ""))


def _changed(found: Differences, output: Emitted, mine: _Trace, base: _Trace) -> None:
    for place, name in enumerate(content_of(output)):
        span = slice(place * _WIDTH, (place + 1) * _WIDTH)
        if mine.fields[span] != base.fields[span]:
            found.changed[base.group, name.rstrip("_")] += 1
    found.unlike += 1
    found.keep(output.id)
    found.note("changed", base.group, output.id)


def _trace(output: Emitted) -> _Trace:
    values = (_encode(getattr(output, name)) for name in content_of(output))
    fields = b"".join(crc32(value).to_bytes(_WIDTH, "big") for value in values)
    return _Trace(group_of(output), fields, counted(output))


def content_of(output: Emitted) -> Sequence[str]:
    """The fields that say something. A dead letter's headers have no room for the others of a `Rejected`."""
    if isinstance(output, Rejected):
        return REJECTED_FIELDS
    return [name for name in output.__struct_fields__ if name not in POSITIONS]
