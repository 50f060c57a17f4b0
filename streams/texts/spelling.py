"""English as people type it in a hurry, read as it is spelt: `dnt txt me agn` is "don't text me again"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

_NOT: Final = "is are was were do does did has have had ca could would should wo must need ai"
"""What takes an n't, which many write without its apostrophe."""
_SHORT: Final = {
    "'s": "that what where who how when here there it everything nothing someone",
    "'re": "you they",
    "'ve": "i you they could should would",
    "'m": "i",
    "'ll": "you they it that",
}
"""What else loses one. Where that makes another word (ill, well, were, id, wed, hell) it is left alone."""
_SPELT: Final = {
    "you": "u",
    "your": "ur",
    "you're": "u're youre ure",
    "you've": "u've uve",
    "are": "r",
    "please": "pls plz plzz plss plsss plssss pleaze plese pleese",
    "thanks": "thx thnx thanx tnx tks thks thxx thankss",
    "thank you": "thanku thankyou thankq thnku",
    "thank you so much": "tysm",
    "thank you very much": "tyvm",
    "don't": "dnt dun",
    "doesn't": "dsnt",
    "can't": "cnt",
    "again": "agn agen agin",
    "stop": "stahp stawp stopp stoppp",
    "text": "txt",
    "texts": "txts",
    "texting": "txting textin txtin",
    "texted": "txted",
    "message": "msg mssg mesage",
    "messages": "msgs mssgs mesages",
    "messaging": "msging msgin messagin mssging mesaging",
    "messaged": "msged",
    "calling": "callin",
    "sending": "sendin",
    "emailing": "emailin",
    "spamming": "spammin spaming",
    "bothering": "botherin",
    "ringing": "ringin",
    "working": "workin wrking",
    "waiting": "waitin w8ing",
    "going": "goin",
    "coming": "comin",
    "nothing": "nothin",
    "unsubscribe": "unsubcribe unsuscribe unsubscrib unsubscibe unscribe unsbscribe",
    "subscribe": "subcribe suscribe",
    "subscribed": "subcribed suscribed",
    "number": "numbr nmbr",
    "phone": "fone",
    "great": "gr8 grt",
    "late": "l8",
    "later": "l8r",
    "mate": "m8",
    "wait": "w8",
    "good": "gud gd",
    "love": "luv",
    "what": "wot wat wht",
    "because": "cuz coz bcz bcoz becoz becuase",
    "before": "b4",
    "about": "abt",
    "have": "hv hav",
    "would": "wud wld",
    "could": "cud cld",
    "should": "shud shld",
    "really": "rly rlly realy",
    "very": "vry",
    "people": "ppl",
    "someone": "some1 sum1",
    "anyone": "any1 ne1",
    "everyone": "every1 evry1",
    "no one": "no1",
    "going to": "gonna gunna",
    "want to": "wanna",
    "got to": "gotta",
    "give me": "gimme",
    "let me": "lemme",
    "don't know": "dunno",
    "tomorrow": "tmrw tmr tmrow 2moro 2morrow tomoz tomo tomorow",
    "today": "2day",
    "tuesday": "tues",
    "thursday": "thurs thur",
    "friday": "fri",
    "tonight": "2nite tonite 2night",
    "yesterday": "yday yest",
    "weeks": "wks",
    "week": "wk",
    "received": "recieved rcvd recd",
    "receive": "recieve",
    "receiving": "recieving",
    "refund": "refnd",
    "refunded": "refnded",
    "exchange": "xchange exchnge",
    "order": "ordr",
    "parcel": "parcle",
    "delivery": "delivry dlvry",
    "delivered": "deliverd delivrd dlvrd",
    "address": "adress addres",
    "account": "acct accnt",
    "appointment": "appt apptmt",
    "appreciate": "apreciate appriciate",
    "cancel": "cancle",
    "company": "compny",
    "customer": "custmer",
    "service": "srvice svc",
    "manager": "mgr",
    "promotions": "promos",
    "promotion": "promo",
    "pictures": "pics",
    "picture": "pic",
    "though": "tho",
    "with": "wid wiv",
}
"""How it is spelt, and how it is typed. Nothing that is a word of its own, or a name."""


def _typed() -> dict[str, str]:
    found = {f"{verb}nt": f"{verb}n't" for verb in _NOT.split()}
    for end, words in _SHORT.items():
        found |= {word + end[1:]: word + end for word in words.split()}
    return found | {typed: spelt for spelt, all_typed in _SPELT.items() for typed in all_typed.split()}


TYPED: Final = _typed()
_ENDED: Final = frozenset(word + end for word in TYPED for end in ("", *",.!?;:", "..", "...", "!!", "!!!", "??"))
"""With the signs that words end in: to split a text by its spaces costs least."""
_WORD: Final = re.compile(r"[a-z0-9']+")
_TOKEN: Final = re.compile(r"(?<![a-z0-9'])[a-z0-9][a-z0-9']*(?![a-z0-9'])")
REMEMBERED: Final = 64
"""Texts that are not spelt again: the cues read what the lists read."""


class Spelt(NamedTuple):
    """A text as it is spelt, and where in the text that was typed each letter begins and ends; None: where it does."""

    text: str
    places: tuple[tuple[int, ...], tuple[int, ...]] | None = None

    def typed(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text that was typed these letters stand."""
        if self.places is None or end <= start:
            return start, end
        return self.places[0][start], self.places[1][end - 1]


@lru_cache(REMEMBERED)
def spelt(low: str) -> Spelt:
    """A `lowered` text with its words as they are spelt; a text that has none to spell costs a look at its words."""
    if _ENDED.isdisjoint(low.split()) if low.isascii() else TYPED.keys().isdisjoint(_WORD.findall(low)):
        return Spelt(low)
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for token in _TOKEN.finditer(low):
        word = TYPED.get(token.group())
        if word is None:
            continue
        at, end = token.span()
        parts += (low[done:at], word)
        starts += (*range(done, at), *[at] * len(word))
        ends += (*range(done + 1, at + 1), *[end] * len(word))
        done = end
    parts.append(low[done:])
    starts += range(done, len(low))
    ends += range(done + 1, len(low) + 1)
    return Spelt("".join(parts), (tuple(starts), tuple(ends)))
