"""Finds the cues of a text in one pass, both languages at once (S0-12; domain document §1.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache, partial
from typing import Final, NamedTuple

from streams.knowledge.evidence import Combination, Cue, Deed, Others
from streams.knowledge.model import Knowledge
from streams.knowledge.terms import HALF_LIVES, Weights
from streams.texts.denying import reach
from streams.texts.finding import Entry, Finder, Hit, any_of, clause, lowered
from streams.texts.listening import OPPONENT, listener
from streams.texts.speaking import Speaker
from streams.texts.spelling import Spelt, spelt

IDIOM: Final = "somebody_else"
"""The group of words that look like cues, or sound like a relationship, and are of another world: they say nothing."""
FAILED: Final = frozenset({"defect", "late", "cancelled", "lost"})
"""Causes whose words say that something failed: beside them gladness is irony."""
SOUR: Final = frozenset({"failure", "never_again", "attack", "wronged"})
"""Groups whose words complain: beside them gladness is irony, too."""
_ASKED: Final = re.compile(r"[^.!?;。！？；\n]*[?？]+")
OTHERS: Final = "others"
"""The family of words that say of whom else a clause tells: they compete with no cue."""


class Term(NamedTuple):
    """A piece of evidence: thousandths of a nat by index of type, its half-life, and the words that carried it.

    `name` is that of the cue, combination or deed; `key` the line of wording that tells of it; `slot` that of the deed
    that the words are, or none.
    """

    name: str
    key: str
    milli: tuple[tuple[int, int], ...]
    half_life: int
    transformational: bool
    words: str
    slot: int | None = None


def milli(weights: Weights, type_index: dict[str, int]) -> tuple[tuple[int, int], ...]:
    """Weights in nats by type id, as thousandths by index."""
    return tuple((type_index[name], round(weight * 1000)) for name, weight in weights.items())


class Lexicon:
    """The cues and combinations of one version of knowledge, compiled.

    The longest cue wins where two overlap; English cues stand between word boundaries. A cue that its clause says of
    somebody else, and a doubtful one in a text that merely asks or is glad, is none.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._cues: tuple[Cue, ...] = knowledge.cues
        index = knowledge.type_index
        deeds = {deed.name: deed for deed in knowledge.deeds}
        self._meant = tuple(_saying(c, f"group.{c.group}", c.weights, index, deeds.get(c.deed)) for c in self._cues)
        self._turned = tuple(_saying(c, f"negated.{c.group}", c.negated_weights, index) for c in self._cues)
        self._together = tuple(
            (frozenset(c.all_of), c, _saying(c, f"combination.{c.name}", c.weights, index))
            for c in knowledge.combinations
        )
        negations = self._negations = knowledge.negations
        self._listener = listener(knowledge.texts, knowledge.meanings)
        self._us = any_of(word for each in knowledge.others for word in each.us)
        self._selves = any_of(word for each in knowledge.others for word in each.selves)
        self._speaker = Speaker(each.speech for each in knowledge.others)
        entries = [
            Entry(cue.words, cue.language, negations.get(cue.language) if cue.negatable else None) for cue in self._cues
        ]  # fmt: skip
        self._elsewhere, self._kin = set[int](), set[int]()
        for words, language, numbers in _others(knowledge, self._elsewhere, self._kin):
            numbers.add(len(entries))
            entries.append(Entry(words, language, None, OTHERS))
        self._finder = Finder(entries)

    def find(self, text: str) -> list[Term]:
        """Every cue once, negation and combinations applied, in the order of the text."""
        return self.read(text)[0]

    def read(self, text: str) -> tuple[list[Term], str]:
        """What `find` gives, and the text without the words that it denies and what denies them, and without clauses
        whose cues are none."""
        low = lowered(text)
        as_spelt = spelt(low)
        hits, aside = self._ours(text, as_spelt.text, self._finder.hits(as_spelt.text))
        plain, negated = self._finder.split(as_spelt.text, hits)
        # VIP is a word of both languages, and each has a denial of its own.
        taken_back = {(hit.start, hit.end) for hit in negated.values()}
        plain = {number: hit for number, hit in plain.items() if (hit.start, hit.end) not in taken_back}
        if not plain and not negated and not aside:
            return [], text
        rest = as_spelt.text
        for start, end in aside:
            rest = f"{rest[:start]}{' ' * (end - start)}{rest[end:]}"
        denied = {*negated.values(), *(hit for hit in hits if hit.entry in negated and hit.entry not in plain)}
        for hit in sorted(denied, reverse=True):
            rule = self._negations[self._cues[hit.entry].language]
            rest = f"{rest[: reach(rule, as_spelt.text, hit.start)]}，{rest[hit.end :]}"
        said, turned = (_typed(low, as_spelt, found) for found in (plain, negated))
        return list(self._terms(said, turned)), rest if negated or aside else text

    def of_us(self, text: str) -> bool:
        """Whether the text addresses us or names what is ours: you, this shop, my order."""
        return self._us.search(spelt(lowered(text)).text) is not None

    def bought(self, text: str) -> bool:
        """Whether the text praises and says what it wants for it; who wants to be written to in trouble does not."""
        heard = self._listener.hear(text)
        return in_return(self._knowledge, text) and "praise" in heard.intents and not heard.displeased

    def of_others(self, text: str) -> bool:
        """Whether the text names another company, a story, kin or what is their own."""
        others = self._elsewhere | self._kin
        return any(hit.entry in others for hit in self._finder.hits(spelt(lowered(text)).text))

    def merely_asks(self, text: str) -> bool:
        """Whether the text asks something, and neither complains nor is glad."""
        heard = self._listener.hear(text)
        return "question" in heard.intents and "praise" not in heard.intents and not heard.displeased

    def told(self, text: str) -> str:
        """The text without its sentences that ask."""
        return _ASKED.sub(" ", text)

    def _ours(self, text: str, low: str, hits: list[Hit]) -> tuple[list[Hit], list[tuple[int, int]]]:
        """The hits of cues that their speaker means of us, and the clauses of those that are not."""
        away = [hit for hit in hits if hit.entry in self._elsewhere]
        kin = [hit for hit in hits if hit.entry in self._kin]
        cues = [hit for hit in hits if hit.entry < len(self._cues)]
        found: list[Hit] = []
        # What tells of another company or a story sounds like nothing that is between them and us.
        clauses = (clause(low, hit.start, hit.end) for hit in away)
        aside = [each for each in clauses if not self._us.search(low, *each)]
        for hit in cues:
            cue = self._cues[hit.entry]
            # Words that are a deed have exceptions of their own.
            others = (away or kin) and not cue.deed and self._of_others(low, hit, away, () if cue.of_others else kin)
            if cue.group == IDIOM:
                aside.append((hit.start, hit.end))
            elif others or self._unmeant(cue, low, hit, kin) or self._doubted(cue, text, low, hit, cues, kin):
                aside.append(clause(low, hit.start, hit.end))
            else:
                found.append(hit)
        return found, aside

    def _unmeant(self, cue: Cue, low: str, hit: Hit, kin: Sequence[Hit]) -> bool:
        """Whether it is only supposed, or others say it and the speaker does not."""
        if not cue.weights:
            return False
        speaker = self._speaker
        if (cue.deed or not cue.asking) and speaker.supposes(low, hit.start, hit.end):
            return True
        if speaker.passes_on(low, hit.start, hit.end):
            return True
        begins, _ = clause(low, hit.start, hit.end)
        told = any(begins <= each.start and speaker.says(low, each.end, hit.start) for each in kin)
        return told and speaker.distances(low)

    def _of_something(self, text: str, low: str, hit: Hit, kin: Sequence[Hit]) -> bool:
        """Whether they love their kin, or what a clause that does not name us is about where the text merely asks."""
        if self._us.search(low, *clause(low, hit.start, hit.end)):
            return False
        return any(0 <= each.start - hit.end <= 1 for each in kin) or self.merely_asks(text)

    def _sour(self, low: str, cues: Sequence[Hit]) -> bool:
        """Whether a cue complains, and is not denied."""
        sour = [hit for hit in cues if self._cues[hit.entry].group in SOUR]
        return bool(sour) and bool(self._finder.split(low, sour)[0])

    def _doubted(
        self, cue: Cue, text: str, low: str, hit: Hit, cues: Sequence[Hit], kin: Sequence[Hit]
    ) -> bool:  # fmt: skip
        """Whether the mood of the text takes back what words like these say: it is asked and no complaint, …"""
        if cue.of_what and self._of_something(text, low, hit, kin):
            return True
        asked = bool(cue.weights) and not cue.asking and self._speaker.asks(low, hit.start, hit.end)
        if not (asked or cue.doubtful or cue.glad):
            return False
        heard = self._listener.hear(text)
        if heard.displeased or "complaint" in heard.intents:
            return cue.glad
        if cue.glad and (self._sour(low, cues) or heard.turned or not FAILED.isdisjoint(heard.said("cause"))):
            return True
        return asked or (cue.doubtful and not {"question", "praise"}.isdisjoint(heard.intents))

    def _of_others(self, low: str, hit: Hit, away: Sequence[Hit], kin: Sequence[Hit]) -> bool:
        """Whether the clause tells of somebody else and not of us; of kin and friends where they are its subject."""
        start, end = clause(low, hit.start, hit.end)
        if OPPONENT.search(low, start, end):
            return False
        if any(each.start < end and start < each.end for each in away):
            return True
        return not self._us.search(low, start, end) and any(
            start <= each.start and each.end <= hit.start and not self._selves.search(low, each.end, hit.start)
            for each in kin
        )

    def _terms(self, said: dict[int, str], negated: dict[int, str]) -> Iterator[Term]:
        groups = {self._cues[number].group: words for number, words in said.items()}
        replaced: set[str] = set()
        for all_of, combination, saying in self._together:
            if all_of.issubset(groups) and (together := _together(combination, groups)):
                replaced.update(combination.replaces)
                yield saying(" + ".join(groups[g] for g in together))
        for number, words in said.items():
            if self._cues[number].group not in replaced:
                yield self._meant[number](words)
        for number, words in negated.items():
            if self._cues[number].negated_weights and number not in said:
                yield self._turned[number](f"not: {words}")


def in_return(knowledge: Knowledge, text: str) -> bool:
    """Whether the text says what its praise is to be paid with: to be followed, to win, money back."""
    return _wanting(knowledge.others).search(spelt(lowered(text)).text) is not None


@lru_cache(maxsize=4)
def _wanting(others: tuple[Others, ...]) -> re.Pattern[str]:
    return any_of(word for each in others for word in each.in_return)


def _others(
    knowledge: Knowledge, elsewhere: set[int], kin: set[int]
) -> Iterator[tuple[tuple[str, ...], str, set[int]]]:  # fmt: skip
    """Words of others by language, and where their numbers belong: what threats are none for (texts.yaml) is none of
    ours either."""
    quarrels = knowledge.texts.mark("elsewhere", "others")
    for each in knowledge.others:
        yield (*each.elsewhere, *(quarrels.of(each.language) if quarrels else ())), each.language, elsewhere
        yield each.kin, each.language, kin


def _typed(low: str, as_spelt: Spelt, hits: dict[int, Hit]) -> dict[int, str]:
    """The words of each hit as they were typed."""
    return {number: low[slice(*as_spelt.typed(hit.start, hit.end))] for number, hit in hits.items()}


def _saying(
    source: Cue | Combination, key: str, weights: Weights, type_index: dict[str, int], deed: Deed | None = None
) -> Callable[[str], Term]:  # fmt: skip
    """Makes the term of a cue or combination out of the words that carry it, and of the deed that they are."""
    kind = HALF_LIVES.index(source.half_life)
    turns = source.transformational or (deed is not None and deed.transformational)
    found = partial(Term, source.name, key, milli(weights, type_index), kind, turns)
    return partial(found, slot=deed.slot) if deed else found


def _together(combination: Combination, found: Collection[str]) -> tuple[str, ...]:
    """The groups that make the combination, all of whose `all_of` were found; empty where it is not there."""
    if not combination.any_of:
        return combination.all_of
    other = next((group for group in combination.any_of if group in found), None)
    return () if other is None else (*combination.all_of, other)
