"""Pages that a customer sees: Chinese or English by what the browser asks for, readable by any aid, without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final, Literal

from producers.collector.adapter import Answer

Language = Literal["zh", "en"]

_STYLE: Final = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem;color:#111;"
    "background:#fff}label,legend{font-weight:600}input,textarea,select,button{font:inherit;padding:.4rem}"
    "textarea,input[type=email],input[type=text]{width:100%;box-sizing:border-box}button{padding:.6rem 1.2rem}"
    "fieldset{border:1px solid #767676;margin:0 0 1rem}.error{color:#a40000;font-weight:600}.trap{display:none}"
    "a{color:#0046a8}:focus-visible{outline:3px solid #0046a8}"
)
_HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
     "frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    ("vary", "accept-language"),
)  # fmt: skip


def language_of(headers: Mapping[str, str]) -> Language:
    """The one of our two that `Accept-Language` likes best; English where it names neither."""
    wanted: tuple[float, Language] = (0.0, "en")
    for part in headers.get("accept-language", "").split(","):
        name, _, weight = part.partition(";")
        likes = _weight(weight)
        match name.strip().lower()[:2]:
            case "zh" if likes > wanted[0]:
                wanted = (likes, "zh")
            case "en" if likes > wanted[0]:
                wanted = (likes, "en")
    return wanted[1]


def page(status: int, language: Language, title: str, *body: str) -> Answer:
    """A page of paragraphs and forms that are HTML already; the title is text."""
    lang = "zh-CN" if language == "zh" else "en"
    head = f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    view += '<meta name="robots" content="noindex">\n'
    named = f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
    content = "\n".join((f"<h1>{escape(title)}</h1>", *body))
    text = f"{head}{view}{named}<body>\n<main>\n{content}\n</main>\n</body>\n</html>\n"
    return Answer(status, text.encode("utf-8", "replace"), _HEADERS)


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def link(target: str, text: str) -> str:
    return f'<p><a href="{escape(target)}" rel="noreferrer">{escape(text)}</a></p>'


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
