"""`texts.yaml` and `meanings.yaml`: how texts are read, by lists of words and by what was estimated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, get_args

from schemas.records import Severity
from streams.knowledge.cues import read_negation
from streams.knowledge.document import Section
from streams.knowledge.forms import MOST, expanded
from streams.knowledge.marks import (
    CRIES,
    ELSEWHERE,
    FEELINGS,
    INNOCENT,
    INTENTS,
    KINDS,
    PRECISION,
    REPLIES,
    TOPICS,
    UNCLEAR,
    WISHES,
    Mark,
    Meanings,
    Negation,
    Texts,
    Votes,
)
from streams.knowledge.terms import LANGUAGES, TONES
from streams.knowledge.voice import read_lines, read_provenance

SEVERITIES: Final = get_args(Severity)


def read_texts(root: Section, near: Sequence[Negation]) -> Texts:
    """Every family of lists; unknown ones, and missing languages, are faults."""
    denial = root.section("denial")
    far = tuple(read_negation(denial.section(language), language) for language in LANGUAGES)
    denial.close()
    marks = [*_family(root, "intents", "intent", INTENTS, _intent)]
    marks += _family(root, "wishes", "wish", WISHES, _wish)
    marks += _family(root, "threats", "threat", None, _threat)
    marks += _family(root, "doubtful", "doubtful", None, _wish)
    marks += _family(root, "announced", "announced", None, _wish)
    marks += [_mark(root.section(name), name, name) for name in ("pressure", "errand", "goods")]
    marks += _family(root, "elsewhere", "elsewhere", ELSEWHERE, _plain)
    marks += _family(root, "cries", "cry", CRIES, _cry)
    marks += _family(root, "innocent", "innocent", INNOCENT, _plain)
    threats = {mark.name for mark in marks if mark.family == "threat"}
    for mark in marks:
        if mark.family in ("doubtful", "announced") and mark.name not in threats:
            root.fault(f"{mark.family}: {mark.name!r} is none of the threats", mark.family)
    marks += _family(root, "causes", "cause", None, _cause)
    marks += _family(root, "sentiment", "sentiment", ("positive", "negative"), _felt)
    marks += _family(root, "tones", "tone", TONES, _plain)
    marks += _family(root, "topics", "topic", TOPICS, _plain)
    marks += [_mark(root.section(name), name, name) for name in ("drugs", "confided")]
    marks += _family(root, "precision", "precision", PRECISION, _plain)
    marks += _family(root, "replies", "reply", REPLIES, _reply)
    root.close()
    return Texts(tuple(marks), tuple(near), far)


def read_meanings(root: Section, texts: Texts) -> Meanings:
    """The models; their classes are the feelings and the causes of `texts.yaml`."""
    read_provenance(root)
    found = Meanings(_votes(root, "sentiment", FEELINGS), _votes(root, "cause", texts.names("cause")))
    root.close()
    return found


def _votes(root: Section, key: str, classes: tuple[str, ...]) -> Votes:
    rows = (
        (name.replace("_", " "), tuple((classes.index(c), w) for c, w in pairs.items() if c in classes))
        for name, pairs in read_lines(root, key, classes)
    )
    return Votes(classes, tuple(rows))


def _family(
    root: Section, key: str, family: str, known: Sequence[str] | None, read: Callable[[Section, str, str], Mark]
) -> Iterator[Mark]:
    table = root.section(key)
    for name in known or table.listed():
        yield read(table.section(name), family, name)
    table.close(f"{family} {{}}")
    if family == "cause" and not table.has(UNCLEAR):
        table.fault(f"{UNCLEAR!r} is missing: it is the cause where none is named")


def _intent(section: Section, family: str, name: str) -> Mark:
    return _mark(section, family, name, denial="far" if section.flag("deniable", False) else "")


def _wish(section: Section, family: str, name: str) -> Mark:
    return _mark(section, family, name, denial="far")


def _threat(section: Section, family: str, name: str) -> Mark:
    return _mark(section, family, name, section.choice("severity", SEVERITIES), "far")


def _cause(section: Section, family: str, name: str) -> Mark:
    return _mark(section, family, name, section.choice("kind", KINDS))


def _felt(section: Section, family: str, name: str) -> Mark:
    return _mark(section, family, name, denial="near")


def _cry(section: Section, family: str, name: str) -> Mark:
    return _mark(section, family, name, denial="near" if name == "plight" else "")


def _reply(section: Section, family: str, name: str) -> Mark:
    return _mark(section, family, name, denial="near" if name == "relapse" else "")


def _plain(section: Section, family: str, name: str) -> Mark:
    return _mark(section, family, name)


def _mark(section: Section, family: str, name: str, kind: str = "", denial: str = "") -> Mark:
    words = tuple((language, _words(section, language)) for language in LANGUAGES)
    for language, found in words:
        if any(not word.strip() or word != word.strip() for word in found):
            section.fault(f"{language}: an empty word, or one with spaces around it", language)
    section.close()
    return Mark(family, name, words, kind, denial)


def _words(section: Section, language: str) -> tuple[str, ...]:
    """The list with its forms written out, each once."""
    found: dict[str, None] = {}
    for form in section.words(language):
        written = expanded(form)
        if not 0 < len(written) <= MOST:
            section.fault(
                f"{language}: {form!r} stands for no words, or for more than {MOST}: is every bracket closed?", language
            )
        found |= dict.fromkeys(written)
    return tuple(found)
