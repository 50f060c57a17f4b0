"""In which language a page comes."""

from __future__ import annotations

import pytest

from producers.collector.pages import language_of


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        pytest.param("zh-CN,zh;q=0.9,en;q=0.5", "zh", id="Chinese first"),
        pytest.param("en-US,en;q=0.9,zh;q=0.8", "en", id="English first"),
        pytest.param("en;q=0.3, zh-TW;q=0.7", "zh", id="by weight, not by place"),
        pytest.param("de, zh;q=0.1", "zh", id="the only one of ours"),
        pytest.param("de", "en", id="none of ours"),
        pytest.param("zh;q=0", "en", id="not wanted"),
        pytest.param("zh;q=much", "en", id="a weight that is none"),
        pytest.param("", "en", id="nothing said"),
    ],
)
def test_the_browser_says_the_language(wanted: str, language: str) -> None:
    assert language_of({"accept-language": wanted}) == language
