"""What the writer of a mail wrote now, and nothing that others wrote before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.mail.words import LONGEST, of_html, own


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("It broke.\n", "It broke.", id="only own words"),
        pytest.param(
            "It broke.\n\nOn Tue, Nov 24, 2026 at 6:02 PM Care <c@s.example> wrote:\n> Hi\n>> Ho\n",
            "It broke.",
            id="Gmail",
        ),
        pytest.param(
            "It broke.\n\nOn Tue, Nov 24, 2026 at 6:02 PM Customer Care\n<care@shop.example> wrote:\n\nHi\n",
            "It broke.",
            id="announced in two lines, not marked",
        ),
        pytest.param(
            "It broke.\n\nFrom: Care\nSent: Tuesday\nTo: Anna\nSubject: Order\n\nThank you\n", "It broke.", id="Outlook"
        ),
        pytest.param(
            "坏了。\n\n发件人: 客服\n发送时间: 2026年11月24日\n收件人: 王芳\n主题: 订单\n\n谢谢\n",
            "坏了。",
            id="Outlook in Chinese",
        ),
        pytest.param("坏了。\n\n------------------ 原始邮件 ------------------\n发件人: 客服\n", "坏了。", id="QQ"),
        pytest.param(
            "坏了。\n\n------------------ Original ------------------\nFrom: care\n", "坏了。", id="QQ in English"
        ),
        pytest.param("坏了。\n\n---- 回复的原邮件 ----\n| 发件人 | 客服 |\n", "坏了。", id="NetEase"),
        pytest.param('坏了。\nAt 2026-11-24 18:02:11, "客服" <c@s.example> wrote:\n\n谢谢\n', "坏了。", id="163"),
        pytest.param(
            "坏了。\n\n客服 <c@s.example> 于2026年11月24日周二 18:02写道：\n\n> 谢谢\n", "坏了。", id="Gmail in Chinese"
        ),
        pytest.param(
            "坏了。\n\n在 2026年11月24日，18:02，客服 <c@s.example> 写道：\n\n> 谢谢\n", "坏了。", id="Apple in Chinese"
        ),
        pytest.param(
            "壞了。\n\n客服 <c@s.example> 於 2026年11月24日 寫道：\n> 謝謝\n", "壞了。", id="in traditional letters"
        ),
        pytest.param("Kaputt.\n\nAm 24.11.26 um 18:02 schrieb Care:\n> Danke\n", "Kaputt.", id="German"),
        pytest.param("> Was it fine?\nNo.\n> All of it?\nAll.\n", "No.\nAll.", id="answers between the lines"),
        pytest.param("On 24 Nov 2026 Care wrote:\n> Was it fine?\nNo, cold.\n", "No, cold.", id="answers below"),
        pytest.param("Broken.\n-- \nAnna\n+49 1\n", "Broken.", id="a signature"),
        pytest.param("Broken.\n\nKind regards,\nAnna Smith\n+49 1\n", "Broken.", id="a sign-off"),
        pytest.param("坏了，请处理。\n\n此致\n敬礼\n王芳\n", "坏了，请处理。", id="a sign-off in Chinese"),
        pytest.param("Regards\n", "Regards", id="a sign-off alone is all there is"),
        pytest.param("Broken.\n\nSent from my iPhone\n", "Broken.", id="a telephone"),
        pytest.param("坏了\n发自我的华为手机\n", "坏了", id="a telephone in Chinese"),
        pytest.param(
            "My friend wrote: never again.\n", "My friend wrote: never again.", id="who tells what others wrote"
        ),
        pytest.param("From: the first day it leaked.\n", "From: the first day it leaked.", id="a sentence with From"),
        pytest.param(
            "On Monday I ordered 2.\nIt leaks.\n", "On Monday I ordered 2.\nIt leaks.", id="a sentence with On"
        ),
        pytest.param("> all quoted\n", "", id="no word of one's own"),
        pytest.param("-" * 80 + "\nstill mine\n", "-" * 80 + "\nstill mine", id="a line that is drawn"),
    ],
)
def test_quotes_and_signatures_are_cut(text: str, words: str) -> None:
    assert own(text) == words
    assert own(text.replace("\n", "\r\n")) == words


@pytest.mark.parametrize(
    ("html", "words"),
    [
        pytest.param("<p>One</p><p>Two<br>three</p>", "One\n\nTwo\nthree", id="paragraphs"),
        pytest.param("<style>p{}</style><script>x()</script><p>One</p><!-- no -->", "One", id="nothing but words"),
        pytest.param("<p>坏了</p><includetail><div>旧</div></includetail>", "坏了", id="QQ"),
        pytest.param('<p>One</p><div class="gmail_quote">old</div>', "One", id="Gmail"),
        pytest.param('<p>One</p><blockquote type="cite">old</blockquote>', "One", id="Apple"),
        pytest.param('<p>One</p><div id="divRplyFwdMsg">From</div><div>old</div>', "One", id="Outlook"),
        pytest.param('<p>One</p><blockquote id="isReplyContent">旧</blockquote>', "One", id="163"),
        pytest.param("", "", id="nothing"),
        pytest.param('<?xml version="1.0" encoding="gbk"?><p>One</p>', "One", id="with a declaration"),
    ],
)
def test_html_is_words(html: str, words: str) -> None:
    assert of_html(html) == words


@given(st.text(alphabet=st.sampled_from("<>/ab =\"'&;#\0\n-—>:写道：On12 wrote"), max_size=300))
def test_any_text_is_cut_within_bounds(text: str) -> None:
    assert len(own(text)) <= len(text)
    of_html(text)


def test_a_long_mail_is_cut_in_linear_time() -> None:
    for line in ("- " * 60_000, "on 1" + " " * 80_000 + "x", "<div>" * 30_000, "写道 " * 30_000):
        assert len(own(line)) <= LONGEST
        of_html(line)
