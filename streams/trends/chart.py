"""A control chart over what is observed of one scope: EWMA baseline and one-sided CUSUM (D3)."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, sqrt
from typing import NamedTuple

import msgspec

from streams.trends.chance import at_least

HELD = 30
"""Observations that wait outside of the baseline; with one more all go in."""

LEARNING = 10.0
"""Exposure of an observation, at most, while the baseline is learnt: a step that never fails is known after a hundred
sessions, too."""


def cusum(level: float, z: float, slack: float) -> float:
    """The next sum of Page (1954): how far the observations have been above their baseline of late, in sigmas."""
    return max(0.0, level + z - slack)


class Numbers(NamedTuple):
    """Parameters of a rule: `threshold` h, `slack` k, `weight` of the newest observation (EWMA, Roberts 1959), `least`
    observations before anything is judged, `over` the evidence (nats) that an incident is over. `share`: what is
    observed are events among `exposure`, else events in time. `variance` is what an observation has at least: a share
    is observed until as many were exposed; counts are taken for no steadier. `chance`: with a share, how likely all
    that was observed since the sum was 0 may be at the usual rate, for an alarm; 1 asks for nothing."""

    threshold: float
    slack: float
    weight: float
    least: int
    over: float
    variance: float
    share: bool
    chance: float = 1.0


class Chart(msgspec.Struct, array_like=True):
    """`events` and `exposure` of the baseline, decayed; `level` of the CUSUM, `back` that of an incident's end.

    `held` are the observations since the level (in an incident: `back`) was last 0. They enter the baseline when it is
    0 again: what turns out to be an incident never does. In an incident they enter `risen`, exposure and events that
    are surely of it. `seen` counts observations, `open` is the one under way.
    """

    events: float = 0.0
    exposure: float = 0.0
    seen: int = 0
    level: float = 0.0
    back: float = 0.0
    raised: float = 0.0
    held: tuple[tuple[float, int], ...] = ()
    open: tuple[float, int] = (0.0, 0)
    risen: tuple[float, int] = (0.0, 0)
    after: tuple[float, int] = (0.0, 0)

    def rate(self, more: Sequence[tuple[float, int]] = ()) -> float:
        """Events for one of exposure, by the baseline and `more`; a little is assumed where little is known."""
        exposed, happened = sum(each for each, _ in more), sum(count for _, count in more)
        return (self.events + 1 + happened) / (self.exposure + 4 + exposed)

    def needed(self, numbers: Numbers) -> float:
        """Exposure of a whole observation of a share; while the usual rate is being learnt, never much."""
        rate = self.rate()
        enough = numbers.variance / (rate * (1 - rate))
        return enough if self.seen >= numbers.least else min(enough, LEARNING)

    def z(self, exposure: float, events: int, numbers: Numbers) -> float:
        """Sigmas above the baseline, whose own uncertainty counts as well."""
        rate = self.rate()
        expected = exposure * rate
        variance = max(expected * (1 - rate) if numbers.share else expected, numbers.variance)
        return (events - expected) / sqrt(variance * (1 + exposure / (self.exposure + 4)))

    def certain(self, whole: float, numbers: Numbers) -> bool:
        """Whether the observation under way will alarm, even if nothing more happened until it is whole: by the sum,
        and for a share by a second look at everything since the sum was 0. Sigmas flatter a few rare events, and what
        is wrong in the baseline is wrong in each observation alike; the second look knows both."""
        if self.seen < numbers.least:
            return False
        exposure, events = self.open
        z = self.z(max(exposure, whole), events, numbers)
        if cusum(self.level, z, numbers.slack) < numbers.threshold:
            return False
        return numbers.chance >= 1 or self._by_chance(max(exposure, whole), events) <= numbers.chance

    def _by_chance(self, exposure: float, events: int) -> float:
        """How likely as many events as since the sum was last 0, and `events` of `exposure`, are at the usual rate."""
        run = [*self.held, (exposure, events)]
        happened = sum(count for _, count in run)
        exposed = max(round(sum(each for each, _ in run)), happened)
        return at_least(happened, exposed, self.events + 1, self.exposure + 4)

    def alarm(self, exposure: float, numbers: Numbers) -> None:
        """The scope is out of its usual range: at what rate, is remembered."""
        seen = max(self.open[0], 1.0) if numbers.share else max(self.open[0], exposure)
        self.risen = self.after = (0.0, 0)
        self._rise([*self.held, (seen, self.open[1])], numbers)
        self.back = 0.0
        self.held = ()

    def _rise(self, observed: Sequence[tuple[float, int]], numbers: Numbers) -> None:
        """These are of the incident. What raised the alarm was the worst of it: the rate is shrunk to the usual one, as
        if there had been one event more at that; of a share never by more than what is learnt of at once."""
        exposure, events = self.risen
        exposure += sum(each for each, _ in observed)
        events += sum(count for _, count in observed)
        self.risen = (exposure, events)
        usual = self.rate()
        pseudo = min(1 / usual, LEARNING) if numbers.share else 1 / usual
        self.raised = max((events + usual * pseudo) / (exposure + pseudo), usual * 1.25)

    def close(self, exposure: float, numbers: Numbers) -> None:
        """The observation under way is whole. While nothing is wrong it moves the sum, and the baseline in its time."""
        _, events = self.open
        self.open = (0.0, 0)
        z = self.z(exposure, events, numbers)
        self.seen += 1
        self.level = cusum(self.level, z, numbers.slack) if self.seen >= numbers.least else 0.0
        self.held = (*self.held, (exposure, events))
        if self.level == 0 or len(self.held) > HELD:
            keep = 1 - numbers.weight
            for each, count in self.held:
                self.exposure = self.exposure * keep + each
                self.events = self.events * keep + count
            self.held = ()

    def settles(self, exposure: float, numbers: Numbers) -> bool:
        """The same in an incident: whether the evidence is now enough that the usual rate is back.

        A CUSUM of log-likelihood ratios (Page 1954) between the usual rate and the one of the incident, which is learnt
        from what did not speak for its end. Of a share the usual rate is what the baseline says together with what has
        spoken for the end so far: a baseline of few sessions moves towards it, one of many hardly.
        """
        _, events = self.open
        self.open = (0.0, 0)
        self.after = self.after[0] + exposure, self.after[1] + events
        usual, raised = self.rate(), self.raised
        if numbers.share:
            raised = min(raised, 0.99)
            usual = min(self.rate(self.held), raised)
        against = events * log(raised / usual)
        if numbers.share:
            against += (exposure - events) * log((1 - raised) / (1 - usual))
        else:
            against -= exposure * (raised - usual)
        self.back = max(0.0, self.back - against)
        self.held = (*self.held, (exposure, events))
        if self.back == 0:
            self._rise(self.held, numbers)
        if self.back == 0 or len(self.held) > HELD:
            self.held = ()
        return self.back >= numbers.over

    def doubtful(self, numbers: Numbers) -> bool:
        """Whether a share, in an incident, is no more than the usual one by all that came since the alarm.

        What raised the alarm was picked as the worst of many runs; what came after it was not. Once that is as much as
        the baseline is of, it must be as unlikely at the usual rate as an alarm.
        """
        exposed, happened = self.after
        if not numbers.share or exposed < self.exposure:
            return False
        return at_least(happened, round(exposed), self.events + 1, self.exposure + 4) > numbers.chance

    def accept(self, numbers: Numbers) -> None:
        """The alarm was none: what has come since is as usual, and the baseline learns it."""
        exposed, happened = self.after
        keep = (1 - numbers.weight) ** (exposed / self.needed(numbers))
        self.exposure = self.exposure * keep + exposed
        self.events = self.events * keep + happened
        self.calm()

    def calm(self) -> None:
        """The incident is over: the baseline is the one of before it."""
        self.level = self.back = self.raised = 0.0
        self.held = ()
        self.risen = self.after = (0.0, 0)
        self.open = (0.0, 0)

    def forget(self) -> None:
        """What was unusual has become the usual: everything is learnt anew."""
        self.events = self.exposure = 0.0
        self.seen = 0
        self.calm()
