"""Lines in public: a plight that presses, praise that has the form of a question, questions, and what is neither."""

from __future__ import annotations

import pytest

from streams.texts.crying import cry
from streams.texts.listening import listener
from tests.streams.lab import knowledge

WORRIED = (
    "@railco train's been sat outside Reading an hour, no announcements, my interview is at 2",
    "@cabs driver drove off with my laptop in the boot 😱",
    "@grocer delivery never showed and i've 12 people coming for dinner tonight",
    "@bank card swallowed by the ATM on High St, no cash, miles from home",
    "@hotel fire alarm going for 20 minutes and nobody at reception",
    "@energyco no heating since yesterday with a newborn in the house",
    "@parkrun app logged me out and my ticket's in there, doors in 10 mins",
    "@airindigo flight in 2 hrs and web check in not working pls",
    "@telco no signal since morning, my dad's in hospital",
    "@school bus hasn't turned up, kids standing in the rain",
    "@lockers my stuff's stuck inside and the code isn't accepted",
    "@florist wedding's in an hour and no flowers 😭",
    "@clinic waited on hold 50 mins, ran out of my insulin",
    "@电力 家里停电一晚上了，冰箱里有孩子的药",
    "@网约车 手机落车上了，司机电话不接😭",
    "@酒店 房门打不开被关在阳台了",
    "@高铁 票买重了，改签的按钮点不了，车四十分钟后开",
    "@外卖 两小时了还没送到，孩子饿哭了",
    "@超市 电梯停在三楼半天不动，里面有老人",
    "@航空 登機閘口冇人，就嚟趕唔切轉機",
    "@维修 燃气灶关不上，一直漏气味",
    "@物业 水管爆了，满地都是水，电话没人接",
    "@医院 我妈的检查报告找不着了，明天就手术",
    "@快递 婚纱显示派送中三天了，后天就婚礼😨",
    "@滴滴 司机绕路还锁了车门，我一个人",
    "@考试 准考证下载不了，明天一早考试",
    "@机场 行李没上飞机，药都在里面",
    "@ferries we've been parked at the dock 2 hrs, toddler hungry, not one word from crew",
    "@lock locksmith took my money and drove off, i'm outside in the snow",
    "@vet reception nobody answering and my cat can't breathe",
    "@ev charger kept my card and won't release the cable, need to collect my son from nursery",
    "@parcel marked delivered, wasn't, it's my passport and i fly tomorrow",
    "@ticketco app frozen at the gate, show starts in 15 mins",
    "@nursery bus broke down with kids on board, no update since noon",
    "@bank money gone from my account overnight 😨",
    "@cinema trapped in your car park, barrier won't open, it's midnight",
    "@地铁 闸机夹住我包了，车马上开走",
    "@打车 师傅把我丢在高速口，天黑了一个人",
    "@银行 ATM吞了我的卡，明天要交学费",
    "@民宿 密码锁打不开，带着两个孩子在门外淋雨",
    "@航司 航班取消没人通知，我妈的手术在后天",
    "@酒店 房卡失灵，行李都在里面，一小时后要去机场",
    "@巴士 等咗成個鐘都冇車，返工要遲到啦",
)
PRAISE = (
    "@cafe is there anything better than this brownie?? no",
    "@airline can we talk about how smooth that landing was? 👏",
    "@shop are you kidding me with these prices? bargain of the year 😍",
    "@bakery what sorcery is this croissant? 🤤",
    "@hotel do you guys ever have a bad day? staff always smiling ❤️",
    "@tea where have you been all my life? 🥰",
    "@gym did someone say best class in town?",
    "@zoo how adorable are these red pandas?! 😍😍",
    "@dress isn't she stunning? ❤️",
    "@spa why is everyone here so lovely?",
    "@museum how good was last night?!",
    "@奶茶 这也太绝了吧？？我能喝一辈子😍",
    "@酒店 谁家早餐能丰盛成这样？",
    "@书店 还有比这更治愈的地方吗？❤️",
    "@花店 怎么可以这么美？",
    "@民宿 老板娘也太热情了吧？",
    "@健身 哪来这么耐心的教练啊？",
    "@动物园 怎么有这么可爱的小熊猫？🥰",
    "@面包 谁能拒绝刚出炉的可颂呢？",
    "@甜品 這也太好食了吧？😋",
    "@咖啡 你哋點解可以咁好人㗎？❤️",
    "@diner how unreal is this pancake stack?! 😍",
    "@inn could the welcome be any warmer?",
    "@school is it just me or is your choir the best thing ever? ❤️",
    "@bookshop who gave you permission to be this cosy? 🥰",
    "@spa are you even real? heavenly massage",
    "@餐厅 你们是怎么做到每道菜都这么好吃的？😋",
    "@民宿 这也太出片了吧？",
    "@咖啡 谁不想天天泡在这样的店里呢？",
    "@蛋糕 世上怎么会有这么可爱的蛋糕？",
    "@酒店 呢個海景會唔會靚得太過份呀？😍",
)
ASKING = (
    "@hotel what time is breakfast? looking forward ❤️",
    "@gym how much is a day pass?",
    "@toyshop where can I buy this bear? so cute!",
    "@airline thanks! and when does check in open?",
    "@书店 好喜欢！请问周日几点开门？",
    "@咖啡 这款豆子网上能买吗？😍",
    "@花店 太美了吧？多少钱一束？",
    "@酒店 可以带狗入住吗",
    "@store how long is the queue right now?",
    "@zoo how old is this bear?",
    "@gym could you be any clearer about the fees? I don't get it",
    "@shop how late is this parcel going to be??",
    "@bank how bad is this outage? can't pay",
    "@奶茶 怎么会有这么长的队？我赶时间",
    "@酒店 怎么会有这么脏的房间？给我换一间",
    "@咖啡 这排队也太久了吧？还有多久",
    "@快递 也太慢了吧？到底什么时候送",
    "@維港酒店 請問點樣改期呀？打唔通電話",
    "@railco is the 9:14 still running?",
    "@inn is the pool heated?",
    "@店 周六几点关门呀",
)
QUIET = (
    "@airline worst service ever, never again",
    "@cafe the coffee was meh today",
    "@hotel great stay, room a bit small",
    "@shop your new logo is ugly",
    "@gym prices up again, typical",
    "@tv last night's episode was terrible",
    "@airline flew with you last year, seats were tiny",
    "@store just picked up my new boots",
    "@餐厅 味道一般，不会再来了",
    "@酒店 上个月住过，隔音很差",
    "@店 新包装真丑",
    "@电影 太难看了，浪费两小时",
    "@奶茶 涨价了，没以前好喝",
    "@书店 今天去逛了一圈",
    "@pizza been coming here 40 years, still the best",
    "@band crying at this song 😭 so beautiful",
    "@bakery sold out before i got there 😭 next time",
    "@dessert 好吃到哭😭",
    "@游戏 这剧情太好哭了😭😭",
    "@cafe stuck inside on a rainy day with your hot chocolate, bliss",
    "@hotel locked in my booking for June, can't wait!",
    "@shop can't stop wearing this jumper",
    "@theatre stuck to my seat the whole show, what a thriller",
    "@airport landed early, no queue, home by 9",
    "@gym waited all week for this class",
    "@airline hated the food on my flight last week",
    "@cafe no sugar in mine please, as always",
    "@gym leg day has me stuck on the sofa lol",
    "@cinema that film had me crying for an hour, masterpiece",
    "@hotel two hours by the pool and zero worries",
    "@奶茶 排了半天队终于喝到了",
    "@电影 哭了一整场，后劲太大",
    "@书店 一个人坐了一下午，很安静",
    "@面馆 老板不在，味道差了点",
)


def cried(text: str) -> str | None:
    found = cry(listener(knowledge().texts, knowledge().meanings).hear(text))
    return found[0] if found else None


@pytest.mark.parametrize("text", WORRIED)
def test_a_plight_that_presses_is_a_worry(text: str) -> None:
    assert cried(text) == "worry"


@pytest.mark.parametrize("text", PRAISE)
def test_praise_in_the_form_of_a_question_asks_nothing(text: str) -> None:
    assert cried(text) is None


@pytest.mark.parametrize("text", ASKING)
def test_a_question_is_heard_beside_praise_too(text: str) -> None:
    assert cried(text)


@pytest.mark.parametrize("text", QUIET)
def test_a_verdict_or_a_tale_is_no_cry(text: str) -> None:
    assert cried(text) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("@inn the lift stopped working", None, id="a plight alone"),
        pytest.param("@inn the lift stopped working, my gran is on the sixth floor", "worry", id="it presses"),
        pytest.param("@inn the lift stopped working 😭", "worry", id="in tears"),
        pytest.param("@inn the lift stopped working and nobody answers", "worry", id="twice"),
        pytest.param("@inn the lift stopped working last year, my gran laughed", None, id="a tale"),
        pytest.param("@inn results day 😰", "worry", id="a worried face alone"),
        pytest.param("@inn results day 😭", None, id="tears alone"),
        pytest.param("@inn how pretty is that pool?", None, id="an exclamation"),
        pytest.param("@inn how pretty is that pool? how much is a day pass?", "question", id="and a question"),
        pytest.param("@inn how pretty is that pool? terrible service though", "question", id="and a complaint"),
        pytest.param("@inn that pool? 😍", None, id="a bare mark and a glad face"),
        pytest.param("@inn that pool?", "question", id="a bare mark"),
        pytest.param("@inn pls anyone, the door", "worry", id="to whoever hears it"),
        pytest.param("no clue what to fill in on page two", "worry", id="who cannot go on"),
        pytest.param("not sure how you bake it so well, perfect", None, id="and who admires"),
        pytest.param("急，家裡網路又斷了", "worry", id="in haste"),
        pytest.param("不急，慢慢弄", None, id="in no haste"),
        pytest.param("@inn guess what my sister booked for us?", None, id="a riddle"),
        pytest.param("@inn guess who still waits for his refund? help", "worry", id="a bitter riddle"),
        pytest.param("新做的，美不美？", None, id="what they show"),
        pytest.param("这件好看吗？有红色的吗", "question", id="what they ask about"),
    ],
)
def test_each_part_counts(text: str, wanted: str | None) -> None:
    assert cried(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("@店 这条裤子穿着不怎么舒服", None, id="not very"),
        pytest.param("@店 这条裤子怎么洗", "question", id="how"),
        pytest.param("@店 还没怎么穿就开线了", None, id="hardly"),
        pytest.param("@店 孩子有些思想问题，老师聊得很耐心", None, id="a question of thought"),
        pytest.param("@店 我想问会员日是哪天", "question", id="I want to ask"),
        pytest.param("@店 买回来没多久就掉色", None, id="not long after"),
        pytest.param("@店 定做一套要多久", "question", id="how long"),
        pytest.param("@店 你家咖啡一直没让我失望过", None, id="never let down"),
        pytest.param("@店 用了三年一直没坏", None, id="has not failed so far"),
        pytest.param("@店 一直没人回我电话", "worry", id="still nobody"),
        pytest.param("@店 饼干受潮，只能丢了", None, id="thrown away"),
        pytest.param("@店 快递把我的包裹弄丢了", "worry", id="lost"),
        pytest.param("@店 翻了几页找不到当年的感觉", None, id="a feeling not found"),
        pytest.param("@店 找不到取货的入口", "worry", id="a way not found"),
        pytest.param("@店 洗面奶很容易起泡", None, id="it foams"),
        pytest.param("@店 擦了面霜脸上起泡", "worry", id="it blisters"),
        pytest.param("@店 无论什么时候去，店员都在笑", None, id="whenever"),
        pytest.param("@店 周日什么时候开门", "question", id="when"),
    ],
)
def test_words_of_a_question_inside_others_ask_nothing(text: str, wanted: str | None) -> None:
    assert cried(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("梨子?又脆又甜，包装也结实。", None, id="between two letters"),
        pytest.param("第三箱了！老家的梨子?", None, id="behind a statement, signs being full-width"),
        pytest.param("收到了！?", None, id="behind a sign"),
        pytest.param("收到的是什么?", "question", id="its clause asks"),
        pytest.param("货呢?三天了，给个说法", "question", id="its clause asks, and more follows"),
        pytest.param("有货?", "question", id="nothing else"),
        pytest.param("今天的箱子有货？", "question", id="a full-width mark"),
        pytest.param("收到了 ok?", "question", id="behind a Latin letter"),
    ],
)
def test_a_mark_that_is_left_of_a_face_asks_nothing(text: str, wanted: str | None) -> None:
    assert cried(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("面霜收到了，还没用，不知道效果怎么样", None, id="they will see"),
        pytest.param("还没用，不知道怎么样", None, id="they will see, in short"),
        pytest.param("不知道这款效果怎么样", "question", id="not theirs yet"),
        pytest.param("还没用，不知道怎么开机", "worry", id="they cannot"),
        pytest.param("还没用，不知道效果怎么样？", "question", id="and ask"),
        pytest.param("haven't tried it yet, not sure how does it work in winter", None, id="in English"),
        pytest.param("not sure how does it work in winter", "question", id="not theirs, in English"),
    ],
)
def test_what_they_will_find_out_by_themselves_is_no_question(text: str, wanted: str | None) -> None:
    assert cried(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("小说里的主角很害怕。她为什么不走呢？", None, id="of a book"),
        pytest.param("这本小说的作者是谁？", "question", id="asked about a book"),
        pytest.param("小说里的主角很害怕。请问下册有货吗？", "question", id="and of us"),
        pytest.param("她为什么不走呢？", "question", id="no book"),
        pytest.param("这本书什么时候再版？", "question", id="a book, and no tale"),
        pytest.param("in the novel the hero is scared. why does he stay?", None, id="in English"),
        pytest.param("the novel and the hero are great. why is my order late?", "question", id="and of us, in English"),
    ],
)
def test_what_a_book_tells_or_asks_is_no_cry(text: str, wanted: str | None) -> None:
    assert cried(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("买之前还担心偏小，穿上很合身，很喜欢", None, id="over, and glad"),
        pytest.param("一开始担心偏小，穿上果然很紧，太差了", "worry", id="it came true"),
        pytest.param("担心偏小，很喜欢", "worry", id="not over"),
        pytest.param("I was nervous at first but the stay was lovely, we love it", None, id="in English"),
        pytest.param("I was nervous at first and the room was awful, terrible", "worry", id="true, in English"),
    ],
)
def test_what_they_feared_before_they_knew_better_is_no_worry(text: str, wanted: str | None) -> None:
    assert cried(text) == wanted


TOLD = (
    "本来有点担心小狗打针会叫，结果医生逗着它玩，一声没叫",
    "起初很怕疼，没想到洗牙的阿姨手特别轻",
    "新买的茶叶收到了，不知道泡出来怎么样，包装倒是漂亮，喜欢",
    "去你家之前的那家也试过，现在哪家还有比这更舒服的吗？爱了爱了",
    "读完《怎么办》，这本小说很感人",
    "Loved 'Help Me!' by Anna Berg, a fine novel, the author is a genius",
    "孩子很喜欢这个玩具，做工精致，颜色漂亮，问我为什么天空是蓝色的，讲得我都笑了，物流也很快，第二天就到了，"
    "以后还会来，质量非常好，价格实惠，推荐给朋友们",
    "这茶没什么意思，但也不难喝",
    "送货快，包装完整，不知道口感怎么样，满意",
    "Happy to help, and I really appreciated her help at the gate",
    "Emergency exit seats, lots of room, lovely",
)
ASKED = (
    "本来就担心，结果用了两天就漏水了，怎么办",
    "药拿错了，爷爷已经吃了一颗",
    "为啥我的课被取消了",
    "《活着》这本书什么时候到货",
    "《活着》这本小说几点能取",
    "I'd appreciate it if you help me, locked out",
    "been trying to rebook for two hours",
    "我订的蛋糕哪去了",
    "電腦連不上網路，報告交不出去",
    "the heating's been off since noon and my gran is 90",
    "reception isn't answering and my kids are locked in",
    "someone emptied my savings and it wasn't me",
    "不知道是不是正品，用了头很痒",
    "我在你们店订的《三体》没收到，作者签名的那本，怎么回事？",
    "孩子很喜欢这个玩具，做工精致，颜色漂亮，物流也很快，第二天就到了，质量非常好，价格实惠，推荐给朋友们。"
    "请问还有蓝色的吗？",
)


@pytest.mark.parametrize("text", TOLD)
def test_what_is_told_and_over_or_not_asked_is_no_cry(text: str) -> None:
    assert cry(listener(knowledge().texts, knowledge().meanings).hear(text)) is None


@pytest.mark.parametrize("text", ASKED)
def test_what_is_wrong_or_asked_of_us_is_a_cry(text: str) -> None:
    assert cry(listener(knowledge().texts, knowledge().meanings).hear(text)) is not None
