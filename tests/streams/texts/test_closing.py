"""Lines that leave nothing to answer, and lines that only begin like them."""

from __future__ import annotations

import pytest

from streams.texts.closing import LONGEST, closes, settles
from tests.streams.lab import knowledge

CLOSING = """
好的，谢谢啦😊 | 不用了谢谢 | ok thx bye | 好的谢谢 | 收到 | 明白了 | 没事了 | 辛苦了 | no thanks, I'm fine | 谢谢
bye 👋 | 👍 | OK | brilliant, no need, I'll pop in tomorrow. thanks, bye 👋 | Thank you so much for your help!
嗯嗯，知道了 | 好的收到，谢谢亲 | cheers mate | 行，那我明天过去看看，谢谢 | Perfect, thank you
No worries, thanks anyway | That’s all, thanks | Got it 👌 | [抱拳] | 🙏🙏 | thanks :) | ＯＫ | 暂时不需要，谢谢
下次再说吧 | 我考虑一下 | 拜拜~ | 謝謝 | Not interested, thanks | Lovely, thanks so much, have a nice day | ok谢谢
好的thanks | 谢谢你的耐心解答 | 那就这样吧，拜拜 | 好的，我这就去下单 | 谢谢，祝您生意兴隆 | nope that's all
Alright, thanks for letting me know | 没有了，谢谢 | 唔該晒！ | 多謝晒，搞掂咗喇 | ok thx, thats all good now
thankssss, byeee
tysm ur the best | noted with thanks ji | bahut shukriya, theek hai | thnx loads m8 | 妥咗，唔該靓仔
that did the trick, ta
Okay sir, I will come by four only. Thanking you. | awesome sauce, see ya then | sweet, catch you at 4 | lovely jubbly
Super, many thanks and nice day! | ok i'll be there at 5pm, thanks! | cheers my dear, off to bed
Perfect! Talk tomorrow
okk 晚点过去 | 成，周六见 | 行吧，那我再等等 | 好嘞，改天去取哈 | 好，那我下班过来拿 | OK，明天下午三点见
唔該晒，聽日見
"""
SETTLED = """
thx, the new link worked | got my parcel this morning, ta very much | 驗證碼收到喇，多謝你哋 | 登录上了，谢谢小哥
phew, found it in the car, thank u
取到件了，辛苦小姐姐 | brilliant, the lift is working now, cheers | 搞定，原来是wifi的事，谢啦
"""
OPEN = """
? | ok? | 好的吗 | 谢谢，什么时候发货 | Thanks, but it's still broken | thanks for nothing | no good
ok but where is it | 好的，我的地址是静安路5号 | tomorrow | yes please | 明天 | 可以 | 不要了 | 不用来了
不用发货了 | 谢谢你们，东西坏了 | ok 🙄 | 谢谢😡 | 呵呵，谢谢 | ... | 。。。 | 138 0013 8000 | great job
great, broken again | 你们真行 | 不好 | 没收到 | 我不明白 | I don't understand | right, I want my money back
fine, I'll go elsewhere | 算了 | 取消订单 | ok please cancel | no | 不 | 明白了，那帮我退了吧 | 好，要两个
Thank you, please send two | I'm not fine | 收到了但是坏了 | ❓ | thx but it isnt working | 唔該，我要退錢
唔該幫我搞掂佢
thanks, only half of it arrived | 搞定了，那发票寄给谁 | 谢谢，到货了通知我
thx got it, now tell me where my refund is | 谢谢，解决了一半
thanks, fixed, my number is 07700 900123 | 唔該晒，仲未搞掂 | great, arrived broken, cheers | ur having a laugh
perfect, sorted one, two to go
see you in court | see you at 4 but bring the right size | 好的，周六见，别忘了带发票 | 我再等等，但是今天必须到
at 4 | 周六 | 晚点过去
"""


def lines(text: str) -> list[str]:
    return [each.strip() for each in text.replace("\n", "|").split("|") if each.strip()]


@pytest.mark.parametrize("line", lines(CLOSING))
def test_thanks_ok_goodbye_and_a_polite_no_close(line: str) -> None:
    assert closes(knowledge().texts, line)
    assert not closes(knowledge().texts, f"{line} ?")


@pytest.mark.parametrize("line", lines(SETTLED))
def test_who_says_gladly_that_it_is_done_is_settled(line: str) -> None:
    assert settles(knowledge().texts, line)
    assert not settles(knowledge().texts, f"{line} ?")


@pytest.mark.parametrize("line", lines(OPEN))
def test_whatever_else_is_said_does_not(line: str) -> None:
    assert not closes(knowledge().texts, line)
    assert not settles(knowledge().texts, line)


def test_a_goodbye_is_short() -> None:
    assert closes(knowledge().texts, "谢" * LONGEST)
    assert not closes(knowledge().texts, "谢" * (LONGEST + 2))


@pytest.mark.parametrize(
    "text",
    [
        "that's class, thanks a mill",
        "lovely, see you tues",
        "Perfect, thank you. Kind regards, Priya",
        "Many thanks,\nJohn B. Smith",
        "nah you're alright, ill leave it",
        "ok, appreciate all your help, have a good weekend",
        "好啰，掰掰",
        "收到，謝謝。祝好，王敏",
    ],
)
def test_a_farewell_of_everyday_speech_and_a_signature_leave_nothing_to_answer(text: str) -> None:
    assert closes(knowledge().texts, text)


@pytest.mark.parametrize("text", ["Kind regards, but the address is wrong", "谢谢，王敏的呢？", "Thanks, Cancel"])
def test_a_wish_behind_a_formula_is_no_signature(text: str) -> None:
    assert not closes(knowledge().texts, text)
