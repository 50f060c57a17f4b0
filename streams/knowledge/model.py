"""What a domain expert edits, as the program sees it: frozen, validated, without I/O.

Weights are log-likelihood ratios in nats, never beyond `Shifts.clip` either way.
`Text` maps a language (`LANGUAGES`) to words; `streams.knowledge.load` guarantees
that every language is there, that every name used is defined and that tuples made
of YAML mappings are sorted by name, so that the order of lines in a file never
shows in a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from schemas.catalogue import Catalogue
from schemas.records import Severity
from streams.knowledge.alerts import AlertRules, HoldOuts
from streams.knowledge.company import Channel, Company, Money, Offer, Place, Team
from streams.knowledge.contacts import ContactRules
from streams.knowledge.evidence import Combination, CompanyDeed, Cue, Deed, Hurt, Others, Shifts, Violation
from streams.knowledge.marks import Meanings, Negation
from streams.knowledge.marks import Texts as TextMarks
from streams.knowledge.terms import (
    Parameter,
    State,
    Text,
    Texts,
    Weights,
)


class RelationshipType(msgspec.Struct, frozen=True):
    """One of the 29 forms. `label` is what staff read: never the working name, which offends.

    `power` is above 0 where the customer dominates. `prior` is the share of customers of
    whom nothing is known. `cap` is promotional messages per 30 days. `never` is what its rule
    forbids at any time, out of `NEVER`. `aliases` are ids that other sources use for the same form.
    """

    id: str
    names: Text
    label: Text
    manner: Text
    definition: Text
    valence: float
    closeness: float
    power: float
    durability: float
    formality: float
    emotion: float
    prior: float
    state: State
    expects: Texts
    gives: Texts
    violated_by: Texts
    falls_to: tuple[str, ...]
    cap: int
    do: Texts
    do_not: Texts
    tones: tuple[str, ...]
    economics: Text
    never: frozenset[str] = frozenset()
    aliases: tuple[str, ...] = ()
    industries: dict[str, float] = {}
    locales: dict[str, float] = {}

    def likelier(self, industry: str, language: str) -> float:
        """How many times likelier than `prior` it is in such a company."""
        return self.industries.get(industry, 1.0) * self.locales.get(language, 1.0)


class ShiftAlert(msgspec.Struct, frozen=True):
    """A shift from one of `from_types` to one of `to_types` is an alert for each of `teams`; the first that fits."""

    name: str
    from_types: frozenset[str]
    to_types: frozenset[str]
    severity: Severity
    teams: tuple[str, ...]
    quiet_days: float
    deadline_minutes: int
    reach: str = "any"


class Strategy(msgspec.Struct, frozen=True):
    """One of `STRATEGIES`; `advice` by migration. `to_types`: the types it is the answer to."""

    id: str
    names: Text
    purpose: Text
    to_types: frozenset[str]
    advice: dict[str, Text]


class SignalRule(msgspec.Struct, frozen=True):
    """Which version of a detector runs, whom it tells, how its card has the customer reached (one of `REACHES`), and
    with which numbers (`streams.knowledge.signals` names them)."""

    name: str
    version: int
    severity: Severity
    teams: tuple[str, ...]
    quiet_days: float
    deadline_minutes: int
    rows: tuple[str, ...]
    purpose: Text
    parameters: dict[str, Parameter]
    reach: str = "any"

    def number(self, name: str) -> float:
        value = self.parameters[name]
        assert isinstance(value, float), name
        return value

    def words(self, name: str) -> tuple[str, ...]:
        value = self.parameters[name]
        assert isinstance(value, tuple), name
        return value

    def numbers(self, name: str) -> dict[str, float]:
        """A table of numbers, as `norms_minutes`."""
        value = self.parameters[name]
        assert isinstance(value, dict), name
        return {key: number for key, number in value.items() if isinstance(number, float)}

    def tables(self, name: str) -> dict[str, dict[str, float]]:
        """A table of tables of numbers, as `categories`."""
        value = self.parameters[name]
        assert isinstance(value, dict), name
        return {key: table for key, table in value.items() if isinstance(table, dict)}


Row: TypeAlias = tuple[tuple[int, int], ...]
"""Weights in hundredths of a nat by index: of a type, or `len(TYPE_IDS)` for `neutral`."""


class Voice(msgspec.Struct, frozen=True):
    """What pieces of texts say (`streams.relationships.voice`): a row of weights for each piece and each cue.

    `sharpness` turns votes into shares that are right as often as they say.
    """

    sharpness: float = 1.0
    bias: Row = ()
    pieces: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    cues: tuple[str, ...] = ()
    cue_rows: tuple[Row, ...] = ()


class Knowledge(msgspec.Struct, frozen=True):
    """All of it. `weights` are the fitted ones, by number read and type; where it has none, those of deeds hold.
    `version` is a hash of the content; `documents` is the text it was read from, by file name."""

    version: str
    documents: dict[str, str]
    touchpoints: Catalogue
    voice: Voice
    texts: TextMarks
    meanings: Meanings
    weights: dict[str, Weights]
    types: tuple[RelationshipType, ...]
    type_index: dict[str, int]
    cues: tuple[Cue, ...]
    combinations: tuple[Combination, ...]
    negations: dict[str, Negation]
    others: tuple[Others, ...]
    deeds: tuple[Deed, ...]
    company_deeds: tuple[CompanyDeed, ...]
    hurt: Hurt
    violations: dict[str, tuple[Violation, ...]]
    shifts: Shifts
    migrations: dict[tuple[str, str], str]
    shift_alerts: tuple[ShiftAlert, ...]
    strategies: dict[str, Strategy]
    signals: dict[str, SignalRule]
    contacts: ContactRules
    alerts: AlertRules
    holdouts: HoldOuts
    teams: dict[str, Team]
    channels: dict[str, Channel]
    wording: dict[str, Text]
    places: dict[str, Place]
    money: Money
    company: Company
    offers: tuple[Offer, ...] = ()

    def relationship(self, type_id: str) -> RelationshipType:
        return self.types[self.type_index[type_id]]

    def migration(self, from_: str, to: str) -> str:
        """One of `MIGRATIONS`, for two different types."""
        return self.migrations[from_, to]

    def strategy(self, to: str) -> Strategy:
        """What to do about a customer who is now `to`: every type has exactly one."""
        return next(each for each in self.strategies.values() if to in each.to_types)

    def shift_alert(self, from_: str, to: str) -> ShiftAlert | None:
        """Who must hear of a shift; None where nobody must."""
        return next((a for a in self.shift_alerts if from_ in a.from_types and to in a.to_types), None)

    def wants_quiet(self, type_id: str) -> bool:
        """Whether nobody is to get in touch with such a customer: a shift to this type says `reach: none`."""
        return any(each.reach == "none" and type_id in each.to_types for each in self.shift_alerts)

    def lines(self, language: str, key: str, values: Mapping[str, object] = {}) -> tuple[str, ...]:
        """The lines `key.1`, `key.2` … of wording, as far as there are any."""
        found: list[str] = []
        while f"{key}.{len(found) + 1}" in self.wording[self.company.language]:
            found.append(self.say(language, f"{key}.{len(found) + 1}", values))
        return tuple(found)

    def say(self, language: str, key: str, values: Mapping[str, object] = {}) -> str:
        """A line of wording. Other languages read the company's."""
        lines = self.wording.get(language) or self.wording[self.company.language]
        return lines[key].format_map(values)
