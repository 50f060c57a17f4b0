"""The chart against the run lengths of D3, and what it must do with shares and counts."""

from __future__ import annotations

import numpy as np
import pytest

from streams.trends.chart import LEARNING, Chart, Numbers, cusum
from streams.trends.judge import SHARES, numbers_of
from tests.streams.lab import knowledge

RUNS = 1_500
SHARE = Numbers(threshold=5, slack=0.5, weight=0.05, least=10, over=3, variance=0.5, share=True)
COUNT = SHARE._replace(share=False, variance=1.0)


def run_lengths(threshold: float, shift: float) -> float:
    """Mean observations until an alarm, of `RUNS` charts whose observations are `shift` sigmas above the usual."""
    chance, levels, lengths = np.random.default_rng(7), np.zeros(RUNS), np.zeros(RUNS)
    alive = np.ones(RUNS, dtype=bool)
    for _ in range(12_000):
        if not alive.any():
            break
        drawn = chance.normal(shift, 1.0, RUNS)
        lengths[alive] += 1
        levels = np.maximum(0.0, levels + drawn - 0.5)
        alive &= levels < threshold
    return float(lengths.mean())


@pytest.mark.parametrize(
    ("threshold", "shift", "expected"),
    [
        pytest.param(4, 0.0, 322, id="h=4: a false alarm every 322"),
        pytest.param(5, 0.0, 930, id="h=5: every 930"),
        pytest.param(4, 1.0, 8.4, id="h=4: one sigma is seen after 8.4"),
        pytest.param(5, 1.0, 10.3, id="h=5: after 10.3"),
        pytest.param(4, 2.0, 3.3, id="h=4: two sigmas after 3.3"),
        pytest.param(5, 2.0, 4.0, id="h=5: after 4.0"),
    ],
)
def test_run_lengths_are_those_of_the_domain_document(threshold: float, shift: float, expected: float) -> None:
    assert run_lengths(threshold, shift) == pytest.approx(expected, rel=0.1)


def test_the_sum_is_that_of_page() -> None:
    level = 0.0
    for z, expected in ((1.0, 0.5), (2.0, 2.0), (-1.0, 0.5), (-3.0, 0.0)):
        level = cusum(level, z, 0.5)
        assert level == expected


def learnt(numbers: Numbers, exposure: float, events: int, times: int = 40) -> Chart:
    chart = Chart()
    for _ in range(times):
        chart.open = exposure, events
        chart.close(exposure, numbers)
    return chart


def test_the_usual_is_learnt_and_does_not_alarm() -> None:
    chart = learnt(SHARE, 20, 5)
    assert chart.rate() == pytest.approx(0.25, abs=0.02)
    chart.open = 20, 7
    assert not chart.certain(20, SHARE)


def test_nothing_is_judged_before_enough_was_seen() -> None:
    chart = learnt(SHARE, 20, 5, times=9)
    chart.open = 20, 20
    assert not chart.certain(20, SHARE)
    chart = learnt(SHARE, 20, 5, times=10)
    chart.open = 20, 20
    assert chart.certain(20, SHARE)


def test_what_is_certain_before_an_observation_is_whole_is_said_at_once() -> None:
    chart = learnt(COUNT, 24.0, 2)
    chart.open = 0.0, 9
    assert not chart.certain(24.0, COUNT)
    chart.open = 0.0, 11
    assert chart.certain(24.0, COUNT), "whatever the rest of the day brings"


def test_what_the_sum_finds_is_looked_at_again_before_it_is_an_alarm() -> None:
    """Two of eight, after a run with seven of 44 and a baseline of two in 48: beyond five sigmas, and yet one such run
    in fifty by chance."""
    chart = Chart(events=1.5, exposure=48.0, seen=12, level=4.4, held=((11.0, 3), (11.0, 2), (11.0, 1), (11.0, 1)))
    chart.open = 8.0, 2
    assert chart.certain(11.0, SHARE)
    assert not chart.certain(11.0, SHARE._replace(chance=0.01))
    chart.open = 8.0, 5
    assert chart.certain(11.0, SHARE._replace(chance=0.01))


def test_an_incident_never_enters_the_baseline() -> None:
    chart, before = learnt(COUNT, 24.0, 2), learnt(COUNT, 24.0, 2).rate()
    for events in (4, 4, 4):
        chart.open = 0.0, events
        assert not chart.certain(24.0, COUNT)
        chart.close(24.0, COUNT)
    assert chart.rate() == before, "while the sum is up observations wait"
    chart.open = 0.0, 9
    assert chart.certain(24.0, COUNT)
    chart.alarm(24.0, COUNT)
    assert chart.rate() == before


def test_an_incident_is_over_when_the_usual_rate_is_back_and_not_before() -> None:
    chart = learnt(SHARE, 20, 2)
    chart.open = 20, 12
    assert chart.certain(20, SHARE)
    chart.alarm(20, SHARE)
    chart.open = 0.0, 0
    for _ in range(10):
        chart.open = 10, 6
        assert not chart.settles(10, SHARE)
    over = []
    for _ in range(3):
        chart.open = 10, 1
        over.append(chart.settles(10, SHARE))
    assert over[-1]


def settled(chart: Chart, *observed: tuple[float, int], numbers: Numbers) -> list[bool]:
    """What is said of the incident after each of these observations."""
    said = []
    for exposure, events in observed:
        chart.open = exposure, events
        said.append(chart.settles(exposure, numbers))
    return said


def test_an_alarm_that_a_young_baseline_made_is_taken_back_once_as_much_has_come_since() -> None:
    """Three of 48, then a run of eight in 18: from then on two in nine, which is nothing strange to so few."""
    chart, numbers = Chart(events=2.6, exposure=35.6, seen=9), SHARE._replace(chance=0.01)
    chart.held, chart.open = ((7.0, 3), (7.0, 2)), (4.0, 3)
    chart.alarm(7.0, numbers)
    settled(chart, *[(9.0, 2)] * 3, numbers=numbers)
    assert not chart.doubtful(numbers), "less than the baseline is of"
    settled(chart, (9.0, 2), numbers=numbers)
    assert chart.doubtful(numbers)
    chart.accept(numbers)
    assert chart.rate() == pytest.approx(0.16, abs=0.02), "the baseline has learnt what it took for strange"
    assert (chart.level, chart.raised, chart.after) == (0, 0, (0, 0))


def test_an_incident_that_goes_on_is_not_taken_back() -> None:
    chart, numbers = Chart(events=2.6, exposure=35.6, seen=9), SHARE._replace(chance=0.01)
    chart.open = 7.0, 6
    chart.alarm(7.0, numbers)
    for _ in range(30):
        assert settled(chart, (9.0, 4), numbers=numbers) == [False]
        assert not chart.doubtful(numbers)


def test_what_ends_an_incident_is_learnt_by_a_young_baseline_and_hardly_by_an_old_one() -> None:
    """A rate between the usual one and that of the incident speaks for its end only where the usual is ill known."""
    young, old = Chart(events=3, exposure=36.0, seen=9), Chart(events=12, exposure=140.0, seen=40)
    for chart in (young, old):
        chart.open = 10.0, 6
        chart.alarm(10.0, SHARE)
        settled(chart, (10.0, 0), *[(10.0, 2)] * 4, numbers=SHARE)
    assert young.back > old.back


class Step:
    """A step of a checkout, session by session, judged by the numbers that come with the product."""

    def __init__(self, seed: int) -> None:
        self.numbers = numbers_of(knowledge().signals[SHARES], share=True)
        self.chart = Chart()
        self.chance = np.random.default_rng(seed)

    def alarms(self, rate: float) -> bool:
        """One more session, which it throws back at this rate."""
        whole = self._one_more(rate)
        if self.chart.certain(whole, self.numbers):
            self.chart.alarm(whole, self.numbers)
            self.chart.open = 0.0, 0
            return True
        if self.chart.open[0] >= whole:
            self.chart.close(self.chart.open[0], self.numbers)
        return False

    def settles(self, rate: float) -> bool:
        """The same in an incident."""
        whole = self._one_more(rate)
        exposure = self.chart.open[0]
        if exposure < min(whole, LEARNING):
            return False
        return self.chart.settles(exposure, self.numbers) or self.chart.doubtful(self.numbers)

    def _one_more(self, rate: float) -> float:
        exposure, events = self.chart.open
        self.chart.open = exposure + 1, events + int(self.chance.random() < rate)
        return self.chart.needed(self.numbers)


def first(happens: list[bool]) -> int:
    return happens.index(True) + 1 if True in happens else len(happens) + 1


@pytest.mark.parametrize(
    ("usual", "raised", "early", "after"),
    [
        pytest.param(0.02, 0.3, 0.02, 60, id="a step that hardly ever fails"),
        pytest.param(0.1, 0.5, 0.02, 45, id="one in ten, then every other"),
        pytest.param(0.25, 0.5, 0.08, 75, id="twice the usual, which is much already"),
        pytest.param(0.25, 0.8, 0.02, 25, id="four of five"),
    ],
)
def test_what_goes_on_is_seldom_called_over_and_what_is_over_soon(
    usual: float, raised: float, early: float, after: float
) -> None:
    """`early`: share of incidents that are called over within forty sessions that they still throw back; `after`:
    sessions from their true end on, on average."""
    too_early, sessions = [], []
    for seed in range(120):
        step = Step(seed)
        while step.chart.seen < 40:
            if step.alarms(usual):
                step.chart.calm()
        while not step.alarms(raised):
            pass
        too_early.append(any(step.settles(raised) for _ in range(40)))
        if not too_early[-1]:
            sessions.append(first([step.settles(usual) for _ in range(300)]))
    assert float(np.mean(too_early)) <= early
    assert float(np.mean(sessions)) <= after


def test_a_step_that_few_enter_is_known_after_fifty_sessions() -> None:
    found = []
    for seed in range(120):
        step = Step(seed)
        calm = not any(step.alarms(0.02) for _ in range(50))
        found.append(calm and first([step.alarms(0.6) for _ in range(20)]) <= 20)
    assert float(np.mean(found)) >= 0.95
