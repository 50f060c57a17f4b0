"""What stands open between us and a customer, as whoever meets them next must know it (S1-03)."""

from __future__ import annotations

from typing import Final

from schemas.records import Signal
from streams.alerts.lately import may_be_mentioned, never_mentioned
from streams.alerts.speaking import Speaker, shown
from streams.customers.customer import Case, Glimpse
from streams.customers.moment import Moment

SHOWN: Final = 2
"""Open matters that a card names."""
CALL: Final = "incoming_call"
HOW_IT_GOES: Final = frozenset({
    "repeat_contact", "double_deviation", "policy_collision", "threat", "handed_around", "service_gap",
})  # fmt: skip
"""Signals of how a matter goes on: to the customer it is no other one."""
PROMISED: Final = "agent.promised"


def matters_of(moment: Moment) -> frozenset[str]:
    """Signals whose matters the customer knows of (signals.yaml: incoming_call, matters)."""
    rule = moment.knowledge.signals.get(CALL)
    return frozenset(rule.words("matters")) if rule is not None else frozenset()


def began(moment: Moment, signal: Signal) -> Glimpse | None:
    """What began a matter that the customer knows of: their words of just now, or the last of the kind that the signal
    names; of a promise what was promised."""
    if signal.name not in matters_of(moment):
        return None
    kind = signal.because[0].what if signal.because else ""
    touchpoint, recent = moment.touchpoint, moment.customer.recent
    if kind == PROMISED:
        return Glimpse(moment.at, kind, "", str(signal.values.get("promised", "")), True)
    if touchpoint is not None:
        kind = touchpoint.type
    found = (each for each in reversed(recent) if each.type == kind and each.at <= moment.at)
    return next(found, None)


def standing(speaker: Speaker, last: str = "") -> str:
    """The line that names up to two open matters, the newest first: complaints, then what alerts are about; nothing
    where none is known by more than its number. What the card has told already as their `last` words is left out.
    What must not be brought up is named by its kind alone."""
    customer = speaker.moment.customer
    told = [(each.said, each.about) for each in reversed(customer.complaints)]
    own = {each.matter for each in customer.complaints}
    for case in sorted(customer.cases, key=lambda each: (-each.opened_at, each.matter)):
        if case.said is not None and case.matter not in own and not (told and _goes_on(case)):
            told.append((case.said, ""))
    lines = dict.fromkeys(_line(speaker, said, about) for said, about in told if not said.words or said.words != last)
    named = [line for line in lines if line][:SHOWN]
    return speaker.say("open.line", matters=speaker.say("open.join").join(named)) if named else ""


def _goes_on(case: Case) -> bool:
    return all(name in HOW_IT_GOES for name in case.names)


def _line(speaker: Speaker, said: Glimpse, about: str) -> str:
    when, what = speaker.ago(max(0, speaker.moment.at - said.at)), speaker.kind(said.type)
    if never_mentioned(speaker, said) or not may_be_mentioned(speaker, said):
        listed = said.type in speaker.knowledge.alerts.said
        return speaker.say("open.plain", when=when, what=what) if listed else ""
    if said.type == PROMISED:
        return speaker.say("open.promise", text=said.words) if said.words else speaker.say("open.promise.silent")
    if said.words and not said.ours:
        return speaker.say("open.words", when=when, what=what, text=said.words)
    if about:
        return speaker.say("open.about", when=when, what=what, about=shown(speaker, "cause", about))
    return speaker.say("open.plain", when=when, what=what)
