"""Lines that leave nothing to answer, and lines that only begin like them."""

from __future__ import annotations

import pytest

from streams.texts.closing import LONGEST, closes
from tests.streams.lab import knowledge

CLOSING = """
好的，谢谢啦😊 | 不用了谢谢 | ok thx bye | 好的谢谢 | 收到 | 明白了 | 没事了 | 辛苦了 | no thanks, I'm fine | 谢谢
bye 👋 | 👍 | OK | brilliant, no need, I'll pop in tomorrow. thanks, bye 👋 | Thank you so much for your help!
嗯嗯，知道了 | 好的收到，谢谢亲 | cheers mate | 行，那我明天过去看看，谢谢 | Perfect, thank you
No worries, thanks anyway | That’s all, thanks | Got it 👌 | [抱拳] | 🙏🙏 | thanks :) | ＯＫ | 暂时不需要，谢谢
下次再说吧 | 我考虑一下 | 拜拜~ | 謝謝 | Not interested, thanks | Lovely, thanks so much, have a nice day | ok谢谢
好的thanks | 谢谢你的耐心解答 | 那就这样吧，拜拜 | 好的，我这就去下单 | 谢谢，祝您生意兴隆 | nope that's all
Alright, thanks for letting me know | 没有了，谢谢
"""
OPEN = """
? | ok? | 好的吗 | 谢谢，什么时候发货 | Thanks, but it's still broken | thanks for nothing | no good
ok but where is it | 好的，我的地址是静安路5号 | tomorrow | yes please | 明天 | 可以 | 不要了 | 不用来了
不用发货了 | 谢谢你们，东西坏了 | ok 🙄 | 谢谢😡 | 呵呵，谢谢 | ... | 。。。 | 138 0013 8000 | great job
great, broken again | 你们真行 | 不好 | 没收到 | 我不明白 | I don't understand | right, I want my money back
fine, I'll go elsewhere | 算了 | 取消订单 | ok please cancel | no | 不 | 明白了，那帮我退了吧 | 好，要两个
Thank you, please send two | I'm not fine | 收到了但是坏了 | ❓
"""


def lines(text: str) -> list[str]:
    return [each.strip() for each in text.replace("\n", "|").split("|") if each.strip()]


@pytest.mark.parametrize("line", lines(CLOSING))
def test_thanks_ok_goodbye_and_a_polite_no_close(line: str) -> None:
    assert closes(knowledge().texts, line)
    assert not closes(knowledge().texts, f"{line} ?")


@pytest.mark.parametrize("line", lines(OPEN))
def test_whatever_else_is_said_does_not(line: str) -> None:
    assert not closes(knowledge().texts, line)


def test_a_goodbye_is_short() -> None:
    assert closes(knowledge().texts, "谢" * LONGEST)
    assert not closes(knowledge().texts, "谢" * (LONGEST + 2))
