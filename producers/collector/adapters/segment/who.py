"""Who called, and by which way: the identifiers and the channel of an event."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from producers.collector.adapters.segment.places import words
from producers.collector.adapters.segment.table import Found
from schemas.keys import is_sentinel

Json = dict[str, Any]

PERSONAL: Final = ("email", "phone")
"""Traits that are identifiers; they stand nowhere else."""
OLDER: Final = {
    "userId": "user_id", "anonymousId": "anonymous_id", "messageId": "message_id", "groupId": "group_id",
    "previousId": "previous_id", "sentAt": "sent_at", "type": "action",
}  # fmt: skip
"""How older senders write the names of a call."""
_MOBILE: Final = ("ios", "android", "react-native", "flutter", "kotlin", "swift")


def given_as(event: Json, name: str) -> Any:
    value = event.get(name)
    return event.get(OLDER[name]) if value is None else value


def identifiers(event: Json, context: Json) -> Json:
    found: Json = {}
    user, anonymous = event.get("userId"), event.get("anonymousId")
    if user is None:
        user = event.get(OLDER["userId"])
    if anonymous is None:
        anonymous = event.get(OLDER["anonymousId"])
    if user is not None and user != "":
        found["customer_id"] = user if type(user) is str else words(user) or user
    if anonymous is not None and anonymous != "":
        found["cookie"] = anonymous if type(anonymous) is str else words(anonymous) or anonymous
    if "traits" in event or "traits" in context:
        _add_personal(found, event.get("traits"), context.get("traits"))
    if "device" in context and isinstance(device := context["device"], dict) and _is_mobile(event, context):
        value = words(device.get("id"))
        if value is not None and not is_sentinel(value.replace("0", "").replace("-", "")):
            found["device"] = value
    return found


def _add_personal(found: Json, *said: Any) -> None:
    for traits in said:
        if traits and isinstance(traits, dict):
            for name in PERSONAL:
                value = words(traits.get(name))
                if value is not None and name not in found and not is_sentinel(value):
                    found[name] = value


def channel(rule: Found, event: Json, context: Json) -> str:
    usual, way = rule.kind.channels, event.get("channel")
    if _is_mobile(event, context):
        own = "app"
    elif "page" in context:
        own = "web"
    elif way is None:
        return usual[0]
    elif way in ("browser", "web", "client"):
        own = "web"
    elif way == "server":
        own = "system"
    else:
        return usual[0]
    return own if own in usual or (rule.kind.name == "app.event" and own == "web") else usual[0]


def _is_mobile(event: Json, context: Json) -> bool:
    if event.get("channel") == "mobile":
        return True
    library = context.get("library")
    name = library.get("name") if type(library) is dict else None
    return type(name) is str and _names_mobile(name)


@lru_cache(maxsize=256)
def _names_mobile(library: str) -> bool:
    return any(each in library for each in _MOBILE)
