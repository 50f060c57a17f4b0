from __future__ import annotations

from typing import Any

from schemas.codec import encode_touchpoint
from schemas.records import EVERYONE, Record, Rejected, Signal, Source, Touchpoint, Undecodable
from streams.customers.ids import RING
from streams.engine import Partition, codec
from streams.engine.outcome import Repeated
from streams.engine.past import number_of
from tests.streams.lab import MINUTE, START, Lab, knowledge, of, tick, touchpoint


def counted(lab: Lab) -> int:
    return lab.live().customer.touchpoints


def test_an_event_id_repeated_within_the_last_32_is_one_touchpoint() -> None:
    lab = Lab()
    lab.fold(touchpoint("web.viewed", 0, event_id="a"))
    lab.fold(*(touchpoint("web.viewed", n, event_id=f"n{n}") for n in range(RING - 1)))
    lab.fold(touchpoint("web.viewed", 0, event_id="a"))
    assert counted(lab) == RING
    lab.fold(touchpoint("web.viewed", 0, event_id="n0"), touchpoint("web.viewed", 1, event_id="new"))
    assert counted(lab) == RING + 1
    lab.fold(touchpoint("web.viewed", 0, event_id="a"))
    assert counted(lab) == RING + 2, "the ring remembers 32 and no more"


def test_a_repetition_is_told_with_its_own_time_and_place() -> None:
    lab = Lab()
    outcome = lab.process(lab.records([
        touchpoint("web.viewed", 0, event_id="a"), touchpoint("web.viewed", 5, event_id="b"),
        touchpoint("web.viewed", 9, event_id="a"), touchpoint("stock.out", 9, event_id="w", channel="system"),
        touchpoint("stock.out", 11, event_id="w", channel="system"),
    ]))  # fmt: skip
    assert outcome.repeated == [Repeated("anna", "a", START + 9, 2), Repeated(EVERYONE, "w", START + 11, 4)]
    assert outcome.counts["duplicate"] == 2


def test_of_who_took_over_a_past_no_repetition_is_told() -> None:
    """The archive could not tell the touchpoint that counted from the one that did not."""
    lab = Lab()
    donor = Source(number_of("cookie:k1:x"), 7, 1)
    record, *rest = lab.records([touchpoint("web.viewed", 0, event_id="a"), touchpoint("web.viewed", 0, event_id="a")])
    outcome = lab.process([record._replace(source=donor), *rest])
    assert (outcome.counts["duplicate"], outcome.repeated) == (1, [])


def test_a_chunk_that_a_station_sends_twice_counts_once_however_long_it_is() -> None:
    lab = Lab()
    records = lab.records([touchpoint("web.viewed", n, event_id=f"e{n}") for n in range(100)])
    lab.process(records)
    again = [r._replace(offset=r.offset + 100) for r in records]
    assert lab.process(again).counts["resent"] == 100
    assert counted(lab) == 100


def test_records_below_the_position_are_skipped() -> None:
    lab = Lab()
    records = lab.records([touchpoint("web.viewed", 0), tick(MINUTE)])
    lab.process(records)
    outcome = lab.process(records)
    assert (outcome.outputs, outcome.counts["resent"]) == ([], 2)


def test_states_come_back_from_their_changelog() -> None:
    lab, other = Lab(), Partition(0)
    lab.states.world.tick(0, 1, 5)
    outcome = lab.process(lab.records([touchpoint("chat.message", 0), touchpoint("web.viewed", 5)]))
    for key, value in outcome.changes:
        other.restore(key, value)
    other.ready()
    assert other.fingerprint() == lab.states.fingerprint()
    assert other.next_due() == lab.states.next_due() is not None


def test_of_two_states_the_one_written_at_the_higher_position_wins() -> None:
    lab = Lab()
    old = lab.process(lab.records([touchpoint("web.viewed", 0)])).changes
    new = lab.process(lab.records([touchpoint("web.viewed", 1)])).changes
    states = Partition(0)
    for key, value in (*new, *old):
        states.restore(key, value)
    states.ready()
    assert states.fingerprint() == lab.states.fingerprint()


def test_every_state_begins_with_its_codec_version() -> None:
    lab = Lab()
    changes = lab.process(lab.records([touchpoint("web.viewed", 0)])).changes
    assert {value[0] for _, value in changes} == {codec.WRITTEN}
    assert [key[:1] for key, _ in changes] == [b"m", b"c", b"w"], "tallies, customers, the world last"


def test_what_cannot_be_read_is_a_dead_letter_and_its_neighbours_are_unharmed() -> None:
    lab = Lab()
    records = lab.records([touchpoint("web.viewed", 0), touchpoint("web.viewed", 1), touchpoint("web.viewed", 2)])
    records[1] = Record(1, "anna", Source(0, 1, 0), Undecodable("truncated", "3 of 9 bytes", b"abc"))
    (letter,) = of(lab.process(records).outputs, Rejected)
    assert (letter.reason, letter.original, letter.stage) == ("truncated", b"abc", "engine")
    assert (letter.customer_id, letter.because) == ("anna", ())
    assert counted(lab) == 2


def test_a_company_wide_type_under_a_customers_key_is_a_dead_letter() -> None:
    lab = Lab()
    (record,) = lab.records([tick(0)])
    (letter,) = of(lab.process([record._replace(key="anna")]).outputs, Rejected)
    assert (letter.reason, letter.customer_id) == ("misrouted", "anna")
    assert isinstance(record.body, Touchpoint)
    assert (letter.because[0].event_id, letter.original) == (record.body.event_id, encode_touchpoint(record.body))


def test_nobody_makes_no_customer() -> None:
    lab = Lab()
    outcome = lab.process(lab.records([touchpoint("web.viewed", 0)], who="none:web.viewed@0"))
    assert outcome.counts["anonymous"] == 1
    assert list(lab.states.customers()) == []


def test_a_detector_that_raises_is_a_dead_letter_and_the_others_go_on() -> None:
    lab = Lab(knowledge())  # an engine of its own, which it breaks
    broken = lab.engine.versions[next(iter(lab.engine.versions))]

    class Broken:
        name, version, types = "broken", 1, frozenset({"chat.message"})
        state = type(broken.detectors["arrival"].start())

        def start(self) -> object:
            return self.state()

        def observe(self, state: object, moment: object) -> object:
            raise ValueError("no")

    detectors: dict[str, tuple[tuple[str, Any], ...]] = broken.by_type
    detectors["chat.message"] = (("broken.1", Broken()), *detectors["chat.message"])
    outputs = lab.fold(touchpoint("chat.message", 0), tick(5 * MINUTE))
    (letter,) = of(outputs, Rejected)
    assert (letter.reason, letter.detail) == ("detector_failed", "broken: ValueError: no")
    own = touchpoint("chat.message", 0)
    assert (letter.because[0].event_id, letter.original) == (own.event_id, encode_touchpoint(own))
    assert (letter.customer_id, bool(letter.knowledge)) == ("anna", True)
    assert len(of(outputs, Signal)) == 1
