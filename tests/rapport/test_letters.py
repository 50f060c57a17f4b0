"""Dead letters on a terminal and in a pipe: columns, counts, one letter whole."""

from __future__ import annotations

import pytest

from producers.letters.shelf import Shelf
from rapport.letters import HEX_BYTES, counted, counts, summary, table, whole
from rapport.readable import Page
from schemas.letters import Letter
from tests.producers.letters.made import bad, letter

LETTERS = [
    letter(bad("e1"), number=1),
    letter(b"\xfe\x00", "not_framed", b"bert", 2, stage="engine", topic="touchpoints.raw.v1", partition=1, offset=9),
    letter(bad("e3", "bert"), number=3, detail="\x1b[31mred\nnew \N{RIGHT-TO-LEFT OVERRIDE}line"),
]
PIPE, NARROW = Page(None), Page(60)


def lines(letters: list[Letter], page: Page) -> list[str]:
    return [line.plain for line in table(letters, {"00000003-id"}, page)]


def test_in_a_pipe_cells_are_whole_and_apart() -> None:
    heading, *rows = (line.split("\t") for line in lines(LETTERS, PIPE))
    assert heading == ["ID", "AT", "REASON", "STAGE", "SOURCE", "CUSTOMER", "DETAIL"]
    assert [row[2:6] for row in rows] == [
        ["unknown_type", "producer", "in.jsonl:1", "anna"],
        ["not_framed", "engine", "touchpoints.raw.v1[1]@9", "bert"],
        ["unknown_type", "producer", "in.jsonl:3", "bert"],
    ]


def test_on_a_terminal_every_line_fits() -> None:
    assert {len(line) <= 60 for line in lines(LETTERS, NARROW)} == {True}


def test_nothing_that_a_terminal_obeys_gets_through() -> None:
    shown = lines(LETTERS, PIPE)[3]
    assert shown.endswith("(replayed) \N{REPLACEMENT CHARACTER}[31mred new line")


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param("reason", [("unknown_type", 2), ("not_framed", 1)], id="reason"),
        pytest.param("stage", [("producer", 2), ("engine", 1)], id="stage"),
        pytest.param("source", [("in.jsonl", 2), ("touchpoints.raw.v1", 1)], id="source"),
        pytest.param("customer", [("bert", 2), ("anna", 1)], id="customer"),
    ],
)
def test_letters_are_counted(by: str, expected: list[tuple[str, int]]) -> None:
    assert counted(LETTERS, by) == expected
    assert [line.plain.split() for line in counts(LETTERS, by, PIPE)] == [[str(n), name] for name, n in expected]


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        pytest.param(LETTERS[0], ["touchpoint (as JSON", '"event_id": "e1"', "in.jsonl line 1", "remedy"], id="JSON"),
        pytest.param(LETTERS[1], ["bytes (2)", "000000  fe 00", "partition 1 offset 9"], id="bytes"),
        pytest.param(letter(b"hello\nyou", "not_json"), ["text (9 bytes)", "hello", "you"], id="text"),
        pytest.param(letter(b"", "empty_value"), ["no value", "nothing to replay"], id="nothing"),
        pytest.param(letter(b"\xff" * 999, "not_framed"), [f"and {999 - HEX_BYTES} more"], id="many bytes"),
        pytest.param(letter(b"x" * 99_999, "not_json"), ["cut here"], id="a long text"),
    ],
)
def test_a_letter_is_shown_whole(of: Letter, expected: list[str]) -> None:
    shown = "\n".join(line.plain for line in whole(of, False, Page(80)))
    assert [words for words in expected if words not in shown] == []
    assert len(shown) < 6_000


@pytest.mark.parametrize(
    ("shown", "everything", "told"),
    [
        pytest.param(2, False, "2 to be mended, 1 already replayed (--replayed shows them)", id="the open ones"),
        pytest.param(3, True, "2 to be mended, 1 already replayed", id="all of them"),
        pytest.param(1, False, "2 to be mended, 1 already replayed; the last 1 shown (--limit shows more)", id="cut"),
    ],
)
def test_the_last_line_says_what_was_left_out(shown: int, everything: bool, told: str) -> None:
    assert summary(Shelf(LETTERS, {"00000003-id"}), shown, everything) == told
