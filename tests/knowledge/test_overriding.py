"""One value of knowledge is another: the rest of the text stays as it is, and a wrong place is named."""

from __future__ import annotations

import pytest

from streams.knowledge.document import KnowledgeError
from streams.knowledge.overriding import Change, changes, overridden

DOCUMENTS = {
    "signals.yaml": """\
repeat_contact:                # a remark that stays
  severity: warning
  parameters:
    open_days: 7               # another one
    norms_minutes:
      chat.message: 2
  teams: [agent-desk, managers]
"""
}


@pytest.mark.parametrize(
    ("setting", "change"),
    [
        pytest.param("signals.repeat_contact.window=3d", ("parameters.open_days", "7", "3"), id="by its alias"),
        pytest.param("signals.repeat_contact.open=36h", ("parameters.open_days", "7", "1.5"), id="in another unit"),
        pytest.param("signals.repeat_contact.open_days=5", ("parameters.open_days", "7", "5"), id="by its name"),
        pytest.param("signals.repeat_contact.parameters.open_days=5", ("parameters.open_days", "7", "5"), id="whole"),
        pytest.param(
            "signals.repeat_contact.norms_minutes.chat.message=4", ("parameters.norms_minutes.chat.message", "2", "4"),
            id="a name with a point",
        ),
        pytest.param("signals.repeat_contact.teams=[store]", ("teams", "agent-desk, managers", "store"), id="a list"),
    ],
)  # fmt: skip
def test_one_value_changes(setting: str, change: tuple[str, str, str]) -> None:
    found = overridden(DOCUMENTS, [setting])
    path, before, after = change
    assert changes(DOCUMENTS, found) == [Change(f"signals.repeat_contact.{path}", before, after)]
    assert found["signals.yaml"].count("#") == DOCUMENTS["signals.yaml"].count("#")


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        pytest.param("signals.repeat_contact", "VALUE", id="no value"),
        pytest.param("signal.repeat_contact.window=3d", "did you mean 'signals'", id="no such file"),
        pytest.param("signals.repeat_contacts.window=3d", "did you mean 'repeat_contact'", id="no such signal"),
        pytest.param("signals.repeat_contact.opened_days=3", "did you mean 'open_days'", id="no such parameter"),
        pytest.param("signals.repeat_contact.severity=3d", "is no length of time", id="no length of time"),
        pytest.param("signals.repeat_contact=3", "name one value", id="more than a value"),
    ],
)
def test_a_wrong_place_is_named(setting: str, says: str) -> None:
    with pytest.raises(KnowledgeError, match=says):
        overridden(DOCUMENTS, [setting])
