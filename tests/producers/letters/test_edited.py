"""An edited export that is broken is told by file and line, and nothing of it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from producers.letters.edited import EditedError, read
from producers.lines import Lines

GOOD = b'{"id": "a", "touchpoint": {"event_id": "e"}}'


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param(b'{"id": "b", "touchpoint": {"event_id": "e"', "no JSON (", id="half a line"),
        pytest.param(b'{"id": "b", "touchpoint": {"amount": 1e999}}', "no JSON (Number out of range", id="no number"),
        pytest.param(b'{"id": "b",}', "one letter stands on one line", id="a comma too many"),
        pytest.param(b'{"id": "\xff"}', "no JSON (", id="no UTF-8"),
        pytest.param(b"[1]", "no letter without its `id`; edit a file that `rapport dlq export` wrote", id="a list"),
        pytest.param(b'{"touchpoint": {}}', "no letter without its `id`", id="no id"),
        pytest.param(b'{"id": "b", "touchpoint": "e"}', "`touchpoint` is an object", id="a text"),
    ],
)
def test_a_broken_line_is_named_with_the_remedy(line: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "mend.jsonl"
    file.write_bytes(b"\n".join([GOOD, line, GOOD]))
    with pytest.raises(EditedError) as raised:
        list(read(Lines(str(file))))
    assert str(raised.value).startswith(f"{file}:2: ")
    assert told in str(raised.value)


def test_what_is_whole_is_read_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mend.jsonl"
    file.write_bytes(GOOD + b"\n\n" + GOOD.replace(b'{"event_id": "e"}', b"null"))
    assert [(each.id, each.touchpoint) for each in read(Lines(str(file)))] == [("a", {"event_id": "e"}), ("a", None)]
