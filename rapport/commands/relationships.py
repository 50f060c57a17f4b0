"""`rapport relationships fit|words`: weights that are estimated, written as knowledge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rapport.failure import told
from rapport.teaching import Example, epilog

FIT = (
    Example(
        "rapport relationships fit shop.jsonl truth.jsonl --out drafts/weights.yaml",
        "from histories whose truth is known; `replay --knowledge` compares",
    ),
)
WORDS = (Example("rapport relationships words --out drafts/voice.yaml", "from the sentences in knowledge/training"),)
EXAMPLES = (FIT[0], WORDS[0])

command = typer.Typer(rich_markup_mode=None)


@command.command(help="Estimate what deeds and words say, from labelled histories.", epilog=epilog(FIT))
def fit(
    touchpoints: Annotated[Path, typer.Argument(help="JSON lines.")],
    truth: Annotated[Path, typer.Argument(help="JSON lines: customer_id, type, since.")],
    out: Annotated[Path, typer.Option("--out", help="The knowledge file to write.")] = Path("weights.yaml"),
    ridge: Annotated[float, typer.Option("--ridge", min=0.01, help="How firmly weights by hand are kept.")] = 60.0,
) -> None:
    from rapport.commands.setting import settings
    from rapport.fitting import files, histories, regression
    from rapport.init import read_knowledge

    with told(OSError, histories.Unlabelled):
        knowledge = read_knowledge(settings())
        found = histories.moments(
            histories.read_histories(touchpoints), histories.read_truth(truth, knowledge), knowledge
        )  # fmt: skip
        weights = regression.fit(knowledge, found, ridge)
        source = f"{len(found.truth)} moments of {touchpoints.name} with {truth.name}, ridge {ridge:g}"
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
    from rapport.init import read_knowledge

    with told(OSError):
        found = settings()
        knowledge, folder = read_knowledge(found), found.knowledge / "training"
        sentences, phrases = learning.sentences(folder), learning.phrases(folder)
        voice = learning.learn(sentences, knowledge, extra=phrases)
        source = f"{len(sentences)} sentences and {len(phrases)} turns of phrase in {folder.name}, and the cues"
        written = files.voice_yaml(voice, "rapport relationships words", source, "see docs/relationships.md")
        out.write_text(written, encoding="utf-8")
    typer.echo(f"{out}: {source}")
