"""Dead letters that the doctor counts: those that still are to be mended."""

from __future__ import annotations

from rapport.doctoring.asking.reading import unmended
from schemas import topics
from tests.producers.letters.made import bad, letter, put
from tests.producers.letters.test_replay import replayed
from tests.producers.world import memory


def test_letters_that_were_replayed_and_their_marks_are_not_counted() -> None:
    log = memory()
    put(log, letter(b"?", "not_framed", number=1, stage="identity"))
    for number, event_id in enumerate("ab", 2):
        put(log, letter(bad(event_id), number=number))
    assert unmended(log.records(topics.DLQ)) == {("identity", "not_framed"): 1, ("producer", "unknown_type"): 2}
    replayed(log)
    assert unmended(log.records(topics.DLQ)) == {("identity", "not_framed"): 1}


def test_a_letter_that_was_sent_twice_counts_once() -> None:
    log = memory()
    for _ in range(2):
        put(log, letter(bad("a"), number=1))
    assert unmended(log.records(topics.DLQ)) == {("producer", "unknown_type"): 1}


def test_a_letter_without_headers_counts() -> None:
    log = memory()
    log.send(topics.DLQ, 0, None, b"?")
    assert unmended(log.records(topics.DLQ)) == {("?", "?"): 1}
