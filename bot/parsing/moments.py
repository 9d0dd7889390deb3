"""Moments as people say them: `today 18:00`, `friday 9am`, `in 30 minutes`, `내일 9시`, `30分後`.

A weekday is the next one. Nothing is guessed: what lacks its day or its time, or could be two days,
is called so, and what is no moment gives None.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Literal

from bot.parsing.dates import MONTH_NAME, MONTHS, parse_period, plain_text
from bot.parsing.times import parse_time

Unclear = Literal["day", "time", "half", "weekday"]
"""What is not clear: no day, no time of day, whether it is morning or afternoon, or whether a
weekday is today or a week from now."""


@dataclass(frozen=True)
class LocalTime:
    """A time of day on a day, wherever that is."""

    day: date
    at: time


Moment = LocalTime | timedelta
"""A local time, or how far from now."""


def parse_moment(text: str, today: date) -> Moment | Unclear | None:
    """The moment that a text names on a day, or what is not clear about it."""
    plain = plain_text(text)
    if ahead := _ahead(plain):
        return ahead
    if _day(plain, today):
        return "time"
    if _time(plain):
        return "day"
    found = set(_readings(plain, today))
    return found.pop() if len(found) == 1 else None


def parse_day(text: str, today: date) -> date | Literal["weekday"] | None:
    """The day that a text names on a day: `tomorrow`, `금요일`, `12月24日`, `2026-12-24`."""
    return _day(plain_text(text), today)


def _readings(plain: str, today: date) -> Iterator[LocalTime | Unclear]:
    """Every way to read a text as a day and a time, whichever comes first."""
    for end in range(1, len(plain)):
        first, second = plain[:end], plain[end:]
        if first[-1].isdecimal() and second[0].isdecimal():
            continue  # it is one number
        for day, at in ((first, second), (second, first)):
            known, clock = _day(day, today), _time(at)
            if known and clock:
                yield _reading(known, clock)


def _reading(day: date | Literal["weekday"], at: time | Literal["half"]) -> LocalTime | Unclear:
    if isinstance(day, str):
        return day
    return at if isinstance(at, str) else LocalTime(day, at)


# ---- Times -----------------------------------------------------------------------------------

_AROUND_A_TIME = re.compile(r"^(?:at |@)|(?:에|に)$")


def _time(text: str) -> time | Literal["half"] | None:
    return parse_time(_AROUND_A_TIME.sub("", text.strip(" ,")))


_MINUTES = r"(?P<minutes>\d{1,3}) ?"
_AHEAD = (
    re.compile(rf"in {_MINUTES}(?:minutes?|mins?|m)", re.ASCII),
    re.compile(
        r"in (?P<hours>\d{1,3}|an?) ?(?:hours?|hrs?|h)"
        rf"(?: (?P<half>and a half)|,?(?: and)? ?{_MINUTES}(?:minutes?|mins?|m))?",
        re.ASCII,
    ),
    re.compile(r"in (?P<half>half an) hour"),
    re.compile(
        rf"(?:(?P<hours>\d{{1,3}}) ?시간)? ?(?:{_MINUTES}분|(?P<half>반))? ?[후뒤]에?", re.ASCII
    ),
    re.compile(
        rf"(?:(?P<hours>\d{{1,3}}) ?時間)? ?(?:{_MINUTES}分|(?P<half>半))? ?後に?", re.ASCII
    ),
)
_ONE = ("a", "an")


def _ahead(text: str) -> timedelta | None:
    """How far from now a text is; None if it does not say that, or says nothing at all."""
    for form in _AHEAD:
        if match := form.fullmatch(text):
            parts = {"hours": None, "minutes": None, "half": None} | match.groupdict()
            hours = 1 if parts["hours"] in _ONE else int(parts["hours"] or 0)
            minutes = int(parts["minutes"] or 0) + (30 if parts["half"] else 0)
            return timedelta(hours=hours, minutes=minutes)
    return None


# ---- Days ------------------------------------------------------------------------------------

_FROM_TODAY = {
    **dict.fromkeys(("today", "오늘", "今日", "本日", "きょう"), 0),
    **dict.fromkeys(("tomorrow", "내일", "明日", "あした", "あす"), 1),
    **dict.fromkeys(("day after tomorrow", "모레", "明後日", "あさって"), 2),
}
_WEEKDAYS = {
    name.casefold(): number
    for number in range(7)
    for name in (
        calendar.day_name[number],
        calendar.day_abbr[number],
        f"{'월화수목금토일'[number]}요일",
        f"{'月火水木金土日'[number]}曜日",
        f"{'月火水木金土日'[number]}曜",
    )
} | {"tues": 1, "thur": 3, "thurs": 3}
_AROUND_A_DAY = re.compile(r"^(?:on |the )|の$")
_NAME = rf"{MONTH_NAME}\.?"
_EACH_YEAR = (
    re.compile(r"(?P<month>\d{1,2}) ?[월月] ?(?P<day>\d{1,2}) ?[일日]", re.ASCII),
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)? {_NAME}", re.ASCII),
    re.compile(rf"{_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?", re.ASCII),
)


def _day(text: str, today: date) -> date | Literal["weekday"] | None:
    bare = _AROUND_A_DAY.sub("", text.strip(" ,"))
    if (days := _FROM_TODAY.get(bare)) is not None:
        return today + timedelta(days=days)
    if (weekday := _WEEKDAYS.get(bare)) is not None:
        days = (weekday - today.weekday()) % 7
        return today + timedelta(days=days) if days else "weekday"
    for form in _EACH_YEAR:
        if match := form.fullmatch(bare):
            return _to_come(match.groupdict(), today)
    period = parse_period(bare)
    return period.first if period and period.first == period.last else None


def _to_come(parts: dict[str, str | None], today: date) -> date | None:
    """The next day of a month and day, today included."""
    name = parts.get("name")
    month = MONTHS[name] if name else int(parts["month"] or 0)
    try:
        this_year = date(today.year, month, int(parts["day"] or 0))
        return this_year if this_year >= today else this_year.replace(year=today.year + 1)
    except ValueError:  # the calendar has no such day
        return None
