"""Learns what pieces of texts say from the sentences in `knowledge/training`: multinomial logistic regression.

Everything is drawn by numbers that are fixed here, so that the same sentences give the same knowledge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import yaml
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from streams.knowledge.model import Knowledge, Voice
from streams.knowledge.terms import LANGUAGES, TYPE_IDS
from streams.relationships.voice import pieces, plain
from streams.relationships.words import Lexicon
from streams.texts.trie import Trie

NEUTRAL: Final = "neutral"
CLASSES: Final = (*TYPE_IDS, NEUTRAL)
SILENT: Final = ("neutral", "misleading")
"""Lists of sentences that are no evidence."""
MIXED: Final = 2
"""Copies of each sentence with something neutral before or after it: evidence seldom comes alone."""
KEPT: Final = 3_500
"""Pieces a language has in the end."""
LIGHTEST: Final = 12
"""Hundredths of a nat below which a weight is left out."""
RIDGE: Final = 0.1
QUIET: Final = 0.9
"""How much a neutral sentence counts: words that nobody has told of are neutral anyway."""

Floats = npt.NDArray[np.float64]


class Sentence(NamedTuple):
    """Words and what they are evidence of (`neutral`: of nothing)."""

    text: str
    label: str
    language: str


def sentences(folder: Path) -> list[Sentence]:
    """All that were written, in the order of the files."""
    found: list[Sentence] = []
    for language in LANGUAGES:
        lists: dict[str, list[str]] = yaml.safe_load((folder / f"sentences.{language}.yaml").read_text("utf-8"))
        for name, texts in lists.items():
            label = NEUTRAL if name in SILENT else name
            found += [Sentence(str(text), label, language) for text in texts]
    return found


def phrases(folder: Path) -> list[Sentence]:
    """Turns of phrase, a list a relationship in one line each."""
    found: list[Sentence] = []
    for language in LANGUAGES:
        lines: dict[str, str] = yaml.safe_load((folder / f"phrases.{language}.yaml").read_text("utf-8"))
        for name, texts in lines.items():
            found += [Sentence(text.strip(), name, language) for text in texts.split(";")]
    return found


def varied(found: Sequence[Sentence], seed: int) -> list[Sentence]:
    """The sentences, each also beside something neutral; neutral ones also beside each other."""
    chance = Random(seed)
    quiet: dict[str, list[str]] = {}
    for sentence in found:
        if sentence.label == NEUTRAL:
            quiet.setdefault(sentence.language, []).append(sentence.text)
    made = list(found)
    for sentence in found:
        for _ in range(MIXED):
            beside = chance.choice(quiet[sentence.language])
            mark = "，" if sentence.language == "zh" else ". "
            parts = [sentence.text, beside] if chance.random() < 0.5 else [beside, sentence.text]
            made.append(Sentence(mark.join(parts), sentence.label, sentence.language))
    return made


def spoken_cues(knowledge: Knowledge) -> list[Sentence]:
    """The words of the cues as sentences of their own, for the type that they speak for most."""
    made: list[Sentence] = []
    for cue in knowledge.cues:
        best = max(cue.weights, key=lambda name: cue.weights[name], default=None)
        if best is not None and cue.weights[best] >= 0.8:
            made += [Sentence(word, best, cue.language) for word in cue.words]
    return made


class Design(NamedTuple):
    """Which pieces and cues each text has."""

    matrix: csr_matrix
    names: tuple[str, ...]
    cues: tuple[str, ...]


def design(texts: Sequence[str], known: Sequence[str], cues: Sequence[str], lexicon: Lexicon) -> Design:
    """A row a text; columns: pieces, cues, and one that is always there."""
    finder, at = Trie(known), {name: len(known) + n for n, name in enumerate(cues)}
    last = len(known) + len(cues)
    indices: list[int] = []
    ends = [0]
    for text in texts:
        row = finder.standing(plain(text)) | {at[t.key] for t in lexicon.find(text) if t.key in at} | {last}
        indices += sorted(row)
        ends.append(len(indices))
    shape = (len(texts), last + 1)
    return Design(csr_matrix((np.ones(len(indices)), indices, ends), shape=shape), tuple(known), tuple(cues))


def candidates(texts: Iterable[str], least: int = 2) -> list[str]:
    """Pieces that stand in at least so many texts."""
    counts = Counter(piece for text in texts for piece in set(pieces(plain(text))))
    return sorted(piece for piece, count in counts.items() if count >= least)


def solve(matrix: csr_matrix, labels: npt.NDArray[np.int64], weights: Floats, classes: int, ridge: float) -> Floats:
    """Weights in nats, a column a class: least cross entropy plus `ridge` times half the sum of squares."""
    size = matrix.shape[1]
    flipped = matrix.T.tocsr()

    def cost(flat: Floats) -> tuple[float, Floats]:
        beta = flat.reshape(size, classes)
        scores = matrix @ beta
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        rows = np.arange(len(labels))
        loss = -(weights * np.log(np.maximum(shares[rows, labels], 1e-12))).sum()
        shares[rows, labels] -= 1.0
        slope = flipped @ (shares * weights[:, None]) + ridge * beta
        return float(loss + 0.5 * ridge * (beta * beta).sum()), slope.ravel()

    found = minimize(cost, np.zeros(size * classes), jac=True, method="L-BFGS-B", options={"maxiter": 150})
    return np.asarray(found.x).reshape(size, classes)


def learn(found: Sequence[Sentence], knowledge: Knowledge, seed: int = 1, extra: Sequence[Sentence] = ()) -> Voice:
    """The model: learnt on all pieces, cut to those that say something, learnt anew on these."""
    lexicon = Lexicon(knowledge)
    texts = [*varied([*found, *spoken_cues(knowledge)], seed), *extra]
    labels = np.array([CLASSES.index(s.label) for s in texts])
    counts = np.bincount(labels, minlength=len(CLASSES))
    weights = np.minimum(1.0, 150 / counts[labels])
    weights[labels == CLASSES.index(NEUTRAL)] *= QUIET
    cues = tuple(sorted({t.key for s in texts for t in lexicon.find(s.text)}))
    known = candidates(s.text for s in texts)
    for kept in (KEPT * len(LANGUAGES), 0):
        made = design([s.text for s in texts], known, cues, lexicon)
        beta = solve(made.matrix, labels, weights, len(CLASSES), RIDGE)
        if kept:
            strength = np.abs(beta[: len(known)]).max(axis=1)
            best = set(np.argsort(-strength)[:kept].tolist())
            known = [piece for n, piece in enumerate(known) if n in best and strength[n] * 100 >= LIGHTEST]
    rows = [_row(line) for line in beta]
    return Voice(1.0, rows[-1], tuple(known), tuple(rows[: len(known)]), cues, tuple(rows[len(known) : -1]))


def _row(line: Floats) -> tuple[tuple[int, int], ...]:
    whole = np.rint(line * 100).astype(int).tolist()
    return tuple((n, weight) for n, weight in enumerate(whole) if abs(weight) >= LIGHTEST)


def held_out(found: Sequence[Sentence], knowledge: Knowledge, folds: int = 4) -> tuple[list[str], list[str], Floats]:
    """Truth, the model's word and its shares for every sentence, each judged by a model that has not seen it."""
    from streams.relationships.voice import Ear

    lexicon = Lexicon(knowledge)
    truth: list[str] = []
    said: list[str] = []
    shares: list[Floats] = []
    for fold in range(folds):
        ear = Ear(learn([s for n, s in enumerate(found) if n % folds != fold], knowledge), len(TYPE_IDS))
        for sentence in (s for n, s in enumerate(found) if n % folds == fold):
            heard = np.zeros(len(CLASSES))
            for index, share in ear.listen(ear.pieces(sentence.text), lexicon.find(sentence.text)):
                heard[index] = share / 256
            heard[-1] = max(0.0, 1 - heard.sum())
            truth.append(sentence.label)
            said.append(CLASSES[int(heard.argmax())])
            shares.append(heard)
    return truth, said, np.array(shares)
