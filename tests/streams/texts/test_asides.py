"""Threats that are told of others, or asked, and those that the customer makes beside them."""

from __future__ import annotations

import pytest

from streams.texts.listening import listener
from tests.streams.lab import knowledge

OWN = (
    "My cousin was cheated, and I will take this to the energy ombudsman",
    "Somebody reported you to Ofcom and so will I, still no refund",
    "Some people put up with it, we will sue",
    "My wife says we should go to the county court",
    "Can I take you to small claims for this?",
    "Do you fancy explaining it to trading standards?",
    "Has anyone reported you to the FCA? This is unacceptable",
    "同事说你们不理人，我直接找消委会投诉",
    "要我打12315举报吗？",
    "我哥要去法院起诉你们",
    "怕不怕市场监管局来查你们？",
    "网友都说你们骗人，我也要去，12315见",
    "I shall institute proceedings on Monday",
    "Heading to the housing ombudsman with this",
    "Let me talk to whoever owns this shop",
    "I insist on hearing from your headteacher",
    "uploading the footage to YouTube tonight",
    "Everybody close your accounts. #boycottAcmeBank",
    "我要向金管會檢舉",
    "存證信函馬上寄出",
    "叫你們董事長出來",
    "小額錢債見",
    "三天不回覆我就上爆料公社",
    "发小红书让大家评评",
    "My cousin sued a builder for this, and I'll do the same",
    "我同事告赢过一家旅行社，这回我也要告",
    "I was going to go to the ombudsman, but I'm giving you one last chance",
    "I was about to call my lawyer",
    "Ofsted will be getting a letter about your nursery",
    "Please escalate my complaint",
    "I will tell every parent I know to avoid you",
    "姐妹们千万别去这家染发",
    "你們不退我就上網PO文",
    "我是律师，再不退款后果自负",
    "再不赔我就请电视台来采访",
)
OTHERS = (
    "My cousin once sued a travel agency",
    "Somebody said customers took you to the ombudsman, fine by me",
    "I read that people reported you to Ofcom",
    "My wife wanted to go to the county court, I talked her out of it",
    "Do customers ever go to arbitration with you?",
    "Has anyone reported your old owner to the FCA?",
    "有人说你们被起诉了",
    "同事上个月去消协投诉了一家装修公司",
    "你们有被12315查过吗？",
    "我妈非要去市场监管局举报，我没同意",
    "听说有客人去法院告你们",
    "The county court is opposite your shop",
    "Our headteacher loved the cake",
    "Gorgeous! uploading the video to YouTube tonight, thank you",
    "boycott is a word from Ireland",
    "我在金管会上班，想订下午茶",
    "我们董事长想订一百份礼盒",
    "太好吃了，发小红书让大家看看",
    "My colleague sued a builder once",
    "I was going to go to the ombudsman, but your engineer sorted it",
    "差点就打12315了，幸好店长处理了",
    "本来都要去消协了，店长处理得很周到，谢谢",
    "我是律师，想开一个企业账户",
    "看了记者对你们的报道，想去店里看看",
    "姐妹们别来晚了，六点就开始",
    "Please escalate this idea to your product team",
    "Ofsted sent our nursery a letter of praise",
)


@pytest.mark.parametrize("text", OWN)
def test_what_the_customer_says_for_themselves_threatens(text: str) -> None:
    assert listener(knowledge().texts, knowledge().meanings).hear(text).threats()


@pytest.mark.parametrize("text", OTHERS)
def test_what_others_do_or_what_is_asked_does_not(text: str) -> None:
    assert not listener(knowledge().texts, knowledge().meanings).hear(text).threats()


def test_in_a_complaint_what_others_did_is_held_before_us() -> None:
    heard = listener(knowledge().texts, knowledge().meanings).hear("I read that people reported you to Ofcom")
    assert heard.threats(angry=True)
