"""`rapport erase`."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.teaching import Example

EXAMPLES = (
    Example("rapport erase sim-wang", "shows what there is, and asks"),
    Example("rapport erase email:anna@example.com --yes --json", "for a program; by an address, which is hashed"),
)


def command(
    customer: Annotated[
        str,
        typer.Argument(help="An id, loyalty_card:…, or a clear email:… or phone:…, which is hashed.", metavar="ID"),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Annotated[bool, typer.Option("--json", help="What was erased, as JSON on standard output.")] = False,
) -> None:
    import msgspec

    from rapport import running
    from rapport.commands.setting import settings, with_kafka
    from rapport.customers.stream import StateDeep, StreamAway
    from rapport.erasing import Erasing, ends_by_itself
    from rapport.failure import Failure, told
    from sinks.clickhouse.client import StoreError
    from sinks.clickhouse.connect import reader
    from streams.engine import UnreadableState

    here = with_kafka()
    with told(StoreError, StreamAway, StateDeep, UnreadableState, ValueError):
        erasing = Erasing(here, reader(running.with_store(settings())), customer)
        there = erasing.left()
    if not there:
        raise Failure(f"nothing is kept of {erasing.keys[0]}; `rapport customer {erasing.keys[0]}` says what is near")

    def say(text: str) -> None:
        typer.echo(text, err=json)

    say(f"{', '.join(erasing.keys)}: {', '.join(f'{count:,} {place}' for place, count in there.items())}")
    if not yes and not typer.confirm("erase all of it, for ever?", err=json):
        raise Failure("nothing was erased")
    erasing.run(say)
    rest = dict(ends_by_itself(here.partitions))
    if json:
        typer.echo(msgspec.json.encode({"erased": list(erasing.keys), "rows": there, "topics_days": rest}))
        return
    say("erased: state, card, links and every row of the archive; looked for, and nothing was found")
    days = sorted(set(rest.values()))
    say(f"Kafka drops what it still holds by itself, after {days[0]} to {days[-1]} days: {', '.join(sorted(rest))}")
