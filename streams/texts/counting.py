"""Counts, dates and absences that a text tells of the customer by its structure, whatever they did (S4-06).

A person, what they did, a number and what was counted: "you've flown with us nine times", 您今年共喝了37杯拿铁; or the
day of it ("the boots you returned last Wednesday"). What
they were given, what they may yet have, what is due, and what holds only on a condition is not told of them. The words
that decide are in texts.yaml: precision.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from streams.knowledge.marks import Texts

MONTHS: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
DATE: Final = (
    rf"(?:\d{{4}}[-/.年]\d{{1,2}}(?:[-/.月]\d{{1,2}}日?|月)|\d{{1,2}}月\d{{1,2}}[日号]|\b\d{{1,2}}(?:st"
    rf"|nd|rd|th)?\s(?:of\s)?{MONTHS}\b"
    rf"|\b{MONTHS}\s\d{{1,2}}(?:st|nd|rd|th)?\b|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b)"
)
_TEENS: Final = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS: Final = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_UNITS: Final = "one|two|three|four|five|six|seven|eight|nine"
NUMBER_WORDS: Final = (
    rf"(?:(?:{_TENS})(?:[-\s](?:{_UNITS}))?|{_TEENS}|{_UNITS}|(?:a |half a )?dozen|(?:a|one|two|three|four|"
    rf"five) hundred)"
)
_EN: Final = rf"(?:\b(?:\d[\d,.]*\d|\d)|\b{NUMBER_WORDS.replace('|one|', '|')})"
"""A number; a bare "one" counts nothing."""
_ZH_WORDS: Final = "(?:[一二两三四五六七八九十百千万半]{2,}|[二两俩三四五六七八九十半])"
_ZH: Final = rf"(?:\d[\d,.]*|{_ZH_WORDS})"
_TIME: Final = "(?:days?|weeks?|months?|years?|hours?|fortnights?|weekends?)"
_DAYS: Final = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_OFTEN: Final = (
    rf"(?:{_DAYS}|mornings?|evenings?|nights?|afternoons?|lunchtimes?|summers?|winters?|christmases|[a-z]+s)"
)
_LATELY: Final = rf"(?:(?:last|on|this)\s{_DAYS}|yesterday|the other day|last (?:night|week|month|weekend))"
"""A day that is named without a number."""
_ZH_LATELY: Final = (
    "(?:上个?(?:周|星期|礼拜)[一二三四五六日天末]|[这本]周[一二三四五六日天]|昨[天日晚]|前[天晚]|大前天)"
)
_ZH_TIME: Final = "(?:天|日|周|个?星期|个?礼拜|个?多?月|年|个?小时|个?季度)"
_ORDINALS: Final = (
    r"(?:third|fourth|fifth|sixth|seventh|eighth|ninth|[a-z]+teenth|tenth|eleventh|twelfth|twentieth|[a-z]"
    r"+tieth|hundredth)"
)
_HAS_NUMBER: Final = re.compile(
    rf"\d|[二两俩三四五六七八九十百半]|\b(?:{NUMBER_WORDS}|{_ORDINALS}|second|twice|thrice)\b|\b{_LATELY}\b|{_ZH_LATELY}"
)
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_THEM: Final = re.compile(r"\b(?:you|your|u|ya|us)\b")
_WITHIN: Final = "[^,.!?;:，。！？；：\n]"
"""A letter within one clause."""
_DUE: Final = re.compile(r"(?:\b(?:for|by|until|till|before|from)\s(?:the\s)?|截至|截止)$")
"""Right before a date: the one for which something is meant, not the one on which they did it."""
_IF: Final = re.compile(
    r"(?:\b(?:if|when|once|after|whenever|unless|until|till|provided|where|every time|each time|as soo"
    r"n as|the moment|have|had|did|do)"
    r"(?: that)?|如果|若|如|凡|只要|一旦|等|当|每当|假如)\s?$"
)
"""Right before a person: what follows holds on a condition, or is asked."""


class Told(NamedTuple):
    """What is told of them, `absence`, `count` or `date`, and where."""

    kind: str
    start: int
    end: int


class _Pattern(NamedTuple):
    kind: str
    found: re.Pattern[str]


def told(low: str, texts: Texts) -> Told | None:
    """The first of what a `lowered` text tells of them; None where there is none."""
    if not _HAS_NUMBER.search(low):
        return None
    english, chinese, owed = patterns_of(texts)
    patterns = (*(english if _THEM.search(low) else ()), *(chinese if _HAN.search(low) else ()))
    return min(_all(low, patterns, owed), key=lambda each: (each.start, each.kind), default=None)


def meant_for(low: str, start: int) -> bool:
    """Whether a date that begins there is one that something is meant for."""
    return _DUE.search(low, max(0, start - 12), start) is not None


def conditional(low: str, start: int) -> bool:
    """Whether what is said of a person from there on holds on a condition, or is asked."""
    return _IF.search(low, max(0, start - 16), start) is not None


def _all(low: str, patterns: tuple[_Pattern, ...], owed: Callable[[str], bool]) -> Iterator[Told]:
    for kind, pattern in patterns:
        for found in pattern.finditer(low):
            if not conditional(low, found.start()):
                due = kind == "absence" and owed(found[0])
                yield Told("count" if due else kind, *found.span())
                break


def pending(between: str, texts: Texts) -> bool:
    """Whether the words between what they do and a number make it one of what they may have, or what is due."""
    return _pending(texts).search(between) is not None


@lru_cache(maxsize=4)
def _pending(texts: Texts) -> re.Pattern[str]:
    zh, en = _either(texts, "pending", "zh"), _either(texts, "pending", "en")
    return re.compile(rf"{zh}|\b{en}\b")


@lru_cache(maxsize=4)
def patterns_of(texts: Texts) -> tuple[tuple[_Pattern, ...], tuple[_Pattern, ...], Callable[[str], bool]]:
    """In English and in Chinese, and whether words tell what somebody owes. To compile them takes a while."""
    owed = re.compile(rf"\b{_either(texts, 'owed', 'en')}\b|{_either(texts, 'owed', 'zh')}")
    return _compiled(_english(texts)), _compiled(_chinese(texts)), lambda words: owed.search(words) is not None


def _compiled(patterns: Iterable[tuple[str, str]]) -> tuple[_Pattern, ...]:
    return tuple(_Pattern(kind, re.compile(found)) for kind, found in patterns)


def _english(texts: Texts) -> Iterator[tuple[str, str]]:
    given, things = _either(texts, "given", "en"), _either(texts, "things", "en")
    pending, harmless = _either(texts, "pending", "en"), _either(texts, "harmless", "en")
    safe = rf"(?!{_WITHIN}{{0,14}}\b{harmless}\b)"
    inner = rf"(?:(?!\b{pending}\b|\band\b){_WITHIN})"
    you = r"\b(?:you|u|ya)(?:'ve|ve|'d|\s(?:have|had))?"
    adverb = r"(?:\s(?:already|now|just|also|only|even|recently|kindly|actually|personally|both|all|been|so far))*"
    past = (
        rf"(?:(?!{given}\b)(?:(?!(?:need|feed|speed|proceed|succeed|exceed|bleed)\b)[a-z]{{2,}}ed|"
        rf"{_either(texts, 'done', 'en')})|(?<=been )[a-z]+ing)"
    )
    did = rf"{you}{adverb}\s{past}\b"
    counted = (
        rf"(?:[£$€¥₹]\s?\d[\d,.]*(?!\s?off)|{_EN}(?![%:-])\s(?!{things}\b)(?:more\s)?(?:(?!{things}\b)[a-z'"
        rf"-]+\s)?(?!{things}\b)(?:[a-z'-]+s|people|km|kg|miles)\b)"
    )
    lead = (
        r"(?:\s(?:us|with|here|in|at|over|more than|about|around|nearly|almost|a total of|our|on|up|ou"
        r"t|through|some|exactly"
        r"|no fewer than|no less than|as many as|away|back|another|of|from))"
    )  # fmt: skip
    since = (
        rf"(?:since|for|in|within|over)\s(?:about\s|over\s|nearly\s|almost\s|more than\s|exactly\s)?(?:the"
        rf"\s)?(?:last\s|past\s)?(?:{DATE}|{_EN}\s(?:whole\s|long\s)?{_TIME}\b)"
    )
    not_done = (
        r"(?:\b(?:you|u)(?:\shave(?:n't|nt|\snot)|\sdid(?:n't|nt|\snot)|\shad(?:n't|nt|\snot)|'ve\s(?:not|"
        r"never)|\shave\snever|\snever))"
    )
    yield "absence", rf"{not_done}\b{_WITHIN}{{1,48}}?\b{since}"
    yield "absence", rf"\bwe(?:\shave(?:n't|nt|\snot)|'ve\snot)\b{_WITHIN}{{1,24}}?\byou\b{_WITHIN}{{0,24}}?\b{since}"
    yield (
        "absence",
        (
            rf"{_EN}\s{_TIME}\s(?:(?:have|has)\s)?(?:(?:passed|gone by|gone)\s)?(?:since\s(?:you\b|your"
            rf"\s(?!{things}\b)|we\s{_WITHIN}{{2,20}}\byour?\b)|without\s(?:you|a visit|an order|a login|"
            rf"a purchase)\b)"
        ),
    )
    yield (
        "absence",
        (
            rf"\byou(?:'ve|\shave|'re|\sare|\swere)?\s(?:been\s)?(?:away|absent|gone|inactive|dormant|q"
            rf"uiet|missing)\b{_WITHIN}{{0,20}}?\b{since}"
        ),
    )
    yield (
        "count",
        (
            rf"\byour\s(?:[a-z]+\s){{1,3}}(?:has|have|was)\s(?:been\s|lain\s|sat\s)?(?:inactive|dormant"
            rf"|unused|idle|quiet|empty|gathering dust)\b{_WITHIN}{{0,20}}?\b{since}"
        ),
    )
    last = rf"\byour\s(?:last|latest|most recent|previous)\s(?!{things}\b)(?:(?!{things}\b)[a-z-]+\s){{1,3}}?"
    yield "absence", rf"{last}(?:with us\s|here\s)?(?:was\s)?(?:more than\s|over\s|about\s)?{_EN}\s{_TIME}\sago\b"
    yield "date", rf"{last}(?:with us\s|here\s)?(?:was\s|of\s|on\s|dates\s|from\s|back\s|in\s)+{DATE}"
    yield "count", rf"{did}{inner}{{1,40}}?\s{_EN}\s{_TIME}\sago\b"
    ordered = r"(?!(?:[a-z']+\s){0,3}(?:booked|reserved|scheduled)\b)"
    yield "count", rf"{ordered}{did}{lead}{{0,4}}\s{counted}{safe}"
    yield "count", rf"{did}{inner}{{1,40}}?\s(?:{_EN}\s(?:different\s|separate\s)?times\b|twice\b|thrice\b){safe}"
    yield "count", rf"{did}{inner}{{1,32}}?\s{_EN}\s{_OFTEN}\s(?:in a row|running|straight|on the trot|back to back)\b"
    yield "count", rf"\byour\s(?:[a-z]+\s)?{_EN}[-\s]{_TIME}\s(?:[a-z]+\s)?streak\b"
    booked = (
        r"(?!(?:booked|reserved|scheduled|registered|signed|asked|requested|chose|chosen|picked|selected|a"
        r"greed|enrolled|subscribed|applied|need|want)\b)"
    )
    behind = r"(?<!\bfor )(?<!\bby )(?<!until )(?<!\btill )(?<!before )(?<!\bfrom )(?<!\bto )(?<!after )(?<!through )"
    yield "date", rf"{you}{adverb}\s{booked}{past}\b{inner}{{0,36}}?\s{behind}{DATE}"
    yield "date", rf"\b(?:on\s)?{DATE}(?:\s\d{{4}})?,?\s(?:when\s)?{you}{adverb}\s{booked}{past}\b"
    seen = (
        r"(?:bought|purchased|returned|sent back|viewed|looked at|browsed|visited|tried on|searched|clicked|liked"
        r"|saved|came|popped in|dropped in|were here|were in|spent|added|picked out)"
    )
    yield "date", rf"{you}{adverb}\s{seen}\b{inner}{{0,28}}?\s?{_LATELY}\b{offer_of(harmless)}"
    yield "date", rf"\b{_LATELY},?\s(?:when\s)?{you}{adverb}\s{seen}\b"
    looking_back = (
        r"(?:with us|here|this (?:week|month|year|season|summer|winter)|last (?:week|month|year|season"
        r"|summer|winter)|in 20\d\d"
        r"|so far|since|to date|in a row|at (?:ours|our place))"
    )  # fmt: skip
    offer = (
        rf"(?!{_WITHIN}{{0,32}}(?:[£$€¥₹]|\b(?:from|free|half|only|off|save|get|will|for the price|cost|cos"
        rf"ts|is|are|now|package|pass|ends)\b))"
    )
    plural = rf"(?!{things}\b)(?:(?!{things}\b)[a-z'-]+\s)?(?!{things}\b|years\b|decades\b)[a-z'-]+s\b"
    thanks = (
        r"(?:(?:thanks|thank you|thx|grateful|cheers|ta) for\s(?:your\s|the\s|all\s|those\s|all your\s)*|"
        r"\bthat(?:'s| is| makes)\s|\b(?:made|after|completed|logged|clocked up|notched up)\s(?:your\s)?|"
        r"\byour\s|^|[.!?;:\n–—-]\s*)"
    )
    yield "count", rf"{thanks}{_EN}(?![%:-])\s{plural}\s{looking_back}\b{offer}"
    yield (
        "count",
        (
            rf"\b(?:thanks|thank you|thx|grateful) for\s(?:your\s|all your\s|those\s){_EN}(?![%:-])\s"
            rf"{plural}"
        ),
    )
    yield "count", rf"\b{_EN}\s{plural}\s(?:that\s)?{did}"
    later = rf"(?:(?:[2-9]|[1-9]\d+)(?:st|nd|rd|th)|{_ORDINALS})"
    yield (
        "count",
        (
            rf"\byour\s(?:(?:very|whole)\s)?{later}\s(?!{things}\b)(?:(?!{things}\b)[a-z'-]+\s)?(?!"
            rf"{things}\b)[a-z'-]+\b{offer_of(harmless)}"
        ),
    )
    yield "count", rf"\byour\ssecond\s(?!{things}\b)[a-z'-]+\s{looking_back}\b"
    yield "count", rf"\b(?:you|your)\b{_WITHIN}{{1,40}}?\bfor the {later} time\b"
    often = (
        r"(?:visit|come|shop|order|buy|fly|train|stay|call|log|eat|drink|drop|pop|spend|go|work out|swim|ride|travel)"
    )
    yield (
        "count",
        (
            rf"\byou\s(?:usually\s|always\s|typically\s)?{often}\b{inner}{{0,28}}?\s(?:{_EN}\stimes|twi"
            rf"ce|once)\s(?:a|per|each|every)\s(?:day|week|month|year)\b"
        ),
    )


def offer_of(harmless: str) -> str:
    """Nothing behind that makes of what comes next an offer or a thing to be paid."""
    return rf"(?!{_WITHIN}{{0,24}}\b(?:on us|free|half price|{harmless}|due|is ready|complimentary)\b)"


def _chinese(texts: Texts) -> Iterator[tuple[str, str]]:
    pending, things = _either(texts, "pending", "zh"), _either(texts, "things", "zh")
    given, units, done = _either(texts, "given", "zh"), _either(texts, "units", "zh"), _either(texts, "done", "zh")
    harmless = _either(texts, "harmless", "zh")
    you = "(?<![为给帮替向对送赠邀请让])(?:您|你|妳|侬)(?!的|们的|好|家)"
    inner = rf"(?:(?!{pending}|{given}|的){_WITHIN})"
    other = "(?:号|折|点|楼|层|度|代|分(?!钟)|月|日|时|倍|级|星|位|期|版|型|码|寸|岁|周年|年(?!了)|元起|以上)"
    counted = (
        rf"(?:(?<![\d.a-z\-/:年月])\d[\d,.]*\s?(?!{things}|{other})(?:[多余几来个])?(?:{units}|[\u4e00-\u9fff])"
        rf"|{_ZH_WORDS}(?:[多余几来个])?(?!{things})(?:{units}))(?!\s?{things}|\s?{harmless})"
    )
    when = (
        rf"(?:今年|去年|前年|本月|上个?月|这个?月|本周|上周|这周|这一年|一年来|本季度?|上季度?|全年|当月|20"
        rf"\d\d年|(?:近|过去|最近){_ZH}{_ZH_TIME})"
    )
    yield "count", rf"{you}{inner}{{0,14}}?{done}{inner}{{0,6}}?{counted}"
    yield "count", rf"{you}{inner}{{0,6}}?{when}{inner}{{0,8}}?{counted}"
    yield "count", rf"{when}{inner}{{0,4}}?{you}{inner}{{0,10}}?{counted}"
    yield (
        "count",
        (
            rf"在(?:本|我们|咱们?|我家|小)(?:店|家|这儿|这里|馆|行|平台){inner}{{0,6}}?(?:了|过|咗)"
            rf"{inner}{{0,2}}?{counted}"
        ),
    )
    nth = (
        rf"第(?:\d+|[二三四五六七八九十百]+)(?:次|回|趟|杯|节|堂|单|双|件|瓶|盒|晚|顿|碗|份|支|套|圈|课|场)"
        rf"(?!\s?{harmless}|\s?{things}|通知|提醒|联系|致电|催|付款|还款|用药|接种)"
    )
    yield "count", rf"(?:您|你|{when}){_WITHIN}{{0,10}}?{nth}"
    yield "count", rf"{nth}{_WITHIN}{{0,6}}?(?:见到|遇见|接待|服务){_WITHIN}{{0,2}}(?:您|你)"
    ours = (
        "(?:变|涨|停|坏|换|改|降|断|到(?!店|访|场|馆)|货|发|送|收到|退|处理"
        "|回复|理由|解决|更新|出|开|故障|事故|责|条件|利息|息)"
    )
    absent = (
        rf"(?<![\d年月])(?<!近)(?:{_ZH}(?:[多余几来]|整)?{_ZH_TIME}|{DATE})(?:以来|之后|以后|起|后|至今|来|"
        rf"里|内|都|也|又|就|已经?|一直|多)*(?:没有|没|未曾|未|不曾|冇|无(?=消费|登录|交易|购买|下单|活动|"
        rf"到店|使用|往来))(?!{_WITHIN}?{ours})"
    )
    yield "absence", rf"{you}(?:(?!的){_WITHIN}){{0,10}}?{absent}"
    yield "absence", rf"(?:您|你)(?:的)?[^,.!?;，。！？；\n]{{0,8}}(?:近|过去|最近)?{absent}"
    yield "absence", rf"{absent}{_WITHIN}{{0,4}}(?:您|你)"
    yield (
        "absence",
        rf"自?从?{DATE}(?:以来|之后|以后|起|后|至今){_WITHIN}{{0,6}}(?:您|你){_WITHIN}{{0,4}}(?:没|未|不曾|冇)",
    )
    yield "absence", rf"(?:距离?|离)(?:您|你|上一?[次回]){_WITHIN}{{0,12}}?(?:已|有|过去|隔|了|足足)+{_ZH}{_ZH_TIME}"
    yield (
        "absence",
        rf"(?:您|你)(?!的){_WITHIN}{{0,4}}?(?:离开|消失|缺席|缺课|失联)(?:我们)?(?:了|已|有)*{_ZH}{_ZH_TIME}",
    )
    deed = "(?:买|购|下单|光顾|光临|到店|消费|逛|来店|来过|来的|来剪|来做|来吃)"
    yield "date", rf"{you}{_WITHIN}{{0,4}}?(?:于|在|是|自)?{DATE}(?:在{_WITHIN}{{1,6}})?(?:{deed}|{inner}{{1,4}}[了过])"
    yield "date", rf"{DATE}[,，]?{you}(?:在{_WITHIN}{{1,6}})?(?:{deed}|{inner}{{1,4}}[了过])"
    seen = "(?:买|购入|退[掉了的回货]|光顾|光临|逛|来[过的店剪做吃]|看[过了的中]|试[穿过了的]|浏览|收藏|加购|翻看|搜)"
    yield "date", rf"{_ZH_LATELY}{_WITHIN}{{0,2}}?{you}{_WITHIN}{{0,6}}?{seen}"
    yield "date", rf"{you}{_WITHIN}{{0,4}}?{_ZH_LATELY}{_WITHIN}{{0,6}}?{seen}"


def _either(texts: Texts, name: str, language: str) -> str:
    """Any of the words of a list of precision."""
    mark = texts.mark("precision", name)
    assert mark is not None
    return f"(?:{'|'.join(sorted(map(re.escape, mark.of(language)), key=len, reverse=True))})"
