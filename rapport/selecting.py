"""Which outputs somebody wants to see: the topics to read, and what of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal, TypeAlias

from rapport.failure import WRONG_USAGE, Failure
from schemas import topics
from schemas.records import SEVERITIES, Emitted, Severity

History: TypeAlias = Literal["exclude", "include", "only"]
HISTORIES: Final[tuple[History, ...]] = ("exclude", "include", "only")

ALERTS: Final = tuple(topics.alert_topic(team) for team in topics.TEAMS)
USUAL: Final[tuple[str, ...]] = (*ALERTS, topics.SHIFTS, topics.SIGNALS, topics.DECISIONS)
OUTPUTS: Final[tuple[str, ...]] = (*USUAL, topics.DLQ, topics.HISTORY_ALERTS, topics.CUSTOMERS, topics.MEASURES)

KINDS: Final[dict[str, tuple[str, ...]]] = {
    "alert": ALERTS,
    "alert_change": ALERTS,
    "shift": (topics.SHIFTS,),
    "signal": (topics.SIGNALS,),
    "decision": (topics.DECISIONS,),
    "rejected": (topics.DLQ,),
    "card": (topics.CUSTOMERS,),
    "measure": (topics.MEASURES,),
}
"""Topics of each kind of output."""
_UNASKED: Final = ("rejected", "card", "measure")
"""Kinds that are followed only if they are named."""
_WITH_TEAM: Final = ("alert", "alert_change")
_WITH_SEVERITY: Final = ("alert", "signal")
_SIGNAL: Final = ("signal",)


@dataclass(frozen=True, slots=True)
class Selection:
    """`topics` are to be read, and of what stands there what `holds`. An empty filter lets everything through."""

    topics: tuple[str, ...]
    kinds: frozenset[str]
    team: str | None = None
    customer: str | None = None
    least: Severity | None = None
    names: frozenset[str] = frozenset()
    history: History = "include"

    def holds(self, output: Emitted) -> bool:
        """Whether the output is wanted, apart from whether it is history."""
        severity = getattr(output, "severity", None)
        return (
            output.__struct_config__.tag in self.kinds
            and (self.customer is None or output.customer_id == self.customer)
            and (self.team is None or getattr(output, "team", self.team) == self.team)
            and (self.least is None or (severity is not None and _rank(severity) >= _rank(self.least)))
            and (not self.names or getattr(output, "name", None) in self.names)
        )

    def of_its_time(self, output: Emitted) -> bool:
        """Whether history is wanted as this output is, or is not, of one."""
        return self.history == "include" or (output.history is not None) == (self.history == "only")


def selection(
    named: Sequence[str] = (),
    *,
    team: str | None = None,
    customer: str | None = None,
    kinds: Sequence[str] = (),
    severity: str | None = None,
    names: Sequence[str] = (),
    history: str | None = None,
) -> Selection:
    """Of the topics `named`, else of those on which the wanted kinds stand, else of the usual ones.

    History is left out unless it is asked for, or a topic is named. Failure tells an unknown word the nearest
    known one, and filters that leave nothing.
    """
    for topic in named:
        if topic in (topics.RAW, topics.RESOLVED):
            raise Failure(f"{topic} carries touchpoints, no outputs; `rapport customer ID` shows them", WRONG_USAGE)
        _check(topic, OUTPUTS, "is no topic of outputs")
    for kind in kinds:
        _check(kind, tuple(KINDS), "is no kind of output")
    if team is not None:
        _check(team, topics.TEAMS, "is no team")
    least = None if severity is None else SEVERITIES[_check(severity, SEVERITIES, "is no severity")]
    time = HISTORIES[_check(history, HISTORIES, "is nothing for --history")] if history is not None else None
    time = time or ("include" if named else "exclude")
    left = _kinds(kinds, team, severity, names, named=bool(named))
    read = _topics(named, left, team, time)
    return Selection(read, left, team, customer, least, frozenset(names), time)


def check_names(names: Sequence[str], known: Sequence[str], wrong: str = "is no signal") -> None:
    """Failure for a name that nothing will ever have."""
    for name in names:
        _check(name, known, wrong)


def _kinds(
    kinds: Sequence[str], team: str | None, severity: str | None, names: Sequence[str], *, named: bool
) -> frozenset[str]:
    found = frozenset(kinds) or frozenset(kind for kind in KINDS if named or kind not in _UNASKED)
    asked = {"--kind": found}
    if team is not None and not named:
        asked["--team"] = frozenset(_WITH_TEAM)
    if severity is not None:
        asked["--severity"] = frozenset(_WITH_SEVERITY)
    if names:
        asked["--name"] = frozenset(_SIGNAL)
    left = frozenset.intersection(*asked.values())
    if not left:
        each = "; ".join(f"{option}: {', '.join(sorted(these))}" for option, these in asked.items())
        raise Failure(f"nothing can be all of it ({each}); leave one of them out", WRONG_USAGE)
    return left


def _topics(named: Sequence[str], kinds: frozenset[str], team: str | None, history: History) -> tuple[str, ...]:
    if named:
        return (*named, topics.alert_topic(team)) if team is not None else tuple(named)
    found = {topic for kind in kinds for topic in KINDS[kind]}
    alerts = found & set(ALERTS)
    if alerts and team is not None:
        found -= alerts - {topics.alert_topic(team)}
    if alerts and history != "exclude":
        found.add(topics.HISTORY_ALERTS)
    if history == "only":
        found -= alerts
    return tuple(topic for topic in OUTPUTS if topic in found)


def _rank(severity: Severity) -> int:
    return SEVERITIES.index(severity)


def _check(word: str, known: Sequence[str], wrong: str) -> int:
    """Its place among the known ones."""
    if word in known:
        return list(known).index(word)
    near = get_close_matches(word, known, n=1)
    remedy = f" (did you mean {near[0]}?)" if near else f"; there are {', '.join(known)}"
    raise Failure(f"{word} {wrong}{remedy}", WRONG_USAGE)
