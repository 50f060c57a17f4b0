"""What we must not write: a customer's exact counts and dates (S4-06), and sensitive topics (S4-05); how to say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from streams.knowledge.marks import Texts
from streams.texts.counting import DATE, NUMBER_WORDS, conditional, meant_for, pending, told
from streams.texts.listening import LETTERS, REMEMBERED, Heard, Listener
from streams.texts.spans import apart

NEAR: Final = 32
"""Letters between a number and what the customer did within which one is about the other."""
FLAWS: Final = 8
"""Flaws of one text that are mended; a text with more is said anew as a whole."""
BEHIND: Final = 14
"""Letters behind a number within which a harmless word makes it one about the goods."""
_SENTENCE: Final = re.compile(r"[。！？!?；;\n]|\.(?=\s|$)")
_CLAUSE: Final = re.compile(r"[，,。！？!?；;\n]|\.(?=\s|$)|\s[-–—]\s")
_GREETING: Final = re.compile(
    r"\s*(?:(?:dear|hi|hello|hey|good (?:morning|afternoon|evening))\b[^,，.!?。！？]{0,32}[,，]"
    r"|(?:亲爱的|尊敬的|您好|你好|嗨)[^,，。！？!?]{0,12}[,，]|[\u4e00-\u9fff]{1,4}(?:先生|女士|小姐|老师|阿姨|叔叔|大哥|大姐|您好|你好)[,，])",
    re.IGNORECASE,
)
"""How a text begins whatever it says; it names nothing."""
_DIGITS: Final = rf"\d[\d,.]*|[一二两三四五六七八九十百千半]+|\b{NUMBER_WORDS}\b"
_SUM: Final = r"[£$€¥￥]\s?\d[\d,.]*"
_DATE: Final = re.compile(DATE)
_LAST: Final = re.compile(r"上一?[次回]|\blast (?:time|visit|order|purchase)\b")
"""What looks back: an exact date beside it is one of theirs, whatever it says that they did."""
_FEASTS: Final = (
    r"(?:(?:happy|blessed|joyous|a blessed)\s(?:eid|ramadan|ramzan|diwali|deepavali|hanukkah|chanukah|"
    r"passover|pesach|rosh hashanah|yom kippur|purim|vesak"
    r"|vaisakhi|gurpurab|navratri|holi|janmashtami|ashura|mawlid|nowruz|lent|ash wednesday|good friday"
    r"|shabbat|sukkot)"
    r"|(?:ramadan|ramzan|eid)\s(?:mubarak|kareem|al-fitr mubarak|al-adha mubarak)|shubh (?:diwali|deep"
    r"avali|navratri)|shana tova(?:h)?|chag (?:sameach|pesach)"
    r"|(?:shabbat shalom|gut yontif|salaam? alaikum|as-?salamu? alaikum|jai shri ram|waheguru))"
)
_ALL: Final = (
    r"(?:everyone|everybody|all|one|friends|customers?|guests?|members?|folks|team|neighbours?|neighbors?|"
    r"passengers?|from|and|to|offers?|sale|deals?|our|we|the|there|sir or madam|valued|london|uk|india)"
)
_TITLE: Final = r"(?:mr|mrs|ms|miss|dr|prof|sir|madam|auntie|uncle|brother|sister|bhai|ji|imam|rabbi|father)"
_ZH_FEASTS: Final = (
    "(?:斋月|斋戒月|开斋节|古尔邦节|宰牲节|圣纪节|尔德节|光明节|逾越节|赎罪日|犹太新年|佛诞日?|浴佛节"
    "|盂兰盆节|排灯节|屠妖节|卫塞节|复活节弥撒|观音诞|圣灵降临节)"
)
_FEAST: Final = re.compile(
    rf"{_FEASTS},?\s{_TITLE}\b|\b{_TITLE}\.?\s[a-z'-]+[\s,!–-]+{_FEASTS}|\b(?:dear|hi|hello|hey)\s(?!"
    rf"{_ALL}\b)[a-z'-]+\s?[,!–-]+\s?{_FEASTS}"
    rf"|{_FEASTS},?\s(?!{_ALL}\b)[a-z'-]+\s?(?:[,!.–-]|$)"
    rf"|{_ZH_FEASTS}[^。！？!?\n]{{0,8}}[\u4e00-\u9fff](?:先生|女士|小姐|老师|阿姨|叔叔|大哥|大姐|总|阿"
    rf"訇|师兄)|[\u4e00-\u9fff](?:先生|女士|小姐|老师|阿姨|叔叔|大哥|大姐|总|阿訇|师兄)[^。！？!?\n]{{0"
    rf",6}}{_ZH_FEASTS}"
    rf"|(?:祝您|祝你|恭祝您){_ZH_FEASTS}"
)
"""A feast of one creed, wished to somebody by name; to all it is a season's greeting."""
_FESTIVE: Final = (
    "ramadan", "ramzan", "eid", "diwali", "deepavali", "nukkah", "nukah", "passover", "pesach", "rosh", "kippur",
    "purim", "vesak", "vaisakhi", "gurpurab", "navratri", "holi", "janmash", "ashura", "mawlid", "nowruz", "lent",
    "wednesday", "friday", "shabbat", "sukkot", "shana",
    "chag", "gut yontif", "alaikum", "jai shri", "waheguru", "节", "斋月", "斋戒月", "新年", "佛诞", "观音诞",
)  # fmt: skip
"""Without one of these there is none of them: a look that is cheap."""
_WORD: Final = re.compile("[a-z]{4,}")


class Flaw(NamedTuple):
    """What is wrong, the words that show it, and which part of the text would have to go."""

    kind: str
    words: str
    start: int
    end: int


def recital(heard: Heard, texts: Texts) -> Flaw | None:
    """A place that recites what the customer did: `absence`, `count` or `date`; None where there is none. By the
    lists of what they do first, then by the structure of what is told, whatever it be."""
    flaw = _listed(heard, texts)
    if flaw is not None:
        return flaw
    found = told(heard.low, texts)
    return None if found is None else Flaw(found.kind, heard.text[found.start : found.end], found.start, found.end)


def _listed(heard: Heard, texts: Texts) -> Flaw | None:
    low = heard.low
    deeds = [("absence", *span) for span in heard.spans("precision", "absence")]
    deeds += [("deeds", *span) for span in heard.spans("precision", "deeds")]
    dates = [found.span() for found in _DATE.finditer(low)]
    looks_back = [("last", *found.span()) for found in _LAST.finditer(low)] if dates else []
    if not deeds and not looks_back:
        return None
    counts = [found.span() for found in _counts(texts).finditer(low)]
    numbers = [("date", *span) for span in dates if not meant_for(low, span[0])]
    numbers += [("count", *span) for span in counts if apart(span, dates)]
    for how, start, end in sorted(numbers, key=lambda each: each[1:]):
        for deed, first, last in sorted([*deeds, *looks_back] if how == "date" else deeds, key=lambda each: each[1:]):
            left, right = min(start, first), max(end, last)
            between = max(start - last, first - end)
            if between > NEAR or _SENTENCE.search(low, left, right):
                continue
            if deed != "deeds" or not (pending(low[last:start], texts) or conditional(low, first)):
                return Flaw("absence" if deed == "absence" else how, heard.text[left:right], left, right)
    return None


@lru_cache(REMEMBERED)
def topics(heard: Heard, texts: Texts) -> Mapping[str, tuple[int, int]]:
    """Where each sensitive topic is first named: by the lists, a medicine, or a feast that is wished to one person."""
    found = {name: heard.spans("topic", name)[0] for name in heard.said("topic")}
    for name, span in (("health", _drug(heard.low, texts)), ("creed", _feast(heard.low))):
        if span is not None and span < found.get(name, (LETTERS, 0)):
            found[name] = span
    return found


def topic(heard: Heard, texts: Texts) -> Flaw | None:
    """The first sensitive topic that is named; None where there is none."""
    found = [Flaw(name, heard.text[start:end], start, end) for name, (start, end) in topics(heard, texts).items()]
    return min(found, key=lambda flaw: flaw.start, default=None)


def confided(heard: Heard, texts: Texts) -> bool:
    """Whether somebody's own words tell what is not to be brought up again; where it is not sure, they do."""
    return bool(heard.said("confided")) or topic(heard, texts) is not None


def rewritten(text: str, listener: Listener, texts: Texts, lines: Mapping[str, str]) -> str:
    """The text without any recital or sensitive topic: each is said once by the line `rewrite.*` of its kind, and what
    says the same again goes. Where that does not end, or nothing else is left, the first line alone."""
    anew, said = text, list[str]()
    for _ in range(FLAWS):
        heard = listener.hear(anew)
        named, recited = topic(heard, texts), recital(heard, texts)
        flaw = recited if named is None else named
        if flaw is None:
            return anew or said[0]
        line = lines["rewrite.topic" if flaw is named else f"rewrite.{flaw.kind}"]
        instead = "" if line in said else line
        anew = concealed(anew, flaw, instead, listener) if flaw is named else mended(anew, flaw, instead)
        said.append(line)
    return said[0]


def concealed(text: str, flaw: Flaw, instead: str, listener: Listener) -> str:
    """The text with `instead` in place of the sentence of the flaw, but for a greeting before it; what is offered
    elsewhere in the text goes, too: it was chosen by what we know."""
    start = max((found.end() for found in _SENTENCE.finditer(text, 0, flaw.start)), default=0)
    behind = _SENTENCE.search(text, flaw.end)
    end = behind.end() if behind else len(text)
    greeted = _GREETING.match(text, start, flaw.start)
    if greeted:
        instead = instead[:1].lower() + instead[1:]
    before = _unoffered(text[:start], listener) + (greeted.group() if greeted else "")
    return _joined(text, before, instead, _unoffered(text[end:], listener))


def _unoffered(text: str, listener: Listener) -> str:
    """The sentences that offer nothing."""
    ends = [found.end() for found in _SENTENCE.finditer(text)]
    sentences = [text[start:end] for start, end in pairwise([0, *ends, len(text)])]
    return "".join(each for each in sentences if "promotional" not in listener.hear(each).said("tone"))


def mended(text: str, flaw: Flaw, instead: str) -> str:
    """The text with `instead` in place of the clauses of the flaw; the rest of it is kept."""
    left = max((found.end() for found in _CLAUSE.finditer(text, 0, flaw.start)), default=0)
    behind = _CLAUSE.search(text, flaw.end)
    right = behind.end() if behind else len(text)
    return _joined(text, text[:left], instead, text[right:])


def _joined(text: str, before: str, instead: str, after: str) -> str:
    before, after = before.strip(), after.strip()
    if instead.endswith(".") and after:
        after = after[0].upper() + after[1:]
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text)
    return ("" if chinese else " ").join(part for part in (before, instead, after) if part)


@lru_cache(maxsize=4)
def _counts(texts: Texts) -> re.Pattern[str]:
    """A number with a unit, and nothing harmless right behind."""
    units, harmless = texts.mark("precision", "units"), texts.mark("precision", "harmless")
    assert units is not None
    assert harmless is not None
    english = "|".join(sorted(map(re.escape, units.of("en")), key=len, reverse=True))
    chinese = "|".join(sorted(map(re.escape, units.of("zh")), key=len, reverse=True))
    safe_en, safe_zh = "|".join(map(re.escape, harmless.of("en"))), "|".join(map(re.escape, harmless.of("zh")))
    safe = rf"(?!\s?(?:{safe_zh})|[^.!?,;]{{0,{BEHIND}}}\b(?:{safe_en})\b)"
    counted = rf"(?:{_DIGITS})\s?(?:(?:more\s)?\b(?:{english})\b|[个多几余]{{0,2}}(?:{chinese}))"
    return re.compile(rf"(?:{counted}|{_SUM}|\b(?:twice|thrice)\b){safe}")


def _drug(low: str, texts: Texts) -> tuple[int, int] | None:
    """Where the first medicine is named, by its ending; in Chinese by what stands in the name."""
    endings, tail, tails, names = _drugs(texts)
    # Most words end like none: that is seen by their last letters.
    words = (word for word in _WORD.finditer(low) if word[0][-tail:] in tails and word[0].endswith(endings))
    found = [word.span() for word in (next(words, None), names.search(low)) if word is not None]
    return min(found, default=None)


@lru_cache(maxsize=4)
def _drugs(texts: Texts) -> tuple[tuple[str, ...], int, frozenset[str], re.Pattern[str]]:
    """Endings, how many letters all of them have, the last ones of each, and whole names: of those that begin at one
    place the shortest is found."""
    drugs = texts.mark("drugs", "drugs")
    assert drugs is not None
    endings, names = drugs.of("en"), sorted(drugs.of("zh"), key=len)
    tail = min(map(len, endings), default=1)
    tails = frozenset(each[-tail:] for each in endings)
    return endings, tail, tails, re.compile("|".join(map(re.escape, names)) or r"(?!)")


def _feast(low: str) -> tuple[int, int] | None:
    found = _FEAST.search(low) if any(word in low for word in _FESTIVE) else None
    return found.span() if found else None
