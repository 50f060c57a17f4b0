"""A known customer has just come in (S2-02, S2-07)."""

from __future__ import annotations

from typing import ClassVar

from schemas.records import Value
from streams.customers.moment import Moment, because
from streams.signals.detector import Nothing, Stateless


class Arrival(Stateless):
    """Fires each time a camera knows the customer (with consent to `camera` and enough confidence) or they scan a code.

    Without consent there is nothing, not even a trace that names anyone. A scan is the
    customer's own act and needs none, unless they have said no to `profiling`. Someone
    known only by a device or a cookie is nobody whom the shop could greet.
    """

    name: ClassVar[str] = "arrival"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"store.entered", "qr.scanned"})

    def observe(self, state: Nothing, moment: Moment) -> Nothing:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        rule = moment.knowledge.signals[self.name]
        values: dict[str, Value] = {"source": touchpoint.type, "location_id": touchpoint.location_id or ""}
        if touchpoint.type not in rule.words("sources") or moment.customer_id.startswith(("device:", "cookie:")):
            return state
        if touchpoint.type == "store.entered":
            confidence = moment.properties.get("confidence")
            sure = isinstance(confidence, int | float) and confidence >= rule.number("confidence_floor")
            if not sure or not moment.customer.granted("camera"):
                return state
            values["confidence"] = float(str(confidence))
        elif moment.customer.granted("profiling") is False:
            return state
        place = f"place:{touchpoint.location_id or 'unknown'}"
        moment.signal(self.name, place, values, [because(moment, touchpoint.type)])
        return state
