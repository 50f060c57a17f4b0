"""Chunks of a fetch: all of it, in order, the partitions in turn."""

from __future__ import annotations

from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from streams.app.chunks import rounds

FETCHES = st.dictionaries(
    st.builds(TP, st.sampled_from(["raw", "resolved"]), st.integers(0, 3)), st.lists(st.integers(), max_size=30)
)


@given(FETCHES, st.integers(1, 9))
def test_every_record_comes_once_in_the_order_of_its_partition(fetched: dict[TP, list[int]], size: int) -> None:
    came: dict[TP, list[int]] = {tp: [] for tp in fetched}
    for chunks in rounds(fetched, size):
        assert chunks
        for topic, of_topic in chunks.items():
            assert of_topic
            for tp, chunk in of_topic:
                assert tp.topic == topic
                assert 1 <= len(chunk) <= size
                came[tp] += chunk
    assert came == fetched


def test_no_partition_waits_for_another_s_whole_fetch() -> None:
    busy, quiet = TP("raw", 0), TP("raw", 1)
    first, *later = rounds({busy: list(range(1000)), quiet: [1]}, 100)
    assert first == {"raw": [(busy, list(range(100))), (quiet, [1])]}
    assert [[tp for tp, _ in chunks["raw"]] for chunks in later] == [[busy]] * 9
