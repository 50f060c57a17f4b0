"""Learns what pieces of texts and lists of texts.yaml say of feelings and causes: multinomial logistic regression."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import yaml
from scipy.sparse import csr_matrix

from rapport.fitting.files import provenance
from rapport.fitting.labelled import Labelled
from rapport.fitting.words import candidates, sentences, solve
from streams.knowledge.marks import FEELINGS, Meanings, Votes
from streams.knowledge.model import Knowledge
from streams.knowledge.terms import LANGUAGES
from streams.relationships.voice import plain
from streams.texts.listening import Listener, cleaned
from streams.texts.trie import Trie

LEAST: Final = 3
"""A piece that stands in fewer texts is not looked at."""
KEPT: Final = {"sentiment": 2_000, "cause": 1_200}
"""Pieces of each language that are kept, the strongest."""
LIGHTEST: Final = 5
"""Hundredths of a nat below which a weight is left out."""
RIDGE: Final = {"sentiment": 8.0, "cause": 12.0}
BALANCE: Final = {"sentiment": 0.5, "cause": 0.7}
"""How far rare classes weigh more: 0 as often as they are, 1 all alike."""
OWN: Final = 3.0
"""How much a sentence written for the product weighs, beside one of a set."""
_PRIVATE: Final = re.compile(
    r"\d|united|american|southwest|jetblue|jet blue|usair|us air|airways|delta|virgin|京东|淘宝|\bjd\b|\baa\b"
)
"""Numbers and names of companies tell of one set, not of what people mean."""
Floats = npt.NDArray[np.float64]
Listed = tuple[str, Sequence[str], str, float]
"""A text without handles, its lists, its class and its weight."""


def learn(found: Sequence[Labelled], folder: Path, knowledge: Knowledge) -> Meanings:
    """Both models, of labelled texts and of the product's own sentences in `folder`."""
    ear = Listener(knowledge.texts, Meanings(Votes(FEELINGS, ()), Votes((), ())))
    felt = [(each, each.feeling, 1.0) for each in found]
    felt += [
        (Labelled(s.text, s.language, "neutral"), "neutral", OWN) for s in sentences(folder) if s.label == "neutral"
    ]
    causes = [(each, each.cause, 1.0) for each in found if each.cause]
    causes += [(Labelled(text, language, "negative", cause), cause, OWN) for language, cause, text in _written(folder)]
    names = knowledge.texts.names("cause")
    for mark in knowledge.texts.marks:
        if mark.family == "cause":
            causes += [
                (Labelled(w, lang, "negative", mark.name), mark.name, 1.0) for lang, ws in mark.words for w in ws
            ]
    return Meanings(
        _votes("sentiment", _listed(ear, felt), FEELINGS), _votes("cause", _listed(ear, causes), names)
    )  # fmt: skip


def meanings_yaml(found: Meanings, source: str, measured: str) -> str:
    """`knowledge/meanings.yaml`."""
    about = (
        "# What pieces of texts say of how they feel and what they complain of: hundredths of a nat for and against.\n"
        "# `_` is a space; `sentiment.positive`, `not:…` are lists of texts.yaml, meant or denied;\n"
        "# `lang:zh` a language;\n"
        "# `*` what every text starts from. Estimated; `rapport texts fit` makes it anew.\n"
    )
    parts = [f"{name}: |\n{_lines(votes)}" for name, votes in (("sentiment", found.sentiment), ("cause", found.cause))]
    return f"{about}{provenance('rapport texts fit', source, measured)}" + "".join(parts)


def _lines(votes: Votes) -> str:
    return "".join(
        f"  {name.replace(' ', '_')} " + " ".join(f"{votes.classes[n]} {w}" for n, w in row) + "\n"
        for name, row in votes.rows if row
    )  # fmt: skip


def _written(folder: Path) -> list[tuple[str, str, str]]:
    lists: Mapping[str, Mapping[str, list[str]]] = yaml.safe_load((folder / "causes.yaml").read_text("utf-8"))
    return [(lang, cause, str(text)) for lang in LANGUAGES for cause, texts in lists[lang].items() for text in texts]


def _listed(ear: Listener, found: Sequence[tuple[Labelled, str, float]]) -> list[Listed]:
    return [(cleaned(each.text), ear.hear(each.text).features(), name, weight) for each, name, weight in found]


def _votes(model: str, found: Sequence[Listed], classes: tuple[str, ...]) -> Votes:
    labels = np.array([classes.index(name) for _, _, name, _ in found])
    counts = np.maximum(np.bincount(labels, minlength=len(classes)), 1)
    weights = np.array([weight for *_, weight in found]) * (counts.max() / counts[labels]) ** BALANCE[model]
    weights *= len(found) / weights.sum()
    lists = sorted({name for _, names, _, _ in found for name in names})
    known = [p for p in candidates((text for text, *_ in found), LEAST) if not _PRIVATE.search(p)]
    beta = solve(_matrix(found, known, lists), labels, weights, len(classes), RIDGE[model])
    known = _strongest(known, np.abs(beta[: len(known)]).max(axis=1), KEPT[model])
    beta = solve(_matrix(found, known, lists), labels, weights, len(classes), RIDGE[model])
    return Votes(classes, tuple((name, _row(line)) for name, line in zip((*known, *lists, "*"), beta, strict=True)))


def _strongest(known: Sequence[str], strength: Floats, most: int) -> list[str]:
    kept: set[str] = set()
    for chinese in (True, False):
        own = [n for n, piece in enumerate(known) if ("\u4e00" <= piece[-1] <= "\u9fff") == chinese]
        kept.update(known[n] for n in sorted(own, key=lambda n: -strength[n])[:most])
    return [piece for piece in known if piece in kept]


def _matrix(found: Sequence[Listed], known: Sequence[str], lists: Sequence[str]) -> csr_matrix:
    """A row a text; columns: pieces, lists, and one that is always there."""
    finder, at = Trie(known), {name: len(known) + n for n, name in enumerate(lists)}
    last = len(known) + len(lists)
    indices: list[int] = []
    ends = [0]
    for text, names, _, _ in found:
        indices += sorted(finder.standing(plain(text)) | {at[name] for name in names} | {last})
        ends.append(len(indices))
    return csr_matrix((np.ones(len(indices)), indices, ends), shape=(len(found), last + 1))


def _row(line: Floats) -> tuple[tuple[int, int], ...]:
    whole = np.rint(line * 100).astype(int).tolist()
    return tuple((n, weight) for n, weight in enumerate(whole) if abs(weight) >= LIGHTEST)
