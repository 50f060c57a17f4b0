from __future__ import annotations

import ast
import json
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest

import producers.simulator
from producers.simulator.feeding import send_simulation, write_lines, write_truth
from producers.simulator.personas import BY_TYPE, PERSONAS, SHIFTS
from producers.simulator.run import Simulation
from schemas import times
from schemas.contract import read_line
from schemas.records import Touchpoint
from tests.producers.world import IDENTITY, memory, touchpoints


def lines(seed: int = 7) -> list[bytes]:
    return list(Simulation(customers=120, days=45, seed=seed).lines())


def test_one_seed_gives_one_shop_and_another_another() -> None:
    assert lines() == lines()
    assert lines(8) != lines()


def test_every_line_keeps_the_contract_and_time_never_runs_back() -> None:
    before, ids = 0, set[str]()
    for line in lines():
        touchpoint = read_line(line)
        assert isinstance(touchpoint, Touchpoint), touchpoint
        assert touchpoint.occurred_at >= before
        before = touchpoint.occurred_at
        ids.add(touchpoint.event_id)
    assert len(ids) == len(lines())


def test_people_speak_two_languages_and_do_many_things() -> None:
    content = [json.loads(line) for line in lines()]
    kinds = Counter(each["type"] for each in content)
    wanted = {
        "purchase.made", "chat.message", "store.entered", "consent.changed", "complaint.opened", "feedback.suggested",
        "message.unsubscribed", "qr.scanned", "web.viewed", "message.sent", "policy.changed",
    }  # fmt: skip
    assert wanted <= kinds.keys()
    assert {each["language"] for each in content if "language" in each} == {"zh", "en"}


def test_nobody_is_seen_by_a_camera_without_consent() -> None:
    agreed = set[str]()
    for line in lines():
        content = json.loads(line)
        customer = content.get("identifiers", {}).get("customer_id")
        facts = content.get("properties", {})
        if content["type"] == "consent.changed" and facts == {"scope": "camera", "granted": True}:
            agreed.add(customer)
        assert content["type"] != "store.entered" or customer in agreed


def test_some_chats_are_answered_in_two_minutes_and_some_are_not() -> None:
    asked, waits = dict[str, int](), list[int]()
    for line in lines():
        content = json.loads(line)
        if content["type"] == "chat.message":
            at = times.read(content["occurred_at"]).at
            if content.get("initiator") == "company":
                waits.append(at - asked[content["session_id"]])
            else:
                asked[content["session_id"]] = at
    in_time = sum(wait < 120_000 for wait in waits)
    assert 0.6 < in_time / len(waits) < 0.98


def test_truth_names_everyone_and_every_change_of_heart() -> None:
    simulation = Simulation(customers=2_000, days=60, seed=1)
    truth = [json.loads(line) for line in simulation.truth()]
    people = [each for each in truth if "customer_id" in each]
    assert len({each["customer_id"] for each in people}) == 2_000
    changes = {(each["from"], each["type"]) for each in people if each["from"] is not None}
    assert changes == {(before, after) for before, after, _ in SHIFTS}
    assert {each["incident"] for each in truth if "incident" in each} == {"bad-batch", "price-rise"}
    assert len(BY_TYPE) == len(PERSONAS) >= 12


def test_files_and_the_log_get_the_same_touchpoints(tmp_path: Path) -> None:
    out, truth, log = BytesIO(), BytesIO(), memory()
    simulation = Simulation(30, 20, 3)
    write_truth(simulation, truth)
    written = write_lines(simulation, out)
    counts = send_simulation(30, 20, 3, log, IDENTITY, tmp_path)
    assert counts.accepted == written == out.getvalue().count(b"\n")
    sent = {one.event_id for one in touchpoints(log)}
    assert sent == {json.loads(line)["event_id"] for line in out.getvalue().splitlines()}
    assert truth.getvalue().count(b"\n") >= 30


@pytest.mark.parametrize(
    "file", sorted(Path(producers.simulator.__file__).parent.glob("*.py")), ids=lambda path: path.name
)
def test_the_simulator_knows_nothing_of_what_judges_it(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        assert not [name for name in names if name.startswith(("streams", "knowledge"))]
