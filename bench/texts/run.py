"""`python -m bench texts`: the figures of docs/texts.md, made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from bench.texts import baseline, speed, traps
from rapport.fitting.labelled import Labelled
from rapport.fitting.meanings import learn
from rapport.quality.texts import Quality, feeling, judged
from streams.knowledge.model import Knowledge
from streams.texts.listening import Listener

FOLDS: Final = 5
THREATS: Final = Path(__file__).parent / "threats.txt"
MARK: Final = "<!-- made by `python -m bench texts`; what follows is written anew -->\n"


class Said(NamedTuple):
    """One text that no model judging it has seen."""

    text: Labelled
    ours: str
    bag: str
    denied: bool = False


def figures(knowledge: Knowledge, training: Path, texts: Sequence[Labelled], say: Callable[[str], None]) -> str:
    """Everything, as Markdown."""
    causes, felt = _crossed(knowledge, training, texts, say)
    say("threats, traps, speed")
    parts = [
        "### Causes of complaints (English tweets)", *_compared([("causes", causes, [s.text.cause for s in causes])]),
        "### Feelings", *_compared([
            (f"sentiment, {language}", own, [s.text.feeling for s in own])
            for language in ("en", "zh") if (own := [s for s in felt if s.text.language == language])
        ]),
        "### Negation: feelings of texts in which a word of feeling is denied", *_compared([
            (f"denied, {language}", own, [s.text.feeling for s in own])
            for language in ("en", "zh") if (own := [s for s in felt if s.denied and s.text.language == language])
        ], by_class=False),
        "### Threats", *_threats(knowledge, texts),
        "### Traps of the relationship cues", *_traps(knowledge, texts),
        "### Speed", *_speed(knowledge, texts),
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _crossed(
    knowledge: Knowledge, training: Path, texts: Sequence[Labelled], say: Callable[[str], None]
) -> tuple[list[Said], list[Said]]:
    """Each fifth is judged by what was learnt from the other four."""
    causes: list[Said] = []
    felt: list[Said] = []
    for fold in range(FOLDS):
        say(f"fold {fold + 1} of {FOLDS}")
        known = [each for n, each in enumerate(texts) if n % FOLDS != fold]
        asked = [each for n, each in enumerate(texts) if n % FOLDS == fold]
        ear = Listener(knowledge.texts, learn(known, training, knowledge))
        for language in ("en", "zh"):
            own, new = ([e for e in some if e.language == language] for some in (known, asked))
            if own and new:
                felt += _felt(ear, own, new, language)
        complaints, new = [e for e in known if e.cause], [e for e in asked if e.cause]
        if complaints and new:
            bag = baseline.learnt([e.text for e in complaints], [e.cause for e in complaints], "en")
            said = bag.predict([e.text for e in new])
            causes += [Said(e, ear.hear(e.text).cause().name, str(b)) for e, b in zip(new, said, strict=True)]
    return causes, felt


def _felt(ear: Listener, known: Sequence[Labelled], asked: Sequence[Labelled], language: str) -> Iterator[Said]:
    classes = {each.feeling for each in known}
    bag = baseline.learnt([e.text for e in known], [e.feeling for e in known], language)
    for each, said in zip(asked, bag.predict([e.text for e in asked]), strict=True):
        heard = ear.hear(each.text)
        yield Said(each, feeling(heard, classes), str(said), bool(heard.denied("sentiment")))


def _compared(questions: Sequence[tuple[str, list[Said], list[str]]], by_class: bool = True) -> Iterator[str]:
    yield "\n| | texts | accuracy | macro-F1 | bag of words: accuracy | macro-F1 |\n|---|---|---|---|---|---|"
    pairs: list[tuple[Quality, Quality]] = []
    for name, said, truth in questions:
        ours, bag = judged(name, truth, [s.ours for s in said]), judged(name, truth, [s.bag for s in said])
        pairs.append((ours, bag))
        scores = (ours.accuracy, ours.macro_f1, bag.accuracy, bag.macro_f1)
        yield f"| {name} | {ours.n} | " + " | ".join(f"{score:.3f}" for score in scores) + " |"
    if by_class:
        yield "\n| class | texts | precision | recall | F1 | bag of words: F1 |\n|---|---|---|---|---|---|"
        for ours, bag in pairs:
            for c, b in zip(ours.classes, bag.classes, strict=True):
                scores = (c.precision, c.recall, c.f1, b.f1)
                yield f"| {ours.name}: {c.name} | {c.n} | " + " | ".join(f"{score:.2f}" for score in scores) + " |"
    yield ""


def marked(text: str) -> str:
    """The hash under which a labelled text stands in `THREATS`."""
    return blake2b(text.encode(), digest_size=8).hexdigest()


def labelled_threats() -> dict[str, str]:
    """By hash: with what the text threatens."""
    lines = THREATS.read_text("utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def _threats(knowledge: Knowledge, texts: Sequence[Labelled]) -> Iterator[str]:
    ear = Listener(knowledge.texts, knowledge.meanings)
    spoken, labels = [e for e in texts if e.language == "en"], labelled_threats()
    truth = ["threat" if marked(e.text) in labels else "none" for e in spoken]
    if "threat" not in truth:
        yield "\nNone of the labelled threats is among these texts.\n"
        return
    ours = ["threat" if ear.hear(e.text).said("threat") else "none" for e in spoken]
    bag = ["none"] * len(spoken)
    for fold in range(FOLDS):
        known = [n for n in range(len(spoken)) if n % FOLDS != fold]
        model = baseline.learnt([spoken[n].text for n in known], [truth[n] for n in known], "en")
        for n in range(fold, len(spoken), FOLDS):
            bag[n] = str(model.predict([spoken[n].text])[0])
    yield "\n| | texts | threats | precision | recall | F1 |\n|---|---|---|---|---|---|"
    for name, said in (("lists of words", ours), ("bag of words", bag)):
        c = next(each for each in judged("threats", truth, said).classes if each.name == "threat")
        yield f"| {name} | {len(spoken)} | {c.n} | {c.precision:.2f} | {c.recall:.2f} | {c.f1:.2f} |"
    yield ""


def _traps(knowledge: Knowledge, texts: Sequence[Labelled]) -> Iterator[str]:
    yield "\n| trap | | texts | called positive | wanted | read so |\n|---|---|---|---|---|---|"
    for t in traps.found(knowledge, texts):
        yield f"| {t.name} | {t.language} | {t.n} | {t.positive:.2f} | {t.wanted} | {t.right:.2f} |"
    yield ""


def _speed(knowledge: Knowledge, texts: Sequence[Labelled]) -> Iterator[str]:
    yield f"\n| microseconds of processor time a text of {speed.LETTERS} letters | en | zh |\n|---|---|---|"
    own = {language: [e.text for e in texts if e.language == language] for language in ("en", "zh")}
    costs = {language: speed.costs(knowledge, some) for language, some in own.items() if some}
    for name in dict.fromkeys(name for cost in costs.values() for name in cost):
        cells = [f"{costs[language][name]:.1f}" if language in costs else "" for language in ("en", "zh")]
        yield f"| {name} | {cells[0]} | {cells[1]} |"
    yield ""


def write(page: Path, found: str) -> None:
    """Puts the figures behind the mark of the page; what stands before it stays."""
    head = page.read_text("utf-8").partition(MARK)[0] if page.exists() else ""
    page.write_text(f"{head}{MARK}\n{found}", encoding="utf-8")
