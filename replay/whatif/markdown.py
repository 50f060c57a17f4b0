"""The report as Markdown, for a mail, a ticket or a decision note."""

from __future__ import annotations

from collections.abc import Iterator

from rapport.layout import clean
from replay.whatif.report import Report
from replay.whatif.tables import Table, headline, parts, run_line
from replay.whatif.words import Words
from schemas.records import Alert


def markdown(report: Report, words: Words) -> str:
    """The whole text. What customers wrote cannot make a heading, a link or a tag of itself."""
    return "\n".join(_lines(report, words)) + "\n"


def _lines(report: Report, words: Words) -> Iterator[str]:
    yield from (f"# {words.say('title')}", "", *headline(report, words), "")
    for part in parts(report, words):
        if part.table is None or (not part.table.rows and not part.note):
            continue
        yield from (f"## {part.heading}", "")
        if part.note:
            yield from (part.note, "")
        if part.table.rows:
            yield from (*_table(part.table, words), "")
        if part.name == "teams":
            yield from _cards(report, words)
    yield from (f"## {words.say('run')}", "", run_line(report, words))


def _table(table: Table, words: Words) -> Iterator[str]:
    yield _row(table.heads)
    yield _row(["---:" if at >= table.numbers else "---" for at in range(len(table.heads))])
    yield from (_row([_plain(cell) for cell in row]) for row in table.rows)
    if table.more:
        yield _row([words.say("more", table.more), *[""] * (len(table.heads) - 1)])


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _cards(report: Report, words: Words) -> Iterator[str]:
    yield from (f"## {words.say('cards')}", "")
    if not any(report.cards.values()):
        yield from (words.say("no_cards"), "")
    for what, found in report.cards.items():
        for each in found:
            if isinstance(each.output, Alert):
                yield from (f"### {words.say(f'cards_{what}')}: {_plain(each.output.title)}", "")
                yield from (*_card(each.output, words), "")


def _card(alert: Alert, words: Words) -> Iterator[str]:
    card = alert.card
    yield f"- {words.voice.team(alert.team)} · {alert.severity} · {words.minute(alert.at)} · {_plain(card.who)}"
    yield f"- {_plain(card.what_happened)} {_plain(card.why_now)}"
    for what, lines in (("do", card.do), ("do_not", card.do_not)):
        yield from (f"- **{words.say(what)}**: {_plain(line)}" for line in lines)


def _plain(text: str) -> str:
    """On one line, and nothing in it means anything to Markdown or HTML."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#~" else letter for letter in clean(text))
