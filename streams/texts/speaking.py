"""Whether a clause is what its speaker holds to be so, or only asked, supposed, or said by somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from streams.knowledge.evidence import Speech
from streams.texts.finding import any_of, clause

_MARKS: Final = "?？"
_ALOUD: Final = r"(?:(?:hi|hey|hello|so|and|but|or|also|well|now|ok|okay|sorry|please|pls|excuse me|just|btw)\W+)*"
"""What may stand before a question in its clause."""
_QUOTED: Final = re.compile('"[^"]+"|“[^”]+”|「[^」]+」|『[^』]+』')
_WORD: Final = re.compile(r"\W*\w*")


class Speaker:
    """The words of `cues.*.yaml: others.speech`, of all languages together: people mix them. Texts are `lowered` and
    spelt; `start` and `end` say where in it stands what is asked about."""

    def __init__(self, speech: Iterable[Speech]) -> None:
        each = tuple(speech)
        self._facts = any_of(word for one in each for word in one.presupposes)
        self._conditions = any_of(word for one in each for word in one.supposes)
        self._concludes = any_of(word for one in each for word in one.concludes)
        latin = [word for one in each for word in one.asks if word.isascii()]
        self._begins = re.compile(rf"\W*{_ALOUD}{any_of(latin).pattern}")
        self._holds = any_of(word for one in each for word in one.asks if not word.isascii())
        self._ends = re.compile(rf"{any_of(word for one in each for word in one.asks_last).pattern}\W*$")
        self._says = any_of(word for one in each for word in one.says)
        self._hearsay = any_of(word for one in each for word in one.hearsay)
        self._distances = any_of(word for one in each for word in one.distances)

    def asks(self, text: str, start: int, end: int) -> bool:
        """Whether the clause is a question, with a mark or without, that takes nothing for a fact."""
        begins, ends = clause(text, start, end)
        if self._facts.search(text, begins, ends):
            return False
        if text[ends : ends + 1] and text[ends] in _MARKS:
            return True
        said = text[begins:ends]
        found = self._begins.match(said) or self._holds.search(said) or self._ends.search(said)
        return found is not None

    def supposes(self, text: str, start: int, end: int) -> bool:
        """Whether it stands in a condition and not in what is said to follow from it."""
        begins, ends = clause(text, start, end)
        if self._facts.search(text, begins, ends):
            return False
        last = max((found.end() for found in self._conditions.finditer(text, begins, start)), default=-1)
        if last < 0:
            return False
        # Who is supposed to do it stands behind the word: "if I'm …" concludes nothing yet.
        subject = _WORD.match(text, last, start)
        return not self._concludes.search(text, subject.end() if subject else last, start)

    def passes_on(self, text: str, start: int, end: int) -> bool:
        """Whether it is what people say, or what is quoted from somebody who says it."""
        begins, _ = clause(text, start, end)
        last = max((found.end() for found in self._hearsay.finditer(text, begins, start)), default=-1)
        if last >= 0 and not self._concludes.search(text, last, start):
            return True
        for quoted in _QUOTED.finditer(text, begins):
            if quoted.start() < start and end < quoted.end():
                return self.says(text, begins, quoted.start()) or self.says(
                    text, quoted.end(), clause(text, quoted.end(), quoted.end())[1]
                )
        return False

    def says(self, text: str, start: int, end: int) -> bool:
        """Whether a verb of saying stands in these letters."""
        return self._says.search(text, start, end) is not None

    def distances(self, text: str) -> bool:
        """Whether the speaker dissents from what others say."""
        return self._distances.search(text) is not None
