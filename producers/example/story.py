"""The simulated feed of the example, as it goes on: first a fixed opening, then day-to-day life without end.

All of it is marked: customers and events are called `sim-…`, and `properties.simulated`
is true. Nothing is dated in the future; a chat that reaches us late is dated back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from producers.example import cast
from producers.example.cast import Player
from schemas.records import Touchpoint

LATE_MS = 110_000
"""How late the channel of the first chats delivers them: ten seconds short of the two minutes of `unanswered`."""


NOTHING_MORE: Mapping[str, object] = MappingProxyType({})


class Scene(NamedTuple):
    """What happens `after_s` seconds from the start; `ago_ms` before it reaches us. `session`: which talk it is of."""

    after_s: float
    player: Player
    type: str
    channel: str
    ago_ms: int = 0
    text: str | None = None
    by_staff: bool = False
    properties: Mapping[str, object] = NOTHING_MORE
    at_place: bool = False
    session: str = ""

    def touchpoint(self, number: int, run: str, now: int) -> Touchpoint:
        """This scene, happening now."""
        player = self.player
        return Touchpoint(
            event_id=f"sim-{run}-{number:06d}",
            type=self.type,
            occurred_at=now - self.ago_ms,
            occurred_offset=player.offset,
            channel=self.channel,
            initiator="company" if self.by_staff else "customer",
            customer_id=player.customer_id,
            text=self.text,
            language=player.language if self.text else None,
            location_id=player.location_id if self.at_place else None,
            session_id=f"sim-{run}-{self.session}" if self.session else None,
            staff_id="sim-staff" if self.by_staff else None,
            properties=msgspec.json.encode({"simulated": True, **self.properties}).decode(),
            received_at=now,
            received_offset=0,
        )


def opening() -> list[Scene]:
    """The first minute: consents, guests at the door, two chats that nobody answers, hearts won and broken."""
    scenes = [
        Scene(0.0, player, "profile.updated", "web", properties={"fields": {"language": player.language}})
        for player in cast.CAST
    ]
    scenes += [
        Scene(0.5, player, "consent.changed", "web", properties={"scope": "camera", "granted": granted})
        for player, granted in ((cast.MEI, True), (cast.ANNA, True), (cast.LIU, False))
    ]
    scenes += [
        Scene(1.0, cast.WANG, "chat.message", "chat", LATE_MS, cast.QUESTIONS["zh"][0]),
        Scene(1.5, cast.GRACE, "chat.message", "chat", LATE_MS - 5_000, cast.QUESTIONS["en"][0]),
        Scene(3.0, cast.MEI, "store.entered", "camera", properties={"confidence": 0.94}, at_place=True),
        Scene(4.0, cast.LIU, "store.entered", "camera", properties={"confidence": 0.91}, at_place=True),
        Scene(6.0, cast.TOM, "qr.scanned", "qr", properties={"code": "shelf-12"}, at_place=True),
        Scene(9.0, cast.ANNA, "store.entered", "camera", properties={"confidence": 0.88}, at_place=True),
        Scene(45.0, cast.WANG, "chat.message", "chat", text=cast.ANSWERS["zh"][0], by_staff=True),
    ]
    scenes += _talk(8.0, cast.OLIVER, cast.FURY["en"])
    scenes += _talk(10.0, cast.ZHAO, cast.FONDNESS["zh"] * 2)
    scenes += _talk(38.0, cast.ZHAO, cast.FAREWELL["zh"] * 3)
    return sorted(scenes, key=lambda scene: scene.after_s)


def _talk(at: float, player: Player, texts: tuple[str, ...]) -> list[Scene]:
    """One thing after the other, every four seconds, each a talk of its own that is answered in time."""
    spoken = (_conversation(at + 4 * number, player, text, 2.0) for number, text in enumerate(texts))
    return [scene for said in spoken for scene in said]


def _conversation(at: float, player: Player, text: str, answer_s: float | None) -> list[Scene]:
    session = f"{player.customer_id}-{at:.1f}"
    said = [Scene(at, player, "chat.message", "chat", text=text, session=session)]
    if answer_s is not None:
        answer = cast.ANSWERS[player.language][len(text) % 2]
        said.append(Scene(at + answer_s, player, "chat.message", "chat", text=answer, by_staff=True, session=session))
    return said


def story(chance: Random) -> Iterator[Scene]:
    """All scenes in order of time, without end: after the opening about one every three seconds."""
    waiting = opening()
    at = waiting[-1].after_s
    while True:
        yield from waiting
        at += chance.uniform(2.0, 10.0)
        waiting = sorted(_everyday(at, chance), key=lambda scene: scene.after_s)
        at = max(at, waiting[-1].after_s)


def _everyday(at: float, chance: Random) -> list[Scene]:
    player = chance.choice(cast.CAST)
    return chance.choice(_EVERYDAY)(at, player, chance)


def _asks(at: float, player: Player, chance: Random) -> list[Scene]:
    """Three of four get their answer at once; the fourth waits for good."""
    answer_s = chance.uniform(2.0, 6.0) if chance.random() < 0.75 else None
    return _conversation(at, player, chance.choice(cast.QUESTIONS[player.language]), answer_s)


def _speaks_their_mind(at: float, player: Player, chance: Random) -> list[Scene]:
    """Who has no mood asks instead."""
    if not player.mood:
        return _asks(at, player, chance)
    return _conversation(at, player, chance.choice(cast.MOODS[player.mood][player.language]), 3.0)


def _comes_in(at: float, player: Player, chance: Random) -> list[Scene]:
    confidence = round(chance.uniform(0.82, 0.99), 2)
    return [Scene(at, player, "store.entered", "camera", properties={"confidence": confidence}, at_place=True)]


def _scans(at: float, player: Player, chance: Random) -> list[Scene]:
    code = f"shelf-{chance.randint(1, 40)}"
    return [Scene(at, player, "qr.scanned", "qr", properties={"code": code}, at_place=True)]


def _browses(at: float, player: Player, chance: Random) -> list[Scene]:
    return [Scene(at, player, "web.viewed", "web", properties={"url": chance.choice(("/", "/new", "/account"))})]


_EVERYDAY: tuple[Callable[[float, Player, Random], list[Scene]], ...] = (
    _asks, _speaks_their_mind, _speaks_their_mind, _comes_in, _scans, _browses, _browses,
)  # fmt: skip
