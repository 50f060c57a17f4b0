"""A partition on the bench whose log and outputs stand in a store as well, as the line would leave them."""

from __future__ import annotations

import time
from collections.abc import Iterable

from schemas.codec import encode_touchpoint
from schemas.records import Touchpoint
from sinks.clickhouse.client import Store
from sinks.clickhouse.rows import blocks, merged
from sinks.clickhouse.writer import Writer
from streams.customers.customer import Customer
from tests.sinks.made import Made, chunk, sent, source
from tests.streams.lab import Lab


class Shop(Lab):
    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store

    def tell(self, touchpoints: Iterable[Touchpoint], who: str = "anna") -> None:
        """They happen, the engine says what it has to, and all of it is archived."""
        records = self.records(touchpoints, who)
        done = self.process(records)
        log = [
            Made(0, each.offset, each.body.occurred_at, each.key.encode(), encode_touchpoint(each.body),
                 source(0, each.offset))
            for each in records if isinstance(each.body, Touchpoint)
        ]  # fmt: skip
        first = len(self.outputs) - len(done.outputs)
        said = [sent(output, first + n) for n, output in enumerate(done.outputs)]
        Writer(self.store, time.sleep).write(merged(blocks([chunk(*log), chunk(*said, topic="any.topic.v1")])))

    def state(self, customer_id: str, patience_s: float) -> Customer | None:
        """As the stream would answer."""
        live = self.states.live(customer_id)
        return None if live is None else live.customer
