"""What counts as a trace in a record's headers."""

from __future__ import annotations

import pytest

from schemas.traces import carried, is_sampled, is_traceparent

TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(TRACE, True, id="the example of the standard"),
        pytest.param(TRACE.upper(), False, id="capital letters"),
        pytest.param(b"01" + TRACE[2:], False, id="another version"),
        pytest.param(b"00-" + b"0" * 32 + TRACE[35:], False, id="no trace"),
        pytest.param(TRACE[:36] + b"0" * 16 + b"-01", False, id="no span"),
        pytest.param(TRACE + b"0", False, id="too long"),
        pytest.param(b"", False, id="nothing"),
    ],
)
def test_the_form_of_the_standard(value: bytes, expected: bool) -> None:
    assert is_traceparent(value) is expected


@pytest.mark.parametrize(("flags", "expected"), [(b"01", True), (b"00", False), (b"02", False), (b"ff", True)])
def test_the_flag_that_says_recorded(flags: bytes, expected: bool) -> None:
    assert is_sampled(TRACE[:-2] + flags) is expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param([], None, id="none"),
        pytest.param([("source", b"x"), ("traceparent", TRACE)], ("traceparent", TRACE), id="behind another"),
        pytest.param([("traceparent", b"x" * 54)], None, id="too short to be one"),
        pytest.param([("traceparent", None)], None, id="without a value"),
        pytest.param([("traceparent", b"x" * 55)], ("traceparent", b"x" * 55), id="not understood, passed on"),
    ],
)
def test_what_goes_on(headers: list[tuple[str, bytes | None]], expected: tuple[str, bytes] | None) -> None:
    assert carried(headers) == expected
