"""The first baseline: a bag of cue words, as the domain's table of cues has them, and nothing else.

A touchpoint's cues count for 60 days by halves; the type with most is held for true, `basic_exchange` before any.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import ahocorasick

from bench.quality.year import QUARTERS, Year
from rapport.quality.judging import DAY_MS, Declared, Reading, Said
from schemas.records import Touchpoint

CUES: Final[dict[str, tuple[str, str]]] = {
    "marriage_partner": ("love,loyal,only use,my brand,for life", "爱,忠实,忠诚,认准,一直用,一辈子,死忠"),
    "best_friend": ("friend,you get me,thank you all,told everyone", "密友,贴心,懂我,像朋友,闺蜜"),
    "old_friend": ("for years,as always,since 20", "多年,老朋友,一如既往,又来"),
    "childhood_friend": ("grew up with,nostalgia", "小时候,童年,怀念"),
    "buddy": ("cool,fun,haha,you guys", "哥们,好玩,哈哈,有意思"),
    "sibling": ("family brand,mom uses it", "家人,妈妈也用,全家"),
    "parent_child": ("rely on,take care,remind me", "依赖,照顾,提醒,放心"),
    "teammate": ("our team,let's go,we", "加油,我们,一起,支持"),
    "business_partner": ("suggest,you should,idea,feedback", "建议,希望改进,可以考虑"),
    "guru_disciple": ("learned,expert,recommend me", "学到,受益匪浅,请教,大师"),
    "star_groupie": ("idol,fan,can't wait,i'm a vip", "偶像,粉丝,期待,追,贵宾,vip"),
    "secret_affair": ("guilty pleasure,don't tell", "偷偷,私藏,不好意思"),
    "fling": ("exciting,wow,new,obsessed this week", "尝鲜,新款,惊喜,刺激,冲动"),
    "one_night_stand": ("impulse", "冲动下单,试试"),
    "courtship": ("compare,thinking of,trial", "对比,考虑,试用,值得吗"),
    "basic_exchange": ("price,value,cheap,does the job", "性价比,划算,实惠,便宜"),
    "next_door_neighbor": ("nearby,drop in", "附近,顺路,楼下"),
    "casual_acquaintance": ("it's ok", "还行,一般"),
    "fleeting_acquaintance": ("first time", "第一次,路过"),
    "complete_stranger": ("never heard", "没听说"),
    "arranged_marriage": ("company gave,came with", "公司发的,单位指定,送的"),
    "master_slave": ("immediately,manager,unacceptable,i demand", "马上,立刻,必须,叫经理,凭什么"),
    "dealer_addict": ("addicted,can't live without,obsessed,hooked", "上瘾,入迷,着迷,停不下来,离不开,欲罢不能"),
    "villain_victim": ("forced,helpless,ruined,lied", "霸王条款,欺负,店大欺客,被骗,上当"),
    "stalker_prey": ("spam,stop emailing,creepy,how did you get my number", "骚扰,泄露隐私,别再打,垃圾短信"),
    "enemy": ("worst,never again,boycott,scam", "垃圾,骗子,抵制,再也不,消协,曝光"),
    "ex_friend": ("used to,lost a customer,disappointed,goodbye", "失望,心寒,最后一次,不会再,不如以前"),
    "frenemy": ("love-hate,still buying but", "又爱又恨,但还是买"),
    "captive": ("no choice,stuck,contract", "没办法,只能用,合约,换不了"),
}
HALF_LIFE_MS: Final = 60 * DAY_MS
SILENT: Final = "basic_exchange"


def matcher() -> ahocorasick.Automaton:
    """Finds every cue of a text in lower case; the value is its type."""
    found = ahocorasick.Automaton()
    for kind, both in CUES.items():
        for cue in ",".join(both).split(","):
            found.add_word(cue, (cue, kind))
    found.make_automaton()
    return found


def cues_of(text: str, cues: ahocorasick.Automaton) -> Iterator[str]:
    """The types whose cues a text has; an English cue begins where a word begins."""
    low = text.lower()
    for end, (cue, kind) in cues.iter(low):
        begins = end - len(cue)
        if not (cue[0].isascii() and begins >= 0 and low[begins].isascii() and low[begins].isalpha()):
            yield kind


def listen(year: Year) -> Said:
    """Every customer from their own words."""
    cues, said = matcher(), Said()
    scores: dict[str, dict[str, float]] = {key: {} for key in year.lives}
    held: dict[str, str] = {}
    quarters = iter((*QUARTERS, 2**62))
    quarter = next(quarters)
    for key, touchpoint in year.log:
        while touchpoint.occurred_at >= quarter:
            _read(said, scores, quarter)
            quarter = next(quarters)
        own = scores.get(key)
        if own is not None and touchpoint.text and touchpoint.initiator == "customer":
            _hear(own, touchpoint, cues)
            likeliest = max(own, key=own.__getitem__, default=SILENT)
            if held.get(key, SILENT) != likeliest:
                held[key] = likeliest
                said.declared.setdefault(key, []).append(Declared(touchpoint.occurred_at, likeliest))
    while quarter < 2**62:
        _read(said, scores, quarter)
        quarter = next(quarters)
    return said


def _hear(own: dict[str, float], touchpoint: Touchpoint, cues: ahocorasick.Automaton) -> None:
    weight = 2.0 ** ((touchpoint.occurred_at - QUARTERS[0]) / HALF_LIFE_MS)
    for kind in cues_of(touchpoint.text or "", cues):
        own[kind] = own.get(kind, 0.0) + weight


def _read(said: Said, scores: dict[str, dict[str, float]], quarter: int) -> None:
    for key, own in scores.items():
        likeliest = max(own, key=own.__getitem__, default=SILENT)
        share = (own[likeliest] / sum(own.values())) if own else 0.2
        said.readings.append(Reading(key, quarter, likeliest, share))
