"""Columns of one record of a foreign text file, and by name what is wrong with them."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from schemas.faults import FieldFault

Columns = list[str]


class Refused(Exception):
    """What is wrong with one column: the reason's code, the column, what stands there, the remedy."""

    def __init__(self, reason: str, column: str, what: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.fault = reason, FieldFault(column, what, remedy)


def record_text(line: bytes, most_bytes: int) -> str:
    """The text of one record; Refused if it is too long, no UTF-8, or holds what no text may."""
    if len(line) > most_bytes:
        raise Refused("too_large", "line", f"{len(line)} bytes", f"A line has at most {most_bytes} bytes.")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        # Whose letter has no end is cut, if there is more of it than a letter of another encoding would have.
        if error.reason == "unexpected end of data" and error.end - error.start > 1:
            what, remedy = "is cut inside its last letter", "Is the file whole? Get the line anew."
        else:
            what, remedy = f"byte {error.start} is not UTF-8", "Save the file as UTF-8."
            if error.end == len(line):
                remedy += " If it is, the line is cut: get it anew."
        raise Refused("bad_encoding", "line", what, remedy) from error
    if "\0" in text:
        raise Refused("nul_character", "line", "holds the character NUL", "Remove it.")
    return text.rstrip("\r")


def csv_columns(names: Sequence[str], text: str, delimiter: str = ",") -> Columns:
    """The columns of one record, as many as there are names."""
    try:
        columns = split(text, delimiter)
    except csv.Error as error:
        remedy = f"Do its quotes close? A column has at most {csv.field_size_limit():,} characters."
        raise Refused("bad_value", "line", f"is not CSV: {error}", remedy) from error
    return counted(names, columns)


def split(text: str, delimiter: str) -> Columns:
    """The columns of one CSV record; `csv.Error` if it is none. Between blanks nothing is quoted but names."""
    if delimiter == " ":
        return text.replace('"', "").split()
    return text.split(delimiter) if '"' not in text else next(csv.reader([text], strict=True, delimiter=delimiter))


def counted(names: Sequence[str], columns: Columns) -> Columns:
    """The columns, if they are as many as their names."""
    if len(columns) != len(names):
        what = f"has {len(columns)} columns instead of {len(names)}"
        raise Refused("missing_field", "line", what, f"The columns are {', '.join(names)}.")
    return columns
