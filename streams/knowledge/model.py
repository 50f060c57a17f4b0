"""What a domain expert edits, as the program sees it: frozen, validated, without I/O.

Weights are log-likelihood ratios in nats, never beyond `Shifts.clip` either way.
`Text` maps a language (`LANGUAGES`) to words; `streams.knowledge.load` guarantees
that every language is there, that every name used is defined and that tuples made
of YAML mappings are sorted by name, so that the order of lines in a file never
shows in a result.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, TypeAlias

import msgspec

from schemas.catalogue import Catalogue
from schemas.records import Severity
from streams.knowledge.alerts import AlertRules, HoldOuts
from streams.knowledge.company import Channel, Company, Money, Offer, Place, Team
from streams.knowledge.conditions import Condition
from streams.knowledge.contacts import ContactRules
from streams.knowledge.marks import Meanings, Negation
from streams.knowledge.marks import Texts as TextMarks

Language: TypeAlias = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
Text: TypeAlias = dict[str, str]
Texts: TypeAlias = dict[str, tuple[str, ...]]
Weights: TypeAlias = dict[str, float]
Parameter: TypeAlias = float | str | tuple[str, ...] | dict[str, float] | dict[str, dict[str, float]]
HalfLife: TypeAlias = Literal["text", "behaviour", "betrayal"]
HALF_LIVES: tuple[HalfLife, ...] = ("text", "behaviour", "betrayal")
State: TypeAlias = Literal["transactional", "transitional", "communal", "damaged"]
STATES: tuple[State, ...] = ("transactional", "transitional", "communal", "damaged")
MIGRATIONS: tuple[str, ...] = ("exploration", "endowment", "recovery", "neglect", "betrayal")
STRATEGIES: tuple[str, ...] = ("solidify", "steer", "reroute")
REACHES: tuple[str, ...] = ("any", "phone", "phone_on_time", "where_asked", "with_us", "none")
"""How a card has the customer reached (`signals.yaml` says what each means)."""
TONES: tuple[str, ...] = ("promotional", "warm", "formal", "informative", "exclusive", "playful", "apologetic")

INDUSTRIES: tuple[str, ...] = (
    "airlines", "automotive", "banking", "consumer_technology", "education", "energy", "fashion", "food", "furniture",
    "gaming", "grocery", "insurance", "pharmacy", "retail", "salon", "social_media", "sports", "telecom",
)  # fmt: skip

TYPE_IDS: tuple[str, ...] = (
    "marriage_partner", "best_friend", "old_friend", "childhood_friend", "buddy", "sibling", "parent_child",
    "teammate", "business_partner", "guru_disciple", "star_groupie", "secret_affair", "fling", "one_night_stand",
    "courtship", "basic_exchange", "next_door_neighbor", "casual_acquaintance", "fleeting_acquaintance",
    "complete_stranger", "arranged_marriage", "master_slave", "dealer_addict", "villain_victim", "stalker_prey",
    "enemy", "ex_friend", "frenemy", "captive",
)  # fmt: skip
"""The stable ids, in the order of the domain document §1.1. Names and scores are knowledge; these are not."""


NEVER: tuple[str, ...] = ("promotion", "contact")
"""What the rule of a type may forbid: any promotion, an offer they have asked for too; any contact not asked for."""


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


class Cue(msgspec.Struct, frozen=True):
    """Words that speak for or against a relationship.

    English words are whole words or phrases, whatever their case; Chinese ones are found
    anywhere. Of two found words that overlap only the longer counts (垃圾短信 is not 垃圾). A negated
    cue counts with `negated_weights` (nothing by default) and does not stand for its `group`; where
    not `negatable`, negation is ignored. A cue counts once a session.
    """

    name: str
    group: str
    language: Language
    words: tuple[str, ...]
    weights: Weights
    half_life: HalfLife
    negatable: bool = True
    negated_weights: Weights = {}
    transformational: bool = False
    deed: str = ""
    """Words that are a deed: who asks us to close the account has done what the button does, and it counts as that."""
    doubtful: bool = False
    """Words that often mean nothing of the kind: they count only where the text neither merely asks nor is glad."""
    of_others: bool = False
    """Words that by their nature tell of kin and friends: they count whoever the clause is about."""
    asking: bool = False
    """Words of which questions, wishes and conditions are made: a clause that only asks or supposes says them, too."""
    glad: bool = False
    """Words of gladness: in a text that complains or mocks they are irony, and say nothing."""
    of_what: bool = False
    """Words of love and loyalty to whatever stands behind them: of kin they say nothing of us, nor where the text
    merely asks and the clause does not name us (a brand that they have always used, have we got it?)."""


class Speech(msgspec.Struct, frozen=True):
    """Words of one language that say whether a clause is what its speaker holds to be so.

    `supposes` begin a condition, up to the next of `concludes`; `asks` stand in a question (English ones begin it) and
    `asks_last` end one, where the mark is missing. Neither is meant where one of `presupposes` stands: it takes the
    rest for a fact ("how could you", "if that's how", 难道). `says` are verbs of saying, `hearsay` who is nobody in
    particular and says it; `distances` are the speaker's own dissent.
    """

    supposes: tuple[str, ...]
    concludes: tuple[str, ...]
    asks: tuple[str, ...]
    asks_last: tuple[str, ...]
    presupposes: tuple[str, ...]
    says: tuple[str, ...]
    hearsay: tuple[str, ...]
    distances: tuple[str, ...]


class Others(msgspec.Struct, frozen=True):
    """Words of one language that say of whom a clause tells.

    `elsewhere` are other companies, times, stories: nothing in their clause is said of us. `kin` are people and things
    of their own: what stands behind them is said of them, unless one of `selves` stands between or one of `us` in the
    clause. `us` are words by which a text addresses us or names what is ours. `in_return` are words by which a text
    says what it wants for its praise.
    """

    language: Language
    elsewhere: tuple[str, ...]
    kin: tuple[str, ...]
    selves: tuple[str, ...]
    us: tuple[str, ...]
    in_return: tuple[str, ...]
    speech: Speech


class Combination(msgspec.Struct, frozen=True):
    """Groups that mean something else together: counts once when each of `all_of` and, unless it is empty,
    one of `any_of` was found, not negated, in one text. Cues of the groups in `replaces` then do not count
    by themselves."""

    name: str
    all_of: tuple[str, ...]
    any_of: tuple[str, ...]
    weights: Weights
    half_life: HalfLife
    replaces: tuple[str, ...] = ()
    transformational: bool = False

    def holds(self, groups: Collection[str]) -> bool:
        """Whether the groups found in a text are enough."""
        together = all(group in groups for group in self.all_of)
        return together and (not self.any_of or any(group in groups for group in self.any_of))


class Deed(msgspec.Struct, frozen=True):
    """What a customer's touchpoint of one of `types` says when every condition of `when` holds.
    Counts once an order, else once a session, else each time: an order of twenty lines is one purchase."""

    name: str
    types: tuple[str, ...]
    when: tuple[Condition, ...]
    weights: Weights
    half_life: HalfLife
    transformational: bool = False
    slot: int = 0
    """Where it is counted in a customer's state; deeds that mean the same share one."""
    whereabouts: bool = False
    """Whether it tells where somebody speaks, and of what they mean little (`streams.relationships.reading`)."""
    fitted: bool = True
    """Whether a fit may estimate what it says; else `weights` hold whatever the histories show."""


class CompanyDeed(msgspec.Struct, frozen=True):
    """What a company-wide touchpoint says about every customer whose declared type is one of `close`."""

    name: str
    types: tuple[str, ...]
    when: tuple[Condition, ...]
    close: frozenset[str]
    weights: Weights
    half_life: HalfLife
    transformational: bool = False
    slot: int = 0


class Violation(msgspec.Struct, frozen=True):
    """A rule of one relationship, broken by a touchpoint of ours of one of `types` when every condition holds.
    `id` is `type.name`; `base` is how much it hurts a stranger, 0..1; `falls_to` where such a customer usually ends;
    `waits` names the signal whose matter must be waiting for us meanwhile."""

    id: str
    types: tuple[str, ...]
    when: tuple[Condition, ...]
    base: float
    falls_to: str
    waits: str = ""


class Hurt(msgspec.Struct, frozen=True):
    """What a broken rule does: `weights` of one hurt of severity 1, counted in `slot`; how long it is felt, which
    types bear more (a factor below 1), and from which severity on somebody is told, or told as an error.

    Fast down, slow up (S3-16): what somebody close says in hurt or anger counts `weighs` times, and takes
    `takes_back` (0..1) of the warm words before away; what ends a relationship by itself counts
    `ends_weighs` times and takes `ends` of them."""

    slot: int
    weights: Weights
    half_life_days: float
    bears: dict[str, float]
    signal_from: float
    error_from: float
    weighs: float
    takes_back: float
    ends: float
    ends_weighs: float


class Shifts(msgspec.Struct, frozen=True):
    """Hysteresis and decay of D1 and D2. Days are days, factors have no unit, the rest are probabilities.
    A customer begins as `start`, before anything is declared.

    A type is declared at probability `declare` with `margin` over the next and `events` independent
    touchpoints for it (one transformational touchpoint is enough); it is left below `leave`,
    and for the one that was left within `again_days` before only below `leave_again`.
    """

    start: str
    declare: float
    margin: float
    leave: float
    again_days: float
    leave_again: float
    events: int
    half_lives_days: dict[str, float]
    clip: float
    adjustment_days: float
    adjustment_factor: float
    social_factor: float
    identity: dict[str, float]
    """How far an identifier can be trusted to be this person, 0..1, by kind; × `Channel.reliability` = q of D1."""
    corroborated: dict[str, tuple[str, ...]]
    """By type what a customer must have done besides, one of these at least: deeds, or what is counted of every
    touchpoint (`habits.INTRINSIC`)."""
    often: dict[str, dict[str, float]]
    """By type what a customer of whom no words sound like it must have done so many times lately (months)."""
    asking: tuple[str, ...]
    """Types for which a mere question that has no cue may be an occasion."""


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
