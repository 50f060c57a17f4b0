"""The words of an alert: who, what happened, why now, what to do and what not (conventions: the card)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from string import Formatter
from typing import Final, NamedTuple

import msgspec

from schemas.records import Card, Severity, Shift, Signal, Value
from streams.alerts.lately import recent
from streams.alerts.phrases import MINUTE_MS
from streams.alerts.reaching import reach
from streams.alerts.speaking import Reader, Speaker, shown, who
from streams.customers.moment import DAY_MS, RANK, Moment
from streams.knowledge.model import Knowledge
from streams.relationships.relationships import STRANGER
from streams.texts.linting import mended, recital, topic
from streams.texts.listening import listener

REASONS = 3
REWRITTEN = 240
"""Letters of our own text as it is suggested anew."""
WORDS = 160
"""Letters of the customer's own words on a card."""
SPOKEN = frozenset({
    "chat.message", "message.replied", "social.posted", "social.mentioned", "feedback.rated", "feedback.suggested",
    "complaint.opened", "complaint.reopened", "call.started", "call.ended",
})  # fmt: skip
"""Touchpoints in which customers speak."""


OF_OUR_OWN: Final = frozenset({"scripted_reply"})
"""Signals about how we speak, for managers: nobody is to be reached because of them."""
PUBLIC: Final = "social"
"""The channel in which others read along."""
CARD_BYTES: Final = 4096
"""Of a card as JSON; beyond, the oldest facts go."""


class CardText(NamedTuple):
    """Title and card in one language."""

    title: str
    card: Card
    language: str


class Gist(NamedTuple):
    """What a card asks for, without what was true at its moment only."""

    do: tuple[str, ...]
    do_not: tuple[str, ...]


def in_short(knowledge: Knowledge, language: str, name: str, values: Mapping[str, Value]) -> Gist:
    """The gist of a signal's card for who reads another language: the lines that its values alone can fill."""
    reader = Reader(knowledge, language)
    words = {each: shown(reader, each, value) for each, value in values.items()}
    return Gist(*(tuple(_filled(reader, f"signal.{name}.{part}", words)) for part in ("do", "do_not")))


def _filled(reader: Reader, key: str, values: dict[str, str]) -> Iterator[str]:
    lines = reader.knowledge.wording[reader.language]
    for number in count(1):
        line = lines.get(f"{key}.{number}")
        if line is None:
            return
        if all(field is None or field in values for _, field, _, _ in Formatter().parse(line)):
            yield line.format_map(values)


def signal_card(moment: Moment, signal: Signal) -> CardText:
    """The card of a signal; what is particular to it stands in `_SIGNALS`."""
    speaker = Speaker(moment)
    title, happened, why, do, do_not = _SIGNALS.get(signal.name, _plain)(speaker, signal)
    manners = moment.knowledge.relationship(speaker.declared)
    cautions = manners.do_not[speaker.language][:1]
    if signal.name not in OF_OUR_OWN:
        do = [*do, _reach(speaker, signal.name, signal.severity)]
    card = Card(who(speaker), happened, why, recent(speaker), tuple(do), (*do_not, *cautions))
    return CardText(title, card, speaker.language)


_Parts = tuple[str, str, str, list[str], list[str]]


def _unanswered(speaker: Speaker, signal: Signal) -> _Parts:
    asked = str(signal.values["asked"])
    kind, norm = speaker.kind(asked), speaker.lasting(round(float(signal.values["norm_minutes"]) * MINUTE_MS))
    said = (g.words for g in reversed(speaker.moment.customer.recent) if g.type == asked and not g.ours)
    words = next((words for words in said if words), "")
    key = "signal.unanswered.happened" if words else "signal.unanswered.happened.silent"
    happened = speaker.say(key, kind=kind, text=words) if words else speaker.say(key, kind=kind)
    staff = speaker.say("signal.unanswered.staff")
    return (
        speaker.say("signal.unanswered.title", kind=kind),
        happened,
        speaker.say("signal.unanswered.why", norm=norm),
        [speaker.say("signal.unanswered.do.1"), speaker.say("signal.unanswered.do.2", staff=staff)],
        [speaker.say("signal.unanswered.do_not.1"), speaker.say("signal.unanswered.do_not.2")],
    )


def _running_out(speaker: Speaker, signal: Signal) -> _Parts:
    item = str(signal.values["item"])
    last = speaker.ago(round(float(signal.values["elapsed_days"]) * DAY_MS))
    interval = speaker.lasting(round(float(signal.values["usual_days"]) * DAY_MS))
    return (
        speaker.say("signal.running_out.title", item=item),
        speaker.say("signal.running_out.happened", item=item, last=last),
        speaker.say("signal.running_out.why", interval=interval),
        [speaker.say("signal.running_out.do.1"), speaker.say("signal.running_out.do.2", item=item)],
        [speaker.say("signal.running_out.do_not.1"), speaker.say("signal.running_out.do_not.2")],
    )


def _arrival(speaker: Speaker, signal: Signal) -> _Parts:
    declared = speaker.declared
    place = speaker.place(str(signal.values["location_id"]))
    if signal.values["source"] == "qr.scanned":
        item = speaker.moment.item or str(speaker.moment.properties.get("code", ""))
        happened = speaker.say("signal.arrival.happened.scan", place=place, item=item)
        why = speaker.say("signal.arrival.why.scan")
    else:
        happened = speaker.say("signal.arrival.happened", place=place)
        why = speaker.say("signal.arrival.why")
    greeting = "signal.arrival.do.2"
    if declared == STRANGER:
        greeting += ".new"
    elif speaker.knowledge.relationship(declared).valence < 0 or _waits_for_us(speaker):
        greeting += ".hurt"
    return (
        speaker.say("signal.arrival.title", label=speaker.label(declared), place=place),
        happened,
        why,
        [speaker.say("signal.arrival.do.1"), speaker.say(greeting)],
        [speaker.say("signal.arrival.do_not.1"), speaker.say("signal.arrival.do_not.2")],
    )


def _waits_for_us(speaker: Speaker) -> bool:
    """Whether something is open that went wrong: no moment to be cheerful."""
    cases = speaker.moment.customer.cases
    return any(RANK[alert.severity] >= RANK["warning"] for case in cases for alert in case.alerts)


def _incoming_call(speaker: Speaker, signal: Signal) -> _Parts:
    title, happened, why, do, do_not = _plain(speaker, signal)
    if speaker.declared == STRANGER:
        do = [speaker.say("signal.incoming_call.do.1.new"), *do[1:]]
    return title, happened, why, do, do_not


def _cry_for_help(speaker: Speaker, signal: Signal) -> _Parts:
    title, happened, why, do, do_not = _plain(speaker, signal)
    touchpoint = speaker.moment.touchpoint
    if touchpoint is not None and touchpoint.channel == PUBLIC:
        why, do = speaker.say("signal.cry_for_help.why.public"), [*do, speaker.say("signal.cry_for_help.do.public")]
    return title, happened, why, do, do_not


def _stage_gap(speaker: Speaker, signal: Signal) -> _Parts:
    title, happened, why, _, do_not = _plain(speaker, signal)
    return title, happened, why, [speaker.say(f"signal.stage_gap.do.1.{signal.values['stage']}")], do_not


def _right_offer(speaker: Speaker, signal: Signal) -> _Parts:
    chosen = signal.values["offer_id"]
    offer = next(each for each in speaker.knowledge.offers if each.offer_id == chosen).text[speaker.language]
    return (
        speaker.say("signal.right_offer.title", offer=offer),
        speaker.say("signal.right_offer.happened", item=str(signal.values["item"])),
        speaker.say("signal.right_offer.why"),
        [speaker.say("signal.right_offer.do.1", offer=offer), speaker.say("signal.right_offer.do.2")],
        [speaker.say("signal.right_offer.do_not.1"), speaker.say("signal.right_offer.do_not.2")],
    )


def _plain(speaker: Speaker, signal: Signal) -> _Parts:
    """The lines of wording as they are, with what was measured in the words of staff."""
    return _worded(speaker, signal, {})


def _linted(speaker: Speaker, signal: Signal) -> _Parts:
    """Plain lines, and our text written anew in its own language."""
    touchpoint = speaker.moment.touchpoint
    text = touchpoint.text if touchpoint is not None and touchpoint.text else ""
    knowledge = speaker.knowledge
    heard = listener(knowledge.texts, knowledge.meanings).hear(text)
    flaw = topic(heard) if signal.name == "sensitive_topic" else recital(heard, knowledge.texts)
    if flaw is None:
        return _worded(speaker, signal, {"rewrite": ""})
    line = "rewrite.topic" if signal.name == "sensitive_topic" else f"rewrite.{flaw.kind}"
    anew = mended(text, flaw, knowledge.say("zh" if heard.chinese else "en", line))
    return _worded(speaker, signal, {"rewrite": anew if len(anew) <= REWRITTEN else f"{anew[:REWRITTEN]}…"})


def _worded(speaker: Speaker, signal: Signal, values: dict[str, str]) -> _Parts:
    values |= {name: shown(speaker, name, value) for name, value in signal.values.items()}
    values["words"] = _their_words(speaker)
    lines = f"signal.{signal.name}"
    happened = "happened" if values["words"] else "happened.silent"
    known = f"{lines}.{happened}" in speaker.knowledge.wording[speaker.language]
    bare = f"{lines}.title.bare"
    nameless = values.get("about") == "" and bare in speaker.knowledge.wording[speaker.language]
    return (
        speaker.say(bare if nameless else f"{lines}.title", **values),
        speaker.say(f"{lines}.{happened if known else 'happened'}", **values),
        speaker.say(f"{lines}.why", **values),
        list(speaker.knowledge.lines(speaker.language, f"{lines}.do", values)),
        list(speaker.knowledge.lines(speaker.language, f"{lines}.do_not", values)),
    )


def _their_words(speaker: Speaker) -> str:
    """What the customer has just said, else the last thing they are known to have said."""
    touchpoint = speaker.moment.touchpoint
    if touchpoint is not None and touchpoint.initiator == "customer" and touchpoint.text:
        return touchpoint.text if len(touchpoint.text) <= WORDS else f"{touchpoint.text[:WORDS]}…"
    said = (g.words for g in reversed(speaker.moment.customer.recent) if not g.ours and g.type in SPOKEN)
    return next((words for words in said if words), "")


_SIGNALS: dict[str, Callable[[Speaker, Signal], _Parts]] = {
    "unanswered": _unanswered,
    "running_out": _running_out,
    "arrival": _arrival,
    "right_offer": _right_offer,
    "incoming_call": _incoming_call,
    "cry_for_help": _cry_for_help,
    "stage_gap": _stage_gap,
    "offended_by_precision": _linted,
    "sensitive_topic": _linted,
}
"""Signals whose cards need more than their values; all others are plain."""


def shift_card(moment: Moment, shift: Shift) -> CardText:
    """The card of a shift that somebody must hear of."""
    speaker = Speaker(moment)
    rule = moment.knowledge.shift_alert(shift.from_, shift.to)
    assert rule is not None
    now, before = speaker.label(shift.to), speaker.label(shift.from_)
    happened = speaker.say("shift.happened", before=before, now=now)
    manners = moment.knowledge.relationship(shift.to)
    do = (
        speaker.say(f"shift.{rule.name}.do.1"), *manners.do[speaker.language][:1],
        _reach(speaker, rule.name, rule.severity),
    )  # fmt: skip
    do_not = (speaker.say(f"shift.{rule.name}.do_not.1"), *manners.do_not[speaker.language][:1])
    why = speaker.say("shift.why", percent=round(shift.probability * 100))
    card = Card(who(speaker), f"{happened} {_reasons(speaker, shift)}", why, recent(speaker), do, do_not)
    return CardText(speaker.say(f"shift.{rule.name}.title", now=now), card, speaker.language)


def _reasons(speaker: Speaker, shift: Shift) -> str:
    keys = [because.what.split(":", 1)[0] for because in shift.because]
    known = [speaker.say(key) for key in dict.fromkeys(keys) if key in speaker.knowledge.wording[speaker.language]]
    if not known:
        return speaker.say("shift.reasons.none")
    return speaker.say("shift.reasons", reasons=speaker.say("shift.reasons.join").join(known[:REASONS]))


def for_team(moment: Moment, text: CardText, team: str) -> Card:
    """The card as this team gets it: with what its members may give without asking (S4-13), and never too large."""
    speaker, amount = Speaker(moment), moment.knowledge.alerts.authority[team]
    place = moment.knowledge.places.get(moment.customer.place or "")
    limit = moment.knowledge.money.limit(amount, place.currency if place else "")
    fallback = moment.knowledge.teams[team].fallback
    above = moment.knowledge.teams[fallback or team].names[text.language]
    if not amount:
        line = speaker.say("authority.none", team=above)
    else:
        line = (
            speaker.say("authority", limit=limit, team=above) if fallback else speaker.say("authority.top", limit=limit)
        )
    card = msgspec.structs.replace(text.card, do=(*text.card.do, line))
    while card.recent and len(msgspec.json.encode(card)) >= CARD_BYTES:
        card = msgspec.structs.replace(card, recent=card.recent[:-1])
    return card


def _reach(speaker: Speaker, name: str, severity: Severity) -> str:
    found = reach(speaker.moment, name, severity)
    channel = speaker.knowledge.channels[found.channel].names[speaker.language]
    if found.here:
        return speaker.say("reach.here", channel=channel)
    if found.at is None:
        return speaker.say("reach.now", channel=channel)
    return speaker.say("reach.at", channel=channel, clock=found.at.strftime("%H:%M"))
