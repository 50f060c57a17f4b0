from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pytest

from producers.lines import Line, Lines, UnreadableInput
from tests.producers.world import write

CONTENT = b'\xef\xbb\xbf{"a":1}\r\n\n  \n{"b":2}\nlast without newline'
EXPECTED = [Line(1, b'{"a":1}\r'), Line(4, b'{"b":2}'), Line(5, b"last without newline")]


@pytest.mark.parametrize("name", [pytest.param("a.jsonl", id="plain"), pytest.param("a.jsonl.gz", id="gzip")])
def test_lines_keep_their_numbers_and_bytes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(CONTENT) if name.endswith(".gz") else CONTENT)
    assert list(Lines(str(path))) == EXPECTED


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CONTENT)))
    assert list(Lines("-")) == EXPECTED


def test_progress_counts_bytes_on_disk(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [b"x" * 99] * 100)
    lines = Lines(str(path))
    assert (lines.read_bytes, lines.size_bytes) == (0, 10_000)
    reading = iter(lines)
    next(reading)
    assert lines.read_bytes > 0


def test_a_missing_file_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"no\.jsonl"):
        Lines(str(tmp_path / "no.jsonl"))


def test_what_is_not_gzipped_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"a\.csv\.gz: is not gzipped, .*Take \.gz off the name"):
        list(Lines(str(write(tmp_path / "a.csv", [b"a,b"]).rename(tmp_path / "a.csv.gz"))))


def test_a_folder_is_named_as_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"Is a directory\. Name a file that you may read\.$"):
        list(Lines(str(tmp_path)))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(gzip.compress(b"line\n" * 10_000)[:-20], id="cut off"),
        pytest.param(b"this is no gzip", id="not compressed at all"),
    ],
)
def test_a_broken_archive_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(UnreadableInput, match=r"a\.jsonl\.gz"):
        list(Lines(str(path)))
