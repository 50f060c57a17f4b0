"""Reads a text by the lists of texts.yaml: what somebody wants, threatens, complains of, and whether they deny it.

One pass of one automaton finds every list of both languages; what a text denies is only looked at where it is asked
for. The last texts are remembered: several detectors ask about the same one, and cards tell it again.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import Final

from streams.knowledge.marks import FEELINGS, POLITE, SPELT, Mark, Meanings, Negation, Texts
from streams.texts.asides import OWN, asides
from streams.texts.finding import Entry, Finder, Hit, clause, lowered
from streams.texts.judging import Judge, Opinion
from streams.texts.script import simplified
from streams.texts.spans import Span, apart, overlap, within
from streams.texts.spelling import Spelt, spelt

LETTERS: Final = 2_000
"""A longer text is read by its beginning."""
REMEMBERED: Final = 256
"""Texts that are not read again."""
SHOWN: Final = 48
"""Letters of what was found that go into `values`."""
GUARDED: Final = ("threat", "wish", "topic")
"""Families with which words of every day compete, and innocent phrases with the one that they name: where such a one is
longer or begins before, the threat in it is none. What is doubtful or announced competes with threats, too."""
CHANGE: Final = "change"
"""A wish that competes with none: 想换 leaves the 换货 in 想换货 to be heard."""
RIVALS: Final = {"wish": ("wish", CHANGE)}
"""What innocent phrases of a name compete with, where that is more than the family of the same name."""
MILD: Final = "manager"
"""Who asks for the manager may have another errand there."""
SURE: Final = 0.6
"""Share from which on a bad feeling makes a threat of a doubtful word."""
ASKED: Final = 0.9
"""The same, in a text that asks something, or where praise by rote is to mean the contrary."""
FELT: Final = (
    ("sentiment", "sentiment"), ("cause", "cause"), ("intent", "intent"), ("threat", "threat"), ("doubtful", "threat"),
    ("announced", "threat"),
)  # fmt: skip
"""Families that vote in the models, and under which name: to them what is doubtful or announced is a threat."""
TURNS: Final = frozenset({"mocking", "relapse"})
"""Lists of texts.yaml (replies) that make praise beside them none: it mocks, or it fails again."""
OPPONENT: Final = re.compile(
    r"(?<![a-z])(?:you|u|ya|your|ur|yours|yourselves|y'all|yall)(?![a-z])|[你您]|贵(?:司|公司|店|行)"
)
"""Whom a threat is for: a clause that says it is about us."""
_NAMES: Final = re.compile(r"@\w+|https?://\S+")
"""Handles and addresses are no words."""
_HAN: Final = re.compile("[\u4e00-\u9fff]")


class Heard:
    """What one text says, by family of lists and name: the words that said it, in the order of the text."""

    __slots__ = ("_asides", "_cause", "_displeased", "_found", "_hits", "_listener", "_turned", "low", "spelt", "text")

    def __init__(self, listener: Listener, text: str) -> None:
        self.text = text
        self.low = lowered(text[:LETTERS])
        self.spelt = spelt(self.low)
        self._listener = listener
        self._hits = listener.hits(self.spelt.text)
        self._cause: Opinion | None = None
        self._asides: list[Span] | None = None
        self._displeased: bool | None = None
        self._turned: bool | None = None
        self._found: dict[str, tuple[dict[str, str], dict[str, str]]] = {}

    def said(self, family: str) -> dict[str, str]:
        """What is meant; of threats what the text says outright, and what is doubtful where it is displeased; praise
        where it is not turned round."""
        if family == "threat":
            return self.threats()
        found = self._of(family)[0]
        if family == "intent" and "praise" in found and self.turned:
            return {name: words for name, words in found.items() if name != "praise"}
        return found

    def threats(self, angry: bool = False) -> dict[str, str]:
        """With what they threaten; `angry` who is known to be displeased, whatever this text sounds like."""
        outright, doubtful = self._here("threat", angry), self._here("doubtful", angry)
        if "announced" in self._hits and not self._glad():
            outright = {**self._here("announced", angry), **outright}
        errand = MILD in outright and bool(self._of("errand")[0])
        if not doubtful and not errand:
            return outright
        if angry or self.displeased:
            return {**doubtful, **outright} if angry or not self._of("errand")[0] or self._presses() else outright
        return {name: words for name, words in outright.items() if not errand or name != MILD}

    def _here(self, family: str, angry: bool) -> dict[str, str]:
        """What is meant, but for what is over, between others, for who did them wrong (texts.yaml: elsewhere), or told
        of others and asked."""
        said = self._of(family)[0]
        if not said:
            return said
        away = self.spans("elsewhere", "others")
        presses = self._presses()
        if not (angry or presses):
            away += self.spans("elsewhere", "over")
        if not presses and self.spans("elsewhere", "victim"):
            away.append((0, len(self.low)))
        told = [] if angry or self._presses_itself() else self._told()
        near = [hit for hit in self._hits[family] if not self._elsewhere(hit, away, told)]
        return self._listener.split(self.low, self.spelt, near)[0] if len(near) < len(self._hits[family]) else said

    def _elsewhere(self, hit: Hit, away: list[Span], told: list[Span]) -> bool:
        span = self.spelt.typed(hit.start, hit.end)
        if within(span, told) and self._listener.marks[hit.entry].name not in OWN:
            return True
        return bool(away) and _away(self.low, span, away)

    def _told(self) -> list[Span]:
        """What the text tells of others or asks."""
        if self._asides is None:
            self._asides = list(asides(self.low, partial(self.spans, "elsewhere")))
        return self._asides

    @property
    def turned(self) -> bool:
        """Whether praise in this text says the contrary: it mocks, tells that it fails again, or is said by rote, with
        no other praise, in a plight or a bad mood."""
        if self._turned is None:
            replies = self._of("reply")[0]
            self._turned = not TURNS.isdisjoint(replies) or ("hollow" in replies and self._is_hollow())
        return self._turned

    def _is_hollow(self) -> bool:
        by_rote = self.spans("reply", "hollow")
        praise = self.spans("intent", "praise")
        if "mended" in self._of("reply")[0] or any(apart(span, by_rote) for span in praise):
            return False
        feeling = self.sentiment()
        return "plight" in self._of("cry")[0] or (feeling.name == "negative" and feeling.share >= ASKED)

    @property
    def displeased(self) -> bool:
        """Whether the text complains or presses, or neither praises nor merely asks and feels bad."""
        if self._displeased is None:
            self._displeased = self._is_displeased()
        return self._displeased

    def _is_displeased(self) -> bool:
        intents = self.said("intent")
        if self._presses():
            return True
        if "praise" in intents or self._of("sentiment")[0].keys() == {"positive"}:
            return False
        lists = self.features(but="doubtful")
        feeling = self._listener.sentiment.opinion(cleaned(self.text), lists, FEELINGS)
        return feeling.name == "negative" and feeling.share >= (ASKED if "question" in intents else SURE)

    def _presses(self) -> bool:
        """Whether it complains or presses us: the words for what somebody else did to them do neither."""
        if "complaint" not in self._of("intent")[0] and not self._of("pressure")[0]:
            return False
        told = self.spans("elsewhere", "victim")
        return any(apart(span, told) for span in self._pressing())

    def _presses_itself(self) -> bool:
        """Whether they complain or press where they speak for themselves: in what others do the same words do not."""
        return any(not within(span, self._told()) for span in self._pressing())

    def _pressing(self) -> list[Span]:
        return self.spans("intent", "complaint") + self.spans("pressure", "pressure")

    def _glad(self) -> bool:
        """Whether it praises or has a glad word or face, and neither complains nor presses."""
        praises = "praise" in self._of("intent")[0] or "positive" in self._of("sentiment")[0]
        return (praises or "happy" in self._of("cry")[0]) and not self._presses()

    def denied(self, family: str) -> dict[str, str]:
        """What is there and taken back."""
        return self._of(family)[1]

    def spans(self, family: str, name: str) -> list[Span]:
        """Where in `low` the words of a list stand."""
        hits = (hit for hit in self._hits.get(family, ()) if self._listener.marks[hit.entry].name == name)
        return [self.spelt.typed(hit.start, hit.end) for hit in hits]

    def _of(self, family: str) -> tuple[dict[str, str], dict[str, str]]:
        found = self._found.get(family)
        if found is None:
            hits = self._hits.get(family)
            found = self._found[family] = self._listener.split(self.low, self.spelt, hits) if hits else ({}, {})
        return found

    @property
    def intents(self) -> tuple[str, ...]:
        """What they want, a threat among it, in the order of texts.yaml."""
        said = self.said("intent")
        found = tuple(name for name in self._listener.intents if name in said)
        return (*found, "threat") if self.said("threat") else found

    @property
    def chinese(self) -> bool:
        return _HAN.search(self.text) is not None

    def sentiment(self, among: tuple[str, ...] = FEELINGS) -> Opinion:
        """How it feels: `negative`, `neutral` or `positive`, or one of `among`."""
        return self._listener.sentiment.opinion(cleaned(self.text), self.features(), among)

    def cause(self) -> Opinion:
        """What the complaint is about; of a text that is none it means nothing."""
        if self._cause is None:
            self._cause = self._listener.cause.opinion(cleaned(self.text), self.features())
        return self._cause

    def features(self, but: str = "") -> list[str]:
        """The lists that speak, but for a family, and the language, as the models know them."""
        found = ["lang:zh" if self.chinese else "lang:en"]
        for family, name in (each for each in FELT if each[0] != but):
            found += [f"{name}.{each}" for each in self._of(family)[0]]
            found += [f"not:{name}.{each}" for each in self._of(family)[1]]
        return list(dict.fromkeys(found))


class Listener:
    """The lists and models of one version of knowledge, compiled."""

    def __init__(self, texts: Texts, meanings: Meanings) -> None:
        rules = {"near": texts.near, "far": texts.far}
        listed = [(mark, language) for mark in texts.marks if _spoken(mark) for language, _ in mark.words]
        self.marks = tuple(mark for mark, _ in listed)
        self.intents = texts.names("intent")
        self.sentiment = Judge(meanings.sentiment)
        self.cause = Judge(meanings.cause)
        self._finder = Finder([
            Entry(
                mark.of(language), language, _rule(rules.get(mark.denial, ()), language), *_competing(mark),
            )
            for mark, language in listed
        ])  # fmt: skip
        self._heard = lru_cache(REMEMBERED)(partial(Heard, self))

    def hear(self, text: str) -> Heard:
        """What the text says."""
        return self._heard(text)

    def hits(self, text: str) -> dict[str, list[Hit]]:
        """Everything found in a text that is spelt, by family."""
        found: dict[str, list[Hit]] = {}
        for hit in self._finder.hits(text):
            found.setdefault(self.marks[hit.entry].family, []).append(hit)
        return found

    def split(self, low: str, as_spelt: Spelt, hits: list[Hit]) -> tuple[dict[str, str], dict[str, str]]:
        """The words that are meant and those that are denied, by name of their list, as they were typed."""
        plain, negated = self._finder.split(as_spelt.text, hits)
        said = self._words(low, as_spelt, plain)
        denied = self._words(low, as_spelt, negated)
        return said, {name: words for name, words in denied.items() if name not in said}

    def _words(self, low: str, as_spelt: Spelt, hits: dict[int, Hit]) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, hit in hits.items():
            found.setdefault(self.marks[number].name, low[slice(*as_spelt.typed(hit.start, hit.end))])
        return found


def _away(low: str, found: Span, away: list[Span]) -> bool:
    """Whether the clause of what was found holds one of these, and nobody whom it says it to."""
    start, end = clause(low, *found)
    return any(overlap((start, end), each) for each in away) and not OPPONENT.search(low, start, end)


def cleaned(text: str) -> str:
    """The text without handles and addresses, in simplified letters, as the models read it."""
    return simplified(_NAMES.sub(" ", text))


@lru_cache(maxsize=4)
def listener(texts: Texts, meanings: Meanings) -> Listener:
    """Compiled once a version of knowledge."""
    return Listener(texts, meanings)


def _spoken(mark: Mark) -> bool:
    """Units and what is harmless behind them are no words by themselves, nor are endings, nor what whole texts are
    spelt by."""
    if mark.family == "reply":
        return mark.name not in SPELT and mark.name != POLITE
    return mark.family not in ("precision", "drugs") or mark.name in ("absence", "deeds")


def _competing(mark: Mark) -> tuple[str, tuple[str, ...]]:
    """The family among whose words the longest wins, and the others."""
    if mark.family == "innocent":
        families = (*GUARDED, CHANGE) if mark.name == "everyday" else RIVALS.get(mark.name, (mark.name,))
        return families[0], families[1:]
    if mark.name == CHANGE:
        return CHANGE, ()
    return "threat" if mark.family in ("doubtful", "announced") else mark.family, ()


def _rule(rules: tuple[Negation, ...], language: str) -> Negation | None:
    return next((rule for rule in rules if rule.language == language), None)
