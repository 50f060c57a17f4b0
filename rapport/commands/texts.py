"""`rapport texts explain|evaluate|fit`: what a text says, how often that is right, and how it was learnt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rapport.failure import told
from rapport.teaching import Example, epilog

EXPLAIN = (
    Example('rapport texts explain "我要找消协，别逼我找律师"', "intents, threats, cause and feeling, with the words"),
)
EVALUATE = (
    Example(
        "rapport texts evaluate tweets.csv reviews.csv.gz", "with the knowledge there is, on texts it has not seen"
    ),
)
FIT = (Example("rapport texts fit tweets.csv.gz reviews.csv.gz --out drafts/meanings.yaml", "from labelled texts"),)
EXAMPLES = (EXPLAIN[0], EVALUATE[0], FIT[0])
Files = Annotated[list[Path], typer.Argument(help="CSV: airline tweets or Chinese reviews, by their columns.")]

command = typer.Typer(rich_markup_mode=None)


@command.command(help="What a text says, and by which words.", epilog=epilog(EXPLAIN))
def explain(
    text: Annotated[str, typer.Argument(help="In Chinese or English.")],
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    import msgspec

    from rapport.commands.setting import settings
    from rapport.knowing import read_knowledge
    from rapport.quality.texts import said

    found = said(read_knowledge(settings()), text)
    if json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    for name, value in found.items():
        typer.echo(f"{name:10} {value if isinstance(value, str) else ', '.join(f'{k}: {v}' for k, v in value.items())}")


@command.command(help="How often causes and feelings of labelled texts are right.", epilog=epilog(EVALUATE))
def evaluate(files: Files, json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    import msgspec

    from rapport.commands.setting import settings
    from rapport.fitting.labelled import Unlabelled, read
    from rapport.knowing import read_knowledge
    from rapport.quality.texts import evaluated, tabled

    with told(OSError, Unlabelled):
        texts = [each for file in files for each in read(file)]
        found = evaluated(read_knowledge(settings()), texts)
    if json:
        typer.echo(msgspec.json.encode([each._asdict() for each in found]).decode())
        return
    for line in tabled(found):
        typer.echo(line)


@command.command(help="Learn what pieces of texts say, from labelled texts.", epilog=epilog(FIT))
def fit(
    files: Files,
    out: Annotated[Path, typer.Option("--out", help="The knowledge file to write.")] = Path("meanings.yaml"),
) -> None:
    from rapport.commands.setting import settings
    from rapport.fitting.labelled import Unlabelled, read
    from rapport.fitting.meanings import learn, meanings_yaml
    from rapport.knowing import read_knowledge

    with told(OSError, Unlabelled):
        found = settings()
        sets = {file.name: read(file) for file in files}
        texts = [each for each_set in sets.values() for each in each_set]
        made = learn(texts, found.knowledge / "training", read_knowledge(found))
        source = ", ".join(f"{len(each_set)} of {name}" for name, each_set in sets.items())
        source += ", and the sentences written for the product in training"
        out.write_text(meanings_yaml(made, source, "docs/texts.md"), encoding="utf-8")
    typer.echo(f"{out}: {source}")
