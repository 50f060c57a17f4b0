"""A whole replay of a file: what is printed, told and compared."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from rapport.settings import Settings
from replay.run import ReplayError, Selection, Summary, run
from schemas import times
from schemas.wire import output_from_json
from streams.knowledge.load import from_documents, load
from streams.knowledge.model import Knowledge

SETTINGS = Settings(identity_key="test")
START = 1_767_225_600_000
MINUTE = 60_000


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load(SETTINGS.knowledge)


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    """Three customers ask, an hour apart, and nobody answers."""
    path = tmp_path / "chats.jsonl"
    lines = [
        {
            "event_id": f"e{number}", "type": "chat.message", "channel": "chat", "text": "hello",
            "occurred_at": times.write(START + number * 60 * MINUTE), "identifiers": {"customer_id": who},
        }
        for number, who in enumerate(("ann", "bo", "cai"))
    ]  # fmt: skip
    path.write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    return path


def replayed(path: Path, knowledge: Knowledge, **options: Any) -> tuple[Summary, list[dict[str, object]]]:
    out = io.BytesIO()
    summary = run([str(path)], SETTINGS, knowledge, out=out, **options)
    return summary, [msgspec.json.decode(line) for line in out.getvalue().splitlines()]


def test_the_summary_counts_all_and_the_lines_are_in_order(chats: Path, knowledge: Knowledge) -> None:
    summary, lines = replayed(chats, knowledge)
    told = summary.to_json()
    assert told["records"] == told["applied"] == 3
    assert told["outputs"]["signal"] == {"unanswered": 2}
    assert told["outputs"]["alert"] == {"agent-desk": 2, "social-care": 2}
    assert (told["first"], told["last"]) == (times.write(START), times.write(START + 120 * MINUTE))
    assert [line["at"] for line in lines] == sorted(str(line["at"]) for line in lines)
    assert all(output_from_json(line) for line in lines)


def test_two_runs_are_one_byte_for_byte(chats: Path, knowledge: Knowledge) -> None:
    one, lines = replayed(chats, knowledge)
    other, again = replayed(chats, knowledge)
    assert lines == again
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize(
    ("selection", "count"),
    [
        pytest.param(Selection(customer="bo"), 1, id="one customer"),
        pytest.param(Selection(from_=START + 62 * MINUTE), 1, id="the first moment is inside"),
        pytest.param(Selection(from_=START + 62 * MINUTE + 1), 0, id="just after it"),
        pytest.param(Selection(to=START + 62 * MINUTE), 1, id="the end is outside"),
        pytest.param(Selection(customer="nobody"), 0, id="nobody"),
    ],
)
def test_a_selection_limits_what_is_printed_not_what_is_folded(
    selection: Selection, count: int, chats: Path, knowledge: Knowledge
) -> None:
    whole, _ = replayed(chats, knowledge)
    summary, lines = replayed(chats, knowledge, selection=selection)
    assert sum(line["kind"] == "signal" for line in lines) == count
    assert (summary.records, summary.fingerprint) == (whole.records, whole.fingerprint)


def test_other_knowledge_is_compared_with_a_run_before(chats: Path, knowledge: Knowledge, tmp_path: Path) -> None:
    base = tmp_path / "base.jsonl"
    with base.open("wb") as out:
        run([str(chats)], SETTINGS, knowledge, out=out)
    same, _ = replayed(chats, knowledge, compare=str(base))
    assert not same.different
    signals = knowledge.documents["signals.yaml"].replace("chat.message: 2", "chat.message: 45")
    patient = from_documents({**knowledge.documents, "signals.yaml": signals})
    other, _ = replayed(chats, patient, compare=str(base), own_rules=True)
    assert other.different
    found = other.to_json()["differences"]
    assert found["new"]["signal"] == found["gone"]["signal"] == {"unanswered": 2}


def test_the_summary_says_that_runs_differ(chats: Path, knowledge: Knowledge, tmp_path: Path) -> None:
    base = tmp_path / "base.jsonl"
    base.write_bytes(b"")
    summary, _ = replayed(chats, knowledge, compare=str(base))
    paper = io.StringIO()
    summary.print(Console(file=paper, width=140))
    told = paper.getvalue()
    assert "unanswered" in told
    assert "exit status 1" in told


def test_a_log_that_goes_by_unknown_knowledge_says_so(tmp_path: Path, knowledge: Knowledge) -> None:
    path = tmp_path / "log.jsonl"
    activation = {
        "event_id": "k", "type": "knowledge.activated", "channel": "system", "occurred_at": times.write(START),
        "initiator": "company", "properties": {"version": "f00"}, "partition": 0, "offset": 0, "key": "*",
    }  # fmt: skip
    path.write_bytes(msgspec.json.encode(activation))
    with pytest.raises(ReplayError, match=r"f00.*--knowledge"):
        replayed(path, knowledge)
    summary, _ = replayed(path, knowledge, own_rules=True)
    assert summary.counts["left_out"] == 1


@pytest.mark.parametrize(
    ("names", "says"),
    [
        pytest.param([], "nothing to replay", id="no source"),
        pytest.param(["kafka", "archive"], "by themselves", id="two logs"),
        pytest.param(["kafka"], "RAPPORT_KAFKA", id="no broker"),
        pytest.param(["nowhere"], "no such file", id="no file"),
    ],
)
def test_a_source_that_is_none_is_named(names: list[str], says: str, knowledge: Knowledge) -> None:
    with pytest.raises(ReplayError, match=says):
        run(names, SETTINGS, knowledge)


def test_a_base_that_is_none_is_named(chats: Path, knowledge: Knowledge) -> None:
    with pytest.raises(ReplayError, match="--out wrote"):
        replayed(chats, knowledge, compare=str(chats.parent / "nowhere"))
    with pytest.raises(ReplayError, match=r"chats\.jsonl:1: no output"):
        replayed(chats, knowledge, compare=str(chats))


def test_what_a_log_lacks_is_said_and_from_when_it_goes_on(tmp_path: Path, knowledge: Knowledge) -> None:
    """The first three records of partition 0 have expired, two of partition 1 are gone in its midst."""
    file = tmp_path / "log.jsonl"
    lines = [
        {
            "event_id": f"e{partition}{offset}", "type": "chat.message", "channel": "chat", "partition": partition,
            "offset": offset, "key": "ann", "source": [partition, offset, 0], "initiator": "customer",
            "occurred_at": times.write(START + offset * MINUTE), "identifiers": {"customer_id": "ann"},
        }
        for partition, offsets in ((0, (3, 4)), (1, (0, 1, 4)))
        for offset in offsets
    ]  # fmt: skip
    file.write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    summary, _ = replayed(file, knowledge)
    assert summary.to_json()["missing"] == 5
    assert summary.to_json()["gaps"] == [
        {"partition": 0, "first": 0, "last": 2, "until": times.write(START + 3 * MINUTE)},
        {"partition": 1, "first": 2, "last": 3, "until": times.write(START + 4 * MINUTE)},
    ]
    console = Console(file=io.StringIO(), width=200)
    summary.print(console)
    assert isinstance(console.file, io.StringIO)
    assert "partition 1: records 2 to 3 have expired" in console.file.getvalue()


def test_a_log_that_is_whole_lacks_nothing(chats: Path, knowledge: Knowledge) -> None:
    told = replayed(chats, knowledge)[0].to_json()
    assert (told["missing"], told.get("gaps")) == (0, None)


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """Ann asks in store 1 by chat, Bo in store 2 by e-mail, Cai on the web; Ann comes back without a place."""
    path = tmp_path / "places.jsonl"
    asked = (("ann", "chat", "store-1"), ("bo", "email", "store-2"), ("cai", "web", None), ("ann", "chat", None))
    lines = [
        {
            "event_id": f"p{number}", "type": "complaint.opened", "channel": channel, "text": "it broke",
            "occurred_at": times.write(START + number * 1000 * MINUTE), "identifiers": {"customer_id": who},
            "properties": {"cause": "late"}, **({"location_id": place} if place else {}),
        }
        for number, (who, channel, place) in enumerate(asked)
    ]  # fmt: skip
    path.write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    return path


@pytest.mark.parametrize(
    ("selection", "told"),
    [
        pytest.param(Selection(store="store-1"), {"ann"}, id="who was in that store"),
        pytest.param(Selection(channel="email"), {"bo"}, id="who came by that channel"),
        pytest.param(Selection(segment="complete_stranger"), {"bo", "cai"}, id="who stands so at the end"),
    ],
)
def test_a_selection_of_customers_tells_everything_of_them_and_nothing_of_others(
    selection: Selection, told: set[str], places: Path, knowledge: Knowledge
) -> None:
    whole, everything = replayed(places, knowledge)
    summary, lines = replayed(places, knowledge, selection=selection)
    assert {line["customer_id"] for line in lines} == told
    assert lines == [line for line in everything if line.get("customer_id") in told]
    assert summary.fingerprint == whole.fingerprint


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        pytest.param(Selection(segment="pals"), "no such relationship", id="no relationship"),
        pytest.param(Selection(store="store-9"), "--store store-9: nobody", id="nobody there"),
    ],
)
def test_a_selection_that_can_take_nobody_is_refused(
    selection: Selection, said: str, places: Path, knowledge: Knowledge
) -> None:
    with pytest.raises(ReplayError, match=said):
        replayed(places, knowledge, selection=selection)


def test_a_difference_is_explained_by_the_first_record_at_which_a_customer_parts(
    places: Path, knowledge: Knowledge, tmp_path: Path
) -> None:
    """The base does not notice that Ann comes back, and says something else of Cai when something fell due."""
    _, lines = replayed(places, knowledge)
    later = next(each for each in lines if each["customer_id"] == "cai" and each["kind"] == "signal")
    back = [each for each in lines if each.get("name") == "repeat_contact"]
    assert {each["customer_id"] for each in back} == {"ann"}
    base = tmp_path / "base.jsonl"
    told = [{**each, "severity": "critical"} if each is later else each for each in lines if each not in back]
    base.write_bytes(b"\n".join(map(msgspec.json.encode, told)))
    summary, _ = replayed(places, knowledge, compare=str(base))
    parted = summary.to_json()["parted"]
    assert [(each["type"], each["customer"], each["outputs"]) for each in parted] == [
        ("complaint.opened", "ann", len(back)), ("time", "cai", 1),
    ]  # fmt: skip
    assert parted[0]["event_id"] == "p3"
    paper = io.StringIO()
    summary.print(Console(file=paper, width=140))
    assert "something fell due" in paper.getvalue()
    same, _ = replayed(places, knowledge, compare=str(base), selection=Selection(customer="bo"))
    assert not same.partings
