"""What turns a heart leaves its trace: the touchpoints of a cause, on the days before a new period begins."""

from __future__ import annotations

from producers.simulator import deeds as d
from producers.simulator import speaking as s
from producers.simulator.clock import DAY_MS, HOUR_MS
from producers.simulator.floor import Floor
from producers.simulator.people import Person


def leave_trace(floor: Floor, person: Person, cause: str, at: int) -> None:
    """Before `at`, when the new period begins. Causes that strike everybody are announced by the shop itself."""
    before = max(person.arrives, at - int((1 + 3 * floor.chance.random()) * DAY_MS))
    match cause:
        case "refused" | "formality" | "fans_ignored" | "lectured":
            s.refusal(floor, person, before, True)
        case "failure" | "slowness":
            s.complain(floor, person, before, True)
        case "stock_out":
            d.out_of_stock(floor, person, before, True)
            d.out_of_stock(floor, person, before + 7 * HOUR_MS, True)
        case _:
            if cause == "unanswered":
                floor.put(before, person.offset, f'"type":"feedback.suggested","channel":"app",{person.who},'
                                                 f"{floor.words(person, True)}")  # fmt: skip
            for hours, body in _ours(person).get(cause, ()):
                floor.put(before + hours * HOUR_MS, person.offset, body)


def _ours(person: Person) -> dict[str, tuple[tuple[int, str], ...]]:
    """What our own people and machines did, by cause: hours and touchpoints."""
    who, staff = person.who, f'"staff_id":"{person.staff}"'
    promo = f'"type":"message.sent","channel":"email",{who},"properties":{_PROMO}'
    asked = f'"type":"agent.asked","channel":"phone",{who},{staff},"properties":{{"slot":"address"}}'
    answered = f'"type":"agent.answered","channel":"chat",{who},{staff},"properties":{{"topic":"dose","answer":'
    barrage = tuple((hours, promo) for hours in (0, 9, 26, 40, 55))
    return {
        "unanswered": ((5, promo), (60, promo)),
        "barrage": barrage,
        "pressure": barrage,
        "asked_again": ((0, asked), (20, asked)),
        "contradiction": ((0, answered + '"twice a day"}'), (21, answered + '"once a week"}')),
        "exposed": ((0, f'"type":"message.sent","channel":"letter",{who},"properties":{_POSTCARD}'),),
        "redress": (
            (0, f'"type":"agent.apologised","channel":"phone",{who},{staff},"properties":{{"form":"regret"}}'),
            (8, f'"type":"message.sent","channel":"email",{who},{staff},"properties":{_CARE}'),
        ),
    }


_PROMO = '{"purpose":"promo","template":"weekly-deals","tone":"promotional"}'
_POSTCARD = '{"purpose":"promo","template":"postcard","tone":"playful"}'
_CARE = '{"purpose":"care","by":"staff","tone":"apologetic"}'
