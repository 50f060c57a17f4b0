"""The cards of who has turned to us at this moment: they come in, or their call rings (S2-02, S4-03)."""

from __future__ import annotations

from schemas.records import Signal
from streams.alerts.lately import their_words
from streams.alerts.lines import Parts, joined, worded
from streams.alerts.speaking import Speaker
from streams.alerts.standing import standing
from streams.customers.moment import DAY_MS, RANK
from streams.relationships.turning import STRANGER


def arrival(speaker: Speaker, signal: Signal) -> Parts:
    declared = speaker.declared
    place = speaker.place(str(signal.values["location_id"]))
    open_ = standing(speaker)
    if signal.values["source"] == "qr.scanned":
        item = speaker.moment.item or str(speaker.moment.properties.get("code", ""))
        happened = speaker.say("signal.arrival.happened.scan", place=place, item=item)
        why = speaker.say("signal.arrival.why.scan")
    else:
        happened = speaker.say("signal.arrival.happened", place=place)
        why = speaker.say("signal.arrival.why")
    do_not = [speaker.say("signal.arrival.do_not.1"), speaker.say("signal.arrival.do_not.2")]
    title = speaker.say("signal.arrival.title", label=speaker.label(declared), place=place)
    if upset := _upset(speaker):
        team = speaker.knowledge.teams[upset].names[speaker.language]
        return (
            title,
            joined(speaker, happened, open_),
            speaker.say("signal.arrival.why.upset", team=team),
            [speaker.say("signal.arrival.do.1.upset"), speaker.say("signal.arrival.do.2.upset", team=team)],
            [speaker.say("signal.arrival.do_not.3"), *do_not],
        )
    greeting = "signal.arrival.do.2"
    if declared == STRANGER:
        greeting += ".new"
    elif speaker.knowledge.relationship(declared).valence < 0 or _waits_for_us(speaker):
        greeting += ".hurt"
    elif _long_away(speaker):
        greeting += ".long"
    return (
        title,
        joined(speaker, happened, open_),
        why,
        [speaker.say("signal.arrival.do.1"), speaker.say(greeting)],
        do_not,
    )


def _upset(speaker: Speaker) -> str:
    """The team that speaks with them about what went gravely wrong, is open and known to them; else none."""
    for case in reversed(speaker.moment.customer.cases):
        if case.said is not None and any(RANK[alert.severity] >= RANK["error"] for alert in case.alerts):
            return speaker.knowledge.alerts.speaker([alert.team for alert in case.alerts])
    return ""


def _long_away(speaker: Speaker) -> bool:
    """Whether nothing was heard of them for `long_days` before this moment."""
    moment = speaker.moment
    before = [each.at for each in moment.customer.recent if not each.ours and each.at < moment.at]
    return bool(before) and moment.at - before[-1] >= moment.knowledge.signals["arrival"].number("long_days") * DAY_MS


def _waits_for_us(speaker: Speaker) -> bool:
    """Whether something is open that went wrong: no moment to be cheerful."""
    cases = speaker.moment.customer.cases
    return bool(speaker.moment.customer.complaints) or any(
        RANK[alert.severity] >= RANK["warning"] for case in cases for alert in case.alerts
    )


def incoming_call(speaker: Speaker, signal: Signal) -> Parts:
    title, happened, why, do, do_not = worded(speaker, signal)
    new, free = speaker.declared == STRANGER, not signal.values["open"]
    if new or free:
        do = [speaker.say(f"signal.incoming_call.do.1.{'new' if new else 'free'}"), *do[1:]]
    if not free:
        happened = joined(speaker, happened, standing(speaker, their_words(speaker)))
    if free:
        why, do = speaker.say("signal.incoming_call.why.none"), do[:1]
    return title, happened, why, do, do_not
