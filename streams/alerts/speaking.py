"""How staff are told: lines of wording, names and measured values in one language."""

from __future__ import annotations

import re
from typing import Final

from schemas.records import Value
from streams.alerts.phrases import HOUR_MS, phrases
from streams.customers.moment import DAY_MS, Moment
from streams.knowledge.model import Knowledge
from streams.relationships.turning import STRANGER

NAMED = frozenset({
    "purpose", "part", "stage", "for", "slot", "sign", "gap", "threat", "cause", "intent", "topic", "recital",
    "kind", "category",
})  # fmt: skip
"""Values whose words have a line of wording, or are said as plainly as can be."""
NAME: Final = re.compile(r"[A-Za-z]+(?:[-_][A-Za-z]+)+")
CODE: Final = re.compile(r"[-_]")


class Reader:
    """Says lines of wording in one language."""

    __slots__ = ("ago", "kind", "knowledge", "language", "lasting", "say")

    def __init__(self, knowledge: Knowledge, language: str) -> None:
        self.knowledge = knowledge
        self.language = language
        spoken = phrases(knowledge, language)
        self.say, self.kind, self.ago, self.lasting = spoken.say, spoken.kind, spoken.ago, spoken.lasting

    def label(self, type_id: str) -> str:
        return self.knowledge.relationship(type_id).label[self.language]

    def place(self, location_id: str) -> str:
        place = self.knowledge.places.get(location_id)
        return place.name if place else location_id


class Speaker(Reader):
    """Says lines of wording in the language of one moment."""

    __slots__ = ("moment",)

    def __init__(self, moment: Moment) -> None:
        super().__init__(moment.knowledge, moment.language)
        self.moment = moment

    @property
    def declared(self) -> str:
        """The id of the type that the customer is declared to be."""
        declared = self.moment.customer.declared
        return STRANGER if declared < 0 else self.knowledge.types[declared].id


def shown(speaker: Reader, name: str, value: Value) -> str:
    """A measured value as staff read it, by the name under which it stands in `values`."""
    if isinstance(value, str) and name == "what":
        return speaker.say("scope.join").join(_named_so(speaker, name, each) for each in value.split(", "))
    if isinstance(value, str) and name in NAMED:
        return _named_so(speaker, name, value)
    knowledge, language = speaker.knowledge, speaker.language
    match name, value:
        case "channel", str(channel):
            return knowledge.channels[channel].names[language]
        case "reasons", str(reasons):
            return speaker.say("refused.join").join(speaker.say(f"refused.{reason}") for reason in reasons.split())
        case "location_id", str(place):
            return speaker.place(place)
        case "rule", str(rule):
            return speaker.say(f"rule.{rule}")
        case (("relationship" | "falls_to"), str(type_id)):
            return speaker.label(type_id)
        case "after", str(kind):
            return speaker.kind(kind)
        case "step", str(step) if f"touchpoint.{step}" in knowledge.wording[language]:
            return speaker.kind(step)
        case _, float(number):
            return f"{number:.1f}".removesuffix(".0")
        case _, number_or_words if name.endswith(("_hours", "_days")):
            return speaker.lasting(round(float(number_or_words) * (HOUR_MS if name.endswith("_hours") else DAY_MS)))
        case _:
            return str(value)


def plain(code: str) -> str:
    """A name that programs use, as people write it: `annual-fee`, `claim_delay`; what has figures in it is an id."""
    return CODE.sub(" ", code) if NAME.fullmatch(code) else code


def _named_so(speaker: Reader, name: str, word: str) -> str:
    """By its line of wording, else as the place or the touchpoint that it is, else plainly."""
    for line in (f"{name}.{word}", f"touchpoint.{word}"):
        if line in speaker.knowledge.wording[speaker.language]:
            return speaker.say(line)
    return speaker.place(word) if word in speaker.knowledge.places else plain(word)


def who(speaker: Speaker) -> str:
    """Who it is, and how to be with them."""
    customer_id, declared = _named(speaker.moment.customer_id), speaker.declared
    if declared == STRANGER and _has_turned_to_us(speaker.moment):
        return speaker.say("who.met", customer=customer_id)
    if declared == STRANGER:
        return speaker.say("who.new", customer=customer_id, label=speaker.label(declared))
    manner = speaker.knowledge.relationship(declared).manner[speaker.language]
    return speaker.say("who.known", customer=customer_id, label=speaker.label(declared), manner=manner)


def _has_turned_to_us(moment: Moment) -> bool:
    """Whether there is a matter between us: they wrote, called, bought or complained."""
    said = moment.knowledge.alerts.said
    return bool(moment.customer.complaints) or any(not g.ours and g.type in said for g in moment.customer.recent)


def _named(customer_id: str) -> str:
    """A customer without an id of ours is shown by kind and the beginning of the hash."""
    kind, _, rest = customer_id.partition(":")
    return customer_id if not rest or kind == "loyalty_card" else f"{kind} {rest.rsplit(':', 1)[-1][:6]}"
