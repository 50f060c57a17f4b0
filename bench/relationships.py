"""What reading the relationship costs a touchpoint, one core: evidence and, where it changed, the reading."""

from __future__ import annotations

from collections.abc import Sequence
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
from streams.relationships.relationships import Relationships

LETTERS: Final = 140
TEXTS: Final = (
    "the parcel came late again and nobody told me why, but the tea is as good as ever and I will drop in at the shop "
    "to look at the new ones soon",
    "快递又晚了也没人说一声，不过茶还是一如既往地好喝，改天顺路再到店里看看新到的那几款，顺便问问上次说的优惠还有没有",
)
WANTED_US: Final = {"without text": 8.0, "with a text of 140 characters": 25.0}
WANTED_BYTES: Final = 700


def run(count: int, customers: int) -> Report:
    """On the simulated shop, its texts taken away, then one on every touchpoint of a customer's."""
    knowledge = load(KNOWLEDGE)
    own = [(r.key, r.body) for r in records(touchpoints(count, customers)) if r.key != EVERYONE]
    plain = [(key, msgspec.structs.replace(b, text=None)) for key, b in own if isinstance(b, Touchpoint)]
    spoken = [
        (key, msgspec.structs.replace(each, text=TEXTS[n % 2][:LETTERS], language=("en", "zh")[n % 2]))
        for n, (key, each) in enumerate(plain)
    ]
    rows, sizes = [], list[int]()
    for name, log in (("without text", plain), ("with a text of 140 characters", spoken)):
        cost, people = _cost(knowledge, log)
        rows.append((name, cost, WANTED_US[name]))
        sizes += [len(msgspec.msgpack.encode(each.habits)) for each in people.values()]
    sizes.sort()
    return Report(
        f"Relationships: {len(plain):,} touchpoints, microseconds each", ("", "µs", "wanted"), rows,
        {name: cost for name, cost, _ in rows},
        [f"state: median {quantile(sizes, 0.5):,} bytes, largest {sizes[-1]:,}; wanted {WANTED_BYTES}"],
    )  # fmt: skip


def _cost(knowledge: Knowledge, log: Sequence[tuple[str, Touchpoint]]) -> tuple[float, dict[str, Customer]]:
    """With the making of moments taken off."""
    spent = [0.0, 0.0]
    people: dict[str, Customer] = {}
    for n in (0, 1):
        rules, people = Relationships(knowledge), {}
        began = process_time()
        for key, body in log:
            customer = people.setdefault(key, Customer())
            moment = Moment(
                knowledge, customer, key, body.occurred_at, "", body.event_id, body, None, (0, 0), [], {}, {}
            )
            customer.latest = max(customer.latest, body.occurred_at)
            if n:
                rules.observe(moment, body)
        spent[n] = process_time() - began
    return (spent[1] - spent[0]) / len(log) * 1e6, people
