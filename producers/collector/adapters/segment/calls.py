"""One call of the tracking API, as it came, to touchpoints or to what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from producers.collector.adapters.segment import moments
from producers.collector.adapters.segment.places import Readers, Shape, number, words
from producers.collector.adapters.segment.table import Found, Table
from producers.collector.adapters.segment.who import PERSONAL, channel, given_as, identifiers
from schemas import times
from schemas.catalogue import Property
from schemas.contract import read_object
from schemas.faults import Fault, FieldFault
from schemas.fields import Wrong, check_property
from schemas.records import Touchpoint

Json = dict[str, Any]

TYPES: Final = ("identify", "track", "page", "screen", "group", "alias")
_NAME: Final = "name"
_EVENT: Final = "app.event"
_AS_SENT: Final = "_as_sent"
_SHARED: Final = (
    "channel", "occurred_at", "occurred_offset", "sent_at", "sent_offset", "received_at", "received_offset",
    "order_id", "currency", "location_id", "session_id",
)  # fmt: skip
"""What an event says of every entry of its list."""


class Sender(NamedTuple):
    """What holds for all calls of one request."""

    received_at: int
    sent_at: Any
    name: str


class Calls:
    """By one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, event: Json, original: bytes, sender: Sender, kind: str | None = None) -> list[Touchpoint | Fault]:
        """The touchpoint, then those of its list; one `Fault` where the call cannot be taken.

        `kind` is the path's, where the path says it. What a property holds is no reason to refuse a call: where it
        does not fit what Rapport knows by that name, it is kept under `<name>_as_sent`.
        """
        kind = kind or given_as(event, "type")
        match kind:
            case "track":
                name = event.get("event")
                if not isinstance(name, str) or not name.strip():
                    return [_fault("missing_field", "event", "is missing", "name the event", original)]
                return self._made(self._table.event(name) or self._table.other, name, event, original, sender)
            case "page":
                return self._made(self._table.page, _name(event), event, original, sender)
            case "screen":
                return self._made(self._table.screen, _name(event), event, original, sender)
            case "identify" | "group" | "alias":
                return self._person(kind, event, original, sender)
        what = f"{kind!r:.60} is no call" if kind is not None else "is missing"
        return [_fault("unknown_type" if kind else "missing_field", "type", what, f"use {', '.join(TYPES)}", original)]

    def _made(self, rule: Found, name: str, event: Json, original: bytes, sender: Sender) -> list[Touchpoint | Fault]:
        given, context = _object(event, "properties"), _object(event, "context")
        rule, shape, properties = self._properties(rule, name, given, context)
        content, known = self._frame(rule, event, context, original, sender)
        _fill(known, shape, given, context)
        if "text" in known:  # words are masked where they stand as text, and there alone
            properties = {each: value for each, value in properties.items() if value != known["text"]}
        if shape.kept:
            _keep(properties, shape.kept, context)
        content["properties"] = properties
        if rule.each is None:
            return [read_object(content, original, known)]
        return [read_object(content, original, known.copy()), *_entries(rule, content, known, given, original)]

    def _properties(
        self, rule: Found, name: str, given: Json, context: Json
    ) -> tuple[Found, Shape, Json]:  # fmt: skip
        """The properties of the touchpoint, the rule that they allow, and their shape by it."""
        properties = given.copy()
        shape = rule.shapes.of(given, context)
        for target, read in shape.properties:
            value = read(given, context)
            if value is not None:
                properties[target] = value
        if shape.known:
            _fit(properties, shape.known)
        for each, value in rule.set:
            if properties.get(each) is None:
                properties[each] = value
        if rule.kind.name == _EVENT:
            _call_it(properties, dict(rule.set).get(_NAME, name), name, given)
        elif name:
            properties.setdefault(_NAME if rule is self._table.page or rule is self._table.screen else "event", name)
        for required in rule.kind.required:
            if properties.get(required) is None:
                return self._properties(self._table.other, name, given, context)
        return rule, shape, properties

    def _person(self, kind: str, event: Json, original: bytes, sender: Sender) -> list[Touchpoint | Fault]:
        context = _object(event, "context")
        rule = self._table.link if kind == "alias" else self._table.person
        content, known = self._frame(rule, event, context, original, sender)
        if kind == "alias":
            fault = _link(event, content, original)
            if fault is not None:
                return [fault]
        else:
            traits = _object(event, "traits")
            if kind == "identify":
                # RudderStack's SDKs send them in the context; what stands beside it holds where both do.
                traits = {**_object(context, "traits"), **traits}
                slots = self._table.traits
                fields = {slots.get(name, name): value for name, value in traits.items() if name not in PERSONAL}
            else:
                fields = {"group_id": words(given_as(event, "groupId")), "group": traits}
            content["properties"] = {"fields": fields}
        _keep(content["properties"], rule.shapes.of({}, context).kept, context)
        return [read_object(content, original, known)]

    def _frame(
        self, rule: Found, event: Json, context: Json, original: bytes, sender: Sender
    ) -> tuple[Json, Json]:  # fmt: skip
        """Who, when, by which way, as every touchpoint has it: what the contract judges, and what is read already."""
        received_at = sender.received_at
        message = event.get("messageId")
        if type(message) is not str or not message:
            message = words(given_as(event, "messageId")) or _made_up(original, sender)
        content: Json = {
            "event_id": message, "type": rule.kind.name, "identifiers": identifiers(event, context)
        }  # fmt: skip
        known: Json = {
            "channel": rule.channel or channel(rule, event, context),
            "initiator": rule.kind.initiator,
            "received_at": received_at,
            "received_offset": 0,
        }
        sent = _sent(event, sender)
        occurred = moments.occurred(event, sent, received_at)
        if isinstance(occurred, Wrong):  # the contract says what is wrong with it
            content["occurred_at"] = event.get("originalTimestamp") or event.get("timestamp")
        else:
            known["occurred_at"] = occurred.at
            known["occurred_offset"] = occurred.offset
        if sent is not None:
            known["sent_at"] = sent.at
            known["sent_offset"] = sent.offset
        return content, known


def _keep(properties: Json, readers: Readers, context: Json) -> None:
    """What is kept of the context stands under its name among the properties."""
    kept = {name: value for name, read in readers if (value := read({}, context)) is not None}
    if kept:
        properties["context"] = kept


def _entries(rule: Found, content: Json, known: Json, given: Json, original: bytes) -> list[Touchpoint | Fault]:
    """One touchpoint an entry of the event's list, with what the event says of all of them."""
    listed, each = given.get(rule.each_in or ""), rule.each
    if not isinstance(listed, list) or each is None:
        return []
    made: list[Touchpoint | Fault] = []
    shared: Json = {name: known[name] for name in _SHARED if name in known}
    for place, entry in enumerate(listed):
        if isinstance(entry, dict):
            line = {**content, "event_id": f"{content['event_id']}:{place}", "type": each.kind.name}
            line["properties"] = properties = entry.copy()
            shape = each.shapes.of(entry, {})
            _fit(properties, shape.known)
            fields = shared.copy()
            _fill(fields, shape, entry, {})
            made.append(read_object(line, original, fields))
    return made


def _fit(properties: Json, known: Sequence[tuple[str, Property]]) -> None:
    """What does not fit what Rapport knows by that name is made to, or moved aside."""
    for name, wanted in known:
        value = properties.get(name)
        if value is None or check_property(value, wanted) is None:
            continue
        made = number(value) if wanted.type == "number" else words(value) if wanted.type == "string" else None
        if made is None or wanted.values:
            properties[name + _AS_SENT] = properties.pop(name)
        else:
            properties[name] = made


def _call_it(properties: Json, own: Any, name: str, given: Json) -> None:
    """An app.event is known by its name, whatever the event has under `name`."""
    if _NAME in given and given[_NAME] != own:
        properties[_NAME + _AS_SENT] = given[_NAME]
    properties[_NAME] = own
    if own != name:
        properties["event"] = name


def _fill(known: Json, shape: Shape, properties: Json, context: Json) -> None:
    """The fields of the touchpoint, each where a fitting value stands."""
    for name, plain, read, made in shape.fields:
        value = None if plain is None else properties[plain]  # this is most of the work
        if value is None and (value := read(properties, context)) is None:
            continue
        if made is None and type(value) is str and value:
            known[name] = value
        elif (fitting := (made or words)(value)) is not None:
            known[name] = fitting
    if "text" in known and isinstance(locale := context.get("locale"), str):
        known["language"] = locale.replace("_", "-").partition("-")[0].lower()


def _link(event: Json, content: Json, original: bytes) -> Fault | None:
    """The weaker identifier alone makes the key of a link, so that it lies with the touchpoints that it concerns."""
    user, previous = words(given_as(event, "userId")), words(given_as(event, "previousId"))
    if user is None or previous is None:
        return _fault("missing_field", "previousId" if user else "userId", "is missing", "alias needs both", original)
    kind = "email" if "@" in previous else "cookie"
    content["identifiers"] = {kind: previous}
    content["properties"] = {"from": f"{kind}:{previous}", "to": user}
    return None


def _sent(event: Json, sender: Sender) -> times.Instant | None:
    """A time of sending that cannot be read corrects nothing."""
    given = given_as(event, "sentAt") if "sentAt" in event or "sent_at" in event else sender.sent_at
    read = None if given is None else moments.read(given)
    return None if isinstance(read, Wrong) else read


def _made_up(original: bytes, sender: Sender) -> str:
    """For a call without an id: the same call in the same request has the same."""
    seed = f"{sender.name}\0{sender.received_at}\0".encode()
    return f"call-{blake2b(seed + original, digest_size=16).hexdigest()}"


def _object(event: Mapping[str, Any], name: str) -> Json:
    found = event.get(name)
    return found if isinstance(found, dict) else {}


def _name(event: Json) -> str:
    return words(event.get(_NAME)) or ""


def _fault(reason: str, field: str, what: str, remedy: str, original: bytes) -> Fault:
    return Fault(reason, (FieldFault(field, what, remedy),), original)
