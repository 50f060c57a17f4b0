"""`rapport schema check|freeze`: no change gets through that records or programs of a release do not survive."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rapport.contracts import RELEASED, check, freeze, releases
from rapport.failure import Failure
from schemas.records import Alert
from schemas.registry import FOLDER, REGISTERED, Registered
from tests.rapport.test_cli import rapport

Fields = list[dict[str, Any]]


def changed(folder: Path, change: Callable[[Fields], object], file: str = "alert.avsc") -> Path:
    """The schemas of this tree in `folder`, with a change in one."""
    shutil.copytree(FOLDER, folder)
    source = json.loads((folder / file).read_text(encoding="utf-8"))
    change(source["fields"])
    (folder / file).write_text(json.dumps(source), encoding="utf-8")
    return folder


def of(fields: Fields, name: str) -> dict[str, Any]:
    return next(field for field in fields if field["name"] == name)


def test_the_schemas_of_this_tree_can_be_published() -> None:
    assert check() == []


def test_every_released_schema_stands_under_its_id() -> None:
    kept = {(each.id, each.name) for each in releases()}
    assert kept == {(entry.id, entry.name) for entry in REGISTERED if (entry.id, entry.name) in kept}
    assert len(kept) >= 8, "the first release had eight"


@pytest.mark.parametrize(
    ("change", "field", "what"),
    [
        pytest.param(lambda f: f.append({"name": "tone", "type": "string"}), "tone", "no default", id="no default"),
        pytest.param(lambda f: f.remove(of(f, "title")), "title", "is gone", id="gone"),
        pytest.param(lambda f: of(f, "due_at").update(type="string"), "due_at", "type mismatch", id="another type"),
        pytest.param(lambda f: of(f, "history").update(type="string"), "history", "cannot be read", id="null no more"),
        pytest.param(
            lambda f: of(f, "card")["type"]["fields"].pop(), "card.do_not", "is gone", id="within the card"
        ),
        pytest.param(
            lambda f: f.append({"name": "tone", "type": ["null", "string"], "default": None}), "",
            "which it must read", id="compatible, but under the same id",
        ),
    ],
)  # fmt: skip
def test_a_change_that_breaks_is_refused_with_file_field_and_remedy(
    change: Callable[[Fields], object], field: str, what: str, tmp_path: Path
) -> None:
    folder = changed(tmp_path / "avro", change)
    (fault,) = check(folder)
    assert (fault.file, fault.field, fault.release) == (str(folder / "alert.avsc"), field, "0.1.0")
    assert what in fault.what
    assert fault.remedy


def test_the_command_tells_people_and_programs(tmp_path: Path) -> None:
    folder = changed(tmp_path / "avro", lambda fields: fields.remove(of(fields, "title")))
    done = rapport("schema", "check", str(folder), folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{folder / 'alert.avsc'}: title: is gone, and public (release 0.1.0); put it back" in done.stderr
    as_json = rapport("schema", "check", str(folder), "--json", folder=tmp_path)
    assert (as_json.returncode, json.loads(as_json.stdout)["field"]) == (1, "title")


def test_words_may_change(tmp_path: Path) -> None:
    assert check(changed(tmp_path / "avro", lambda fields: fields[0].update(doc="other words"))) == []


@pytest.mark.parametrize(
    ("default", "faults"), [pytest.param({"default": None}, [], id="with"), pytest.param({}, ["tone"], id="without")]
)
def test_a_new_id_may_write_a_new_field_with_a_default(
    default: dict[str, None], faults: list[str], tmp_path: Path
) -> None:
    folder = changed(tmp_path / "avro", lambda f: f.append({"name": "tone", "type": ["null", "string"], **default}))
    shutil.move(folder / "alert.avsc", folder / "alert.2.avsc")
    shutil.copy(FOLDER / "alert.avsc", folder)
    registered = (*REGISTERED, Registered(1009, "alert.2", "alert.2.avsc", Alert))
    assert [fault.field for fault in check(folder, RELEASED, registered)] == faults


@pytest.mark.parametrize(
    ("registered", "what"),
    [
        pytest.param(REGISTERED[1:], "id 1001 of touchpoint is registered no more", id="no more"),
        pytest.param(
            (REGISTERED[0]._replace(id=1002), REGISTERED[1]._replace(id=1001), *REGISTERED[2:]),
            "id 1001 of touchpoint now belongs to shift", id="another's",
        ),
    ],
)  # fmt: skip
def test_an_id_is_given_once_and_for_ever(registered: tuple[Registered, ...], what: str) -> None:
    assert what in [fault.what for fault in check(registered=registered)]


def test_a_release_is_kept_as_it_is_and_never_changed(tmp_path: Path) -> None:
    kept = freeze("9.9.9", tmp_path)
    assert [file.name for file in kept] == [f"{entry.id}.{entry.name}.avsc" for entry in REGISTERED]
    assert check(released=tmp_path) == []
    with pytest.raises(Failure, match="stands already"):
        freeze("9.9.9", tmp_path)


@pytest.mark.parametrize(
    ("content", "told"),
    [pytest.param("{", "no JSON", id="half"), pytest.param('{"type": "rekord"}', "no Avro schema", id="no schema")],
)
def test_a_file_that_is_no_schema_is_named(content: str, told: str, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "avro")
    (tmp_path / "avro" / "alert.avsc").write_text(content)
    done = rapport("schema", "check", str(tmp_path / "avro"), folder=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "alert.avsc" in done.stderr
    assert told in done.stderr
