"""The sources file: YAML, a section for each source that is served; `${NAME}` is taken from the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import yaml

from producers.collector.adapter import Adapter, Source
from schemas.catalogue import nearest

T = TypeVar("T")

_REFERENCE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_STEP: Final = re.compile(r"\.([^.\[\]`]+)|\[(\d+|\.\.\.)\]")
_FIELD: Final = re.compile(r"unknown field `([^`]+)`")
_PATH: Final = re.compile(r" - at `(?:key in )?\$([^`]*)`")


class SourcesError(Exception):
    """The sources file cannot be used; the message is `file:line: what is wrong`, with the remedy."""


def load(
    file: Path, known: Sequence[Source], environment: Mapping[str, str], only: str | None = None
) -> tuple[Adapter, ...]:
    """The adapters of a sources file, in its order; `only` one, whose secrets alone must be there then."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourcesError(f"{file}: cannot be read ({error}); RAPPORT_SOURCES names it") from error
    return parse(text, str(file), known, environment, only)


def parse(
    text: str, name: str, known: Sequence[Source], environment: Mapping[str, str], only: str | None = None
) -> tuple[Adapter, ...]:
    """The adapters of a text that is called `name` in errors."""
    root = _root(text, name)
    by_name = {source.name: source for source in known}
    made: dict[str, Adapter] = {}
    for key, value in root.value if root is not None else ():
        source = by_name.get(key.value)
        if source is None:
            close = nearest(str(key.value), tuple(by_name))
            remedy = f"did you mean {close}?" if close else f"the sources are {', '.join(by_name)}"
            raise SourcesError(f"{name}:{_line(key)}: no source is called {key.value!r}; {remedy}")
        if source.name in made:
            raise SourcesError(f"{name}:{_line(key)}: {source.name} stands there twice")
        if only in (None, source.name):
            made[source.name] = _made(source, value, name, environment)
    return tuple(made.values())


def table(file: Path, kind: type[T]) -> T:
    """A file of knowledge that a source goes by, as the struct of its form; `SourcesError` as for the sources file."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourcesError(f"{file}: cannot be read ({error})") from error
    root = _root(text, str(file))
    return msgspec.convert({}, kind) if root is None else _struct(root, kind, str(file), "", {})


def _root(text: str, name: str) -> yaml.MappingNode | None:
    """The mapping that a text is; None where nothing stands in it."""
    try:
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error)
        raise SourcesError(f"{name}:{mark.line + 1 if mark else 1}: not YAML: {what}") from error
    if root is not None and not isinstance(root, yaml.MappingNode):
        raise SourcesError(f"{name}:1: must be a mapping of names")
    return root


def _made(source: Source, node: yaml.Node, name: str, environment: Mapping[str, str]) -> Adapter:
    config = _struct(node, source.config, name, f"{source.name}: ", environment)
    try:
        return source.build(config)
    except ValueError as error:  # what an adapter says of a value that only it can judge
        raise SourcesError(f"{name}:{_line(node)}: {source.name}: {error}") from error


def _struct(node: yaml.Node, kind: type[T], name: str, place: str, environment: Mapping[str, str]) -> T:
    content = _content(node, name, environment)
    try:
        return msgspec.convert({} if content is None else content, kind, strict=False)
    except msgspec.ValidationError as error:
        line, what = _where(node, str(error))
        raise SourcesError(f"{name}:{line}: {place}{what}") from error


def _content(node: yaml.Node, name: str, environment: Mapping[str, str]) -> Any:
    """What a node says, references filled in; a text that has one stays text, whatever stands in its place."""
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in found:
                raise SourcesError(f"{name}:{_line(key)}: {key.value} stands there twice")
            found[key.value] = _content(value, name, environment)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_content(each, name, environment) for each in node.value]
    if _REFERENCE.search(node.value) is None:
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            raise SourcesError(f"{name}:{_line(node)}: {node.value!r} cannot be read: {error}") from error

    def value_of(found: re.Match[str]) -> str:
        value = environment.get(found[1])
        if not value:
            raise SourcesError(f"{name}:{_line(node)}: {found[0]} is not set in the environment; set it")
        return value

    return _REFERENCE.sub(value_of, node.value)


def _where(node: yaml.Node, error: str) -> tuple[int, str]:
    """The line that msgspec's path leads to, and its words without the path."""
    path, what, line = _PATH.search(error), _PATH.sub("", error), _line(node)
    at: yaml.Node | None = node
    for name, place in _STEP.findall(path[1]) if path else ():
        at = _below(at, name, place)
        if at is None:
            break
        line = _line(at)
    if path and path[1].strip("."):
        what = f"{path[1].strip('.')}: {what}"
    unknown = _FIELD.search(what)
    if unknown and isinstance(at, yaml.MappingNode):
        line = next((_line(key) for key, _ in at.value if key.value == unknown[1]), line)
    return line, what


def _below(node: yaml.Node | None, name: str, place: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == name), None)
    if isinstance(node, yaml.SequenceNode) and place.isdigit():
        return node.value[int(place)] if int(place) < len(node.value) else None
    return None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
