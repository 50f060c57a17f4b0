"""Why a customer is what they are to us, out of recorded touchpoints: the reasons, the way there, what they wish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, Final, TypeVar

import msgspec
from rich.text import Text

from rapport.customers.known import Contact, Standing
from rapport.customers.page import relationship
from rapport.customers.standing import of_state
from rapport.customers.trajectory import Step, plot, steps
from rapport.customers.turns import turn
from rapport.failure import Failure
from rapport.layout import clean
from rapport.readable import Page, clock
from rapport.settings import Settings
from replay import sources
from replay.drive import Drive
from replay.library import fetch_from
from replay.source import Chunk, Piece, Source
from schemas.records import Shift, Touchpoint
from schemas.times import write
from schemas.wire import output_to_json
from streams.customers.customer import Customer
from streams.knowledge.model import Knowledge
from streams.relationships.consumers import consumer
from streams.relationships.wishes import Wish, wish
from streams.signals.stage_gap import Stage, StageGap
from streams.signals.template_mismatch import TemplateMismatch, Tones

S = TypeVar("S", bound=msgspec.Struct)
WORDS: Final = 80
"""Letters of a touchpoint's words that are shown."""


class Explained(msgspec.Struct, frozen=True):
    """All of it, as of the customer's last touchpoint. `behind`: the touchpoints that reasons name, by `event_id`."""

    customer_id: str
    standing: Standing
    wish: Wish
    stage: str
    consumer: dict[str, float]
    way: tuple[Step, ...]
    shifts: tuple[Shift, ...]
    behind: dict[str, Contact]


class Watched:
    """A source that remembers the touchpoints of one customer on their way."""

    def __init__(self, source: Source, key: str) -> None:
        self._source, self._key = source, key
        self.log_order, self.total, self.partitions = source.log_order, source.total, source.partitions
        self.seen: dict[str, Contact] = {}

    def pieces(self) -> Iterator[Piece]:
        """Those of the source."""
        for piece in self._source.pieces():
            if isinstance(piece, Chunk):
                for record in piece.records:
                    if record.key == self._key and isinstance(record.body, Touchpoint):
                        self.seen[record.body.event_id] = contact(record.body)
            yield piece


def explain(names: Sequence[str], key: str, settings: Settings, knowledge: Knowledge) -> Explained:
    """Folds the sources as a replay does; `Failure` where nobody is known by that key."""
    with closing(sources.opened(names, settings)) as source:
        watched = Watched(source, key)
        drive = Drive(watched, knowledge, fetch_from(names, settings), lambda _: None, own_rules=True)
        shifts = tuple(o for o in drive.outputs() if isinstance(o, Shift) and o.customer_id == key)
    live = next((found for states in drive.states.values() if (found := states.live(key)) is not None), None)
    if live is None:
        raise Failure(f"nobody is known as {key} in {', '.join(names)}; name a customer as the touchpoints do")
    return of(key, live.customer, shifts, watched.seen, knowledge)


def of(
    key: str, customer: Customer, shifts: Sequence[Shift], seen: dict[str, Contact], knowledge: Knowledge
) -> Explained:  # fmt: skip
    """By the state and what led there."""
    standing, at = of_state(customer, knowledge), customer.latest
    reasons = tuple(
        msgspec.structs.replace(r, at=seen[r.event_id].occurred_at, channel=seen[r.event_id].channel)
        if r.event_id in seen else r for r in standing.reasons
    )  # fmt: skip
    named = {r.event_id for r in reasons} | {b.event_id for shift in shifts for b in shift.because}
    tones = _kept(customer, TemplateMismatch, Tones).last
    return Explained(
        key, msgspec.structs.replace(standing, reasons=reasons),
        wish(knowledge, customer, standing.type, tones, at), _kept(customer, StageGap, Stage).name,
        {name: round(share, 3) for name, share in consumer(knowledge, customer.habits, at).items()},
        steps(min((c.occurred_at for c in seen.values()), default=None), shifts), tuple(shifts),
        {event_id: seen[event_id] for event_id in sorted(named) if event_id in seen},
    )  # fmt: skip


def lines(found: Explained, page: Page) -> list[Text]:
    """For a terminal."""
    voice, until = page.voice, found.standing.as_of or 0
    say, kind = voice.say, max(found.consumer, key=lambda name: found.consumer[name])
    said = [Text.assemble((clean(found.customer_id), "bold"), " · ", (voice.relationship(found.standing.type), "bold"))]
    said += relationship(found.standing, page)
    said += [Text(), Text(say("way"), "bold underline"), *plot(found.way, until, voice, page.width)]
    for shift in found.shifts:
        said.append(Text.assemble("  ", (clock(shift.at, page), "dim"), "  ", turn(shift, voice)))
        for because in shift.because:
            said.append(Text(f"      {_reason(because.event_id, because.what, found, page)}"))
        said.append(Text(f"      {shift.advice}", "italic"))
    wants, given = voice.relationship(found.wish.wished), voice.relationship(found.wish.treated)
    said += [
        Text(), Text(say("besides"), "bold underline"),
        Text(f"  {say('wished')} {wants} · {say('treated')} {given} · {say('apart')} {found.wish.mismatch:.2f}"),
        Text(f"  {say('stage')} {say(f'stage.{found.stage}')} · {say(f'consumer.{kind}')} {found.consumer[kind]:.0%}"),
    ]  # fmt: skip
    return said


def to_json(found: Explained) -> dict[str, Any]:
    """As data: ids instead of words, times as RFC 3339."""
    standing = msgspec.to_builtins(found.standing)
    for reason in standing["because"]:
        reason["at"] = None if reason["at"] is None else write(reason["at"])
    standing |= {key: None if standing[key] is None else write(standing[key]) for key in ("since", "as_of")}
    return {
        "customer_id": found.customer_id, "relationship": standing, "wish": found.wish._asdict(),
        "stage": found.stage, "consumer": found.consumer,
        "trajectory": [msgspec.to_builtins(step) | {"since": write(step.since)} for step in found.way],
        "shifts": [output_to_json(shift) for shift in found.shifts],
        "touchpoints": {
            event_id: msgspec.to_builtins(each) | {"occurred_at": write(each.occurred_at)}
            for event_id, each in found.behind.items()
        },
    }  # fmt: skip


def _reason(event_id: str, what: str, found: Explained, page: Page) -> str:
    """The piece of evidence, and the touchpoint that it was in."""
    voice, contact = page.voice, found.behind.get(event_id)
    said = voice.reason(what) if what != "touchpoint" else ""
    if contact is None:
        return said or event_id
    words = f" “{clean(contact.text[:WORDS])}”" if contact.text and not what.endswith(contact.text) else ""
    where = f"{clock(contact.occurred_at, page)} {voice.touchpoint(contact.type)} · {voice.channel(contact.channel)}"
    return f"{said}{' · ' if said else ''}{where}{words}"


def contact(body: Touchpoint) -> Contact:
    """A touchpoint as reasons show it."""
    return Contact(body.occurred_at, body.type, body.channel, body.initiator, body.text, body.item_id, body.event_id)


def _kept(customer: Customer, detector: Any, kind: type[S]) -> S:
    packed = customer.memory.get(f"{detector.name}.{detector.version}")
    return kind() if packed is None else msgspec.msgpack.decode(packed, type=kind)
