"""What a text tells of others, asks, or was once about to do, and does not say for itself: no threat that stands there
is the customer's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from streams.texts.finding import clause
from streams.texts.spans import Span

OWN: Final = frozenset({"manager", "boycott"})
"""Threats that are about others anyway ("everyone should stay away"), or put as a question ("who is your manager?")."""
_SENTENCE: Final = re.compile(r"[.!?;\n。！？；…]+")
_FIRST: Final = re.compile(r"(?<![a-z])(?:i|we|me|us|my|our|mine|im|ill|ive)(?![a-z])|[我咱俺]|本人")
"""The customer speaks of themselves."""
_OPENING: Final = re.compile(
    r"[^\w@]*(?:@\w+[^\w]+)?"
    r"(?:(?:and|but|so|well|hi|hello|hey|because|cos|apparently|also|btw|then|just|that|i|i've|have|heard|hear|read|saw|see"
    r"|seen|noticed|about|what|when|if|is|it|true|did|do|does|has|was|were)[^\w]+)*"
    r"(?:但是?|不过|可是?|而且|因为|然后|请问|你好|其实|所以|另外|那个|是不是|我有[个一]*|有[个一]+|一?个|我们?的?|咱们?的?"
    r"|听|看到|看见|据|之前|以前|昨天|前几天)*\s*"
)
"""What may stand before the subject of a clause."""
_TURNS: Final = re.compile(
    r"(?<![a-z])(?:but|until|till|then|luckily|thankfully|instead|however|though|decided|glad"
    r"|fix(?:ed|ing)|sort(?:ed|ing)|resolved|refunded)(?![a-z])|谢谢|感谢|处理得|处理好|解决了"
    r"|但|不过|可是|后来|结果|幸好|幸亏|还好|好在|多亏|算了|最后|想想|没想到|看在"
)
"""Something else came of what they meant to do."""
_NEARLY: Final = re.compile("nearly|almost|差|险些|几乎")
"""They say by themselves that it did not come to that."""
_ASKS: Final = re.compile(r"[?？]|(?:吗|么)[。！~…\n]*$")


def asides(low: str, spans: Callable[[str], list[Span]]) -> Iterator[Span]:
    """Where others do or say something, as far as the customer does not speak of themselves again; where kin do and the
    customer is against it; what the customer meant to do, where the text goes on to say that it came otherwise; and
    questions about nobody whom the customer names as themselves, if no taunt. `spans` are those of a list of
    `elsewhere` (texts.yaml)."""
    for start, end in (*spans("strangers"), *(spans("kin") if spans("dissent") else ())):
        if _OPENING.fullmatch(low, clause(low, start, end)[0], start):
            yield start, _own_again(low, end)
    for start, end in spans("meant"):
        ends, turn = clause(low, start, end)[1], _TURNS.search(low, end)
        if turn is not None or _NEARLY.match(low, start):
            yield start, min(ends, turn.start()) if turn is not None else ends
    taunts = spans("taunts")
    for start, end in _questions(low):
        if not _FIRST.search(low, start, end) and not any(start <= s < end for s, _ in taunts):
            yield start, end


def _own_again(low: str, start: int) -> int:
    """The end of the sentence, or where the customer speaks of themselves."""
    sentence = _SENTENCE.search(low, start)
    end = sentence.start() if sentence else len(low)
    own = _FIRST.search(low, start, end)
    return own.start() if own else end


def _questions(low: str) -> Iterator[Span]:
    start = 0
    while start < len(low):
        mark = _SENTENCE.search(low, start)
        end = mark.end() if mark else len(low)
        if _ASKS.search(low, start, end):
            yield start, end
        start = end
