"""Family b: people as bundles of drives. A relationship is what somebody wants of the shop, and how hotly."""

from __future__ import annotations

from typing import Final, NamedTuple

from producers.simulator import deeds as d
from producers.simulator import speaking as s
from producers.simulator.leaving import Deed


class Drive(NamedTuple):
    """A chain of deeds: where it begins, and with what chance it goes on to the next step."""

    steps: tuple[tuple[Deed, ...], ...]
    goes_on: float


class Soul(NamedTuple):
    """`need`: sessions a day without any heat; `pull`: how much one session calls for another; `cools`: share of
    the heat that is left a day later. `supply`: days that what is bought regularly lasts (0: nothing is).
    `dark`: share of sessions by night. `ends`: sessions after which the period falls silent (0: never).
    """

    need: float
    drives: dict[str, float]
    pull: float = 0.05
    cools: float = 0.7
    supply: float = 0.0
    dark: float = 0.06
    ends: int = 0


DRIVES: Final[dict[str, Drive]] = {
    "drift": Drive(((d.browse,), (d.search, d.cart)), 0.3),
    "thrift": Drive(((d.thrifty_look, d.search), (d.coupon, d.order, d.thrifty_look)), 0.6),
    "novelty": Drive(((d.newest, d.novelty), (d.novelty, d.several)), 0.6),
    "comfort": Drive(((d.regular, d.order),), 0.0),
    "plenty": Drive(((d.several, d.order), (d.rate, d.browse)), 0.4),
    "speak": Drive(((s.chat,), (s.chat, d.rate)), 0.15),
    "bond": Drive(((s.thread, s.chat), (d.refer, s.share, d.like, d.profile)), 0.35),
    "play": Drive(((d.like, s.share, s.chat), (s.post, d.like, d.order)), 0.45),
    "public": Drive(((s.post,), (s.share, s.post, d.give_back)), 0.25),
    "counsel": Drive(((d.guide, s.ask), (d.guide, d.order)), 0.55),
    "obey": Drive(((d.heed, d.heed, s.ask), (s.call, d.regular)), 0.35),
    "craft": Drive(((s.suggest, s.suggest, s.reply), (d.beta, d.rate, d.guide)), 0.3),
    "crew": Drive(((d.club, d.club, d.attend, s.post), (s.share, s.post, d.order)), 0.35),
    "kin": Drive(((d.kindred, s.chat), (d.household, d.rate)), 0.3),
    "hide": Drive(((d.browse, d.wrapped), (d.wrapped, s.chat)), 0.5),
    "rage": Drive(((s.post, s.complain, s.post), (d.rate, d.give_back, d.cancel)), 0.4),
    "plea": Drive(((s.policy_complaint, s.call, s.chat), (d.terms, s.chat)), 0.35),
    "flee": Drive(((d.unsubscribe, d.reject, d.withdraw, s.reply), (d.withdraw, s.chat)), 0.3),
    "rule": Drive(((s.escalate, s.call), (d.lavish, s.complain)), 0.4),
    "spend": Drive(((d.lavish,),), 0.0),
    "crave": Drive(((d.crave, d.regular), (d.regular, d.browse, s.chat)), 0.6),
    "doubt": Drive(((d.compare, d.compare, s.chat), (d.compare, d.search, d.scan)), 0.5),
    "chain": Drive(((d.exits, d.terms, s.call), (d.exits, s.chat)), 0.3),
    "past": Drive(((d.heritage, s.chat), (d.rate, s.post)), 0.25),
    "near": Drive(((d.corner, d.corner, d.visit), (d.scan, s.chat)), 0.12),
    "third": Drive(((d.bundle, d.bundle, s.chat),), 0.0),
    "glory": Drive(((d.newest, d.novelty, s.post), (s.share, d.lavish, s.chat)), 0.5),
    "leave": Drive(((s.chat, d.closing, d.unsubscribe, s.reply, s.complain), (d.rate,)), 0.2),
    "reply": Drive(((s.reply,),), 0.0),
}

SOULS: Final[dict[str, Soul]] = {
    "marriage_partner": Soul(0.10, {"plenty": 3.0, "speak": 1.4, "public": 0.6, "comfort": 1.5}, supply=16),
    "best_friend": Soul(0.13, {"bond": 3.4, "comfort": 1.2, "speak": 0.6, "craft": 0.3}, 0.12),
    "old_friend": Soul(0.020, {"speak": 1.5, "comfort": 0.8, "near": 0.5}, 0.0, supply=38),
    "childhood_friend": Soul(0.04, {"past": 3.2, "drift": 0.6, "speak": 0.5}),
    "buddy": Soul(0.12, {"play": 3.6, "comfort": 0.8, "drift": 0.5}, 0.15),
    "sibling": Soul(0.07, {"kin": 3.4, "comfort": 0.8, "speak": 0.8}, supply=33),
    "parent_child": Soul(0.09, {"obey": 3.4, "speak": 0.8, "counsel": 0.3}, supply=28),
    "teammate": Soul(0.11, {"crew": 3.6, "play": 0.5, "comfort": 0.5}, 0.15),
    "business_partner": Soul(0.09, {"craft": 3.2, "speak": 0.6, "comfort": 0.9, "doubt": 0.2}),
    "guru_disciple": Soul(0.12, {"counsel": 3.6, "obey": 0.4, "comfort": 0.5}, 0.1),
    "star_groupie": Soul(0.09, {"glory": 3.4, "public": 0.8, "novelty": 0.5}, 0.25),
    "secret_affair": Soul(0.09, {"hide": 3.6, "novelty": 0.4, "speak": 0.5}, dark=0.5),
    "fling": Soul(0.045, {"novelty": 3.6, "play": 0.5, "speak": 0.5}, 0.62, 0.66, dark=0.12),
    "one_night_stand": Soul(0.06, {"novelty": 2.2, "drift": 0.5, "speak": 0.8, "reply": 0.8}, dark=0.3, ends=2),
    "courtship": Soul(0.14, {"doubt": 3.4, "drift": 1.0, "counsel": 0.4, "speak": 0.8}, 0.15),
    "basic_exchange": Soul(0.11, {"thrift": 3.4, "comfort": 1.1, "speak": 0.5}),
    "next_door_neighbor": Soul(0.27, {"near": 4.0, "speak": 0.3}),
    "casual_acquaintance": Soul(0.021, {"drift": 1.4, "comfort": 1.3, "speak": 1.1}, 0.0),
    "fleeting_acquaintance": Soul(0.06, {"drift": 2.2, "speak": 1.4, "near": 0.2}, ends=2),
    "complete_stranger": Soul(0.03, {"drift": 2.6, "speak": 0.5}, ends=2),
    "arranged_marriage": Soul(0.06, {"third": 3.2, "speak": 0.6, "drift": 0.4}, supply=0),
    "master_slave": Soul(0.12, {"rule": 3.2, "spend": 1.4, "speak": 0.6}, 0.2),
    "dealer_addict": Soul(0.16, {"crave": 3.8, "drift": 0.6, "speak": 0.4}, 0.3, dark=0.55),
    "villain_victim": Soul(0.065, {"plea": 3.4, "speak": 0.6, "rage": 0.3}, 0.2),
    "stalker_prey": Soul(0.045, {"flee": 3.4, "speak": 0.4, "drift": 0.3}, 0.25),
    "enemy": Soul(0.065, {"rage": 3.4, "public": 1.0, "speak": 0.3}, 0.35),
    "ex_friend": Soul(0.035, {"leave": 2.8, "speak": 0.8, "drift": 0.6}, 0.1),
    "frenemy": Soul(0.12, {"comfort": 2.6, "rage": 1.5, "public": 0.6, "speak": 0.9}, 0.1),
    "captive": Soul(0.06, {"chain": 3.0, "speak": 0.6, "comfort": 0.6}, supply=30),
}
