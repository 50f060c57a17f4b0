"""A real incident in a clickstream that nobody made for us: the checkout loops on mobile from 2024-04-09 on.

The first session that meets it is on 04-13. Nothing here is fitted to it: the chart has the numbers of D3.
"""

from __future__ import annotations

import gzip
import io
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from producers.importers.ecom_clickstream import ECOM_CLICKSTREAM
from rapport.settings import Settings
from replay.run import run
from schemas import times
from schemas.records import Alert, AlertChange, Emitted, Signal, Touchpoint
from schemas.wire import output_from_json, touchpoint_to_json
from streams.customers.moment import DAY_MS
from tests.streams.lab import knowledge

pytestmark = pytest.mark.data
FILE = "ecom_clickstream/ecom_2024-01_2024-05-14.csv.gz"
BEGAN = times.read("2024-04-09T00:00:00Z").at


@pytest.fixture(scope="module")
def touchpoints(shared_data: Path) -> list[Touchpoint]:
    with gzip.open(shared_data / FILE, "rb") as file:
        lines = file.read().splitlines()[1:]
    read = (ECOM_CLICKSTREAM.touchpoint(line, f"ecom:{number:012}", 0, None) for number, line in enumerate(lines))
    return sorted((each for each in read if isinstance(each, Touchpoint)), key=lambda each: each.occurred_at)


@pytest.fixture(scope="module")
def outputs(touchpoints: list[Touchpoint], tmp_path_factory: pytest.TempPathFactory) -> list[Emitted]:
    """The file ends while checkouts on mobile still loop; what follows is its own January to April, told again."""
    calm = [each for each in touchpoints if each.occurred_at < BEGAN]
    later = touchpoints[-1].occurred_at - calm[0].occurred_at + 3_600_000
    again = [
        msgspec.structs.replace(
            each, event_id=f"again:{each.event_id}", session_id=f"again:{each.session_id}",
            occurred_at=each.occurred_at + later,
        )
        for each in calm
    ]  # fmt: skip
    return told([*touchpoints, *again], tmp_path_factory.mktemp("ecom"))


def told(touchpoints: list[Touchpoint], folder: Path) -> list[Emitted]:
    """What a replay of them says."""
    file, out = folder / "touchpoints.jsonl", io.BytesIO()
    file.write_bytes(b"\n".join(msgspec.json.encode(touchpoint_to_json(each)) for each in touchpoints))
    run([str(file)], Settings(identity_key="stories"), knowledge(), out=out)
    return [output_from_json(msgspec.json.decode(line)) for line in out.getvalue().splitlines()]


def said(outputs: list[Emitted], state: str) -> list[Signal]:
    return [o for o in outputs if isinstance(o, Signal) and o.name == "step_failing" and o.values["state"] == state]


def test_the_right_step_and_platform_by_the_tenth_affected_session(
    touchpoints: list[Touchpoint], outputs: list[Emitted]
) -> None:
    met: dict[str, int] = {}
    for each in touchpoints:
        if each.properties is not None and '"checkout_bug"' in each.properties:
            met.setdefault(str(each.session_id), each.occurred_at)
    tenth = sorted(met.values())[9]
    scope = {"platform": "mobile", "step": "shipping_details"}
    (found,) = [signal for signal in said(outputs, "open") if signal.scope == scope]
    assert min(met.values()) < found.at <= tenth
    assert [o.team for o in outputs if isinstance(o, Alert) and o.signals == (found.id,)] == ["product"]


def test_at_most_one_false_trend_in_any_month_before_it(outputs: list[Emitted]) -> None:
    false = sorted(signal.at for signal in said(outputs, "open") if signal.at < BEGAN)
    assert all(later - before > 30 * DAY_MS for before, later in pairwise(false))


def test_a_false_trend_ends_by_what_comes_after_it(outputs: list[Emitted]) -> None:
    """Desktop, of 03-20: a run of eight in eighteen after three of 48, where one in six is usual."""
    over = {signal.matter: signal.at for signal in said(outputs, "over")}
    false = [signal for signal in said(outputs, "open") if signal.at < BEGAN]
    assert false
    assert all(over[signal.matter] - signal.at <= 21 * DAY_MS for signal in false)


def test_what_goes_on_is_said_once_a_week_and_alarms_nobody(outputs: list[Emitted]) -> None:
    by_matter: dict[str, list[int]] = {}
    for signal in [*said(outputs, "open"), *said(outputs, "continuing")]:
        by_matter.setdefault(str(signal.matter), []).append(signal.at)
    assert all(b - a >= 7 * DAY_MS for times_of in by_matter.values() for a, b in pairwise(sorted(times_of)))
    assert {signal.severity for signal in said(outputs, "continuing")} <= {"info"}


def test_whoever_met_it_and_has_not_complained_is_named_from_then_on(outputs: list[Emitted]) -> None:
    exposed = [o for o in outputs if isinstance(o, Signal) and o.name == "fix_before_felt"]
    incidents = {str(signal.matter) for signal in said(outputs, "open")}
    assert exposed
    assert {signal.matter for signal in exposed} <= incidents


def test_when_it_is_over_that_is_noticed(touchpoints: list[Touchpoint], outputs: list[Emitted]) -> None:
    last = touchpoints[-1].occurred_at
    opened = [signal for signal in said(outputs, "open") if signal.at <= last]
    over = {signal.matter: signal.at for signal in said(outputs, "over")}
    assert {signal.matter for signal in opened} <= over.keys()
    shipping = next(s for s in opened if s.scope == {"platform": "mobile", "step": "shipping_details"})
    assert over[shipping.matter] > last, "not while it lasts"
    alert = next(o for o in outputs if isinstance(o, Alert) and o.signals == (shipping.id,))
    life = [o.state for o in outputs if isinstance(o, AlertChange) and o.alert_id == alert.id]
    assert life == ["escalated", "escalated", "expired"], "nobody took it"
