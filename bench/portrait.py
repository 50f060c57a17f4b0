"""What the engine makes of Online Retail, a real shop without labels: to be read with open eyes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from bench.engine import CHUNK, KNOWLEDGE
from bench.states import history
from bench.stream import keyed
from producers.importers.consent import consent
from rapport.customers.explained import Explained, contact, lines, of
from rapport.customers.known import Contact
from rapport.readable import Page
from rapport.voice import Voice
from schemas.records import Record, Shift, Source, Touchpoint
from streams.engine import Engine, Partition
from streams.knowledge.load import load
from streams.knowledge.model import Knowledge
from streams.relationships.relationships import Relationships

SHOWN: Final = 20
"""Customers explained, of each relationship in turn."""
TELLING: Final = 10
PROFILING: Final = "profiling"
ANONYMOUS: Final = "none:"
JUDGED: Final = "## Judged with open eyes\n"
NEXT: Final = "\n## "
HEAD: Final = """# Relationships in Online Retail

A gift shop in Britain from December 2010 to August 2011: what it sold to whom, and what came back; no words, nobody's
clicks, no labels. It is read as if everybody had agreed to `profiling`: without, all stay strangers. Nothing here is
fitted to it. `make portrait` writes the tables anew.
"""


@dataclass(slots=True)
class Folded:
    """All customers with an id, as they stand at the end."""

    knowledge: Knowledge
    states: Partition
    shifts: dict[str, list[Shift]] = field(default_factory=dict)
    seen: dict[str, dict[str, Contact]] = field(default_factory=dict)

    def known(self) -> list[str]:
        return sorted(key for key in self.states.customers() if not key.startswith(ANONYMOUS))


def fold(file: Path) -> Folded:
    """The whole file."""
    knowledge = load(KNOWLEDGE)
    engine, found = Engine(knowledge), Folded(knowledge, Partition(0))
    log = (Record(n, key, Source(0, n, 0), body) for n, (key, body) in enumerate(keyed(_agreed(history(file)))))
    while chunk := list(islice(log, CHUNK)):
        for record in chunk:
            if isinstance(record.body, Touchpoint) and not record.key.startswith((ANONYMOUS, "*")):
                found.seen.setdefault(record.key, {})[record.body.event_id] = contact(record.body)
        for output in engine.process(chunk, found.states).outputs:
            if isinstance(output, Shift) and output.customer_id is not None:
                found.shifts.setdefault(output.customer_id, []).append(output)
    return found


def _agreed(touchpoints: Iterable[Touchpoint]) -> Iterator[Touchpoint]:
    """As if everybody had said yes to `profiling`: without it what is bought on the web says nothing of anybody."""
    asked: set[bytes] = set()
    yes = consent([PROFILING], "to look at what could be read")
    assert yes is not None
    for touchpoint in touchpoints:
        yield from yes.before(touchpoint, asked)
        yield touchpoint


def page(found: Folded, judgement: str) -> str:
    """The whole document."""
    return "\n".join([HEAD, judgement, *_distribution(found), *_telling(found), *_people(found)]) + "\n"


def _distribution(found: Folded) -> Iterator[str]:
    declared = _declared(found)
    counts = Counter(declared.values())
    yield f"## Who they are at the end ({len(declared):,} customers)\n"
    yield "| relationship | customers | share |\n|---|---|---|"
    for type_id, n in counts.most_common():
        yield f"| {found.knowledge.relationship(type_id).label['en']} (`{type_id}`) | {n:,} | {n / len(declared):.1%} |"
    yield ""


def _telling(found: Folded) -> Iterator[str]:
    turns = Counter((s.from_, s.to) for shifts in found.shifts.values() for s in shifts)
    yield f"## What turned ({turns.total():,} shifts)\n"
    yield "| from | to | how often |\n|---|---|---|"
    for (before, after), n in turns.most_common(TELLING):
        yield f"| `{before}` | `{after}` | {n:,} |"
    yield ""


def _people(found: Folded) -> Iterator[str]:
    voice = Page(None, cards=False, voice=Voice("en", found.knowledge))
    yield "## Twenty customers, explained\n"
    for key in _chosen(_declared(found), found.shifts):
        live = found.states.live(key)
        assert live is not None
        told = of(key, live.customer, found.shifts.get(key, []), found.seen[key], found.knowledge)
        yield f"### {key}\n\n{_sold(told, found.seen[key])}\n"
        yield "```\n" + "\n".join(line.plain.rstrip() for line in lines(told, voice)[2:]) + "\n```\n"


def _sold(told: Explained, seen: dict[str, Contact]) -> str:
    kinds = Counter(each.type for each in seen.values())
    days = {each.occurred_at // 86_400_000 for each in seen.values()}
    what = ", ".join(f"{n:,} × `{kind}`" for kind, n in sorted(kinds.items()))
    return f"`{told.standing.type}`: {what} on {len(days)} days."


def _declared(found: Folded) -> dict[str, str]:
    relationships = Relationships(found.knowledge)
    lives = ((key, found.states.live(key)) for key in found.known())
    return {key: relationships.declared(live.customer) for key, live in lives if live is not None}


def _chosen(declared: dict[str, str], shifts: dict[str, list[Shift]]) -> Sequence[str]:
    """In turn of each relationship, those first whose way had most turns."""
    by_type: dict[str, list[str]] = {}
    for key in sorted(declared, key=lambda key: (-len(shifts.get(key, ())), key)):
        by_type.setdefault(declared[key], []).append(key)
    order = sorted(by_type)
    turns = [by_type[kind][n] for n in range(SHOWN) for kind in order if n < len(by_type[kind])]
    return turns[:SHOWN]


def run(file: Path, out: Path, say: Callable[[str], None]) -> None:
    """Writes the page; what people judged of the last one stays."""
    say(f"folding {file}")
    before = out.read_text(encoding="utf-8") if out.exists() else ""
    _, mark, rest = before.partition(JUDGED)
    judgement = f"{JUDGED}{rest.partition(NEXT)[0]}" if mark else f"{JUDGED}\nNobody yet.\n\n"
    out.write_text(page(fold(file), judgement.rstrip() + "\n"), encoding="utf-8")
