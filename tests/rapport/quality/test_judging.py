from __future__ import annotations

import pytest

from rapport.failure import Failure
from rapport.quality.judging import DAY_MS, Declared, Reading, Said, f1, judge, reliability
from rapport.quality.truth import FAMILY_OF, TENSE, TYPES, Life, read

YEAR = 365 * DAY_MS
WEEKLY = range(DAY_MS, YEAR, 7 * DAY_MS)
ONE = {"c": Life((0, 100 * DAY_MS), ("buddy", "enemy"))}


def day(number: float) -> int:
    return int(number * DAY_MS)


def judged(*declared: tuple[float, str], life: dict[str, Life] | None = None) -> tuple[float, float, float]:
    said = Said(declared={"c": [Declared(day(at), kind) for at, kind in declared]})
    figures = judge(said, life or ONE, {"c": list(WEEKLY)}, YEAR)
    return figures.shifts_found, round(figures.false_shifts), round(figures.flaps)


@pytest.mark.parametrize(
    ("declared", "found", "false", "flaps"),
    [
        pytest.param([(5, "buddy"), (110, "enemy")], 1.0, 0, 0, id="in time"),
        pytest.param([(5, "buddy"), (94, "enemy")], 1.0, 0, 0, id="its cause gave it away a week before"),
        pytest.param([(5, "buddy"), (80, "enemy")], 0.0, 100, 0, id="long before is a guess"),
        pytest.param([(5, "buddy"), (165, "enemy")], 1.0, 0, 0, id="late, and still within ten touchpoints"),
        pytest.param([(5, "buddy"), (180, "enemy")], 0.0, 0, 0, id="too late is neither found nor false"),
        pytest.param([(5, "fling"), (110, "enemy")], 1.0, 100, 0, id="a first declaration can be false, too"),
        pytest.param([(5, "buddy"), (20, "fling"), (30, "buddy")], 0.0, 100, 100, id="there and back is a flap"),
        pytest.param([], 0.0, 0, 0, id="who says nothing finds nothing"),
    ],
)
def test_shifts(declared: list[tuple[float, str]], found: float, false: int, flaps: int) -> None:
    assert judged(*declared) == pytest.approx((found, false, flaps), abs=1)
    assert judged(*declared)[0] == found


def test_readings_count_once_the_truth_has_settled() -> None:
    readings = [Reading("c", day(at), "enemy", 0.9) for at in (50, 110, 200)]
    figures = judge(Said(readings=readings), ONE, {"c": list(WEEKLY)}, YEAR)
    assert figures.readings == 2
    assert (figures.tense_precision, figures.tense_recall) == (0.5, 1.0)


def test_who_was_never_seen_is_not_judged() -> None:
    figures = judge(Said(readings=[Reading("c", day(50), "buddy", 0.9)]), ONE, {}, YEAR)
    assert (figures.readings, figures.shifts) == (0, 0)


def test_f1_and_calibration() -> None:
    assert f1([("a", "a"), ("a", "b"), ("b", "b")]) == {"a": pytest.approx(2 / 3), "b": pytest.approx(2 / 3)}
    bins, ece = reliability([(0.8, True), (0.8, True), (0.8, False), (0.8, True), (0.2, False)])
    assert [each.readings for each in bins] == [1, 4]
    assert ece == pytest.approx((0.2 + 4 * 0.05) / 5)


def test_29_types_in_families_and_the_tense_ones() -> None:
    assert len(TYPES) == len(FAMILY_OF) == 29
    assert set(TYPES) > TENSE


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param(b'{"customer_id":"x","type":"chum","since":"2026-01-01T00:00:00Z"}', "line 1.*chum", id="no such"),
        pytest.param(b'{"customer_id":"x","type":"buddy","since":"yesterday"}', "line 1", id="no time"),
        pytest.param(b"buddy", "line 1", id="no JSON"),
    ],
)
def test_a_faulty_label_is_named(line: bytes, words: str) -> None:
    with pytest.raises(Failure, match=words):
        read([line], "labels.jsonl")


def test_a_life_is_in_order_of_time() -> None:
    later = b'{"customer_id":"x","type":"enemy","since":"2026-02-01T00:00:00Z"}'
    first = b'{"customer_id":"x","type":"buddy","since":"2026-01-01T00:00:00Z"}'
    incident = b'{"incident":"bad-batch","from":"2026-01-01T00:00:00Z"}'
    life = read([later, b"", incident, first], "truth")["customer_id", "x"]
    assert life.types == ("buddy", "enemy")
    assert life.at(life.starts[0] - 1) is None
    assert life.at(life.starts[1]) == "enemy"
