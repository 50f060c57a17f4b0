"""`rapport relationships fit|words`: weights that are estimated, written as knowledge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rapport.failure import WRONG_USAGE, Failure, told
from rapport.teaching import Example, epilog

FIT = (
    Example(
        "rapport relationships fit shop.jsonl truth.jsonl --out drafts/weights.yaml",
        "from histories whose truth is known; `replay --knowledge` compares",
    ),
)
WORDS = (Example("rapport relationships words --out drafts/voice.yaml", "from the sentences in knowledge/training"),)
EXPLAIN = (
    Example("rapport relationships explain S0000012 shop.jsonl", "the reasons, the way there, what they wish"),
    Example("rapport relationships explain sim-wang archive --json", "for a program, from what the store has"),
)
EXAMPLES = (FIT[0], WORDS[0], EXPLAIN[0])

command = typer.Typer(rich_markup_mode=None)


@command.command(help="Estimate what deeds and words say, from labelled histories.", epilog=epilog(FIT))
def fit(
    histories: Annotated[
        list[Path], typer.Argument(help="JSON lines of touchpoints, then of what is true; so in turn.", metavar="FILE…")
    ],
    out: Annotated[Path, typer.Option("--out", help="The knowledge file to write.")] = Path("weights.yaml"),
    ridge: Annotated[float, typer.Option("--ridge", min=0.01, help="How firmly present weights are kept.")] = 100.0,
) -> None:
    from rapport.commands.setting import settings
    from rapport.fitting import files, regression
    from rapport.fitting.histories import Unlabelled, moments, read
    from rapport.knowing import read_knowledge

    if len(histories) % 2:
        raise Failure("each file of touchpoints needs its file of truth behind it: SHOP TRUTH SHOP TRUTH", WRONG_USAGE)
    pairs = list(zip(histories[::2], histories[1::2], strict=True))
    with told(OSError, Unlabelled):
        found = settings()
        knowledge = read_knowledge(found)
        seen = moments([read(*pair, found.identity) for pair in pairs], knowledge)
        weights = regression.fit(knowledge, seen, ridge)
        names = ", ".join(shop.name for shop, _ in pairs)
        source = f"{len(seen.truth):,} moments of {names}, drawn towards the weights before (ridge {ridge:g})"
        written = files.weights_yaml(
            regression.as_knowledge(knowledge, weights), "rapport relationships fit", source, "docs/relationships.md"
        )  # fmt: skip
        out.write_text(written, encoding="utf-8")
    typer.echo(f"{out}: {source}")


@command.command(help="Learn what pieces of texts say, from the sentences in knowledge/training.", epilog=epilog(WORDS))
def words(
    out: Annotated[Path, typer.Option("--out", help="The knowledge file to write.")] = Path("voice.yaml"),
) -> None:
    from rapport.commands.setting import settings
    from rapport.fitting import files
    from rapport.fitting import words as learning
    from rapport.knowing import read_knowledge

    with told(OSError):
        found = settings()
        knowledge, folder = read_knowledge(found), found.knowledge / "training"
        sentences, phrases = learning.sentences(folder), learning.phrases(folder)
        voice = learning.learn(sentences, knowledge, extra=phrases)
        source = f"{len(sentences)} sentences and {len(phrases)} turns of phrase in {folder.name}, and the cues"
        written = files.voice_yaml(voice, "rapport relationships words", source, "see docs/relationships.md")
        out.write_text(written, encoding="utf-8")
    typer.echo(f"{out}: {source}")


@command.command(help="Why a customer is what they are to us, and how it came to that.", epilog=epilog(EXPLAIN))
def explain(
    customer: Annotated[str, typer.Argument(help="An id as in the touchpoints, or email:…, phone:….", metavar="ID")],
    sources: Annotated[list[str], typer.Argument(help="Files (JSON lines), archive or kafka.", metavar="SOURCE…")],
    knowledge: Annotated[Path | None, typer.Option("--knowledge", help="A folder; its files replace ours.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="zh|en", help="Else that of the terminal.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Data, on standard output.")] = False,
) -> None:
    import os

    import msgspec
    from rich.console import Console

    from rapport.commands.replay import settings_for
    from rapport.customers import explained
    from rapport.identifying import customer_key
    from rapport.knowing import read_knowledge
    from rapport.readable import Page
    from rapport.terminal import put, until_unread
    from rapport.voice import Voice, language_of, spoken
    from replay.source import ReplayError

    settings = settings_for(sources)
    with told(OSError, ReplayError):
        rules = read_knowledge(settings, knowledge)
        found = explained.explain(sources, customer_key(customer, settings.identity), settings, rules)
    if json:
        typer.echo(msgspec.json.encode(explained.to_json(found)))
        return
    console, asked = Console(highlight=False), spoken(language)
    voice = Voice(asked or language_of(os.environ), rules, asked=asked is not None)
    with until_unread():
        for line in explained.lines(found, Page(console.width if console.is_terminal else None, voice=voice)):
            put(console, line)
