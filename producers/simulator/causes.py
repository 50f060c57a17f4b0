"""What turns a heart leaves its trace: the touchpoints of a cause, on the days before a new period begins."""

from __future__ import annotations

from producers.simulator import deeds as d
from producers.simulator.clock import DAY_MS, HOUR_MS
from producers.simulator.floor import Floor
from producers.simulator.people import Person


def leave_trace(floor: Floor, person: Person, cause: str, at: int) -> None:
    """Before `at`, when the new period begins. Causes that strike everybody are announced by the shop itself."""
    random = floor.chance.random
    before = max(person.arrives, at - int((1 + 3 * random()) * DAY_MS))
    who, staff, offset = person.who, person.staff, person.offset
    match cause:
        case "unanswered":
            text = floor.words(person, True)
            floor.put(before, offset, f'"type":"feedback.suggested","channel":"app",{who},{text}')
            for hours in (5, 60):
                floor.put(before + hours * HOUR_MS, offset, _promo(who))
        case "barrage" | "pressure":
            for hours in (0, 9, 26, 40, 55):
                floor.put(before + hours * HOUR_MS, offset, _promo(who))
        case "asked_again":
            for hours in (0, 20):
                floor.put(before + hours * HOUR_MS, offset, f'"type":"agent.asked","channel":"phone",{who},'
                          f'"staff_id":"{staff}","properties":{{"slot":"address"}}')  # fmt: skip
        case "contradiction":
            for hours, answer in ((0, "twice a day"), (21, "once a week")):
                floor.put(before + hours * HOUR_MS, offset, f'"type":"agent.answered","channel":"chat",{who},'
                          f'"staff_id":"{staff}","properties":{{"topic":"dose","answer":"{answer}"}}')  # fmt: skip
        case "refused" | "formality" | "fans_ignored" | "lectured":
            d.refusal(floor, person, before, True)
        case "exposed":
            floor.put(before, offset, f'"type":"message.sent","channel":"letter",{who},'
                      '"properties":{"purpose":"promo","template":"postcard","tone":"playful"}')  # fmt: skip
        case "failure" | "slowness":
            d.complain(floor, person, before, True)
        case "stock_out":
            d.out_of_stock(floor, person, before, True)
            d.out_of_stock(floor, person, before + 7 * HOUR_MS, True)
        case "redress":
            floor.put(before, offset, f'"type":"agent.apologised","channel":"phone",{who},'
                      f'"staff_id":"{staff}","properties":{{"form":"regret"}}')  # fmt: skip
            floor.put(before + 8 * HOUR_MS, offset, f'"type":"message.sent","channel":"email",{who},'
                      f'"staff_id":"{staff}","properties":{{"purpose":"care","by":"staff","tone":"apologetic"}}')  # fmt: skip
        case _:
            pass


def _promo(who: str) -> str:
    return (f'"type":"message.sent","channel":"email",{who},'
            '"properties":{"purpose":"promo","template":"weekly-deals","tone":"promotional"}')  # fmt: skip
