"""`relationships.yaml` (the 29 types) and `strategies.yaml` (what to do about each)."""

from __future__ import annotations

from streams.knowledge.document import Section
from streams.knowledge.model import RelationshipType, Strategy
from streams.knowledge.terms import (
    INDUSTRIES,
    LANGUAGES,
    MIGRATIONS,
    NEVER,
    STATES,
    STRATEGIES,
    TONES,
    TYPE_IDS,
    State,
    Text,
    Texts,
)

UNIT = (0.0, 1.0)
BOTH = (-1.0, 1.0)
TIMES = (0.05, 20.0)
MAX_CAP = 100
SUM_TOLERANCE = 1e-6
STATE: dict[str, State] = {state: state for state in STATES}


def read_text(section: Section, key: str) -> Text:
    """The same words in every language."""
    words = section.section(key)
    found: Text = {language: words.text(language) for language in LANGUAGES}
    words.close()
    return found


def read_texts(section: Section, key: str) -> Texts:
    """The same lines, as many of them, in every language."""
    words = section.section(key)
    found: Texts = {language: words.words(language) for language in LANGUAGES}
    words.close()
    if len({len(lines) for lines in found.values()}) > 1:
        counts = ", ".join(f"{len(lines)} in {language}" for language, lines in found.items())
        section.fault(f"{key}: as many lines in every language, but there are {counts}", key)
    return found


def read_relationships(root: Section) -> tuple[RelationshipType, ...]:
    offensive = root.section("offensive")
    banned: Texts = {language: offensive.words(language) for language in LANGUAGES}
    offensive.close()
    types = root.section("types")
    found = [_type(types.section(type_id), type_id, banned) for type_id in TYPE_IDS]
    types.close()
    root.close()
    total = sum(each.prior for each in found)
    if found and abs(total - 1) > SUM_TOLERANCE and all(types.has(type_id) for type_id in TYPE_IDS):
        types.fault(f"the priors add up to {total:.6g}; they must add up to 1")
    return tuple(found)


def _type(section: Section, type_id: str, banned: Texts) -> RelationshipType:
    found = RelationshipType(
        id=type_id,
        names=read_text(section, "names"),
        label=read_text(section, "label"),
        manner=read_text(section, "manner"),
        definition=read_text(section, "definition"),
        valence=section.number("valence", *BOTH),
        closeness=section.number("closeness", *UNIT),
        power=section.number("power", *BOTH),
        durability=section.number("durability", *UNIT),
        formality=section.number("formality", *UNIT),
        emotion=section.number("emotion", *UNIT),
        prior=section.number("prior", *UNIT),
        state=STATE.get(section.choice("state", STATES), "transactional"),
        expects=read_texts(section, "expects"),
        gives=read_texts(section, "gives"),
        violated_by=read_texts(section, "violated_by"),
        falls_to=section.names("falls_to", TYPE_IDS),
        cap=section.whole("cap", 0, MAX_CAP),
        do=read_texts(section, "do"),
        do_not=read_texts(section, "do_not"),
        tones=section.names("tones", TONES),
        economics=read_text(section, "economics"),
        never=frozenset(section.names("never", NEVER, required=False)),
        aliases=section.words("aliases", required=False),
        industries=section.numbers("industries", *TIMES, INDUSTRIES, required=False),
        locales=section.numbers("locales", *TIMES, LANGUAGES, required=False),
    )
    if section.has("prior") and found.prior <= 0:
        section.fault("'prior' must be above 0: a type that nobody can have is none", "prior")
    _check_neutral(section, found, banned)
    section.close()
    return found


def _check_neutral(section: Section, found: RelationshipType, banned: Texts) -> None:
    for language, words in banned.items():
        shown = {
            "label": (found.label[language],),
            "manner": (found.manner[language],),
            "do": found.do[language],
            "do_not": found.do_not[language],
        }
        for key, lines in shown.items():
            for word in words:
                if any(word.casefold() in line.casefold() for line in lines):
                    section.fault(f"{key}: staff read this, and {word!r} offends (see 'offensive')", key)


def read_strategies(root: Section) -> dict[str, Strategy]:
    found = {name: _strategy(root.section(name), name) for name in STRATEGIES}
    root.close()
    for type_id in TYPE_IDS:
        owners = [name for name, each in found.items() if type_id in each.to_types]
        if len(owners) != 1:
            root.fault(f"{type_id!r} must stand under one strategy; it stands under {', '.join(owners) or 'none'}")
    return found


def _strategy(section: Section, name: str) -> Strategy:
    advice = section.section("advice")
    found = Strategy(
        id=name,
        names=read_text(section, "names"),
        purpose=read_text(section, "purpose"),
        to_types=frozenset(section.names("types", TYPE_IDS)),
        advice={migration: read_text(advice, migration) for migration in MIGRATIONS},
    )
    advice.close()
    section.close()
    return found
