from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import times
from tests.schemas.strategies import moments, offsets


@given(moments, offsets)
def test_an_instant_comes_back_with_its_offset(at: int, offset: int) -> None:
    assert times.read(times.write(at, offset)) == (at, offset)


@pytest.mark.parametrize(
    ("text", "at", "offset"),
    [
        pytest.param("1970-01-01T00:00:00Z", 0, 0, id="the first moment"),
        pytest.param("1970-01-01T08:00:00+08:00", 0, 480, id="the first moment, in China"),
        pytest.param("1969-12-31T23:00:00-01:00", 0, -60, id="the first moment, a year before by the wall"),
        pytest.param("2199-12-31T23:59:59.999Z", times.LATEST - 1, 0, id="the last moment"),
        pytest.param("2026-11-20T10:15:30.1Z", 1_795_169_730_100, 0, id="one digit is tenths"),
        pytest.param("2026-11-20T10:15:30.12+05:45", 1_795_149_030_120, 345, id="two digits are hundredths"),
        pytest.param("2026-11-20T10:15:30.9999999Z", 1_795_169_730_999, 0, id="more digits are dropped, not rounded"),
        pytest.param("2026-11-20t10:15:30z", 1_795_169_730_000, 0, id="small letters"),
        pytest.param("2026-11-20 10:15:30-00:00", 1_795_169_730_000, 0, id="a space, and minus nothing"),
        pytest.param("2024-02-29T00:00:00Z", 1_709_164_800_000, 0, id="a leap day"),
    ],
)
def test_reads_rfc_3339(text: str, at: int, offset: int) -> None:
    assert times.read(text) == (at, offset)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("", "RFC 3339", id="empty"),
        pytest.param("2026-11-20", "RFC 3339", id="a day"),
        pytest.param("2026-11-20T10:15:30", "RFC 3339", id="no offset"),
        pytest.param("20261120T101530Z", "RFC 3339", id="the basic form"),
        pytest.param("2026-W47-5T10:15:30Z", "RFC 3339", id="a week"),
        pytest.param("2026-11-20T10:15Z", "RFC 3339", id="no seconds"),
        pytest.param("2026-11-20T10:15:30.Z", "RFC 3339", id="a point and no digit"),
        pytest.param("2026-11-20T10:15:30+0800", "RFC 3339", id="an offset without a colon"),
        pytest.param("2026-11-20T10:15:30+24:00", "RFC 3339", id="an offset of a day"),
        pytest.param("2026-11-20T10:15:30+08:60", "RFC 3339", id="an offset of sixty minutes"),
        pytest.param("２０２６-11-20T10:15:30Z", "RFC 3339", id="wide digits"),
        pytest.param("2026-11-20T10:15:30Z\n", "RFC 3339", id="a line end"),
        pytest.param("2026-02-29T00:00:00Z", "no such moment", id="no leap year"),
        pytest.param("2026-13-01T00:00:00Z", "no such moment", id="month thirteen"),
        pytest.param("2026-11-20T24:00:00Z", "no such moment", id="hour twenty-four"),
        pytest.param("2016-12-31T23:59:60Z", "no such moment", id="a leap second"),
        pytest.param("0000-01-01T00:00:00Z", "no such moment", id="year nought"),
        pytest.param("1969-12-31T23:59:59.999Z", "1970..2200", id="a millisecond early"),
        pytest.param("2200-01-01T00:00:00Z", "1970..2200", id="a millisecond late"),
        pytest.param("0001-01-01T00:00:00+23:59", "1970..2200", id="before the calendar, by the offset"),
        pytest.param("9999-12-31T23:59:59-23:59", "1970..2200", id="after the calendar, by the offset"),
    ],
)
def test_refuses_what_is_no_such_time(text: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        times.read(text)


@given(st.text(max_size=40))
def test_other_text_is_refused_and_never_raises_otherwise(text: str) -> None:
    try:
        times.read(text)
    except ValueError:
        return
    assert text[:2] in ("19", "20", "21")
