"""Whether a changed schema still understands what released ones wrote, and is understood by them.

Both ways, because both happen: new programs read old records (replay, the archive), and old programs
read new ones while workers are replaced one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import avro.schema
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from fastavro.schema import to_parsing_canonical_form

Source = dict[str, Any]
"""A schema as it stands in its file."""

_TAKE_BACK: Final = "take the released type back; another meaning is another field, with a default"


class Break(NamedTuple):
    """What a change breaks: the field (a path with dots, empty for the record itself), how, and the remedy."""

    field: str
    what: str
    remedy: str


def same(one: Source, other: Source) -> bool:
    """Whether both write the same bytes: documentation, defaults and white space may differ."""
    return bool(to_parsing_canonical_form(one) == to_parsing_canonical_form(other))


def breaks(new: Source, released: Source) -> list[Break]:
    """Everything in `new` that is incompatible with `released`, in the order of its fields; empty: compatible."""
    return list(_of(_parsed(new), _parsed(released), ""))


def _parsed(source: Source) -> Any:
    return avro.schema.make_avsc_object(source)


def _of(new: Any, old: Any, path: str) -> Iterator[Break]:
    (new_shape, new_record), (old_shape, old_record) = _unwrapped(new), _unwrapped(old)
    if new_shape == old_shape and new_record.type == "record" and new_record.name == old_record.name:
        yield from _of_fields(new_record, old_record, path)
    elif told := _mismatch(reader=new, writer=old):
        yield Break(path, f"what the release wrote cannot be read: {told}", _TAKE_BACK)
    elif told := _mismatch(reader=old, writer=new):
        yield Break(path, f"programs of the release cannot read it: {told}", _TAKE_BACK)


def _of_fields(new: Any, old: Any, path: str) -> Iterator[Break]:
    for field in new.fields:
        name = f"{path}{'.' if path else ''}{field.name}"
        if field.name in old.fields_dict:
            yield from _of(field.type, old.fields_dict[field.name].type, name)
        elif not field.has_default:
            yield Break(name, "is new and has no default, so older records lack it", "give it a default")
    for name in old.fields_dict.keys() - new.fields_dict.keys():
        whole = f"{path}{'.' if path else ''}{name}"
        yield Break(whole, "is gone, and public", "put it back; it may be null where nobody fills it any more")


def _unwrapped(schema: Any) -> tuple[tuple[str, ...], Any]:
    """What a type is of, and what stands around it: `null` beside it, a list of it."""
    if schema.type == "array":
        shape, inner = _unwrapped(schema.items)
        return ("array", *shape), inner
    if schema.type == "union" and len(others := [each for each in schema.schemas if each.type != "null"]) == 1:
        shape, inner = _unwrapped(others[0])
        return ("null", *shape), inner
    return (schema.type,), schema


def _mismatch(*, reader: Any, writer: Any) -> str:
    """What Avro says against it; empty if it says nothing."""
    checker: Any = ReaderWriterCompatibilityChecker  # its constructor has no types
    found = checker().get_compatibility(reader, writer)
    if found.compatibility is not SchemaCompatibilityType.incompatible:
        return ""
    kinds = ", ".join(sorted({kind.value.replace("_", " ") for kind in found.incompatibilities}))
    return f"{kinds} ({'; '.join(sorted(found.messages))})"
