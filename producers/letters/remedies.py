"""For each reason of a refusal a sentence: what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schemas.letters import Letter
from schemas.salvage import salvaged

APPLIED: Final = "detector_failed"
"""The touchpoint of such a letter was folded; only one detector failed at it. Sending it again would count it twice."""

_FILE: Final = "Export it, mend the touchpoint and replay the file"
_SOURCE: Final = "and mend the producer, or the next one comes"

REMEDIES: Final[Mapping[str, str]] = {
    "too_large": "Shorten the touchpoint (text, properties) at its source and send it anew; what is longer than 16 MB"
    " is not carried here.",
    "bad_encoding": f"A text or the key is not UTF-8. {_FILE}: what could be read stands there; {_SOURCE}.",
    "not_json": f"The line is no JSON (the detail names the place). {_FILE}, with what it should say as `touchpoint`.",
    "not_an_object": f"One JSON object a line makes a touchpoint. {_FILE}, with the object as `touchpoint`.",
    "nul_character": f"Take the NUL character out. {_FILE}.",
    "refused_type": "Only the line itself writes this type: mend the producer that sends it; there is nothing to"
    " replay.",
    "unknown_type": "Replay with a mapping such as `type: {values: {chat.massage: chat.message}}`, or add the type to"
    " knowledge/touchpoints.yaml and replay as it is.",
    "missing_field": "The detail names the fields. Where one value fits all, replay with a mapping such as"
    f" `channel: {{default: store}}`, else: {_FILE[0].lower()}{_FILE[1:]}.",
    "sentinel_identifier": "A placeholder identifies nobody. Replay as it is where only the key was one; else with a"
    " mapping such as `identifiers.customer_id: null`, or put the right identifier in.",
    "bad_date": f"The time has no offset, lies outside 1970..2200, or no calendar has it. {_FILE}.",
    "wrong_type": "Replay with a mapping such as `amount: {as: number}`; the detail names the field.",
    "bad_value": f"The detail names the field and what it may hold. {_FILE}, or a mapping does it for all.",
    "unknown_field": "Replay with a mapping such as `amount: {from: amout}`, or move the field into `properties`"
    " (`properties.mood: {from: mood}`).",
    "empty_value": "The record has no value: there is nothing to replay. Ask its producer; on this topic nobody needs"
    " tombstones.",
    "not_framed": "Something else than our Avro stands on the topic: let the producer use the SDK or `rapport send`."
    " If it is JSON, replay it as it is or mended.",
    "unknown_schema": "The schema id is not ours (schemas/registry.py). If the touchpoint can be read here, replay it"
    f" as it is; {_SOURCE}.",
    "truncated": f"The body is shorter or longer than its record. {_FILE}: what could be read stands there.",
    "empty_key": f"The record had no key; a replay makes it from the identifiers. Replay it as it is, {_SOURCE}.",
    "tick_from_future": "The clock of the worker that wrote the tick is wrong: set it. There is nothing to replay.",
    "misrouted": "The key did not fit what the type is about; a replay makes it anew. Replay it as it is,"
    f" {_SOURCE}.",
    "no_source": "Somebody wrote to touchpoints.resolved.v1, where only the station identity writes. Replay it as it"
    f" is, {_SOURCE}.",
    "bad_hint": f"The header `identity` is of another release. A replay writes it anew: replay it as it is, {_SOURCE}.",
    "chain_too_long": "Link the key to the customer itself (`rapport identity link`), then replay it as it is.",
    "alert_unknown": "Nobody has such an alert. Open the customer's list anew; there is nothing to replay.",
    "alert_over": "Somebody was first, or its time was over: the detail says who and when. There is nothing to replay.",
    "alert_taken": "The detail says who has it: ask them, or reassign it. There is nothing to replay.",
    "alert_incomplete": "Say what the detail asks for, and do it again; there is nothing to replay.",
    "team_unknown": "The detail lists the teams. The alert is where it was: hand it on to one of them; there is"
    " nothing to replay.",
    "not_delivered": "The detail names the receiver and what it said. Mend the receiver or the delivery file, then"
    " `rapport deliver --again RECEIVER`; there is nothing to replay. The alert itself is in the console.",
    APPLIED: "The touchpoint itself was applied; one detector failed at it (named in the detail), which is a fault in"
    " the program. Report it; there is nothing to replay.",
}  # fmt: skip
_UNKNOWN: Final = f"No remedy is known for this reason; the detail says more. {_FILE}."


_NAMES: Final = frozenset({"event_id", "type", "occurred_at", "channel", "identifiers"})
SOME: Final = 2
"""Of the five that nearly every touchpoint has."""
_ROW: Final = (
    "It is a record of a file, as the detail names it, and no touchpoint yet. Correct it and import a file of such"
    " records alone: {place} is what it is now. Or export it, write its `touchpoint` and replay that; not both."
)


def _is_row(letter: Letter) -> bool:
    """Whether it is a row of somebody's table: text, or an object with hardly a name of a touchpoint's."""
    found = salvaged(letter.value)
    if found.form == "json" and found.content is not None:
        return len(_NAMES & found.content.keys()) < SOME
    return found.form in ("text", "bytes")


def remedy(letter: Letter) -> str:
    """What to do about the letter, in a sentence or two."""
    if letter.file and letter.reason != "not_json" and _is_row(letter):
        return _ROW.format(place=letter.place)
    return REMEDIES.get(letter.reason, _UNKNOWN)
