"""Finds the cues of a text in one pass, both languages at once (S0-12; domain document §1.3)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import NamedTuple

from streams.knowledge.model import HALF_LIVES, Combination, Cue, Deed, Knowledge, Weights
from streams.texts.denying import reach
from streams.texts.finding import Entry, Finder, Hit, lowered
from streams.texts.spelling import Spelt, spelt


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

    The longest cue wins where two overlap; English cues stand between word boundaries.
    """

    def __init__(self, knowledge: Knowledge) -> None:
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
        self._finder = Finder([
            Entry(cue.words, cue.language, negations.get(cue.language) if cue.negatable else None) for cue in self._cues
        ])  # fmt: skip

    def find(self, text: str) -> list[Term]:
        """Every cue once, negation and combinations applied, in the order of the text."""
        return self.read(text)[0]

    def read(self, text: str) -> tuple[list[Term], str]:
        """What `find` gives, and the text without the words that it denies and what denies them."""
        low = lowered(text)
        as_spelt = spelt(low)
        hits = self._finder.hits(as_spelt.text)
        plain, negated = self._finder.split(as_spelt.text, hits)
        if not plain and not negated:
            return [], text
        rest = as_spelt.text
        denied = {*negated.values(), *(hit for hit in hits if hit.entry in negated and hit.entry not in plain)}
        for hit in sorted(denied, reverse=True):
            rule = self._negations[self._cues[hit.entry].language]
            rest = f"{rest[: reach(rule, as_spelt.text, hit.start)]}，{rest[hit.end :]}"
        said, turned = (_typed(low, as_spelt, found) for found in (plain, negated))
        return list(self._terms(said, turned)), rest if negated else text

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
