"""One moment of one customer: what rules and detectors see of it, and where they put what they find."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from schemas.records import Because, Emitted, Severity, Signal, Touchpoint, Value
from schemas.wire import properties
from streams.customers.customer import HEARD, Consent, Customer, Timer
from streams.customers.ids import fingerprint, output_id
from streams.customers.incidents import Incident
from streams.customers.sketch import bin_of
from streams.knowledge.model import Knowledge

Scope: TypeAlias = tuple[tuple[str, str], ...]
"""Of a measure: pairs of name and value, the first being that of the measure."""
STANDING: frozenset[str] = frozenset({"crowd", "types"})
"""Measures of how many customers are where. They know no time, and history counts as well."""

DAY_MS = 86_400_000
QUIET_KEPT = 16
"""Matters of a customer whose quiet is remembered; the one that ends first makes room."""
NO_QUIET: frozenset[str] = frozenset({"incoming_call", "arrival", "right_offer", "asked_twice", "contact_rule_broken"})
"""Signals that fire each time (signals.md, Rulings)."""
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error", "critical")
NOTHING: Final[Mapping[str, int]] = {}
RANK: dict[str, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}
ACT = "act"
"""Measure of what staff do with the alert of a trend."""


def worse(severity: Severity) -> Severity:
    """One word up; nothing is worse than critical."""
    return SEVERITIES[min(RANK[severity] + 1, RANK["critical"])]


class Moment:
    """A customer's own record, a timer that falls due or a company-wide record that reaches the customer.

    `at` is the time of what happens (for a timer its due moment), `cause` identifies it,
    `event_id` is the touchpoint to name as the reason. Outputs are appended to `out`.
    `missing` is what the company is out of, until when (`streams.engine.world.World.out`).
    """

    __slots__ = (
        "_properties", "at", "before", "besides", "cause", "comes", "counts", "crowd", "customer", "customer_id",
        "event_id", "history", "incidents", "knowledge", "missing", "offset", "out", "partition", "touchpoint",
    )  # fmt: skip

    def __init__(
        self, knowledge: Knowledge, customer: Customer, customer_id: str, at: int, cause: str, event_id: str,
        touchpoint: Touchpoint | None, history: str | None, place: tuple[int, int], out: list[Emitted],
        crowd: Mapping[str, float], incidents: Mapping[str, Incident], missing: Mapping[str, int] = NOTHING,
    ) -> None:  # fmt: skip
        self.knowledge = knowledge
        self.customer = customer
        self.customer_id = customer_id
        self.at = at
        self.cause = cause
        self.event_id = event_id
        self.touchpoint = touchpoint
        self.history = history
        self.partition, self.offset = place
        self.out = out
        self.crowd = crowd
        """What was last broadcast of all customers together, as `slipping_away.median_value`; a name may be missing."""
        self.incidents = incidents
        """Those that are declared and not over, by id."""
        self.counts: dict[Scope, int] | None = None
        self.besides: dict[str, tuple[str, ...]] | None = None
        """The teams on whose topics a change stands besides (`Outcome.besides`)."""
        self.missing = missing
        self.before = customer.declared, customer.cases, customer.consents, customer.language, customer.slots
        self._properties: dict[str, object] | None = None
        self.comes: bool | None = None
        """Whether it is a visit (`streams.signals.occasion`), once somebody has asked."""

    @property
    def properties(self) -> dict[str, object]:
        """The touchpoint's properties, decoded once."""
        if self._properties is None:
            self._properties = {} if self.touchpoint is None else properties(self.touchpoint)
        return self._properties

    @property
    def language(self) -> str:
        """The customer's language where we write it, else the company's: as it was told (`zh`, `zh-CN`, `zh_CN`), else
        that of their own words."""
        slots = self.customer.slots
        known = slots.get("language") or self.customer.language or slots.get(HEARD, "")
        if known not in self.knowledge.wording:
            known = known.replace("_", "-").split("-")[0].lower()
        return known if known in self.knowledge.wording else self.knowledge.company.language

    @property
    def closeness(self) -> float:
        """Of the declared relationship, 0..1; 0 where none is declared."""
        declared = self.customer.declared
        return 0.0 if declared < 0 else self.knowledge.types[declared].closeness

    @property
    def consents_before(self) -> Mapping[str, Consent]:
        """Consents as they stood before this moment."""
        return self.before[2]

    @property
    def visibly_changed(self) -> bool:
        """Whether something that the card shows may have changed since this moment began.

        Its parts are replaced when they change, never edited, so that comparing is cheap.
        """
        customer = self.customer
        return self.before != (
            customer.declared, customer.cases, customer.consents, customer.language, customer.slots
        )  # fmt: skip

    @property
    def item(self) -> str:
        """What staff call the item: its name or description where the source gives one, else its id, else nothing."""
        item_id = self.touchpoint.item_id if self.touchpoint is not None else None
        if not item_id:
            return ""
        names = (self.properties.get(key) for key in ("name", "description"))
        return next((name for name in names if isinstance(name, str) and name), item_id)

    def count(self, measure: str, *scope: tuple[str, str], by: int = 1) -> None:
        """Adds to the measure `measure` of a scope, in the bucket of time that this moment lies in.

        `scope` are pairs of name and value, in the order of names. What history brings is counted in standing measures
        only. Free where nobody calls it.
        """
        if by and (self.history is None or measure in STANDING):
            counts = self.counts = self.counts if self.counts is not None else {}
            key = (("measure", measure), *scope)
            counts[key] = counts.get(key, 0) + by

    def stand(self, name: str, before: float, now: float) -> None:
        """Says where this customer stands in the crowd `name` from now on, and where they stood: 0 is outside.

        Every customer is in it once, with the value last said; the broadcast quantile of that name comes of it.
        """
        old, new = (bin_of(value) for value in (before, now))
        if old != new:
            for each, by in ((old, -1), (new, 1)):
                if each is not None:
                    self.count("crowd", ("bin", str(each)), ("of", name), by=by)

    def arm(self, name: str, key: str, due: int) -> None:
        """Sets the timer `name`/`key`; one that is set already is moved."""
        timer = Timer(due, name, key, self.event_id)
        timers = [t for t in self.customer.timers if t.key != key or t.name != name]
        insort(timers, timer)
        self.customer.timers = tuple(timers)

    def disarm(self, name: str, key: str) -> None:
        """Takes the timer back; none set is fine."""
        for set_ in self.customer.timers:
            if set_.key == key and set_.name == name:
                self.customer.timers = tuple([t for t in self.customer.timers if t is not set_])
                return

    def waits(self, name: str) -> bool:
        """Whether the signal `name` waits for its time, or what it has asked for is still open."""
        customer = self.customer
        return any(timer.name == name for timer in customer.timers) or any(
            name in case.names for case in customer.cases
        )

    def signal(
        self, name: str, matter: str, values: Mapping[str, Value], because: Sequence[Because],
        severity: Severity | None = None,
    ) -> Signal | None:  # fmt: skip
        """Emits a signal of the rule `name`, unless the same matter is still quiet and has not got worse."""
        rule = self.knowledge.signals[name]
        level = severity or rule.severity
        if name not in NO_QUIET and self._quiet(fingerprint(f"{name}\x1f{matter}"), level, rule.quiet_days):
            return None
        signal = Signal(
            id=output_id("signal", name, rule.version, self.customer_id, matter, "", self.cause),
            at=self.at, partition=self.partition, offset=self.offset, knowledge=self.knowledge.version,
            because=tuple(because), customer_id=self.customer_id, history=self.history,
            name=name, version=rule.version, severity=level, matter=matter, values=dict(values),
        )  # fmt: skip
        self.out.append(signal)
        return signal

    def _quiet(self, mark: int, severity: Severity, days: float) -> bool:
        rank = RANK[severity]
        until, last = self.customer.quiet.get(mark, (0, -1))
        if self.at < until and rank <= last:
            return True
        quiet = {m: q for m, q in self.customer.quiet.items() if q[0] > self.at and m != mark}
        while len(quiet) >= QUIET_KEPT:
            del quiet[min(quiet, key=lambda m: (quiet[m][0], m))]
        quiet[mark] = (self.at + round(days * DAY_MS), rank)
        self.customer.quiet = quiet
        return False


def because(moment: Moment, what: str, weight: float | None = None) -> Because:
    """The reason that this moment itself is."""
    return Because(event_id=moment.event_id, what=what, weight=weight)
