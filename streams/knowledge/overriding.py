"""Other values for single places of knowledge: `signals.repeat_contact.window=3d`, as an analyst asks *what if*."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import yaml

from streams.knowledge.document import LOADER, KnowledgeError, nearest

UNITS: Final[Mapping[str, tuple[str, float]]] = {
    "s": ("seconds", 1.0), "m": ("minutes", 60.0), "h": ("hours", 3600.0), "d": ("days", 86400.0),
}  # fmt: skip
"""How a length of time is written, the ending of the names that are counted in it, and its seconds."""
BELOW: Final = ("parameters",)
"""What a path may leave out."""
ALIASES: Final[Mapping[str, str]] = {"window": "open"}
"""`window` of a rule that calls it otherwise: how long a matter stays open."""

_LENGTH: Final = re.compile(r"(\d+(?:\.\d+)?)([smhd])")


class Change(NamedTuple):
    """A place of knowledge that says something else than before."""

    path: str
    before: str
    after: str


class _Place(NamedTuple):
    node: yaml.Node
    path: str
    seconds: float | None


def overridden(documents: Mapping[str, str], settings: Iterable[str]) -> dict[str, str]:
    """The texts with each `FILE.NAME….NAME=VALUE` in the place of what stood there, everything else untouched.

    A length of time (`3d`, `12h`, `90m`, `30s`) is turned into the unit of the place. KnowledgeError names a place
    that there is not, with the nearest that there is.
    """
    found = dict(documents)
    for setting in settings:
        path, sign, value = setting.partition("=")
        if not sign or not value.strip():
            raise KnowledgeError([f"--set {setting}: write FILE.NAME….NAME=VALUE"])
        file, *names = path.strip().split(".")
        name = next((each for each in (f"{file}.yaml", file) if each in found), None)
        if name is None:
            known = [each.removesuffix(".yaml") for each in found]
            raise KnowledgeError([f"--set {setting}: no knowledge is called {file!r}{nearest(file, known)}"])
        text = found[name]
        place = _sought(setting, yaml.compose(text, LOADER), names)
        start, end = place.node.start_mark.index, place.node.end_mark.index
        found[name] = text[:start] + _value(setting, value.strip(), place) + text[end:]
    return found


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """What the texts say differently, value by value; comments and layout are nothing."""
    found: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) == after.get(name):
            continue
        one, other = (dict(_leaves(each.get(name, "{}"), name)) for each in (before, after))
        for path in sorted(one.keys() | other.keys()):
            if one.get(path) != other.get(path):
                found.append(Change(path, one.get(path, ""), other.get(path, "")))
    return found


def _leaves(text: str, name: str) -> Iterable[tuple[str, str]]:
    node = yaml.compose(text, LOADER)
    if node is not None:
        yield from _below(node, name.removesuffix(".yaml"))


def _below(node: yaml.Node, path: str) -> Iterable[tuple[str, str]]:
    match node:
        case yaml.MappingNode():
            for key, value in node.value:
                yield from _below(value, f"{path}.{key.value}")
        case yaml.SequenceNode() if all(isinstance(each, yaml.ScalarNode) for each in node.value):
            yield path, ", ".join(each.value for each in node.value)
        case yaml.SequenceNode():
            for number, each in enumerate(node.value):
                yield from _below(each, f"{path}.{number}")
        case _:
            yield path, str(node.value)


def _sought(setting: str, node: yaml.Node | None, names: list[str]) -> _Place:
    walked: list[str] = []
    place: _Place | None = None
    while names:
        # A name may have points itself, as `chat.message` has: the longest that there is counts.
        sizes = range(len(names), 0, -1)
        found = ((size, _step(node, ".".join(names[:size]), walked)) for size in sizes)
        size, place = next(((size, each) for size, each in found if each is not None), (0, None))
        if place is None:
            known = sorted(_names(node))
            where = ".".join(walked) or "the file"
            told = f"{where} has no {names[0]!r}{nearest(names[0], known)}; there are {', '.join(known)}"
            raise KnowledgeError([f"--set {setting}: {told}"])
        names = names[size:]
        walked.append(place.path)
        node = place.node
    if place is None or isinstance(place.node, yaml.MappingNode):
        raise KnowledgeError([f"--set {setting}: name one value, not all of {'.'.join(walked) or 'a file'}"])
    return place


def _step(node: yaml.Node | None, name: str, walked: list[str]) -> _Place | None:
    """The value of that name, of that name with a unit, or of its alias; `parameters` may be left out."""
    values = _mapping(node)
    for stem in (name, ALIASES.get(name)):
        for unit, seconds in ((None, None), *UNITS.values()) if stem is not None else ():
            full = stem if unit is None else f"{stem}_{unit}"
            if full in values and (stem == name or unit is not None):
                known = next((size for ending, size in UNITS.values() if str(full).endswith(f"_{ending}")), seconds)
                return _Place(values[str(full)], str(full), known)
    for below in BELOW:
        if below in values and walked and (found := _step(values[below], name, walked)) is not None:
            return found._replace(path=f"{below}.{found.path}")
    return None


def _names(node: yaml.Node | None) -> set[str]:
    values = _mapping(node)
    return {*values, *(name for below in BELOW if below in values for name in _mapping(values[below]))} - set(BELOW)


def _mapping(node: yaml.Node | None) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _value(setting: str, value: str, place: _Place) -> str:
    length = _LENGTH.fullmatch(value)
    if length is None:
        return value
    if place.seconds is None:
        raise KnowledgeError([f"--set {setting}: {place.path} is no length of time; write it without {length[2]!r}"])
    return f"{float(length[1]) * UNITS[length[2]][1] / place.seconds:g}"
