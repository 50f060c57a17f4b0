"""What texts are read by, as the program sees it: tuples alone, so that what is compiled of them can be remembered."""

from __future__ import annotations

from typing import Final

import msgspec

INTENTS: Final = ("question", "worry", "praise", "complaint", "suggestion", "cancellation")
"""What somebody may want; a threat is seventh and has lists of its own."""
WISHES: Final = ("leave_alone", "swap", "change")
"""What customers want that a detector asks for by name: no more contact, and something else for what they have;
`change` where it is plain that they have it."""
REPLIES: Final = (
    "closing", "aside", "glad", "done", "more", "matter", "requests", "mocking", "hollow", "relapse", "mended",
    "polite",
)  # fmt: skip
"""How a line answers ours: that nothing is left to say, what may stand beside that; gladness, that it is done, and what
says that there is more to come; what a question would be about, and what is asked for; what turns praise round, or does
where the mood is bad, what lets it stand beside the name of a failure, and what is but polite."""
ELSEWHERE: Final = ("others", "over", "victim", "strangers", "kin", "dissent", "meant", "taunts")
"""What takes a threat away from us: another opponent, that it is over, that they are the victim of somebody else, that
it is told of others, of kin only where the customer is against it, or that they meant to and did not. A taunt is no
question."""
CRIES: Final = (
    "plight", "pressing", "fearful", "tearful", "before", "exclaims", "happy", "asks", "wonders", "untried", "tale",
    "ours", "first",
)  # fmt: skip
"""What makes a worry or a question of a line, and what makes neither of it."""
SPELT: Final = frozenset({"closing", "aside", "glad", "done", "more"})
"""Of these, lists that whole lines are read by; they are not looked for inside texts."""
POLITE: Final = "polite"
"""Words of praise that are no more than thanks: they say of what was found what it is worth, and find nothing."""
KINDS: Final = ("product", "service", "customer")
"""Where the cause of a complaint lies (S1-23)."""
INNOCENT: Final = ("everyday", "threat", "wish", "intent", "topic")
"""What harmless words silence: one family of lists, or threats, wishes and topics alike."""
TOPICS: Final = ("health", "creed", "opinion", "schooling", "private")
FEELINGS: Final = ("negative", "neutral", "positive")
PRECISION: Final = ("absence", "deeds", "harmless", "units", "done", "given", "pending", "owed", "things")
UNCLEAR: Final = "unclear"
"""The cause of a complaint that does not say why."""


class Negation(msgspec.Struct, frozen=True):
    """What turns a word round: in Chinese within `window` characters before it, in English within
    `window` words. `exceptions` contain a negation and deny nothing; one of `breaks` ends the reach. `outer` say of a
    whole clause that it is not so ("don't think that", 别以为): with a negation in the clause they affirm it, and where
    they have one of their own they deny it without. `adjoining` deny only what stands right behind them."""

    language: str
    words: tuple[str, ...]
    window: int
    exceptions: tuple[str, ...]
    breaks: tuple[str, ...]
    outer: tuple[str, ...] = ()
    adjoining: tuple[str, ...] = ()


class Mark(msgspec.Struct, frozen=True):
    """A list of words in both languages. `family` is intent, wish, threat, doubtful, announced, pressure, elsewhere,
    cry, errand, goods, cause, sentiment, tone, topic, drugs, confided, precision, reply or innocent; `kind` the kind of
    a cause or the severity of a threat; `denial` what takes it back: `near` (the negation of the cues), `far` (the
    denial of texts.yaml) or nothing."""

    family: str
    name: str
    words: tuple[tuple[str, tuple[str, ...]], ...]
    kind: str = ""
    denial: str = ""

    def of(self, language: str) -> tuple[str, ...]:
        return dict(self.words).get(language, ())


class Texts(msgspec.Struct, frozen=True, cache_hash=True):
    """`texts.yaml`, and the negations of the cues."""

    marks: tuple[Mark, ...]
    near: tuple[Negation, ...]
    far: tuple[Negation, ...]

    def names(self, family: str) -> tuple[str, ...]:
        return tuple(mark.name for mark in self.marks if mark.family == family)

    def mark(self, family: str, name: str) -> Mark | None:
        return next((mark for mark in self.marks if mark.family == family and mark.name == name), None)


class Votes(msgspec.Struct, frozen=True):
    """A linear model: what each piece of a text says for and against each class, in hundredths of a nat."""

    classes: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]


class Meanings(msgspec.Struct, frozen=True, cache_hash=True):
    """`meanings.yaml`: the models of sentiment and of causes."""

    sentiment: Votes
    cause: Votes
