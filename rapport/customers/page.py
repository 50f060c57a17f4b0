"""What is known of a customer as a person reads it, and as a program does. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from rich.text import Text

from rapport.customers.known import Contact, Known, Likely, Matter, Reason, Standing, Waiting
from rapport.customers.leaning import leaning
from rapport.customers.standing import LEAST
from rapport.customers.trajectory import Step, plot, steps
from rapport.customers.turns import turn
from rapport.layout import clean, column, hung
from rapport.readable import COLOURS, Page, clock
from rapport.voice import Voice
from schemas import times
from schemas.records import Shift, Signal
from schemas.wire import output_to_json

_BAR: Final = 20
"""Cells of a probability of one."""
_TIMES: Final = ("at", "occurred_at", "since", "as_of", "first", "latest", "opened_at", "due_at", "due")


def page_of(known: Known, page: Page, now: int) -> list[Text]:
    """Lines from who it is to the timeline, the newest touchpoint last, nearest to the prompt. `now` in ms."""
    voice = page.voice
    return [
        *_head(known, page),
        *relationship(known.standing, page),
        *_section(voice.say("way"), plot(_way(known), max(now, known.latest or 0), voice, page.width)),
        *_section(voice.say("matters"), _matters(known, page, now)),
        *_section(voice.say("lately"), [_turn(each, page) for each in _turns(known)]),
        *_section(_timeline_title(known, voice), _timeline(known, page)),
        *(Text(f"! {voice.say(f'lack.{n.lack}').format(clean(n.detail))}", "yellow") for n in known.notes),
    ]


def relationship(standing: Standing, page: Page) -> list[Text]:
    """The declared relationship, what else is likely, and why."""
    voice = page.voice
    now = Text.assemble("  ", (voice.relationship(standing.type), "bold"))
    if standing.since:
        now.append(f" · {voice.say('since')} {clock(standing.since, page)}")
    rows = [each for each in standing.likely if each.probability >= LEAST]
    said = [now, *(_likely(each, standing.type, page) for each in rows)]
    if standing.as_of and standing.likely:
        when = voice.say("as_of_shift" if standing.by == "shift" else "as_of_touchpoint")
        said.append(Text(f"  {when} {clock(standing.as_of, page)}", "dim"))
    said.append(Text(f"  {voice.say('because' if standing.reasons else 'no_reasons')}", "dim"))
    return _section(voice.say("relationship"), [*said, *(_reason(r, standing.type, page) for r in standing.reasons)])


def to_json(known: Known) -> dict[str, Any]:
    """The same as data: ids instead of words, times as RFC 3339, shifts and signals as they are sent."""
    found: dict[str, Any] = _timed(msgspec.to_builtins(msgspec.structs.replace(known, shifts=(), signals=())))
    found["shifts"] = [output_to_json(shift) for shift in known.shifts]
    found["trajectory"] = [_timed(msgspec.to_builtins(step)) for step in _way(known)]
    found["signals"] = [output_to_json(signal) for signal in known.signals]
    return found


def _way(known: Known) -> tuple[Step, ...]:
    return steps(known.first, known.shifts)


def _timed(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: times.write(each) if name in _TIMES and isinstance(each, int) else _timed(each)
            for name, each in value.items()
        }
    return [_timed(each) for each in value] if isinstance(value, list | tuple) else value


def _section(title: str, lines: Sequence[Text]) -> list[Text]:
    return [Text(), Text(title, "bold underline"), *lines] if lines else []


def _head(known: Known, page: Page) -> Iterator[Text]:
    voice, type_id = page.voice, known.standing.type
    yield Text.assemble((clean(known.customer_id), "bold"), " · ", (_headline(known.standing, voice), "bold cyan"))
    if manner := voice.manner(type_id):
        yield hung(Text(), Text(manner), page.width)
    language = Text(clean(known.language or "-"))
    rows = {"language": language, "known": _seen(known, page), "consents": _consents(known, voice)}
    if known.linked:
        rows["linked"] = Text(" · ".join(map(clean, known.linked)))
    labels = [Text(voice.say(name), "dim") for name in rows]
    margin = max(label.cell_len for label in labels) + 2
    for label, row in zip(labels, rows.values(), strict=True):
        yield hung(column(label, margin), row, page.width)


def _headline(standing: Standing, voice: Voice) -> str:
    """The declared relationship; of who counts as a stranger still, the one that is coming."""
    likely = None if voice.knowledge is None else leaning(standing, voice.knowledge)
    if likely is None:
        return voice.relationship(standing.type)
    return voice.say("probably").format(voice.relationship(likely.type), f"{likely.probability:.0%}")


def _seen(known: Known, page: Page) -> Text:
    say = page.voice.say
    parts = [f"{known.touchpoints:,} {say('touchpoint' if known.touchpoints == 1 else 'touchpoints')}"]
    if known.first:
        parts.insert(0, f"{say('since')} {clock(known.first, page)}")
    if known.latest:
        parts.append(f"{say('last')} {clock(known.latest, page)}")
    return Text(" · ".join(parts))


def _consents(known: Known, voice: Voice) -> Text:
    if not known.consents:
        return Text(voice.say("none_asked"), "dim")
    each = [
        Text.assemble(f"{clean(scope)} ", (voice.say("yes"), "green") if granted else (voice.say("no"), "red"))
        for scope, granted in known.consents.items()
    ]
    return Text(" · ").join(each)


def _likely(likely: Likely, declared: str, page: Page) -> Text:
    bar = "█" * max(1, round(likely.probability * _BAR))
    style = "bold" if likely.type == declared else ""
    return Text.assemble(
        "  ", (f"{likely.probability:4.0%} ", style), column(Text(bar, "cyan"), _BAR + 1),
        (page.voice.relationship(likely.type), style),
    )  # fmt: skip


def _reason(reason: Reason, declared: str, page: Page) -> Text:
    voice = page.voice
    weight = f"{reason.weight:+5.1f} " if reason.weight is not None else " " * 6
    said = Text(voice.reason(reason.what))
    if reason.type != declared:
        said.append(f" ({voice.say('speaks_for')} {voice.relationship(reason.type)})", "dim")
    if reason.at is not None:
        where = f" · {voice.channel(reason.channel)}" if reason.channel else ""
        said.append(f" · {clock(reason.at, page)}{where}", "dim")
    return _indented(Text(weight, "bold"), said, page)


def _matters(known: Known, page: Page, now: int) -> list[Text]:
    if not known.matters and not known.waiting:
        return [Text(f"  {page.voice.say('nothing_open')}", "dim")]
    label = page.voice.relationship(known.standing.type)
    return [
        *(_matter(each, label, page, now) for each in known.matters),
        *(_waiting(w, page, now) for w in known.waiting),
    ]


def _matter(matter: Matter, label: str, page: Page, now: int) -> Text:
    voice = page.voice
    named = voice.asking(matter.names[0], label) if matter.names else None
    said = Text.assemble((clean(matter.title or named or matter.matter or matter.alert_id), "bold"))
    said.append(f" · {voice.team(matter.team)} · {voice.say(f'state.{matter.state}')}")
    if matter.due_at is not None:
        late = matter.due_at < now
        said.append(f" · {voice.say('due')} {clock(matter.due_at, page)}", "red" if late else "")
        said.append(f" ({_away(matter.due_at, now, voice)})", "red" if late else "dim")
    severity = matter.severity or "info"
    return _indented(Text(f"{voice.severity(severity)} ", COLOURS[severity]), said, page)


def _waiting(waiting: Waiting, page: Page, now: int) -> Text:
    voice = page.voice
    when = f"{clock(waiting.due, page)} ({_away(waiting.due, now, voice)})"
    said = Text(" · ".join(filter(None, (voice.timer(waiting.name), clean(waiting.key), when))))
    return _indented(Text(f"{voice.say('by_itself')} ", "dim"), said, page)


def _away(moment: int, now: int, voice: Voice) -> str:
    return voice.say("in" if moment >= now else "over").format(voice.lasting(abs(moment - now)))


def _turns(known: Known) -> list[Shift | Signal]:
    return sorted((*known.shifts, *known.signals), key=lambda output: (output.at, output.offset))


def _turn(output: Shift | Signal, page: Page) -> Text:
    when = Text(clock(output.at, page), "dim")
    if page.width is not None:
        when = column(when, 11, right=True)
    return _indented(Text(" ").join([when, Text()]), turn(output, page.voice), page)


def _timeline_title(known: Known, voice: Voice) -> str:
    count = voice.say("last_of").format(len(known.timeline), f"{known.touchpoints:,}")
    return f"{voice.say('timeline')} ({count})"


def _timeline(known: Known, page: Page) -> list[Text]:
    contacts = [_contact(each, page) for each in known.timeline]
    return contacts or [Text(f"  {page.voice.say('no_contact')}", "dim")]


def _contact(contact: Contact, page: Page) -> Text:
    voice = page.voice
    ours = contact.initiator == "company"
    who = Text(voice.say("we" if ours else "they"), "green" if ours else "cyan")
    when = Text(clock(contact.occurred_at, page), "dim")
    channel = Text(voice.channel(contact.channel))
    if page.width is not None:
        when, channel = column(when, 11, right=True), column(channel, 12)
    said = Text(voice.touchpoint(contact.type))
    if words := contact.text or contact.item_id:
        said.append(f" “{clean(words)}”")
    if contact.amount is not None:
        said.append(f" · {contact.amount:,.2f} {clean(contact.currency or '')}".rstrip())
    if contact.order_id is not None:
        said.append(f" · {voice.say('order')} {clean(contact.order_id)}")
    if contact.history is not None:
        said.append(f"  {voice.say('history')}", "dim")
    return _indented(Text(" ").join([when, column(who, 4), channel, Text()]), said, page)


def _indented(head: Text, body: Text, page: Page) -> Text:
    """Under a title, the body folded under itself."""
    return hung(Text.assemble("  ", head), body, page.width)
