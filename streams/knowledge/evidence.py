"""What speaks for or against a relationship, and how a decision is made of it, as the program sees it.

Weights are log-likelihood ratios in nats, never beyond `Shifts.clip` either way.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from streams.knowledge.conditions import Condition
from streams.knowledge.terms import HalfLife, Language, Weights


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
