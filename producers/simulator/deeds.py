"""What simulated people do, and what follows from it, as the middle part of a JSON line.

Every function gives the fields of one touchpoint but its id and time; what it leads
to later (an answer, a second view, a return) it puts on the shop's agenda.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Protocol, TypeAlias

from producers.simulator.clock import DAY_MS, HOUR_MS
from producers.simulator.people import Person
from producers.simulator.personas import Deed
from producers.simulator.shop import BROKEN, CAUSES, NOVELTIES, PAGES, REFILLS, TEMPLATES, Item
from producers.simulator.texts import TEXTS, Language, Mood


class Agenda(Protocol):
    """What a deed may ask of the shop: chance, a number of its own, and something to happen later."""

    chance: Random

    def number(self) -> int: ...

    def later(self, at: int, person: Person, act: Act, matter: str = "") -> None: ...

    def broken(self, at: int, item_id: str) -> bool:
        """Whether what is sold at that time has the fault of the incident."""
        ...


Act: TypeAlias = Callable[[Agenda, Person, int, str], str]

REFILL_SHAPE = 9.0
"""Shape of the gamma distribution of refill intervals: regular people, off by a third of their rhythm."""

_JSON: dict[tuple[Mood, Language], tuple[str, ...]] = {
    key: tuple(json.dumps(text, ensure_ascii=False) for text in texts) for key, texts in TEXTS.items()
}
_ITEMS: dict[str, Item] = {item.item_id: item for item in REFILLS}


def _say(agenda: Agenda, person: Person, mood: Mood | None = None) -> str:
    moods = person.persona.moods
    chosen = mood or moods[int(agenda.chance.random() * len(moods))]
    texts = _JSON[chosen, person.language]
    return f'"text":{texts[int(agenda.chance.random() * len(texts))]},"language":"{person.language}"'


def joins(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    later, chance = agenda.later, agenda.chance
    later(at + 60_000, person, consents_email if person.promos else refuses_email)
    later(at + 90_000, person, consents_camera if person.camera else refuses_camera)
    for item in person.items:
        later(at + int(chance.random() * item.lasts_days * DAY_MS), person, buys, item.item_id)
    return (
        f'"type":"profile.updated","channel":"web",{person.who},'
        f'"properties":{{"fields":{{"language":"{person.language}"}}}}'
    )


def _consent(person: Person, scope: str, granted: str) -> str:
    what = f'"properties":{{"scope":"{scope}","granted":{granted}}}'
    return f'"type":"consent.changed","channel":"web",{person.who},{what}'


def consents_email(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    return _consent(person, "email", "true")


def refuses_email(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    return _consent(person, "email", "false")


def consents_camera(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    return _consent(person, "camera", "true")


def refuses_camera(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    return _consent(person, "camera", "false")


def buys(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    """The personal rhythm of an item: each purchase puts the next one on the agenda."""
    item, chance = _ITEMS[matter], agenda.chance
    stretch = person.persona.refill
    pause = item.lasts_days * person.rhythm * (stretch or 6.0) * chance.gammavariate(REFILL_SHAPE, 1 / REFILL_SHAPE)
    agenda.later(at + int(pause * DAY_MS), person, buys, matter)
    if not stretch:
        return ""
    return _purchase(agenda, person, at, item)


def buys_novelty(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    return _purchase(agenda, person, at, NOVELTIES[int(agenda.chance.random() * len(NOVELTIES))])


def _purchase(agenda: Agenda, person: Person, at: int, item: Item) -> str:
    chance, order = agenda.chance, agenda.number()
    if agenda.broken(at, item.item_id) and chance.random() < BROKEN.complain:
        agenda.later(at + DAY_MS + int(chance.random() * 2 * DAY_MS), person, complains, BROKEN.cause)
    if chance.random() < 0.02:
        agenda.later(at + int((2 + 10 * chance.random()) * DAY_MS), person, returns, f"{order} {item.item_id}")
    where = f'"channel":"store","location_id":"{person.place}"' if chance.random() < 0.3 else '"channel":"web"'
    quantity = 1 if chance.random() < 0.8 else 2
    return (
        f'"type":"purchase.made",{where},{person.who},"order_id":"O{order}","item_id":"{item.item_id}",'
        f'"category":"{item.category}","quantity":{quantity},"amount":{item.price * quantity:.2f},"currency":"EUR"'
    )


def returns(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    order, _, item_id = matter.partition(" ")
    what = f'"order_id":"O{order}","item_id":"{item_id}",' if order else ""
    return f'"type":"order.returned","channel":"web",{person.who},{what}"properties":{{"reason":"did not like it"}}'


def browses(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    page = PAGES[int(agenda.chance.random() * len(PAGES))]
    return f'"type":"web.viewed","channel":"web",{person.who},"properties":{{"url":"{page}"}}'


def searches(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    item = REFILLS[int(agenda.chance.random() * len(REFILLS))]
    return (
        f'"type":"web.searched","channel":"web",{person.who},"category":"{item.category}",'
        f'"properties":{{"query":"{item.category}","results":{int(agenda.chance.random() * 9)}}}'
    )


def chats(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    session = f"c{agenda.number()}"
    chance = agenda.chance
    in_time = chance.random() < person.persona.answered
    wait = 12_000 + int(90_000 * chance.random()) if in_time else int((0.1 + 5 * chance.random()) * HOUR_MS)
    agenda.later(at + wait, person, answers_chat, session)
    return f'"type":"chat.message","channel":"chat",{person.who},"session_id":"{session}",{_say(agenda, person)}'


def answers_chat(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    return (
        f'"type":"chat.message","channel":"chat","initiator":"company",{person.who},"session_id":"{matter}",'
        f'"staff_id":"{person.staff}",{_say(agenda, person, "answer")}'
    )


def enters(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    if not person.camera:
        return ""
    return (
        f'"type":"store.entered","channel":"camera",{person.who},"location_id":"{person.place}",'
        f'"properties":{{"confidence":{0.8 + 0.19 * agenda.chance.random():.2f}}}'
    )


def scans(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    item = REFILLS[int(agenda.chance.random() * len(REFILLS))]
    return (
        f'"type":"qr.scanned","channel":"qr",{person.who},"location_id":"{person.place}",'
        f'"item_id":"{item.item_id}","category":"{item.category}","properties":{{"code":"shelf-{item.item_id}"}}'
    )


def complains(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    chance = agenda.chance
    complaint = f"K{agenda.number()}"
    cause = matter or CAUSES[int(chance.random() * len(CAUSES))]
    agenda.later(at + int((4 + 60 * chance.random()) * HOUR_MS), person, is_resolved, complaint)
    return (
        f'"type":"complaint.opened","channel":"email",{person.who},"complaint_id":"{complaint}",'
        f'{_say(agenda, person, "complaint")},"properties":{{"cause":"{cause}"}}'
    )


def is_resolved(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    well = agenda.chance.random() < person.persona.answered
    outcome = '"fixed","satisfied":true' if well else '"compensated","satisfied":false'
    return (
        f'"type":"complaint.resolved","channel":"email",{person.who},"complaint_id":"{matter}",'
        f'"staff_id":"{person.staff}","properties":{{"outcome":{outcome}}}'
    )


def suggests(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    suggestion, chance = f"G{agenda.number()}", agenda.chance
    if chance.random() < person.persona.answered:
        agenda.later(at + int((1 + 40 * chance.random()) * HOUR_MS), person, answers_suggestion, suggestion)
    return (
        f'"type":"feedback.suggested","channel":"app",{person.who},{_say(agenda, person, "idea")},'
        f'"properties":{{"suggestion_id":"{suggestion}"}}'
    )


def answers_suggestion(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    return (
        f'"type":"agent.answered","channel":"email",{person.who},"staff_id":"{person.staff}",'
        f'{_say(agenda, person, "answer")},"properties":{{"topic":"{matter}","answer":"passed on"}}'
    )


def posts(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    reach = int(agenda.chance.paretovariate(1.2) * 40)
    return (
        f'"type":"social.mentioned","channel":"social",{person.who},{_say(agenda, person)},'
        f'"properties":{{"reach":{reach}}}'
    )


def unsubscribes(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    person.promos = False
    return f'"type":"message.unsubscribed","channel":"email",{person.who}'


def gets_promo(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    campaign, chance = f"P{at // (7 * DAY_MS)}", agenda.chance
    if chance.random() < 0.3:
        agenda.later(at + int(chance.random() * 6 * HOUR_MS), person, opens, campaign)
    template = TEMPLATES[int(chance.random() * len(TEMPLATES))]
    return (
        f'"type":"message.sent","channel":"email",{person.who},"campaign_id":"{campaign}",'
        f'"properties":{{"purpose":"promo","template":"{template}","tone":"promotional"}}'
    )


def opens(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    return f'"type":"message.opened","channel":"email",{person.who},"campaign_id":"{matter}"'


def rates(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    score = max(1, min(5, round(agenda.chance.gauss(5 * person.persona.answered - 0.4, 0.8))))
    return (
        f'"type":"feedback.rated","channel":"app",{person.who},'
        f'"properties":{{"score":{score},"scale":5,"about":"service"}}'
    )


def takes_part(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    return f'"type":"club.active","channel":"app",{person.who}'


def calls(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    agenda.later(at + 20_000, person, is_answered, f"p{agenda.number()}")
    return f'"type":"call.ringing","channel":"phone",{person.who},"properties":{{"queue":"service"}}'


def is_answered(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    talk = 60 + int(600 * agenda.chance.random())
    agenda.later(at + talk * 1000, person, hangs_up, f"{matter} {talk}")
    return (
        f'"type":"call.started","channel":"phone",{person.who},"session_id":"{matter}","staff_id":"{person.staff}",'
        f"{_say(agenda, person)}"
    )


def hangs_up(agenda: Agenda, person: Person, at: int, matter: str) -> str:
    session, _, talk = matter.partition(" ")
    return (
        f'"type":"call.ended","channel":"phone",{person.who},"session_id":"{session}","staff_id":"{person.staff}",'
        f'"properties":{{"duration_s":{talk},"outcome":"answered"}}'
    )


ACTS: dict[Deed, Act] = {
    "browse": browses, "search": searches, "chat": chats, "enter": enters, "scan": scans,
    "impulse": buys_novelty, "complain": complains, "suggest": suggests, "post": posts,
    "unsubscribe": unsubscribes, "promo": gets_promo, "rate": rates, "return_item": returns,
    "club": takes_part, "call": calls,
}  # fmt: skip
