"""`rapport tail`: what is wanted of what comes, shown as it comes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from threading import Event, Thread
from typing import Final

import typer
from rich.console import Console

from rapport import running
from rapport.following import Span, follow
from rapport.identifying import customer_key
from rapport.interrupts import on_end
from rapport.knowing import read_knowledge
from rapport.readable import Page, clock, readable
from rapport.selecting import Selection, check_names
from rapport.settings import Settings
from rapport.terminal import put, unread, until_unread
from rapport.voice import Voice, language_of
from schemas.records import Emitted
from schemas.wire import output_line

LONGEST_ASKING_S: Final = 15.0
"""For whether the customer is known, where all the outputs have been shown already."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is shown. `cards` None: as cards on a terminal; False: all on one line, cut to the terminal."""

    cards: bool | None = None
    language: str | None = None
    json: bool = False


@dataclass(slots=True)
class Tail:
    """`show` is called for what is wanted, up to `limit` times; what is left out as history is counted."""

    wanted: Selection
    show: Callable[[Emitted], None]
    limit: int | None = None
    shown: int = 0
    of_another_time: int = 0

    def take(self, outputs: Iterable[Emitted]) -> None:
        """Until they end, or it is enough."""
        for output in outputs:
            if not self.wanted.holds(output):
                continue
            if not self.wanted.of_its_time(output):
                self.of_another_time += 1
                continue
            self.show(output)
            self.shown += 1
            if self.shown == self.limit:
                return

    def left_out(self) -> str:
        """A sentence on what somebody may miss; empty where nothing was left out."""
        if not self.of_another_time:
            return ""
        what = "live" if self.wanted.history == "only" else "of history"
        return f"left out: {self.of_another_time:,} {what} (--history include shows them)"


def run(settings: Settings, wanted: Selection, span: Span, limit: int | None, manner: Manner) -> None:
    """Until Ctrl-C, the end of the span, the limit, or until nobody reads it any more."""
    named, knowledge = wanted.customer, None
    if named is not None:
        wanted = replace(wanted, customer=customer_key(named, settings.identity))
    if wanted.names:
        knowledge = read_knowledge(settings)
        check_names(sorted(wanted.names), tuple(knowledge.signals))
    settings = running.located(settings)
    cluster = settings.cluster
    if knowledge is None and not manner.json:
        knowledge = read_knowledge(settings)
    over = Event()
    on_end(over.set)
    console = Console(highlight=False)
    voice = Voice(manner.language or language_of(os.environ), knowledge, asked=manner.language is not None)
    watched = console.is_terminal and sys.stderr.isatty() and not manner.json
    if watched and not span.ends:
        typer.secho(f"following {cluster}; Ctrl-C ends it", err=True, dim=True)
    tail = Tail(wanted, _json if manner.json else _shower(console, manner, voice), limit)
    asking = Thread(target=_say_unheard, args=(settings, wanted.customer, named, tail, span.ends), daemon=True)
    asking.start()  # beside it, for what comes meanwhile is wanted, too
    with until_unread():
        tail.take(follow(cluster, wanted.topics, lambda: over.is_set() or unread(), span))
    if not over.is_set():
        asking.join(LONGEST_ASKING_S)
    if span.ends and not tail.shown:
        typer.secho(_nothing(tail, span), err=True, dim=sys.stderr.isatty())
    elif watched and (left := tail.left_out()):
        typer.secho(left, err=True, dim=True)


def _nothing(tail: Tail, span: Span) -> str:
    """That nothing was there to show, since when, and what was left out."""
    since = f" since {clock(span.since, Page())}" if span.since else ""
    return "; ".join(filter(None, (f"nothing{since}", tail.left_out())))


def _say_unheard(settings: Settings, key: str | None, named: str | None, tail: Tail, ends: bool) -> None:
    """Unless it waits for somebody of whom something came meanwhile."""
    if key is None or named is None:
        return
    from rapport.customers.looking import unheard  # large, and only asked for one customer

    why = unheard(settings, key, named, waiting=not ends)
    if why and (ends or not tail.shown):
        typer.secho(why, err=True)


def _json(output: Emitted) -> None:
    sys.stdout.buffer.write(output_line(output) + b"\n")
    sys.stdout.buffer.flush()


def _shower(console: Console, manner: Manner, voice: Voice) -> Callable[[Emitted], None]:
    cards = console.is_terminal if manner.cards is None else manner.cards

    def show(output: Emitted) -> None:
        width = console.width if console.is_terminal else None  # a window may have been resized meanwhile
        put(console, readable(output, Page(width, cards, manner.cards is False, voice)))

    return show
