"""The topics: their names, what `topics.yaml` says of each, and which output goes where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import yaml

from schemas.records import (
    EVERYONE,
    Alert,
    AlertChange,
    CustomerCard,
    Decision,
    Emitted,
    Measure,
    Rejected,
    Shift,
    Signal,
)

RAW: Final = "touchpoints.raw.v1"
RESOLVED: Final = "touchpoints.resolved.v1"
DLQ: Final = "touchpoints.dlq.v1"
SHIFTS: Final = "relationship.shifts.v1"
SIGNALS: Final = "experience.signals.v1"
DECISIONS: Final = "contact.decisions.v1"
HISTORY_ALERTS: Final = "history.alerts.v1"
CUSTOMERS: Final = "customers.v1"
MEASURES: Final = "measures.v1"
KNOWLEDGE: Final = "knowledge.v1"
STATES: Final = "rapport.states.v1"
LINKS: Final = "rapport.links.v1"
TRENDS: Final = "rapport.trends.v1"
DELIVERIES: Final = "frontline.deliveries.v1"

TEAMS: Final[tuple[str, ...]] = (
    "agent-desk", "store", "social-care", "conflict", "concierge",
    "marketing", "product", "finance", "legal", "managers", "sales",
)  # fmt: skip

FILE: Final = Path(__file__).parent / "topics.yaml"
_OF_A_TEAM: Final = "alerts.<team>.v1"
_LINE: Final = "line"
_SCOPE: Final = msgspec.json.Encoder(order="sorted")
_OF_KIND: Final[dict[type[Emitted], str]] = {
    Shift: SHIFTS, Signal: SIGNALS, Decision: DECISIONS, Rejected: DLQ, CustomerCard: CUSTOMERS, Measure: MEASURES,
}  # fmt: skip
"""Alerts go by their team."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic; `config` is what the broker is given, `schemas` names of `schemas.registry`."""

    name: str
    partitions: int
    key: str
    schemas: tuple[str, ...]
    config: tuple[tuple[str, str], ...]

    @property
    def compacted(self) -> bool:
        return "compact" in dict(self.config).get("cleanup.policy", "").split(",")


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    partitions: int | str
    key: str
    schema: tuple[str, ...]
    config: dict[str, int | str]


@cache
def alert_topic(team: str) -> str:
    """The topic of a team's alerts; `ValueError` for a team that is not one of `TEAMS`."""
    if team not in TEAMS:
        raise ValueError(f"no team is called {team!r}; the teams are {', '.join(TEAMS)}")
    return f"alerts.{team}.v1"


@cache
def load(partitions: int) -> tuple[Topic, ...]:
    """All topics, those of the line with this many partitions; `ValueError` names what is wrong in the file."""
    if partitions < 1:
        raise ValueError(f"a line has at least one partition, not {partitions}")
    try:
        entries = msgspec.convert(yaml.safe_load(FILE.read_text(encoding="utf-8")), dict[str, _Entry])
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise ValueError(f"{FILE}: {error}") from error
    return tuple(topic for name, entry in entries.items() for topic in _topics(name, entry, partitions))


def _topics(name: str, entry: _Entry, line: int) -> list[Topic]:
    names = [alert_topic(team) for team in TEAMS] if name == _OF_A_TEAM else [name]
    config = tuple((option, str(value)) for option, value in entry.config.items())
    return [Topic(each, _partitions(name, entry, line), entry.key, entry.schema, config) for each in names]


def _partitions(name: str, entry: _Entry, line: int) -> int:
    if isinstance(entry.partitions, int):
        return entry.partitions
    if entry.partitions != _LINE:
        raise ValueError(f"{FILE}: {name}: partitions is a number or {_LINE!r}, not {entry.partitions!r}")
    return line


def routes(output: Emitted, besides: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], bytes]:
    """All topics of an output, and its key. A change stands on the topics of all teams that are to hear of it, under
    one id: `besides` has those other than its `team`, by the id of the change."""
    topic, key = route(output)
    if topic == HISTORY_ALERTS:
        return (topic,), key
    return (topic, *map(alert_topic, besides.get(output.id, ()))), key


def route(output: Emitted) -> tuple[str, bytes]:
    """Topic and key of an output. What concerns no one customer has the key of everyone."""
    if type(output) is Measure:
        return MEASURES, _SCOPE.encode(output.scope)
    if type(output) is Alert or type(output) is AlertChange:
        topic = alert_topic(output.team) if output.history is None else HISTORY_ALERTS
    else:
        topic = _OF_KIND[type(output)]
    return topic, (output.customer_id or EVERYONE).encode()
