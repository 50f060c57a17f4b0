"""The feedback form as a page: works without scripts, by keyboard and by screen reader, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from producers.collector.adapter import Answer
from producers.collector.pages import Language, page, paragraph

SCALE: Final = 5
TRAP: Final = "website"
"""A field that nobody sees, and programs fill in."""

WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "title": "Tell us", "kind": "What is it about?", "rating": "A rating", "suggestion": "A suggestion",
        "complaint": "A complaint", "score": "How was it? 1 is poor, 5 is very good", "text": "In your words",
        "email": "Your e-mail, if you want an answer (optional)", "order_id": "Order number (optional)",
        "cause": "If it is a complaint: about", "none": "—", "send": "Send", "done": "Thank you",
        "done_text": "We have received it.", "done_complaint": "We have received it and will answer. Your number:",
        "errors": "Please mend this:", "no_kind": "Choose what it is about.",
        "no_score": "Choose a number from 1 to 5.", "no_text": "Write a few words.",
        "bad_email": "Write your e-mail as name@example.com, or leave it empty.",
        "bad_cause": "Choose one of the causes.", "too_long": "Use at most 4,000 letters.",
        "old": "The page was open for too long. What you wrote is still here: send it once more.",
        "again": "We could not take it just now. What you wrote is still here: send it once more in a moment.",
        "nowhere": "There is no such form", "nowhere_text": "Check the address, or scan the code again.",
        "product": "a product", "delivery": "delivery", "service": "service", "price": "price", "billing": "the bill",
        "other": "something else",
    },
    "zh": {
        "title": "告诉我们", "kind": "您想说的是？", "rating": "评分", "suggestion": "建议", "complaint": "投诉",
        "score": "您觉得怎么样？1 很差，5 很好", "text": "请用您自己的话说", "email": "您的电子邮箱，如需回复（选填）",
        "order_id": "订单号（选填）", "cause": "如果是投诉：关于", "none": "—", "send": "提交", "done": "谢谢您",
        "done_text": "我们已经收到。", "done_complaint": "我们已经收到，会给您答复。您的编号：",
        "errors": "请修改以下内容：",
        "no_kind": "请选择您想说的是什么。", "no_score": "请选择 1 到 5 分。", "no_text": "请写几句话。",
        "bad_email": "请按 name@example.com 的格式填写邮箱，或留空。", "bad_cause": "请选择一个原因。",
        "too_long": "最多 4000 字。", "old": "页面打开太久了。您写的内容还在，请再提交一次。",
        "again": "现在暂时无法接收。您写的内容还在，请稍后再提交一次。",
        "nowhere": "没有这个表单", "nowhere_text": "请检查网址，或重新扫码。",
        "product": "商品", "delivery": "配送", "service": "服务", "price": "价格", "billing": "账单", "other": "其他",
    },
}  # fmt: skip
KINDS: Final = ("rating", "suggestion", "complaint")
CAUSES: Final = ("product", "delivery", "service", "price", "billing", "other")


def form(
    language: Language, stamp: str, filled: Mapping[str, str], errors: Sequence[tuple[str, str]] = (), status: int = 200
) -> Answer:
    """The form, filled with what was sent before; `errors` are pairs of a field and the word for what is wrong."""
    words = WORDS[language]
    wrong = {field: words[error] for field, error in errors}
    kinds = _radios("kind", [(kind, words[kind]) for kind in KINDS], words, filled, wrong)
    scores = _radios("score", [(str(n), str(n)) for n in range(1, SCALE + 1)], words, filled, wrong)
    causes = "".join(_option(each, words[each], filled.get("cause", "")) for each in CAUSES)
    body = (
        _summary(words, wrong),
        '<form method="post" accept-charset="utf-8" novalidate>',
        f'<input type="hidden" name="stamp" value="{escape(stamp)}">',
        kinds, scores,
        f'{_label("text", words, wrong)}<textarea id="text" name="text" rows="6" maxlength="4000"'
        f'{_marked("text", wrong)}>{escape(filled.get("text", ""))}</textarea></p>',
        f'{_label("cause", words, wrong)}<select id="cause" name="cause"{_marked("cause", wrong)}>'
        f'<option value="">{words["none"]}</option>{causes}</select></p>',
        _input("order_id", "text", "off", words, filled, wrong),
        _input("email", "email", "email", words, filled, wrong),
        f'<p class="trap" aria-hidden="true"><input name="{TRAP}" tabindex="-1" autocomplete="off"></p>',
        f'<p><button type="submit">{words["send"]}</button></p>\n</form>',
    )  # fmt: skip
    return page(status, language, words["title"], *(part for part in body if part))


def thanks(language: Language, complaint_id: str | None) -> Answer:
    words = WORDS[language]
    text = f"{words['done_complaint']} {complaint_id}" if complaint_id else words["done_text"]
    return page(200, language, words["done"], paragraph(text))


def nowhere(language: Language) -> Answer:
    words = WORDS[language]
    return page(404, language, words["nowhere"], paragraph(words["nowhere_text"]))


def _summary(words: Mapping[str, str], wrong: Mapping[str, str]) -> str:
    if not wrong:
        return ""
    items = "".join(f'<li><a href="#{field}">{escape(text)}</a></li>' for field, text in wrong.items())
    return f'<div role="alert"><p class="error">{words["errors"]}</p><ul>{items}</ul></div>'


def _radios(
    name: str, choices: Sequence[tuple[str, str]], words: Mapping[str, str], filled: Mapping[str, str],
    wrong: Mapping[str, str],
) -> str:  # fmt: skip
    shown = "".join(
        f'<label><input type="radio" name="{name}" value="{value}"{" checked" if filled.get(name) == value else ""}> '
        f"{escape(text)}</label> "
        for value, text in choices
    )
    legend = f"<legend>{words[name]}</legend>{_error(name, wrong)}"
    return f'<fieldset id="{name}"{_marked(name, wrong)}>{legend}{shown}</fieldset>'


def _input(
    name: str, kind: str, complete: str, words: Mapping[str, str], filled: Mapping[str, str], wrong: Mapping[str, str]
) -> str:
    value = escape(filled.get(name, ""))
    return (
        f'{_label(name, words, wrong)}<input id="{name}" name="{name}" type="{kind}" autocomplete="{complete}" '
        f'maxlength="254" value="{value}"{_marked(name, wrong)}></p>'
    )


def _label(name: str, words: Mapping[str, str], wrong: Mapping[str, str]) -> str:
    return f'<p><label for="{name}">{words[name]}</label><br>{_error(name, wrong)}'


def _error(name: str, wrong: Mapping[str, str]) -> str:
    return f'<span class="error" id="{name}-error">{escape(wrong[name])}</span><br>' if name in wrong else ""


def _marked(name: str, wrong: Mapping[str, str]) -> str:
    return f' aria-invalid="true" aria-describedby="{name}-error"' if name in wrong else ""


def _option(value: str, text: str, chosen: str) -> str:
    return f'<option value="{value}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
