"""What customers do with mails, and what scanners do before them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.adapter import Refused
from producers.collector.adapters.mailing import Config, Mailing
from producers.collector.links import Letter, LinkKey, Links, Seals
from tests.producers.collector.payloads import answered, cases, expected, told
from tests.producers.collector.signing import NOW_MS
from tests.producers.collector.visits import FORM, visit, visit_of

OLD, NEW = LinkKey("k1", "a secret of the tests, long enough"), LinkKey("k2", "another secret, long enough as well")
UNTIL = NOW_MS // 1000 + 60
LETTER = Letter("m-1", UNTIL, {"email": "anna@example.org"}, "spring")
MAILING = Mailing(Config((NEW, OLD), "https://shop.example/"))
LINKS = Links(Seals((OLD,)))
TARGET = "https://shop.example/spring?a=1"
ONE_CLICK = b"List-Unsubscribe=One-Click"


def made(payload: Path) -> Any:
    return told(MAILING, visit_of(MAILING, payload))


@pytest.mark.parametrize("payload", cases("mailing"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    assert made(payload) == expected(payload)


def test_a_click_leads_where_the_mail_said_and_an_opened_mail_shows_a_picture() -> None:
    clicked = MAILING.take(visit(MAILING, LINKS.click(LETTER, TARGET)))
    assert (clicked.answer.status, dict(clicked.answer.headers)["location"]) == (302, TARGET)
    assert clicked.otherwise == clicked.answer
    assert MAILING.take(visit(MAILING, LINKS.picture(LETTER))).answer.body.startswith(b"GIF89a")


def test_an_address_in_chinese_or_with_ends_of_lines_is_a_header_all_the_same() -> None:
    answer = MAILING.take(visit(MAILING, LINKS.click(LETTER, "https://shop.example/春\r\nset-cookie: a=b"))).answer
    assert dict(answer.headers)["location"] == "https://shop.example/%E6%98%A5%0D%0Aset-cookie:%20a=b"


def test_links_of_the_old_key_and_the_new_one_hold_and_none_shows_whose_they_are() -> None:
    for key in (OLD, NEW):
        link = Links(Seals((key,))).click(LETTER, TARGET)
        assert MAILING.take(visit(MAILING, link)).answer.status == 302
        assert "anna" not in link


@pytest.mark.parametrize(
    ("link", "status"),
    [
        pytest.param(Links(Seals((LinkKey("k1", "x" * 32),))).click(LETTER, TARGET), 404, id="of another's key"),
        pytest.param(Links(Seals((LinkKey("k3", OLD.secret),))).click(LETTER, TARGET), 404, id="of a key gone"),
        pytest.param(LINKS.unsubscribe(LETTER).replace("/m/u/", "/m/c/"), 404, id="of another use"),
        pytest.param(LINKS.click(LETTER, TARGET)[:-4], 404, id="cut off"),
        pytest.param("/m/c/https://evil.example".replace("//", "%2F%2F"), 404, id="an address of another's"),
        pytest.param(LINKS.click(msgspec.structs.replace(LETTER, until=UNTIL - 60), TARGET), 410, id="of yesterday"),
    ],
)
def test_a_link_that_is_not_ours_or_old_leads_nowhere_but_home(link: str, status: int) -> None:
    taken = MAILING.take(visit(MAILING, link, {"accept-language": "zh"}))
    assert (taken.answer.status, list(taken.touchpoints)) == (status, [])
    assert 'href="https://shop.example/"' in taken.answer.body.decode()


def test_only_a_post_unsubscribes() -> None:
    link = LINKS.unsubscribe(LETTER)
    asked = MAILING.take(visit(MAILING, link))
    assert (asked.answer.status, list(asked.touchpoints)) == (200, []), "a GET, which scanners follow, asks"
    assert '<form method="post">' in asked.answer.body.decode()
    types = [each.type for each in taken_by(ONE_CLICK, FORM).touchpoints if not isinstance(each, Refused)]
    assert types == ["message.unsubscribed", "consent.changed"]


MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    "multipart/form-data; boundary=b",
)


def taken_by(body: bytes, kind: str, at: int = NOW_MS) -> Any:
    headers = {"content-type": kind}
    return MAILING.take(visit(MAILING, LINKS.unsubscribe(LETTER), headers, method="POST", body=body, at=at))


def test_both_forms_of_rfc_8058_are_understood_and_count_once_a_day() -> None:
    first = taken_by(ONE_CLICK, FORM).touchpoints
    assert [each.event_id for each in first] == [each.event_id for each in taken_by(*MULTIPART).touchpoints]
    assert first[0].event_id != taken_by(ONE_CLICK, FORM, NOW_MS - 24 * 3_600_000).touchpoints[0].event_id
    assert first[0].customer_id is None
    assert first[0].email == "anna@example.org"


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"", FORM), (b"List-Unsubscribe=Two-Clicks", FORM), (b"{}", "application/json"), (b"--", "multipart/form-data")],
)
def test_any_other_post_unsubscribes_nobody(body: bytes, kind: str) -> None:
    with pytest.raises(Refused, match="RFC 8058"):
        taken_by(body, kind)


def test_a_post_to_a_dead_link_says_so_to_the_program() -> None:
    dead = visit(MAILING, "/m/u/k1.AAAA", {"content-type": FORM}, method="POST", body=ONE_CLICK)
    assert told(MAILING, dead) == {"refused": "wrong_signature", "status": 404}


@pytest.mark.parametrize(
    ("headers", "by"),
    [
        pytest.param({}, None, id="a person"),
        pytest.param({"user-agent": "Mozilla/5.0"}, "mail_privacy", id="Apple's Mail Privacy Protection"),
        pytest.param({"user-agent": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com "
                      "GoogleImageProxy)"}, None, id="Google fetches when the person opens"),
        pytest.param({"user-agent": "BarracudaCentral Link Scanner"}, "scanner", id="a link scanner"),
        pytest.param({"user-agent": ""}, "scanner", id="who says nothing"),
        pytest.param({"sec-purpose": "prefetch"}, "prefetch", id="a browser beforehand"),
    ],
)  # fmt: skip
def test_what_a_machine_opens_is_marked_and_nobodys(headers: dict[str, str], by: str | None) -> None:
    for link in (LINKS.picture(LETTER), LINKS.click(LETTER, TARGET)):
        read = told(MAILING, visit(MAILING, link, headers))[0]
        assert read["properties"].get("machine") == by
        assert ("identifiers" in read) == (by is None)


@given(st.sampled_from(["o", "c", "u"]), st.text(st.characters(codec="ascii", exclude_characters="/?#"), min_size=1))
def test_any_link_leads_home_or_is_refused(kind: str, sealed: str) -> None:
    answer = answered(MAILING, visit(MAILING, f"/m/{kind}/{sealed}"))
    assert isinstance(answer, Refused) or not answer.touchpoints


@given(st.binary(max_size=200), st.text(st.characters(codec="latin-1"), max_size=60))
def test_any_post_is_refused_or_taken(body: bytes, kind: str) -> None:
    for form in (FORM, f"multipart/form-data; boundary={kind}", kind):
        headers = {"content-type": form}
        answered(MAILING, visit(MAILING, LINKS.unsubscribe(LETTER), headers, method="POST", body=body))
