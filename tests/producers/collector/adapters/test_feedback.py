"""Ratings, suggestions and complaints: from the page, and by JSON."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.adapter import Taken
from producers.collector.adapters.feedback import STAMP_MS, Config, Feedback, Place, Said
from producers.collector.feedback_page import WORDS
from producers.collector.keys import WriteKey
from producers.collector.links import LinkKey
from tests.producers.collector.payloads import answered, cases, expected, told
from tests.producers.collector.signing import KEY, NOW_MS, request
from tests.producers.collector.visits import FORM, visit

FEEDBACK = Feedback(Config(
    stamps=(LinkKey("a", "a secret of the tests, long enough"),), keys=(WriteKey("survey", KEY),),
    places={"till": Place(location_id="s-1", about="checkout")},
))  # fmt: skip


class Page(HTMLParser):
    """The tags of a page, with what they say."""

    def __init__(self, taken: Taken) -> None:
        super().__init__()
        self.status = taken.answer.status
        self.text = taken.answer.body.decode()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def named(self, name: str) -> dict[str, str | None]:
        return next(attrs for _, attrs in self.tags if attrs.get("name") == name)


def opened(path: str = "/feedback", language: str = "en", at: int = NOW_MS) -> Page:
    return Page(FEEDBACK.take(visit(FEEDBACK, path, {"accept-language": language}, at=at)))


def sent(filled: bytes, path: str = "/feedback", *, at: int = NOW_MS, page: Page | None = None) -> Taken:
    stamp = urlencode({"stamp": (page or opened(path)).named("stamp")["value"] or ""}).encode()
    headers = {"content-type": FORM, "accept-language": "zh"}
    return FEEDBACK.take(visit(FEEDBACK, path, headers, method="POST", body=filled + b"&" + stamp, at=at))


def made(payload: Path) -> Any:
    if payload.suffix == ".json":
        return told(FEEDBACK, request("/v1/feedback", payload.read_bytes()))
    headers = {"content-type": FORM, "accept-language": "zh"}
    stamp = urlencode({"stamp": opened("/feedback/till").named("stamp")["value"] or ""}).encode()
    body = payload.read_bytes() + b"&" + stamp
    return told(FEEDBACK, visit(FEEDBACK, "/feedback/till", headers, method="POST", body=body))


@pytest.mark.parametrize("payload", cases("feedback"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    assert made(payload) == expected(payload)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_can_be_used_by_everyone(language: str) -> None:
    page = opened(language=f"{language};q=1,de")
    labels = {attrs.get("for") for tag, attrs in page.tags if tag == "label"}
    fields = {attrs.get("id") for tag, attrs in page.tags if tag in ("textarea", "select") or attrs.get("type") in
              ("text", "email")}  # fmt: skip
    assert fields
    assert fields <= labels, "every field has its label"
    assert sum(tag == "legend" for tag, _ in page.tags) == sum(tag == "fieldset" for tag, _ in page.tags) == 2
    assert not any(tag == "script" for tag, _ in page.tags)
    assert page.tags[0] == ("html", {"lang": "zh-CN" if language == "zh" else "en"})


def test_both_languages_say_the_same_things() -> None:
    assert WORDS["zh"].keys() == WORDS["en"].keys()


def test_an_error_names_its_field_and_loses_no_word() -> None:
    page = Page(sent(urlencode({"kind": "complaint", "text": "", "email": "<b>me", "order_id": "A-5"}).encode()))
    assert page.status == 422
    assert page.named("text")["aria-describedby"] == "text-error"
    assert (page.named("email")["value"], page.named("order_id")["value"]) == ("<b>me", "A-5")
    assert 'role="alert"' in page.text
    assert "<b>me" not in page.text, "what was sent is text, not HTML"


def test_a_complaint_is_answered_with_its_number() -> None:
    taken = sent(b"kind=complaint&text=broken")
    touchpoint = taken.touchpoints[0]
    complaint_id = getattr(touchpoint, "complaint_id", "")
    assert complaint_id
    assert complaint_id in taken.answer.body.decode()


def test_while_kafka_is_away_no_word_is_lost() -> None:
    page = opened()
    taken = sent(b"kind=complaint&text=broken", page=page)
    assert taken.otherwise is not None
    again = Page(Taken((), taken.otherwise))
    assert (again.status, again.named("stamp")) == (503, page.named("stamp")), "sent once more it is the same"
    assert "broken</textarea>" in again.text


def test_a_page_sent_twice_counts_once_and_another_page_is_another_word() -> None:
    page, body = opened(), b"kind=rating&score=4"
    twice = [sent(body, page=page).touchpoints[0].event_id for _ in range(2)]
    assert twice[0] == twice[1] != sent(body, page=opened(at=NOW_MS - 1)).touchpoints[0].event_id


@pytest.mark.parametrize(
    ("page_at", "status"),
    [
        pytest.param(NOW_MS - STAMP_MS, 200, id="a day is inside"),
        pytest.param(NOW_MS - STAMP_MS - 1, 422, id="a page of yesterday"),
        pytest.param(NOW_MS + 1, 422, id="a page of tomorrow"),
    ],
)
def test_an_old_page_is_asked_once_more(page_at: int, status: int) -> None:
    assert sent(b"kind=rating&score=4", page=opened(at=page_at)).answer.status == status


def test_a_page_of_another_is_none() -> None:
    headers = {"content-type": FORM}
    body = b"kind=rating&score=4&stamp=a.AAAA"
    assert FEEDBACK.take(visit(FEEDBACK, "/feedback", headers, method="POST", body=body)).answer.status == 422


def test_without_keys_there_is_the_page_alone() -> None:
    alone = Feedback(Config(stamps=(LinkKey("a", "a secret of the tests, long enough"),)))
    assert {route.path for route in alone.routes} == {"/feedback", "/feedback/{place}"}


def test_a_form_of_no_place_is_a_page_that_says_so() -> None:
    assert opened("/feedback/nowhere").status == 404


@given(
    st.dictionaries(st.sampled_from(["kind", "score", "text", "email", "cause", "order_id", "website", "x"]), st.text())
)
def test_whatever_a_form_holds_it_is_taken_or_asked_again(filled: dict[str, str]) -> None:
    body = urlencode(filled, errors="replace").encode()
    taken = sent(body)
    assert taken.answer.status in (200, 422)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_asked_again(body: bytes) -> None:
    answered(FEEDBACK, visit(FEEDBACK, "/feedback", {"content-type": FORM}, method="POST", body=body))
    answered(FEEDBACK, request("/v1/feedback", body))


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dictionaries(st.text(), st.text())
FIELDS = st.sampled_from([*Said.__struct_encode_fields__, "x"])


@given(st.lists(st.dictionaries(FIELDS, VALUES | st.sampled_from(["rating", "complaint", "web"])) | VALUES, max_size=3))
def test_whatever_a_program_sends_it_is_read_or_rejected_alone(said: list[object]) -> None:
    assert len(told(FEEDBACK, request("/v1/feedback", msgspec.json.encode(said)))) == len(said)
