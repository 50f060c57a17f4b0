"""Every public name fires where it should and stays silent in its near misses: `every_name.yaml` says where that is
shown, and here it is held to the stories, which `tests/scenarios` tells in three ways."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from schemas.records import Measure, Touchpoint
from streams.engine import Engine
from streams.knowledge.signals import SPECS
from streams.knowledge.wording import CONTACT_REASONS
from streams.signals import DETECTORS
from tests.scenarios.sameness import contents
from tests.scenarios.story import FOLDER, Story, read, stories
from tests.scenarios.telling import InProcess, tell
from tests.streams.lab import WIDE, knowledge

TESTS: Final = FOLDER.parent
TABLE: Final = yaml.safe_load((Path(__file__).parent / "every_name.yaml").read_text(encoding="utf-8"))
CASES: Final = ("below", "at", "above", "inside", "outside", "negated", "late")
NAMES: Final = [*TABLE["signals"], *TABLE["decisions"]]
JUDGED_ELSEWHERE: Final = {
    "contact_rule_broken": frozenset({"message.sent"}),
    "right_offer": frozenset({"qr.scanned"}),
    "policy_impact": frozenset({"policy.changed"}),
}
READS: Final = JUDGED_ELSEWHERE | {
    detector.name: detector.types | getattr(detector, "meets", frozenset()) for detector in DETECTORS
}
_PLACE: Final = re.compile(r"([+-])(\w+)/([^@]+)(?:@(.+))?")
_TEST: Final = re.compile(r"test (\S+)::(\w+)")


def shown(name: str, case: str) -> list[str]:
    found = (TABLE["signals"] | TABLE["decisions"])[name][case]
    return found if isinstance(found, list) else [found]


def places(name: str, case: str) -> list[re.Match[str]]:
    return [place for each in shown(name, case) if (place := _PLACE.fullmatch(each))]


@cache
def story(name: str) -> Story:
    return read(FOLDER / f"{name}.yaml")


def test_every_name_is_in_the_table_and_no_other() -> None:
    assert set(TABLE["signals"]) == set(SPECS)
    assert set(TABLE["decisions"]) == set(CONTACT_REASONS)


@pytest.mark.parametrize("name", NAMES)
def test_every_case_is_shown_or_does_not_exist(name: str) -> None:
    assert tuple((TABLE["signals"] | TABLE["decisions"])[name]) == CASES
    for case in CASES:
        for each in shown(name, case):
            if test := _TEST.fullmatch(each):
                assert f"def {test[2]}(" in (TESTS / test[1]).read_text(encoding="utf-8"), each
            else:
                assert each.startswith("no: ") or _PLACE.fullmatch(each), f"{name}, {case}: {each!r}"


@pytest.mark.parametrize("name", NAMES)
def test_it_fires_somewhere_and_stays_silent_somewhere(name: str) -> None:
    signs = {place[1] for case in CASES for place in places(name, case)}
    if name != "relationship_rule_broken":  # shown by its own tests, which tell a customer's whole life
        assert signs == {"+", "-"}


@pytest.mark.parametrize(("name", "case"), [(name, case) for name in NAMES for case in CASES if places(name, case)])
def test_the_story_says_so(name: str, case: str) -> None:
    for sign, tale, whom, at in (place.groups() for place in places(name, case)):
        told, where = story(tale), f"{name}, {case}: {sign}{tale}/{whom}{'@' + at if at else ''}"
        if name in TABLE["decisions"]:
            (answer,) = {tuple(e.get("reasons", ())) for e in told.expect if e.get("contact_id") == whom}
            assert (name in answer) is (sign == "+"), where
            continue
        said = told.expect if sign == "+" else told.expect_nothing
        assert any(_about(entry, name, told, whom, at) for entry in said), where
        assert sign == "+" or _happens(told, name, whom), f"{where}: nothing happens"


def _about(entry: dict[str, Any], name: str, told: Story, whom: str, at: str | None) -> bool:
    """Whether an expectation is about this name and customer; one that names a customer alone is about all names."""
    who = whom == "*" or entry.get("who") == f"{told.name}-{whom}" or whom in entry.get("scope", {}).values()
    when = at is None or entry.get("at") == told.moment(at)
    return who and when and (entry.get("signal") == name or set(entry) == {"who"})


def _happens(told: Story, name: str, whom: str) -> bool:
    """Whether anything that this name goes by happens to the one whom it is silent about."""
    return any(
        each.type in READS[name]
        and (whom == "*" or each.customer_id == f"{told.name}-{whom}" or f'"{whom}"' in (each.properties or ""))
        for each in told.touchpoints
    )


@pytest.mark.parametrize("path", stories(), ids=lambda path: path.stem)
def test_a_story_in_which_all_that_customers_do_is_delivered_twice_says_the_same(path: Path) -> None:
    once = story(path.stem).touchpoints
    twice = [copy for each in once for copy in ((each,) if each.type in WIDE else (each, each))]
    assert len(twice) > len(once)
    assert _outputs(twice) == _outputs(once)


def _outputs(touchpoints: Sequence[Touchpoint]) -> dict[str, bytes]:
    line = InProcess(Engine(knowledge()))
    tell(touchpoints, line)
    return contents(output for output in line.outputs if not isinstance(output, Measure))
