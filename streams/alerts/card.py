"""The words of an alert: who, what happened, why now, what to do and what not (conventions: the card)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from string import Formatter
from typing import Final, NamedTuple

import msgspec

from schemas.records import Card, Shift, Signal, Value
from streams.alerts.lately import last_words, recent
from streams.alerts.parts import parts
from streams.alerts.reaching import PUBLIC, Reach, reach
from streams.alerts.speaking import Reader, Speaker, shown, who
from streams.customers.customer import PAYS
from streams.customers.moment import Moment
from streams.knowledge.model import Knowledge
from streams.relationships.turning import STRANGER

REASONS = 3
IN_SIGHT: Final = "store"
"""The team that reads its cards beside the customer."""
UNASKED: Final = frozenset({"with_us", "none"})
"""How nobody is reached who has turned to us: they are before us, or only looked at something."""
HEARD: Final = "voice.heard"
CARD_BYTES: Final = 4096
"""Of a card as JSON; beyond, the oldest facts go."""


class CardText(NamedTuple):
    """Title and card in one language. `gives`: somebody gets in touch with the customer, and may give something; `ways`
    says how. `name`: whose lines of wording tell what is left to the teams that do not speak with them."""

    title: str
    card: Card
    language: str
    gives: bool = True
    ways: tuple[str, ...] = ()
    name: str = ""
    public: bool = False


class Gist(NamedTuple):
    """What a card asks for, without what was true at its moment only."""

    do: tuple[str, ...]
    do_not: tuple[str, ...]


def in_short(knowledge: Knowledge, language: str, name: str, values: Mapping[str, Value], team: str = "") -> Gist:
    """The gist of a signal's card for who reads another language: the lines that its values alone can fill; for a team
    that does not speak with the customer what is left to it."""
    reader = Reader(knowledge, language)
    words = {each: shown(reader, each, value) for each, value in values.items()}
    do, do_not = (tuple(_filled(reader, f"signal.{name}.{part}", words)) for part in ("do", "do_not"))
    rule = knowledge.signals.get(name)
    if rule is not None and rule.reach != "none" and team in rule.teams:
        in_public = str(values.get("asked", "")).startswith(f"{PUBLIC}.")
        speaks = knowledge.alerts.speaker(rule.teams, in_public)
        if team != speaks:
            do = _beside(reader, f"signal.{name}", team, speaks)
    return Gist(do, do_not)


def _beside(reader: Reader, name: str, team: str, speaks: str) -> tuple[str, ...]:
    """What is left to a team while another one speaks with the customer (S0-08)."""
    own = f"{name}.beside.{team}"
    line = own if own in reader.knowledge.wording[reader.language] else f"beside.{team}"
    whom = reader.knowledge.teams[speaks].names[reader.language]
    return reader.say(line, speaker=whom), reader.say("beside.ask", speaker=whom)


def _filled(reader: Reader, key: str, values: dict[str, str]) -> Iterator[str]:
    lines = reader.knowledge.wording[reader.language]
    for number in count(1):
        line = lines.get(f"{key}.{number}")
        if line is None:
            return
        if all(field is None or field in values for _, field, _, _ in Formatter().parse(line)):
            yield line.format_map(values)


def signal_card(moment: Moment, signal: Signal) -> CardText:
    """The card of a signal; what is particular to it stands in `streams.alerts.parts`."""
    speaker, how = Speaker(moment), moment.knowledge.signals[signal.name].reach
    title, happened, why, do, do_not = parts(speaker, signal)
    found = reach(moment, how, signal.severity, str(signal.values.get("asked", "")))
    in_sight = IN_SIGHT in moment.knowledge.signals[signal.name].teams
    cautions = _cautions(speaker) if speaker.declared != STRANGER or (in_sight and how in UNASKED) else ()
    facts = recent(speaker, in_sight)
    card = Card(who(speaker), happened, why, facts, tuple(do), _besides(do_not, cautions))
    public = found is not None and found.channel == PUBLIC
    return CardText(
        title, card, speaker.language, how != "none", _ways(speaker, found), f"signal.{signal.name}", public
    )


def _cautions(speaker: Speaker) -> tuple[str, ...]:
    return speaker.knowledge.relationship(speaker.declared).do_not[speaker.language][:1]


def shift_card(moment: Moment, shift: Shift) -> CardText:
    """The card of a shift that somebody must hear of."""
    speaker = Speaker(moment)
    rule = moment.knowledge.shift_alert(shift.from_, shift.to)
    assert rule is not None
    now, before = speaker.label(shift.to), speaker.label(shift.from_)
    happened = speaker.say("shift.happened", before=before, now=now)
    manners = moment.knowledge.relationship(shift.to)
    how = "none" if moment.knowledge.wants_quiet(shift.to) else rule.reach
    # Where nobody is to get in touch, the rule of the shift has said all that there is to do.
    manner = manners.do[speaker.language][:1] if how != "none" else ()
    do = (speaker.say(f"shift.{rule.name}.do.1"), *manner)
    found = reach(moment, how, rule.severity)
    do_not = _besides((speaker.say(f"shift.{rule.name}.do_not.1"),), manners.do_not[speaker.language][:1])
    why = speaker.say("shift.why", percent=round(shift.probability * 100))
    apart = "" if speaker.language == "zh" else " "
    card = Card(who(speaker), f"{happened}{apart}{_reasons(speaker, shift)}", why, recent(speaker), do, do_not)
    title, ways, name = speaker.say(f"shift.{rule.name}.title", now=now), _ways(speaker, found), f"shift.{rule.name}"
    return CardText(title, card, speaker.language, how != "none", ways, name)


def _besides(lines: Sequence[str], more: Iterable[str]) -> tuple[str, ...]:
    """The lines, and those of `more` that say something that is not there yet; 不要 and 别 say the same."""
    said = [line.replace("不要", "别") for line in lines]
    return (*lines, *(each for each in more if not any(each.rstrip(".。").replace("不要", "别") in s for s in said)))


def _reasons(speaker: Speaker, shift: Shift) -> str:
    keys = [because.what.split(":", 1)[0] for because in shift.because]
    words = last_words(speaker)
    known = [
        speaker.say("voice.said", text=words) if key == HEARD and words else speaker.say(key)
        for key in dict.fromkeys(keys) if key in speaker.knowledge.wording[speaker.language]
    ]  # fmt: skip
    if not known:
        return speaker.say("shift.reasons.none")
    return speaker.say("shift.reasons", reasons=speaker.say("shift.reasons.join").join(known[:REASONS]))


def _currency(moment: Moment) -> str:
    """In which they are given something: as they last bought, else as the place has it that they were last at, else as
    those who speak their language mostly pay (money.yaml)."""
    knowledge, customer = moment.knowledge, moment.customer
    place = knowledge.places.get(customer.place or "")
    there = place.currency or knowledge.money.base if place else ""
    return customer.slots.get(PAYS) or there or knowledge.money.languages.get(moment.language, "")


def for_team(moment: Moment, text: CardText, team: str, speaks: str, handled: bool = False) -> Card:
    """The card as this team gets it: how to reach them, or what is left to it while the team that `speaks` does; what
    its members may give without asking (S4-13); and never too large. `handled`: somebody of another team is on it."""
    speaker, amount = Speaker(moment), moment.knowledge.alerts.authority[team]
    limit = moment.knowledge.money.limit(amount, _currency(moment))
    fallback = moment.knowledge.teams[team].fallback
    above = moment.knowledge.teams[fallback or team].names[text.language]
    if not amount:
        line = speaker.say("authority.none", team=above)
    else:
        line = (
            speaker.say("authority", limit=limit, team=above) if fallback else speaker.say("authority.top", limit=limit)
        )
    card = text.card
    if text.gives:
        own = (*card.do, *text.ways) if team == speaks else _beside(speaker, text.name, team, speaks)
        wait = (speaker.say("caution.handled"),) if handled and team == speaks else ()
        card = msgspec.structs.replace(card, do=(*own, line), do_not=(*wait, *card.do_not))
    while card.recent and len(msgspec.json.encode(card)) >= CARD_BYTES:
        card = msgspec.structs.replace(card, recent=card.recent[:-1])
    return card


def _ways(speaker: Speaker, found: Reach | None) -> tuple[str, ...]:
    """The line that says how to reach them; none where nobody is to."""
    if found is None:
        return ()
    channel = speaker.knowledge.channels[found.channel].names[speaker.language] if found.channel else ""
    clock = found.at.strftime("%H:%M") if found.at is not None else ""
    return (speaker.say(found.line, channel=channel, clock=clock),)
