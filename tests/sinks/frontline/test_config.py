"""The delivery file: what it may say, and every fault with its line and what to do."""

from __future__ import annotations

import pytest

from sinks.frontline.config import read
from streams.knowledge.document import KnowledgeError
from tests.console.world import knowledge
from tests.sinks.frontline.receivers import SECRET

GOOD = """
mail: {host: smtp.example.com, user: rapport, password: "${SMTP_PASSWORD}", from: Rapport <rapport@example.com>}
receivers:
  desk: {mail: desk@example.com, members: 6}
  boss: {mail: boss@example.com, a_day: 3}
  tickets: {webhook: "https://tickets.example.com/hook", secret: "${TICKETS}"}
  duty: {chat: "json://127.0.0.1/x", in_doubt: leave}
teams:
  agent-desk: {language: zh, warning: [desk, tickets], critical: [duty, desk]}
  managers: {error: boss}
"""
ENVIRONMENT = {"SMTP_PASSWORD": "p", "TICKETS": SECRET}


def faults(text: str, environment: dict[str, str] | None = ENVIRONMENT) -> str:
    with pytest.raises(KnowledgeError) as refused:
        read(text, "delivery.yaml", knowledge(), environment)
    return str(refused.value)


def test_a_receiver_is_told_from_its_severity_on_and_once() -> None:
    found = read(GOOD, "delivery.yaml", knowledge(), ENVIRONMENT)
    assert [each.name for each in found.told("agent-desk", "info")] == []
    assert [each.name for each in found.told("agent-desk", "error")] == ["desk", "tickets"]
    assert [each.name for each in found.told("agent-desk", "critical")] == ["desk", "tickets", "duty"]
    assert [each.name for each in found.told("managers", "critical")] == ["boss"]
    assert found.told("legal", "critical") == ()
    assert "legal" in found.unheard
    assert "managers" not in found.unheard


def test_people_have_the_room_that_knowledge_gives_them_and_programs_have_no_limit() -> None:
    found = read(GOOD, "delivery.yaml", knowledge(), ENVIRONMENT).receivers
    assert {name: (each.members, each.a_day) for name, each in found.items()} == {
        "desk": (6, knowledge().alerts.a_member_a_day), "boss": (1, 3), "tickets": (1, 0),
        "duty": (1, knowledge().alerts.a_member_a_day),
    }  # fmt: skip
    assert {name for name, each in found.items() if each.in_doubt == "leave"} == {"duty"}


def test_secrets_come_from_the_environment_and_a_check_does_without() -> None:
    smtp = read(GOOD, "delivery.yaml", knowledge(), ENVIRONMENT).smtp
    assert smtp is not None
    assert (smtp.password, smtp.port, smtp.tls, smtp.domain) == ("p", 587, "starttls", "example.com")
    assert read(GOOD, "delivery.yaml", knowledge(), None).smtp is not None
    assert "delivery.yaml:2: mail: password: ${SMTP_PASSWORD} is not set in the environment; set it" in faults(GOOD, {})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param("agent-desk:", "agent-dsk:", "9: teams: no team is called 'agent-dsk' (did you mean 'agent-desk'",
                     id="a team misspelt"),
        pytest.param("error: boss", "error: bos", "10: teams.managers: error: unknown 'bos' (did you mean 'boss'?)",
                     id="a receiver misspelt"),
        pytest.param("error: boss", "eror: boss", "10: teams.managers: unknown 'eror' (did you mean 'error'?)",
                     id="a severity misspelt"),
        pytest.param("language: zh", "language: fr", "9: teams.agent-desk: language: unknown 'fr'; known: zh, en",
                     id="a language that nothing is written in"),
        pytest.param("desk@example.com", "desk", "4: receivers.desk: mail: 'desk' is no address", id="no address"),
        pytest.param("https://tickets", "http://tickets", "6: receivers.tickets: webhook: must be https://",
                     id="a webhook in clear"),
        pytest.param('"${TICKETS}"', "whsec_short", "6: receivers.tickets: secret: must be whsec_", id="no secret"),
        pytest.param("json://127.0.0.1/x", "jsn://x", "7: receivers.duty: chat: Apprise knows no such service",
                     id="no service"),
        pytest.param("a_day: 3", "webhook: 'https://x.example'", "5: receivers.boss: say one way to it, not 2",
                     id="two ways"),
        pytest.param("in_doubt: leave", "in_doubt: maybe", "7: receivers.duty: in_doubt: unknown 'maybe'",
                     id="a doubt"),
        pytest.param(", members: 6", ", members: 0", "4: receivers.desk: 'members' is 0", id="nobody behind it"),
        pytest.param("user: rapport, ", "", "2: mail: user and password go together", id="half a login"),
        pytest.param("user: rapport", "tls: none, user: rapport", "a password would travel in clear", id="in clear"),
        pytest.param("mail: {host", "mall: {host", "1: boss gets mail, but no section 'mail'", id="no server"),
        pytest.param("  boss:", "  Boss!:", "5: receivers.Boss!: 'Boss!' is no name", id="a name"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_line(before: str, after: str, told: str) -> None:
    assert before in GOOD
    assert told in faults(GOOD.replace(before, after, 1))
