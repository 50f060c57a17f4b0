"""`python -m bench`: what Rapport costs on this machine. Nothing here fails for being slow."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from bench.line import Stopped
from bench.report import show
from deploy.local.jars import NoBroker
from rapport.connection import Kafka
from rapport.failure import Failure

Json = Annotated[bool, typer.Option("--json", help="One JSON object instead of the table.")]
Profile = Annotated[bool, typer.Option("--profile", help="Print where the time goes, by function (slower).")]
Customers = Annotated[int, typer.Option("--customers", min=1, help="Of the simulated shop.")]

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command(help="The engine alone, one core.")
def engine(
    count: Annotated[int, typer.Option("--count", min=1)] = 200_000, customers: Customers = 5_000,
    profile: Profile = False,
) -> None:  # fmt: skip
    from bench.engine import run

    run(count, customers, profile)


@app.command(help="Where the microseconds of a touchpoint go in the worker, stage by stage, without a broker.")
def stages(
    count: Annotated[int, typer.Option("--count", min=1000)] = 100_000, customers: Customers = 5_000,
    partitions: Annotated[int, typer.Option("--partitions", min=1)] = 4, profile: Profile = False, json: Json = False,
    traces: Annotated[float, typer.Option(min=0, max=1, help="Share of the touchpoints with a traceparent.")] = 0.01,
    importer: Annotated[str, typer.Option(help="Instead of the simulated shop: the importer of --file.")] = "",
    file: Annotated[str, typer.Option(help="Of which the first --count touchpoints are taken.")] = "",
) -> None:  # fmt: skip
    from bench.stages import run
    from bench.stream import imported, touchpoints

    if bool(importer) != bool(file):
        raise Failure("--importer and --file go together: name both, or none for the simulated shop")
    found = imported(importer, file, count) if file else touchpoints(count, customers)
    show(run(found, partitions, profile, traces), json)


@app.command(help="The whole line on a broker of its own, beside stock Faust doing the same.")
def pipeline(
    count: Annotated[int, typer.Option("--count", min=1000)] = 200_000, customers: Customers = 5_000,
    partitions: Annotated[int, typer.Option("--partitions", min=1)] = 4,
    peers: Annotated[int, typer.Option("--peers", min=0, help="Touchpoints for stock Faust; 0: no peers.")] = 10_000,
    json: Json = False,
) -> None:  # fmt: skip
    from bench.pipeline import run

    show(run(count, partitions, customers, peers, _say), json)


@app.command(help="From a producer's send to the receipt of the alert, under load.")
def latency(
    rate: Annotated[int, typer.Option("--rate", min=10, help="Touchpoints a second.")] = 1000,
    seconds: Annotated[int, typer.Option("--seconds", min=1)] = 20,
    partitions: Annotated[int, typer.Option("--partitions", min=1)] = 4,
    json: Json = False,
) -> None:
    from bench.latency import run

    show(run(rate, seconds, partitions, _say), json)


@app.command(help="The collector: singles and batches, as fast as they go and at half of what is wanted.")
def collect(
    seconds: Annotated[int, typer.Option("--seconds", min=1, help="Of each of the four measurements.")] = 10,
    partitions: Annotated[int, typer.Option("--partitions", min=1)] = 4,
    profile: Profile = False, json: Json = False,
) -> None:  # fmt: skip
    from bench.collect import run

    show(run(seconds, partitions, profile, _say), json)


@app.command(help="How many alerts a person gets a day in a month of the simulated shop, what is held back and why.")
def alerts(
    customers: Customers = 2_000, days: Annotated[int, typer.Option("--days", min=1)] = 30,
    seed: Annotated[int, typer.Option("--seed")] = 1,
    out: Annotated[Path | None, typer.Option("--out", help="Where the report goes; else it is printed.")] = None,
) -> None:  # fmt: skip
    from bench.alerts import run

    report = run(customers, days, seed, _say)
    if out is None:
        print(report)
    else:
        out.write_text(report, encoding="utf-8")


@app.command(help="POST /v1/decide: from the question to the line's decision.")
def decide(
    askers: Annotated[int, typer.Option("--askers", min=1, help="At a time.")] = 4,
    seconds: Annotated[int, typer.Option("--seconds", min=1)] = 20,
    partitions: Annotated[int, typer.Option("--partitions", min=1)] = 4,
    json: Json = False,
) -> None:
    from bench.decide import run

    show(run(askers, seconds, partitions, _say), json)


@app.command(help="What the console asks of millions of touchpoints, beside counting row by row: 20 M take 5 GB.")
def dashboards(
    touchpoints: Annotated[int, typer.Option("--touchpoints", min=1000)] = 20_000_000,
    rounds: Annotated[int, typer.Option("--rounds", min=1)] = 7,
    json: Json = False,
) -> None:
    from bench.dashboards import run

    show(run(touchpoints, rounds, _say), json)


@app.command(help="How large customers' states are, packed and in memory.")
def states(
    count: Annotated[int, typer.Option("--count", min=1000, help="Simulated touchpoints.")] = 200_000,
    customers: Customers = 5_000,
    lines: Annotated[int, typer.Option("--lines", min=0, help="Of Online Retail; 0: all.")] = 0,
    json: Json = False,
) -> None:
    from bench.states import run

    show(run(count, customers, lines, _say), json)


@app.command(help="A steady load for long: does a process grow, does a lag build up?")
def soak(
    minutes: Annotated[float, typer.Option("--minutes", min=0.5)] = 30.0,
    rate: Annotated[int, typer.Option("--rate", min=1, help="Touchpoints a second.")] = 200,
    partitions: Annotated[int, typer.Option("--partitions", min=1)] = 4,
    json: Json = False,
) -> None:
    from bench.soak import run

    show(run(minutes, rate, partitions, _say), json)


@app.command(help="Count, sum and last time of each key of a topic that is there, by Rapport's transport and table.")
def count(
    bootstrap: Annotated[str, typer.Option("--bootstrap", help="The broker, HOST:PORT.")],
    topic: Annotated[str, typer.Option("--topic", help="Of touchpoints, each under its key.")],
    out: Annotated[str, typer.Option("--out", help="Where the counts go; made if it is not there.")],
    records: Annotated[int, typer.Option("--n", min=1, help="Records until it ends.")],
    state: Annotated[Path, typer.Option("--state", help="A folder; the table itself is the topic GROUP-table.")],
    group: Annotated[str, typer.Option("--group", help="Its consumer group.")] = "rapport-count",
    emit: Annotated[int, typer.Option("--emit", min=1, help="An output at every so many records of a key.")] = 10,
    commit_ms: Annotated[int, typer.Option("--commit-ms", min=1, help="Between two commits.")] = 1000,
    form: Annotated[str, typer.Option("--format", help="json or avro: how the touchpoints are written.")] = "avro",
) -> None:  # fmt: skip
    from bench.count import Task, run

    if form not in ("json", "avro"):
        raise Failure(f"--format {form}: write json or avro")
    chosen: Literal["json", "avro"] = "avro" if form == "avro" else "json"
    run(Task(Kafka(bootstrap), topic, out, records, emit, group, state, commit_ms, chosen), _say)


@app.command(help="The same count by Rapport, its peers and a bare loop: rounds in random order, medians and ranges.")
def peers(
    records: Annotated[int, typer.Option("--records", min=10_000)] = 300_000,
    few: Annotated[int, typer.Option("--few", min=1000, help="Of them for stock Faust, which takes long.")] = 10_000,
    rounds: Annotated[int, typer.Option("--rounds", min=1)] = 3,
    json: Json = False,
) -> None:
    from bench.beside import run

    show(run(records, few, rounds, _say), json)


@app.command(help="How fast a worker that is given a partition reads its states back, beside stock Faust.")
def recovery(
    customers: Annotated[int, typer.Option("--customers", min=1, help="Of the partition.")] = 200_000,
    peers: Annotated[int, typer.Option("--peers", min=0, help="Customers for stock Faust; 0: no peer.")] = 20_000,
    json: Json = False,
) -> None:
    from bench.recovery import run

    show(run(customers, peers, _say), json)


@app.command(help="What a touchpoint costs among a million customers, against ten thousand, and their memory.")
def million(
    customers: Annotated[int, typer.Option("--customers", min=1)] = 1_000_000,
    base: Annotated[int, typer.Option("--base", min=1, help="Customers of the small shop.")] = 10_000,
    count: Annotated[int, typer.Option("--count", min=1000, help="Touchpoints measured.")] = 400_000,
    warm: Annotated[int, typer.Option("--warm", min=1, help="Touchpoints a customer before.")] = 15,
    json: Json = False,
) -> None:
    from bench.million import run

    show(run(customers, base, count, warm, _say), json)


@app.command(help="Reading the relationship: microseconds a touchpoint, bytes a customer.")
def relationships(
    count: Annotated[int, typer.Option("--count", min=1000)] = 60_000, customers: Customers = 2_000,
    json: Json = False,
) -> None:  # fmt: skip
    from bench.relationships import run

    show(run(count, customers), json)


@app.command(help="What the engine makes of Online Retail, written as a page of docs/.")
def portrait(
    out: Annotated[Path, typer.Option("--out", help="The page.")] = Path("docs/relationships-online-retail.md"),
) -> None:
    from bench.portrait import run
    from bench.states import RETAIL, shared

    file = shared() / RETAIL
    if not file.exists():
        raise Failure(f"{file} is not there: name the folder of the data sets in RAPPORT_SHARED_DATA")
    run(file, out, _say)


@app.command(help="How right the engine is on a simulated year, beside a bag of cue words and a fitted booster.")
def quality(
    family: Annotated[str, typer.Option("--family", help="a or b: how the simulated people behave and write.")] = "b",
    customers: Customers = 2_000, seed: Annotated[int, typer.Option("--seed")] = 1,
    noise: Annotated[float, typer.Option("--noise", min=0, help="Times the usual share of noise.")] = 1.0,
    variants: Annotated[str, typer.Option("--variants", help="Of plain,noise,late,zh,en,silent, or all.")] = "plain",
    knowledge: Annotated[Path | None, typer.Option("--knowledge", help="A folder of knowledge; else ours.")] = None,
    booster: Annotated[bool, typer.Option("--booster/--no-booster", help="The booster takes minutes.")] = True,
    json: Json = False,
) -> None:  # fmt: skip
    from bench.engine import KNOWLEDGE
    from bench.quality.run import VARIANTS, run
    from bench.quality.year import Shop

    chosen = VARIANTS if variants == "all" else tuple(variants.split(","))
    if family not in ("a", "b") or not set(chosen) <= set(VARIANTS):
        raise Failure(f"--family is a or b, --variants some of {', '.join(VARIANTS)}")
    shop = Shop("a" if family == "a" else "b", customers, seed, noise)
    show(run(shop, knowledge or KNOWLEDGE, chosen, booster, _say), json)


@app.command(help="How right running_out, slipping_away and the CUSUM are, on real purchases and beside references.")
def rhythm(
    data: Annotated[
        Path | None, typer.Option("--data", help="With online_retail/ and cdnow/; else the shared.")
    ] = None,
    runs: Annotated[int, typer.Option("--runs", min=40, help="Of each simulated run length.")] = 2000,
    knowledge: Annotated[Path | None, typer.Option("--knowledge", help="A folder of knowledge; else ours.")] = None,
    json: Json = False,
) -> None:
    from bench.engine import KNOWLEDGE
    from bench.rhythm.run import CDNOW, run
    from bench.states import RETAIL, shared

    folder = data or shared()
    for file in (RETAIL, CDNOW):
        if not (folder / file).exists():
            raise Failure(f"{folder / file} is not there; name the folder with --data or RAPPORT_SHARED_DATA")
    show(run(folder, knowledge or KNOWLEDGE, runs, _say), json)


@app.command(help="What is read from labelled texts, beside a bag of words; the traps of cues; microseconds a text.")
def texts(
    files: Annotated[list[Path], typer.Argument(help="The airline tweets and the Chinese reviews, as CSV.")],
    into: Annotated[Path | None, typer.Option("--into", help="The page whose figures are written anew.")] = None,
) -> None:
    from bench.engine import KNOWLEDGE
    from bench.texts.run import figures, write
    from rapport.fitting.labelled import read
    from streams.knowledge.load import load

    labelled = [each for file in files for each in read(file)]
    found = figures(load(KNOWLEDGE), KNOWLEDGE / "training", labelled, _say)
    if into is None:
        print(found)
    else:
        write(into, found)


@app.command(help="A simulated month and Online Retail live by force, then replayed from Kafka, archive and files.")
def proof(
    strikes: Annotated[int, typer.Option("--strikes", min=0, help="Kills, pauses and changes of workers a set.")] = 12,
    customers: Customers = 1_000, seed: Annotated[int, typer.Option("--seed")] = 7,
    lines: Annotated[int | None, typer.Option("--lines", min=1, help="Of Online Retail; else all.")] = None,
    only: Annotated[str, typer.Option("--only", help="month or retail; else both.")] = "",
    into: Annotated[Path | None, typer.Option("--into", help="The page whose figures are written anew.")] = None,
) -> None:  # fmt: skip
    from bench.proof.run import prove
    from bench.proof.sets import month, retail
    from bench.proof.writing import told, write
    from bench.states import RETAIL, shared

    if only not in ("", "month", "retail"):
        raise Failure("--only is month or retail")
    file = shared() / RETAIL
    if only != "month" and not file.exists():
        raise Failure(f"{file} is not there: name the folder of the data sets in RAPPORT_SHARED_DATA, or --only month")
    sets = [month(customers, seed)] if only != "retail" else []
    sets += [retail(file, lines)] if only != "month" else []
    found = [prove(each, strikes, seed, _say) for each in sets]
    if into is None:
        print(told(found))
    else:
        write(into, found)
    if not all(each.holds for each in found):
        raise Failure("live and replay differ: the table says where")


@app.command(help="All customers of Online Retail: the past as history and two months live, against one life.")
def backfill(
    into: Annotated[Path | None, typer.Option("--into", help="The page whose figures are written anew.")] = None,
) -> None:
    from bench.proof import writing
    from bench.proof.backfill import backfilled, of_customers
    from bench.states import RETAIL, shared

    file = shared() / RETAIL
    if not file.exists():
        raise Failure(f"{file} is not there: name the folder of the data sets in RAPPORT_SHARED_DATA")
    found = backfilled(of_customers(file))
    if into is None:
        print(writing.backfill(found))
    else:
        writing.write_backfill(into, found)
    if not found.holds:
        raise Failure("the two lives differ: the table says where")


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def main() -> None:
    """Exit status 1, and a sentence, when a measurement could not be made."""
    try:
        app(prog_name="python -m bench")
    except (NoBroker, Stopped, Failure) as error:
        _say(f"bench: {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
