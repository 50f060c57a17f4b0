"""`rapport mail fetch|serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rapport.failure import WRONG_USAGE, Failure, told
from rapport.teaching import Example, epilog

if TYPE_CHECKING:
    from datetime import date

    from producers.collector.adapters.mail import Mail
    from rapport.settings import Settings

FETCH = (
    Example("RAPPORT_SOURCES=sources.yaml rapport mail fetch", "what came since the last time; then it ends"),
    Example("rapport mail fetch --every 60", "once a minute, until Ctrl-C"),
    Example("rapport mail fetch --since 2026-11-01", "the very first time: mails since that day"),
)
SERVE = (Example("RAPPORT_SOURCES=sources.yaml rapport mail serve", "a post office, until Ctrl-C"),)
EXAMPLES = (FETCH[0], SERVE[0])

command = typer.Typer(rich_markup_mode=None)


@command.command(
    help="Read a mailbox by IMAP; each mail is sent once, the mailbox stays as it is.", epilog=epilog(FETCH)
)
def fetch(
    since: Annotated[
        str | None,
        typer.Option("--since", help="A day (2026-11-01) to begin with, the very first time; else yesterday."),
    ] = None,
    every: Annotated[
        int, typer.Option("--every", help="Again after so many seconds, until Ctrl-C; 0: once.", min=0)
    ] = 0,
    json: Annotated[bool, typer.Option("--json", help="The counts as JSON.")] = False,
) -> None:
    import time

    from producers.mail.fetching import MailboxError

    found, mail = _mail("mail fetch" if every else "")
    day = _day(since)
    while True:
        try:
            with told(MailboxError):
                _once(found, mail, day, json)
        except Failure as failure:
            if not every:
                raise
            typer.echo(f"{failure}; again in {every} s", err=True)
        if not every:
            return
        time.sleep(every)


@command.command(help="Take mail by SMTP; 250 only when Kafka has it, else 451.", epilog=epilog(SERVE))
def serve() -> None:
    from producers.mail import serving

    found, mail = _mail("mail serve")
    if mail.config.smtp is None:
        raise Failure("the section `mail` has no `smtp` (docs/sources-desk.md has an example)", WRONG_USAGE)
    raise typer.Exit(serving.run(found, mail.config.smtp, mail.room))


def _mail(process: str) -> tuple[Settings, Mail]:
    """The settings, and the section `mail` of the sources file."""
    from producers.collector.adapters.mail import Mail
    from producers.collector.config import SourcesError
    from producers.collector.server import adapters_of
    from rapport.commands.setting import with_kafka
    from rapport.settings import with_write_key

    found = with_write_key(with_kafka(process))  # another section may name it
    with told(SourcesError):
        mail = next((each for each in adapters_of(found) if isinstance(each, Mail)), None)
    if mail is None:
        words = "no section `mail` in the sources file; RAPPORT_SOURCES names one (docs/sources-desk.md has an example)"
        raise Failure(words, WRONG_USAGE)
    return found, mail


def _once(found: Settings, mail: Mail, since: date, json: bool) -> None:
    from functools import partial

    import msgspec

    from producers.checkpoint import CheckpointRefused
    from producers.delivery import DeliveryFailed
    from producers.kafka_log import KafkaLog
    from producers.mail.fetching import fetch as fetch_mails
    from producers.mail.fetching import name_of, opened
    from producers.mail.mark import Mark

    imap = mail.config.imap
    if imap is None:
        raise Failure("the section `mail` has no `imap` (docs/sources-desk.md has an example)", WRONG_USAGE)
    with told(DeliveryFailed, CheckpointRefused), opened(imap) as client:
        log = KafkaLog(found.cluster, trace_share=found.trace_share)
        try:
            mark = Mark(found.data / "checkpoints", name_of(imap), log)
            with mark:
                say = partial(typer.echo, err=True)
                run = fetch_mails(client, imap, mail.room, mark, log, found.identity, since, say)
        finally:
            log.close()
    if json:
        typer.echo(msgspec.json.encode({"mails": dict(run.mails), "counts": run.counts.to_json()}).decode())
    else:
        kinds = ", ".join(f"{count} {nature}" for nature, count in sorted(run.mails.items())) or "nothing new"
        typer.echo(f"{run.mails.total()} mails ({kinds}); {run.counts.summary(log.acknowledged)}")


def _day(text: str | None) -> date:
    from datetime import UTC, date, datetime, timedelta

    if text is None:
        return (datetime.now(UTC) - timedelta(days=1)).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Failure(f"--since {text}: {error}; write a day as 2026-11-01", WRONG_USAGE) from error
