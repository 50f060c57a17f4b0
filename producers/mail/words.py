"""The words that the writer of a mail wrote now: without what is quoted, forwarded or signed.

Ours, and by lines: mail-parser-reply (1.36) leaves the quoted original of NetEase and of Apple Mail in
Chinese, and our own words, quoted, would count as the customer's.
"""

from __future__ import annotations

import re
from typing import Any, Final

import html_text

LONGEST: Final = 20_000
"""Characters of a mail that are read; a touchpoint is no archive."""
LONGEST_HTML: Final = 1_000_000
LONGEST_MARK: Final = 300
"""Characters of a line that can announce a quote; a longer one is text."""
SIGN_OFF: Final = 8
"""Lines that a sign-off with what follows it may have; more is a text that goes on."""

_QUOTES_IN_HTML: Final = (
    "//blockquote | //*[contains(@class, 'gmail_quote') or contains(@class, 'yahoo_quoted')"
    " or contains(@class, 'moz-cite-prefix') or contains(@class, 'gmail_signature')"
    " or contains(@class, 'ntes-mailmaster-quote')]"
    " | //includetail | //*[@id='isReplyContent' or @id='divRplyFwdMsg' or @id='appendonsend' or @id='origbody']"
)
_BEHIND: Final = "//*[@id='divRplyFwdMsg' or @id='appendonsend']/following-sibling::node()[self::*]"
_SAYS: Final = re.compile(
    r"(on|am|le|el|il|op|at)\s.{5,200}\b(wrote|schrieb|a écrit|escribió|ha scritto|schreef)\b.{0,120}[:：]"
    r"|.{0,120}(写道|寫道)\s*[:：]",
    re.IGNORECASE,
)
_BEGINS_TO_SAY: Final = re.compile(r"(on|am|le|el|il|op|at)\s.*\d|(在|於).*\d", re.IGNORECASE)
_BANNER: Final = re.compile(
    r"[-—_=\s]{2,}\s*(original( message)?|original-nachricht|ursprüngliche nachricht|forwarded message|replied message"
    r"|原始邮件|邮件原件|原邮件|回复的原邮件|转发的邮件|转发邮件信息|原始郵件|轉寄的郵件)\s*[-—_=\s]{2,}"
    r"|begin forwarded message:|_{20,}",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"\**(from|von|de|发件人|寄件者|寄件人)\**\s*[:：]", re.IGNORECASE)
_BESIDE_FROM: Final = re.compile(
    r"\**(sent|date|to|subject|cc|gesendet|an|betreff|datum|envoyé|objet|à|发送时间|日期|收件人|主题|抄送|傳送時間|收件者|主旨)\**\s*[:：]",
    re.IGNORECASE,
)
_DEVICE: Final = re.compile(
    r"(sent from (my|mail|outlook|yahoo)|get outlook for|von meinem .{2,30} gesendet|envoyé de mon|发自我的|發自我的"
    r"|来自我的|從我的|发自.{0,8}邮箱|从 ?windows).{0,80}",
    re.IGNORECASE,
)
_FAREWELL: Final = re.compile(
    r"((best|kind|warm|many)\s+)?regards|(yours\s+)?(sincerely|faithfully)( yours)?|best wishes|mit freundlichen grüßen"
    r"|(viele|beste|liebe) grüße|此致|此致敬礼|敬上|顺颂商祺|顺祝商祺|祝好|敬祝商祺",
    re.IGNORECASE,
)
_BLANK: Final = re.compile(r"\n{3,}")


def of_html(html: str) -> str:
    """An HTML mail as text, without the quotes that its program has marked; empty if it cannot be read."""
    try:
        tree: Any = html_text.parse_html(html[:LONGEST_HTML].replace("\0", ""))
        for path in (_BEHIND, _QUOTES_IN_HTML):
            for node in tree.xpath(path):
                if node.getparent() is not None:
                    node.drop_tree()
        return str(html_text.extract_text(tree, guess_layout=True))
    except (ValueError, AssertionError, TypeError):  # what lxml says of a document that is none
        return ""


def own(text: str) -> str:
    """The writer's own words of now, in their lines."""
    lines = [line.rstrip() for line in text[: 4 * LONGEST].replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept: list[str] = []
    at = 0
    while at < len(lines) and not _ends(lines, at):
        announcing = _announcing(lines, at)
        if announcing and not _answers_below(lines, at + announcing):
            break
        if not announcing and not _foreign(lines[at].strip()):
            kept.append(lines[at])
        at += announcing or 1
    return _BLANK.sub("\n\n", "\n".join(_unsigned(kept))).strip()[:LONGEST]


def _foreign(bare: str) -> bool:
    return bare.startswith((">", "＞")) or (len(bare) <= LONGEST_MARK and _DEVICE.fullmatch(bare) is not None)


def _ends(lines: list[str], at: int) -> bool:
    """Whether nothing of the writer's follows: a signature, a mail that is forwarded or answered as a whole."""
    bare = lines[at].strip()
    if len(bare) > LONGEST_MARK:
        return False
    return bare in ("--", "—") or _BANNER.fullmatch(bare) is not None or _head_of_another(lines, at)


def _announcing(lines: list[str], at: int) -> int:
    """How many lines say who wrote what is quoted next: none, one, or two where it was too long for one."""
    bare = lines[at].strip()
    if len(bare) > LONGEST_MARK or not bare:
        return 0
    if _SAYS.fullmatch(bare):
        return 1
    broken = at + 1 < len(lines) and _BEGINS_TO_SAY.match(bare) and len(lines[at + 1]) <= LONGEST_MARK
    return 2 if broken and _SAYS.fullmatch(f"{bare} {lines[at + 1].strip()}") else 0


def _head_of_another(lines: list[str], at: int) -> bool:
    """Whether the head of the mail before begins here: From and, nearby, two more of its lines."""
    if not _FROM.match(lines[at].strip()):
        return False
    beside = [line for line in lines[at + 1 : at + 6] if _BESIDE_FROM.match(line.strip())]
    return len(beside) >= 2


def _answers_below(lines: list[str], at: int) -> bool:
    """Whether the quote that begins here is marked by `>`, so that what is not marked is an answer."""
    following = next((line.strip() for line in lines[at : at + 6] if line.strip()), "")
    return following.startswith((">", "＞"))


def _unsigned(lines: list[str]) -> list[str]:
    """Without a sign-off, and the names and numbers below it."""
    filled = [at for at, line in enumerate(lines) if line.strip()]
    for at in filled[-SIGN_OFF:]:
        if at != filled[0] and _FAREWELL.fullmatch(lines[at].strip().rstrip(",，!！。.")):
            return lines[:at]
    return lines
