"""A mail before and after: every link can be followed, and nothing else is changed."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.links import Letter, LinkKey, Links, Seals
from producers.collector.rewriting import rewrite, rewrite_mail

BASE = "https://in.shop.example"
LETTER = Letter("m-1", 1_900_000_000, {"email": "anna@example.org"})
LINKS = Links(Seals((LinkKey("k1", "a secret of the tests, long enough"),)), BASE)
SEALED = re.compile(rf'"{BASE}/m/c/([^"]+)"')


def targets(html: str) -> list[str | None]:
    return [LINKS.letter("c", sealed, 0).target for sealed in SEALED.findall(html)]


@pytest.mark.parametrize(
    ("html", "followed"),
    [
        pytest.param(
            '<a href="https://shop.example/a?x=1&amp;y=2">a</a>', ["https://shop.example/a?x=1&y=2"], id="one"
        ),
        pytest.param(
            "<A class=b HREF='https://s.example/'>a</A>", ["https://s.example/"], id="as it was written in 1999"
        ),
        pytest.param("<a href=https://s.example/ >a</a>", ["https://s.example/"], id="without quotes"),
        pytest.param('<p>中</p>\n<a\n href="http://s.example/">a</a>', ["http://s.example/"], id="over lines"),
        pytest.param('<map><area href="https://s.example/"/></map>', ["https://s.example/"], id="part of a picture"),
        pytest.param('<a href="mailto:a@s.example">a</a><a href="#top">b</a><a>c</a>', [], id="not to the web"),
        pytest.param('<a href="https://s.example/" data-rapport="off">a</a>', [], id="left alone on purpose"),
        pytest.param('<!-- <a href="https://s.example/"> -->', [], id="a remark"),
        pytest.param(f'<a href="{LINKS.unsubscribe(LETTER)}">a</a>', [], id="of ours already"),
        pytest.param('<img src="https://s.example/a.png"><link href="https://s.example/a.css">', [], id="no links"),
    ],
)
def test_links_lead_through_the_collector(html: str, followed: list[str]) -> None:
    assert targets(rewrite(html, LETTER, LINKS)) == followed


def test_the_picture_stands_at_the_end_of_the_body_and_the_rest_as_it_was() -> None:
    html = "<html><body><p>&nbsp;Hello &amp; welcome <b>anna</p></body></html>"
    changed = rewrite(html, LETTER, LINKS)
    picture = re.search(r'<img src="([^"]+)"[^>]*>(?=</body>)', changed)
    assert picture is not None
    assert picture[1].startswith(f"{BASE}/m/o/")
    assert picture[1].endswith(".gif")
    assert changed.replace(picture[0], "") == html


@given(st.text(st.sampled_from("<>/=\"' \nabhref中&;!-")))
def test_no_html_is_lost(html: str) -> None:
    assert re.sub("<img src=[^>]*>", "", rewrite(html, LETTER, LINKS)) == html


def test_a_mail_keeps_its_text_and_attachments_and_gets_the_headers_of_rfc_8058() -> None:
    mail = EmailMessage(policy=policy.SMTP)
    mail["List-Unsubscribe"] = "<mailto:old@shop.example>"
    mail.set_content("Look: https://shop.example/a\n")
    mail.add_alternative('<p>你好</p><a href="https://shop.example/a">Look</a>', subtype="html")
    mail.add_attachment('<a href="https://shop.example/b">b</a>', subtype="html", filename="b.html")
    rewrite_mail(mail, LETTER, LINKS)
    again = message_from_bytes(mail.as_bytes(), policy=policy.SMTP)
    assert isinstance(again, EmailMessage)
    plain, html, attached = (part for part in again.walk() if not part.is_multipart())
    assert "https://shop.example/a" in plain.get_content()
    assert targets(html.get_content()) == ["https://shop.example/a"]
    assert "你好" in html.get_content()
    assert targets(attached.get_content()) == []
    assert again.get_all("List-Unsubscribe") == [f"<{LINKS.unsubscribe(LETTER)}>"]
    assert f"\r\nList-Unsubscribe: <{LINKS.unsubscribe(LETTER)}>\r\n".encode() in mail.as_bytes()
    assert again["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_link_that_mail_programs_would_cut_is_said_to_be_too_long() -> None:
    with pytest.raises(ValueError, match="shorten its target"):
        rewrite(f'<a href="https://s.example/{"a" * 4_000}">a</a>', LETTER, LINKS)


def test_keys_that_cannot_be_told_apart_are_refused_at_the_start() -> None:
    for keys in ((), (LinkKey("a", "x" * 32), LinkKey("a", "y" * 32))):
        with pytest.raises(ValueError, match="keys"):
            Seals(keys)
