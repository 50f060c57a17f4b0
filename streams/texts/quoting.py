"""What somebody wrote themselves, without what their mail program put beneath: our own mail quoted, a signature."""

from __future__ import annotations

import re
from typing import Final

_HEADS: Final = re.compile(
    r"[-_—]{2,}[ \t]*(?:original message|forwarded message|original appointment|reply message"
    r"|原始邮件|原始郵件|原邮件|原郵件|转发邮件|轉寄郵件|转发的邮件|回复的原邮件)[ \t]*[-_—]{2,}"
    r"|^[ \t]*begin forwarded message:"
    r"|^[ \t]*\*{0,2}(?:from|von|de|发件人|發件人|寄件者|寄件人)\*{0,2}[ \t]*[:：][^\n]*"
    r"(?:@[^\n]*|(?:\n[^\n]*){0,3}?\n[ \t]*\*{0,2}"
    r"(?:sent|date|subject|cc|发送时间|发送日期|日期|时间|主题|主題|抄送|寄件日期|主旨)\*{0,2}[ \t]*[:：])"
    r"|(?<=\n)[ \t]*发件人[ \t]*[:：][^\n]*(?!\n[ \t]*收件人)$"
    r"|^--[ \t]?$",
    re.IGNORECASE | re.MULTILINE,
)
"""From here on it is the mail that was answered, or a signature (RFC 3676)."""
_INTRODUCED: Final = re.compile(
    r"^[ \t]*(?:on\b[^\n]{2,200}(?:\n[^\n]{0,120})?\bwrote:"
    r"|(?:在|于|於|at\b|[\"“<]|\d)[^\n]{2,200}(?:\n[^\n]{0,120})?(?:写道|寫道|wrote)[ \t]*[:：]?)[ \t]*(?=$|>)",
    re.IGNORECASE | re.MULTILINE,
)
"""The line that mail programs put before what they quote."""
_FLAT: Final = re.compile(r"\bon\b[^\n>]{2,160}\bwrote:[ \t]*>.*", re.IGNORECASE | re.DOTALL)
"""The same where somebody took the ends of lines away."""
_QUOTED: Final = re.compile(r"^[ \t]*[>＞][^\n]*\n?", re.MULTILINE)
_NUMBER: Final = re.compile(r"[ \t]*[>＞][ \t]*\d")


def own_words(text: str) -> str:
    """The text without the mail that it answers, lines that begin with ">", and a signature; empty where nothing else
    is left. What stands below a quotation with ">" is the customer's again. One lone "> 3 days" is a number, not a
    quotation."""
    if "\n" not in text and ">" not in text and "--" not in text and "——" not in text:
        return text
    head = _HEADS.search(text)
    rest = text[: head.start()] if head else text
    introduced = _INTRODUCED.search(rest)
    if introduced is not None:
        behind = rest[introduced.end() :]
        rest = rest[: introduced.start()] + (behind if _quotes(behind) else "")
    quoted = _QUOTED.findall(rest)
    if len(quoted) > 1 or introduced is not None or (quoted and not _NUMBER.match(quoted[0])):
        rest = _QUOTED.sub("", rest)
    rest = _FLAT.sub("", rest)
    return text if rest == text else rest.strip()


def _quotes(behind: str) -> bool:
    """Whether what is quoted is marked line by line."""
    return behind.lstrip().startswith((">", "＞"))
