"""Whole data sets, against numbers computed from the files in another way."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from producers.importers import importer
from producers.importers.run import Mode, import_files
from producers.lines import Lines
from schemas import topics
from schemas.codec import columns
from schemas.contract import read_line
from schemas.records import Touchpoint
from schemas.wire import touchpoint_to_json
from tests.producers.world import IDENTITY, PARTITIONS, memory, touchpoints

LINES = 320_705
FILE = Path("online_retail") / "online_retail_2010-12_2011-08.csv.gz"


@pytest.mark.data
@pytest.mark.slow
def test_every_line_is_one_touchpoint_and_sums_by_month_are_those_of_the_file(
    shared_data: Path, tmp_path: Path
) -> None:
    log = memory()
    counts = import_files(
        importer("online-retail"), [Lines(str(shared_data / FILE))], Mode(history=True), log, IDENTITY, tmp_path
    )
    assert (counts.accepted, counts.refused) == (LINES, 0)
    assert log.acknowledged == LINES + 2 * PARTITIONS

    frame = columns([record.value for record in log.records(topics.RAW)], "touchpoint")
    sent = [
        row
        for row in frame.select("event_id", "type", "occurred_at", "occurred_offset", "quantity", "amount").rows()
        if not row[1].startswith("history.")
    ]
    assert len({row[0] for row in sent}) == LINES
    found: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for _, _, at, offset, quantity, amount in sent:
        _add(found, _month(at + offset * 60_000), Decimal(str(quantity)), Decimal(str(amount)))

    expected: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    with gzip.open(shared_data / FILE, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            quantity, price = Decimal(row["Quantity"]), Decimal(row["UnitPrice"])
            _add(expected, row["InvoiceDate"][:7], quantity, quantity * price)
    assert dict(found) == dict(expected)


def sent_of(name: str, file: Path, tmp_path: Path) -> list[Touchpoint]:
    """What all of the file became; nothing of it was refused, every seventh keeps the contract as JSON, too."""
    log = memory()
    counts = import_files(importer(name), [Lines(str(file))], Mode(), log, IDENTITY, tmp_path)
    assert counts.refused == 0, counts.rejected
    found = touchpoints(log)
    assert len({each.event_id for each in found}) == counts.accepted == len(found)
    assert all(isinstance(read_line(msgspec.json.encode(touchpoint_to_json(each))), Touchpoint) for each in found[::7])
    return found


def rows(file: Path) -> list[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))


@pytest.mark.data
def test_all_of_cdnow(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "cdnow" / "CDNOW_master.txt.gz"
    found = sent_of("cdnow", file, tmp_path)
    assert len({each.customer_id for each in found}) == 23_570
    with gzip.open(file, "rt") as lines:
        next(lines)
        expected = Counter((who, day, Decimal(cds), Decimal(paid)) for who, day, cds, paid in map(str.split, lines))
    told = Counter(
        (each.customer_id, _day(each), Decimal(str(each.quantity)), Decimal(str(each.amount)).quantize(Decimal("0.01")))
        for each in found
    )
    assert sum(expected.values()) == 69_659
    assert told == expected


@pytest.mark.data
def test_all_of_the_clickstream(shared_data: Path, tmp_path: Path) -> None:
    file = next((shared_data / "ecom_clickstream").glob("*.csv.gz"))
    found, expected = sent_of("ecom-clickstream", file, tmp_path), rows(file)
    assert len(found) == len(expected) == 18_394
    assert Counter((each.customer_id, each.session_id) for each in found) == Counter(
        (row["user_id"], row["session_id"]) for row in expected
    )
    kinds, events = Counter(each.type for each in found), Counter(row["event"] for row in expected)
    assert kinds["order.placed"] == events["purchase"]
    assert kinds["cart.added"] == events["add_to_cart"]
    assert kinds["checkout.step"] == events["cart"] + events["shipping_details"] + events["payment_details"]
    assert kinds["app.event"] == events["wishlist_add"] + events["checkout_bug"]


@pytest.mark.data
def test_all_of_the_tweets(shared_data: Path, tmp_path: Path) -> None:
    file = next((shared_data / "airline_tweets").glob("*.csv.gz"))
    found, expected = sent_of("airline-tweets", file, tmp_path), rows(file)
    assert len(found) == 7_068
    assert Counter((each.text, each.social) for each in found) == Counter(
        (_as_lines(row["text"]), f"twitter:{row['author']}" if row["author"] else None) for row in expected
    )


@pytest.mark.data
def test_all_of_the_reviews(shared_data: Path, tmp_path: Path) -> None:
    file = next((shared_data / "reviews_zh").glob("*.csv.gz"))
    found, expected = sent_of("reviews-zh", file, tmp_path), rows(file)
    assert len(found) == 12_000
    assert Counter((each.category, each.text) for each in found) == Counter(
        (row["cat"], _as_lines(row["review"])) for row in expected
    )


def _as_lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _day(touchpoint: Touchpoint) -> str:
    local = touchpoint.occurred_at / 1000 + touchpoint.occurred_offset * 60
    return datetime.fromtimestamp(local, UTC).strftime("%Y%m%d")


def _add(sums: dict[str, list[Decimal]], month: str, quantity: Decimal, amount: Decimal) -> None:
    count, quantities, amounts = sums[month]
    sums[month] = [count + 1, quantities + quantity, amounts + amount]


def _month(local_ms: int) -> str:
    return datetime.fromtimestamp(local_ms / 1000, UTC).strftime("%Y-%m")
