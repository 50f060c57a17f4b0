from __future__ import annotations

import pytest

from rapport.doctoring.delivery import DeliverySeen, judge
from tests.rapport.doctoring.judging import one


@pytest.mark.parametrize(
    ("seen", "severity", "told"),
    [
        pytest.param(DeliverySeen("d.yaml", (), 1), "ok", "1 process in the group", id="one delivers"),
        pytest.param(DeliverySeen("d.yaml", (), 0), "action", "nobody delivers", id="nobody does"),
        pytest.param(
            DeliverySeen("d.yaml", ("d.yaml:3: no address", "d.yaml:4: x"), 1), "action",
            "2 wrong: d.yaml:3: no address", id="the file cannot be",
        ),
    ],
)  # fmt: skip
def test_delivery(seen: DeliverySeen, severity: str, told: str) -> None:
    one(judge(seen), severity, told)
