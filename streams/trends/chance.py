"""How likely so many events are by chance, where the rate itself is known from a few observations only."""

from __future__ import annotations

from math import exp, lgamma


def at_least(events: int, exposed: int, known_events: float, known_exposed: float) -> float:
    """Chance of `events` or more among `exposed`, after `known_events` among `known_exposed`: the upper tail of the
    beta-binomial distribution (Skellam 1948), exact where a normal one is far too thin for a few rare events."""
    a, b = known_events, max(known_exposed - known_events, 0.5)
    if events > exposed:
        return 0.0
    each = exp(_log_choose(exposed, events) + _log_beta(events + a, exposed - events + b) - _log_beta(a, b))
    total = each
    for n in range(events, exposed):
        each *= (exposed - n) * (n + a) / ((n + 1) * (exposed - n - 1 + b))
        total += each
    return total


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
