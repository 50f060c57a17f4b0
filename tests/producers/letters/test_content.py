"""What an export says of a letter whose bytes are no touchpoint."""

from __future__ import annotations

import base64

import pytest

from producers.letters.content import exported
from tests.producers.letters.made import bad, letter


@pytest.mark.parametrize(
    ("value", "text", "original"),
    [
        pytest.param(b'{"event_id": "\xe5\xa5\xbd"', '{"event_id": "好"', True, id="a torn line can be read"),
        pytest.param(b"\xff\x00", None, True, id="bytes are no text"),
        pytest.param(bad("a"), None, False, id="a whole touchpoint stands there already"),
    ],
)
def test_the_words_of_a_letter_stand_beside_its_bytes(value: bytes, text: str | None, original: bool) -> None:
    out = exported(letter(value), False, "mend it")
    assert out.get("text") == text
    assert out.get("original") == (base64.b64encode(value).decode() if original else None)
