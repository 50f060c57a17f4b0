"""What the store holds of one customer, by a few queries of its read-only SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar, cast

import msgspec

from rapport.customers.known import Contact
from schemas.codec import decode_outputs
from schemas.keys import NO_KEY
from schemas.records import EVERYONE, Alert, AlertChange, CustomerCard, Output, Shift, Signal
from sinks.clickhouse.client import Parameter, Reader
from sinks.clickhouse.rows import TABLES, TOUCHPOINTS

TURNS: Final = 5
"""Shifts and signals that are shown."""
ALERTS: Final = 200
"""Alerts among which the open ones are looked for, the newest."""
NEAR, NEAR_OF = 2, 3
"""Letters by which an id may be misspelt: at most so many, and one of so many."""
LINKED, UNLINKED = "identity.linked", "identity.unlinked"

_LAST: Final = "ORDER BY at DESC, cause_offset DESC LIMIT {n:UInt32}"
_MS: Final = "toUnixTimestamp64Milli"
_CONTACT: Final = (
    f"{_MS}(occurred_at) AS at, type, channel, initiator, text, item_id, event_id, history, amount, currency, order_id"
)

Kind = TypeVar("Kind", bound=Output)
Ids = Sequence[str]
"""The keys of one person: the customer's own, and those that are linked to it."""


class Stored(msgspec.Struct, frozen=True):
    """All of it, in the order of time."""

    touchpoints: int = 0
    first: int | None = None
    latest: int | None = None
    card: CustomerCard | None = None
    timeline: tuple[Contact, ...] = ()
    shifts: tuple[Shift, ...] = ()
    signals: tuple[Signal, ...] = ()
    alerts: tuple[Alert, ...] = ()
    changes: tuple[AlertChange, ...] = ()


class Archive:
    """Asks one store. StoreAway or StoreError, as the store says."""

    def __init__(self, store: Reader) -> None:
        self._store = store

    def read(self, ids: Ids, limit: int, since: int | None = None, at: int | None = None) -> Stored:
        """The last `limit` touchpoints (none before `since`), shifts and signals, the alerts of late.

        The card is that of the first id. With `at` (ms) everything as it stood then.
        """
        where, asked = _of(ids, "occurred_at", at)
        (total,) = self._ask(
            # What identity notes down is about them, and nothing that they did.
            "SELECT uniqExactIf(event_id, type NOT LIKE 'identity.%') AS n, count() AS rows,"
            f" min({_MS}(occurred_at)) AS first, max({_MS}(occurred_at)) AS latest"
            f" FROM {TOUCHPOINTS} FINAL {where}", asked,
        )  # fmt: skip
        there = bool(total["rows"])
        # What was handed over stands under both keys.
        order = "ORDER BY occurred_at DESC, event_id DESC LIMIT 1 BY event_id LIMIT {n:UInt32}"
        own = "AND type NOT IN ('identity.merged', 'identity.conflicted') AND event_id NOT LIKE 'link:%'"
        last = self._contacts(f"{where} {own} {order}", asked, limit)
        cards = self._outputs("card", CustomerCard, ids[:1], 1, at)
        return Stored(
            int(total["n"]),
            int(total["first"]) if there else None,
            int(total["latest"]) if there else None,
            cards[-1] if cards else None,
            tuple(each for each in last[::-1] if since is None or each.occurred_at >= since),
            self._outputs("shift", Shift, ids, TURNS, at),
            self._outputs("signal", Signal, ids, TURNS, at),
            self._outputs("alert", Alert, ids, ALERTS, at),
            self._outputs("alert_change", AlertChange, ids, 4 * ALERTS, at),
        )

    def contacts(self, ids: Ids, event_ids: Sequence[str]) -> dict[str, Contact]:
        """Touchpoints of the person by their event ids, those that there are."""
        where, asked = _of(ids)
        found = self._contacts(
            f"{where} AND has({{events:Array(String)}}, event_id) LIMIT {{n:UInt32}}",
            {**asked, "events": event_ids}, len(event_ids),
        )  # fmt: skip
        return {contact.event_id: contact for contact in found if contact.event_id}

    def link(self, customer_id: str) -> dict[str, Any] | None:
        """What the last record that links this key says (`from`, `to`); None if there is none, or it was unlinked."""
        rows = self._ask(
            f"SELECT type, properties FROM {TOUCHPOINTS} FINAL WHERE customer_id = {{id:String}}"
            " AND type IN ({on:String}, {off:String})"
            # What identity says holds; a person's word alone may have been refused.
            " ORDER BY visitParamExtractString(ifNull(properties, ''), 'by') = 'identity' DESC,"
            " occurred_at DESC, offset DESC LIMIT 1",
            {"id": customer_id, "on": LINKED, "off": UNLINKED},
        )
        if not rows or rows[0]["type"] == UNLINKED:
            return None
        return cast("dict[str, Any]", msgspec.json.decode(rows[0]["properties"] or "{}"))

    def named_in_links(self, customer_id: str, most: int) -> list[str]:
        """Keys of which a record of a link names this customer, whether it still holds or not."""
        rows = self._ask(
            f"SELECT DISTINCT customer_id FROM {TOUCHPOINTS} WHERE type = {{on:String}}"
            " AND position(properties, {id:String}) > 0 ORDER BY customer_id LIMIT {n:UInt32}",
            {"on": LINKED, "id": customer_id, "n": most},
        )
        return [str(row["customer_id"]) for row in rows]

    def faces(self, customer_id: str, most: int) -> list[str]:
        """Keys of faces that were linked to this customer by consent, whether they still are or not."""
        rows = self._ask(
            f"SELECT DISTINCT customer_id FROM {TOUCHPOINTS} WHERE type = {{on:String}}"
            " AND startsWith(customer_id, {face:String}) AND visitParamExtractString(properties, 'to') = {id:String}"
            " ORDER BY customer_id LIMIT {n:UInt32}",
            {"on": LINKED, "face": f"{NO_KEY}:", "id": customer_id, "n": most},
        )
        return [str(row["customer_id"]) for row in rows]

    def bearer(self, card: str) -> str | None:
        """The customer whose touchpoint showed this loyalty card last; None if it was always alone."""
        rows = self._ask(
            f"SELECT customer_id FROM {TOUCHPOINTS} WHERE identifier_loyalty_card = {{card:String}}"
            " AND identifier_customer_id != '' ORDER BY occurred_at DESC, offset DESC LIMIT 1",
            {"card": card},
        )
        return str(rows[0]["customer_id"]) if rows else None

    def cards(self, customer_id: str, most: int) -> list[str]:
        """Loyalty cards that the customer's own touchpoints showed."""
        rows = self._ask(
            f"SELECT DISTINCT identifier_loyalty_card AS card FROM {TOUCHPOINTS} WHERE customer_id = {{id:String}}"
            " AND identifier_loyalty_card != '' ORDER BY card LIMIT {n:UInt32}",
            {"id": customer_id, "n": most},
        )
        return [str(row["card"]) for row in rows]

    def nearest(self, customer_id: str) -> str | None:
        """A known customer whose id differs by a few letters at most, or in capitals only."""
        rows = self._ask(
            "SELECT customer_id, editDistance(lower(customer_id), lower({id:String})) AS distance"
            f" FROM (SELECT DISTINCT customer_id FROM {TOUCHPOINTS} WHERE customer_id != {{all:String}})"
            " WHERE distance <= {near:UInt8} ORDER BY distance, customer_id LIMIT 1",
            {"id": customer_id, "near": min(NEAR, len(customer_id) // NEAR_OF), "all": EVERYONE},
        )
        return str(rows[0]["customer_id"]) if rows else None

    def _contacts(self, where: str, asked: Mapping[str, Parameter], limit: int) -> list[Contact]:
        rows = self._ask(f"SELECT {_CONTACT} FROM {TOUCHPOINTS} FINAL {where}", {**asked, "n": limit})
        return [
            Contact(
                int(row["at"]), row["type"], row["channel"], row["initiator"], row["text"] or None,
                row["item_id"] or None, row["event_id"], row["history"] or None, row["amount"],
                row["currency"] or None, row["order_id"] or None,
            )
            for row in rows
        ]  # fmt: skip

    def _outputs(
        self, schema: str, kind: type[Kind], ids: Ids, limit: int, at: int | None = None
    ) -> tuple[Kind, ...]:  # fmt: skip
        where, asked = _of(ids, "at", at)
        sql = f"SELECT value FROM {TABLES[schema]} FINAL {where} {_LAST}"
        found = self._store.query(sql, {**asked, "n": limit}, binary=("value",))
        values = cast("list[bytes]", list(found["value"])) if len(found) else []
        return tuple(output for output in decode_outputs(values[::-1]) if isinstance(output, kind))

    def _ask(self, sql: str, asked: Mapping[str, Parameter]) -> list[dict[str, Any]]:
        return list(self._store.query(sql, asked).dicts())


def _of(ids: Ids, time: str = "", at: int | None = None) -> tuple[str, dict[str, Parameter]]:
    """The condition that a row is of this person, by the key of all tables; and none after `at`."""
    asked: dict[str, Parameter] = {f"id{n}": each for n, each in enumerate(ids)}
    where = f"WHERE customer_id IN ({', '.join(f'{{{name}:String}}' for name in asked)})"
    if at is None:
        return where, asked
    return f"{where} AND {time} <= fromUnixTimestamp64Milli({{until:Int64}}, 'UTC')", {**asked, "until": at}
