"""The findings of a what-if as data, ready to be written in any form and language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import msgspec

from replay.compare import Group, group_of
from replay.whatif.consequences import Consequences, Counts, Different, customers_of, of_kind
from replay.whatif.twins import TIME, Cause
from schemas.records import Alert, Decision
from streams.knowledge.overriding import Change

CARDS: Final = 3
"""Example cards of each kind of difference."""
ROWS: Final = 12
"""Rows of a table that could be long; how many more there are is told."""
DAYS: Final = 370
"""Days that a chart by day shows; a longer run is shown by month."""


class Pair(NamedTuple):
    """One figure under both rules."""

    before: int
    after: int


class Row(NamedTuple):
    """A figure under both rules, and how many outputs are only here, only there, or say something else."""

    name: str
    pair: Pair
    new: int
    gone: int
    changed: int


class Flow(NamedTuple):
    """Shifts from one relationship to another."""

    from_: str
    to: str
    pair: Pair


class Parting(NamedTuple):
    """Customers whose outputs differ, by the kind of record at which the two runs first part for them."""

    type: str
    customers: int
    outputs: int
    example: Cause
    customer: str


class Turned(NamedTuple):
    """Contact decisions: what was said before, what after, how often, and one of them."""

    before: str
    after: str
    times: int
    example: Decision


class Report(msgspec.Struct, frozen=True):
    """Everything that a report tells. Of lists that could be long the first rows, and how many there are."""

    sources: tuple[str, ...]
    records: int
    first: int | None
    last: int | None
    knowledge: tuple[str, str]
    changes: tuple[Change, ...]
    same: int
    differences: Pair
    customers: int
    customers_alerted: int
    states_only: int
    alerts: Pair
    history: Pair
    days: tuple[str, ...]
    by_day: Mapping[str, tuple[Pair, ...]]
    teams: tuple[Row, ...]
    signals: tuple[Row, ...]
    kinds: tuple[Row, ...]
    fields: tuple[tuple[Group, str, int], ...]
    decisions: tuple[Turned, ...]
    reasons: tuple[tuple[str, Pair], ...]
    flows: tuple[Flow, ...]
    partings: tuple[Parting, ...]
    cards: Mapping[str, tuple[Different, ...]]
    quality: tuple[tuple[str, float, float], ...] = ()
    digests: tuple[str, str] = ("", "")


class Run(NamedTuple):
    """What the report says of the runs themselves."""

    sources: Sequence[str]
    records: int
    first: int | None
    last: int | None
    knowledge: tuple[str, str]
    changes: Sequence[Change]
    digests: tuple[str, str]
    quality: Sequence[tuple[str, float, float]] = ()


def report(run: Run, found: Consequences, parted: Mapping[str, Cause | None]) -> Report:
    """The report of what was found."""
    different = found.different()
    alerts = of_kind(different, "alert")
    days, by_day = _by_day(found.before, found.after)
    told = customers_of(different)
    return Report(
        sources=tuple(run.sources), records=run.records, first=run.first, last=run.last, knowledge=run.knowledge,
        changes=tuple(run.changes), same=found.same, digests=run.digests, quality=tuple(run.quality),
        differences=Pair(sum(1 for d in different if d.before), sum(1 for d in different if d.after)),
        customers=len(told), customers_alerted=len(customers_of(alerts)), states_only=len(parted.keys() - told),
        alerts=Pair(found.before.alerts.total(), found.after.alerts.total()),
        history=Pair(found.before.history, found.after.history),
        days=days, by_day=by_day,
        teams=tuple(_rows(found, alerts, "alert")),
        signals=tuple(_rows(found, of_kind(different, "signal"), "signal")),
        kinds=tuple(_kinds(found, different)),
        fields=tuple(_fields(different)),
        decisions=tuple(_turned(of_kind(different, "decision"))),
        reasons=tuple(_pairs(found.before.decisions, found.after.decisions)),
        flows=tuple(_flows(found.before, found.after)),
        partings=tuple(_partings(different, parted)),
        cards=_cards(alerts),
    )  # fmt: skip


def _rows(found: Consequences, different: Iterable[Different], kind: str) -> Iterable[Row]:
    ways = Counter((group_of(each.output).name, each.what) for each in different)
    groups = {group for group in (*found.before.outputs, *found.after.outputs) if group.kind == kind}
    for group in sorted(groups, key=lambda g: (-_moved(ways, g.name), -found.after.outputs[g], g.name)):
        pair = Pair(found.before.outputs[group], found.after.outputs[group])
        yield Row(group.name, pair, *(ways[group.name, what] for what in ("new", "gone", "changed")))


def _moved(ways: Counter[tuple[str, str]], name: str) -> int:
    return sum(ways[name, what] for what in ("new", "gone", "changed"))


def _kinds(found: Consequences, different: Iterable[Different]) -> Iterable[Row]:
    ways = Counter((group_of(each.output).kind, each.what) for each in different)
    totals = [Counter[str](), Counter[str]()]
    for total, counts in zip(totals, (found.before, found.after), strict=True):
        for group, count in counts.outputs.items():
            total[group.kind] += count
    for kind in sorted(totals[0].keys() | totals[1].keys()):
        pair = Pair(totals[0][kind], totals[1][kind])
        yield Row(kind, pair, *(ways[kind, what] for what in ("new", "gone", "changed")))


def _fields(different: Iterable[Different]) -> Iterable[tuple[Group, str, int]]:
    counts = Counter((group_of(each.output), name) for each in different for name in each.fields)
    for (group, name), count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:ROWS]:
        yield group, name, count


def _turned(different: Iterable[Different]) -> Iterable[Turned]:
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], Decision] = {}
    for each in different:
        key = _said(each.before), _said(each.after)
        counts[key] += 1
        if isinstance(each.output, Decision):
            examples.setdefault(key, each.output)
    for key, count in counts.most_common(ROWS):
        yield Turned(*key, count, examples[key])


def _said(decision: object) -> str:
    """`permitted`, the reasons of a refusal, or nothing where nobody was asked."""
    if not isinstance(decision, Decision):
        return ""
    return "permitted" if decision.permitted else " ".join(decision.reasons)


def _pairs(before: Counter[str], after: Counter[str]) -> Iterable[tuple[str, Pair]]:
    for name in sorted(before.keys() | after.keys(), key=lambda each: (-before[each] - after[each], each)):
        yield name, Pair(before[name], after[name])


def _flows(before: Counts, after: Counts) -> Iterable[Flow]:
    found = [Flow(*key, Pair(before.flows[key], after.flows[key])) for key in before.flows.keys() | after.flows.keys()]
    return sorted(found, key=lambda f: (-abs(f.pair.after - f.pair.before), -max(f.pair), f.from_, f.to))


def _partings(different: Sequence[Different], parted: Mapping[str, Cause | None]) -> Iterable[Parting]:
    """A customer parts where the states do; without any such record where the first different output came out."""
    own: dict[str, list[Different]] = {}
    for each in different:
        if each.output.customer_id is not None:
            own.setdefault(each.output.customer_id, []).append(each)
    groups: dict[str, list[tuple[str, Cause, int]]] = {}
    for customer, outputs in own.items():
        cause = parted.get(customer) or outputs[0].cause
        kind = TIME if cause.type == "clock.tick" else cause.type
        groups.setdefault(kind, []).append((customer, cause, len(outputs)))
    for kind, found in sorted(groups.items(), key=lambda each: (-len(each[1]), each[0])):
        customer, cause, _ = min(found, key=lambda each: (each[1].at, each[0]))
        yield Parting(kind, len(found), sum(count for *_, count in found), cause, customer)


def _cards(alerts: Sequence[Different]) -> dict[str, tuple[Different, ...]]:
    """A few of each kind, of different signals where there are several."""
    found: dict[str, tuple[Different, ...]] = {}
    for what in ("new", "gone", "changed"):
        kinds: dict[tuple[str, ...], Different] = {}
        rest: list[Different] = []
        for each in alerts:
            if each.what != what or not isinstance(each.output, Alert):
                continue
            if each.output.signals in kinds:
                rest.append(each)
            else:
                kinds[each.output.signals] = each
        found[what] = tuple([*kinds.values(), *rest][:CARDS])
    return found


def _by_day(before: Counts, after: Counts) -> tuple[tuple[str, ...], dict[str, tuple[Pair, ...]]]:
    """Every day from the first to the last alert, quiet ones among them; by month where that is too many."""
    keys = [*before.alerts, *after.alerts]
    if not keys:
        return (), {}
    named = sorted({day for _, day in keys})
    first, last = date.fromisoformat(named[0]), date.fromisoformat(named[-1])
    days = [str(first + timedelta(days=n)) for n in range((last - first).days + 1)]
    length = 10 if len(days) <= DAYS else 7
    spans = tuple(dict.fromkeys(day[:length] for day in days))
    found: dict[str, tuple[Pair, ...]] = {}
    for team in sorted({team for team, _ in keys}):
        one, other = Counter[str](), Counter[str]()
        for total, counts in ((one, before), (other, after)):
            for (whose, day), count in counts.alerts.items():
                if whose == team:
                    total[day[:length]] += count
        found[team] = tuple(Pair(one[span], other[span]) for span in spans)
    return spans, found
