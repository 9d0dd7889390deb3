"""Moments as people say them, in three languages; what is not clear is never guessed."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from bot.parsing.moments import LocalTime, parse_day, parse_moment

TODAY = date(2026, 1, 1)  # a Thursday


def on(day: int, hour: int, minute: int = 0) -> LocalTime:
    """A time in January 2026."""
    return LocalTime(date(2026, 1, day), time(hour, minute))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("today 18:00", on(1, 18)),
        ("Today at 6 pm", on(1, 18)),
        ("tomorrow 9am", on(2, 9)),
        ("9am tomorrow", on(2, 9)),
        ("the day after tomorrow, 9:30 am", on(3, 9, 30)),
        ("friday 18:00", on(2, 18)),
        ("on Wed at 9am", on(7, 9)),
        ("6pm on sunday", on(4, 18)),
        ("tomorrow noon", on(2, 12)),
        ("오늘 오후 6시", on(1, 18)),
        ("오늘 저녁 7시 반", on(1, 19, 30)),
        ("금요일 9시", on(2, 9)),
        ("금요일 9시에", on(2, 9)),
        ("내일 아침 8시", on(2, 8)),
        ("모레18:00", on(3, 18)),
        ("月曜日の午後3時", on(5, 15)),
        ("明日9時", on(2, 9)),
        ("明日の朝9時に", on(2, 9)),
        ("내일 밤 9시", on(2, 21)),
        ("내일 오후 3시", on(2, 15)),
        ("今日 18:00", on(1, 18)),
        ("明後日 正午", on(3, 12)),
        ("２０２６年１月３日 ９時", on(3, 9)),
        ("2026-01-03 09:30", on(3, 9, 30)),
        ("3 January 2026 9am", on(3, 9)),
        ("3 Jan 9am", on(3, 9)),
        ("January 3rd, 9am", on(3, 9)),
        ("1월 3일 9시", on(3, 9)),
        ("1月3日9時", on(3, 9)),
        ("31 Dec 9am", LocalTime(date(2026, 12, 31), time(9))),
    ],
)
def test_a_day_and_a_time_are_read_in_either_order(typed: str, meant: LocalTime) -> None:
    assert parse_moment(typed, TODAY) == meant


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("in 30 minutes", 30),
        ("in an hour", 60),
        ("in half an hour", 30),
        ("in 2 hours", 120),
        ("in 1 hour and 15 min", 75),
        ("in an hour and a half", 90),
        ("30분 후", 30),
        ("30분 뒤에", 30),
        ("1시간 반 뒤", 90),
        ("2시간후", 120),
        ("30分後", 30),
        ("1時間半後に", 90),
        ("2時間後", 120),
    ],
)
def test_a_time_from_now_needs_no_day(typed: str, minutes: int) -> None:
    assert parse_moment(typed, TODAY) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("typed", "unclear"),
    [
        ("tomorrow", "time"),
        ("금요일", "time"),
        ("2026-01-03", "time"),
        ("18:00", "day"),
        ("오후 6시", "day"),
        ("thursday 18:00", "weekday"),
        ("목요일 9시", "weekday"),
        ("木曜日9時", "weekday"),
        ("내일 3시", "half"),
        ("오늘 6시 반", "half"),
        ("明日3時に", "half"),
    ],
)
def test_what_is_missing_or_two_days_at_once_is_said(typed: str, unclear: str) -> None:
    assert parse_moment(typed, TODAY) == unclear


@pytest.mark.parametrize(
    "typed",
    [
        "", "soon", "next friday 9am", "tomorrow 9", "friday 25:00", "30 February 9am",
        "in 0 minutes", "in minutes", "후", "後", "내일 밤 1시", "明日の夜12時", "1/2 9am",
        "may 112:30", "may 11:30", "내일 밤 4시", "明日の夜4時", "tomorrow 9am or 10am",
        "in 30 minutes today", "noon midnight",
    ],
)  # fmt: skip
def test_what_is_no_clear_moment_is_none(typed: str) -> None:
    assert parse_moment(typed, TODAY) is None


def test_a_day_without_its_year_is_the_next_one() -> None:
    assert parse_day("12월 31일", date(2026, 12, 31)) == date(2026, 12, 31)
    assert parse_day("1 January", date(2026, 12, 31)) == date(2027, 1, 1)
    assert parse_day("29 February", date(2026, 12, 31)) is None
    assert parse_day("tomorrow", date(2026, 12, 31)) == date(2027, 1, 1)
