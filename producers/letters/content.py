"""A letter as somebody may edit it: the touchpoint in JSON, as far as it can be read."""

from __future__ import annotations

import base64
from typing import Any, Final

import msgspec

from schemas import keys, times
from schemas.contract import sound_fields
from schemas.letters import Letter
from schemas.records import EVERYONE, IDENTIFIERS, Touchpoint
from schemas.salvage import salvaged

Json = dict[str, Any]

_CARRIER: Final = {"event_id": "", "type": "", "occurred_at": 0, "occurred_offset": 0, "channel": "", "initiator": ""}


def touchpoint_of(letter: Letter) -> Json | None:
    """The touchpoint's public fields, whatever is wrong with them; None where the letter holds nothing of one.

    Who it was about is added from the key, where the body names nobody and the key still says it in clear.
    """
    content = salvaged(letter.value).content
    if content is None or content.get("identifiers"):
        return content
    named = _named_by(letter.key)
    return content if named is None else content | {"identifiers": named}


def customers_of(letter: Letter, identity: keys.IdentityKey) -> frozenset[str]:
    """Every key under which somebody may look for it: the letter's own, and those of the identifiers within."""
    found = {letter.customer} if letter.customer is not None else set()
    content = salvaged(letter.value).content
    fields = {} if content is None else sound_fields(content)
    for kind in IDENTIFIERS:
        if kind in fields and kind != keys.NO_KEY:
            found.add(keys.key_of(msgspec.convert(_CARRIER | {kind: fields[kind]}, Touchpoint), identity))
    return frozenset(found)


def exported(letter: Letter, replayed: bool, remedy: str) -> Json:
    """The letter as an object: what is known of it, the `touchpoint` to edit, the bytes where that is not all of it."""
    touchpoint = touchpoint_of(letter)
    out: Json = {
        "id": letter.id,
        "reason": letter.reason,
        "detail": letter.detail,
        "remedy": remedy,
        "stage": letter.stage,
        "at": times.write(letter.at) if times.EARLIEST <= letter.at < times.LATEST else letter.at,
        **_place(letter),
        "replayed": replayed,
    }
    if letter.customer is not None:
        out["customer"] = letter.customer
    if touchpoint is not None:
        out["touchpoint"] = touchpoint
    if salvaged(letter.value).form not in ("json", "avro"):
        out["original"] = base64.b64encode(letter.value).decode()
    return out


def _place(letter: Letter) -> Json:
    if letter.topic:
        return {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset}
    return {"file": letter.file, "line": letter.line}


def _named_by(key: bytes) -> dict[str, str] | None:
    try:
        text = key.decode()
    except UnicodeDecodeError:
        return None
    kind, _, value = text.partition(":")
    if kind == keys.NAMED and value:
        found = {keys.NAMED: value}
    elif text.startswith(keys.RESERVED) or text == EVERYONE:
        return None
    else:
        found = {keys.AS_IT_IS: text}
    return None if keys.key_is_sentinel(text) else found
