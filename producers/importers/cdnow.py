"""CDNOW: the purchases of 23,570 customers who first bought in early 1997, until June 1998.

Fader and Hardie, http://brucehardie.com/datasets/. Columns between blanks (commas or tabs,
where somebody saved them so), one purchase a line: `purchase.made` with the number of CDs and the dollars paid. The
file knows days only; a purchase is taken to have been at noon in the East of the USA.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from producers.importers.columns import Columns, csv_columns
from producers.importers.rows import Moment, Rows, customer, local_time, number
from schemas.records import Touchpoint

COLUMNS: Final = ("customer_id", "date", "number_of_cds", "dollar_value")
NOON: Final = timedelta(hours=12)


def _when(columns: Columns) -> datetime:
    return local_time("date", columns[1], ("%Y%m%d",), "19970101") + NOON


def _touchpoint(columns: Columns, event_id: str, moment: Moment, history: str | None) -> Touchpoint:
    who, _, count, dollars = columns
    return Touchpoint(
        event_id=event_id,
        type="purchase.made",
        occurred_at=moment.at,
        occurred_offset=moment.offset,
        channel="web",
        initiator="customer",
        customer_id=customer("customer_id", who),
        category="music",
        amount=number("dollar_value", dollars),
        currency="USD",
        quantity=number("number_of_cds", count),
        history=history,
    )


CDNOW: Final = Rows(
    name="cdnow",
    attribution="CDNOW master sample (Fader and Hardie), as the package lifetimes carries it",
    header="customer_id  date number_of_cds  dollar_value",
    delimiters=" ,\t",
    zone=ZoneInfo("America/New_York"),
    split=partial(csv_columns, COLUMNS, delimiter=" "),
    dated="date",
    when=_when,
    make=_touchpoint,
    most_bytes=1024,
)
