"""`rapport customer`: finds one, and shows them on a terminal, in a pipe or as JSON."""

from __future__ import annotations

import os
import time
from functools import cache

import msgspec
from rich.console import Console
from rich.text import Text

from rapport import running
from rapport.customers.archive import Archive
from rapport.customers.finding import Span, as_of, find, of_kafka
from rapport.customers.looking import behind, remedy
from rapport.customers.page import page_of, to_json
from rapport.failure import Failure, told
from rapport.identifying import customer_key
from rapport.knowing import read_knowledge
from rapport.readable import Page, clock
from rapport.settings import Settings
from rapport.terminal import put, until_unread
from rapport.voice import Voice, language_of
from sinks.clickhouse.client import StoreError
from sinks.clickhouse.connect import reader
from streams.knowledge.model import Knowledge


def show(settings: Settings, named: str, span: Span, language: str | None, json: bool) -> None:
    """Failure for a customer that nobody knows, with the nearest remedy."""
    key = customer_key(named, settings.identity)
    settings, state = running.near(settings), None  # its Kafka has the knowledge by which the log went
    if span.at is not None:
        state = as_of(settings, span.at, lambda: read_knowledge(settings))
    if state is None and settings.kafka:  # without Kafka the archive alone is asked
        state = of_kafka(settings.cluster)
    with told(ValueError):  # RAPPORT_CLICKHOUSE is no address
        archive = Archive(reader(settings))

    @cache
    def knowledge() -> Knowledge:
        return read_knowledge(settings)

    with told(StoreError):
        known = find(behind(archive, key, settings), archive, state, knowledge, span)
        if known is None:
            raise Failure(f"nobody is known as {key}; {remedy(archive, key, named)}")
    console = Console(highlight=False)
    with until_unread():
        if json:
            print(msgspec.json.encode(to_json(known)).decode())
            return
        voice = Voice(language or language_of(os.environ), knowledge(), asked=language is not None)
        page = Page(console.width if console.is_terminal else None, cards=False, voice=voice)
        if span.at is not None:
            put(console, Text(f"{voice.say('as_it_stood')} {clock(span.at, page)}", "bold yellow"))
        for line in page_of(known, page, span.at or time.time_ns() // 1_000_000):
            put(console, line)
