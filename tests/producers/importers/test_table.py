"""Any table by a mapping file: the same touchpoints from CSV, JSON lines and Parquet, and every mistake by name."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from producers.importers.mapping import BadMapping, parse
from producers.importers.run import Mode, looked
from producers.importers.table import Table, lines_of
from producers.lines import UnreadableInput
from schemas import times
from schemas.faults import Fault
from schemas.records import Touchpoint
from tests.producers.importers.orders import EXPECTED, HEADER, MAPPING, ROWS, imported, objects, table, told
from tests.producers.world import write


@pytest.mark.parametrize("name", ["orders.csv", "orders.csv.gz"])
def test_csv(tmp_path: Path, name: str) -> None:
    found = imported(write(tmp_path / name, [HEADER, *ROWS]))
    assert [each.event_id for each in found] == [f"orders.csv:{number:012d}" for number in (2, 3, 4)]
    assert told(found) == EXPECTED


def test_columns_by_tabs(tmp_path: Path) -> None:
    lines = [HEADER.replace(b",", b"\t"), b"sale\t31/05/2026 09:30\t12.5\ttea\t17\tann@example.org\tyes\t3"]
    assert told(imported(write(tmp_path / "orders.tsv", lines))) == EXPECTED[:1]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        pytest.param(b"12,50", 12.5, id="a decimal comma"),
        pytest.param(b"-1.250,5", -1250.5, id="and points of thousands"),
        pytest.param(b"1.250", 1250.0, id="a point is one of thousands"),
        pytest.param(b"12", 12.0, id="a whole number"),
        pytest.param(b"12.50", None, id="a decimal point is not guessed at"),
        pytest.param(b"1,250.00", None, id="nor thousands with commas"),
        pytest.param(b"a,b", None, id="words"),
    ],
)
def test_decimal_commas(tmp_path: Path, written: bytes, amount: float | None) -> None:
    """Read as the mapping says they are; what does not fit is refused."""
    chosen = table(MAPPING.replace("empty:", "delimiter: ';'\ndecimal: ','\nempty:"))
    row = b"sale;31/05/2026 09:30;" + written + b";tea;17;;;3"
    file = write(tmp_path / "orders.csv", [HEADER.replace(b",", b";"), row])
    found = chosen.of(lines_of(str(file))).touchpoint(row, "e")
    if amount is None:
        assert isinstance(found, Fault)
        assert (found.reason, found.faults[0].field) == ("wrong_type", "paid")
    else:
        assert isinstance(found, Touchpoint)
        assert found.amount == amount


@pytest.mark.parametrize(
    ("row", "reason", "told"),
    [
        pytest.param(b"gift,31/05/2026 09:30,1,tea,17,,,", "bad_value", "kind: 'gift' is in none of values (sale, "
                     "back) (add it in the mapping, or give `otherwise:`)", id="a value that nobody named"),
        pytest.param(b"NULL,31/05/2026 09:30,1,tea,17,,,", "missing_field", "kind: is empty (fill it", id="nothing"),
    ],
)  # fmt: skip
def test_a_field_that_lacks_is_told_by_its_column(tmp_path: Path, row: bytes, reason: str, told: str) -> None:
    file = write(tmp_path / "orders.csv", [HEADER, row])
    found = table().of(lines_of(str(file))).touchpoint(row, "e")
    assert isinstance(found, Fault)
    assert found.reason == reason
    assert found.detail.startswith(told)
    assert (found.original, found.event_id) == (row, "e")


@pytest.mark.parametrize(
    "change", [("Paris", "Berlin"), ("name:", "decimal: ','\nname:"), ("name:", "delimiter: ;\nname:")]
)
def test_another_mapping_begins_anew(change: tuple[str, str]) -> None:
    assert table(MAPPING.replace(*change)).fingerprint != table().fingerprint


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        pytest.param("1,250.50", 1250.5, id="with a point"),
        pytest.param("-1,250", -1250.0, id="without"),
        pytest.param("12,345,678.9", 12_345_678.9, id="millions"),
        pytest.param("12,5", "decimal:", id="a decimal comma names the setting"),
        pytest.param("1250,50", "decimal:", id="of a larger number, too"),
        pytest.param("1.250,50", "decimal:", id="behind thousands with points, too"),
        pytest.param("1,25.50", "Write digits", id="no groups of three"),
        pytest.param("a,b", "Write digits", id="words"),
    ],
)
def test_thousands_with_commas(written: str, amount: float | str) -> None:
    found = Table(parse(MAPPING, "m"), split=lambda _: {"kind": "sale", "day": "31/05/2026 09:30", "paid": written})
    read = found.touchpoint(b"", "e")
    if isinstance(amount, str):
        assert isinstance(read, Fault)
        assert amount in read.detail
    else:
        assert isinstance(read, Touchpoint)
        assert read.amount == amount


def test_json_lines(tmp_path: Path) -> None:
    found = imported(write(tmp_path / "orders.jsonl", [json.dumps(each).encode() for each in objects()]))
    assert [each.event_id for each in found] == [f"orders.jsonl:{number:012d}" for number in (1, 2, 3)]
    assert told(found) == EXPECTED


def test_parquet(tmp_path: Path) -> None:
    pl.DataFrame(objects()).write_parquet(tmp_path / "orders.parquet")
    assert told(imported(tmp_path / "orders.parquet")) == EXPECTED


def test_parquet_keeps_its_own_times(tmp_path: Path) -> None:
    frame = pl.DataFrame({"at": ["2026-05-31T07:30:00"], "who": ["17"]}).with_columns(
        pl.col("at").str.to_datetime("%Y-%m-%dT%H:%M:%S").dt.replace_time_zone("UTC")
    )
    frame.write_parquet(tmp_path / "visits.parquet")
    mapping = """
name: visits
touchpoint: {type: web.viewed, channel: web, occurred_at: {column: at}, identifiers: {customer_id: {column: who}}}
"""
    (found,) = imported(tmp_path / "visits.parquet", table(mapping))
    assert times.write(found.occurred_at, found.occurred_offset) == "2026-05-31T07:30:00.000Z"


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        pytest.param("epoch_s", "1780212600", "2026-05-31T07:30:00.000Z", id="seconds"),
        pytest.param("epoch_ms", "1780212600000", "2026-05-31T07:30:00.000Z", id="milliseconds"),
        pytest.param("%Y-%m-%dT%H:%M:%S%z", "2026-05-31T09:30:00+0200", "2026-05-31T09:30:00.000+02:00", id="zone"),
        pytest.param(None, "2026-05-31 09:30", "2026-05-31T09:30:00.000+02:00", id="ISO 8601, local"),
    ],
)
def test_times(tmp_path: Path, form: str | None, value: str, expected: str) -> None:
    column = "{column: at}" if form is None else f'{{column: at, format: "{form}"}}'
    mapping = f"name: visits\nzone: Europe/Paris\ntouchpoint: {{type: web.viewed, channel: web, occurred_at: {column}}}"
    (found,) = imported(write(tmp_path / "v.csv", [b"at,x", f"{value},1".encode()]), table(mapping))
    assert times.write(found.occurred_at, found.occurred_offset) == expected


def test_a_path_reads_nested_objects(tmp_path: Path) -> None:
    mapping = """
name: visits
touchpoint:
  type: web.viewed
  channel: web
  occurred_at: {column: meta.at}
  identifiers: {customer_id: {column: user.id}}
"""
    line = b'{"meta": {"at": "2026-05-31T09:30:00Z"}, "user": {"id": "u1"}}'
    (found,) = imported(write(tmp_path / "v.jsonl", [line]), table(mapping))
    assert found.customer_id == "u1"


@pytest.mark.parametrize(
    ("row", "reason", "field"),
    [
        pytest.param(b"sale,31.5.2026,1,tea,17,,,", "bad_date", "day", id="another calendar"),
        pytest.param(b"sale,,1,tea,17,,,", "missing_field", "day", id="no time"),
        pytest.param(b"sale,31/05/2026 09:30,much,tea,17,,,", "wrong_type", "paid", id="a number in words"),
        pytest.param(b"sale,31/05/2026 09:30,1,tea,17,,perhaps,", "wrong_type", "wrapped", id="no truth"),
        pytest.param(b"gift,31/05/2026 09:30,1,tea,17,,,", "bad_value", "kind", id="a kind nobody mapped"),
        pytest.param(b"sale,31/05/2026 09:30,1,tea,null,,,", "sentinel_identifier", "identifiers.customer_id",
                     id="nobody"),
        pytest.param(b"sale,31/05/2026 09:30,1,tea", "missing_field", "line", id="columns lack"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_by_name_with_the_row_as_it_came(
    tmp_path: Path, row: bytes, reason: str, field: str
) -> None:
    file = write(tmp_path / "orders.csv", [HEADER, row])
    found = table().of(lines_of(str(file))).touchpoint(row, "orders.csv:2")
    assert isinstance(found, Fault)
    assert (found.reason, found.original) == (reason, row)
    assert field in [each.field for each in found.faults]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(("channel: store", ""), "touchpoint.channel is missing", id="nothing for a required field"),
        pytest.param(("item_id", "item_nr"), "item_nr is no field of a touchpoint. Did you mean item_id", id="a typo"),
        pytest.param(("currency: EUR", "event_id: {column: item}"), "given by the import itself", id="an own id"),
        pytest.param(("    email", "    mail"), "identifiers.mail is no field", id="no such identifier"),
        pytest.param(("Europe/Paris", "Paris"), "'Paris' is no time zone", id="no such zone"),
        pytest.param(("as: number", "as: money"), "properties.till: ", id="no such kind"),
        pytest.param(("{column: paid}", "{colum: paid}"), "touchpoint.amount: ", id="a misspelt key"),
        pytest.param(("name: orders", "nam: orders"), "orders.yaml: ", id="a misspelt head"),
    ],
)
def test_a_bad_mapping_is_named(change: tuple[str, str], says: str) -> None:
    with pytest.raises(BadMapping, match=r"orders\.yaml: ") as raised:
        parse(MAPPING.replace(*change), "orders.yaml")
    assert says in str(raised.value)


def test_lines_of_which_none_is_an_object_are_refused_one_by_one(tmp_path: Path) -> None:
    look = looked(table(), [lines_of(str(write(tmp_path / "orders.jsonl", [b"[1]", b"{"])))], Mode())
    assert look.rejected == {"not_an_object": 1, "not_json": 1}


def test_an_inch_mark_takes_no_neighbour_with_it(tmp_path: Path) -> None:
    rows = [ROWS[0].replace(b"tea", b'5" nail' if number % 10 == 0 else b"tea") for number in range(100)]
    found = imported(write(tmp_path / "orders.csv", [HEADER, *rows]))
    assert [each.item_id for each in found] == ['5" nail' if number % 10 == 0 else "tea" for number in range(100)]


def test_a_time_that_no_calendar_has_refuses_its_row_alone(tmp_path: Path) -> None:
    days = pl.Series("at", [1_780_212_600_000, 1 << 62, None, -(1 << 62)]).cast(pl.Datetime("ms"))
    dates = pl.Series("born", [1, None, (1 << 31) - 1, 2]).cast(pl.Date)
    pl.DataFrame([days, dates]).write_parquet(tmp_path / "v.parquet")
    text = "name: v\ntouchpoint: {type: web.viewed, channel: web, occurred_at: {column: at}}"
    look = looked(table(text), [lines_of(str(tmp_path / "v.parquet"))], Mode())
    assert (look.types.total(), look.rejected) == (1, {"bad_date": 2, "missing_field": 1})
    assert "4611686018427387904' is no such time" in look.faults["bad_date"][0]


def test_packed_parquet_says_how_to_unpack_it(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"orders.parquet.gz: Parquet is compressed inside. Unpack it"):
        looked(table(), [lines_of(str(write(tmp_path / "orders.parquet.gz", [b"PAR1"])))], Mode())


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"orders.xlsx: is it a table"):
        table().of(lines_of(str(write(tmp_path / "orders.xlsx", [HEADER]))))


def test_a_torn_parquet_file_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "orders.parquet", [b"PAR1 and no more"])
    with pytest.raises(UnreadableInput, match=r"orders.parquet: .*whole Parquet file"):
        list(lines_of(str(file)))


def test_a_look_sends_nothing_and_says_what_would_be(tmp_path: Path) -> None:
    file = write(tmp_path / "orders.csv", [HEADER, *ROWS, b"sale,31.5.2026,1,tea,17,,,"])
    look = looked(table(), [lines_of(str(file))], Mode())
    assert (look.types["purchase.made"], look.types["order.returned"]) == (2, 1)
    assert look.rejected == {"bad_date": 1}
    text = "\n".join(look.lines())
    assert f"{file}:5: day: '31.5.2026' is no such time" in text
    assert "3 would be accepted (purchase.made 2, order.returned 1); 1 rejected." in text
