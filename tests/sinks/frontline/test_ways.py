"""What leaves: by real SMTP and real HTTP, as receivers see it."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator

import pytest

from schemas.records import AlertChange, Emitted
from sinks.frontline.chat import Chat
from sinks.frontline.config import Delivery, Receiver, Smtp
from sinks.frontline.ledger import Ledger
from sinks.frontline.mail import Post
from sinks.frontline.message import Writer
from sinks.frontline.notices import SIGNAL_MS, Notices
from sinks.frontline.ways import Away, Message, Refused
from sinks.frontline.webhook import Hook
from tests.console.world import NOW, alert, change, knowledge, signal
from tests.sinks.frontline.receivers import SECRET, Hooks, Mailbox, hooks, mailbox

TITLE = "Nobody has answered anna@example.com"
DESK = Receiver("desk", "mail", "d@example.com", "", 1, 0)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def hook() -> Iterator[Hooks]:
    with hooks() as found:
        yield found


def message(*changes: AlertChange, language: str = "zh", title: str = TITLE) -> Message:
    """What is written last about an alert of a team that speaks this language."""
    ledger = Ledger("UTC")
    ledger.since = {"desk": 0}
    notices = Notices(Delivery({"desk": DESK}, {"agent-desk": {"info": ("desk",)}}, {}, None, 25), ledger)
    of = alert(title=title, happened="“Call me: +44 20 7946 0958\r\nBcc: x”")
    outputs: list[Emitted] = [signal(), of, *changes]
    for each in outputs:
        notices.take(each, NOW, NOW)
    pick = notices.next(DESK, NOW + SIGNAL_MS)
    while changes and pick is not None and pick.notice.kind == "opened":
        notices.done(pick, "sent")
        pick = notices.next(DESK, NOW + SIGNAL_MS)
    assert pick is not None
    return Writer(knowledge(), "https://rapport.example/").write(pick, language)


def post(box: Mailbox, to: str = "desk@example.com") -> Post:
    return Post(Smtp("127.0.0.1", box.port, "none", "", "", "Rapport <rapport@example.com>"), to)


def test_words_are_the_teams_and_contact_data_is_out_of_sight() -> None:
    zh, en = message(), message(language="en")
    assert zh.subject == f"[注意] {knowledge().signals['unanswered'].purpose['zh'].rstrip('。')}"
    assert en.subject == "[warning] Nobody has answered a•••@•••"
    for each in (zh, en):
        assert "anna@example.com" not in f"{each}"
        assert "7946" not in f"{each}"
        assert "https://rapport.example/inbox/a1" in each.text
    assert ("别做:\n- No ads." in zh.text, "do not:\n- No ads." in en.text) == (True, True)


def test_a_change_says_what_it_is_and_belongs_to_its_alert() -> None:
    found = message(change(alert(), "reopened"))
    assert found.subject.startswith("[注意] 重新打开")
    assert (found.id, found.thread) == ("a1-reopened-e", "a1")
    assert found.payload["type"] == "alert.reopened"
    assert found.payload["data"]["id"] == "a1"
    assert found.payload["data"]["change"]["id"] == "a1-reopened-e"


def test_a_mail_is_the_same_at_each_attempt_and_no_header_can_be_slipped_in(box: Mailbox) -> None:
    for _ in range(2):
        post(box).send(message(title="Nobody\r\nBcc: x@example.com"))
    first, second = box.letters
    assert first.as_bytes() == second.as_bytes()
    assert first["Bcc"] is None
    assert first["Message-ID"] == "<a1@example.com>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert "Answer now." in first.get_content()
    post(box).send(message(change(alert(), "reopened")))
    assert box.letters[-1]["In-Reply-To"] == "<a1@example.com>"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        pytest.param("451 4.3.0 later", Away, id="it is busy"),
        pytest.param("550 5.7.1 spam", Refused, id="it does not want it"),
    ],
)
def test_a_mail_server_says_later_or_never(box: Mailbox, answer: str, failure: type[Exception]) -> None:
    box.answers = [answer]
    with pytest.raises(failure, match=answer[4:]):
        post(box).send(message())


def test_a_mail_server_that_is_away_or_lets_nobody_in_is_tried_again(box: Mailbox) -> None:
    absent = Smtp("127.0.0.1", 1, "none", "", "", "r@example.com")
    with pytest.raises(Away, match=r"127\.0\.0\.1:1"):
        Post(absent, "d@example.com").send(message())
    with pytest.raises(Away, match=smtplib.SMTPNotSupportedError.__name__):
        Post(Smtp("127.0.0.1", box.port, "starttls", "", "", "r@example.com"), "d@example.com").send(message())


def test_the_reference_implementation_verifies_the_signature(hook: Hooks) -> None:
    for _ in range(2):
        Hook(hook.url, SECRET).send(message())
    assert hook.forged == []
    assert hook.ids() == {"a1": 2}
    body = hook.once()["a1"]
    assert (body["type"], body["data"]["team"], body["data"]["customer_id"]) == ("alert.opened", "agent-desk", "c-anna")
    with pytest.raises(Away):
        Hook(hook.url, "whsec_" + "A" * 32).send(message())
    assert len(hook.forged) == 1


@pytest.mark.parametrize(
    ("status", "headers", "failure", "wait_s"),
    [
        pytest.param(500, {}, Away, 0, id="it is broken"),
        pytest.param(429, {"Retry-After": "7"}, Away, 7, id="it has too much"),
        pytest.param(429, {"Retry-After": "99999"}, Away, 3600, id="it wants a day of rest"),
        pytest.param(401, {}, Away, 0, id="the secret is another: somebody mends it"),
        pytest.param(302, {"Location": "http://127.0.0.1:1/"}, Away, 0, id="nothing signed goes elsewhere"),
        pytest.param(400, {}, Refused, 0, id="it does not want it"),
    ],
)
def test_a_webhook_says_later_or_never(
    hook: Hooks, status: int, headers: dict[str, str], failure: type[Exception], wait_s: float
) -> None:
    hook.answers = [(status, headers)]
    with pytest.raises(failure, match=str(status)) as failed:
        Hook(hook.url, SECRET).send(message())
    assert getattr(failed.value, "wait_s", 0) == wait_s


def test_a_chat_is_told_by_apprise(hook: Hooks) -> None:
    Chat(hook.chat).send(message())
    (said,) = hook.said
    assert said["type"] == "warning"
    assert said["title"].startswith("[注意]")
    assert "Answer now." in said["message"]
    with pytest.raises(Away, match="did not take it"):
        Chat("json://127.0.0.1:1/x").send(message())
