"""The command line: one table of commands, of which only the one asked for is loaded."""

from __future__ import annotations

import importlib
import sys
import tempfile
import traceback
from types import TracebackType
from typing import Final, NamedTuple

import typer
from typer.main import get_command

from rapport.failure import Failure
from rapport.teaching import Example, Examples, epilog


class Entry(NamedTuple):
    """A command: its name, the module of `rapport.commands` that defines it, its line in the help.

    The module has `command` (a function, or a `Typer` of commands) and `EXAMPLES`. On import it loads nothing
    large, so that its help and the shell's completion are quick.
    """

    name: str
    module: str
    summary: str
    hidden: bool = False


COMMANDS: Final[tuple[Entry, ...]] = (
    Entry("up", "up", "Run everything on this machine; Ctrl-C ends it."),
    Entry("init", "init", "Make the topics and the first knowledge."),
    Entry("send", "send", "Send touchpoints: JSON lines, - for stdin."),
    Entry("import", "import_", "Import a foreign data set."),
    Entry("mail", "mail", "Take in mail, by IMAP or SMTP."),
    Entry("simulate", "simulate", "Make up a shop with known relationships."),
    Entry("evaluate", "evaluate", "How right are declared relationships?"),
    Entry("label", "label", "Label a period of a customer, to evaluate by."),
    Entry("replay", "replay", "Run the engine on history; reaches nobody."),
    Entry("tail", "tail", "Follow outputs, readable."),
    Entry("customer", "customer", "Who is it, how do they stand with us, and why."),
    Entry("identity", "identity", "Who is who: links, and what conflicts."),
    Entry("erase", "erase", "Forget a customer, everywhere."),
    Entry("doctor", "doctor", "Say what is wrong, and what to do about it."),
    Entry("dlq", "dlq", "Dead letters: see, mend and replay them."),
    Entry("signals", "signals", "What is noticed, by which rule, and who is told."),
    Entry("knowledge", "knowledge", "Check knowledge, or activate it."),
    Entry("relationships", "relationships", "Estimate what words and deeds say of a relationship."),
    Entry("texts", "texts", "What a text says, and how often that is right."),
    Entry("schema", "schema", "Check schemas against the releases, or keep them."),
    Entry("worker", "worker", "Run one stream worker (`up` does it)."),
    Entry("qr", "qr", "Print QR codes of the sources file."),
    Entry("mailing", "mailing", "Make a mail ready: links, picture, one-click."),
    Entry("collect", "collect", "Run the collector (`up` does it)."),
    Entry("console", "console", "Serve the console for staff (`up` does it)."),
    Entry("deliver", "deliver", "Tell people of alerts: mail, webhook, chat."),
    Entry("user", "user", "Who may log in to the console."),
    Entry("store", "store", "Run the archive's process (`up` does it)."),
    Entry("version", "version", "Which Rapport this is."),
    Entry("completion", "completion", "Complete commands in your shell with Tab."),
    Entry("example", "example", "The example that `up` feeds.", hidden=True),
    Entry("complete", "complete", "What could stand next on a command line.", hidden=True),
)

EXAMPLES: Final[Examples] = (
    Example("rapport up --feed example", "everything on this machine, with people who do not exist"),
    Example("rapport tail --team store", "what the store is told, as it comes"),
    Example("rapport customer sim-wang", "one customer: relationship, reasons, timeline"),
)


def build(chosen: str) -> typer.Typer:
    """The application; only the chosen command is imported, of the others it knows the line in the help."""
    app = typer.Typer(
        help="From touchpoints to timely alerts. Settings: rapport.toml and RAPPORT_… in the environment.",
        epilog=epilog(EXAMPLES),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for entry in COMMANDS:
        if entry.name != chosen:
            app.command(entry.name, help=entry.summary, hidden=entry.hidden)(_unloaded)
            continue
        module = importlib.import_module(f"rapport.commands.{entry.module}")
        end = epilog(module.EXAMPLES)
        if isinstance(module.command, typer.Typer):
            app.add_typer(module.command, name=entry.name, help=entry.summary, epilog=end, no_args_is_help=True)
        else:
            app.command(entry.name, help=entry.summary, epilog=end, hidden=entry.hidden)(module.command)
    return app


def main() -> None:
    """Exit status 0 done, 1 failed, 2 wrong usage. Errors are a sentence; a traceback goes to a file that it names."""
    chosen = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    sys.excepthook = _unforeseen
    try:
        get_command(build(chosen))(prog_name="rapport")
    except Failure as failure:
        typer.echo(f"rapport {chosen}: {failure}", err=True)
        sys.exit(failure.status)


def _unforeseen(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody foresaw is told in one line and kept whole in a file; Python then exits with 1."""
    with tempfile.NamedTemporaryFile("w", prefix="rapport-", suffix=".txt", delete=False) as report:
        traceback.print_exception(kind, error, trace, file=report)
    typer.echo(f"rapport: unforeseen {kind.__name__}: {error}; where it happened: {report.name}", err=True)


def _unloaded() -> None:
    """Stands for a command that was not asked for."""


if __name__ == "__main__":
    main()
