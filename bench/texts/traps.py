"""The traps of relationship cues, on labelled texts: what the crowd meant, and what the cues make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from rapport.fitting.labelled import Labelled
from streams.knowledge.model import Knowledge
from streams.relationships.words import Lexicon, Term

PARTNER: Final = "marriage_partner"
WEAK: Final = 700
"""Thousandths of a nat that one word may say at most where it is as often meant otherwise."""
Test = Callable[[Labelled, Sequence[Term]], bool]


class Trap(NamedTuple):
    """Texts of one kind: how many, the share that is called positive, and the share that is read as it should be."""

    name: str
    language: str
    n: int
    positive: float
    wanted: str
    right: float


class Kind(NamedTuple):
    """Which texts, and what must hold of their cues."""

    name: str
    language: str
    holds: Test
    wanted: str
    right: Test


def found(knowledge: Knowledge, texts: Iterable[Labelled]) -> list[Trap]:
    """Every kind of trap that the texts have."""
    lexicon = Lexicon(knowledge)
    read = [(each, lexicon.find(each.text)) for each in texts]
    traps: list[Trap] = []
    for kind in _kinds(knowledge):
        own = [(e, terms) for e, terms in read if e.language == kind.language and kind.holds(e, terms)]
        if own:
            positive = sum(e.feeling == "positive" for e, _ in own) / len(own)
            right = sum(kind.right(e, terms) for e, terms in own) / len(own)
            traps.append(Trap(kind.name, kind.language, len(own), positive, kind.wanted, right))
    return traps


def _kinds(knowledge: Knowledge) -> list[Kind]:
    index = knowledge.type_index[PARTNER]

    def no_partner(_: Labelled, terms: Sequence[Term]) -> bool:
        return _weight(terms, index) <= 0

    def weak(_: Labelled, terms: Sequence[Term]) -> bool:
        return _weight(terms, index) <= WEAK

    kinds: list[Kind] = []
    for language in ("zh", "en"):
        kinds += [
            Kind("loyalty with a failure", language, _has("combination.broken_loyalty"), "no partner", no_partner),
            Kind("words of attack", language, _has("group.attack"), "no partner", no_partner),
            Kind("never again", language, _has("group.never_again"), "no partner", no_partner),
        ]
    loyal, broken = "group.loyalty", "combination.broken_loyalty"
    claims, partners = ("忠实", "老顾客", "老客户", "回头客"), ("认准", "一直用", "爱不释手")
    spared = ("没有骚扰", "没骚扰", "无骚扰", "不骚扰")
    pleased = ("不失望", "没失望", "没有失望", "没让我失望", "没有让我失望")
    pursued, fun, few = _has("group.pursued"), _not("group.fun", only="fun"), "at most a weak word"
    kinds += [
        Kind("忠实, 老顾客, 回头客 without failure", "zh", _claims(*claims), few, weak),
        Kind("认准, 一直用, 爱不释手", "zh", _words(*partners), "loyalty, whole or broken", _has(loyal, broken)),
        Kind("没有骚扰, 不骚扰", "zh", _words(*spared), "not pursued", _not("group.pursued")),
        Kind("骚扰 and the like, meant", "zh", pursued, "pursued", pursued),
        Kind("不失望, 没失望", "zh", _words(*pleased), "no failure", _not("group.failure", only="失望")),
        Kind("背叛 (book plots)", "zh", _words("背叛"), "no cue", _silent("背叛")),
        Kind("中毒 (virus, food)", "zh", _words("中毒"), "no cue", _silent("中毒")),
        Kind("fun inside refund, funny, fund", "en", _words("refund", "funny", "fund"), "not fun", fun),
        Kind("loyal, platinum, elite", "en", _words("loyal customer", "platinum", "elite"), few, weak),
        Kind("love (sarcasm)", "en", _has("group.love"), few, weak),
    ]
    return kinds


def _weight(terms: Sequence[Term], index: int) -> int:
    return sum(dict(term.milli).get(index, 0) for term in terms)


def _has(*keys: str) -> Test:
    return lambda _, terms: any(term.key in keys for term in terms)


def _words(*words: str) -> Test:
    return lambda each, _: any(word in each.text.lower() for word in words)


def _claims(*words: str) -> Test:
    return lambda each, terms: (
        any(w in each.text for w in words) and not _has("combination.broken_loyalty")(each, terms)
    )


def _not(key: str, only: str = "") -> Test:
    return lambda _, terms: not any(term.key == key and only in term.words for term in terms)


def _silent(word: str) -> Test:
    return lambda _, terms: not any(word in term.words for term in terms)
