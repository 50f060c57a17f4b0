"""A first line that names no columns, or not those that are wanted, ends the run before anything is sent."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from producers.importers import importer
from producers.importers.mapping import parse
from producers.importers.run import Mode, import_files, looked
from producers.importers.table import Table, lines_of
from producers.lines import Lines, UnreadableInput
from tests.producers.world import IDENTITY, memory

MAPPING = """
name: shop
touchpoint:
  type: purchase.made
  channel: store
  occurred_at: {column: day}
  amount: {column: paid}
  identifiers: {customer_id: {column: client}}
"""
CLICKS = "user_id,session_id,event,timestamp,platform,acquisition_channel"
ROW = b"c1,2026-05-31,5"


def refusal(tmp_path: Path, content: bytes, name: str = "table") -> str:
    """Why the file is refused whole."""
    file = tmp_path / "f.csv"
    file.write_bytes(content)
    chosen = Table(parse(MAPPING, "m.yaml")) if name == "table" else importer(name)
    log = memory()
    with pytest.raises(UnreadableInput) as raised:
        import_files(chosen, [Lines(str(file))], Mode(), log, IDENTITY, tmp_path)
    assert log.acknowledged == 0
    assert str(raised.value).startswith(f"{file}:1: ")
    return str(raised.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b'client,day,"paid\n' + ROW, "has to close behind it", id="a quote that does not close"),
        pytest.param(b'client,day,"paid\n(EUR)"\n' + ROW, "on the same line", id="or closes on another line"),
        pytest.param(b"client,day,paid\r" + ROW + b"\r", "Do its lines end in CR alone?", id="lines that end in CR"),
        pytest.param("client,day,paid\n".encode("utf-16"), "iconv -f UTF-16", id="UTF-16"),
        pytest.param("client,day,paid\n".encode("utf-16-le"), "iconv -f UTF-16", id="UTF-16 without its mark"),
        pytest.param(gzip.compress(b"client,day,paid\n"), "end its name in .gz", id="gzipped under another name"),
        pytest.param(b"", "the file is empty", id="an empty file"),
        pytest.param(b"\xef\xbb\xbf", "the file is empty", id="nothing but a byte order mark"),
        pytest.param(b'"' + b"x" * 140_000 + b'",b', "are no CSV", id="a name that nobody can read"),
        pytest.param(b"client;day;paid\n", "stand between ';' instead of ',': say so by `delimiter`", id="semicolons"),
        pytest.param(b"cleint,day,paid\n", "no column client; there are cleint, day, paid. Did you mean cleint?",
                     id="a misspelt column"),
        pytest.param("client,day,bezahlt_für\n".encode("latin-1"), "is not UTF-8", id="another encoding"),
        pytest.param(b"client,day,paid,day\n", "the column day stands twice", id="a column twice"),
        pytest.param(b",".join(b"x" * 500 + b"%d" % each for each in range(900)), "860 more", id="too many to say"),
    ],
)  # fmt: skip
def test_of_any_table(tmp_path: Path, content: bytes, says: str) -> None:
    found = refusal(tmp_path, content)
    assert says in found
    assert len(found) < 3_000


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(CLICKS.replace("timestamp,", ""), "no column timestamp; there are user_id,", id="one lacks"),
        pytest.param(CLICKS.replace(",", ";"), "stand between ';' instead of ',': write commas", id="semicolons"),
        pytest.param(CLICKS.replace(",", "\t"), "stand between '\\t'", id="tabs"),
        pytest.param("u1,s1,home,2024-03-13 10:21:14,m,e", "Does the first line name the columns?", id="no header"),
        pytest.param("", "the file is empty", id="an empty file"),
        pytest.param(f"{CLICKS}\rrow\r", "CR alone", id="lines that end in CR"),
        pytest.param(f'{CLICKS},"', "are no CSV", id="a quote that does not close"),
    ],
)
def test_of_a_data_set(tmp_path: Path, content: str, says: str) -> None:
    found = refusal(tmp_path, content.encode(), "ecom-clickstream")
    assert "f.csv:1: not ecom-clickstream: " in found
    assert says in found


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(b'client,day,paid,size (")', id="an inch mark in a name"),
        pytest.param(b'"client","day","paid","size ("")"', id="and in a quoted one"),
        pytest.param(b"\xef\xbb\xbfclient,day,paid,size\r", id="a byte order mark, and CR before LF"),
        pytest.param(b"\n\nclient,day,paid,size", id="blank lines before it"),
    ],
)
def test_every_row_below_is_read(tmp_path: Path, header: bytes) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(b"\n".join([header, *[ROW + b",1"] * 500]))
    look = looked(Table(parse(MAPPING, "m.yaml")), [lines_of(str(file))], Mode())
    assert (look.types.total(), look.rejected.total()) == (500, 0)
