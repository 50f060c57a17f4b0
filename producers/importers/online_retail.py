"""UCI Online Retail: the item lines of a UK gift shop, as touchpoints.

https://archive.ics.uci.edu/dataset/352/online+retail (CC BY 4.0). CSV, one record
a line. Every line becomes one touchpoint:

- Quantity above 0: `purchase.made`.
- An invoice that begins with C is a cancellation, its quantities are negative:
  `order.returned {reason: cancelled}`, or `{reason: discount}` for the lines D.
- A negative quantity on another invoice is the shop's own correction (damaged, lost,
  found): `order.returned {reason: stock_adjustment}`; these lines name no customer.
- An invoice that begins with A writes off a bad debt: `order.cancelled
  {reason: bad_debt}`.

`quantity` and `amount` (Quantity x UnitPrice, GBP) keep their sign, so that sums
over all types equal those of the file. Lines of the till rather than of the shelf
(postage, carriage, fees, manual entries, discounts) have a `category` and their
code in `properties.stock_code`, and no `item_id`: nobody runs out of postage.
"""

from __future__ import annotations

import csv
import math
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from schemas.contract import Fault, FieldFault
from schemas.keys import RESERVED, is_sentinel
from schemas.records import EVERYONE, Touchpoint
from schemas.times import EARLIEST, LATEST

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
SHOP_ZONE = ZoneInfo("Europe/London")
CHANNEL = "web"
CURRENCY = "GBP"
MAX_RECORD_BYTES = 8 * 1024
"""The longest line of the data set has 130; no field can get near the limits of the contract."""

TILL_LINES = {
    "POST": "postage", "DOT": "postage", "C2": "carriage", "M": "manual", "D": "discount", "S": "samples",
    "B": "bad_debt", "BANK CHARGES": "fee", "AMAZONFEE": "fee", "CRUK": "fee", "PADS": "manual",
}  # fmt: skip
"""Stock codes of the till, in upper case, and the category that they get."""

_FORMS = ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_JSON = msgspec.json.Encoder()


class _Refused(Exception):
    """What is wrong with one column: the reason's code, the column, what stands there, the remedy."""

    def __init__(self, reason: str, column: str, what: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.fault = reason, FieldFault(column, what, remedy)


class Moment(NamedTuple):
    """Milliseconds since 1970 UTC, and the offset of the shop's clock then, in minutes east."""

    at: int
    offset: int


class OnlineRetail:
    """The importer. Times are the shop's local ones (Europe/London) with the offset of their day."""

    name = "online-retail"
    attribution = "Online Retail (Daqing Chen, 2015), UCI Machine Learning Repository, CC BY 4.0"
    header = ",".join(COLUMNS)

    def at(self, line: bytes, shift_days: int) -> int | None:
        try:
            return instant(_columns(line)[4], shift_days).at
        except _Refused:
            return None

    def day(self, at: int) -> int:
        return _day(at)

    def touchpoint(
        self, line: bytes, event_id: str, shift_days: int = 0, history: str | None = None
    ) -> Touchpoint | Fault:
        """One line, validated once: what this returns keeps `contract.md`."""
        try:
            return _touchpoint(_columns(line), event_id, shift_days, history)
        except _Refused as refused:
            return Fault(refused.reason, (refused.fault,), line, event_id)


def _columns(line: bytes) -> list[str]:
    if len(line) > MAX_RECORD_BYTES:
        remedy = f"A line has at most {MAX_RECORD_BYTES} bytes."
        raise _Refused("too_large", "line", f"{len(line)} bytes", remedy)
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise _Refused("bad_encoding", "line", f"byte {error.start} is not UTF-8", "Save the file as UTF-8.") from error
    if "\0" in text:
        raise _Refused("nul_character", "line", "holds the character NUL", "Remove it.")
    text = text.rstrip("\r")
    try:
        columns = text.split(",") if '"' not in text else next(csv.reader([text], strict=True))
    except csv.Error as error:
        raise _Refused("bad_value", "line", f"is not CSV: {error}", "One record stands on one line.") from error
    if len(columns) != len(COLUMNS):
        what = f"has {len(columns)} columns instead of {len(COLUMNS)}"
        raise _Refused("missing_field", "line", what, f"The columns are {', '.join(COLUMNS)}.")
    return columns


def _touchpoint(columns: list[str], event_id: str, shift_days: int, history: str | None) -> Touchpoint:
    invoice, code, description, quantity_text, date, price_text, customer, country = columns
    if not invoice:
        raise _Refused("missing_field", "InvoiceNo", "is empty", "Every line belongs to an invoice.")
    if not code:
        raise _Refused("missing_field", "StockCode", "is empty", "Every line names what was sold.")
    quantity = _number("Quantity", quantity_text)
    price = _number("UnitPrice", price_text)
    moment = instant(date, shift_days)
    category = TILL_LINES.get(code.upper())
    kind, reason = _kind(invoice, code, quantity)
    properties: dict[str, str | float] = {"description": description.strip(), "country": country, "unit_price": price}
    if category is not None:
        properties["stock_code"] = code
    if reason is not None:
        properties["reason"] = reason
    return Touchpoint(
        event_id=event_id,
        type=kind,
        occurred_at=moment.at,
        occurred_offset=moment.offset,
        channel=CHANNEL,
        initiator="customer",
        customer_id=_customer(customer) if customer else None,
        order_id=invoice,
        item_id=code if category is None else None,
        category=category,
        amount=round(quantity * price, 4),
        currency=CURRENCY,
        quantity=quantity,
        properties=_JSON.encode(properties).decode(),
        history=history,
    )


def _kind(invoice: str, code: str, quantity: float) -> tuple[str, str | None]:
    if invoice[0] == "A":
        return "order.cancelled", "bad_debt"
    if invoice[0] == "C":
        return "order.returned", "discount" if code == "D" else "cancelled"
    if quantity <= 0:
        return "order.returned", "stock_adjustment"
    return "purchase.made", None


def _number(column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise _Refused("wrong_type", column, f"{text[:40]!r} is not a number", "Write digits.") from error
    if not math.isfinite(value):
        raise _Refused("bad_value", column, f"{text[:40]!r} is not finite", "Write digits.")
    return value


@lru_cache(maxsize=16_384)
def _customer(text: str) -> str:
    """Numbers with the '.0' that spreadsheets add lose it; everything else is the id as it stands."""
    customer = text.strip().removesuffix(".0")
    if is_sentinel(customer):
        remedy = "Leave the column empty where nobody is known."
        raise _Refused("sentinel_identifier", "CustomerID", f"{text[:40]!r} identifies nobody", remedy)
    if customer == EVERYONE or customer.startswith(RESERVED):
        what = f"{text[:40]!r} looks like a key of the line's own"
        raise _Refused("bad_value", "CustomerID", what, "Give the customer another id.")
    return customer


@lru_cache(maxsize=16_384)
def _day(at: int) -> int:
    return datetime.fromtimestamp(at / 1000, SHOP_ZONE).toordinal()


@lru_cache(maxsize=16_384)
def local_time(text: str) -> datetime:
    """The shop's clock as the file writes it, without a zone."""
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    remedy = "Times look like 2010-12-01 08:26:00 or 12/1/2010 08:26."
    raise _Refused("bad_date", "InvoiceDate", f"{text[:40]!r} is no time of this calendar", remedy)


@lru_cache(maxsize=16_384)
def instant(text: str, shift_days: int) -> Moment:
    """A local time, so many days later by the shop's clock, as an instant with its offset."""
    local = (local_time(text) + timedelta(days=shift_days)).replace(tzinfo=SHOP_ZONE)
    offset = local.utcoffset() or timedelta()
    at = (local - _EPOCH) // timedelta(milliseconds=1)
    if not EARLIEST <= at < LATEST:
        raise _Refused("bad_date", "InvoiceDate", f"{text[:40]!r} lies outside 1970..2200", "Correct the year.")
    return Moment(at, offset // timedelta(minutes=1))
