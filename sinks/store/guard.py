"""What a stranger's SQL may say. The first of two fences; the second is ClickHouse's own `readonly` with limits.

`readonly` alone is not enough: it lets through INTO OUTFILE, the scalar function
file(), DESCRIBE of a table function and KILL QUERY. So the statement is cut into
tokens, and what is run is put together from those tokens, without its comments:
nothing is run that was not understood. Every name before a parenthesis must be a
known function that neither leaves the process nor waits (`functions.txt`); a
table function is none. What is not known is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

LONGEST: Final = 256 << 10
"""Characters of one statement."""

FUNCTIONS: Final = frozenset((Path(__file__).parent / "functions.txt").read_text(encoding="ascii").split())
"""Scalar and aggregate functions, in lower case: text, time, arrays, numbers, JSON, hashes, statistics."""

_COMBINATORS: Final = (
    "if", "array", "map", "state", "merge", "mergestate", "foreach", "distinct",
    "ordefault", "ornull", "resample", "simplestate", "argmin", "argmax",
)  # fmt: skip
_BEFORE_PARENTHESIS: Final = frozenset({
    "select", "distinct", "on", "all", "from", "join", "using", "where", "prewhere", "having", "qualify", "by",
    "and", "or", "not", "xor", "in", "is", "as", "over", "case", "when", "then", "else", "between", "like", "ilike",
    "limit", "offset", "union", "except", "intersect", "with", "exists", "any", "asof", "array", "sets", "rollup",
    "cube", "interval", "filter", "group", "rows", "range",
})  # fmt: skip
_TYPES: Final = frozenset({
    "decimal", "decimal32", "decimal64", "decimal128", "datetime", "datetime64", "nullable", "array", "tuple", "map",
    "lowcardinality", "fixedstring", "enum8", "enum16", "cast", "extract",
})  # fmt: skip
_CALLABLE: Final = FUNCTIONS | _BEFORE_PARENTHESIS | _TYPES

_REFUSED_WORDS: Final = frozenset(
    {"into", "outfile", "infile", "format", "settings", "apply", "insert", "parallel", "execute", "columns"}
)
"""Words that write, read files, change settings, or call functions by name."""

_STARTS: Final = (
    ("select",), ("with",), ("describe",), ("desc",), ("show", "tables"), ("show", "databases"),
    ("show", "columns"), ("show", "create", "table"), ("show", "create", "view"),
)  # fmt: skip
_SYSTEM_TABLES: Final = frozenset({"tables", "columns", "parts", "databases", "functions", "one"})
_SYSTEM: Final = "system"
_FOREIGN: Final = frozenset({"default"})
"""The embedded engine's own database, in which a file's name is a table."""

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*(?s:.*?)\*/)
      |(?P<text>'(?:[^'\\]|\\.|'')*')
      |(?P<quoted>"[\w \-]+"|`[\w \-]+`)
      |(?P<word>[A-Za-z_0-9]+)
      |(?P<sign>[-+*%=<>!|(),.\[\]?:;]|/(?!\*))""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)


class Refused(Exception):
    """The statement is not run; the message says why and what may be asked."""


class _Token(NamedTuple):
    kind: str
    text: str

    @property
    def name(self) -> str:
        """In lower case and without quotes, for a word or a quoted name; empty for others."""
        return self.text.strip('"`').lower() if self.kind in ("word", "quoted") else ""


def checked(sql: str) -> str:
    """The statement as it may be run, or `Refused`."""
    if len(sql) > LONGEST:
        raise Refused(f"a statement has at most {LONGEST} characters, not {len(sql)}")
    tokens = _tokens(sql)
    said = [token for token in tokens if token.kind != "space"]
    if said and said[-1].text == ";":
        said.pop()
        while tokens.pop().text != ";":
            pass
    _check(said)
    return "".join(" " if token.kind == "space" else token.text for token in tokens)


def _tokens(sql: str) -> list[_Token]:
    tokens, place = [], 0
    while place < len(sql):
        found = _TOKEN.match(sql, place)
        if found is None:
            raise Refused(
                f"{sql[place : place + 20]!r} is not understood at character {place}: outside of 'texts' write "
                "ASCII letters, digits, _ and the signs of expressions; names in quotes have letters, digits, _ and -"
            )
        tokens.append(_Token(str(found.lastgroup), found.group()))
        place = found.end()
    return tokens


def _check(said: Sequence[_Token]) -> None:
    start = tuple(token.text.lower() for token in said[:3])
    if not any(start[: len(each)] == each for each in _STARTS):
        raise Refused("ask with SELECT, WITH, DESCRIBE, SHOW TABLES, COLUMNS, DATABASES, CREATE TABLE or CREATE VIEW")
    if start[0] in ("show", "describe", "desc") and any(token.text == "(" for token in said):
        raise Refused("DESCRIBE and SHOW take the name of a table, nothing in parentheses")
    for token, following in zip(said, [*said[1:], _Token("end", "")], strict=True):
        if token.text == ";":
            raise Refused("one statement at a time")
        if token.kind == "word" and token.name in _REFUSED_WORDS:
            raise Refused(f"{token.text} is not allowed; the answer's form is a parameter of the request")
        if following.text == "(" and token.name and not _callable(token):
            raise Refused(f"{token.text}(…) is not one of the functions that may be called; table functions never are")
    for owner, dot, owned in zip(said, said[1:], said[2:], strict=False):
        if dot.text == "." and (owner.name in _FOREIGN or (owner.name == _SYSTEM and owned.name not in _SYSTEM_TABLES)):
            raise Refused(f"{owner.text}.{owned.text} may not be read")


def _callable(token: _Token) -> bool:
    if token.kind == "quoted":
        return _function(token.name)
    return token.name in _CALLABLE or _function(token.name)


def _function(name: str) -> bool:
    """Known as it stands, or an aggregate with combinators behind it: sumIf, uniqExactArrayIf."""
    if name in FUNCTIONS:
        return True
    ends = (end for end in _COMBINATORS if name.endswith(end) and len(name) > len(end))
    return any(_function(name.removesuffix(end)) for end in ends)
