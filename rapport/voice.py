"""The words of terminals in Chinese and English: our own few, and those of knowledge where it can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rapport.failure import WRONG_USAGE, Failure
from rapport.layout import clean

if TYPE_CHECKING:
    from streams.knowledge.model import Knowledge

LANGUAGES: Final = ("zh", "en")
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
_LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "do": ("做", "do"),
    "do_not": ("别做", "do not"),
    "due": ("期限", "due"),
    "overdue": ("已过期", "overdue"),
    "history": ("历史", "history"),
    "else": ("否则", "else"),
    "contact": ("联系", "contact"),
    "permitted": ("可以", "permitted"),
    "refused": ("不可以", "refused"),
    "by": ("由", "by"),
    "open_alerts": ("条未处理", "open alerts"),
    "in_the_hour": ("小时", "in the hour of"),
    "language": ("语言", "language"),
    "as_it_stood": ("截至", "As it stood"),
    "known": ("已知", "known"),
    "since": ("自", "since"),
    "touchpoint": ("次往来", "touchpoint"),
    "touchpoints": ("次往来", "touchpoints"),
    "last": ("最近", "last"),
    "consents": ("许可", "consents"),
    "linked": ("也是", "also"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "none_asked": ("没有问过", "never asked"),
    "relationship": ("关系", "Relationship"),
    "probably": ("大概是：{}（{}，尚未确认）", "probably: {} ({}, not yet confirmed)"),
    "order": ("订单", "order"),
    "because": ("因为", "because"),
    "speaks_for": ("指向", "speaks for"),
    "no_reasons": ("还没有依据", "nothing speaks for another one yet"),
    "as_of_touchpoint": ("截至最近一次往来", "as of the last touchpoint,"),
    "as_of_shift": ("截至上次变化", "as of the last shift,"),
    "matters": ("未了结", "Open matters"),
    "nothing_open": ("没有未了结的事", "nothing is open"),
    "state.open": ("未受理", "open"),
    "state.acknowledged": ("已受理", "acknowledged"),
    "state.snoozed": ("已推迟", "snoozed"),
    "by_itself": ("到时", "falls due"),
    "timer.relationships": ("重新看一遍关系", "the relationship is looked at again"),
    "timer.alert": ("提醒升级或过期", "an alert escalates or expires"),
    "reason.touchpoint": ("这次往来", "this touchpoint"),
    "reason.silence": ("一直没有动静", "nothing was heard for long"),
    "reason.waiting": ("等了太久", "a wait that was too long"),
    "reason.exposed": ("在出问题的范围内", "met what goes wrong for many"),
    "in": ("还有{}", "in {}"),
    "over": ("已过{}", "{} over"),
    "lately": ("近来", "Lately"),
    "migration.exploration": ("关系升温", "coming closer"),
    "migration.endowment": ("当我们是自己人了", "counts us as their own now"),
    "migration.recovery": ("信任回来了", "trust is back"),
    "migration.neglect": ("在变淡", "fading"),
    "migration.betrayal": ("觉得被辜负", "feels let down"),
    "migration.drift": ("有些变化", "has changed a little"),
    "way": ("关系的轨迹", "The way here"),
    "besides": ("另外", "Besides"),
    "wished": ("想要的关系：", "would like to be"),
    "treated": ("我们实际的对待：", "is treated as"),
    "apart": ("差距", "apart"),
    "stage": ("阶段：", "stage:"),
    "stage.acquire": ("初识期", "new"),
    "stage.grow": ("成长期", "growing"),
    "stage.mature": ("成熟期", "mature"),
    "consumer.adventurer": ("敢于冒险", "adventurer"),
    "consumer.striver": ("稳定回购", "striver"),
    "consumer.price_first": ("价格至上", "price first"),
    "consumer.trend_follower": ("潮流追随", "trend follower"),
    "consumer.indifferent": ("不太在意品牌", "indifferent to brands"),
    "timeline": ("往来", "Timeline"),
    "last_of": ("最近 {} / 共 {}", "last {} of {}"),
    "no_contact": ("这段时间没有往来", "nothing in that time"),
    "they": ("顾客", "they"),
    "we": ("我们", "we"),
    "notice.escalated": (
        "升级给你们：还没人处理，或已过期限",
        "escalated to you: nobody has taken it, or it is overdue",
    ),
    "notice.reassigned": ("转给你们", "handed to you"),
    "notice.raised": ("更严重了", "more serious now"),
    "notice.reopened": ("重新打开：仍未解决", "open again: it was not resolved"),
    "notice.doubtful": (
        "（可能已发送过一次：发送时程序中断了）",
        "(It may have reached you once already: the program was interrupted while sending.)",
    ),
    "notice.test": (
        "Rapport 的测试消息：一切正常，无需处理",
        "A test message of Rapport: all is well, nothing is to be done",
    ),
    "lack.archive_away": (
        "查不到存档，只有流里的内容：{}",
        "the archive is away, so this is what the stream knows: {}",
    ),
    "lack.stream_away": ("查不到流，只有存档的内容：{}", "the stream is away, so this is what the archive knows: {}"),
    "lack.state_deep": (
        "状态在变更日志里太深，没有等它；关系以上次变化为准",
        "the state lies too deep in its changelog to wait for; the relationship is that of the last shift",
    ),
    "lack.archive_behind": ("最近的往来还没有存档", "the archive has not got the last touchpoints yet"),
    "lack.other_knowledge": (
        "概率按设置里的知识计算；上一张卡片用的是版本 {}",
        "probabilities are by the knowledge of the settings; the last card was made by version {}",
    ),
}
"""By name: Chinese, English."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Says things in one language. `asked`: the reader has chosen it, so that it is spoken on all cards.

    Without knowledge, ids stand for the words that only knowledge has; they are `clean`.
    """

    language: str = "en"
    knowledge: Knowledge | None = None
    asked: bool = False

    def on(self, language: str) -> Voice:
        """For a card in `language`: that one, unless the reader has chosen another."""
        return self if self.asked or language not in LANGUAGES else replace(self, language=language)

    def say(self, name: str) -> str:
        """A word of our own."""
        return _WORDS[name][LANGUAGES.index(self.language)]

    def relationship(self, type_id: str) -> str:
        """The neutral label; never the working name, where knowledge is there."""
        if self.knowledge is None or type_id not in self.knowledge.type_index:
            return _plain(type_id)
        return self.knowledge.relationship(type_id).label[self.language]

    def manner(self, type_id: str) -> str:
        """How to talk to somebody of this type; empty without knowledge."""
        if self.knowledge is None or type_id not in self.knowledge.type_index:
            return ""
        return self.knowledge.relationship(type_id).manner[self.language]

    def migration(self, name: str | None) -> str:
        """In which direction a relationship has gone."""
        known = f"migration.{name or 'drift'}"
        return self.say(known) if known in _WORDS else _plain(name or "")

    def strategy(self, name: str) -> str:
        """What to do with the relationship, in a word."""
        strategies = {} if self.knowledge is None else self.knowledge.strategies
        return strategies[name].names[self.language] if name in strategies else _plain(name)

    def signal(self, name: str) -> str:
        """What a signal tells, as a sentence without its point; else its name in plain."""
        signals = {} if self.knowledge is None else self.knowledge.signals
        return signals[name].purpose[self.language].rstrip(".。") if name in signals else _plain(name)

    def asking(self, name: str, label: str) -> str:
        """What has asked for an alert: a signal, or a shift (`shift:turned_away`) to a relationship called `label`."""
        shift = name.removeprefix("shift:")
        if shift == name:
            return self.signal(name)
        return self._line(f"shift.{shift}.title", f"{_plain(shift)} ({{now}})").format_map({"now": label})

    def timer(self, name: str) -> str:
        """What a timer does when it is due."""
        known = f"timer.{name}"
        return self.say(known) if known in _WORDS else self.signal(name)

    def touchpoint(self, kind: str) -> str:
        return self._line(f"touchpoint.{kind}", kind)

    def channel(self, name: str) -> str:
        channels = {} if self.knowledge is None else self.knowledge.channels
        return channels[name].names[self.language] if name in channels else clean(name)

    def team(self, name: str) -> str:
        teams = {} if self.knowledge is None else self.knowledge.teams
        return teams[name].names[self.language] if name in teams else clean(name)

    def reason(self, what: str) -> str:
        """`group.attack: worst` as staff read it, with the customer's words behind it; `chat.message` by its name."""
        key, _, words = what.partition(": ")
        said = self._line(key, self._line(f"touchpoint.{key}", self._own_reason(key)))
        colon = "：" if self.language == "zh" else ": "
        return f"{said}{colon}“{clean(words)}”" if words else said

    def _own_reason(self, key: str) -> str:
        """What has no line of wording; else the name in plain."""
        for name in (f"reason.{key}", key.replace("stage ", "stage.", 1)):
            if name in _WORDS:
                return self.say(name)
        return _plain(key.rpartition(".")[2])

    def lasting(self, ms: int) -> str:
        """A length of time in one number."""
        for below, unit, name in ((2 * HOUR_MS, MINUTE_MS, "minutes"), (2 * DAY_MS, HOUR_MS, "hours")):
            if ms < below:
                return self._counted(name, max(1, round(ms / unit)))
        return self._counted("days", round(ms / DAY_MS))

    def _counted(self, unit: str, n: int) -> str:
        return self._line(f"duration.{unit}", f"{{n}} {unit}").format(n=n)

    def gravity(self, severity: str) -> str:
        """A severity in everybody's words (`urgent`), where commands and `--severity` have its name (`error`)."""
        return self._line(f"severity.{severity}", severity)

    def severity(self, severity: str) -> str:
        return self.gravity(severity) if self.language == "zh" else severity

    def _line(self, key: str, otherwise: str) -> str:
        """A line of wording without blanks."""
        found = None if self.knowledge is None else self.knowledge.wording[self.language].get(key)
        return clean(otherwise) if found is None else found


def spoken(language: str | None) -> str | None:
    """The language as it is; Failure for a language that nothing is written in."""
    if language is not None and language not in LANGUAGES:
        raise Failure(f"nothing is written in {language!r}; --language is {' or '.join(LANGUAGES)}", WRONG_USAGE)
    return language


def language_of(environment: Mapping[str, str]) -> str:
    """The language of a person's terminal by its locale: Chinese, else English."""
    named = next((environment[name] for name in _LOCALE if environment.get(name)), "")
    return "zh" if named.lower().startswith("zh") else "en"


def _plain(type_id: str) -> str:
    return clean(type_id.replace("_", " "))
