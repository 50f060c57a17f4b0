"""Reads `knowledge/` as a whole: all of it right, or every fault with its file and line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import cast

import msgspec

from schemas.catalogue import Catalogue, CatalogueError
from schemas.catalogue import parse as parse_catalogue
from streams.knowledge.alerts import read_alerts, read_holdouts
from streams.knowledge.contacts import read_contacts
from streams.knowledge.cues import read_cues
from streams.knowledge.directory import read_channels, read_company, read_money, read_places, read_teams
from streams.knowledge.document import Faults, KnowledgeError, Section, canonical, nearest, parse
from streams.knowledge.evidence import Cue, Others
from streams.knowledge.marks import Meanings, Negation, Texts
from streams.knowledge.model import Knowledge
from streams.knowledge.offers import read_offers
from streams.knowledge.relationships import read_relationships, read_strategies
from streams.knowledge.rules import (
    read_combinations,
    read_company_deeds,
    read_deeds,
    read_hurt,
    read_migrations,
    read_shift_alerts,
    read_shifts,
    read_violations,
)
from streams.knowledge.signals import SPECS, read_signals
from streams.knowledge.terms import LANGUAGES, Text
from streams.knowledge.texts import read_meanings, read_texts
from streams.knowledge.voice import read_fitted, read_voice
from streams.knowledge.wording import expected, read_wording, same_blanks

__all__ = ["FILES", "KnowledgeError", "check", "from_documents", "load"]

FILES: tuple[str, ...] = (
    "touchpoints.yaml", "relationships.yaml", "cues.zh.yaml", "cues.en.yaml", "rules.yaml", "strategies.yaml",
    "signals.yaml", "teams.yaml", "channels.yaml", "wording.zh.yaml", "wording.en.yaml", "places.yaml",
    "money.yaml", "company.yaml", "contacts.yaml", "voice.yaml", "weights.yaml", "offers.yaml",
    "alerts.yaml", "holdouts.yaml", "texts.yaml", "meanings.yaml",
)  # fmt: skip
"""Every file there must be, and no other."""

DIGEST_BYTES = 16
Origins = Mapping[str, str]


def load(folder: Path, overlay: Path | None = None) -> Knowledge:
    """The knowledge in a folder. A file of the overlay stands in for the one of the same name.

    Raises `KnowledgeError` with every fault found.
    """
    documents, origins = _collect(folder, overlay)
    return _read(documents, origins)


def from_documents(documents: Mapping[str, str]) -> Knowledge:
    """The knowledge in texts by file name, as they travel on the knowledge topic."""
    faults = Faults()
    _check_names(faults, documents, {name: f"knowledge/{name}" for name in documents}, "knowledge")
    _refuse(faults)
    return _read(dict(documents), {name: f"knowledge/{name}" for name in documents})


def check(folder: Path, overlay: Path | None = None) -> list[str]:
    """The faults of a folder, `file:line: reason`; empty where all is well."""
    try:
        load(folder, overlay)
    except KnowledgeError as error:
        return list(error.faults)
    return []


def _collect(folder: Path, overlay: Path | None) -> tuple[dict[str, str], dict[str, str]]:
    faults = Faults()
    documents: dict[str, str] = {}
    origins: dict[str, str] = {}
    for place in (folder, overlay):
        if place is None:
            continue
        if not place.is_dir():
            raise KnowledgeError([f"{place}:1: is no folder; knowledge is a folder of YAML files"])
        for path in sorted(place.glob("*.yaml")):
            origins[path.name] = str(path)
            try:
                documents[path.name] = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                faults.add(str(path), 1, f"cannot be read: {error}")
    _refuse(faults)
    _check_names(faults, documents, origins, str(folder))
    _refuse(faults)
    return documents, origins


def _check_names(faults: Faults, documents: Mapping[str, str], origins: Origins, folder: str) -> None:
    for name in FILES:
        if name not in documents:
            faults.add(f"{folder}/{name}", 1, "is missing")
    for name in documents:
        if name not in FILES:
            faults.add(origins[name], 1, f"unknown file{nearest(name, FILES)}")


def _refuse(faults: Faults) -> None:
    if found := faults.lines():
        raise KnowledgeError(found)


def _read(documents: dict[str, str], origins: Origins) -> Knowledge:
    faults = Faults()
    roots = {name: parse(faults, origins[name], documents[name]) for name in FILES}
    _refuse(faults)
    catalogue = _catalogue(faults, documents, origins, roots["touchpoints.yaml"])
    knowledge = _build(documents, roots, catalogue)
    _refuse(faults)
    return msgspec.structs.replace(knowledge, version=_version(roots))


def _build(documents: dict[str, str], roots: Mapping[str, Section], catalogue: Catalogue) -> Knowledge:
    teams = read_teams(roots["teams.yaml"])
    types = read_relationships(roots["relationships.yaml"])
    rules = roots["rules.yaml"]
    shifts = read_shifts(rules.section("shifts"), rules.section("deeds").listed())
    cues, negations, others = _cues(roots, shifts.clip)
    groups = sorted({cue.group for cue in cues})
    combinations = read_combinations(rules.section("combinations"), groups, shifts.clip)
    deeds = read_deeds(rules.section("deeds"), catalogue, shifts.clip)
    company_deeds = read_company_deeds(rules.section("company_deeds"), catalogue, shifts.clip)
    for cue in cues:
        if cue.deed and cue.deed not in {deed.name for deed in deeds}:
            roots[f"cues.{cue.language}.yaml"].fault(f"cues.{cue.name}.deed: no deed of rules.yaml is {cue.deed!r}")
    hurt = read_hurt(rules.section("hurt"), shifts.clip)
    violations = read_violations(rules.section("violations"), types, catalogue, SPECS)
    migrations = read_migrations(rules.section("migrations"), types)
    shift_alerts = read_shift_alerts(rules, types, teams)
    rules.close()
    texts = read_texts(roots["texts.yaml"], [negations[language] for language in LANGUAGES])
    reasons = {
        "group": groups,
        "negated": sorted({cue.group for cue in cues if cue.negated_weights}),
        "combination": [each.name for each in combinations],
        "deed": [each.name for each in deeds],
        "company_deed": [each.name for each in company_deeds],
        "rule": [rule.id for rules_of in violations.values() for rule in rules_of],
        **{family: texts.names(family) for family in ("threat", "cause", "topic", "intent")},
    }
    money = read_money(roots["money.yaml"])
    return Knowledge(
        version="",
        documents=documents,
        touchpoints=catalogue,
        voice=read_voice(roots["voice.yaml"]),
        texts=cast(Texts, _kept(texts)),
        meanings=cast(Meanings, _kept(read_meanings(roots["meanings.yaml"], texts))),
        weights=read_fitted(roots["weights.yaml"]),
        types=types,
        type_index={each.id: index for index, each in enumerate(types)},
        cues=tuple(cues),
        combinations=tuple(combinations),
        negations=negations,
        others=others,
        deeds=tuple(deeds),
        company_deeds=tuple(company_deeds),
        hurt=hurt,
        violations=violations,
        shifts=shifts,
        migrations=migrations,
        shift_alerts=tuple(shift_alerts),
        strategies=read_strategies(roots["strategies.yaml"]),
        signals=read_signals(roots["signals.yaml"], teams, catalogue),
        contacts=read_contacts(roots["contacts.yaml"], [each.id for each in types]),
        alerts=read_alerts(roots["alerts.yaml"], teams, catalogue),
        holdouts=read_holdouts(roots["holdouts.yaml"], SPECS),
        teams=teams,
        channels=read_channels(roots["channels.yaml"]),
        wording=_wording(roots, expected([each.name for each in shift_alerts], reasons, catalogue.types)),
        places=read_places(roots["places.yaml"], money),
        money=money,
        company=read_company(roots["company.yaml"]),
        offers=read_offers(roots["offers.yaml"]),
    )


def _catalogue(faults: Faults, documents: Mapping[str, str], origins: Origins, root: Section) -> Catalogue:
    """Without a catalogue nothing else can be judged, so its fault stands alone."""
    for _, group in root.sections():
        for _, entry in group.sections():
            entry.section("properties", required=False)  # names that stand twice are found on the way
    _refuse(faults)
    try:
        return _parsed(documents["touchpoints.yaml"], origins["touchpoints.yaml"])
    except CatalogueError as error:
        raise KnowledgeError([str(error)]) from error


_parsed = lru_cache(maxsize=4)(parse_catalogue)
"""The same catalogue comes with every version that leaves it as it is."""


@lru_cache(maxsize=8)
def _kept(part: Texts | Meanings) -> Texts | Meanings:
    """The one that is there already, if it says the same.

    What is compiled from them is looked up for every text, and to find two large ones equal costs a millisecond.
    """
    return part


def _cues(roots: Mapping[str, Section], clip: float) -> tuple[list[Cue], dict[str, Negation], tuple[Others, ...]]:
    cues: list[Cue] = []
    negations: dict[str, Negation] = {}
    others: list[Others] = []
    for language in LANGUAGES:
        found, negations[language], whom = read_cues(roots[f"cues.{language}.yaml"], language, clip)
        cues += found
        others.append(whom)
    return cues, negations, tuple(others)


def _wording(roots: Mapping[str, Section], lines: Mapping[str, frozenset[str]]) -> dict[str, Text]:
    files: dict[str, Section] = {language: roots[f"wording.{language}.yaml"] for language in LANGUAGES}
    wording: dict[str, Text] = {language: read_wording(root, lines) for language, root in files.items()}
    same_blanks(files, wording)
    return wording


def _version(roots: Mapping[str, Section]) -> str:
    """A hash of what the files say: comments, layout and the order of names do not matter."""
    content = {name: canonical(roots[name].node) for name in FILES}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=DIGEST_BYTES).hexdigest()
