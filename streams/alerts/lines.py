"""The lines of a signal's card as they stand in wording, filled with what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from schemas.records import Signal
from streams.alerts.lately import their_words
from streams.alerts.speaking import Speaker, shown

Parts: TypeAlias = tuple[str, str, str, list[str], list[str]]
"""Title, what happened, why now, do, do not."""
NAMES: Final = ("about", "item", "idea")
"""Values that may be unknown: the lines `.bare` do without."""
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def worded(speaker: Speaker, signal: Signal, own: Mapping[str, str] = NOTHING, variant: str = "") -> Parts:
    """The lines of wording with what was measured in the words of staff, or as `own` has it; those of the `variant` in
    place of the usual ones, where there are such."""
    values = {name: shown(speaker, name, value) for name, value in signal.values.items()} | dict(own)
    values["words"] = their_words(speaker)
    lines, wording = f"signal.{signal.name}", speaker.knowledge.wording[speaker.language]
    nameless = any(values.get(name) == "" for name in NAMES)

    def line(part: str, *kinds: str) -> str:
        found = (f"{lines}.{part}.{kind}" for kind in (variant, *kinds) if kind)
        return speaker.say(next((key for key in found if key in wording), f"{lines}.{part}"), **values)

    bare, silent = "bare" if nameless else "", "" if values["words"] else "silent"
    do = list(speaker.knowledge.lines(speaker.language, f"{lines}.do", values))
    if variant and f"{lines}.do.1.{variant}" in wording:
        do[0] = speaker.say(f"{lines}.do.1.{variant}", **values)
    return (
        line("title", bare),
        _begun(line("happened", bare, silent)),
        line("why"),
        do,
        list(speaker.knowledge.lines(speaker.language, f"{lines}.do_not", values)),
    )


def joined(speaker: Speaker, line: str, more: str) -> str:
    apart = "" if speaker.language == "zh" or not more else " "
    return f"{line}{apart}{more}"


def _begun(line: str) -> str:
    """A sentence may begin with what was measured."""
    return f"{line[:1].upper()}{line[1:]}"
