"""The notebooks run, show what they showed, and find the truth that was put into the history they tell of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.local.broker import free_port
from examples.notebooks.running import NOTEBOOKS, executed, read
from examples.notebooks.shop import ALWAYS, COMPLAIN, EFFECTS, fill
from rapport.history.history import FOLDER
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.migrate import migrate


@pytest.fixture(scope="module", autouse=True)
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The shop's archive, that `History.open` finds: no `store` runs here."""
    data = tmp_path_factory.mktemp("shop")
    store = EmbeddedStore(data / FOLDER)
    migrate(store)
    fill(store)
    store.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAPPORT_DATA", str(data))
        patch.setenv("RAPPORT_STORE_PORT", str(free_port()))
        yield


def shown(notebook: dict[str, Any]) -> list[str]:
    return ["".join(each["data"]["text/plain"]) for cell in notebook["cells"] for each in cell.get("outputs", ())]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_shows_what_it_is_kept_with_and_that_is_true(name: str) -> None:
    kept, space = read(name), dict[str, Any]()
    assert shown(executed(kept, name, space)) == shown(kept), "write them anew: python -m examples.notebooks"
    if name == "price_change":
        found, truth = space["minded"], {each: likely - ALWAYS for each, likely in COMPLAIN.items()}
    else:
        found, truth = {each.name: each.effect for each in space["found"]}, EFFECTS
    missed = [each for each, effect in found.items() if not effect.low <= truth[each] <= effect.high]
    assert found.keys() == truth.keys()
    assert missed == []


def test_what_a_cell_raises_names_notebook_and_cell() -> None:
    cells = [{"cell_type": "markdown", "source": ["# a"]}, {"cell_type": "code", "source": ["x = 1\n", "x / 0"]}]
    with pytest.raises(ZeroDivisionError) as raised:
        executed({"cells": cells}, "broken", {})
    assert raised.traceback[-1].frame.code.raw.co_filename == "broken.ipynb, cell 2"
