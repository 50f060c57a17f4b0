"""Tills: a receipt is a purchase for each line that was sold, a return for each that came back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import msgspec

from producers.collector.adapter import Request, Route, Source, Taken
from producers.collector.keys import WriteKey
from producers.collector.naming import digest
from producers.collector.outcome import outcome
from producers.collector.reading import read_as
from producers.collector.webhooks import Door, pieces
from schemas.contract import read_object
from schemas.faults import Fault, FieldFault
from schemas.records import Touchpoint

NAME: Final = "pos"
MOST_LINES: Final = 1_000
"""Of a receipt; a wholesaler's has a few hundred."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keys` or `secrets`: which tills may send."""

    keys: tuple[WriteKey, ...] = ()
    secrets: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line. `amount`: what was paid for it, or paid back, all pieces together, vouchers taken off; not below zero.

    `voucher`: a gift voucher that was sold. `for` and `gift_wrap`: for whom, where the till asks.
    """

    line: int
    item_id: str | None = None
    kind: Literal["sale", "return", "voucher"] = "sale"
    category: str | None = None
    quantity: float = 1.0
    amount: float | None = None
    coupon: str | None = None
    reason: str | None = None
    staff_id: str | None = None
    for_: str | None = msgspec.field(default=None, name="for")
    gift_wrap: bool | None = None


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`receipt` is its number, `at` when it was printed (RFC 3339), `vouchers` those that paid for it."""

    receipt: str
    at: str
    lines: list[msgspec.Raw]
    till: str = ""
    location_id: str | None = None
    staff_id: str | None = None
    order_id: str | None = None
    currency: str | None = None
    identifiers: dict[str, Any] = {}
    vouchers: tuple[str, ...] = ()


class Pos:
    """`POST /v1/receipts`: a receipt, an array of them or `{"events": […]}`. Each line stands alone.

    The same line of the same receipt of the same day, till and place has the same `event_id`: a till
    that sends again, be it a day later, counts once.
    """

    name = NAME
    routes: Sequence[Route] = (Route("POST", "/v1/receipts"),)

    def __init__(self, config: Config) -> None:
        self._door = Door(config.keys, config.secrets)

    def take(self, request: Request) -> Taken:
        quota = self._door.admit(request)
        bodies, many = pieces(request.body)
        read = [each for body in bodies for each in _read(body)]
        return Taken(read, outcome(read, many=many or len(read) > 1), quota)


def _read(body: bytes) -> Iterator[Touchpoint | Fault]:
    receipt = read_as(Receipt, body)
    if isinstance(receipt, Fault):
        yield receipt
    elif not 1 <= len(receipt.lines) <= MOST_LINES:
        what = f"{len(receipt.lines)} lines"
        yield Fault("bad_value", (FieldFault("lines", what, f"send 1 to {MOST_LINES} a receipt"),), body)
    else:
        seen: set[int] = set()
        for at, raw in enumerate(receipt.lines):
            yield _line(receipt, at, bytes(raw), seen)


def _line(receipt: Receipt, at: int, raw: bytes, seen: set[int]) -> Touchpoint | Fault:
    place = f"lines[{at}]"
    line = read_as(Line, raw, place)
    if isinstance(line, Fault):
        return line
    if line.line in seen:
        return Fault("bad_value", (FieldFault(f"{place}.line", "stands there twice", "number the lines"),), raw)
    seen.add(line.line)
    for name, value in (("amount", line.amount), ("quantity", line.quantity)):
        if value is not None and value < 0:
            remedy = 'write it without the minus, with "kind": "return"'
            return Fault("bad_value", (FieldFault(f"{place}.{name}", "is below zero", remedy),), raw)
    return read_object(_content(receipt, line), raw)


def _content(receipt: Receipt, line: Line) -> dict[str, Any]:
    back = line.kind == "return"
    coupon = line.coupon or next(iter(receipt.vouchers), None)
    facts = {"reason": line.reason} if back else {
        "coupon": coupon, "vouchers": list(receipt.vouchers) or None, "for": line.for_, "gift_wrap": line.gift_wrap,
    }  # fmt: skip
    facts |= {"receipt": receipt.receipt, "till": receipt.till or None}
    return {
        "event_id": f"{NAME}:{digest(receipt.location_id, receipt.till, receipt.at[:10], receipt.receipt)}:{line.line}",
        "type": "order.returned" if back else "purchase.made",
        "channel": NAME,
        "occurred_at": receipt.at,
        "identifiers": receipt.identifiers,
        "location_id": receipt.location_id,
        "staff_id": line.staff_id or receipt.staff_id,
        "order_id": receipt.order_id or receipt.receipt,
        "item_id": line.item_id,
        "category": line.category or ("gift_voucher" if line.kind == "voucher" else None),
        "quantity": line.quantity,
        "amount": line.amount,
        "currency": receipt.currency,
        "properties": {name: value for name, value in facts.items() if value is not None},
    }


SOURCE: Final = Source(NAME, Config, Pos)
