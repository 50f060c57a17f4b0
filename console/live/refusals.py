"""What the engine refused of what staff did, and who stood in the way (`streams.alerts.life`)."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, NamedTuple

from schemas.letters import headers_of
from schemas.recorded import Headers
from streams.alerts.life import INCOMPLETE, NO_TEAM, OVER, TAKEN, UNKNOWN
from streams.customers.ids import output_id

REASONS: Final = (UNKNOWN, OVER, TAKEN, INCOMPLETE, NO_TEAM)
KEPT: Final = 1_000
STAGE: Final = "engine"


class Refusal(NamedTuple):
    """`detail`: a sentence that begins with who has it, where somebody has."""

    reason: str
    detail: str

    def holder(self, alert_id: str) -> str:
        """Who has the alert; empty where that is not why."""
        name, has, _ = self.detail.partition(f" has alert {alert_id}")
        return name if has and self.reason == TAKEN else ""


class Refusals:
    """The last ones, by their id."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Refusal] = OrderedDict()

    def take(self, headers: Headers) -> bool:
        """Whether the dead letter with these headers is one of them."""
        told = headers_of(headers)
        if told.get("stage") != STAGE or told.get("reason") not in REASONS:
            return False
        self._kept[told.get("id", "")] = Refusal(told["reason"], told.get("detail", ""))
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return True

    def of(self, customer_id: str | None, event_id: str) -> Refusal | None:
        """Of this deed, about this customer; by the identity that the engine gives it."""
        for reason in REASONS:
            found = self._kept.get(output_id("rejected", "alerts", 1, customer_id or "", reason, "", event_id))
            if found is not None:
                return found
        return None
