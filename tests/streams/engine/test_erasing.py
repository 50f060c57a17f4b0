"""Of an erased customer the engine keeps nothing, whatever the chunks, and whoever comes by that key later is new."""

from __future__ import annotations

import pytest

from schemas.hints import ERASED
from schemas.records import Touchpoint
from streams.engine import Partition
from streams.engine.partition import CUSTOMER
from tests.streams.lab import MINUTE, SECOND, Lab, tick, touchpoint

HELLO = touchpoint("chat.message", 0, text="Worst shop ever, never again", language="en")
GONE = touchpoint(ERASED, SECOND, channel="system", initiator="company")
BACK = touchpoint("chat.message", 2 * SECOND, text="hello", language="en")
KEY = CUSTOMER + b"anna"


def restored(changes: list[tuple[bytes, bytes]]) -> Partition:
    states = Partition(0)
    for key, value in changes:
        states.restore(key, value or None)
    states.ready()
    return states


@pytest.mark.parametrize("chunk", [1, 2, 3])
@pytest.mark.parametrize(
    ("story", "touchpoints"),
    [
        pytest.param([HELLO, GONE], None, id="nothing is left"),
        pytest.param([GONE], None, id="nobody was there"),
        pytest.param([HELLO, GONE, GONE], None, id="told again"),
        pytest.param([HELLO, GONE, BACK], 1, id="who comes again is new"),
    ],
)
def test_what_is_left(story: list[Touchpoint], touchpoints: int | None, chunk: int) -> None:
    lab, changes = Lab(), list[tuple[bytes, bytes]]()
    records = lab.records(story)
    for at in range(0, len(records), chunk):
        outcome = lab.process(records[at : at + chunk])
        changes += outcome.changes
    assert ("anna" in outcome.erased) == (touchpoints is None), "its card goes, unless there is a new one"
    for states in (lab.states, restored(changes)):
        live = states.live("anna")
        assert (None if live is None else live.customer.touchpoints) == touchpoints
        assert list(states.customers()) == ([] if touchpoints is None else ["anna"])
    assert [value for key, value in changes if key == KEY][-1:] != [] or touchpoints is None
    lab.fold(tick(30 * MINUTE), who="*")
    assert all(each.customer_id is None for each in lab.outputs if each.at > GONE.occurred_at and touchpoints is None)
