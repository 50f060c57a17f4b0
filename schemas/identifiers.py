"""One form for one identifier: what people and systems write in many ways is hashed as the same text."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=65_536)
def normalised(kind: str, value: str) -> str:
    """E-mail: NFKC, lower case. Phone: E.164; of one without a country code the digits."""
    text = unicodedata.normalize("NFKC", value).strip()
    if kind == "email":
        return text.lower()
    if kind == "phone":
        return _phone(text)
    return text


def _phone(text: str) -> str:
    import phonenumbers  # the numbering plans of the world, which most commands never need

    if text.startswith("00"):
        text = f"+{text[2:]}"
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        # Without a country code there are many such phones: the digits are all that two spellings have in common.
        return "".join(letter for letter in text if letter.isdigit()) or text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
