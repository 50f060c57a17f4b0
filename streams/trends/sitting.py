"""One moment of one scope, and where what is found is put."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from schemas.records import Alert, AlertChange, AlertState, Because, Card, Emitted, Severity, Signal, Touchpoint, Value
from streams.customers.ids import output_id
from streams.knowledge.model import Knowledge
from streams.trends.state import TrendAlert, name_of

_write: Final = msgspec.json.Encoder(order="sorted").encode


@dataclass(slots=True)
class Sitting:
    """`at` is the end of the bucket that is judged, or the moment that fell due. `told` goes to everybody;
    `besides` is `Outcome.besides`."""

    at: int
    scope: dict[str, str]
    knowledge: Knowledge
    place: tuple[int, int]
    outputs: list[Emitted] = field(default_factory=list)
    told: list[Touchpoint] = field(default_factory=list)
    besides: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def whom(self) -> str:
        """The scope, as identities have it."""
        return name_of(self.scope).decode()

    def signal(
        self, name: str, matter: str, cause: str, values: Mapping[str, Value], what: str, severity: Severity
    ) -> Signal:
        """Emits it."""
        rule = self.knowledge.signals[name]
        partition, offset = self.place
        signal = Signal(
            id=output_id("signal", name, rule.version, self.whom, matter, "", cause), at=self.at, partition=partition,
            offset=offset, knowledge=self.knowledge.version, because=(Because(event_id=matter, what=what),),
            name=name, version=rule.version, severity=severity, matter=matter, values=dict(values), scope=self.scope,
        )  # fmt: skip
        self.outputs.append(signal)
        return signal

    def alert(self, signal: Signal, team: str, minutes: int, title: str, card: Card, language: str) -> TrendAlert:
        """Opens an alert of a team."""
        alert_id = output_id("alert", signal.name, signal.version, self.whom, signal.matter, team, signal.id)
        due = self.at + minutes * 60_000
        self.outputs.append(Alert(
            id=alert_id, at=self.at, partition=signal.partition, offset=signal.offset, knowledge=signal.knowledge,
            because=signal.because, dedup_key=f"{self.whom}|{signal.matter}|{team}", signals=(signal.id,), team=team,
            severity=signal.severity, title=title, card=card, due_at=due, language=language,
        ))  # fmt: skip
        return TrendAlert(alert_id, team, signal.severity, self.at, due)

    def change(
        self, alert: TrendAlert, state: AlertState, cause: str, *, by: str | None = None, until: int | None = None,
        reason: str | None = None, at: int | None = None, team: str = "",
    ) -> None:  # fmt: skip
        """Tells what happened to an alert; `cause` tells it from the same thing at another time; `team` is told of it,
        by default the alert's own; its own and those that it was escalated to are told as well (`besides`)."""
        partition, offset = self.place
        change = AlertChange(
            id=output_id("alert_change", state, 1, self.whom, "", alert.team, f"{alert.id}\x1e{cause}"),
            at=self.at if at is None else at, partition=partition, offset=offset, knowledge=self.knowledge.version,
            because=(Because(event_id=cause, what=state),), alert_id=alert.id, team=team or alert.team,
            state=state, by=by, until=until, reason=reason,
        )  # fmt: skip
        self.outputs.append(change)
        besides = tuple(each for each in (alert.team, *alert.above) if each != change.team)
        if besides:
            self.besides[change.id] = besides

    def tell(self, kind: str, name: str, facts: Mapping[str, object]) -> None:
        """Says something to everybody; it holds from where it then stands in their log."""
        event_id = output_id("trend", kind, 1, self.whom, name, "", str(self.at))
        self.told.append(Touchpoint(
            event_id=event_id, type=kind, occurred_at=self.at, occurred_offset=0, channel="system",
            initiator="company", properties=_write(dict(facts)).decode(),
        ))  # fmt: skip


def numbered(told: Sequence[Touchpoint], place: tuple[int, int]) -> list[Touchpoint]:
    """Each with its place, by which who hears it knows a repetition."""
    return [
        msgspec.structs.replace(each, properties=_numbered(each.properties or "{}", [*place, n]))
        for n, each in enumerate(told)
    ]


def _numbered(facts: str, trend: list[int]) -> str:
    return _write(msgspec.json.decode(facts) | {"trend": trend}).decode()
