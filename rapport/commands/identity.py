"""`rapport identity show|link|unlink|conflicts`."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.teaching import Example, epilog

SHOW = (
    Example("rapport identity show email:anna@example.com", "whose key it is, and what else is theirs"),
    Example("rapport identity show sim-wang --json | jq .links", "for a program"),
)
LINK = (Example("rapport identity link email:anna@example.com sim-wang", "the address is this customer's"),)
UNLINK = (
    Example("rapport identity unlink cookie:k1:0123456789abcdef0123456789abcdef", "take a link back, rebuild both"),
    Example("rapport identity unlink phone:+4930123456 --keep", "from now on only; what came in by it stays"),
)
CONFLICTS = (Example("rapport identity conflicts", "what does not fit together, for a person to decide"),)
CONTACT = (Example("rapport identity contact sim-wang", "address and number in the clear, to write or call back"),)
EXAMPLES = (SHOW[0], LINK[0], UNLINK[0], CONFLICTS[0])

command = typer.Typer(rich_markup_mode=None)

Key = Annotated[str, typer.Argument(help="A customer's id or a key; email:… and phone:… are hashed.", metavar="KEY")]
Json = Annotated[bool, typer.Option("--json", help="As JSON on standard output.")]


@command.command(help="Whose key it is, and the links that lead there.", epilog=epilog(SHOW))
def show(key: Key, json: Json = False) -> None:
    import msgspec

    from rapport import identity, running
    from rapport.commands.setting import settings
    from rapport.customers.archive import Archive
    from rapport.failure import told
    from sinks.clickhouse.client import StoreError
    from sinks.clickhouse.connect import reader

    here = running.with_store(settings())
    with told(StoreError, ValueError):
        customer, links = identity.links_of(Archive(reader(here)), key, here)
    if json:
        typer.echo(msgspec.json.encode({"customer_id": customer, "links": links}))
        return
    typer.echo(customer)
    for link in links:
        typer.echo(f"  {link.from_} → {link.to}  {link.confidence:.0%}")
    if not links:
        typer.echo("  no other key leads here")


@command.command(help="Say that a key is somebody's: the weaker one first.", epilog=epilog(LINK))
def link(
    key: Key,
    to: Annotated[str, typer.Argument(help="The stronger key: a customer's id, a loyalty card …", metavar="TO")],
    confidence: Annotated[float, typer.Option("--confidence", min=0.0, max=1.0, help="How sure you are.")] = 1.0,
) -> None:
    from rapport import identity
    from rapport.commands.setting import with_kafka

    here = with_kafka()
    with identity.sending(here) as log:
        identity.link(log, here, key, to, confidence)
    typer.echo("told; a link that would join two people is refused: see `rapport identity conflicts`")


@command.command(help="Take a link back, and rebuild both sides.", epilog=epilog(UNLINK))
def unlink(
    key: Key, keep: Annotated[bool, typer.Option("--keep", help="Leave what came in by it where it is.")] = False
) -> None:
    from rapport import identity, running
    from rapport.commands.setting import settings, with_kafka
    from rapport.failure import told
    from sinks.clickhouse.client import StoreError
    from sinks.clickhouse.connect import reader

    here = with_kafka()
    if keep:
        with identity.sending(here) as log:
            identity.unlink(log, here, key)
        typer.echo("told; what came in by it stays")
        return
    with told(StoreError, ValueError):
        store = reader(running.with_store(settings()))
        weak, customer = identity.unlinked(store, here, key)
        touchpoints = identity.own_touchpoints(store, (weak, customer))
    with identity.sending(here) as log:
        identity.unlink(log, here, key)
        run = identity.rebuild(log, here.identity, (weak, customer), touchpoints)
    typer.echo(f"unlinked {weak} from {customer}; {len(touchpoints):,} touchpoints are told again as {run}")


@command.command(help="Address and number in the clear, to write or call back.", epilog=epilog(CONTACT))
def contact(key: Key, json: Json = False) -> None:
    import msgspec

    from rapport import identity, running
    from rapport.commands.setting import settings, with_kafka
    from rapport.customers import stream
    from rapport.customers.archive import Archive
    from rapport.customers.finding import ALONE_S
    from rapport.customers.looking import behind
    from rapport.failure import Failure, told
    from rapport.identifying import customer_key
    from sinks.clickhouse.client import StoreError
    from sinks.clickhouse.connect import reader
    from streams.engine import UnreadableState

    here = with_kafka()
    with told(StoreError, ValueError, stream.StreamAway, stream.StateDeep, UnreadableState):
        who = behind(Archive(reader(running.with_store(settings()))), customer_key(key, here.identity), here)
        state = stream.read(here.cluster, who.customer_id, ALONE_S)
    found = {} if state is None else identity.contact(state, here.identity)
    if not found:
        raise Failure(f"neither address nor number of {who.customer_id} is known under this RAPPORT_IDENTITY_KEY")
    if json:
        typer.echo(msgspec.json.encode({"customer_id": who.customer_id, **found}))
        return
    for kind, value in found.items():
        typer.echo(f"{kind:<6} {value}")


@command.command(help="What identity would not link, and why.", epilog=epilog(CONFLICTS))
def conflicts(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="The last so many.")] = 50,
    json: Json = False,
) -> None:
    import msgspec

    from rapport import identity, running
    from rapport.commands.setting import settings
    from rapport.failure import told
    from schemas import times
    from sinks.clickhouse.client import StoreError
    from sinks.clickhouse.connect import reader

    with told(StoreError, ValueError):
        found = identity.conflicts(reader(running.with_store(settings())), limit)
    for each in found:
        if json:
            typer.echo(msgspec.json.encode({**each, "at": times.write(each["at"])}))
        else:
            typer.echo(f"{times.write(each['at'])}  {each['reason']}: {each['from']} and {each['to']}")
    if not found and not json:
        typer.echo("no conflicts")
