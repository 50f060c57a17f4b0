from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.importers.online_retail import ONLINE_RETAIL as RETAIL
from schemas import times
from schemas.contract import read_line
from schemas.faults import Fault
from schemas.records import Touchpoint
from schemas.wire import properties, touchpoint_to_json

GOOD = "536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"


def read(text: str | bytes, shift_days: int = 0) -> Touchpoint | Fault:
    return RETAIL.touchpoint(text.encode() if isinstance(text, str) else text, "f.csv:000000000002", shift_days)


def good(text: str, shift_days: int = 0) -> Touchpoint:
    found = read(text, shift_days)
    assert isinstance(found, Touchpoint)
    return found


def test_a_line_item_is_a_purchase() -> None:
    found = good(GOOD)
    assert (found.type, found.channel, found.initiator) == ("purchase.made", "web", "customer")
    assert (found.customer_id, found.order_id, found.item_id) == ("17850", "536365", "85123A")
    assert (found.quantity, found.amount, found.currency) == (6.0, 15.3, "GBP")
    assert times.write(found.occurred_at, found.occurred_offset) == "2010-12-01T08:26:00.000Z"
    assert properties(found) == {"description": "WHITE HANGING HEART", "country": "United Kingdom", "unit_price": 2.55}
    assert found.event_id == "f.csv:000000000002"


@pytest.mark.parametrize(
    ("line", "kind", "reason", "category", "item", "amount"),
    [
        pytest.param(
            "C1,22423,CAKESTAND,-2,2011-05-01 10:00:00,10.95,17850.0,UK",
            "order.returned",
            "cancelled",
            None,
            "22423",
            -21.9,
            id="a cancellation",
        ),
        pytest.param(
            "C1,D,Discount,-1,2011-05-01 10:00:00,27.5,14527.0,UK",
            "order.returned",
            "discount",
            "discount",
            None,
            -27.5,
            id="a discount",
        ),
        pytest.param(
            "C1,M,Manual,-1,2011-05-01 10:00:00,5,14527.0,UK",
            "order.returned",
            "cancelled",
            "manual",
            None,
            -5.0,
            id="a manual entry taken back",
        ),
        pytest.param(
            "1,POST,POSTAGE,3,2011-05-01 10:00:00,18,12583.0,France",
            "purchase.made",
            None,
            "postage",
            None,
            54.0,
            id="postage",
        ),
        pytest.param(
            "1,m,Manual,1,2011-05-01 10:00:00,2.55,,UK",
            "purchase.made",
            None,
            "manual",
            None,
            2.55,
            id="a code in lower case",
        ),
        pytest.param(
            "1,85086A,,-600,2011-05-01 10:00:00,0,,UK",
            "order.returned",
            "stock_adjustment",
            None,
            "85086A",
            -0.0,
            id="goods that were damaged",
        ),
        pytest.param(
            "A563186,B,Adjust bad debt,1,2011-08-12 14:51:00,-11062.06,,UK",
            "order.cancelled",
            "bad_debt",
            "bad_debt",
            None,
            -11062.06,
            id="a bad debt",
        ),
        pytest.param(
            "1,gift_0001_40,Voucher £40,1,2011-05-01 10:00:00,34.04,,UK",
            "purchase.made",
            None,
            None,
            "gift_0001_40",
            34.04,
            id="a voucher is goods",
        ),
        pytest.param(
            '1,23084,"RABBIT, ""LIGHT""",1,2011-05-01 10:00:00,0.001,,UK',
            "purchase.made",
            None,
            None,
            "23084",
            0.001,
            id="quotes and commas",
        ),
    ],
)
def test_every_kind_of_line(
    line: str, kind: str, reason: str | None, category: str | None, item: str | None, amount: float
) -> None:
    found = good(line)
    assert (found.type, found.category, found.item_id, found.amount) == (kind, category, item, amount)
    assert properties(found).get("reason") == reason
    if category is not None:
        assert properties(found)["stock_code"].upper() == line.split(",")[1].upper()


@pytest.mark.parametrize(
    ("column", "customer"),
    [
        pytest.param("17850.0", "17850", id="the spreadsheet's .0 is dropped"),
        pytest.param("17850", "17850", id="a plain number"),
        pytest.param("", None, id="nobody"),
        pytest.param("A-7.0", "A-7", id="another kind of id"),
    ],
)
def test_customers(column: str, customer: str | None) -> None:
    assert good(GOOD.replace("17850.0", column)).customer_id == customer


@pytest.mark.parametrize(
    ("date", "shift", "expected"),
    [
        pytest.param("2011-03-26 12:00:00", 0, "2011-03-26T12:00:00.000Z", id="winter time"),
        pytest.param("2011-03-28 12:00:00", 0, "2011-03-28T12:00:00.000+01:00", id="summer time"),
        pytest.param("2011-03-26 12:00:00", 2, "2011-03-28T12:00:00.000+01:00", id="the hour of day survives a rebase"),
        pytest.param("12/1/2010 8:26", 0, "2010-12-01T08:26:00.000Z", id="as the spreadsheet writes it"),
    ],
)
def test_local_times(date: str, shift: int, expected: str) -> None:
    found = good(GOOD.replace("2010-12-01 08:26:00", date), shift)
    assert times.write(found.occurred_at, found.occurred_offset) == expected


@pytest.mark.parametrize(
    ("line", "reason", "column"),
    [
        pytest.param(GOOD.replace("17850.0", "null"), "sentinel_identifier", "CustomerID", id="a sentinel id"),
        pytest.param(GOOD.replace("17850.0", "0.0"), "sentinel_identifier", "CustomerID", id="zero with a point"),
        pytest.param(GOOD.replace("17850.0", "none:x"), "bad_value", "CustomerID", id="a key of the line's own"),
        pytest.param(GOOD.replace("HEART", "HE\0RT"), "nul_character", "line", id="NUL"),
        pytest.param(GOOD.encode().replace(b"HEART", b"\xa340"), "bad_encoding", "line", id="broken UTF-8"),
        pytest.param(GOOD.replace("HEART", "H" * 5_000_000), "too_large", "line", id="5 MB of text"),
        pytest.param(GOOD.replace("-12-01", "-02-30"), "bad_date", "InvoiceDate", id="an impossible date"),
        pytest.param(GOOD.replace("2010-", "0010-"), "bad_date", "InvoiceDate", id="a year long ago"),
        pytest.param(GOOD.replace(",6,", ",six,"), "wrong_type", "Quantity", id="a number in words"),
        pytest.param(GOOD.replace("2.55", "nan"), "bad_value", "UnitPrice", id="not a number"),
        pytest.param(GOOD.replace("2.55", "1e999"), "bad_value", "UnitPrice", id="infinite"),
        pytest.param(GOOD + ",more", "missing_field", "line", id="a column too many"),
        pytest.param("536365,85123A", "missing_field", "line", id="columns missing"),
        pytest.param('536365,"85123A', "bad_value", "line", id="a quote that never closes"),
        pytest.param("," + GOOD.partition(",")[2], "missing_field", "InvoiceNo", id="no invoice"),
        pytest.param(GOOD.replace("85123A", ""), "missing_field", "StockCode", id="no stock code"),
    ],
)
def test_a_bad_line_is_rejected_by_reason_and_column(line: str | bytes, reason: str, column: str) -> None:
    found = read(line)
    assert isinstance(found, Fault)
    assert found.reason == reason
    assert found.faults[0].field == column
    assert found.original == (line.encode() if isinstance(line, str) else line)
    assert found.event_id == "f.csv:000000000002"


TEXT = st.text(st.characters(exclude_characters='\n\r",', exclude_categories=["Cs"]), max_size=30)


@given(
    invoice=st.from_regex(r"[AC]?[0-9]{1,6}", fullmatch=True),
    code=TEXT,
    description=TEXT,
    quantity=st.integers(-10_000, 10_000).map(str) | TEXT,
    price=st.floats(-1e4, 1e4).map(str) | TEXT,
    customer=TEXT,
)
def test_what_it_accepts_keeps_the_contract(
    invoice: str, code: str, description: str, quantity: str, price: str, customer: str
) -> None:
    line = ",".join([invoice, code, description, quantity, "2011-01-04 10:00:00", price, customer, "UK"])
    found = read(line)
    if isinstance(found, Touchpoint):
        assert found.amount is not None
        assert math.isfinite(found.amount)
        judged = read_line(msgspec.json.encode(touchpoint_to_json(found)))
        assert isinstance(judged, Touchpoint), judged
        assert judged == found
