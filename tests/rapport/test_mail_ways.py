"""Which ways `rapport up` opens for mail."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.settings import Settings
from rapport.up import mail_ways


@pytest.mark.parametrize(
    ("section", "names"),
    [
        pytest.param("touchpoints: {keys: [{name: own, key: '${RAPPORT_WRITE_KEY}'}]}", [], id="no mail"),
        pytest.param("mail: {own_domains: [shop.example]}", [], id="by HTTP alone"),
        pytest.param("mail: {smtp: {domains: [shop.example]}}", ["mail-in"], id="a post office"),
        pytest.param("mail: {imap: {host: h, user: u, password: p}}", ["mailbox"], id="a mailbox"),
        pytest.param(
            "mail: {smtp: {domains: [a.example]}, imap: {host: h, user: u, password: p}}", ["mail-in", "mailbox"],
            id="both",
        ),
    ],
)  # fmt: skip
def test_mail_comes_in_by_the_ways_that_the_sources_file_names(
    tmp_path: Path, section: str, names: list[str]
) -> None:  # fmt: skip
    sources = tmp_path / "sources.yaml"
    sources.write_text(section)
    found = mail_ways(Settings(data=tmp_path, sources=sources))
    assert [name for name, _, _ in found] == names
    assert all(words[0] == "mail" and "password" not in place for _, words, place in found)
    assert mail_ways(Settings(data=tmp_path)) == []
