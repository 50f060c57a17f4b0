"""What a replay tells at its end, for people and for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from replay.compare import Differences, Group
from replay.partings import Parting
from replay.source import Missing
from replay.whatif.twins import TIME
from schemas import times

COUNTS: Final[tuple[str, ...]] = (
    "applied", "duplicate", "late", "rejected", "resent", "anonymous", "left_out", "ticks", "missing",
)  # fmt: skip
"""What is told of the engine's counts, if there was any."""

SHOWN: Final = 8
"""Gaps told on a terminal."""


@dataclass(slots=True)
class Summary:
    """Counts of a run. `differences` is None where nothing was compared; `rate` is records a second."""

    records: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    outputs: Counter[Group] = field(default_factory=Counter)
    first: int | None = None
    last: int | None = None
    seconds: float = 0.0
    fingerprint: str = ""
    log_order: bool = True
    compared_with: str | None = None
    differences: Differences | None = None
    partings: list[Parting] = field(default_factory=list)
    """Why there are differences, by the kind of record at which customers part."""
    missing: list[Missing] = field(default_factory=list)
    """What the log lacks; of very many gaps the first, while `counts` has how many records there were in all."""

    @property
    def rate(self) -> float:
        return self.records / self.seconds if self.seconds else 0.0

    @property
    def different(self) -> bool:
        """Whether a comparison found anything: then the exit status is 1."""
        return bool(self.differences)

    def to_json(self) -> dict[str, Any]:
        """The summary as a JSON object."""
        found: dict[str, Any] = {
            "records": self.records, **{name: self.counts[name] for name in COUNTS},
            "outputs": _nested(self.outputs), "first": _time(self.first), "last": _time(self.last),
            "seconds": round(self.seconds, 3), "rate": round(self.rate), "fingerprint": self.fingerprint,
            "log_order": self.log_order,
        }  # fmt: skip
        if self.missing:
            found["gaps"] = [
                {"partition": each.partition, "first": each.first, "last": each.last, "until": _time(each.until)}
                for each in self.missing
            ]
        if self.differences is not None:
            found["compared_with"] = self.compared_with
            found["differences"] = _differences(self.differences)
            found["parted"] = [
                {
                    "type": each.type, "customers": each.customers, "outputs": each.outputs, "customer": each.customer,
                    "event_id": each.example.event_id, "at": _time(each.example.at),
                }
                for each in self.partings
            ]  # fmt: skip
        return found

    def print(self, console: Console) -> None:
        """The summary for people."""
        told = ", ".join(f"{self.counts[name]:,} {name.replace('_', ' ')}" for name in COUNTS if self.counts[name])
        done = f"{self.records:,} records in {self.seconds:.1f} s ({self.rate:,.0f}/s)"
        console.print(f"{done}: {told}" if told else done)
        if self.first is not None:
            order = "log order" if self.log_order else "by time, as if there were ticks"
            console.print(f"from {_time(self.first)} to {_time(self.last)}, {order}; states {self.fingerprint}")
        for each in self.missing[:SHOWN]:
            console.print(f"[yellow]missing[/]: {_lack(each)}", highlight=False)
        if len(self.missing) > SHOWN:
            console.print(f"[yellow]missing[/]: {len(self.missing) - SHOWN:,} more gaps; --json has them")
        outputs = Table("kind", "name", "count", title="outputs", title_justify="left")
        for group, count in sorted(self.outputs.items()):
            outputs.add_row(group.kind, escape(group.name), f"{count:,}")
        if self.outputs:
            console.print(outputs)
        if self.differences is not None:
            self.print_differences(console)

    def print_differences(self, console: Console) -> None:
        """What a comparison found, for people."""
        found = self.differences
        if found is None:
            return
        if found.unheld:
            console.print(_unheld(found.unheld), highlight=False)
        if not found:
            console.print(f"[green]no difference[/] from {self.compared_with}: {found.same:,} outputs are the same")
            return
        table = Table("", "kind", "name", "count", "for example", title=f"different from {self.compared_with}")
        for what, counts in (("new", found.new), ("gone", found.gone)):
            for group, count in sorted(counts.items()):
                examples = " ".join(found.examples[what, group][:2])
                table.add_row(what, group.kind, escape(group.name), f"{count:,}", examples)
        for (group, name), count in sorted(found.changed.items()):
            examples = " ".join(found.examples["changed", group][:2])
            table.add_row(f"changed {name}", group.kind, escape(group.name), f"{count:,}", examples)
        console.print(table)
        if self.partings:
            console.print(self._why())
        console.print(f"[red]different[/]: {found.same:,} outputs are the same, those above are not; exit status 1")

    def _why(self) -> Table:
        table = Table("customers part at", "customers", "outputs", "the first of them", title="why")
        for each in self.partings:
            kind = "something fell due" if each.type == TIME else each.type
            first = f"{each.customer}: {_time(each.example.at)} {each.example.event_id}".strip()
            table.add_row(escape(kind), f"{each.customers:,}", f"{each.outputs:,}", escape(first))
        return table


def _unheld(counts: Counter[Group]) -> str:
    named = ", ".join(f"{count:,} {group.kind} {group.name}".strip() for group, count in sorted(counts.items()))
    return (
        f"[yellow]not compared[/]: {escape(named)}: they counted records that the log has no more (a customer"
        " was erased, or records have expired), and stay as they were said; all that is about one customer is"
        " compared"
    )


def _lack(each: Missing) -> str:
    span = f"{each.first:,} to {each.last:,}"
    gone = f"partition {each.partition}: records {span} have expired, were compacted away or erased"
    if each.until is None:
        return f"{gone}; nothing of it is left"
    return f"{gone}; it goes on with {_time(each.until)}, and states are those of a log without them"


def _time(at: int | None) -> str | None:
    return None if at is None else times.write(at)


def _nested(counts: Counter[Group]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for group, count in sorted(counts.items()):
        found.setdefault(group.kind, {})[group.name] = count
    return found


def _differences(found: Differences) -> dict[str, Any]:
    changed: dict[str, dict[str, dict[str, int]]] = {}
    for (group, name), count in sorted(found.changed.items()):
        changed.setdefault(group.kind, {}).setdefault(group.name, {})[name] = count
    said = {"same": found.same, "new": _nested(found.new), "gone": _nested(found.gone), "changed": changed}
    return said | {"not_compared": _nested(found.unheld)}
