"""The files in `examples/` are what their README says."""

from __future__ import annotations

from pathlib import Path

from producers.importers import importer
from producers.importers.run import Mode, import_files
from producers.lines import Lines
from producers.send import send
from tests.producers.world import IDENTITY, memory, touchpoints

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_hand_written_touchpoints_are_all_accepted(tmp_path: Path) -> None:
    log = memory()
    counts = send([Lines(str(EXAMPLES / "touchpoints.jsonl"))], log, IDENTITY, tmp_path)
    assert (counts.accepted, counts.refused) == (10, 0)
    assert {one.language for one in touchpoints(log)} >= {"zh", "en"}


def test_the_slice_is_imported_whole_and_attributed(tmp_path: Path) -> None:
    log = memory()
    file = Lines(str(EXAMPLES / "online_retail_slice.csv.gz"))
    counts = import_files(importer("online-retail"), [file], Mode(), log, IDENTITY, tmp_path)
    assert (counts.accepted, counts.refused) == (9_143, 0)
    said = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert "9,143" in said
    assert "CC BY 4.0" in said
    assert len({one.customer_id for one in touchpoints(log)}) == 44
