"""Filters: each alone, at its edges, and together."""

from __future__ import annotations

import pytest

from producers.letters.selecting import Selection
from schemas.keys import keyed_hash
from tests.producers.letters.made import NOW, bad, letter
from tests.producers.world import IDENTITY

EMAIL = f"email:{IDENTITY.id}:{keyed_hash('email', 'anna@example.com', IDENTITY.secret)}"
OF_PRODUCER = letter(bad("e", identifiers={"loyalty_card": "7", "email": "anna@example.com"}), number=5)
OF_ENGINE = letter(
    b"garbage", "not_framed", b"bert", 7, stage="engine", topic="touchpoints.resolved.v1", partition=1, offset=9
)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param(Selection(), [5, 7], id="no filter"),
        pytest.param(Selection(ids=("00000005",)), [5], id="the beginning of an id"),
        pytest.param(Selection(ids=("00000005", "00000007-id")), [5, 7], id="two ids"),
        pytest.param(Selection(ids=("5",)), [], id="not its middle"),
        pytest.param(Selection(reasons=frozenset({"not_framed"})), [7], id="a reason"),
        pytest.param(Selection(stages=frozenset({"producer", "identity"})), [5], id="stages"),
        pytest.param(Selection(sources=frozenset({"touchpoints.resolved.v1"})), [7], id="a topic"),
        pytest.param(Selection(sources=frozenset({"in.jsonl"})), [5], id="a file"),
        pytest.param(Selection(sources=frozenset({"in.jsonl:5"})), [5], id="a line of it, as lists show it"),
        pytest.param(Selection(sources=frozenset({"touchpoints.resolved.v1[1]@9"})), [7], id="a record of a topic"),
        pytest.param(Selection(sources=frozenset({"in.jsonl:6"})), [], id="another line"),
        pytest.param(Selection(sources=frozenset({"n.jsonl"})), [], id="not the end of a name"),
        pytest.param(Selection(since=NOW + 7), [7], id="since is in"),
        pytest.param(Selection(until=NOW + 7), [5], id="until is out"),
        pytest.param(Selection(customer="bert"), [7], id="the customer of the key"),
        pytest.param(Selection(customer="loyalty_card:7"), [5], id="the customer named within"),
        pytest.param(Selection(customer=EMAIL), [5], id="by the hash of an e-mail within"),
        pytest.param(Selection(customer="*"), [], id="nobody is everybody"),
        pytest.param(Selection(customer="bert", until=NOW + 7), [], id="all filters hold"),
    ],
)
def test_a_filter_lets_through_what_it_says(wanted: Selection, found: list[int]) -> None:
    assert [each.line for each in (OF_PRODUCER, OF_ENGINE) if wanted.holds(each, IDENTITY)] == found


def test_an_id_that_no_letter_has_is_told() -> None:
    assert Selection(ids=("00000005", "abc")).unmatched([OF_PRODUCER]) == ["abc"]


def test_a_filter_is_not_everything() -> None:
    assert Selection().everything
    assert not Selection(until=NOW).everything


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("/data/in/day.jsonl", True, id="whole"),
        pytest.param("day.jsonl", True, id="its name"),
        pytest.param("in/day.jsonl", True, id="its last parts"),
        pytest.param("./day.jsonl", True, id="here"),
        pytest.param("day.jsonl:7", True, id="a line of it"),
        pytest.param("day.jsonl:8", False, id="another line"),
        pytest.param("out/day.jsonl", False, id="one of another folder"),
        pytest.param("ay.jsonl", False, id="one whose name ends so"),
    ],
)
def test_a_file_is_found_by_its_name(asked: str, found: bool) -> None:
    sent = letter(bad("e"), number=7, file="/data/in/day.jsonl")
    assert Selection(sources=frozenset({asked})).holds(sent, IDENTITY) == found
