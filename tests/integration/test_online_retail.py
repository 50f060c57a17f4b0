"""All of Online Retail as history, from the file to ClickHouse: what is counted there is what stands in the file."""

from __future__ import annotations

import csv
import gzip
import math
import time
from collections import Counter, defaultdict
from pathlib import Path

import msgspec
import pytest

from schemas import topics
from sinks.clickhouse.sink import GROUP as SINK
from sinks.store.process import stored_topics
from streams.engine.wide import BUCKETS_A_TICK
from streams.engine.world import BUCKETS
from tests.integration.line import Line
from tests.integration.reading import read

pytestmark = [pytest.mark.kafka, pytest.mark.data, pytest.mark.slow]

LINES = 320_705
SETTLE_TICKS = BUCKETS // BUCKETS_A_TICK + 1
"""So many rises of engine time after its end the sweep has met everybody whom the import brought."""

BY_MONTH = """
    SELECT toYYYYMM(addMinutes(occurred_at, occurred_offset)) AS month, count(), sum(amount), sum(quantity)
    FROM touchpoints_now WHERE history != '' GROUP BY month"""
WHO = """
    SELECT uniqExactIf(customer_id, identifier_customer_id != ''), countIf(customer_id LIKE 'none:%')
    FROM touchpoints_now WHERE history != ''"""
TICKS_SINCE = """
    SELECT min(ticks) FROM (
        SELECT uniqExactIf(extract(value, 'tick:([0-9]+):'), offset > ended) AS ticks FROM log INNER JOIN (
            SELECT partition, max(offset) AS ended FROM log
            WHERE key = '*' AND position(value, 'history.ended') > 0 GROUP BY partition
        ) AS ends USING partition WHERE key = '*' GROUP BY partition
    )"""
"""Each moment comes as a tick of every raw partition, and engine time rises once."""
STORED = "SELECT count() FROM touchpoints_now WHERE history != ''"
LEFT_OPEN = "SELECT count(), countIf(id NOT IN (SELECT alert_id FROM alert_changes)) FROM alerts_now"


def test_every_line_arrives_once_and_no_alert_leaves_the_house(tmp_path: Path, shared_data: Path) -> None:
    (file,) = (shared_data / "online_retail").glob("*.csv.gz")
    counts, amounts, quantities, customers, nobody = in_the_file(file)
    assert counts.total() == LINES
    with Line(tmp_path) as line:
        line.broker.start()
        line.init()
        line.start("worker", "store")
        line.wait("the store answers", line.answers)

        started = time.monotonic()
        done = line.run("import", "online-retail", str(file), "--history", "--json", within_s=300)
        assert done.returncode == 0, done.stderr
        sent = time.monotonic()
        assert msgspec.json.decode(done.stdout)["counts"]["accepted"] == LINES
        line.wait("the worker is through", line.drained, within_s=300)
        folded = time.monotonic()
        line.wait("the sink is through", lambda: number(line, STORED) >= LINES, within_s=300)
        print(f"\n{LINES:,} lines: sent in {sent - started:.1f} s, folded {folded - sent:.1f} s and stored"
              f" {time.monotonic() - sent:.1f} s after that")  # fmt: skip

        months = {str(month): rest for month, *rest in line.sql(BY_MONTH)}
        assert {month: count for month, (count, *_) in months.items()} == counts
        for month, (_, amount, quantity) in months.items():
            assert math.isclose(float(str(amount)), amounts[month], abs_tol=0.005), month
            assert math.isclose(float(str(quantity)), quantities[month]), month
        assert line.sql(WHO) == [(len(customers), nobody)]

        line.wait("the import is settled", lambda: number(line, TICKS_SINCE) > SETTLE_TICKS, within_s=120)
        line.wait("the sink has that, too", lambda: line.lag(SINK, stored_topics(line.settings.partitions)) == 0)
        alerts = read(line.broker.bootstrap, [topics.alert_topic(team) for team in topics.TEAMS])
        assert {topic: len(records) for topic, records in alerts.items() if records} == {}
        ((told, open_),) = line.sql(LEFT_OPEN)
        print(f"{told:,} alerts of history, archived")
        assert open_ == 0, "alerts that history opened are closed with it"

        report = line.run("import", "online-retail", str(file), "--taught", "--json")
        assert report.returncode == 0, report.stderr
        taught = msgspec.json.decode(report.stdout)
        assert (taught["touchpoints"], taught["customers"], taught["nobody"]) == (LINES, len(customers), nobody)
        assert (taught["begun"], taught["ended"], taught["alerts"]) == (4, 4, told)
        assert sum(taught["relationships"].values()) == len(customers)
        assert taught["signals"]["running_out"] > 0


def number(line: Line, query: str) -> int:
    ((found,),) = line.sql(query)
    return int(str(found))


def in_the_file(file: Path) -> tuple[Counter[str], dict[str, float], dict[str, float], set[str], int]:
    """Lines, sums of amounts and of quantities by month, customers, and lines without one: as the file has them."""
    counts: Counter[str] = Counter()
    amounts: defaultdict[str, float] = defaultdict(float)
    quantities: defaultdict[str, float] = defaultdict(float)
    customers: set[str] = set()
    nobody = 0
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            month = row["InvoiceDate"][:7].replace("-", "")
            counts[month] += 1
            amounts[month] += int(row["Quantity"]) * float(row["UnitPrice"])
            quantities[month] += int(row["Quantity"])
            if row["CustomerID"]:
                customers.add(row["CustomerID"])
            else:
                nobody += 1
    return counts, amounts, quantities, customers, nobody
