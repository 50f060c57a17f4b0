"""Loading as a whole: overlay, version, travelling as texts."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from streams.knowledge.load import FILES, KnowledgeError, check, from_documents, load
from streams.knowledge.model import Knowledge

FOLDER = Path(__file__).parents[2] / "knowledge"


def test_the_knowledge_that_comes_with_the_product_is_sound() -> None:
    assert check(FOLDER) == []


def test_it_travels_as_texts(knowledge: Knowledge) -> None:
    again = from_documents(knowledge.documents)
    assert again == knowledge


@pytest.mark.parametrize(
    ("file", "old", "new", "same"),
    [
        pytest.param(
            "money.yaml", "base: GBP", "# note\n\nbase:   'GBP'  # quoted", True, id="comments and layout do not matter"
        ),
        pytest.param(
            "money.yaml", "GBP: 1, EUR: 0.85", "EUR: 0.85, GBP: 1", True, id="the order of names does not matter"
        ),
        pytest.param("money.yaml", "EUR: 0.85", "EUR: 0.86", False, id="a number matters"),
        pytest.param("places.yaml", "name: Berlin Mitte", "name: Berlin", False, id="a word matters"),
        pytest.param(
            "relationships.yaml",
            "falls_to: [parent_child, villain_victim, ex_friend]",
            "falls_to: [villain_victim, parent_child, ex_friend]",
            False,
            id="the order of a list matters",
        ),
    ],
)
def test_the_version_is_that_of_the_content(
    documents: dict[str, str], knowledge: Knowledge, file: str, old: str, new: str, same: bool
) -> None:
    assert documents[file].count(old) == 1
    changed = from_documents({**documents, file: documents[file].replace(old, new)})
    assert (changed.version == knowledge.version) is same


def test_the_order_of_entries_shows_in_no_result(documents: dict[str, str], knowledge: Knowledge) -> None:
    content = yaml.safe_load(documents["rules.yaml"])
    for table in ("deeds", "combinations", "company_deeds"):
        content[table] = dict(reversed(content[table].items()))
    turned = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    again = from_documents({**documents, "rules.yaml": turned})
    assert again.deeds == knowledge.deeds
    assert again.combinations == knowledge.combinations
    assert again.company_deeds == knowledge.company_deeds


def test_what_a_change_leaves_alone_is_the_same_object(documents: dict[str, str], knowledge: Knowledge) -> None:
    """What is compiled of it is looked up for every text, at once or after a comparison of a millisecond."""
    changed = from_documents({**documents, "money.yaml": documents["money.yaml"].replace("EUR: 0.85", "EUR: 0.86")})
    assert changed.texts is knowledge.texts
    assert changed.meanings is knowledge.meanings


class TestOverlay:
    def test_a_file_stands_in_for_the_one_of_the_same_name(self, tmp_path: Path, knowledge: Knowledge) -> None:
        (tmp_path / "places.yaml").write_text("places: []\n", encoding="utf-8")
        changed = load(FOLDER, tmp_path)
        assert changed.places == {}
        assert changed.money == knowledge.money
        assert changed.version != knowledge.version

    def test_its_faults_name_its_own_path(self, tmp_path: Path) -> None:
        (tmp_path / "money.yaml").write_text("base: GBP\nrates: {GBP: 2, EUR: 1, USD: 1, CNY: 1}\n", encoding="utf-8")
        assert check(FOLDER, tmp_path) == [f"{tmp_path}/money.yaml:2: rates: the base 'GBP' must be there and worth 1"]

    def test_an_unknown_file_is_refused_with_the_nearest_name(self, tmp_path: Path) -> None:
        (tmp_path / "signal.yaml").write_text("{}\n", encoding="utf-8")
        assert check(FOLDER, tmp_path) == [f"{tmp_path}/signal.yaml:1: unknown file (did you mean 'signals.yaml'?)"]

    def test_a_folder_that_is_none_is_named(self, tmp_path: Path) -> None:
        nowhere = tmp_path / "nowhere"
        assert check(FOLDER, nowhere) == [f"{nowhere}:1: is no folder; knowledge is a folder of YAML files"]


def test_every_missing_file_is_named() -> None:
    with pytest.raises(KnowledgeError) as caught:
        from_documents({})
    assert caught.value.faults == tuple(sorted(f"knowledge/{name}:1: is missing" for name in FILES))


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "money.yaml").write_bytes(b"base: \xff\xfe")
    (line,) = check(FOLDER, tmp_path)
    assert line.startswith(f"{tmp_path}/money.yaml:1: cannot be read:")


def test_all_faults_of_all_files_come_together(documents: dict[str, str]) -> None:
    broken = {
        **documents,
        "money.yaml": "base: pounds\nrates: {EUR: 1, USD: 1, CNY: 1}\n",
        "company.yaml": "name: X\nlanguage: fr\ntime_zone: Europe/Londn\n",
    }
    with pytest.raises(KnowledgeError) as caught:
        from_documents(broken)
    assert caught.value.faults == (
        "knowledge/company.yaml:2: language: unknown 'fr'; known: zh, en",
        "knowledge/company.yaml:3: time_zone: unknown 'Europe/Londn' (did you mean 'Europe/London'?)",
        "knowledge/money.yaml:2: 'pounds' is no currency of ISO 4217: three capital letters",
        "knowledge/money.yaml:2: rates: the base 'pounds' must be there and worth 1",
    )
