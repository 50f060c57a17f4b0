from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random

import msgspec

from producers.example import cast
from producers.example.story import LATE_MS, opening, story
from schemas.contract import read_line
from schemas.records import Shift, Touchpoint
from schemas.wire import properties, touchpoint_to_json
from streams.engine import Engine
from streams.knowledge.load import load
from tests.scenarios.telling import InProcess, tell

NOW = 1_780_000_000_000


def test_scenes_come_in_order_of_time_and_keep_the_contract() -> None:
    before = 0.0
    for number, scene in enumerate(islice(story(Random(1)), 500)):
        assert scene.after_s >= before
        before = scene.after_s
        touchpoint = scene.touchpoint(number, "run", NOW)
        assert isinstance(read_line(msgspec.json.encode(touchpoint_to_json(touchpoint))), Touchpoint)
        assert touchpoint.occurred_at <= NOW


def test_everything_is_marked_as_simulated() -> None:
    for number, scene in enumerate(islice(story(Random(2)), 200)):
        touchpoint = scene.touchpoint(number, "run", NOW)
        assert properties(touchpoint)["simulated"] is True
        assert touchpoint.event_id.startswith("sim-")
        assert touchpoint.customer_id is not None
        assert touchpoint.customer_id.startswith("sim-")


def test_the_opening_shows_a_guest_and_an_unanswered_chat_at_once() -> None:
    scenes = opening()
    late = [scene for scene in scenes if scene.ago_ms >= LATE_MS - 5_000]
    assert late
    assert all(scene.after_s + (120_000 - scene.ago_ms) / 1000 < 30 for scene in late)
    entered = [scene.after_s for scene in scenes if scene.type == "store.entered"]
    assert min(entered) < 10


def test_hearts_are_won_and_broken_in_the_first_minute() -> None:
    """What a newcomer sees first: one customer is furious, another goes from love to farewell."""
    line = InProcess(Engine(load(Path(__file__).parents[3] / "knowledge")))
    tell([scene.touchpoint(n, "run", NOW + int(scene.after_s * 1000)) for n, scene in enumerate(opening())], line)
    shifts = [(each.customer_id, each.to) for each in line.outputs if isinstance(each, Shift)]
    assert shifts == [("sim-oliver", "enemy"), ("sim-zhao", "marriage_partner"), ("sim-zhao", "ex_friend")]


def test_people_keep_their_mood() -> None:
    said: dict[str, set[str]] = {}
    for scene in islice(story(Random(3)), 2_000):
        if scene.text and not scene.by_staff:
            said.setdefault(scene.player.customer_id, set()).add(scene.text)
    assert said["sim-anna"].isdisjoint(cast.FURY["en"])
    assert said["sim-anna"] & set(cast.FONDNESS["en"])
    assert said["sim-tom"] <= set(cast.QUESTIONS["en"])
