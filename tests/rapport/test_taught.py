"""What an import of history taught is read from the archive, run by run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rapport.taught import lines, taught
from rapport.voice import Voice
from tests.console.archive import Archive

RUN = "online-retail:retail.csv.gz"
DAY = datetime(2011, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    found = Archive(tmp_path_factory.mktemp("taught"))
    yield found
    found.close()


def row(n: int, who: str, history: str, **more: Any) -> dict[str, Any]:
    return {"customer_id": who, "event_id": f"e{n}", "type": "purchase.made", "occurred_at": DAY, "history": history,
            "properties": "{}", **more}  # fmt: skip


def mark(word: str, partition: int) -> dict[str, Any]:
    return row(0, "*", "", event_id=f"{word}:{partition}", type=f"history.{word}", properties=f'{{"run":"{RUN}"}}')


def test_a_run_that_was_not_imported_is_said_to_be_missing(archive: Archive) -> None:
    found = taught(archive, "cdnow:master.txt")
    assert (found.touchpoints, found.first, found.whole) == (0, None, False)
    (said,) = lines(found, Voice("en"))
    assert "was it imported with --history?" in said


def test_it_is_counted_by_run(archive: Archive, tmp_path: Path) -> None:
    archive.write("touchpoints", [
        row(1, "ann", RUN), row(2, "ann", RUN), row(3, "bea", RUN, occurred_at=datetime(2011, 5, 2, tzinfo=UTC)),
        row(4, "none:x", RUN), row(5, "cy", ""), row(6, "dan", "cdnow:other"), mark("begun", 0), mark("begun", 1),
        mark("ended", 0),
    ])  # fmt: skip
    archive.write("customers", [
        {"customer_id": who, "at": DAY, "id": who, "relationship": "best_friend"} for who in ("ann", "cy", "dan")
    ])  # fmt: skip
    for table, count in {"shifts": 2, "alerts": 1}.items():
        archive.write(table, [{"customer_id": "ann", "at": DAY, "id": f"{n}", "history": RUN} for n in range(count)])
    noticed = [("running_out", RUN), ("running_out", RUN), ("cooling", RUN), ("threat", "")]
    archive.write("signals", [
        {"customer_id": "ann", "at": DAY, "id": f"s{n}", "name": name, "history": history}
        for n, (name, history) in enumerate(noticed)
    ])  # fmt: skip
    found = taught(archive, RUN)
    assert (found.touchpoints, found.customers, found.nobody) == (4, 2, 1)
    assert (found.relationships, found.signals) == (
        {"best_friend": 1, "complete_stranger": 1}, {"running_out": 2, "cooling": 1},
    )  # fmt: skip
    assert (found.shifts, found.alerts, found.begun, found.ended, found.whole) == (2, 1, 2, 1, False)
    said = lines(found, Voice("en"))
    assert said[0] == f"{RUN}: 4 touchpoints, 2011-03-01 to 2011-05-02, of 2 customers, 1 of nobody"
    assert "1 of 2 partitions are at its end" in said[1]
    archive.write("touchpoints", [mark("ended", 1)])
    assert taught(archive, RUN).whole
