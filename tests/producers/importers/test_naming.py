"""What files are called in ids: nothing of a second file is taken for a repetition of the first."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest

from producers.delivery import MemoryProducer
from producers.importers import importer
from producers.importers.naming import Names
from producers.importers.run import Mode, import_files
from producers.lines import Lines, UnreadableInput
from schemas import times
from tests.producers.world import IDENTITY, PARTITIONS, memory, touchpoints, write

SHOP = importer("ecom-clickstream")
NOW = times.read("2026-06-10T12:00:00Z").at
HEADER = SHOP.header.encode()


def row(what: str) -> bytes:
    return f"u1,s1,{what},2026-03-13 10:21:14,web,ads,c,l".encode()


def imported(folder: Path, *paths: Path) -> tuple[list[str], list[str]]:
    """The ids of the touchpoints sent, and what was said."""
    log, said = memory(), list[str]()
    files = [Lines(str(path)) for path in paths]
    import_files(SHOP, files, Mode(), log, IDENTITY, folder, say=said.append, clock=lambda: NOW)
    return sorted(each.event_id for each in touchpoints(log)), said


def day(folder: Path, *rows: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    return write(folder / "clicks.csv", [HEADER, *rows])


def test_tomorrows_export_of_the_same_name_has_ids_of_its_own(tmp_path: Path) -> None:
    first, _ = imported(tmp_path, day(tmp_path / "monday", row("home"), row("search")))
    second, said = imported(tmp_path, day(tmp_path / "tuesday", row("search"), row("cart")))
    assert first == ["clicks.csv:000000000002", "clicks.csv:000000000003"]
    assert [each.split(":")[1] for each in second] == ["000000000002", "000000000003"]
    assert not set(first) & set(second)
    assert said == []
    again, _ = imported(tmp_path, tmp_path / "tuesday" / "clicks.csv")
    assert again == second


def test_so_has_one_of_the_same_run(tmp_path: Path) -> None:
    found, _ = imported(tmp_path, day(tmp_path / "monday", row("home")), day(tmp_path / "tuesday", row("cart")))
    assert len(set(found)) == 2


def test_the_same_content_has_the_same_ids_packed_or_not_and_it_is_said(tmp_path: Path) -> None:
    plain = day(tmp_path / "monday", row("home"))
    packed = tmp_path / "clicks.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    first, _ = imported(tmp_path, plain)
    second, said = imported(tmp_path, packed)
    assert first == second
    assert len(said) == 1
    assert "clicks.csv: it was imported before (2026-06-10)" in said[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(["home", "cart", "search"], ["home", "cart", "search", "home"], id="grown"),
        pytest.param(["home", "cart", "search"], ["home", "cart", "purchase"], id="corrected"),
        pytest.param(["home", "cart", "search"], ["home", "cart"], id="cut"),
    ],
)
def test_another_version_of_a_file_keeps_its_ids_and_it_is_said(
    before: list[str], after: list[str], tmp_path: Path
) -> None:
    imported(tmp_path, day(tmp_path / "a", *map(row, before)))
    found, said = imported(tmp_path, day(tmp_path / "a", *map(row, after)))
    assert found == [f"clicks.csv:{n:012d}" for n in range(2, 2 + len(after))]
    assert "another version of it was imported before" in said[0]


def test_an_interrupted_import_goes_on_under_the_name_it_began_with(tmp_path: Path) -> None:
    class Mortal(MemoryProducer):
        dies = True

        def flush(self) -> None:
            if self.dies and self.acknowledged:
                raise KeyboardInterrupt

    log = Mortal(lambda topic: PARTITIONS)

    def sent(path: Path) -> None:
        import_files(SHOP, [Lines(str(path))], Mode(), log, IDENTITY, tmp_path)

    tuesday = day(tmp_path / "tuesday", row("cart"), row("search"))
    with pytest.raises(KeyboardInterrupt):
        sent(tuesday)
    log.dies = False
    sent(day(tmp_path / "monday", row("home")))
    sent(tuesday)
    kinds = Counter((each.event_id, each.type) for each in touchpoints(log))
    assert kinds == {
        ("clicks.csv:000000000002", "checkout.step"): 1, ("clicks.csv:000000000003", "web.searched"): 1,
        ("clicks.csv:000000000002", "web.viewed"): 1,
    }  # fmt: skip
    assert Names(tmp_path).called(str(tuesday)) == "clicks.csv"


def test_a_name_can_be_asked_for_when_the_file_is_gone(tmp_path: Path) -> None:
    imported(tmp_path, day(tmp_path / "monday", row("home")))
    imported(tmp_path, tuesday := day(tmp_path / "tuesday", row("cart")))
    assert Names(tmp_path).called(str(tuesday)).startswith("clicks.csv~")
    assert Names(tmp_path).called(str(tmp_path / "nowhere" / "clicks.csv.gz")) == "clicks.csv"


def test_a_file_that_is_cut_off_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    whole = gzip.compress(b"\n".join([HEADER, *(row(f"page{n}") for n in range(5_000))]))
    path = tmp_path / "clicks.csv.gz"
    path.write_bytes(whole[:-2_000])
    with pytest.raises(UnreadableInput, match=r"clicks\.csv\.gz: .*Is the file whole"):
        imported(tmp_path, path)
