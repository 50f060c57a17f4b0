"""`rapport mailing sign`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rapport.failure import WRONG_USAGE, Failure
from rapport.teaching import Example, epilog

SIGN = (
    Example("rapport mailing sign spring.eml --customer-id anna > out.eml", "links that say it was anna"),
    Example("rapport mailing sign spring.eml --campaign spring", "whose it is: the address in To"),
)
EXAMPLES = (SIGN[0],)

command = typer.Typer(rich_markup_mode=None)


@command.callback()
def _group() -> None:
    """Keeps `sign` a word of its own, though it is the only one."""


@command.command(
    help="Make a mail ready: its links lead through the collector, it tells when it is opened, and can be "
    "unsubscribed from at one click. The mail goes to standard output; sign it with DKIM afterwards.",
    epilog=epilog(SIGN),
)
def sign(
    file: Annotated[Path, typer.Argument(help="The mail as it would be sent (RFC 5322).", metavar="FILE")],
    customer_id: Annotated[str | None, typer.Option(help="Whose mail it is; without it the address in To.")] = None,
    message: Annotated[str | None, typer.Option(help="Its id; without it the Message-ID.")] = None,
    campaign: Annotated[str | None, typer.Option(help="Of which campaign it is.")] = None,
    days: Annotated[int, typer.Option(help="How long its links hold.", min=60, max=3650)] = 365,
) -> None:
    import time
    from email import message_from_bytes, policy
    from email.message import EmailMessage
    from email.utils import getaddresses

    from producers.collector.adapters.mailing import NAME, Mailing
    from producers.collector.links import Letter, Links
    from producers.collector.rewriting import rewrite_mail
    from rapport.commands.setting import settings
    from rapport.sourcing import address_of, source_of

    found = settings()
    links = Links(source_of(found, Mailing, NAME).seals, address_of(found))
    try:
        mail = message_from_bytes(file.read_bytes(), policy=policy.SMTP)
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}") from error
    assert isinstance(mail, EmailMessage)
    named = message or str(mail.get("Message-ID", "")).strip("<> ")
    to = [address.lower() for _, address in getaddresses([str(mail.get("To", ""))]) if "@" in address]
    if not named:
        raise Failure(f"{file}: has no Message-ID; give the mail an id with --message", WRONG_USAGE)
    if not customer_id and len(to) != 1:
        raise Failure(f"{file}: To names {len(to)} addresses; say whose mail it is with --customer-id", WRONG_USAGE)
    who = {"customer_id": customer_id} if customer_id else {"email": to[0]}
    letter = Letter(named, int(time.time()) + days * 86_400, who, campaign)
    try:
        rewrite_mail(mail, letter, links)
    except (ValueError, LookupError) as error:
        raise Failure(f"{file}: {error}") from error
    typer.get_binary_stream("stdout").write(mail.as_bytes())
