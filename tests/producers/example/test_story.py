from __future__ import annotations

from itertools import islice
from random import Random

import msgspec

from producers.example.story import LATE_MS, opening, story
from schemas.contract import read_line
from schemas.records import Touchpoint
from schemas.wire import properties, touchpoint_to_json

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
