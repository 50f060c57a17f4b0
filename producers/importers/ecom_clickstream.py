"""An e-commerce clickstream of the package retentioneering (Apache-2.0): pages and steps of sessions in a shop.

Every event is one touchpoint of a visit on the web, whatever the device; the device is
`properties.platform`, how the visit began `properties.acquisition_channel`. What the file
says of a customer's cohort and life cycle is left out: to judge that is the detection's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from producers.importers.columns import Columns, csv_columns
from producers.importers.rows import Moment, Rows, customer, filled, identifier, local_time
from schemas.records import Touchpoint

COLUMNS: Final = (
    "user_id", "session_id", "event", "timestamp", "platform", "acquisition_channel", "user_cohort", "user_lifecycle",
)  # fmt: skip
FORMS: Final = ("%Y-%m-%d %H:%M:%S",)

PAGES: Final = (
    "home", "catalog", "product_view", "filter_results", "promo_page", "account_page", "review_page", "error_page",
    "compare", "support_chat",
)  # fmt: skip
"""Events that are the view of a page; its name stands in `url`. `support_chat` is the page, the file has no words."""
STEPS: Final = ("cart", "shipping_details", "payment_details")
"""Events that are steps of the checkout."""
TYPES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    **{page: ("web.viewed", {"url": f"/{page}"}) for page in PAGES},
    **{step: ("checkout.step", {"step": step}) for step in STEPS},
    "search": ("web.searched", {}),
    "add_to_cart": ("cart.added", {}),
    "wishlist_add": ("app.event", {"name": "wishlist.added"}),
    "checkout_bug": ("app.event", {"name": "checkout_bug"}),
    "purchase": ("order.placed", {}),
}
"""Type and properties of the known events; another is an `app.event` under its own name."""

_JSON = msgspec.json.Encoder()


def _when(columns: Columns) -> datetime:
    return local_time("timestamp", columns[3], FORMS, "2024-03-13 10:21:14")


def _touchpoint(columns: Columns, event_id: str, moment: Moment, history: str | None) -> Touchpoint:
    who, session, event, _, platform, source, _, _ = columns
    filled("event", event, "Every line says what happened.")
    kind, facts = TYPES.get(event) or ("app.event", {"name": event})
    return Touchpoint(
        event_id=event_id,
        type=kind,
        occurred_at=moment.at,
        occurred_offset=moment.offset,
        channel="web",
        initiator="customer",
        customer_id=customer("user_id", who),
        session_id=identifier("session_id", filled("session_id", session, "Every event belongs to a session.")),
        properties=_JSON.encode({**facts, "platform": platform, "acquisition_channel": source}).decode(),
        history=history,
    )


ECOM_CLICKSTREAM: Final = Rows(
    name="ecom-clickstream",
    attribution="E-commerce clickstream of the package retentioneering, Apache-2.0",
    header=",".join(COLUMNS),
    zone=ZoneInfo("UTC"),
    split=partial(csv_columns, COLUMNS),
    dated="timestamp",
    when=_when,
    make=_touchpoint,
    most_bytes=8 * 1024,
    optional=("user_cohort", "user_lifecycle"),
)
"""The importer. The file names no zone: its times are taken for UTC."""
