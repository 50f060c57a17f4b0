"""History is not now: when a customer's past is being told, and when it ends (delivery.md, History)."""

from __future__ import annotations

from schemas.records import Touchpoint
from streams.engine.fold import Fold
from streams.engine.partition import Live


def follow_run(fold: Fold, key: str, live: Live, body: Touchpoint, offset: int) -> None:
    """Puts a new customer into the run that brings them, and settles one whom a live touchpoint meets.

    A record of a run for somebody who is live already, or after the run's end, is late:
    applied at its own time, its outputs flagged, without taking the customer out of the present.
    """
    customer = live.customer
    if body.history is None:
        if customer.run is not None:
            fold.settle(key, live, body.occurred_at - 1, offset)
    elif customer.touchpoints == 0:
        run = fold.states.world.runs.get(body.history)
        if run is None or not run.over:
            customer.run = body.history
