"""The consent that whoever imports a table claims for its customers."""

from __future__ import annotations

from pathlib import Path

import pytest

from producers.importers.consent import BadConsent, consent
from producers.importers.run import Mode
from schemas.wire import properties
from tests.producers.importers.orders import HEADER, ROWS, imported
from tests.producers.world import write


def test_consent_is_told_once_a_customer_before_their_first_touchpoint(tmp_path: Path) -> None:
    agreed = consent(["profiling", "email:promo,survey"], "order form")
    file = write(tmp_path / "orders.csv", [HEADER, ROWS[0], *ROWS])
    found = imported(file, mode=Mode(consent=agreed))
    asked = [each for each in found if each.type == "consent.changed"]
    assert [(each.event_id, each.customer_id) for each in asked] == [
        ("orders.csv:000000000002:consent:email", "17"), ("orders.csv:000000000002:consent:profiling", "17"),
        ("orders.csv:000000000004:consent:email", "18"), ("orders.csv:000000000004:consent:profiling", "18"),
    ]  # fmt: skip
    assert properties(asked[0]) == {
        "scope": "email", "granted": True, "basis": "order form", "purposes": ["promo", "survey"],
    }  # fmt: skip
    assert asked[0].occurred_at == found[0].occurred_at


@pytest.mark.parametrize(
    ("texts", "scopes"),
    [
        pytest.param(["email:promo", "email:survey"], (("email", ("promo", "survey")),), id="purposes add up"),
        pytest.param(["push:care", "push"], (("push", ()),), id="all of them is more than one"),
        pytest.param(["push", "push:care"], (("push", ()),), id="in any order"),
        pytest.param(["sms", "push"], (("sms", ()), ("push", ())), id="scopes stay apart"),
    ],
)
def test_a_scope_named_again_adds_to_it(texts: list[str], scopes: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    agreed = consent(texts, "a form")
    assert agreed is not None
    assert agreed.scopes == scopes


def test_without_a_word_no_consent_is_claimed(tmp_path: Path) -> None:
    found = imported(write(tmp_path / "orders.csv", [HEADER, *ROWS]))
    assert "consent.changed" not in {each.type for each in found}


@pytest.mark.parametrize(
    ("texts", "basis", "says"),
    [
        pytest.param(["email"], None, "--consent needs --basis", id="no basis"),
        pytest.param([], "a form", "name the consent with --consent", id="a basis for nothing"),
        pytest.param(["mail"], "a form", "no such scope. There are profiling, camera", id="no such scope"),
        pytest.param(["email:adverts"], "a form", "adverts is no purpose", id="no such purpose"),
    ],
)
def test_a_bad_consent_is_named(texts: list[str], basis: str | None, says: str) -> None:
    with pytest.raises(BadConsent) as raised:
        consent(texts, basis)
    assert says in str(raised.value)
