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

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import msgspec

from producers.importers.columns import Columns, csv_columns
from producers.importers.rows import Moment, Rows, customer, filled, local_time, number, summable
from schemas.records import Touchpoint

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
_JSON = msgspec.json.Encoder()


def _when(columns: Columns) -> datetime:
    return local_time("InvoiceDate", columns[4], _FORMS, "2010-12-01 08:26:00 or 12/1/2010 08:26")


def _touchpoint(columns: Columns, event_id: str, moment: Moment, history: str | None) -> Touchpoint:
    invoice, code, description, quantity_text, _, price_text, who, country = columns
    filled("InvoiceNo", invoice, "Every line belongs to an invoice.")
    filled("StockCode", code, "Every line names what was sold.")
    quantity = number("Quantity", quantity_text)
    price = number("UnitPrice", price_text)
    category = TILL_LINES.get(code.upper())
    kind, reason = _kind(invoice, code, quantity)
    where = {"country": country} if country else {}
    properties: dict[str, str | float] = {"description": description.strip(), **where, "unit_price": price}
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
        # Numbers with the '.0' that spreadsheets add lose it.
        customer_id=customer("CustomerID", who.strip().removesuffix(".0")),
        order_id=invoice,
        item_id=code if category is None else None,
        category=category,
        amount=summable("UnitPrice", round(quantity * price, 4)),
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


ONLINE_RETAIL = Rows(
    name="online-retail",
    attribution="Online Retail (Daqing Chen, 2015), UCI Machine Learning Repository, CC BY 4.0",
    header=",".join(COLUMNS),
    zone=SHOP_ZONE,
    split=partial(csv_columns, COLUMNS),
    dated="InvoiceDate",
    when=_when,
    make=_touchpoint,
    most_bytes=MAX_RECORD_BYTES,
    optional=("Description", "Country"),
)
"""The importer. Times are the shop's local ones (Europe/London) with the offset of their day."""
