"""Their last word on being contacted, by channel and purpose (signals.md, Rulings: Consent)."""

from __future__ import annotations

from collections.abc import Iterable

from streams.contacts.ledger import ALL, NO, UNSUBSCRIBED, YES, Word
from streams.knowledge.contacts import PURPOSES

UNSUBSCRIBES = ("promo", "care", "survey")
"""What an unsubscription takes back on its channel."""
ASKS_FIRST = frozenset({"promo", "survey"})
"""Purposes that need a yes. The others need none, and a no that covers them stops them."""


def told(
    words: dict[str, Word], scope: str, purposes: Iterable[object], at: int, says: int
) -> dict[str, Word]:  # fmt: skip
    """`words` with one more; purposes that nobody knows are left aside. The later word counts, whenever it comes in."""
    named = [purpose for purpose in PURPOSES if purpose in set(purposes)]
    found = dict(words)
    for purpose in named or [ALL]:
        key = f"{scope}/{purpose}"
        known = found.get(key, Word(0, NO, False))
        ever = known.ever or says == YES
        found[key] = Word(at, says, ever) if at >= known.at else Word(known.at, known.says, ever)
    return dict(sorted(found.items()))


def objection(words: dict[str, Word], channel: str, purpose: str, yes_by_default: frozenset[str]) -> str | None:
    """The reason of §Consent against a contact; None where it is welcome."""
    found = _word(words, channel, purpose)
    if found is not None and found.says == YES:
        return None
    if found is not None and _withdrawn(words, channel, purpose, found):
        return "opted_out"
    if purpose in ASKS_FIRST and _given_for_another(words, channel, purpose, found):
        return "purpose_mismatch"
    if found is not None:
        return "no_consent"
    return None if purpose not in ASKS_FIRST or channel in yes_by_default else "no_consent"


def _word(words: dict[str, Word], channel: str, purpose: str) -> Word | None:
    """The last of those that cover the purpose."""
    named, general = words.get(f"{channel}/{purpose}"), words.get(f"{channel}/{ALL}")
    if named is None or general is None:
        return named or general
    return named if named.at >= general.at else general


def _withdrawn(words: dict[str, Word], channel: str, purpose: str, word: Word) -> bool:
    covering = (words.get(f"{channel}/{purpose}"), words.get(f"{channel}/{ALL}"))
    return word.says == UNSUBSCRIBED or any(each is not None and each.ever for each in covering)


def _given_for_another(words: dict[str, Word], channel: str, purpose: str, refusal: Word | None) -> bool:
    """Whether the channel was given for other purposes by name, after it had been refused as a whole if it was."""
    if f"{channel}/{purpose}" in words:
        return False
    named = (words.get(f"{channel}/{other}") for other in PURPOSES)
    yes = [word for word in named if word is not None and word.says == YES]
    return any(refusal is None or word.at >= refusal.at for word in yes)
