"""`wording.zh.yaml` and `wording.en.yaml`: every line of a card, the same keys and blanks in every language.

The blanks that the program fills in are named here, so that a line which asks for another one is
refused at load and can never stop the stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter

from streams.knowledge.contacts import PURPOSES
from streams.knowledge.directory import TEAMS
from streams.knowledge.document import Section, nearest
from streams.knowledge.terms import Text

Blanks = frozenset[str]


def _blanks(words: str) -> Blanks:
    return frozenset(words.split())


CONTACT_REASONS: tuple[str, ...] = (
    "unknown_customer", "no_consent", "opted_out", "purpose_mismatch", "harm_guard", "open_complaint", "open_alert",
    "already_exposed", "not_due", "budget_empty", "quiet_hours",
)  # fmt: skip
"""Why a contact is refused, most binding first (signals.md, Rulings: Decisions)."""

SLOTS: tuple[str, ...] = (
    "time_zone", "address", "birth_year", "member_since", "language", "household", "preferred_channel",
)  # fmt: skip
"""What a profile may tell us (signals.md, Rulings: Slots by name)."""

SCOPE: tuple[str, ...] = ("cause", "item_id", "category", "location_id", "platform", "step", "policy_id", "of")
"""What a trend may be about."""

LINES: dict[str, Blanks] = {
    "who.known": _blanks("customer label manner"),
    "who.met": _blanks("customer"),
    "who.new": _blanks("customer label"),
    "recent.plain": _blanks("when what"),
    "recent.channel": _blanks("when what channel"),
    "recent.item": _blanks("when what item"),
    "recent.words": _blanks("when what text"),
    "recent.ours": _blanks("when text"),
    "recent.none": _blanks(""),
    **{f"fact.{mark}": _blanks("fact") for mark in ("say", "silent", "never")},
    "open.line": _blanks("matters"),
    "open.join": _blanks(""),
    "open.words": _blanks("when what text"),
    "open.about": _blanks("when what about"),
    "open.plain": _blanks("when what"),
    "open.promise": _blanks("text"),
    "open.promise.silent": _blanks(""),
    "reach.here": _blanks(""),
    "reach.line": _blanks(""),
    "reach.live": _blanks("channel"),
    "reach.now": _blanks("channel"),
    "reach.at": _blanks("channel clock"),
    "reach.wait": _blanks(""),
    "reach.number": _blanks("clock"),
    "reach.unknown": _blanks(""),
    "reach.public": _blanks(""),
    "reach.push": _blanks(""),
    **{f"beside.{team}": _blanks("speaker") for team in TEAMS},
    "beside.ask": _blanks("speaker"),
    "authority": _blanks("limit team"),
    "authority.top": _blanks("limit"),
    "authority.none": _blanks("team"),
    **{f"ago.{unit}": _blanks("n") for unit in ("minutes", "hours", "days", "weeks", "months")},
    "ago.now": _blanks(""),
    "ago.long": _blanks(""),
    **{f"duration.{unit}": _blanks("n") for unit in ("minutes", "hours", "days")},
    **{f"severity.{severity}": _blanks("") for severity in ("info", "warning", "error", "critical")},
    **{f"caution.{name}": _blanks("") for name in ("precision", "open_complaint", "no_promo", "harm_guard", "handled")},
    "voice.heard": _blanks(""),
    "voice.said": _blanks("text"),
    **{f"refused.{reason}": _blanks("") for reason in CONTACT_REASONS},
    "refused.budget_none": _blanks(""),
    "refused.join": _blanks(""),
    **{f"part.{part}": _blanks("") for part in ("night", "morning", "noon", "afternoon", "evening")},
    **{f"stage.{stage}": _blanks("") for stage in ("acquire", "grow", "mature")},
    **{f"for.{whom}": _blanks("") for whom in ("minor", "elderly")},
    **{f"category.{name}": _blanks("") for name in ("medicine", "baby", "hearing", "mobility", "glasses")},
    **{f"slot.{slot}": _blanks("") for slot in SLOTS},
    **{f"sign.{sign}": _blanks("") for sign in ("oftener", "warmer", "rarer", "colder")},
    **{f"gap.{gap}": _blanks("") for gap in ("waiting", "refused")},
    **{f"purpose.{purpose}": _blanks("") for purpose in PURPOSES},
    **{f"{line}.{kind}": _blanks("") for line in ("recital", "rewrite") for kind in ("absence", "count", "date")},
    "rewrite.topic": _blanks(""),
    "shift.happened": _blanks("before now"),
    "shift.reasons": _blanks("reasons"),
    "shift.reasons.none": _blanks(""),
    "shift.reasons.join": _blanks(""),
    "shift.why": _blanks("percent"),
    "trend.who": _blanks("what"),
    "trend.recent": _blanks(""),
    **{f"scope.{name}": _blanks("value") for name in SCOPE},
    "scope.join": _blanks(""),
    "scope.everything": _blanks(""),
    "amount.hardly": _blanks(""),
    **{f"kind.{kind}": _blanks("") for kind in ("noise", "queue", "cleanliness", "temperature")},
    **{f"policy.{kind}": _blanks("") for kind in ("price", "terms", "privacy", "positioning", "service")},
}
"""Lines that always exist, and their blanks."""


def _plain(blanks: str, do: int = 2, do_not: int = 2, silent: bool = False) -> dict[str, Blanks]:
    """Lines of a card that is made of its values alone: each may use every one of them, and the customer's words.
    `silent`: there is another line where they said nothing."""
    parts = ["title", "happened", *(["happened.silent"] if silent else []), "why"]
    parts += [*(f"do.{n + 1}" for n in range(do)), *(f"do_not.{n + 1}" for n in range(do_not))]
    return {part: _blanks(f"{blanks} words") for part in parts}


def _beside(*teams: str) -> dict[str, Blanks]:
    """What is left to these teams of the signal's while another one speaks with the customer; to others what `beside`
    says."""
    return {f"beside.{team}": _blanks("speaker") for team in teams}


_THANKED = {"title": "kind", "why": "waited norm", "do.1": "", "do.2": "staff", "do_not.2": ""}
"""Lines for who is merely glad, and waits for nothing but thanks."""
SIGNALS: dict[str, dict[str, Blanks]] = {
    "unanswered": {
        "title": _blanks("kind"),
        "happened": _blanks("kind text"),
        "happened.silent": _blanks("kind"),
        "why": _blanks("waited norm"),
        "do.1": _blanks(""),
        "do.2": _blanks("staff"),
        "do_not.1": _blanks(""),
        "do_not.2": _blanks(""),
        "staff": _blanks(""),
        **{f"{part}.glad": _blanks(blanks) for part, blanks in _THANKED.items()},
    },
    "running_out": {
        "title": _blanks("item"),
        "happened": _blanks("item last"),
        "why": _blanks("interval"),
        "do.1": _blanks(""),
        "do.2": _blanks("item"),
        "do_not.1": _blanks(""),
        "do_not.2": _blanks(""),
    },
    "contact_rule_broken": _plain("channel purpose reasons"),
    "contradictory_answers": _plain("topic before now", do_not=1),
    "uncomfortable_place": _plain("kind value location_id", do_not=1),
    "staff_away_notice": _plain("staff_id away_days note"),
    "ignored_suggestion": _plain("waited_hours promos", silent=True) | _beside("product"),
    "suggestion_adopted": _plain("suggestion_id idea") | {"happened.bare": _blanks("")},
    "repeat_contact": _plain("n loyalty_points cost_factor cause", silent=True),
    "asked_twice": _plain("slot answer", do_not=1),
    "handed_around": _plain("n"),
    "scripted_reply": _plain("replies share"),
    "policy_collision": _plain("policy_id complaints refused order", silent=True) | _beside("concierge", "legal"),
    "delivery_misfit": _plain("n part") | _beside("product"),
    "follow_up_due": _plain("waited_hours")
    | {part: _blanks("") for part in ("title.unwell", "why.unwell", "do.1.unwell")},
    "promise_overdue": _plain("promise_id promised", silent=True) | {"happened.bare": _blanks("")},
    "double_deviation": _plain("failures same_cause within_days", silent=True) | {"title.repair": _blanks("")},
    "relationship_rule_broken": _plain("rule relationship hurts falls_to", do_not=1),
    "no_apology": _plain("", do=1),
    "repaired": _plain("after_days", do=1, do_not=1),
    "harassed": _plain("n", do_not=1),
    "template_mismatch": _plain("tones relationship", do_not=1),
    "engaged": _plain("why item times") | {"title.bare": _blanks(""), "happened.bare": _blanks("")},
    "struggling": _plain("step n", do_not=1),
    "step_failing": _plain("what sessions failed baseline cusum"),
    "cause_rising": _plain("what complaints affected baseline cusum"),
    "fix_before_felt": _plain("what incident_id") | _beside("product"),
    "policy_impact": _plain("policy kind lost customers hardest consult in_days"),
    "asked_for_feedback": _plain("after", do=1, do_not=1)
    | {"title.failed": _blanks(""), "happened.failed": _blanks("after"), "do.1.failed": _blanks("")},
    "feedback_gap": _plain("ought got about", do_not=1, silent=True) | {"title.bare": _blanks("ought got words")},
    "incoming_call": _plain("queue open", do_not=1, silent=True)
    | {part: _blanks("") for part in ("do.1.new", "do.1.free", "why.none")},
    "care_call": _plain("for category"),
    "swap_at_home": _plain("item", do_not=1, silent=True)
    | {"happened.bare": _blanks("words"), "happened.silent.bare": _blanks("")},
    "stage_gap": _plain("stage after_days", do=0, do_not=1)
    | {f"do.1.{stage}": _blanks("") for stage in ("acquire", "grow", "mature")},
    "warming": _plain("sign"),
    "cooling": _plain("sign"),
    "plateau": _plain("usual_days growth", do_not=1),
    "slipping_away": _plain("silent_days purchases"),
    "novelty_due": _plain("item silent_days") | _beside("marketing"),
    "advocate": _plain("score before") | {"happened.new": _blanks("")},
    "service_gap": _plain("gap") | {"title.new": _blanks("gap"), "why.new": _blanks("")},
    "betrayal": _plain("policy_id", silent=True),
    "right_offer": {
        "title": _blanks("offer"),
        "happened": _blanks("item"),
        "why": _blanks(""),
        "do.1": _blanks("offer"),
        "do.2": _blanks(""),
        "do_not.1": _blanks(""),
        "do_not.2": _blanks(""),
        **_beside("marketing"),
    },
    "threat": _plain("threat found", do=3)
    | {f"{part}.manager": _blanks("") for part in ("title", "why", "do.1")}
    | _beside("legal"),
    "cry_for_help": _plain("intent found", do=1)
    | {part: _blanks("") for part in ("title.upset", "title.bare", "do.1.upset", "why.public", "do.public")},
    "offended_by_precision": _plain("recital found rewrite"),
    "sensitive_topic": _plain("topic found rewrite"),
    "arrival": {
        "title": _blanks("label place"),
        "happened": _blanks("place"),
        "happened.scan": _blanks("place item"),
        "why": _blanks(""),
        "why.scan": _blanks(""),
        "do.1": _blanks(""),
        "do.2": _blanks(""),
        "do.2.new": _blanks(""),
        "do.2.long": _blanks(""),
        "do.2.hurt": _blanks(""),
        "why.upset": _blanks("team"),
        "do.1.upset": _blanks(""),
        "do.2.upset": _blanks("team"),
        "do_not.1": _blanks(""),
        "do_not.2": _blanks(""),
        "do_not.3": _blanks(""),
    },
}
"""Lines of each signal's card."""

SHIFT: dict[str, Blanks] = {"title": _blanks("now"), "do.1": _blanks(""), "do_not.1": _blanks("")}
"""Lines of each alert about a shift."""


def expected(
    shift_alerts: Iterable[str], reasons: Mapping[str, Iterable[str]], touchpoints: Iterable[str]
) -> dict[str, Blanks]:
    """Every line there must be. `reasons`: names of groups, combinations, deeds … by kind."""
    lines = dict(LINES)
    for signal, parts in SIGNALS.items():
        lines |= {f"signal.{signal}.{part}": blanks for part, blanks in parts.items()}
    for name in shift_alerts:
        lines |= {f"shift.{name}.{part}": blanks for part, blanks in SHIFT.items()}
    for kind, names in reasons.items():
        lines |= {f"{kind}.{name}": _blanks("") for name in names}
    return lines | {f"touchpoint.{name}": _blanks("") for name in touchpoints}


def read_wording(root: Section, lines: Mapping[str, Blanks]) -> Text:
    """The lines of one language; every one of `lines`, no other, with no blank that nobody fills in."""
    for key in root.listed():
        if key not in lines:
            root.fault(f"unknown line {key!r}{nearest(key, lines)}", key)
    found = {key: root.text(key) for key in lines}
    for key, line in found.items():
        _check(root, key, line, lines[key])
    return found


def same_blanks(roots: Mapping[str, Section], wording: Mapping[str, Text]) -> None:
    """A blank that one language fills and another leaves out is a fault of the latter."""
    for key in next(iter(wording.values())):
        used = {language: _used(lines[key]) for language, lines in wording.items() if lines[key]}
        every = frozenset[str]().union(*used.values())
        for language, blanks in used.items():
            if missing := sorted(every - blanks):
                names = ", ".join(f"{{{name}}}" for name in missing)
                roots[language].fault(f"{key}: {names} is used in another language and not here", key)


def _check(root: Section, key: str, line: str, blanks: Blanks) -> None:
    try:
        parts = list(Formatter().parse(line))
    except ValueError as error:
        root.fault(f"{key}: {error}; a brace that is none is written twice: {{{{ }}}}", key)
        return
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            root.fault(f"{key}: only a plain name may stand in braces, not {{{name}}}", key)
        elif name not in blanks:
            choice = ", ".join(sorted(blanks)) or "none"
            root.fault(f"{key}: nobody fills in {{{name}}}{nearest(name, blanks)}; there is: {choice}", key)


def _used(line: str) -> Blanks:
    try:
        return frozenset(name for _, name, _, _ in Formatter().parse(line) if name)
    except ValueError:
        return frozenset()
