"""How often what is read from texts is right: causes and feelings, class by class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from rapport.fitting.labelled import Labelled
from streams.knowledge.model import Knowledge
from streams.texts.listening import Heard, listener

NAME: Final = 22


class Class(NamedTuple):
    """One class: how many there are, precision, recall and F1."""

    name: str
    n: int
    precision: float
    recall: float
    f1: float


class Quality(NamedTuple):
    """A question asked of many texts. `macro_f1` is over the classes that the truth has."""

    name: str
    n: int
    accuracy: float
    macro_f1: float
    classes: tuple[Class, ...]


def judged(name: str, truth: Sequence[str], said: Sequence[str]) -> Quality:
    """The truth beside what was said, in the same order."""
    classes = tuple(_class(each, truth, said) for each in sorted(set(truth)))
    right = sum(t == s for t, s in zip(truth, said, strict=True))
    macro = sum(each.f1 for each in classes) / len(classes) if classes else 0.0
    return Quality(name, len(truth), right / len(truth) if truth else 0.0, macro, classes)


def evaluated(knowledge: Knowledge, texts: Sequence[Labelled]) -> list[Quality]:
    """Causes, their kinds, and feelings by language, as far as the texts are labelled with them."""
    ear = listener(knowledge.texts, knowledge.meanings)
    found: list[Quality] = []
    complaints = [each for each in texts if each.cause]
    if complaints:
        said = [ear.hear(each.text).cause().name for each in complaints]
        found.append(judged("cause of complaints", [each.cause for each in complaints], said))
    for language in sorted({each.language for each in texts}):
        spoken = [each for each in texts if each.language == language]
        felt = [each.feeling for each in spoken]
        found.append(judged(f"sentiment, {language}", felt, [feeling(ear.hear(e.text), set(felt)) for e in spoken]))
    return found


def feeling(heard: Heard, known: set[str]) -> str:
    """The sentiment; where the truth knows no neutral ones, the likelier of the other two."""
    return heard.sentiment(among=tuple(known)).name


def tabled(found: Sequence[Quality]) -> Iterator[str]:
    """The figures, a line a class."""
    for each in found:
        yield f"{each.name}: {each.n} texts, accuracy {each.accuracy:.3f}, macro-F1 {each.macro_f1:.3f}"
        yield f"  {'':{NAME}} {'n':>6} {'precision':>10} {'recall':>7} {'F1':>5}"
        for c in each.classes:
            yield f"  {c.name:{NAME}} {c.n:6} {c.precision:10.2f} {c.recall:7.2f} {c.f1:5.2f}"


def said(knowledge: Knowledge, text: str) -> dict[str, str | dict[str, str]]:
    """Everything that is read from one text, for a person."""
    heard = listener(knowledge.texts, knowledge.meanings).hear(text)
    families: dict[str, Callable[[str], dict[str, str]]] = {"says": heard.said, "denies": heard.denied}
    found: dict[str, str | dict[str, str]] = {"intents": " ".join(heard.intents) or "none"}
    for verb, of in families.items():
        for family in ("intent", "threat", "topic"):
            if words := of(family):
                found[verb] = {**_table(found.get(verb)), **{f"{family}.{name}": w for name, w in words.items()}}
    for name, opinion in (("feeling", heard.sentiment()), ("cause", heard.cause())):
        reasons = ", ".join(f"{piece} {weight:+.2f}" for piece, weight in opinion.because)
        found[name] = f"{opinion.name} ({opinion.share:.2f}) because of {reasons or 'nothing in particular'}"
    return found


def _table(value: str | dict[str, str] | None) -> dict[str, str]:
    return value if isinstance(value, dict) else {}


def _class(name: str, truth: Sequence[str], said: Sequence[str]) -> Class:
    hits = sum(t == s == name for t, s in zip(truth, said, strict=True))
    wanted, given = sum(t == name for t in truth), sum(s == name for s in said)
    precision, recall = hits / given if given else 0.0, hits / wanted if wanted else 0.0
    f1 = 2 * hits / (wanted + given) if wanted + given else 0.0
    return Class(name, wanted, precision, recall, f1)
