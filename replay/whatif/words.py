"""The words of a report in Chinese and English; those of relationships, signals and teams are knowledge's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from rapport.voice import LANGUAGES, Voice
from replay.whatif.report import Pair
from replay.whatif.twins import TIME
from schemas import times

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("如果规则不同：会有什么变化", "What if: what other rules would change"),
    "none": ("没有任何变化：两组规则说的完全一样。", "Nothing changes: both rules say the same, word for word."),
    "headline": (
        "改后会有 {after} 条提醒，原来 {before} 条（{by}）；{alerted} 位顾客的提醒不同，{customers} 位顾客有变化。",
        "{after} alerts instead of {before} ({by}); other alerts for {alerted} customers, any change for {customers}.",
    ),
    "history": (
        "其中标为历史、不会发给任何人的：改前 {} 条，改后 {} 条。",
        "Marked history, so told to nobody: {} of them before, {} after.",
    ),
    "states_only": (
        "另有 {} 位顾客内部状态不同，但没有任何输出不同。",
        "For {} more customers something is remembered otherwise, and nothing said otherwise.",
    ),
    "rules": ("改了什么", "What was changed"),
    "place": ("位置", "place"),
    "before": ("改前", "before"),
    "after": ("改后", "after"),
    "alerts": ("提醒", "Alerts"),
    "alerts_by_day": ("每天的提醒", "Alerts by day"),
    "alerts_by_month": ("每月的提醒", "Alerts by month"),
    "by_team": ("按团队", "By team"),
    "team": ("团队", "team"),
    "signals": ("信号", "Signals"),
    "signal": ("信号", "signal"),
    "new": ("新增", "new"),
    "gone": ("消失", "gone"),
    "changed": ("变化", "changed"),
    "difference": ("差", "difference"),
    "why": ("为什么", "Why"),
    "why_note": (
        "每位顾客：两次运行第一次分开时的那条记录，按类型归类。",
        "For each customer the record at which the two runs first part, by its type.",
    ),
    "first_record": ("第一条不同的记录", "first record"),
    "customers": ("顾客", "customers"),
    "outputs": ("输出", "outputs"),
    "example": ("例如", "for example"),
    "time": ("到时（没有新记录）", "something fell due"),
    "cards": ("员工会看到什么", "What staff would have seen"),
    "cards_new": ("改后才有", "Only with the new rules"),
    "cards_gone": ("改后没有", "No longer"),
    "cards_changed": ("不一样的", "Other than before"),
    "no_cards": ("没有提醒有变化。", "No alert differs."),
    "do": ("做", "do"),
    "do_not": ("别做", "do not"),
    "due": ("期限", "due"),
    "decisions": ("联系许可", "Contact decisions"),
    "no_decisions": ("没有联系许可有变化。", "No contact decision differs."),
    "not_asked": ("（没有）", "(none)"),
    "permitted": ("可以", "permitted"),
    "count": ("次数", "count"),
    "flows": ("关系的变化", "Relationship flows"),
    "no_flows": ("没有关系变化。", "No relationship shifts."),
    "from": ("从", "from"),
    "to": ("到", "to"),
    "quality": ("对照真实情况", "Against the truth"),
    "figure": ("指标", "figure"),
    "all": ("全部输出", "All outputs"),
    "kind": ("种类", "kind"),
    "same": ("相同", "the same in both"),
    "fields": ("哪些字段变了", "Which fields changed"),
    "field": ("字段", "field"),
    "more": ("还有 {} 行", "{} more rows"),
    "run": ("这次运行", "The run"),
    "run_note": (
        "来源 {sources}；{records} 条记录，{first} 至 {last}；知识版本 {one} 与 {other}；状态摘要 {digests}。",
        "{sources}: {records} records from {first} to {last}; knowledge {one} and {other}; states {digests}.",
    ),
}
"""By name: Chinese, English."""


class Words:
    """Says the report's own words, and numbers and moments as the reader's language writes them."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self.language = voice.language

    def say(self, name: str, *values: object, **named: object) -> str:
        """A line with its blanks filled."""
        return _WORDS[name][LANGUAGES.index(self.language)].format(*values, **named)

    def record(self, kind: str) -> str:
        """A type of touchpoint as people call it."""
        return self.say("time") if kind == TIME else self.voice.touchpoint(kind)

    def said(self, decision: str) -> str:
        """A decision: permitted, or the codes of its reasons."""
        if not decision:
            return self.say("not_asked")
        return self.say("permitted") if decision == "permitted" else decision.replace("_", " ")

    @staticmethod
    def by(pair: Pair) -> str:
        """The change with its sign, and in hundredths where there was something before."""
        change = pair.after - pair.before
        if not change:
            return "±0"
        share = f", {change / pair.before:+.1%}" if pair.before else ""
        return f"{change:+,}{share}"

    @staticmethod
    def minute(at: int | None) -> str:
        """A moment to the minute, UTC."""
        if at is None:
            return "–"
        return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M}" if at else times.write(0)
