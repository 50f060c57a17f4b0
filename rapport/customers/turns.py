"""What has turned lately for a customer, in words: shifts of the relationship, and moments that were noticed."""

from __future__ import annotations

from typing import Final

from rich.text import Text

from rapport.layout import clean
from rapport.readable import COLOURS
from rapport.voice import Voice
from schemas.records import Shift, Signal

ITEM: Final = "item:"
"""How the matter of an item begins."""


def turn(output: Shift | Signal, voice: Voice) -> Text:
    """What it says, without ids."""
    said = _shift(output, voice) if isinstance(output, Shift) else _signal(output, voice)
    if output.history is not None:
        said.append(f"  {voice.say('history')}", "dim")
    return said


def _shift(shift: Shift, voice: Voice) -> Text:
    before, now = voice.relationship(shift.from_), voice.relationship(shift.to)
    said = Text.assemble(before, " → ", (now, "bold"), f" {shift.probability:.0%}")
    said.append(f" · {voice.migration(shift.migration)}")
    if shift.strategy:
        said.append(f" · {voice.strategy(shift.strategy)}", "dim")
    return said


def _signal(signal: Signal, voice: Voice) -> Text:
    said = Text.assemble((f"{voice.severity(signal.severity)} ", COLOURS[signal.severity]), voice.signal(signal.name))
    if signal.matter.startswith(ITEM):
        said.append(f" · {clean(signal.matter.removeprefix(ITEM))}")
    return said
