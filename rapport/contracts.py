"""The schemas of this tree against those of the releases: `schemas/released/<version>/<id>.<name>.avsc`.

The id of a schema stands in every record ever written, and its file is what those records are read by. So a
released file never changes what it writes; whatever is new is a new file with a new id, compatible both ways.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import avro.schema
from avro.errors import AvroException

from rapport.failure import Failure
from rapport.settings import PROJECT
from schemas.compatibility import breaks, same
from schemas.registry import FOLDER, REGISTERED, Registered

RELEASED: Final = PROJECT / "schemas" / "released"
_BREAKING: Final = "a change that must break is a new version of its topic"


class Released(NamedTuple):
    """One schema as a release wrote it."""

    release: str
    id: int
    name: str
    source: dict[str, Any]


class Fault(NamedTuple):
    """A change that cannot be published: where (field empty: the whole schema), what, against which release, remedy."""

    file: str
    field: str
    what: str
    release: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.field}" if self.field else self.file
        return f"{where}: {self.what} (release {self.release}); {self.remedy}"


def releases(folder: Path = RELEASED) -> list[Released]:
    """All schemas of all releases. Failure for a file that is no such thing."""
    return [_released(file) for file in sorted(folder.glob("*/*.avsc"))]


def check(
    folder: Path = FOLDER, released: Path = RELEASED, registered: tuple[Registered, ...] = REGISTERED
) -> list[Fault]:
    """What in the schemas of `folder` cannot be published after the releases; empty: all of it can."""
    sources = {entry.id: _read(folder / entry.file) for entry in registered}
    return list(dict.fromkeys(f for each in releases(released) for f in _of(each, folder, registered, sources)))


def freeze(version: str, folder: Path = RELEASED) -> list[Path]:
    """Keep the present schemas as those of a release; the files made. Failure if it stands, or breaks others."""
    place = folder / version
    if place.exists():
        raise Failure(f"{place} stands already: a release is never changed; take the next version")
    if faults := check(released=folder):
        raise Failure(f"{len(faults)} incompatible changes, the first: {faults[0]}")
    place.mkdir(parents=True)
    files = [place / f"{entry.id}.{entry.name}.avsc" for entry in REGISTERED]
    for entry, file in zip(REGISTERED, files, strict=True):
        file.write_bytes((FOLDER / entry.file).read_bytes())
    return files


def _of(
    old: Released, folder: Path, registered: tuple[Registered, ...], sources: dict[int, dict[str, Any]]
) -> Iterator[Fault]:
    own = next((entry for entry in registered if entry.id == old.id), None)
    if own is None or own.name != old.name:
        now = "is registered no more" if own is None else f"now belongs to {own.name}"
        remedy = f"give {old.name} its id back in schemas/registry.py; a new schema takes a new id"
        yield Fault("schemas/registry.py", "", f"id {old.id} of {old.name} {now}", old.release, remedy)
        return
    for entry in registered:
        if entry.struct is own.struct:
            source, file = sources[entry.id], str(folder / entry.file)
            found = breaks(source, old.source)
            for each in found:
                yield Fault(file, each.field, each.what, old.release, f"{each.remedy}; {_BREAKING}")
            if entry is own and not found and not same(source, old.source):
                what = f"writes otherwise than the released records of id {old.id}, which it must read"
                remedy = f"take the change back here; put it into a new file with a new id ({_next(registered)})"
                yield Fault(file, "", what, old.release, remedy)


def _next(registered: tuple[Registered, ...]) -> int:
    return max(entry.id for entry in registered) + 1


def _released(file: Path) -> Released:
    number, _, name = file.stem.partition(".")
    if not number.isdigit() or not name:
        raise Failure(
            f"{file} is no released schema: they are called <id>.<name>.avsc, as `rapport schema freeze` does"
        )
    return Released(file.parent.name, int(number), name, _read(file))


def _read(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        avro.schema.make_avsc_object(found)
    except FileNotFoundError as error:
        raise Failure(f"{file} is not there; schemas/registry.py names it") from error
    except ValueError as error:
        raise Failure(f"{file}: no JSON: {error}") from error
    except AvroException as error:
        raise Failure(f"{file}: no Avro schema: {error}") from error
    return found
