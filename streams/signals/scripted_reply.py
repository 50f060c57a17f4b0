"""The same words again and again (S0-29)."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import ClassVar

import msgspec

from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless
from streams.signals.matter import by_staff

REPLIES = 4
"""Earlier replies that a new one is compared with."""
GRAMS = 40
"""Of each the smallest hashes are kept: a bottom-k sketch (Broder 1997), exact for texts up to so many grams."""
LEAST = 4
"""A text of fewer grams is too short to be anybody's script."""
_WORD = re.compile(r"[a-z0-9']+|[\u4e00-\u9fff]")


class Replies(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Sketches of what our people have written to this customer."""

    last: tuple[tuple[int, ...], ...] = ()


class ScriptedReply(Timeless[Replies]):
    """Fires when more than `overlap` of a reply's 3-grams (words; characters in Chinese) stand in each of `replies`
    earlier ones to the same customer. Promotions and automatic mails are nobody's reply."""

    name: ClassVar[str] = "scripted_reply"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"chat.message", "agent.answered", "message.sent"})
    state = Replies

    def start(self) -> Replies:
        return Replies()

    def observe(self, state: Replies, moment: Moment) -> Replies:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.initiator != "company" or not touchpoint.text or not by_staff(moment):
            return state
        grams = sketch(touchpoint.text)
        if len(grams) < LEAST:
            return state
        rule = moment.knowledge.signals[self.name]
        shares = [_overlap(grams, earlier) for earlier in state.last]
        alike = [share for share in shares if share > rule.number("overlap")]
        if len(alike) >= rule.number("replies"):
            values = {"replies": len(alike), "share": round(max(alike), 2)}
            moment.signal(self.name, "script", values, [because(moment, touchpoint.type)])
        return Replies((*state.last, grams)[-REPLIES:])

    def merge(self, state: Replies, older: Replies) -> Replies:
        return Replies((*older.last, *state.last)[-REPLIES:])


def sketch(text: str) -> tuple[int, ...]:
    """The `GRAMS` smallest 24-bit hashes of its 3-grams."""
    words = _WORD.findall(text.lower())
    grams = {" ".join(words[n : n + 3]) for n in range(len(words) - 2)}
    hashes = {int.from_bytes(blake2b(gram.encode(), digest_size=3).digest(), "big") for gram in grams}
    return tuple(sorted(hashes)[:GRAMS])


def _overlap(new: tuple[int, ...], earlier: tuple[int, ...]) -> float:
    """Which share of the new text's grams the earlier one has, as far as both sketches reach."""
    reach = min((max(each) for each in (new, earlier) if len(each) == GRAMS), default=1 << 24)
    mine = {gram for gram in new if gram <= reach}
    return len(mine.intersection(earlier)) / len(mine) if mine else 0.0
