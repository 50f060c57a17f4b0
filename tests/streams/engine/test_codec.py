"""States of the last two codec versions: read, folded on equally, written anew; others are refused in words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemas.records import Record
from streams.customers import customer as customers
from streams.engine import Engine, Partition, UnreadableState, codec
from streams.engine import partition as partitions
from streams.engine import tally as tallies
from streams.engine import world as worlds
from tests.scenarios.sameness import contents
from tests.streams.engine.golden import FOLDER, Changelog, restored, sample
from tests.streams.lab import DAY, MINUTE, SECOND, Lab, knowledge, tick, touchpoint

BEFORE = codec.WRITTEN - 1
AFTER = 24
"""Offset at which the log of the samples goes on."""


def further() -> list[Record]:
    """What happens to the customers of the samples next: words, deeds, timers, a policy, silence."""
    lab = Lab()
    lab.offset = AFTER
    return [
        *lab.records([touchpoint("chat.message", 6 * DAY + 181 * MINUTE, text="still waiting")], "bo"),
        *lab.records([tick(6 * DAY + n * 10 * MINUTE) for n in range(19, 60)]),
        *lab.records([touchpoint("purchase.made", 7 * DAY, channel="web", item_id="i-2", quantity=1.0)], "eve"),
        *lab.records([touchpoint("chat.message", 7 * DAY, text="who is it?")], "gus"),
        *lab.records([tick(7 * DAY + n * SECOND) for n in range(40)]),
        *lab.records([tick(30 * DAY)]),
    ]


def folded(states: Partition, records: list[Record], size: int) -> tuple[dict[str, bytes], Changelog]:
    engine, changelog, outputs = Engine(knowledge()), Changelog(), []
    for start in range(0, len(records), size):
        outcome = engine.process(records[start : start + size], states)
        outputs += outcome.outputs
        changelog += outcome.changes
    return contents(outputs), changelog


def test_the_last_two_versions_are_read_and_there_is_a_sample_of_each() -> None:
    assert set(codec.CODECS) >= {BEFORE, codec.WRITTEN}
    assert {int(file.stem) for file in FOLDER.glob("*.states")} == set(codec.CODECS)
    for version in codec.CODECS:
        assert {value[0] for _, value in sample(version)} == {version}


@pytest.mark.parametrize("version", codec.CODECS)
def test_a_sample_holds_what_was_known(version: int) -> None:
    states = restored(sample(version))
    assert sorted(states.customers()) == ["anna", "bo", "cai", "dora", "eve", "fay"]
    anna, bo, eve = (customers.unpack(states.snapshot(who)) for who in ("anna", "bo", "eve"))
    assert (anna.granted("camera"), anna.slots["birth_year"], anna.position) == (True, "1980", 5)
    assert (bo.touchpoints, bo.cases != (), bo.timers != ()) == (7, False, True)
    assert eve.run == "import-1"
    assert (states.world.position, states.world.number, len(states.world.pending)) == (AFTER - 1, 2, 2)
    assert states.tallies["purchase.made", "pos", (1_780_000_000_000 + 7 * MINUTE) // 3_600_000].total == 1


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_what_is_folded_on_from_each_version_is_the_same(size: int) -> None:
    records = further()
    old, new = restored(sample(BEFORE)), restored(sample(codec.WRITTEN))
    assert old.fingerprint() == new.fingerprint()
    assert old.next_due() == new.next_due() is not None
    outputs, changelog = folded(old, records, size)
    assert len(outputs) > 10
    assert outputs == folded(new, records, size)[0]
    assert old.fingerprint() == new.fingerprint()
    again = restored([*sample(BEFORE), *changelog])
    assert again.fingerprint() == old.fingerprint()
    assert again.next_due() == old.next_due()


def test_the_form_of_a_state_changes_with_its_version_only() -> None:
    for key, value in sample(codec.WRITTEN):
        state = codec.read(value, 0)[2]
        if key[:1] == partitions.CUSTOMER:
            assert customers.pack(customers.unpack(state)) == state, "raise the version: streams/engine/codec.py"
        elif key == partitions.WORLD:
            assert worlds.pack(worlds.unpack(state)) == state, "raise the version: streams/engine/codec.py"
        else:
            name = tallies.key_from(key[1:])
            assert tallies.pack(restored([(key, value)]).tallies[name]) == state, "raise the version"


def test_states_that_nobody_touches_are_written_anew_a_few_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "RENEWED", 4)
    states, lab = restored(sample(BEFORE)), Lab()
    lab.offset = AFTER
    before = {who: states.snapshot(who) for who in states.customers()}
    assert states.outdated == len(sample(BEFORE))
    changelog = sample(BEFORE)
    for _ in range(6):
        # A tick that is not above the last: nothing happens but that the log goes on.
        _, changes = folded(states, lab.records([tick(0)]), 1)
        assert {value[0] for _, value in changes} == {codec.WRITTEN}
        assert len(changes) <= 4 + 1
        assert changes[-1][0] == partitions.WORLD
        changelog += changes
    assert states.outdated == 0
    assert {who: states.snapshot(who) for who in states.customers()} == before
    assert {value[0] for value in dict(changelog).values()} == {codec.WRITTEN}
    again = restored(changelog)
    assert (again.fingerprint(), again.next_due()) == (states.fingerprint(), states.next_due())
    assert again.outdated == 0


def test_a_program_that_still_writes_the_version_before_reads_the_present_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of two releases hand a partition to and fro while they are replaced."""
    records, changelog = further(), sample(BEFORE)
    quiet = restored(changelog)
    outputs = folded(quiet, records, len(records))[0]
    found: dict[str, bytes] = {}
    for start, version in zip(range(0, len(records), 9), _to_and_fro(), strict=False):
        monkeypatch.setattr(codec, "WRITTEN", version)
        states = restored(changelog)
        sent, changes = folded(states, records[start : start + 9], 5)
        found |= sent
        changelog += changes
    assert {value[0] for _, value in changelog} == {BEFORE, BEFORE + 1}
    assert found == outputs
    assert restored(changelog).fingerprint() == quiet.fingerprint()


def _to_and_fro() -> Iterator[int]:
    newest = max(codec.CODECS)
    while True:
        yield from (newest, newest - 1, newest - 1, newest)


@pytest.mark.parametrize(
    ("value", "named"),
    [
        pytest.param(bytes([max(codec.CODECS) + 1]) + bytes(30), f"codec version {max(codec.CODECS) + 1}", id="newer"),
        pytest.param(bytes(30), "codec version 0", id="older than any"),
        pytest.param(b"", "codec version none", id="empty"),
    ],
)
def test_an_unknown_version_is_named_with_the_remedy_and_no_customer(value: bytes, named: str) -> None:
    states = Partition(3)
    with pytest.raises(UnreadableState) as refused:
        states.restore(b"canna", value)
    said = str(refused.value)
    assert named in said
    assert "partition 3" in said
    assert "start the release that wrote it" in said
    assert "anna" not in said
    assert list(states.customers()) == []
