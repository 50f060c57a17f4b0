"""A letter as somebody may edit it: the touchpoint in JSON, as far as it can be read."""

from __future__ import annotations

import base64
from typing import Any, Final

import msgspec

from schemas import keys, times
from schemas.catalogue import standard
from schemas.letters import Letter, customer_of, fields_of
from schemas.records import EVERYONE, IDENTIFIERS, Touchpoint
from schemas.salvage import salvaged

Json = dict[str, Any]

_CARRIER: Final = {"event_id": "", "type": "", "occurred_at": 0, "occurred_offset": 0, "channel": "", "initiator": ""}


def touchpoint_of(letter: Letter) -> Json | None:
    """The touchpoint's public fields, whatever is wrong with them; None where the letter holds nothing of one.

    Who it was about is added from the key, where the body names nobody and the key still says it in clear.
    """
    content = salvaged(letter.value).content
    if content is None or content.get("identifiers") or content.get("type") in standard().company_wide():
        return content
    named = _named_by(letter.key)
    return content if named is None else content | {"identifiers": named}


def about(letter: Letter) -> str | None:
    """The customer, where the key or the touchpoint names one."""
    return letter.customer or customer_of(letter.key, fields_of(letter.value))


def customers_of(letter: Letter, identity: keys.IdentityKey) -> frozenset[str]:
    """Every key under which somebody may look for it: the letter's own, and those of the identifiers within."""
    fields = fields_of(letter.value)
    found = {named for named in (letter.customer, customer_of(letter.key, fields)) if named}
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
        "class": letter.kind,
        "detail": letter.detail,
        "remedy": remedy,
        "stage": letter.stage,
        "at": times.write(letter.at) if times.EARLIEST <= letter.at < times.LATEST else letter.at,
        **_place(letter),
        "attempt": letter.attempt,
        "replayed": replayed,
    }
    customer = about(letter)
    if customer is not None:
        out["customer"] = customer
    if touchpoint is not None:
        out["touchpoint"] = touchpoint
    form = salvaged(letter.value).form
    if form == "text":
        out["text"] = letter.value.decode("utf-8", "replace")
    if form not in ("json", "avro"):
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
