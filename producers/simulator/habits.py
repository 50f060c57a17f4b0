"""Family a: people as a table of habits. A relationship has a rhythm and a mix of deeds, a person their own tilt."""

from __future__ import annotations

from itertools import accumulate
from typing import Final, NamedTuple

from producers.simulator import deeds as d
from producers.simulator import speaking as s
from producers.simulator.leaving import Deed


class Habit(NamedTuple):
    """`per_month` sessions; `shape` of the gamma between them (1: by chance, above: regular, below: in clusters).

    `burst`: (sessions in a burst, hours between them, days of rest after it), or none.
    `night`: share of sessions after eleven. `limit`: sessions of the whole period, 0 for no end.
    """

    per_month: float
    shape: float
    deeds: tuple[tuple[Deed, float], ...]
    night: float = 0.05
    burst: tuple[float, float, float] | None = None
    limit: int = 0


HABITS: Final[dict[str, Habit]] = {
    "marriage_partner": Habit(5.0, 3.0, ((d.regular, 4), (d.several, 3), (d.order, 2), (s.chat, 1.6), (s.post, 0.8),
                                         (d.rate, 0.8), (d.club, 0.4), (d.visit, 1))),
    "best_friend": Habit(4.5, 1.3, ((s.thread, 3.2), (s.chat, 1), (d.order, 2), (d.refer, 0.9), (s.suggest, 0.5),
                                    (s.share, 0.6), (d.rate, 0.8), (d.profile, 0.5), (d.visit, 1))),
    "old_friend": Habit(1.0, 6.0, ((d.regular, 4), (s.chat, 1.5), (d.visit, 2.5), (d.rate, 0.5), (s.call, 0.6))),
    "childhood_friend": Habit(1.1, 1.2, ((d.heritage, 3), (s.chat, 1.3), (d.browse, 1), (d.rate, 0.6), (s.post, 0.6))),
    "buddy": Habit(4.0, 1.1, ((d.like, 2.6), (s.share, 1.6), (s.chat, 1.4), (d.order, 1.6), (s.post, 1.2),
                              (d.visit, 1))),
    "sibling": Habit(2.6, 2.0, ((d.kindred, 3), (d.household, 0.7), (d.order, 1.2), (s.chat, 1.5), (d.rate, 0.9),
                                (d.visit, 1))),
    "parent_child": Habit(3.2, 2.5, ((d.heed, 3.0), (s.ask, 1.8), (s.chat, 1.2), (s.call, 1.2), (d.regular, 1.5))),
    "teammate": Habit(3.6, 1.2, ((d.club, 2.6), (d.attend, 1.6), (s.post, 1.4), (d.order, 1.2), (s.chat, 0.8),
                                 (s.share, 0.8), (d.join, 0.2))),
    "business_partner": Habit(3.0, 1.2, ((s.suggest, 2.2), (d.beta, 0.6), (s.chat, 1.2), (d.order, 1.6), (s.reply, 1),
                                         (d.rate, 0.8), (d.guide, 0.5))),
    "guru_disciple": Habit(4.0, 1.4, ((d.guide, 3.6), (s.ask, 1.8), (d.order, 1.8), (s.chat, 0.8), (d.rate, 0.5),
                                      (d.heed, 0.4))),
    "star_groupie": Habit(3.4, 0.8, ((d.newest, 2.0), (d.novelty, 2.2), (s.post, 1.8), (s.share, 1.2), (s.chat, 1),
                                     (d.attend, 0.6), (d.lavish, 0.6))),
    "secret_affair": Habit(3.0, 1.1, ((d.wrapped, 2.8), (d.browse, 2.0), (s.chat, 1.2), (d.novelty, 1),
                                      (d.withdraw, 0.15)), 0.55),
    "fling": Habit(5.0, 0.9, ((d.novelty, 3.5), (d.newest, 3), (d.several, 1.2), (s.chat, 1), (s.post, 0.8)), 0.15,
                   (7.0, 14.0, 45.0)),
    "one_night_stand": Habit(1.5, 1.0, ((d.novelty, 3), (d.browse, 1), (s.chat, 0.8), (s.reply, 0.6)), 0.35, None, 2),
    "courtship": Habit(5.0, 1.0, ((d.compare, 4), (d.browse, 1.6), (d.search, 1.5), (s.chat, 1.5), (d.order, 0.7),
                                  (d.scan, 0.5), (d.guide, 0.4))),
    "basic_exchange": Habit(3.6, 1.6, ((d.thrifty_look, 3), (d.coupon, 2.0), (d.order, 1.8), (d.search, 1),
                                       (s.chat, 0.6), (d.cart, 0.6))),
    "next_door_neighbor": Habit(8.0, 1.6, ((d.corner, 6), (d.visit, 2), (d.scan, 0.6), (s.chat, 0.6), (d.rate, 0.2))),
    "casual_acquaintance": Habit(0.6, 1.0, ((d.browse, 2), (d.order, 1.5), (d.visit, 1), (s.chat, 0.9), (d.rate, 0.7))),
    "fleeting_acquaintance": Habit(1.6, 1.0, ((d.browse, 2), (d.search, 1.2), (s.chat, 1.2), (d.scan, 0.6),
                                              (d.visit, 0.8)), 0.05, None, 2),
    "complete_stranger": Habit(1.0, 1.0, ((d.browse, 2), (d.search, 1), (s.chat, 0.5)), 0.05, None, 2),
    "arranged_marriage": Habit(2.4, 4.0, ((d.bundle, 4), (s.chat, 1), (s.call, 0.5), (d.browse, 0.8), (d.rate, 0.4))),
    "master_slave": Habit(4.2, 1.0, ((s.escalate, 2.4), (d.lavish, 2.4), (s.call, 2), (s.chat, 1), (s.complain, 0.5),
                                     (d.order, 0.8))),
    "dealer_addict": Habit(9.0, 1.0, ((d.crave, 2.2), (d.regular, 3), (d.browse, 2.4), (s.chat, 1), (d.order, 1)), 0.6),
    "villain_victim": Habit(2.4, 0.9, ((s.policy_complaint, 2.2), (s.complain, 0.8), (s.chat, 1.4), (s.call, 1.2),
                                       (d.terms, 0.8), (d.order, 0.4))),
    "stalker_prey": Habit(1.8, 0.9, ((d.unsubscribe, 1.8), (d.withdraw, 1.6), (d.reject, 1.6), (s.reply, 1.4),
                                     (s.chat, 0.8), (d.browse, 0.4))),
    "enemy": Habit(2.6, 0.7, ((s.post, 3.2), (s.complain, 1.4), (s.chat, 0.8), (d.give_back, 0.8), (d.rate, 0.8),
                              (d.cancel, 0.5))),
    "ex_friend": Habit(1.0, 0.9, ((s.chat, 1.6), (d.closing, 0.5), (d.unsubscribe, 0.4), (d.browse, 1),
                                  (s.complain, 0.8), (s.reply, 0.8), (d.rate, 0.5))),
    "frenemy": Habit(4.2, 1.2, ((d.order, 3.2), (d.rate, 1.2), (s.post, 1.6), (s.complain, 0.9), (s.chat, 1.2),
                                (d.give_back, 0.4))),
    "captive": Habit(2.4, 2.2, ((d.exits, 1.8), (d.regular, 2.4), (s.chat, 1.1), (s.call, 1), (d.terms, 0.8),
                                (s.complain, 0.4))),
}  # fmt: skip

NOISE_DEEDS: Final = tuple(deed for deed, _ in d.NOISE)
NOISE_WEIGHTS: Final = tuple(accumulate(weight for _, weight in d.NOISE))
