"""`alerts.yaml` and `holdouts.yaml`: the life of alerts, what cards may say, who is held out to measure effects."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import blake2b

import msgspec

from schemas.catalogue import Catalogue
from schemas.records import SEVERITIES
from streams.knowledge.document import Section

MAX_HOURS = 24 * 3650
HELD_OUT = ("info", "warning")
"""Severities of which alerts may be held out."""
_WHOLE = 1 << 64


class AlertRules(msgspec.Struct, frozen=True):
    """The numbers of an alert's life; hours, shares and amounts as named in the file."""

    acknowledged_hours: float
    snoozed_hours: float
    snoozed_hours_most: float
    expires_hours: float
    not_taken_share: float
    again_hours: float
    until_resolved: frozenset[str]
    gives_way: frozenset[str]
    a_member_a_day: int
    customers_a_member: int
    urgency: dict[str, float]
    richness_need: dict[str, float]
    preference: float
    authority: dict[str, float]
    said: frozenset[str]
    never_said: frozenset[str]
    sensitive: frozenset[str]
    speaks: frozenset[str] = frozenset()
    speaks_in_public: frozenset[str] = frozenset()

    def speaker(self, teams: Sequence[str], public: bool = False) -> str:
        """Which of the teams that are told speaks with the customer: the first that customers meet, where others read
        along one that is there; else the first."""
        for meets in (self.speaks_in_public if public else frozenset[str](), self.speaks):
            for team in teams:
                if team in meets:
                    return team
        return teams[0]

    def lasts(self, names: Collection[str], severity: str) -> bool:
        """Whether an alert that these signals ask for stays until it is resolved."""
        return severity in ("error", "critical") and not self.until_resolved.isdisjoint(names)


class HoldOuts(msgspec.Struct, frozen=True):
    """Who is not alerted about. Off unless `on`."""

    on: bool
    salt: str
    share: float
    signals: dict[str, float]

    def held_out(self, customer_id: str, name: str, severity: str) -> bool:
        """Whether this customer is in the hold-out of this signal: by hash, the same always and everywhere."""
        if not self.on or severity not in HELD_OUT:
            return False
        digest = blake2b(f"{self.salt}\x1f{name}\x1f{customer_id}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") < self.signals.get(name, self.share) * _WHOLE


def read_alerts(root: Section, teams: Collection[str], catalogue: Catalogue) -> AlertRules:
    delivery, disclosure = root.section("delivery"), root.section("disclosure")
    rules = AlertRules(
        acknowledged_hours=root.number("acknowledged_hours", 0.01, MAX_HOURS),
        snoozed_hours=root.number("snoozed_hours", 0.01, MAX_HOURS),
        snoozed_hours_most=root.number("snoozed_hours_most", 0.01, MAX_HOURS),
        expires_hours=root.number("expires_hours", 0.01, MAX_HOURS),
        not_taken_share=root.number("not_taken_share", 0, 1),
        again_hours=root.number("again_hours", 1, MAX_HOURS),
        until_resolved=frozenset(root.words("until_resolved")),
        gives_way=frozenset(root.words("gives_way")),
        a_member_a_day=delivery.whole("a_member_a_day", 1, 10_000),
        customers_a_member=delivery.whole("customers_a_member", 1, 1_000_000),
        urgency=root.numbers("urgency", 0, 10, SEVERITIES),
        richness_need=root.numbers("richness_need", 0, 10, SEVERITIES),
        preference=root.number("preference", 0, 10),
        authority=root.numbers("authority", 0, 1e12, teams),
        said=frozenset(disclosure.names("say", catalogue.types)),
        never_said=frozenset(disclosure.names("never", catalogue.types)),
        sensitive=frozenset(root.words("sensitive")),
        speaks=frozenset(root.names("speaks", teams, required=False)),
        speaks_in_public=frozenset(root.names("speaks_in_public", teams, required=False)),
    )
    for table, names in (("urgency", SEVERITIES), ("richness_need", SEVERITIES), ("authority", teams)):
        for name in names:
            if root.has(table) and name not in getattr(rules, table):
                root.fault(f"{table}: {name!r} is missing", table)
    for section in (delivery, disclosure, root):
        section.close()
    return rules


def read_holdouts(root: Section, signals: Collection[str]) -> HoldOuts:
    holdouts = HoldOuts(
        on=root.flag("on", False),
        salt=root.text("salt", ""),
        share=root.number("share", 0, 1),
        signals=root.numbers("signals", 0, 1, signals),
    )
    root.close()
    return holdouts
