"""Whether two answers say the same, however they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Final
from unicodedata import normalize

_ZH_DIGITS: Final = {each: value for value, each in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_ZH_UNITS: Final = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_EN_UNITS: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_EN_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN: Final = {word: value for value, word in enumerate(_EN_UNITS, 1)} | {
    word: 10 * value for value, word in enumerate(_EN_TENS, 2)
}
_ZH: Final = f"[{''.join(_ZH_DIGITS)}{''.join(_ZH_UNITS)}]+"
_CLOCK: Final = re.compile(r"(?<![\d.])(\d{1,2})(?:[:.](\d\d))?\s?([ap])\.?m\b\.?")
_FULL_HOUR: Final = re.compile(r"(?<!\d)(\d{1,2}):00(?!\d)")
_SHARE: Final = re.compile(rf"百分之\s?(\d+(?:\.\d+)?|{_ZH})")
_NUMBER: Final = re.compile(
    r"(?P<phone>(?:\+\d|0)[\d -]{6,}\d)"
    r"|(?P<digits>\d{1,3}(?:[, ]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)(?:\s?(?P<times>[万千k])(?![a-z]))?"
    rf"|(?P<zh>{_ZH})"
    rf"|\b(?:(?P<tens>{'|'.join(_EN_TENS)})(?:[-\s](?P<and>{'|'.join(_EN_UNITS[:9])}))?"
    rf"|(?P<unit>{'|'.join(_EN_UNITS)}))\b"
)
_TIMES: Final = {"万": 10_000, "千": 1_000, "k": 1_000}
_RANGE: Final = frozenset({"to", "至", "到"})
"""Between two numbers: from the one to the other, as a dash is."""


def spelt_alike(said: str, money: Iterable[str] = ()) -> str:
    """What is left of an answer where spelling is taken away: letters in small, without spaces and points, and numbers
    as numbers, be they in figures or in words, with or without thousands marks, idle decimals and a sign or word of
    `money` beside them. Hours are those of 24."""
    text = normalize("NFKC", said).lower()
    text = _SHARE.sub(r"\1%", _FULL_HOUR.sub(r"\1", _CLOCK.sub(_of_24, text))).replace("%", " percent ")
    beside, found, last = _beside(tuple(money)), "", 0
    numbers = list(_NUMBER.finditer(text))
    for number in numbers:
        between = _letters(beside(text[last : number.start()]))
        found += f"{'' if between in _RANGE and last else between}#{_value(number)}#"
        last = number.end()
    return (found + _letters(beside(text[last:]) if numbers else text[last:])) or said


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


@lru_cache(maxsize=4)
def _beside(money: tuple[str, ...]) -> Callable[[str], str]:
    """Takes words of money from both ends of what stands between numbers."""
    if not money:
        return str
    words = "|".join(re.escape(word) for word in sorted(money, key=len, reverse=True))
    ends = re.compile(rf"^\s*(?:{words})(?![a-z])|(?<![a-z])(?:{words})\s*$")
    return lambda text: ends.sub("", text)


def _of_24(clock: re.Match[str]) -> str:
    hour = int(clock[1]) % 12 + (12 if clock[3] == "p" else 0)
    return f"{hour}:{clock[2]}" if clock[2] else str(hour)


def _value(number: re.Match[str]) -> str:
    if number["phone"]:
        return _letters(number["phone"])
    if number["zh"]:
        return str(_chinese(number["zh"]))
    if not number["digits"]:
        return str(sum(_EN[number[part]] for part in ("tens", "and", "unit") if number[part]))
    digits = number["digits"].replace(",", "").replace(" ", "")
    if number["times"]:
        digits = f"{Decimal(digits) * _TIMES[number['times']]:f}"
    whole, _, part = digits.partition(".")
    part = part.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{part}" if part else "")


def _chinese(word: str) -> int:
    """Figures one by one (二〇二六), or with their units; what follows a unit at once is a tenth of it (一百二)."""
    if not any(each in _ZH_UNITS for each in word):
        return int("".join(str(_ZH_DIGITS[each]) for each in word))
    total = section = figure = 0
    unit = 1
    for each in word:
        if each in _ZH_DIGITS:
            figure, unit = _ZH_DIGITS[each], unit if _ZH_DIGITS[each] else 1
            continue
        unit = _ZH_UNITS[each]
        if unit == _ZH_UNITS["万"]:
            total, section = (total + section + figure or 1) * unit, 0
        else:
            section += (figure or 1) * unit
        figure = 0
    return total + section + figure * (unit // 10 if unit > 10 else 1)
