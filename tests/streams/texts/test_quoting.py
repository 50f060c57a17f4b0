"""What a customer wrote, and what their mail program put beneath."""

from __future__ import annotations

import pytest

from streams.texts.quoting import own_words


@pytest.mark.parametrize(
    ("text", "own"),
    [
        pytest.param("Thanks!", "Thanks!", id="one line"),
        pytest.param("Thanks!\n\nSee you", "Thanks!\n\nSee you", id="two paragraphs"),
        pytest.param("Thanks!\n\nOn Mon, Rapport wrote:\n> Reply STOP.\n", "Thanks!", id="gmail"),
        pytest.param("Thanks!\nOn Mon, 2 Mar, Rapport\n<a@b.c> wrote:\n\nReply STOP", "Thanks!", id="unmarked"),
        pytest.param("On Mon, Rapport wrote:\n> Happy?\n\nNo, I am not.", "No, I am not.", id="an answer below"),
        pytest.param("> Happy?\nNo.\n> Shall we call?\nYes.", "No.\nYes.", id="answers in between"),
        pytest.param("> Happy?\n> Reply STOP", "", id="nothing but quotations"),
        pytest.param("Thanks! On Mon, Rapport wrote: > Reply STOP > now", "Thanks!", id="ends of lines taken away"),
        pytest.param("Ok\n-----Original Message-----\nFrom: us\nReply STOP", "Ok", id="outlook"),
        pytest.param("Ok\n\nFrom: Rapport <a@b.c>\nSent: Monday\nReply STOP", "Ok", id="outlook's head"),
        pytest.param("Ok\n\nFrom: Rapport\nSent: Monday\nTo: me\n\nReply STOP", "Ok", id="no address"),
        pytest.param("好的\n\n-----原始邮件-----\n发件人: 客服\n回复TD退订", "好的", id="原始邮件"),
        pytest.param("好的\n\n------------------ 原始邮件 ------------------\n发件人: 客服", "好的", id="qq"),
        pytest.param("好的\n\n發件人：客服\n主題：x", "好的", id="in traditional letters"),
        pytest.param("好的\n\n发件人：客服\n回复TD退订", "好的", id="发件人"),
        pytest.param("在 2026年3月2日，客服 <a@b.c> 写道：\n回复TD退订", "", id="写道 alone"),
        pytest.param("好的\n2026-03-02 10:00，客服 写道：\n> 回复TD退订", "好的", id="写道"),
        pytest.param("收到\n\n-- \n王芳\n停止推送有限公司", "收到", id="signature"),
        pytest.param("Waiting\n> 3 weeks now", "Waiting\n> 3 weeks now", id="a number is no quotation"),
        pytest.param("等了>3天", "等了>3天", id="a sign inside a line"),
        pytest.param("寄件信息\n发件人：王芳\n收件人：李雷\n一直没到", None, id="who sent a parcel"),
        pytest.param("On Monday your colleague wrote: we will pay. And now?\nNo", None, id="told, not quoted"),
        pytest.param("No milk -- no tea", None, id="a dash"),
        pytest.param("", "", id="nothing"),
    ],
)  # fmt: skip
def test_reads_the_customers_own_words_alone(text: str, own: str | None) -> None:
    assert own_words(text) == (text if own is None else own)
    assert own_words(own_words(text)) == own_words(text)
