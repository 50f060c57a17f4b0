"""What a text costs on one core: everything that the engine reads from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from time import process_time
from typing import Final

from streams.knowledge.model import Knowledge
from streams.relationships.voice import Ear
from streams.relationships.words import Lexicon
from streams.texts.linting import recital
from streams.texts.listening import Listener

LETTERS: Final = 140
ROUNDS: Final = 7


def costs(knowledge: Knowledge, texts: Sequence[str]) -> dict[str, float]:
    """Microseconds of processor time a text of `LETTERS` letters: the median of several rounds over all of them."""
    cut = sorted({text[:LETTERS] for text in texts if len(text) >= LETTERS - 40})
    lexicon, ear = Lexicon(knowledge), Ear(knowledge.voice, len(knowledge.types))
    listener = Listener(knowledge.texts, knowledge.meanings)
    steps: dict[str, Callable[[str], object]] = {
        "relationship: cues and voice": lambda text: ear.listen(ear.pieces(text), lexicon.find(text)),
        "threats and intents": lambda text: listener.hear(text).intents,
        "lint of our own text": lambda text: recital(listener.hear(text), knowledge.texts),
        "sentiment": lambda text: listener.hear(text).sentiment(),
        "cause": lambda text: listener.hear(text).cause(),
    }
    return {name: _median(step, cut) for name, step in steps.items()}


def _median(step: Callable[[str], object], texts: Sequence[str]) -> float:
    taken: list[float] = []
    for _ in range(ROUNDS):
        begun = process_time()
        for text in texts:
            step(text)
        taken.append((process_time() - begun) / len(texts) * 1e6)
    return median(taken)
