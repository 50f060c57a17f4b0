"""What is particular to the card of each signal: its title, what happened, why now, what to do and what not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from schemas.records import Signal
from streams.alerts.greeting import arrival, incoming_call
from streams.alerts.lately import just_said
from streams.alerts.lines import Parts, worded
from streams.alerts.phrases import MINUTE_MS
from streams.alerts.speaking import Speaker, plain, shown
from streams.customers.moment import DAY_MS
from streams.relationships.turning import STRANGER
from streams.texts.linting import rewritten
from streams.texts.listening import listener

REWRITTEN: Final = 240
"""Letters of our own text as it is suggested anew."""
FAILED: Final = frozenset({"payment.failed", "delivery.attempted"})
"""Endings that are failures, where we ask how it was."""
PUBLIC: Final = "social"
"""The channel in which others read along."""
MANAGER: Final = "manager"
MARKS: Final = ("?", "？")


def parts(speaker: Speaker, signal: Signal) -> Parts:
    """The parts of a signal's card, in the language of the speaker."""
    return _SIGNALS.get(signal.name, worded)(speaker, signal)


def _unanswered(speaker: Speaker, signal: Signal) -> Parts:
    asked = str(signal.values["asked"])
    kind, norm = speaker.kind(asked), speaker.lasting(round(float(signal.values["norm_minutes"]) * MINUTE_MS))
    said = (g.words for g in reversed(speaker.moment.customer.recent) if g.type == asked and not g.ours)
    words = next((words for words in said if words), "")
    key = "signal.unanswered.happened" if words else "signal.unanswered.happened.silent"
    happened = speaker.say(key, kind=kind, text=words) if words else speaker.say(key, kind=kind)
    staff, tone = speaker.say("signal.unanswered.staff"), str(signal.values.get("tone", ""))

    def line(part: str, **values: str) -> str:
        return speaker.say(f"signal.unanswered.{part}{tone and f'.{tone}'}", **values)

    return (
        line("title", kind=kind),
        happened,
        line("why", norm=norm),
        [line("do.1"), line("do.2", staff=staff)],
        [speaker.say("signal.unanswered.do_not.1"), line("do_not.2")],
    )


def _running_out(speaker: Speaker, signal: Signal) -> Parts:
    item = str(signal.values["item"])
    last = speaker.ago(round(float(signal.values["elapsed_days"]) * DAY_MS))
    interval = speaker.lasting(round(float(signal.values["expected_days"]) * DAY_MS))
    return (
        speaker.say("signal.running_out.title", item=item),
        speaker.say("signal.running_out.happened", item=item, last=last),
        speaker.say("signal.running_out.why", interval=interval),
        [speaker.say("signal.running_out.do.1"), speaker.say("signal.running_out.do.2", item=item)],
        [speaker.say("signal.running_out.do_not.1"), speaker.say("signal.running_out.do_not.2")],
    )


def _promise_overdue(speaker: Speaker, signal: Signal) -> Parts:
    """In the words of the promise; of one without words the name that the source gave it, never that of an event."""
    title, happened, why, do, do_not = worded(speaker, signal)
    named, promised = str(signal.values["promise_id"]), str(signal.values["promised"])
    if promised:
        happened = speaker.say("signal.promise_overdue.happened", promised=promised)
    elif any(each.event_id == named for each in signal.because):
        happened = speaker.say("signal.promise_overdue.happened.bare")
    else:
        happened = speaker.say("signal.promise_overdue.happened.silent", promise_id=named)
    return title, happened, why, do, do_not


def _follow_up_due(speaker: Speaker, signal: Signal) -> Parts:
    """Who has said that it is not well is not asked whether it is."""
    return worded(speaker, signal, variant="unwell" if "unwell" in signal.values else "")


def _double_deviation(speaker: Speaker, signal: Signal) -> Parts:
    """What went wrong once and was not mended has not gone wrong twice."""
    return worded(speaker, signal, variant="repair" if "repair" in signal.values else "")


def _asked_for_feedback(speaker: Speaker, signal: Signal) -> Parts:
    """After a failure nobody is asked how it was."""
    return worded(speaker, signal, variant="failed" if signal.values["after"] in FAILED else "")


def _swap_at_home(speaker: Speaker, signal: Signal) -> Parts:
    """With what they want to exchange and in which words they said so, as far as either is known and may be told."""
    title, _, why, do, do_not = worded(speaker, signal)
    item, words = str(signal.values["item"]), just_said(speaker)
    touchpoint = speaker.moment.touchpoint
    if touchpoint is not None and touchpoint.category in speaker.knowledge.alerts.sensitive:
        item = words = ""
    line = "signal.swap_at_home.happened" + ("" if words else ".silent") + ("" if item else ".bare")
    return title, speaker.say(line, item=item, words=words), why, do, do_not


def _betrayal(speaker: Speaker, signal: Signal) -> Parts:
    """The rule as people call it: nobody has to look it up, as whoever makes an exception to it has."""
    return worded(speaker, signal, {"policy_id": plain(str(signal.values["policy_id"]))})


def _contact_rule_broken(speaker: Speaker, signal: Signal) -> Parts:
    """Whose budget was never anything but empty has not heard too much lately: they are to get none at all."""
    reasons = shown(speaker, "reasons", signal.values["reasons"])
    if speaker.declared != STRANGER and not speaker.knowledge.relationship(speaker.declared).cap:
        reasons = reasons.replace(speaker.say("refused.budget_empty"), speaker.say("refused.budget_none"))
    return worded(speaker, signal, {"reasons": reasons})


def _threat(speaker: Speaker, signal: Signal) -> Parts:
    """Who wants the manager threatens with nothing yet: they want somebody who can decide."""
    manager = signal.values["threat"] == MANAGER
    title, happened, why, do, do_not = worded(speaker, signal, variant=MANAGER if manager else "")
    return title, happened, why, [do[0], *do[2:]] if manager else do, do_not


def _advocate(speaker: Speaker, signal: Signal) -> Parts:
    """Of whom we had nothing to tell a month ago it is not more than a month ago."""
    return worded(speaker, signal, variant="" if signal.values["before"] else "new")


def _service_gap(speaker: Speaker, signal: Signal) -> Parts:
    """Of whom we do not know yet we know no standards: only that they want it now."""
    return worded(speaker, signal, variant="new" if speaker.declared == STRANGER else "")


def _cry_for_help(speaker: Speaker, signal: Signal) -> Parts:
    """A question that presses is a reproach; of one that is but a question mark nobody knows yet what it is."""
    touchpoint, variant = speaker.moment.touchpoint, ""
    if signal.values["intent"] == "question":
        knowledge = speaker.knowledge
        heard = listener(knowledge.texts, knowledge.meanings).hear(just_said(speaker))
        mark = str(signal.values["found"]).strip() in MARKS
        variant = "upset" if heard.said("pressure") else "bare" if mark else ""
    title, happened, why, do, do_not = worded(speaker, signal, variant=variant)
    if touchpoint is not None and touchpoint.channel == PUBLIC:
        why, do = speaker.say("signal.cry_for_help.why.public"), [*do, speaker.say("signal.cry_for_help.do.public")]
    return title, happened, why, do, do_not


def _care_call(speaker: Speaker, signal: Signal) -> Parts:
    title, happened, why, do, do_not = worded(speaker, signal)
    return title, happened, why, do if signal.values["for"] == "elderly" else do[:1], do_not


def _stage_gap(speaker: Speaker, signal: Signal) -> Parts:
    title, happened, why, _, do_not = worded(speaker, signal)
    return title, happened, why, [speaker.say(f"signal.stage_gap.do.1.{signal.values['stage']}")], do_not


def _right_offer(speaker: Speaker, signal: Signal) -> Parts:
    chosen = signal.values["offer_id"]
    offer = next(each for each in speaker.knowledge.offers if each.offer_id == chosen).text[speaker.language]
    return (
        speaker.say("signal.right_offer.title", offer=offer),
        speaker.say("signal.right_offer.happened", item=str(signal.values["item"])),
        speaker.say("signal.right_offer.why"),
        [speaker.say("signal.right_offer.do.1", offer=offer), speaker.say("signal.right_offer.do.2")],
        [speaker.say("signal.right_offer.do_not.1"), speaker.say("signal.right_offer.do_not.2")],
    )


def _linted(speaker: Speaker, signal: Signal) -> Parts:
    """Plain lines, and our text written anew in its own language."""
    touchpoint = speaker.moment.touchpoint
    text = touchpoint.text if touchpoint is not None and touchpoint.text else ""
    knowledge = speaker.knowledge
    ear = listener(knowledge.texts, knowledge.meanings)
    language = "zh" if ear.hear(text).chinese else "en"
    anew = rewritten(text, ear, knowledge.texts, knowledge.wording[language])
    return worded(speaker, signal, {"rewrite": anew if len(anew) <= REWRITTEN else f"{anew[:REWRITTEN]}…"})


_SIGNALS: dict[str, Callable[[Speaker, Signal], Parts]] = {
    "unanswered": _unanswered,
    "running_out": _running_out,
    "arrival": arrival,
    "right_offer": _right_offer,
    "incoming_call": incoming_call,
    "promise_overdue": _promise_overdue,
    "follow_up_due": _follow_up_due,
    "double_deviation": _double_deviation,
    "asked_for_feedback": _asked_for_feedback,
    "swap_at_home": _swap_at_home,
    "care_call": _care_call,
    "betrayal": _betrayal,
    "contact_rule_broken": _contact_rule_broken,
    "threat": _threat,
    "advocate": _advocate,
    "service_gap": _service_gap,
    "cry_for_help": _cry_for_help,
    "stage_gap": _stage_gap,
    "offended_by_precision": _linted,
    "sensitive_topic": _linted,
}
"""Signals whose cards need more than their values; all others are plain."""
