"""Which differences between two runs are told, and which are none."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from replay.compare import Comparison, Group
from replay.source import Missing
from schemas.records import Because, CustomerCard, Emitted, Measure, Rejected, Signal

SIGNAL = Signal(
    id="1", at=5, partition=0, offset=7, knowledge="v1", because=(Because("e", "w", 0.5),), customer_id="ann",
    name="unanswered", version=1, severity="warning", matter="m", values={"n": 2},
)  # fmt: skip
TREND = msgspec.structs.replace(SIGNAL, customer_id=None, scope={"cause": "late"})
REJECTED = Rejected(
    id="r", at=1, partition=0, offset=0, knowledge="", stage="engine", reason="truncated", detail="d", original=b"x"
)
CARD = CustomerCard(
    id="c", at=1, partition=0, offset=0, knowledge="", customer_id="ann", relationship="buddy", since=None,
    language="en", open_alerts=(), consents={},
)  # fmt: skip
UNANSWERED = Group("signal", "unanswered")


def changed(output: Signal, **fields: object) -> Signal:
    return msgspec.structs.replace(output, **fields)


@pytest.mark.parametrize(
    ("mine", "base", "new", "gone", "fields"),
    [
        pytest.param([SIGNAL], [SIGNAL], 0, 0, [], id="the same"),
        pytest.param([SIGNAL], [changed(SIGNAL, partition=3, offset=1, knowledge="v2")], 0, 0, [], id="only elsewhere"),
        pytest.param([TREND], [changed(TREND, offset=1)], 0, 0, [], id="a trend, only elsewhere"),
        pytest.param([SIGNAL], [SIGNAL, SIGNAL], 0, 0, [], id="sent again after a restart"),
        pytest.param([SIGNAL], [], 1, 0, [], id="new"),
        pytest.param([], [SIGNAL, SIGNAL], 0, 1, [], id="gone, once"),
        pytest.param(
            [SIGNAL], [changed(SIGNAL, severity="error", values={"n": 3})], 0, 0, ["severity", "values"], id="changed"
        ),
        pytest.param(
            [SIGNAL], [changed(SIGNAL, values={"n": 2.0})], 0, 0, ["values"], id="a number of another kind is a change"
        ),
    ],
)
def test_differences(mine: Sequence[Emitted], base: Sequence[Emitted], new: int, gone: int, fields: list[str]) -> None:
    comparison = Comparison()
    for output in mine:
        comparison.add(output)
    found = comparison.against(base)
    assert (found.new[UNANSWERED], found.gone[UNANSWERED]) == (new, gone)
    assert sorted(found.changed) == [(UNANSWERED, name) for name in fields]
    assert bool(found) == bool(new or gone or fields)
    assert found.total == new + gone + bool(fields)


def test_a_dead_letter_is_compared_by_what_its_headers_can_hold() -> None:
    comparison = Comparison()
    comparison.add(msgspec.structs.replace(REJECTED, customer_id="ann", original=b""))
    assert not comparison.against([REJECTED])


def test_what_is_refused_before_the_engine_is_no_part_of_a_replay() -> None:
    assert not Comparison().against([msgspec.structs.replace(REJECTED, stage="identity")])


def test_a_kind_can_be_left_out() -> None:
    comparison = Comparison(without={"card"})
    comparison.add(CARD)
    assert not comparison.against([])


def test_examples_are_few() -> None:
    comparison = Comparison()
    for number in range(100):
        comparison.add(changed(SIGNAL, id=str(number)))
    found = comparison.against([])
    assert found.new[UNANSWERED] == 100
    assert len(found.examples["new", UNANSWERED]) == 5


HOLES = {0: Missing(0, 10, 12, 600_000)}
MEASURE = Measure(id="m", at=9, partition=0, offset=20, knowledge="", scope={"type": "t"}, bucket=0, total=3)
TREND = changed(SIGNAL, customer_id=None, at=600_000, scope={"cause": "late"})


@pytest.mark.parametrize(
    ("output", "held"),
    [
        pytest.param(MEASURE, False, id="a total behind what is missing"),
        pytest.param(msgspec.structs.replace(MEASURE, offset=9), True, id="a total before it"),
        pytest.param(msgspec.structs.replace(MEASURE, partition=1), True, id="a total of a partition that is whole"),
        pytest.param(TREND, False, id="a trend of then"),
        pytest.param(changed(TREND, at=539_999), True, id="a trend of before"),
        pytest.param(changed(SIGNAL, at=700_000, offset=20), True, id="what is said of a customer"),
    ],
)
@pytest.mark.parametrize("side", ["new", "gone", "changed"])
def test_what_counted_records_that_are_missing_is_not_held_against_the_log(
    output: Emitted, side: str, held: bool
) -> None:
    comparison = Comparison()
    if side != "gone":
        comparison.add(output)
    other = msgspec.structs.replace(output, at=output.at - 1)
    found = comparison.against([] if side == "new" else [other] if side == "changed" else [output], HOLES)
    assert (bool(found), found.unheld.total()) == (held, int(not held))
