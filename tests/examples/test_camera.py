"""The people counter counts what its film shows, and what it sends the collector takes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest

from examples.camera import film
from examples.camera.__main__ import events
from examples.camera.counter import crossings
from examples.camera.send import signed
from producers.collector.adapters.camera import Camera, Config
from schemas.records import Touchpoint
from tests.producers.collector.signing import SECRET, request


@pytest.mark.parametrize("seed", [7, 8])
def test_who_crosses_the_line_is_counted_once_when_they_cross(seed: int) -> None:
    counted = sorted(crossings(film.frames(seed=seed), film.DOOR))
    really = sorted((walk.crossed_at, walk.comes_in) for walk in film.WALKS if walk.crossed_at is not None)
    assert [each.comes_in for each in counted] == [comes_in for _, comes_in in really]
    for found, (second, _) in zip(counted, really, strict=True):
        assert found.second == pytest.approx(second, abs=0.4)


@pytest.mark.parametrize(
    ("walks", "expected"),
    [
        pytest.param((), 0, id="nobody, and the light flickers"),
        pytest.param((film.Walk(2, 100, 260, 140, 60, 16, 40), film.Walk(4, 100, 140, 260, 60, 16, 40)), 0, id="turns"),
        pytest.param((film.Walk(2, 100, 260, -20, 60, 16, 40),), 1, id="one"),
        pytest.param(tuple(film.Walk(2, x, 260, -20, 60, 16, 40) for x in (60, 160, 260)), 3, id="three abreast"),
    ],
)
def test_small_films(walks: tuple[film.Walk, ...], expected: int) -> None:
    assert len(list(crossings(film.frames(walks, 8.0), film.DOOR))) == expected == sum(film.truth(walks))


def test_the_collector_takes_what_is_sent_and_signed() -> None:
    start = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    found = list(events(start))
    assert len({each["event_id"] for each in found}) == len(found)
    came_in, went_out = film.truth()
    assert found[-1]["value"] == came_in - went_out
    body = json.dumps({"events": found}).encode()
    camera = Camera(Config(secrets=(SECRET,)))
    now = int(datetime.now(UTC).timestamp() * 1000)
    sent = msgspec.structs.replace(request("/v1/camera", body, signed(body, SECRET)), received_at=now)
    taken = camera.take(sent)
    kinds = [each.type for each in taken.touchpoints if isinstance(each, Touchpoint)]
    assert kinds == ["store.entered"] * came_in + ["env.measured"]
