"""What staff do with an alert: a touchpoint each, of which the engine decides what it does."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Sequence
from typing import Any, Final, Literal, Protocol, TypeAlias

import msgspec

from console.accounts.people import Person
from console.live.item import Item
from producers.preparing import Preparing, Ready
from schemas import times
from schemas.keys import NAMED, IdentityKey, kind_of
from schemas.records import Touchpoint
from schemas.topics import TEAMS
from streams.knowledge.model import Knowledge

Action: TypeAlias = Literal["acknowledge", "snooze", "reassign", "escalate", "resolve", "follow_up"]
TYPES: Final[dict[str, str]] = {
    "acknowledge": "alert.acknowledged",
    "snooze": "alert.snoozed",
    "reassign": "alert.reassigned",
    "escalate": "alert.reassigned",  # to the team that teams.yaml names for when nobody takes it
    "resolve": "alert.resolved",
    "follow_up": "alert.followed_up",
}
SNOOZES: Final = (15, 60, 240, 1440)
"""Minutes."""
LONGEST: Final = 1_000
"""Letters of what staff write."""


class Refused(Exception):
    """What cannot be done; `said` is a name in the catalogue of words."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Writer(Protocol):
    """Where touchpoints are written; `producers.collector.writing.KafkaWriter` is one."""

    @property
    def state(self) -> str: ...
    def partitions(self, topic: str) -> int: ...
    def put(self, records: Sequence[Ready]) -> Awaitable[None]: ...


class Desk:
    """Turns what somebody did into records and writes them."""

    def __init__(self, writer: Writer, identity: IdentityKey, knowledge: Knowledge) -> None:
        self._writer = writer
        self._preparing = Preparing(writer.partitions, identity)
        self._knowledge = knowledge

    async def write(self, touchpoints: Sequence[Touchpoint]) -> None:
        """Once Kafka has all of them; `producers.collector.writing.Unavailable` if it has not."""
        now = int(time.time() * 1000)
        records = [self._preparing.touchpoint(self._preparing.received(each, now)) for each in touchpoints]
        await self._writer.put(records)

    def fallback(self, team: str) -> str | None:
        """Whom escalating reaches; None at the end of the line."""
        found = self._knowledge.teams.get(team)
        return (found.fallback or None) if found else None

    def facts(self, action: str, item: Item, form: dict[str, str], now: int) -> dict[str, Any]:
        """Properties of the touchpoint; `Refused` says what lacks."""
        match action:
            case "snooze":
                minutes = next((each for each in SNOOZES if str(each) == form.get("minutes", "")), None)
                if minutes is None:
                    raise Refused("refused.minutes")
                return {"until": times.write(now + minutes * 60_000)}
            case "reassign":
                if form.get("to", "") not in TEAMS or form["to"] == item.team:
                    raise Refused("refused.team")
                return {"to": form["to"]}
            case "escalate":
                to = self.fallback(item.team)
                if to is None:
                    raise Refused("refused.no_fallback")
                return {"to": to}
            case "resolve":
                found = {name: form.get(name, "").strip()[:LONGEST] for name in ("root_cause", "action")}
                if not all(found.values()):
                    raise Refused("refused.cause_and_action")
                return found
            case _:
                return {}


def touchpoint_of(
    kind: str, event_id: str, person: Person, customer_id: str | None, facts: dict[str, Any], *,
    now: int, text: str | None = None, language: str | None = None,
) -> Touchpoint:  # fmt: skip
    """A deed of ours, about a customer by the key that the line knows them by."""
    named = customer_id is not None and kind_of(customer_id) == NAMED
    return Touchpoint(
        event_id=event_id, type=kind, occurred_at=now, occurred_offset=0, channel="system", initiator="company",
        customer_id=None if named else customer_id,
        loyalty_card=customer_id.partition(":")[2] if named and customer_id else None,
        staff_id=person.name, text=text, language=language,
        properties=msgspec.json.encode(facts).decode() if facts else None,
    )  # fmt: skip
