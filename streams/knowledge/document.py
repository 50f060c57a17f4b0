"""YAML with line numbers: every value read knows where it stands, every key must be one that is asked for.

A reader never stops at the first fault. It notes it, goes on with a harmless value, and the caller
refuses the whole when any fault was noted.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator

import yaml

LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

BOOL = "tag:yaml.org,2002:bool"
NULL = "tag:yaml.org,2002:null"


class KnowledgeError(Exception):
    """Knowledge that cannot be used. `faults` are lines of `file:line: reason`, all that were found."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class Faults:
    """The faults found so far, in the order of files and lines."""

    def __init__(self) -> None:
        self._found: list[tuple[str, int, str]] = []

    def add(self, file: str, line: int, what: str) -> None:
        self._found.append((file, line, what))

    def lines(self) -> list[str]:
        return [f"{file}:{line}: {what}" for file, line, what in sorted(set(self._found))]


def nearest(name: str, known: Collection[str]) -> str:
    """` (did you mean 'x'?)`, or nothing where no known name is near."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def parse(faults: Faults, file: str, text: str) -> Section:
    """The mapping that a file is; an empty one, with the fault noted, where it is none."""
    empty = Section(faults, file, "", None, 1)
    try:
        for token in yaml.scan(text, LOADER):
            if isinstance(token, yaml.AliasToken):
                faults.add(file, token.start_mark.line + 1, "aliases (*name) are not supported: write the value out")
                return empty
        node = yaml.compose(text, LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        faults.add(file, line, f"not YAML: {error.problem or error.context}")
        return empty
    except yaml.YAMLError as error:  # characters that YAML forbids have no mark
        faults.add(file, 1, f"not YAML: {error}")
        return empty
    if not isinstance(node, yaml.MappingNode):
        faults.add(file, 1, "must be a mapping of names to values")
        return empty
    return Section(faults, file, "", node, 1)


class Section:
    """A mapping in a file. Ask for every key it may have, then `close()`: what was not asked for is unknown."""

    def __init__(self, faults: Faults, file: str, path: str, node: yaml.MappingNode | None, line: int) -> None:
        self.faults, self.file, self.path = faults, file, path
        self.line = line
        self.node = node
        self._asked: set[str] = set()
        self._values: dict[str, yaml.Node] = {}
        self._key_lines: dict[str, int] = {}
        for key, value in node.value if node else ():
            self._take(key, value)

    def _take(self, key: yaml.Node, value: yaml.Node) -> None:
        if not isinstance(key, yaml.ScalarNode):
            self.faults.add(self.file, line_of(key), f"{self._prefix()}a name must be plain text")
        elif key.value in self._values:
            first = self._key_lines[key.value]
            self.faults.add(
                self.file, line_of(key), f"{self._prefix()}{key.value!r} is there twice, first in line {first}"
            )
        else:
            self._values[key.value] = value
            self._key_lines[key.value] = line_of(key)

    def _prefix(self) -> str:
        return f"{self.path}: " if self.path else ""

    def fault(self, what: str, key: str | None = None) -> None:
        """Note a fault at a key of this section, or at the section itself."""
        self.faults.add(self.file, self._key_lines.get(key or "", self.line), self._prefix() + what)

    def line_at(self, key: str) -> int:
        return self._key_lines.get(key, self.line)

    def listed(self) -> list[str]:
        """All names, sorted, so that their order in the file shows nowhere."""
        return sorted(self._values)

    def has(self, key: str) -> bool:
        return key in self._values

    def close(self, what: str = "{}") -> None:
        """Every key that was not asked for is a fault; `what` says what the key would be."""
        for key in self._values.keys() - self._asked:
            self.fault(f"unknown {what.format(repr(key))}{nearest(key, self._asked)}", key)

    def _node(self, key: str, required: bool) -> yaml.Node | None:
        self._asked.add(key)
        node = self._values.get(key)
        if node is None:
            if required and self.node is not None:
                self.fault(f"{key!r} is missing")
            return None
        if node.tag == NULL:
            self.fault(f"{key!r} is empty", key)
            return None
        return node

    def text(self, key: str, default: str | None = None) -> str:
        node = self._node(key, default is None)
        if node is None:
            return default or ""
        if isinstance(node, yaml.ScalarNode):
            # Who writes quotes means the spaces inside them.
            return str(node.value) if node.style in ("'", '"') else str(node.value).strip()
        self.fault(f"{key!r} must be text", key)
        return ""

    def choice(self, key: str, known: Collection[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value and value not in known:
            self.fault(f"{key}: unknown {value!r}{nearest(value, known)}; known: {', '.join(known)}", key)
        return value

    def flag(self, key: str, default: bool) -> bool:
        node = self._node(key, False)
        if node is None:
            return default
        if node.tag != BOOL:
            self.fault(f"{key!r} must be true or false", key)
            return default
        return as_flag(node)

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """A number from `low` to `high`, both allowed."""
        node = self._node(key, default is None)
        if node is None:
            return low if default is None else default
        value = as_number(node)
        if value is None:
            self.fault(f"{key!r} must be a number", key)
            return low
        if not low <= value <= high:
            self.fault(f"{key!r} is {value:g}; it must be from {low:g} to {high:g}", key)
        return value

    def whole(self, key: str, low: int, high: int) -> int:
        value = self.number(key, low, high)
        if value != int(value):
            self.fault(f"{key!r} must be a whole number", key)
        return int(value)

    def words(self, key: str, required: bool = True) -> tuple[str, ...]:
        """A list of words, in the order of the file; one word alone is a list of one."""
        node = self._node(key, required)
        if node is None:
            return ()
        if isinstance(node, yaml.ScalarNode):
            return (str(node.value).strip(),) if node.value else ()
        if not isinstance(node, yaml.SequenceNode):
            self.fault(f"{key!r} must be a list", key)
            return ()
        found: list[str] = []
        for each in node.value:
            if not isinstance(each, yaml.ScalarNode) or each.tag == NULL:
                self.faults.add(self.file, line_of(each), f"{self._prefix()}{key}: must be words")
            elif each.value in found:
                self.faults.add(self.file, line_of(each), f"{self._prefix()}{key}: {each.value!r} is there twice")
            else:
                found.append(each.value)
        return tuple(found)

    def names(self, key: str, known: Collection[str], required: bool = True) -> tuple[str, ...]:
        """A list of known names."""
        found = self.words(key, required)
        for each in found:
            if each not in known:
                self.fault(f"{key}: unknown {each!r}{nearest(each, known)}", key)
        return tuple(each for each in found if each in known)

    def section(self, key: str, required: bool = True) -> Section:
        node = self._node(key, required)
        if node is not None and not isinstance(node, yaml.MappingNode):
            self.fault(f"{key!r} must be a mapping", key)
            node = None
        return Section(self.faults, self.file, self._below(key), node, self._key_lines.get(key, self.line))

    def sections(self) -> Iterator[tuple[str, Section]]:
        """Every value of this section, each a mapping by itself, sorted by name."""
        for key in self.listed():
            yield key, self.section(key)

    def rows(self, key: str, required: bool = True) -> list[Section]:
        """A list of mappings, in the order of the file."""
        node = self._node(key, required)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.fault(f"{key!r} must be a list", key)
            return []
        for each in node.value:
            if not isinstance(each, yaml.MappingNode):
                self.faults.add(self.file, line_of(each), f"{self._prefix()}{key}: every entry must be a mapping")
        rows = [each for each in node.value if isinstance(each, yaml.MappingNode)]
        return [Section(self.faults, self.file, self._below(key), row, line_of(row)) for row in rows]

    def numbers(
        self, key: str, low: float, high: float, known: Collection[str] | None = None, required: bool = True
    ) -> dict[str, float]:
        """A table of numbers, sorted by name; names must be `known` unless that is None."""
        table = self.section(key, required)
        for name in table.listed():
            if known is not None and name not in known:
                table.fault(f"unknown {name!r}{nearest(name, known)}", name)
        return {name: table.number(name, low, high) for name in table.listed()}

    def is_mapping(self, key: str) -> bool:
        return isinstance(self._values.get(key), yaml.MappingNode)

    def values(self, key: str) -> tuple[str | float | bool, ...]:
        """One plain value or a list of them: text, numbers, true and false as YAML reads them."""
        node = self._node(key, True)
        each = node.value if isinstance(node, yaml.SequenceNode) else [node] if node else []
        if not all(isinstance(one, yaml.ScalarNode) for one in each):
            self.fault(f"{key!r} must be a value or a list of values", key)
            return ()
        return tuple(as_value(one) for one in each)

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def canonical(node: yaml.Node | None) -> object:
    """What a node says, free of comments, layout and the order of names; plain lists and texts."""
    if isinstance(node, yaml.MappingNode):
        return {"mapping": sorted([key.value, canonical(value)] for key, value in node.value)}
    if isinstance(node, yaml.SequenceNode):
        return [canonical(each) for each in node.value]
    return None if node is None else [node.tag.rsplit(":", 1)[-1], node.value]


def as_flag(node: yaml.Node) -> bool:
    return str(node.value).lower() in ("true", "yes", "on")


def as_number(node: yaml.Node) -> float | None:
    if not isinstance(node, yaml.ScalarNode) or node.tag not in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float"):
        return None
    try:
        value = float(node.value)
    except ValueError:  # YAML's 0x1f, 1_000 and .inf are no numbers here
        return None
    return value if abs(value) < float("inf") else None


def as_value(node: yaml.Node) -> str | float | bool:
    if node.tag == BOOL:
        return as_flag(node)
    number = as_number(node)
    return str(node.value) if number is None else number
