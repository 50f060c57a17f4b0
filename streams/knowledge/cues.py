"""`cues.zh.yaml` and `cues.en.yaml`: words and their negation."""

from __future__ import annotations

from streams.knowledge.document import Section
from streams.knowledge.evidence import Cue, Others, Speech
from streams.knowledge.forms import expanded
from streams.knowledge.marks import Negation
from streams.knowledge.terms import HALF_LIVES, TYPE_IDS, HalfLife, Language, Weights

HALF_LIFE: dict[str, HalfLife] = {each: each for each in HALF_LIVES}
MAX_WINDOW = 10


def read_half_life(section: Section) -> HalfLife:
    return HALF_LIFE.get(section.choice("half_life", HALF_LIVES), "text")


def read_weights(section: Section, clip: float, key: str = "weights", required: bool = True) -> Weights:
    """Weights of known types, none beyond the clip."""
    return section.numbers(key, -clip, clip, TYPE_IDS, required)


def read_cues(root: Section, language: Language, clip: float) -> tuple[list[Cue], Negation, Others]:
    said = root.text("language")
    if said and said != language:
        root.fault(f"'language' is {said!r}, but this is the file of {language!r}", "language")
    negation = read_negation(root.section("negation"), language)
    table = root.section("cues")
    cues: list[Cue] = []
    owners: dict[str, str] = {}
    for name, section in table.sections():
        cue = _cue(section, name, language, clip)
        for word in cue.words:
            if (owner := owners.setdefault(word.casefold(), name)) != name:
                section.fault(f"words: {word!r} is already a word of {owner!r} and would count twice", "words")
        cues.append(cue)
    others = _others(root.section("others"), language)
    root.close()
    return cues, negation, others


def _cue(section: Section, name: str, language: Language, clip: float) -> Cue:
    cue = Cue(
        name=name,
        group=section.text("group"),
        language=language,
        words=_words(section),
        weights=read_weights(section, clip),
        half_life=read_half_life(section),
        negatable=section.flag("negatable", True),
        negated_weights=read_weights(section, clip, "negated_weights", required=False),
        transformational=section.flag("transformational", False),
        deed=section.text("deed", ""),
        doubtful=section.flag("doubtful", False),
        of_others=section.flag("of_others", False),
        asking=section.flag("asking", False),
        glad=section.flag("glad", False),
        of_what=section.flag("of_what", False),
    )
    if any(not word.strip() or word != word.strip() for word in cue.words):
        section.fault("words: an empty word, or one with spaces around it, is found everywhere or nowhere", "words")
    if cue.negated_weights and not cue.negatable:
        section.fault("'negated_weights' have no effect where 'negatable' is false", "negated_weights")
    section.close()
    return cue


def _others(section: Section, language: Language) -> Others:
    said = section.section("speech")
    speech = Speech(*(_words(said, key) for key in Speech.__struct_fields__))
    said.close()
    elsewhere, kin, selves, us, in_return = (
        _words(section, key) for key in ("elsewhere", "kin", "selves", "us", "in_return")
    )
    found = Others(language, elsewhere, kin, selves, us, in_return, speech)
    section.close()
    return found


def _words(section: Section, key: str = "words") -> tuple[str, ...]:
    """The list with its forms written out; a form whose brackets do not close stands for no words."""
    found: list[str] = []
    for form in section.words(key):
        written = expanded(form)
        if not written:
            section.fault(f"{key}: {form!r} stands for no words: is every bracket closed?", "words")
        found += written
    return tuple(found)


def read_negation(section: Section, language: str) -> Negation:
    """What turns words of one language round."""
    found = Negation(
        language=language,
        words=section.words("words"),
        window=section.whole("window", 0, MAX_WINDOW),
        exceptions=section.words("exceptions", required=False),
        breaks=section.words("breaks", required=False),
        outer=section.words("outer", required=False),
        adjoining=section.words("adjoining", required=False),
    )
    for word in found.exceptions:
        if not any(each in word for each in (*found.words, *found.adjoining)):
            section.fault(f"exceptions: {word!r} has no negation in it", "exceptions")
    section.close()
    return found
