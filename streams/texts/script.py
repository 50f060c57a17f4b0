"""Traditional letters read as simplified ones, and Cantonese as the same is written in Mandarin, so that one list of
words serves them all. Each letter keeps its place."""

from __future__ import annotations

import re
from typing import Final

_TRADITIONAL: Final = (
    "乾佈併來係俠倆倉個們偉側偵偽傑傘備傢傭傳債傷傾僅僑僱價儀億儘償優儲兇內兩冊冪凍凱別則剛剝創劃劇劍劑勁動務勝勞勢勵勸勻匯區"
    "協卻厭參員問啟喚喪單嗆嗎嘆嘍嘗噴嚇嚴囑國圍園圓圖團執報場塊塵壓壞壽夠夢夾奧奪妳婦媽孫學實審寫寬寶將專尋對導層屬島嶄帥師帳"
    "帶幣幫幹幾庫廠廢廣廳強彈後徑從復徵徹恆惡惱愛態慘慣慮慶慾憂憑憶懇應懲懶懷懸戀戰戲戶捨掃掙掛採揀換揮損搖搗搶撈撐撥撿擁擇擊"
    "擋擔據擠擬擱擴擺擾攔攜攝攤攪攬敗敘敵數斂斷於時暫曆曉曠曬書會朧東條棄棟棧業極榮構槍槓樂樓標樣橋機橫檔檢檯櫃欄權歐歡歲歷歸"
    "殘殺毀氣決沒況洩涼淚淨淺減測湧湯準溝溫滅滬滯滾滿漲潔潛潤澀澆澤濃濕濟瀏灑灣無煙熱燈燒燙爐爛爭爺牆牽犧狀猙猶獎獨獲獻現瑪環"
    "瓊產畢畫異當痠瘋療癒癢發皺盜盞盡監盤眾睏瞭矚矯砲確碼磚礙禍禦禮稅種稱穩窩窮竈竊競筆節範築簡簽籃籌籤粵糧糾紀約紅紐純紙級紛"
    "細紹終組結絕絡給絨統絲綁綉經綜綠綢維網綿緊緒線緣編緩練緻縣縫縮縱縴總績繃織繞繡繩繫繳繼續纏纖纜缽罈罰罵罷羅羨義習聖聞聯聰"
    "聲聳職聽肅脫腦腫腳腸膚膽臉臟臨臺興舉舊艙莊華萬葉藝藥蘋蘭處虛號蝦螢蟲蠟蠻衊術衛衝袞裏補裝裡製複褲襪襯見規視親覺覽觀觸訂計"
    "討託記許訴註詐評詞詢試話該詳誇認誒語誠誤說誰課調談請諒論諾謊謎講謝謹證譏識譯議譴護譽讀變讓讚豐豬貓貝負財貨販貪貫責貯貴貶"
    "買貸費貼貿賀資賊賓賜賞賠賣賤賦質賬賴賺購贈贊贏贓贖趕趙趨跡踐踴蹟蹤躍軀車軌軍軟較載輔輕輛輩輪輯輸轉轟辦辭辮辯農迴逕這連週"
    "進遊運過達違遙遜遞遠適遲遷選遺還邊邏郵鄉鄭鄰醫醬釀釋釘針釣鈕鉛銀銘銳銷鋼錄錢錯錶鍋鍵鎖鏈鏟鏡鏽鐘鐲鐵鐺鑑鑒鑰鑽長門閃閉開"
    "閒間閣閥閨閱闆闊闖關闡陣陰陳陸隊階際隨險隱隴隸隻雖雙雛雜雞離難雲電霑霧靈靜靦鞏韌韓響頁頂項順須預頒頓頗領頭頸頹頻顆題額顏"
    "願顛類顧顯風颱飄飛飢飯飲飽餃餅養餓餘館餵饋馬駁駐駕駱騎騐騙騰騷驅驗驚驟髒髮鬆鬍鬥鬧鬱魚鮑鮮鯨鳥鴨鵝鷹鹹鹼鹽麗麥麵麼黃點黨"
    "黴齊齋齒齡龍龜"
)
_SIMPLIFIED: Final = (
    "干布并来系侠俩仓个们伟侧侦伪杰伞备家佣传债伤倾仅侨雇价仪亿尽偿优储凶内两册幂冻凯别则刚剥创划剧剑剂劲动务胜劳势励劝匀汇区"
    "协却厌参员问启唤丧单呛吗叹喽尝喷吓严嘱国围园圆图团执报场块尘压坏寿够梦夹奥夺你妇妈孙学实审写宽宝将专寻对导层属岛崭帅师帐"
    "带币帮干几库厂废广厅强弹后径从复征彻恒恶恼爱态惨惯虑庆欲忧凭忆恳应惩懒怀悬恋战戏户舍扫挣挂采拣换挥损摇捣抢捞撑拨捡拥择击"
    "挡担据挤拟搁扩摆扰拦携摄摊搅揽败叙敌数敛断于时暂历晓旷晒书会胧东条弃栋栈业极荣构枪杠乐楼标样桥机横档检台柜栏权欧欢岁历归"
    "残杀毁气决没况泄凉泪净浅减测涌汤准沟温灭沪滞滚满涨洁潜润涩浇泽浓湿济浏洒湾无烟热灯烧烫炉烂争爷墙牵牺状狰犹奖独获献现玛环"
    "琼产毕画异当酸疯疗愈痒发皱盗盏尽监盘众困了瞩矫炮确码砖碍祸御礼税种称稳窝穷灶窃竞笔节范筑简签篮筹签粤粮纠纪约红纽纯纸级纷"
    "细绍终组结绝络给绒统丝绑绣经综绿绸维网绵紧绪线缘编缓练致县缝缩纵纤总绩绷织绕绣绳系缴继续缠纤缆钵坛罚骂罢罗羡义习圣闻联聪"
    "声耸职听肃脱脑肿脚肠肤胆脸脏临台兴举旧舱庄华万叶艺药苹兰处虚号虾萤虫蜡蛮蔑术卫冲衮里补装里制复裤袜衬见规视亲觉览观触订计"
    "讨托记许诉注诈评词询试话该详夸认诶语诚误说谁课调谈请谅论诺谎谜讲谢谨证讥识译议谴护誉读变让赞丰猪猫贝负财货贩贪贯责贮贵贬"
    "买贷费贴贸贺资贼宾赐赏赔卖贱赋质账赖赚购赠赞赢赃赎赶赵趋迹践踊迹踪跃躯车轨军软较载辅轻辆辈轮辑输转轰办辞辫辩农回迳这连周"
    "进游运过达违遥逊递远适迟迁选遗还边逻邮乡郑邻医酱酿释钉针钓钮铅银铭锐销钢录钱错表锅键锁链铲镜锈钟镯铁铛鉴鉴钥钻长门闪闭开"
    "闲间阁阀闺阅板阔闯关阐阵阴陈陆队阶际随险隐陇隶只虽双雏杂鸡离难云电沾雾灵静腼巩韧韩响页顶项顺须预颁顿颇领头颈颓频颗题额颜"
    "愿颠类顾显风台飘飞饥饭饮饱饺饼养饿余馆喂馈马驳驻驾骆骑验骗腾骚驱验惊骤脏发松胡斗闹郁鱼鲍鲜鲸鸟鸭鹅鹰咸碱盐丽麦面么黄点党"
    "霉齐斋齿龄龙龟"
)
"""Those that customers write: in messages about goods and service nearly every letter that the reform of 1956 changed.
Where a letter is one in both scripts (著, 覆) it stays."""
_TABLE: Final = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
_WORDS: Final = """
唔该=唔该 唔好意思=不好意思 唔好=不要 唔使=不用 唔洗=不用 唔需要=不需要 唔系=不是 系唔系=是不是
系咪=是否 有冇=有没 冇得=不能 咪再=别再 点解=为啥 点样=怎样 点算=咋办 点搞=咋弄 乜嘢=什么 乜野=什么
咩事=啥事 做乜=干嘛 做咩=干嘛 边度=哪里 边个=哪个 边位=哪位 几时=何时 几多=多少 而家=现在 依家=现在
琴日=昨天 寻日=昨天 听日=明天 啱啱=刚刚 仲未=还没 仲冇=还没 仲有=还有 仲系=还是 仲要=还要 仲唔=还不
呢个=这个 呢件=这件 呢对=这双 呢双=这双 呢条=这条 呢部=这台 呢台=这台 呢张=这张 呢款=这款 呢啲=这些
呢度=这里 呢次=这次 嗰啲=那些 嗰度=那里 咁样=这样 搞掂=搞定 搞惦=搞定 搞店=搞定 倾偈=聊天 钟意=喜欢
俾返=退还 畀返=退还 返俾=退还 返畀=退还 成日=老是 唔=不 冇=没 嘅=的 咗=了 佢=他 哋=们 俾=给 畀=给 嚟=来
喺=在 睇=看 搵=找 揾=找 攞=拿 啱=对 咁=这 嗰=那 啲=些 㗎=的 嬲=气 攰=累 谂=想 嘥=费
"""
_SPOKEN: Final = dict(pair.split("=") for pair in _WORDS.split())
"""What only Cantonese writes, in simplified letters, and as many letters of Mandarin. 唔该 is thanks or please: it
stays, as does 系, which both scripts of Mandarin have, too, unless 是 must be meant."""
_LETTER: Final = re.compile("[唔冇嘅咗佢哋俾畀嚟喺睇搵揾攞啱咁嗰啲㗎嬲攰谂嘥嘢咪咩乜掂惦]")
_PAIR: Final = re.compile("[点边而依琴寻听几钟系][解样算搞度个位家日时多意咪]")
"""What shows that there may be any; two looks that cost a microsecond each."""
_PHRASE: Final = re.compile(
    "|".join(sorted(_SPOKEN, key=lambda word: (-len(word), word))) + "|(?<![关联体派直谱星嫡世])系(?![统列数])"
)
_ANY: Final = re.compile(f"[{_TRADITIONAL}]")


def simplified(text: str) -> str:
    """The text in simplified letters and in the words of Mandarin; each letter keeps its place."""
    if text.isascii():
        return text
    plain = text.translate(_TABLE) if _ANY.search(text) else text
    return _PHRASE.sub(_written, plain) if _LETTER.search(plain) or _PAIR.search(plain) else plain


def _written(found: re.Match[str]) -> str:
    return _SPOKEN.get(found.group(), "是")
