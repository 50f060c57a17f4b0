"""What reading the relationship costs a touchpoint, one core: evidence and, where it changed, the reading."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from math import inf
from time import process_time
from typing import Final

import msgspec

from bench.engine import KNOWLEDGE
from bench.report import Report, quantile
from bench.stream import records, touchpoints
from schemas.records import EVERYONE, Touchpoint
from streams.customers.customer import Customer
from streams.customers.moment import Moment
from streams.knowledge.load import load
from streams.knowledge.model import Knowledge
from streams.knowledge.terms import LANGUAGES
from streams.relationships.features import Numbers
from streams.relationships.relationships import Relationships

LETTERS: Final = 140
PART: Final = 500
TIMES: Final = 5
WANTED_US: Final = {"without text": 8.0, "with a text of 140 characters": 25.0}
WANTED_BYTES: Final = 700


def run(count: int, customers: int) -> Report:
    """On the simulated shop, its texts taken away, then one of its texts' letters on every touchpoint."""
    knowledge = load(KNOWLEDGE)
    own = [(r.key, r.body) for r in records(touchpoints(count, customers)) if r.key != EVERYONE]
    mine = [(key, body) for key, body in own if isinstance(body, Touchpoint)]
    plain = [(key, msgspec.structs.replace(body, text=None)) for key, body in mine]
    said = _said([body for _, body in mine])
    spoken = [
        (key, msgspec.structs.replace(body, text=text, language=language))
        for (key, body), (language, text) in zip(plain, cycle(said), strict=False)
    ]
    rows, sizes, notes = [], list[int](), list[str]()
    for name, log in (("without text", plain), ("with a text of 140 characters", spoken)):
        _cost(knowledge, log[:1000])  # what is compiled at its first call, and what is put together once
        cost, read, people = _cost(knowledge, log)
        rows.append((name, cost, WANTED_US[name]))
        notes.append(f"{name}: {read:,} of them changed what a relationship is read from, and it was read")
        sizes += [len(msgspec.msgpack.encode(each.habits)) for each in people.values()]
    sizes.sort()
    return Report(
        f"Relationships: {len(plain):,} touchpoints, microseconds each", ("", "µs", "wanted"), rows,
        {name: cost for name, cost, _ in rows},
        [*notes, f"state: median {quantile(sizes, 0.5):,} bytes, largest {sizes[-1]:,}; wanted {WANTED_BYTES}"],
    )  # fmt: skip


def _said(found: Sequence[Touchpoint]) -> list[tuple[str, str]]:
    """Texts of `LETTERS`, each of several that customers sent, by language in turns."""
    texts = {
        language: dict.fromkeys(b.text for b in found if b.text and b.language == language) for language in LANGUAGES
    }
    made = []
    for language, each in texts.items():
        whole = "，".join(each) if language == "zh" else ". ".join(each)
        made.append([(language, whole[at : at + LETTERS]) for at in range(0, len(whole) - LETTERS, LETTERS)])
    return [text for both in zip(*made, strict=False) for text in both]


class _Counting(Relationships):
    """Counts how often a relationship was read."""

    read = 0

    def numbers(self, customer: Customer, at: int) -> Numbers:
        self.read += 1
        return super().numbers(customer, at)


def _cost(knowledge: Knowledge, log: Sequence[tuple[str, Touchpoint]]) -> tuple[float, int, dict[str, Customer]]:
    """Microseconds a touchpoint, the making of moments taken off; how often a relationship was read.

    Of each `PART` touchpoints the quickest of `TIMES` counts: what others take of the machine is no cost of ours."""
    least = [[inf, inf] for _ in range(0, len(log), PART)]
    people: dict[str, Customer] = {}
    for n in (0, 1) * TIMES:
        rules, people = _Counting(knowledge), {}
        for part, costs in enumerate(least):
            began = process_time()
            for key, body in log[part * PART : (part + 1) * PART]:
                customer = people.setdefault(key, Customer())
                moment = Moment(
                    knowledge, customer, key, body.occurred_at, "", body.event_id, body, None, (0, 0), [], {}, {}
                )
                customer.latest = max(customer.latest, body.occurred_at)
                if n:
                    rules.observe(moment, body)
            costs[n] = min(costs[n], process_time() - began)
    return sum(full - bare for bare, full in least) / len(log) * 1e6, rules.read, people
