"""`rapport user add|list|remove`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from rapport.failure import told
from rapport.teaching import Example, epilog

if TYPE_CHECKING:
    from console.accounts.people import People

ADD = (
    Example("rapport user add anna --role admin", "asks for a password; everything, all teams"),
    Example("rapport user add wei --role associate --team store --place lon-01", "the alerts of one store"),
    Example("rapport user add tom --role agent --team agent-desk < password.txt", "the password from a file"),
)
LIST = (Example("rapport user list", "who may log in"), Example("rapport user list --json", "for a program"))
REMOVE = (Example("rapport user remove tom", "the account, and every session of it"),)
EXAMPLES = (ADD[0], ADD[1], LIST[0], REMOVE[0])

command = typer.Typer(rich_markup_mode=None)


@command.command(help="Let somebody into the console.", epilog=epilog(ADD))
def add(
    name: Annotated[str, typer.Argument(help="Small letters, digits, dot, dash.")],
    role: Annotated[str, typer.Option("--role", help="associate, agent, manager, analyst or admin.")],
    team: Annotated[list[str] | None, typer.Option("--team", help="Whose alerts; may be repeated. None: all.")] = None,
    place: Annotated[
        list[str] | None, typer.Option("--place", help="A store's location_id or a queue; may be repeated. None: all.")
    ] = None,
) -> None:
    from console.accounts.people import Person, role_of

    with people() as accounts:
        given = role_of(role)
        if sys.stdin.isatty():
            password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        else:
            password = sys.stdin.readline().rstrip("\r\n")
        accounts.add(Person(name, given, tuple(team or ()), tuple(place or ())), password)
    typer.echo(f"{name} may log in", err=True)


@command.command("list", help="Who may log in, as what, and where.", epilog=epilog(LIST))
def list_(json: Annotated[bool, typer.Option("--json", help="As JSON on standard output.")] = False) -> None:
    import msgspec

    with people() as accounts:
        found = accounts.all()
    if json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    for each in found:
        where = " ".join(each.teams) or "all teams"
        typer.echo("\t".join((each.name, each.role, where, " ".join(each.places) or "everywhere")))


@command.command(help="Let somebody in no more; their open pages end at once.", epilog=epilog(REMOVE))
def remove(name: str) -> None:
    with people() as accounts:
        accounts.remove(name)
    typer.echo(f"{name} is removed", err=True)


@contextmanager
def people() -> Iterator[People]:
    """The accounts of the data folder; what cannot be done is a Failure."""
    from console.accounts.people import AccountError, People
    from rapport.commands.setting import settings

    accounts = People(settings().data)
    try:
        with told(AccountError):
            yield accounts
    finally:
        accounts.close()
