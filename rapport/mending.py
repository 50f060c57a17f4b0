"""`rapport dlq`: the letters somebody means, shown, written to a file, and sent again."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
import typer
from rich.console import Console

from producers.delivery import DeliveryFailed, Producer
from producers.kafka_log import KafkaLog
from producers.letters import edited, mapping, shelf
from producers.letters.content import exported
from producers.letters.edited import Edited, EditedError
from producers.letters.mapping import Fixes, MappingError
from producers.letters.remedies import REMEDIES, remedy
from producers.letters.replay import Candidate, Replayed, candidates, judged, send, set_aside
from producers.letters.selecting import STAGES, Selection
from producers.letters.shelf import Shelf
from producers.lines import STANDARD_INPUT, Lines, UnreadableInput
from rapport import letters as shown
from rapport.failure import FAILED, Failure, told
from rapport.identifying import customer_key
from rapport.layout import clean
from rapport.readable import Page
from rapport.selecting import check_names
from rapport.settings import Settings
from rapport.terminal import put, until_unread
from schemas.letters import Letter

SAID: Final = 20
"""Letters still wrong that are told one by one on a terminal."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A cluster and what somebody wants of its dead letters."""

    producer: Producer
    settings: Settings
    wanted: Selection

    def shelf(self) -> Shelf:
        """What is wanted. Failure for an id that no letter has."""
        identity = self.settings.identity
        found = shelf.read(self.producer, lambda letter: self.wanted.holds(letter, identity))
        missing = self.wanted.unmatched(found.letters)
        if missing:
            raise Failure(f"no dead letter {missing[0]} (with these filters); `rapport dlq ls --replayed` shows all")
        return found


@contextmanager
def desk(settings: Settings, wanted: Selection) -> Iterator[Desk]:
    """With a connection that is closed at the end. Failure for a reason or stage that there is not."""
    check_names(sorted(wanted.reasons), tuple(REMEDIES), "is no reason of a refusal")
    check_names(sorted(wanted.stages), STAGES, "is no stage that refuses")
    if wanted.customer is not None:
        wanted = replace(wanted, customer=customer_key(wanted.customer, settings.identity))
    with told(DeliveryFailed):
        producer = KafkaLog(settings.cluster, trace_share=settings.trace_share)
        try:
            yield Desk(producer, settings, wanted)
        finally:
            producer.close()


def ls(here: Desk, by: str | None, limit: int, everything: bool, json: bool) -> None:
    """A table, the latest last, and counts. With `by`: counts alone."""
    found = here.shelf()
    letters = found.letters if everything else found.open
    last = letters[-limit:]
    if json:
        listing = shown.listing(found, letters, by or "reason")
        rows = [] if by else [exported(each, each.id in found.replayed, remedy(each)) for each in last]
        _write(sys.stdout.buffer, listing | ({} if by else {"letters": rows}))
        return
    console = Console(highlight=False)
    page = Page(console.width if console.is_terminal else None)
    lines = [] if by else shown.table(last, found.replayed, page)
    with until_unread():
        for line in [*lines, *shown.counts(letters, by or "reason", page)] if letters else []:
            put(console, line)
    typer.secho(shown.summary(found, len(letters) if by else len(last), everything), err=True)


def show(here: Desk, json: bool) -> None:
    """Every letter whose id begins so."""
    found = here.shelf()
    console = Console(highlight=False)
    with until_unread():
        for letter in found.letters:
            replayed = letter.id in found.replayed
            if json:
                _write(sys.stdout.buffer, exported(letter, replayed, remedy(letter)))
                continue
            for line in shown.whole(letter, replayed, Page(console.width if console.is_terminal else None)):
                put(console, line)


def export(here: Desk, out: str, everything: bool) -> None:
    """One letter a line. Failure before a file is overwritten: somebody may have edited it."""
    found = here.shelf()
    letters = found.letters if everything else found.open
    if out == STANDARD_INPUT:
        with until_unread():
            _export(sys.stdout.buffer, letters, found)
        return
    try:
        with Path(out).open("xb") as file:
            _export(file, letters, found)
    except FileExistsError as error:
        raise Failure(f"{out} is there already, and may hold edits; name another, or remove it") from error
    except OSError as error:
        raise Failure(f"{out}: {error.strerror}. Does the folder exist, and may you write there?") from error
    typer.echo(f"{len(letters):,} written to {out}", err=True)


@dataclass(frozen=True, slots=True)
class Mending:
    """What is to be done to the letters: `edited` takes the place of filters, `fixes` are applied to each."""

    fixes: Fixes
    edited: Sequence[Edited] | None
    source: str

    @classmethod
    def of(cls, source: str | None, fixes: Path | None) -> Mending:
        """Both files read and understood; Failure names what is wrong in them."""
        with told(UnreadableInput, EditedError, MappingError):
            rules = Fixes() if fixes is None else mapping.load(fixes)
            return cls(rules, None if source is None else list(edited.read(Lines(source))), source or "")


def replay(here: Desk, mending: Mending, dry: bool, json: bool) -> None:
    """By filters, or the letters of an edited file, each through the mapping. Exit status 1 if one is still wrong."""
    found = here.shelf()
    given = candidates(found.letters) if mending.edited is None else _changed(found, mending.edited, mending.source)
    judgement = judged(given, found, mending.fixes, here.settings.identity)
    if not dry:
        send(judgement, found, here.producer, here.settings.identity)
    if json:
        _write(sys.stdout.buffer, judgement.to_json(dry=dry))
    else:
        _tell(judgement, dry)
    if judgement.wrong:
        raise typer.Exit(FAILED)


def aside(here: Desk, dry: bool, json: bool) -> None:
    """Nothing is sent for what is wanted and was not replayed yet; nobody is asked to mend it from now on."""
    found = here.shelf()
    if not dry:
        set_aside(found.open, found, here.producer)
    done = len(found.letters) - len(found.open)
    if json:
        _write(sys.stdout.buffer, {"dry_run": dry, "aside": [each.id for each in found.open], "already_done": done})
        return
    said = "would be set aside" if dry else "set aside"
    typer.echo(f"{len(found.open):,} {said}; {done:,} already replayed or aside.")


def _changed(found: Shelf, changed: Sequence[Edited], name: str) -> Iterator[Candidate]:
    by_id: dict[str, Letter] = {letter.id: letter for letter in found.letters}
    for each in changed:
        if each.id not in by_id:
            remedy_ = "take the line out; if its letter is past its retention, send its touchpoint by `rapport send`"
            raise Failure(f"{name}:{each.line}: no dead letter {each.id} stands there (any more); {remedy_}")
        yield Candidate(by_id[each.id], each.touchpoint)


def _tell(judgement: Replayed, dry: bool) -> None:
    """Before anything is sent, also what was mended in each."""
    if dry:
        for sent, touchpoint in judgement.sent:
            typer.echo(f"{sent.letter[: shown.MARK]}  would be sent as {touchpoint.type} {clean(sent.event_id)}")
            for name, before, after in judgement.changed[sent.letter]:
                typer.echo(f"{'':{shown.MARK}}    {clean(name)}: {_value(before)} → {_value(after)}")
    for wrong in judgement.wrong[:SAID]:
        typer.echo(f"{wrong.letter[: shown.MARK]}  still wrong: {wrong.reason}: {clean(wrong.detail)}")
    if len(judgement.wrong) > SAID:
        typer.echo(f"… and {len(judgement.wrong) - SAID:,} more that are still wrong (--json names all)")
    typer.echo(judgement.summary(dry=dry))


def _value(value: Any) -> str:
    return "-" if value is None else clean(msgspec.json.encode(value).decode())


def _export(file: BinaryIO, letters: list[Letter], found: Shelf) -> None:
    for letter in letters:
        _write(file, exported(letter, letter.id in found.replayed, remedy(letter)))


def _write(file: Any, content: dict[str, Any]) -> None:
    file.write(msgspec.json.encode(content) + b"\n")


def check_group(by: str | None) -> None:
    """Failure for something that letters cannot be counted by."""
    check_names([by] if by else [], tuple(shown.GROUPS), "is nothing that letters are counted by")
