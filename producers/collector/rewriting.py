"""A mail made ready: links through the collector, a picture that tells of opening, the headers of RFC 8058."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from html import escape, unescape
from html.parser import HTMLParser
from typing import Final

from producers.collector.links import Letter, Links

LINE: Final = 998
"""Characters of a line, the most that RFC 5322 allows: a longer address Python would write as encoded words."""

_HREF: Final = re.compile(r"""(\shref\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_BODY_ENDS: Final = re.compile(r"</body\s*>", re.IGNORECASE)
_FOLLOWED: Final = ("http://", "https://")
_LINKS: Final = ("a", "area")


def rewrite_mail(mail: EmailMessage, letter: Letter, links: Links) -> None:
    """Changes each HTML part that is no attachment, and sets the headers. Before DKIM signs, not after.

    The plain text stays as it is: a person reads the addresses there.
    """
    for part in mail.walk():
        if part.get_content_type() == "text/html" and part.get_content_disposition() != "attachment":
            assert isinstance(part, EmailMessage)
            part.set_content(rewrite(part.get_content(), letter, links), subtype="html", cte="quoted-printable")
    for name, value in links.headers(letter).items():
        del mail[name]
        mail[name] = value
    mail.policy = mail.policy.clone(max_line_length=LINE)


def rewrite(html: str, letter: Letter, links: Links) -> str:
    """The same HTML, but for the targets of its links and a picture at its end.

    Left alone are `mailto:`, `tel:` and what leads nowhere, links with `data-rapport="off"`, and those to
    the collector itself, so that twice is as once for them.
    """
    picture = f'<img src="{escape(links.picture(letter))}" width="1" height="1" alt="" style="display:none">'
    changed = _Rewriting(html, lambda target: links.click(letter, target), links.base).result()
    ends = list(_BODY_ENDS.finditer(changed))
    at = ends[-1].start() if ends else len(changed)
    return changed[:at] + picture + changed[at:]


class _Rewriting(HTMLParser):
    """Finds the tags by parsing, and changes their text and nothing else."""

    def __init__(self, html: str, followed: Callable[[str], str], own: str) -> None:
        super().__init__(convert_charrefs=False)
        self._html = html
        self._followed = followed
        self._own = own
        self._starts = [0, *(found.end() for found in re.finditer("\n", html))]
        self._parts: list[str] = []
        self._done = 0

    def result(self) -> str:
        self.feed(self._html)
        self.close()
        return "".join((*self._parts, self._html[self._done :]))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text()
        if tag not in _LINKS or text is None or dict(attrs).get("data-rapport") == "off":
            return
        line, column = self.getpos()
        at = self._starts[line - 1] + column
        self._parts += [self._html[self._done : at], _HREF.sub(self._changed, text, count=1)]
        self._done = at + len(text)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def _changed(self, found: re.Match[str]) -> str:
        target = unescape(found[2].strip("\"'")).strip()
        own = bool(self._own) and target.startswith(f"{self._own}/m/")
        if not target.lower().startswith(_FOLLOWED) or own:
            return found[0]
        return f'{found[1]}"{escape(self._followed(target))}"'
