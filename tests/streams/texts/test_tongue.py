"""In which language a text plainly is."""

from __future__ import annotations

import pytest

from streams.texts.tongue import tongue


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("在吗？我的单子怎么还没发货", "zh", id="Chinese"),
        pytest.param("我的訂單還沒到", "zh", id="in traditional letters"),
        pytest.param("hello~ 我的 order 还没到, any update?", "zh", id="Chinese with English words in it"),
        pytest.param("注文がまだ届きません", None, id="Japanese has Chinese letters, too"),
        pytest.param("주문(注文)이 아직 안 왔어요", None, id="and so may Korean"),
        pytest.param("Where is my parcel?", "en", id="English"),
        pytest.param("It’s broken, can’t use it", "en", id="with typographic marks"),
        pytest.param("ok", None, id="a word of every language"),
        pytest.param("STOP", None, id="one English word is not plainly English"),
        pytest.param("Où est ma commande ?", None, id="French"),
        pytest.param("Wo ist mein Paket? Es ist nicht da", None, id="German"),
        pytest.param("Waar is mijn pakket", None, id="Dutch"),
        pytest.param("¿Dónde está my order, please?", None, id="letters that English has not"),
        pytest.param("😊👍 123", None, id="no letters"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_language_is_known_only_where_it_is_plain(text: str, language: str | None) -> None:
    assert tongue(text) == language
