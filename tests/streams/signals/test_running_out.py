from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace
from scipy import stats

from schemas.records import Alert, Touchpoint
from streams.signals.naming import NAME, named
from streams.signals.running_out import ITEMS, RunningOut, Shelf
from tests.streams.lab import DAY, HOUR, Lab, knowledge, of, signals, tick, touchpoint


def bought(day: float, item: str = "tea", **fields: object) -> Touchpoint:
    return touchpoint("purchase.made", round(day * DAY), event_id=f"{item}{day}", channel="pos", item_id=item, **fields)


def window(days: list[float]) -> tuple[float, float]:
    """Begin and end of the window after the purchases at `days`, by the reference of SciPy's distribution."""
    rule = knowledge().signals["running_out"]
    usual = rule.tables("categories")["default"]
    gaps = [b - a for a, b in pairwise(days)]
    pseudo = rule.number("pseudo_count")
    mean = (sum(gaps) + pseudo * usual["mean_days"]) / (len(gaps) + pseudo)
    gamma = stats.gamma(usual["k"], scale=mean / usual["k"])
    return days[-1] + gamma.ppf(rule.number("from_quantile")), days[-1] + gamma.ppf(rule.number("to_quantile"))


DAYS = [0.0, 30.0, 61.0]
BEGIN, END = window(DAYS)


@pytest.mark.parametrize(
    ("days", "now", "expected"),
    [
        pytest.param(DAYS, BEGIN - 0.01, 0, id="before the window"),
        pytest.param(DAYS, BEGIN + 0.01, 1, id="in the window"),
        pytest.param(DAYS[:2], 400, 0, id="two purchases are no rhythm"),
        pytest.param([*DAYS, 61.2], BEGIN + 0.01, 1, id="two lines of one visit are one purchase"),
        pytest.param([*DAYS, BEGIN - 1], BEGIN + 0.01, 0, id="bought again in time"),
        pytest.param([0.0, 61.0, 30.0], 400, 0, id="a late purchase does not count"),
        pytest.param(DAYS * 2, BEGIN + 0.01, 1, id="redelivered"),
    ],
)
def test_fires_at_the_begin_of_the_window(days: list[float], now: float, expected: int) -> None:
    found = signals(Lab().fold(*(bought(day) for day in days), tick(round(now * DAY))), "running_out")
    assert len(found) == expected


def test_is_dated_to_the_begin_of_the_window() -> None:
    lab = Lab()
    (signal,) = signals(lab.fold(*map(bought, DAYS), tick(100 * DAY)), "running_out")
    assert (signal.at - bought(0).occurred_at) / DAY == pytest.approx(BEGIN, abs=1e-3)
    assert signal.values["item_id"] == "tea"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(6.9, 0, id="still quiet"),
        pytest.param(7.1, 1, id="quiet is over and the window is not"),
        pytest.param(END - BEGIN + 0.1, 0, id="the window is over"),
    ],
)
def test_a_visit_in_the_window_is_a_second_chance(after: float, expected: int) -> None:
    lab = Lab()
    lab.fold(*map(bought, DAYS), tick(round((BEGIN + 0.01) * DAY)))
    assert len(signals(lab.fold(bought(BEGIN + after, "milk")), "running_out")) == expected


def test_goods_that_come_back_are_no_purchase() -> None:
    found = signals(Lab().fold(*(bought(d, quantity=-1.0) for d in DAYS), tick(400 * DAY)), "running_out")
    assert found == []


def test_remembers_the_items_bought_most_often() -> None:
    lab = Lab()
    lab.fold(*map(bought, DAYS))
    lab.fold(*(bought(62 + n / 100, f"item{n}") for n in range(3 * ITEMS)))
    shelf = lab.live().states["running_out.1"]
    assert len(shelf.items) == ITEMS
    assert shelf.items[0].item == "tea"
    assert [timer.key for timer in lab.live().customer.timers if timer.name == "running_out"] == ["tea"]
    assert len(signals(lab.fold(tick(400 * DAY), tick(400 * DAY + HOUR)), "running_out")) == 1


def test_calls_the_item_by_its_name_where_the_source_gives_one() -> None:
    lab = Lab()
    named = [bought(day, properties={"description": "GREEN TEA, LOOSE"}) for day in DAYS]
    titles = [alert.title for alert in of(lab.fold(*named, tick(100 * DAY)), Alert)]
    assert any("GREEN TEA, LOOSE" in title for title in titles)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("WHITE HANGING HEART T-LIGHT HOLDER", "WHITE HANGING HEART T-LIGHT HOLDER", id="whole"),
        pytest.param("x" * NAME, "x" * NAME, id="as long as a name may be"),
        pytest.param("FAWN BLUE HOT WATER BOTTLE, KNITTED COVER AND BOX", "FAWN BLUE HOT WATER BOTTLE, KNITTED…",
                     id="between words"),
        pytest.param("SET OF THREE RETROSPOT CAKE TINS, WHITE; LARGE", "SET OF THREE RETROSPOT CAKE TINS…",
                     id="without what parts them"),
        pytest.param("茶" * 50, "茶" * (NAME - 1) + "…", id="where words are not parted, anywhere"),
    ],
)  # fmt: skip
def test_a_name_is_never_cut_inside_a_word(name: str, expected: str) -> None:
    assert named(name) == expected
    assert len(named(name)) <= NAME


def test_the_card_says_the_interval_that_the_moment_goes_by() -> None:
    """Bought each third day, which three purchases do not prove: the window is of the interval shrunk to the usual."""
    lab = Lab()
    days = [0.0, 3.0, 6.0]
    outputs = lab.fold(*map(bought, days), tick(100 * DAY))
    (signal,) = signals(outputs, "running_out")
    assert (signal.values["usual_days"], signal.values["expected_days"]) == (3.0, 28.2)
    begin, end = window(days)
    assert 0.3 < (begin - 6) / 28.2 < (end - 6) / 28.2 < 1.05
    told = [alert.card.why_now for alert in of(outputs, Alert) if signal.id in alert.signals]
    assert told
    assert all("28 days" in why for why in told), told


def test_what_was_given_up_makes_room_for_what_is_bought_now() -> None:
    lab = Lab()
    for day in (0.0, 30.0, 60.0):
        lab.fold(*(bought(day + n / 100, f"old{n}") for n in range(ITEMS)))
    lab.fold(bought(70.0, "new"))
    assert "new" not in {item.item for item in lab.live().states["running_out.1"].items}, "all of them are still bought"
    lab.fold(*(bought(day, "new") for day in (400.0, 430.0, 460.0)))
    shelf = lab.live().states["running_out.1"]
    assert len(shelf.items) == ITEMS
    assert shelf.items[0].item == "new"
    assert len([s for s in signals(lab.fold(tick(490 * DAY)), "running_out") if s.values["item_id"] == "new"]) == 1


def test_two_histories_keep_the_name_that_either_knows() -> None:
    lab = Lab()
    lab.fold(*map(bought, DAYS))
    before = lab.live().states["running_out.1"].items
    joined = RunningOut().merge(Shelf((replace(before[0], name=""),)), Shelf((replace(before[0], name="Tea", last=1),)))
    assert joined.items[0].name == "Tea"
