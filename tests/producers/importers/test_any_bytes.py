"""Whatever a row holds, it is a touchpoint of the contract or a fault by name: it never ends the run."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from producers.importers import IMPORTERS, importer
from producers.importers.columns import csv_columns
from producers.importers.mapping import parse
from producers.importers.table import Table, _object
from schemas.contract import read_line
from schemas.faults import REASONS, Fault
from schemas.records import Touchpoint
from schemas.wire import touchpoint_to_json

SHIFTS = st.integers(-800_000, 3_000_000)
TEXTS = st.text(max_size=20) | st.sampled_from(
    ["9999-12-31 23:59:59", "0001-01-01 00:00:00", "99991231", "1e308", "-1e308", "nan", "inf", "1,250.50", '"', ""]
)
ROWS = {
    "online-retail": "536365,85123A,TEA,6,2010-12-01 08:26:00,2.55,17850.0,UK",
    "cdnow": "00002 19970712 5 77.00",
    "ecom-clickstream": "user_7,sess_1,home,2024-03-13 10:21:14,mobile,email,2024-01,returning",
    "airline-tweets": "1,neutral,1,,0,Delta,0,hello,24-02-2015 08:55,,a",
    "reviews-zh": "书籍,1,好",
}


def table(form: str = "", head: str = "") -> Table:
    return Table(parse(f"""
name: any
zone: Asia/Shanghai
{head}
touchpoint:
  type: {{column: kind, values: {{"1": purchase.made, back: order.returned}}, otherwise: web.viewed}}
  occurred_at: {{column: day{form}}}
  channel: web
  amount: {{column: paid}}
  session_id: {{column: session}}
  text: {{column: words}}
  identifiers: {{customer_id: {{column: client}}, email: {{column: contact.mail}}}}
  properties: {{wrapped: {{column: wrapped, as: boolean}}, till: {{column: till, as: number}}, more: {{column: more}}}}
""", "any.yaml"))  # fmt: skip


FORMS = ["", ", format: epoch_s", ", format: epoch_ms", ', format: "%d/%m/%Y"', ', format: "%Y-%m-%d %H:%M:%S %z"']


def sound(found: Touchpoint | Fault) -> None:
    if isinstance(found, Fault):
        assert found.reason in REASONS
        assert all(fault.what and fault.remedy for fault in found.faults)
        return
    judged = read_line(msgspec.json.encode(touchpoint_to_json(found)))
    assert isinstance(judged, Touchpoint), judged


def test_every_data_set_is_tried() -> None:
    assert set(ROWS) == {each.name for each in IMPORTERS}


@pytest.mark.parametrize("name", ROWS)
@given(line=st.binary(max_size=80), shift=SHIFTS)
def test_any_bytes(name: str, line: bytes, shift: int) -> None:
    sound(importer(name).touchpoint(line, "f:1", shift))
    importer(name).at(line, shift)


@pytest.mark.parametrize("name", ROWS)
@given(data=st.data(), text=TEXTS, shift=SHIFTS)
def test_any_text_in_any_column(name: str, data: st.DataObject, text: str, shift: int) -> None:
    between = " " if name == "cdnow" else ","
    columns = ROWS[name].split(between)
    columns[data.draw(st.integers(0, len(columns) - 1))] = text
    columns[data.draw(st.integers(0, len(columns) - 1))] = data.draw(TEXTS)
    line = between.join(columns).encode()
    sound(importer(name).touchpoint(line, "f:1", shift))
    importer(name).at(line, shift)


NAMES = ("kind", "day", "paid", "session", "words", "client", "contact.mail", "wrapped", "till", "more")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
DAYS = VALUES | st.sampled_from(["9999-12-31T23:59:59", "0001-01-01", 1e300, 10**400, [1700000000], True, "31/12/9999"])


@pytest.mark.parametrize("form", FORMS)
@given(row=st.dictionaries(st.sampled_from(NAMES), VALUES), day=DAYS, shift=SHIFTS)
@example(row={"client": 10**400}, day=1700000000, shift=0)
@example(row={"client": 10**30, "words": 1e300}, day=1700000000, shift=0)
@example(row={}, day=[1700000000], shift=0)
@example(row={}, day="9999-12-31T23:59:59", shift=400)
@example(row={}, day="0001-01-01T00:00:00", shift=-400)
def test_any_object(form: str, row: dict[str, Any], day: Any, shift: int) -> None:
    chosen = Table(table(form).mapping, split=_object)
    line = msgspec.json.encode({**row, "day": day})
    sound(chosen.touchpoint(line, "f:1", shift))
    chosen.at(line, shift)


@pytest.mark.parametrize("head", ["", 'decimal: ","', 'empty: ["NULL"]'])
@given(row=st.lists(TEXTS, min_size=len(NAMES), max_size=len(NAMES)), shift=SHIFTS)
def test_any_row_of_csv(head: str, row: list[str], shift: int) -> None:
    split = partial(csv_columns, NAMES)
    chosen = Table(table(head=head).mapping, split=lambda text: dict(zip(NAMES, split(text), strict=True)))
    line = ",".join('"' + each.replace('"', '""') + '"' for each in row).encode()
    sound(chosen.touchpoint(line, "f:1", shift))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"[" * 100_000, id="deeper than can be read"),
        pytest.param(b'{"more":' * 900 + b"1" + b"}" * 900, id="deeper than the contract lets it be"),
        pytest.param(b'{"client":' + b"1" * 5_000 + b"}", id="a number of 5,000 digits"),
        pytest.param(b'{"client":1e999}', id="a number beyond all"),
        pytest.param(b'{"words":"\\ud800"}', id="half a character"),
        pytest.param(b'{"words":"\xff"}', id="no UTF-8"),
    ],
)
def test_json_of_another_kind(line: bytes) -> None:
    chosen = Table(table().mapping, split=_object)
    found = chosen.touchpoint(line, "f:1")
    assert isinstance(found, Fault)
    sound(found)
    assert chosen.at(line, 0) is None


def test_the_product_of_two_numbers_is_one() -> None:
    found = importer("online-retail").touchpoint(ROWS["online-retail"].replace(",6,", ",1e300,").replace(
        "2.55", "1e300").encode(), "f:1")  # fmt: skip
    assert isinstance(found, Fault)
    assert found.reason == "bad_value"
