"""Answers that say the same in another spelling are one."""

from __future__ import annotations

import pytest

from streams.signals.same_answer import spelt_alike

MONEY = ("pounds", "gbp", "元", "块", "块钱", "人民币")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("£120", "£120.00"),
        ("£120", "120 pounds"),
        ("GBP 120", "120.0"),
        ("1,200", "1200"),
        ("£1,200.50", "1200.5"),
        ("1 200", "1200"),
        ("1.2k", "1200"),
        ("1.2万", "12000元"),
        ("一万二", "12,000"),
        ("一百二十块", "¥120"),
        ("一百零五", "105"),
        ("一百二", "120元"),
        ("三天", "3天"),
        ("两周", "2 周"),
        ("二〇二六年", "2026年"),
        ("３天", "3天"),
        ("三至五天", "3-5天"),
        ("百分之三十", "30%"),
        ("30 %", "30 percent"),
        ("3 to 5 days", "3 - 5 days"),
        ("three days", "3 days"),
        ("twenty-four hours", "24 hours"),
        ("9am - 5pm", "9:00-17:00"),
        ("10.30am", "10:30"),
        ("0800 123 4567", "0800-123-4567"),
        ("Yes.", "yes"),
        ("2 Days", "2 days"),
    ],
)
def test_spelling_makes_no_difference(one: str, other: str) -> None:
    assert spelt_alike(one, MONEY) == spelt_alike(other, MONEY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5 days", "15 days"),
        ("7-10 days", "710 days"),
        ("£120", "£1,200"),
        ("£120.50", "£120.05"),
        ("120", "12.0"),
        ("一百零五", "150"),
        ("一百二", "102"),
        ("10%", "10 days"),
        ("9am", "9pm"),
        ("12am", "12pm"),
        ("three days", "thirteen days"),
        ("in euros", "in pounds"),
        ("covered", "not covered"),
        ("👍", "👎"),
    ],
)
def test_another_number_or_word_is_another_answer(one: str, other: str) -> None:
    assert spelt_alike(one, MONEY) != spelt_alike(other, MONEY)
