"""Dates as precise as the articles give them: EDTF in, a span of days out.

EDTF is the Library of Congress's Extended Date/Time Format (ISO 8601-2). This reads the part of it
that a card can put into words: no sets, and no date of which only a part is uncertain. The tests
compare it with the `edtf` library, which is slow to load and takes milliseconds for each date.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

Precision = Literal["day", "month", "season", "year", "decade", "century"]

FORMS = (
    "2023-03-16, 2023-03, 2023-21 (spring), 2023, 202X, 2023-03~, 2023-03-16/2023-03-17, 2022/.."
)

_OPEN = ".."
_CALENDAR = re.compile(r"(\d{4})(?:-([01]\d)(?:-(\d\d))?)?[~?%]?", re.ASCII)
_SEASON = re.compile(r"(\d{4})-2([1-4])", re.ASCII)
_YEARS = re.compile(r"\d{2}(?:\d|(X))X", re.ASCII)
FINEST: tuple[Precision, ...] = ("day", "month", "season", "year", "decade", "century")
"""Every precision, the finest first."""


@dataclass(frozen=True)
class Moment:
    """A date with its precision: `start` is the first day that it covers."""

    precision: Precision
    start: date


@dataclass(frozen=True)
class Span:
    """The days that a date may mean: `first` to `last`, as proleptic Gregorian day numbers.

    `begins` and `ends` are equal unless the date is an interval; None is an open end.
    """

    begins: Moment | None
    ends: Moment | None
    first: int
    last: int
    approximate: bool = False
    uncertain: bool = False

    @property
    def is_interval(self) -> bool:
        """Whether the date was given as two dates, one of which may be open."""
        return self.begins != self.ends

    @property
    def precision(self) -> Precision:
        """The precision of the finer end."""
        ends = [moment.precision for moment in (self.begins, self.ends) if moment]
        return next(precision for precision in FINEST if precision in ends)

    @property
    def is_day(self) -> bool:
        """Whether the date is one single day."""
        return not self.is_interval and self.precision == "day"


class DateFault(ValueError):
    """A text that is not a date, or not one that a card can word; the message gives the form."""


@lru_cache(maxsize=4096)
def parse_date(text: str) -> Span:
    """The span of an EDTF date. Raises DateFault with the correct form."""
    left, slash, right = text.partition("/")
    return _interval(text, left, right) if slash else _simple(text)


def _interval(text: str, left: str, right: str) -> Span:
    if not left or not right:
        raise DateFault(f"`{text}` is half an interval; write `..` for an open end")
    begins = None if left == _OPEN else _simple(left)
    ends = None if right == _OPEN else _simple(right)
    if begins is None and ends is None:
        raise DateFault(f"`{text}` is open at both ends; leave the date out instead")
    first = begins.first if begins else date.min.toordinal()
    last = ends.last if ends else date.max.toordinal()
    if first > last or (begins and ends and begins.last > ends.last):
        raise DateFault(f"`{text}` runs backwards; put the earlier date first")
    return Span(
        begins=begins.begins if begins else None,
        ends=ends.ends if ends else None,
        first=first,
        last=last,
        approximate=any(end.approximate for end in (begins, ends) if end),
        uncertain=any(end.uncertain for end in (begins, ends) if end),
    )


def _simple(text: str) -> Span:
    try:
        precision, first, last = _covered(text)
    except ValueError:
        raise DateFault(f"`{text}` is not a date; write it as one of: {FORMS}") from None
    moment = Moment(precision, first)
    return Span(
        begins=moment,
        ends=moment,
        first=first.toordinal(),
        last=last.toordinal(),
        approximate=text.endswith(("~", "%")),
        uncertain=text.endswith(("?", "%")),
    )


def _covered(text: str) -> tuple[Precision, date, date]:
    """A date's precision, and the first and last day that it covers.

    Raises ValueError if its form is unknown or the calendar has no such day.
    """
    if match := _CALENDAR.fullmatch(text):
        year, month, day = match.groups()
        first = date(int(year), int(month or 1), int(day or 1))
        if day:
            return "day", first, first
        if month:
            return "month", first, _last_of_month(first.year, first.month)
        return "year", first, _last_of_month(first.year, 12)
    if match := _SEASON.fullmatch(text):
        year, month = int(match[1]), 3 * int(match[2])
        # A winter begins in December and ends with the next year's February.
        ends = (year + 1, 2) if month == 12 else (year, month + 2)
        return "season", date(year, month, 1), _last_of_month(*ends)
    if match := _YEARS.fullmatch(text):
        first, last = int(text.replace("X", "0")), int(text.replace("X", "9"))
        return ("century" if match[1] else "decade"), date(first, 1, 1), date(last, 12, 31)
    raise ValueError(text)


def _last_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
