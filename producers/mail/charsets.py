"""Bytes of mail as text, whatever charset they claim; Chinese mail seldom claims the right one.

Mail that calls itself GB2312 uses letters of GBK and GB18030, mail in Big5 those of its extensions,
and subjects come raw in any of them. The larger sets read all that the smaller ones do.
"""

from __future__ import annotations

import codecs
import re
from email.message import Message
from typing import Final

_LARGER: Final = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "big5": "big5hkscs", "x-x-big5": "big5hkscs", "cp950": "big5hkscs", "us-ascii": "utf-8", "ascii": "utf-8",
    "iso-8859-1": "cp1252", "latin-1": "cp1252",
}  # fmt: skip
_GUESSES: Final = ("utf-8", "gb18030")
_CLAIM: Final = re.compile(rb"=\?(?:gb2312|gbk|gb_2312-80|x-gbk)(\*[a-z-]+)?\?", re.IGNORECASE)
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")


def text_of(content: bytes, claimed: str | None) -> str:
    """By the charset that is claimed if it fits, else by one that does; what fits none shows its gaps."""
    charset = _known(claimed)
    for each in dict.fromkeys((*([charset] if charset else ()), *_GUESSES)):
        try:
            return content.decode(each)
        except UnicodeDecodeError:
            continue
    return content.decode(charset or "utf-8", "replace")


def claims_mended(raw: bytes) -> bytes:
    """A mail whose encoded words in the head claim GB18030 where they claim a part of it."""
    end = _HEAD_END.search(raw)
    at = end.start() if end else len(raw)
    return _CLAIM.sub(rb"=?gb18030\1?", raw[:at]) + raw[at:]


def raw_header(message: Message, name: str) -> str:
    """A header as it stands, bytes that are no ASCII read as `text_of` does; empty if there is none."""
    found = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    if found.isascii():
        return found
    return text_of(found.encode("utf-8", "surrogateescape"), None)


def _known(claimed: str | None) -> str | None:
    """None for a charset that Python does not know, or that is none (`rot13`)."""
    name = (claimed or "").strip().strip("'\"").lower()
    try:
        found = codecs.lookup(_LARGER.get(name, name)).name if name else None
        if found is not None:
            b"".decode(found)
    except (LookupError, ValueError):
        return None
    return found
