"""We did what this relationship does not bear (S0-21, D11)."""

from __future__ import annotations

from typing import ClassVar

from schemas.records import Value
from streams.customers.moment import Moment, because
from streams.relationships.violations import broken, severity, worded
from streams.signals.detector import Nothing, Stateless


class RelationshipRuleBroken(Stateless):
    """Fires when what our people or systems did to a customer breaks a rule of the relationship that was declared
    before it (`violations` of rules.yaml), as severely as base × (1 + 2 × closeness) says (D11).

    What hurts less than `hurt.signal_from` is counted as evidence and tells nobody.
    """

    name: ClassVar[str] = "relationship_rule_broken"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "message.sent", "call.started", "call.transferred", "agent.refused", "agent.asked", "agent.answered",
        "complaint.resolved", "delivery.attempted", "chat.message",
    })  # fmt: skip

    def observe(self, state: Nothing, moment: Moment) -> Nothing:
        touchpoint, knowledge, declared = moment.touchpoint, moment.knowledge, moment.before[0]
        assert touchpoint is not None
        for rule in broken(knowledge, declared, touchpoint, moment.properties, moment.waits):
            hurts = severity(rule, knowledge.types[declared], knowledge.hurt)
            word = worded(hurts, knowledge.hurt)
            if word is not None:
                values: dict[str, Value] = {
                    "rule": rule.id, "relationship": knowledge.types[declared].id, "hurts": round(hurts, 2),
                    "falls_to": rule.falls_to,
                }  # fmt: skip
                moment.signal(self.name, f"rule:{rule.id}", values, [because(moment, touchpoint.type, hurts)], word)
        return state
