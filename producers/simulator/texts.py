"""What simulated people write, by mood and language. Written for this simulator, from no list of cues."""

from __future__ import annotations

from typing import Literal, TypeAlias

Language: TypeAlias = Literal["zh", "en"]
Mood: TypeAlias = Literal[
    "warm", "devoted", "playful", "craving", "thrifty", "commanding", "question",
    "let_down", "furious", "hounded", "powerless", "idea", "complaint", "answer", "thrill",
]  # fmt: skip

TEXTS: dict[tuple[Mood, Language], tuple[str, ...]] = {
    ("warm", "en"): (
        "You remembered my birthday, that made my whole week.",
        "Talking to you always feels like talking to a friend, thank you Anna.",
        "I sent three friends your way, please look after them!",
        "Just wanted to say the parcel arrived and everyone at home smiled.",
    ),
    ("warm", "zh"): (
        "每次来店里都觉得特别亲切，谢谢你们记得我。",
        "你们真的很懂我，跟朋友聊天一样。",
        "我又带了两个同事来，帮我好好招待哦。",
        "包裹收到了，家里人都夸好看，谢谢小林。",
    ),
    ("devoted", "en"): (
        "We have bought nothing else for four years and I don't intend to start now.",
        "Whatever you bring out, my family takes it. You are our shop.",
        "People ask me why I stay with you. Because you have never let me down.",
    ),
    ("devoted", "zh"): (
        "家里四年了只用你们的，以后也不打算换。",
        "别家再便宜我也不看，就认你们家。",
        "从结婚那年用到现在，孩子也跟着用，放心。",
    ),
    ("playful", "en"): (
        "Haha, who writes your labels? Give that person a raise.",
        "You lot are good fun, see you Saturday.",
        "My cat rates the new box 10/10, the food gets a 9.",
    ),
    ("playful", "zh"): (
        "哈哈你们家文案太逗了，周六见！",
        "新盒子我家猫给满分，猫粮九分。",
        "你们这帮人真有意思，下次一起玩。",
    ),
    ("craving", "en"): (
        "It is 2 a.m. and I am ordering again, I really cannot stop.",
        "When is it back?? I checked eleven times today, I need it.",
        "Third order this week, help, I'm hooked on this stuff.",
    ),
    ("craving", "zh"): (
        "半夜两点又下单了，真的停不下来。",
        "什么时候补货？我今天看了十几次，没有它不行。",
        "这周第三单了，完全上瘾，救命。",
    ),
    ("thrifty", "en"): (
        "Is there a cheaper pack size of this?",
        "Does the coupon still work with free delivery?",
        "Found it for two pounds less elsewhere, can you match that?",
    ),
    ("thrifty", "zh"): (
        "这个有没有大包装，单价划算一点的？",
        "优惠券能和包邮一起用吗？",
        "别的平台便宜十块，你们能做到吗？",
    ),
    ("commanding", "en"): (
        "I want this delivered before noon, and I want Tom to call me himself.",
        "I don't queue. Put your manager on.",
        "I spend enough here. Find a way, now.",
    ),
    ("commanding", "zh"): (
        "中午之前必须送到，让小周亲自给我打电话。",
        "我不排队，马上叫你们经理来。",
        "我在这花了这么多钱，现在就给我解决。",
    ),
    ("question", "en"): (
        "Hello, is the Soho shop open on Sunday?",
        "How do I change the address of my order?",
        "Which of the two creams is better for dry skin?",
        "Is anyone there? I need an answer before I leave for work.",
    ),
    ("question", "zh"): (
        "你好，请问静安店周日开门吗？",
        "订单地址怎么改？",
        "干皮用哪一款面霜比较好？",
        "有人在吗？我上班前想问清楚。",
    ),
    ("let_down", "en"): (
        "I used to look forward to your parcels. Not any more, I'm disappointed.",
        "I wrote to you twice and got a voucher instead of an answer. That's it then.",
        "You were different once. Goodbye, I will shop elsewhere.",
    ),
    ("let_down", "zh"): (
        "以前真的很喜欢你们，现在挺失望的。",
        "写了两次建议，只换来一张优惠券，心凉了。",
        "你们变了，这是我最后一次下单。",
    ),
    ("furious", "en"): (
        "This is a scam. Broken, and now nobody wants to know. Never again.",
        "Worst shop I have ever dealt with, I will tell everyone to stay away.",
        "You lied about the delivery and you lied about the refund.",
    ),
    ("furious", "zh"): (
        "就是骗人的，坏的东西还不给退，再也不买了。",
        "见过最差的店，我会让所有人都别来。",
        "发货说谎，退款也说谎，太过分了。",
    ),
    ("hounded", "en"): (
        "Stop writing to me. I bought one mug.",
        "How did you get this number? Leave me alone.",
        "Fifth message this week, this is spam.",
    ),
    ("hounded", "zh"): (
        "别再给我发消息了，我只买过一个杯子。",
        "你们怎么有我电话的？不要再打了。",
        "这周第五条了，太骚扰人了。",
    ),
    ("powerless", "en"): (
        "You changed the terms and I am simply stuck with it. That isn't fair.",
        "I have no say at all, you raise the price and I can only pay.",
        "I feel cheated by the new conditions after all these years.",
    ),
    ("powerless", "zh"): (
        "条款说改就改，我们一点办法都没有，太欺负人了。",
        "涨价也不说一声，老顾客只能认了。",
        "这么多年了，新规定让我觉得被坑了。",
    ),
    ("idea", "en"): (
        "You should offer a refill pouch for the shampoo, the bottle is still good.",
        "An idea: let us reserve a slot in the Camden shop from the app.",
        "Could the label show the roasting date? It would help a lot.",
    ),
    ("idea", "zh"): (
        "建议洗发水出补充装，瓶子还能用。",
        "能不能在小程序里预约静安店的时间？",
        "希望包装上写上烘焙日期，会方便很多。",
    ),
    ("complaint", "en"): (
        "The lid was broken when it arrived and half of it had run out.",
        "Promised for Tuesday, it is Friday and nothing has come.",
        "I was charged twice for one order.",
    ),
    ("complaint", "zh"): (
        "收到的时候盖子是坏的，漏了一半。",
        "说好周二到，今天周五还没有。",
        "一个订单扣了我两次钱。",
    ),
    ("answer", "en"): (
        "Good question, I have looked it up for you: yes, until six in the evening.",
        "I am sorry about that. I have changed it and you will get a mail in a minute.",
        "Thank you for telling us, I pass this on to our buyers today.",
    ),
    ("answer", "zh"): (
        "我帮您查了一下，可以的，营业到晚上六点。",
        "不好意思给您添麻烦了，已经帮您改好了。",
        "谢谢您告诉我们，我今天就转给采购同事。",
    ),
    ("thrill", "en"): (
        "Wow, the new one is gorgeous, I had to have it right away!",
        "What is coming next month? Surprise me.",
    ),
    ("thrill", "zh"): (
        "哇新出的太好看了，马上下单！",
        "下个月有什么新东西？给我惊喜。",
    ),
}
