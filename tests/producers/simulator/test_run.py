from __future__ import annotations

import ast
import json
from collections import Counter
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest

import producers.simulator
from producers.simulator.bank import COMMON, LANGUAGES, Family, Language, raw
from producers.simulator.fates import DISTANT, SHARES, TURNS, TYPES
from producers.simulator.feeding import send_simulation, write_lines, write_truth
from producers.simulator.run import START, Simulation
from schemas import times
from schemas.contract import read_line
from schemas.records import Touchpoint
from tests.producers.world import IDENTITY, memory, touchpoints

FAMILIES: tuple[Family, ...] = ("a", "b")
ROOM = Path(producers.simulator.__file__).parent


@cache
def lines(family: Family = "a", seed: int = 7, noise: float = 1.0) -> tuple[bytes, ...]:
    return tuple(Simulation(customers=150, days=120, seed=seed, family=family, noise=noise).lines())


@pytest.mark.parametrize("family", FAMILIES)
def test_one_seed_gives_one_shop_and_another_another(family: Family) -> None:
    assert tuple(Simulation(customers=150, days=120, seed=7, family=family).lines()) == lines(family)
    assert lines(family, 8) != lines(family)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_line_keeps_the_contract_and_time_never_runs_back(family: Family) -> None:
    before, ids = START, set[str]()
    for line in lines(family):
        touchpoint = read_line(line)
        assert isinstance(touchpoint, Touchpoint), touchpoint
        assert touchpoint.occurred_at >= before
        before = touchpoint.occurred_at
        ids.add(touchpoint.event_id)
    assert len(ids) == len(lines(family))


@pytest.mark.parametrize("family", FAMILIES)
def test_people_speak_two_languages_and_do_many_things(family: Family) -> None:
    content = [json.loads(line) for line in lines(family)]
    wanted = {
        "purchase.made", "chat.message", "store.entered", "consent.changed", "complaint.opened", "feedback.suggested",
        "message.unsubscribed", "qr.scanned", "web.viewed", "message.sent", "policy.changed", "club.active",
        "social.mentioned", "stock.wanted", "identity.linked", "product.launched",
    }  # fmt: skip
    assert wanted <= {each["type"] for each in content}
    assert {each["language"] for each in content if "language" in each} == {"zh", "en"}


def test_nobody_is_seen_by_a_camera_without_consent() -> None:
    agreed = set[str]()
    for line in lines():
        content = json.loads(line)
        customer = content.get("identifiers", {}).get("customer_id")
        facts = content.get("properties", {})
        if content["type"] == "consent.changed" and facts == {"scope": "camera", "granted": True}:
            agreed.add(customer)
        assert content["type"] != "store.entered" or customer in agreed or customer is None


def test_truth_names_everyone_and_every_change_of_heart() -> None:
    truth = [json.loads(line) for line in Simulation(customers=4_000, days=365, seed=1).truth()]
    people = [each for each in truth if "customer_id" in each]
    assert len({each["customer_id"] for each in people}) == 4_000
    changes = [each for each in people if each["from"] is not None]
    assert 0.25 < len(changes) / 4_000 < 0.6
    ways = {(before, turn.to, turn.cause) for before, turns in TURNS.items() for turn in turns}
    assert {(each["from"], each["type"], each["cause"]) for each in changes} <= ways
    assert {each["incident"] for each in truth if "incident" in each} >= {"bad-batch", "price_rise", "terms"}


def test_all_29_are_there_and_three_fifths_keep_their_distance() -> None:
    assert len(TYPES) == 29 == len(TURNS)
    first = Counter(
        content["type"] for line in Simulation(customers=4_000, days=30, seed=3).truth()
        if (content := json.loads(line)).get("from", "") is None
    )  # fmt: skip
    assert first.keys() == SHARES.keys()
    assert sum(first[each] for each in DISTANT) / 4_000 == pytest.approx(0.6, abs=0.03)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_stream_keeps_to_the_truth(family: Family) -> None:
    """Nobody is met before the truth begins, and who is a stranger to the end is met less than a buddy."""
    simulation = Simulation(customers=600, days=120, seed=5, family=family)
    since, kinds = dict[str, int](), dict[str, set[str]]()
    for line in simulation.truth():
        content = json.loads(line)
        who = content.get("device") or content.get("customer_id")
        if who is not None:
            since.setdefault(who, times.read(content["since"]).at)
            kinds.setdefault(who, set()).add(content["type"])
    met = Counter[str]()
    for line in simulation.lines():
        content = json.loads(line)
        who = content.get("identifiers", {}).get("customer_id") or content.get("identifiers", {}).get("device")
        if who in since:
            assert times.read(content["occurred_at"]).at >= since[who]
            met[who] += 1
    assert sum(met[each] > 0 for each in since) > 500
    many = {kind: [met[who] for who, had in kinds.items() if had == {kind}] for kind in ("complete_stranger", "buddy")}
    assert sum(many["complete_stranger"]) / len(many["complete_stranger"]) < sum(many["buddy"]) / len(many["buddy"]) / 3


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_relationship_has_a_dozen_sentences_half_of_them_paraphrases(family: Family, language: Language) -> None:
    found = raw(family, language)
    assert found.keys() == {*TYPES, *COMMON}
    for kind in TYPES:
        telling, plain = found[kind]
        assert len(set(telling)) == len(set(plain)) == 6, kind
        other = raw("b" if family == "a" else "a", language)[kind]
        assert not set(telling + plain) & set(other[0] + other[1]), f"{kind}: the families copy one another"


@pytest.mark.parametrize("family", FAMILIES)
def test_noise_is_a_knob(family: Family) -> None:
    silent, usual, loud = (len(lines(family, noise=noise)) for noise in (0.0, 1.0, 10.0))
    assert silent < usual < loud
    assert loud > 2 * usual


def test_one_language_no_texts_and_late_names() -> None:
    only = [json.loads(line) for line in Simulation(60, 60, 2, only="zh").lines()]
    assert {each["language"] for each in only if "language" in each} == {"zh"}
    assert not any(b'"text"' in line for line in Simulation(60, 60, 2, texts=False).lines())
    late = Counter(json.loads(line)["type"] for line in Simulation(60, 60, 2, late=True).lines())
    assert late["identity.linked"] > 20


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


@pytest.mark.parametrize("file", sorted(ROOM.glob("*.py")), ids=lambda path: path.name)
def test_the_simulator_knows_nothing_of_what_judges_it(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        assert not [name for name in names if name.startswith(("streams", "knowledge", "bench", "rapport"))]
    assert "knowledge/cues" not in source
    assert "relationships.yaml" not in source
