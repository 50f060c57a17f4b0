"""All of Online Retail, against numbers computed from the file in another way."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from producers.importers import importer
from producers.importers.importer import Mode, import_files
from producers.lines import Lines
from schemas import topics
from schemas.codec import columns
from tests.producers.world import IDENTITY, PARTITIONS, memory

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


def _add(sums: dict[str, list[Decimal]], month: str, quantity: Decimal, amount: Decimal) -> None:
    count, quantities, amounts = sums[month]
    sums[month] = [count + 1, quantities + quantity, amounts + amount]


def _month(local_ms: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(local_ms / 1000, UTC).strftime("%Y-%m")
