"""What staff do with the alert of a trend, on its way to where the trend is judged."""

from __future__ import annotations

from typing import Final

import msgspec

from streams.alerts import life
from streams.customers.moment import ACT, Moment

RESERVED: Final = frozenset({"measure", "count", "bin", "act"})
"""Names by which measures say what they count; the scope of no trend has one."""


class Act(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done, when, by whom, with which alert; `until` as it was written, `to` whom it is handed on."""

    at: int
    event_id: str
    state: str
    alert_id: str
    by: str | None = None
    until: int | None = None
    reason: str | None = None
    to: str | None = None


_write: Final = msgspec.json.Encoder().encode
read: Final = msgspec.json.Decoder(Act).decode


def tell(moment: Moment) -> None:
    """Counts it, once, under the scope of the trend; without a scope, or with one that no trend can have, it concerns
    none. A slip in the name of a team is refused."""
    touchpoint, scope = moment.touchpoint, moment.properties.get("scope")
    if touchpoint is None or not isinstance(scope, dict) or not scope or not RESERVED.isdisjoint(scope):
        return
    state = life.ACTIONS[touchpoint.type]
    to = life.receiving(moment) if state == "reassigned" else None
    if state == "reassigned" and to is None:
        return
    act = Act(
        at=moment.at, event_id=moment.event_id, state=state,
        alert_id=str(moment.properties.get("alert_id")), by=touchpoint.staff_id,
        until=life.until(moment), reason=life.root_cause(moment), to=to,
    )  # fmt: skip
    pairs = sorted((str(name), str(value)) for name, value in scope.items())
    moment.count(ACT, (ACT, _write(act).decode()), *pairs)
