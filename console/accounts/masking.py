"""Contact data in words, out of sight until somebody gives a reason to see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from schemas.records import IDENTIFIERS

SAID: Final = ("language", "preferred_channel", "member_since")
"""What customers told of themselves that anybody who serves them may say aloud."""
NAMING: Final = ("customer_id", "loyalty_card")
"""Identifiers by which we call a customer; the others are theirs: addresses, numbers, devices, a face."""
MASK: Final = "•••"
_MAIL: Final = re.compile(r"(?<![\w.+-])([\w.+-])[\w.+-]*[@＠][\w-]+(?:[.．][\w-]+)+")
"""Begins where a word does: else a long text without any would be gone through from each of its letters."""
_DIGIT: Final = "[0-9０-９]"
_BETWEEN: Final = r"[ ()/._\-\u00a0\u2010-\u2015\u2212\u3000（）．－]{0,2}"
_NUMBER: Final = re.compile(
    rf"(?<![A-Za-z_])(?<!{_DIGIT})(?<!loyalty_card:)[+＋]?{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{6,18}}(?![A-Za-z_]|{_DIGIT})"
)
"""Also in the wide digits of Chinese keyboards; not within an id, and no card by which we call somebody."""
_MONTH, _DAY, _YEAR = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])", "(?:19|20)[0-9]{2}"
_DATE: Final = re.compile(
    rf"(?:{_YEAR}([-/.]){_MONTH}\1{_DAY}|{_DAY}([-/.]){_MONTH}\2{_YEAR}|{_MONTH}([-/.]){_DAY}\3{_YEAR})"
    r"(?![0-9]|[-/.][0-9])"
)
_HOUR: Final = re.compile(r"[ ]{1,2}(?:[01]?[0-9]|2[0-3])")


def masked(words: str) -> str:
    """Without e-mail addresses (the first letter stays) and without long numbers (the last two digits stay).

    A day, with an hour behind it, is no number.
    """
    return _NUMBER.sub(_hide, _MAIL.sub(rf"\1{MASK}@{MASK}", words))


def _hide(found: re.Match[str]) -> str:
    number = found[0]
    day = _DATE.match(number)
    if day is None:
        return f"{MASK}{number[-2:]}"
    hour = _HOUR.fullmatch(number, day.end())
    if hour is not None and found.string[found.end() : found.end() + 1] in (":", "："):
        return number
    return number[: day.end()] + masked(number[day.end() :])


def hidden(content: Mapping[str, Any]) -> dict[str, Any]:
    """A touchpoint in JSON, however sound, without what is the customer's own: a face, devices, what they told of
    themselves."""
    found = dict(content)
    for name in (set(IDENTIFIERS) - set(NAMING)) & found.keys():
        found[name] = MASK
    for name in ("identifiers", "properties"):
        if isinstance(found.get(name), dict):
            found[name] = hidden(found[name])
    if isinstance(fields := found.get("fields"), dict):
        found["fields"] = {slot: value if slot in SAID else MASK for slot, value in fields.items()}
    return found
