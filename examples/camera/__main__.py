"""Draws the film, counts who comes in, and sends it: `python -m examples.camera --key KEY` (without: prints events)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from examples.camera import film
from examples.camera.counter import crossings
from examples.camera.send import arguments, post

CAMERA: Final = "door-1"
STORE: Final = "store-1"


def events(start: datetime) -> Iterator[dict[str, Any]]:
    """One for each person who comes in; at the end how many are inside."""
    run, inside = f"{start:%Y%m%dT%H%M%S}", 0
    for number, crossing in enumerate(crossings(film.frames(), film.DOOR)):
        inside += 1 if crossing.comes_in else -1
        if crossing.comes_in:
            yield {
                "event_id": f"{run}-{number}", "camera_id": CAMERA, "location_id": STORE, "kind": "entered",
                "occurred_at": _time(start, crossing.second), "confidence": crossing.sure,
            }  # fmt: skip
    yield {
        "event_id": f"{run}-inside", "camera_id": CAMERA, "location_id": STORE, "kind": "measured",
        "occurred_at": _time(start, film.LENGTH_S), "measure": "occupancy", "value": inside,
    }  # fmt: skip


def _time(start: datetime, second: float) -> str:
    return (start + timedelta(seconds=second)).isoformat(timespec="milliseconds")


def main() -> None:
    given = arguments("Count people in a film that is drawn here, and send the events.").parse_args()
    found = list(events(datetime.now(UTC) - timedelta(seconds=film.LENGTH_S)))
    came_in, went_out = film.truth()
    counted = sum(each["kind"] == "entered" for each in found)
    for each in found:
        print(json.dumps(each))
    print(f"counted {counted} who came in; the film shows {came_in}, and {went_out} who went out")
    if given.key or given.secret:
        print(post(json.dumps({"events": found}).encode(), given.url, given.key, given.secret))


if __name__ == "__main__":
    main()
