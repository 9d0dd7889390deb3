"""The scale of a chart of time: busy years get more room, and years without marks are left out.

Within a year the scale is even, so that days and months can be compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from bot.pictures.chart import Mark

_BUSIEST = 14  # ends of marks beyond which a year gets no more room
_BREAK = 9.0  # the room of left-out years
_NARROWEST = 6.0


@dataclass(frozen=True)
class Year:
    """A year of the scale, or the part of it that is shown, from `first` up to before `end`."""

    number: int
    first: int
    end: int
    left: float
    right: float


@dataclass(frozen=True)
class Scale:
    """Years from left to right; between two that do not touch, others are left out."""

    years: tuple[Year, ...]

    def place(self, day: int) -> float:
        """Where a day begins; a day outside is at the nearest edge."""
        before = self.years[0].left
        for year in self.years:
            if day < year.first:
                return (before + year.left) / 2 if year is not self.years[0] else year.left
            if day <= year.end:
                share = (day - year.first) / (year.end - year.first)
                return year.left + share * (year.right - year.left)
            before = year.right
        return before

    @property
    def is_even(self) -> bool:
        """Whether a day is equally wide everywhere."""
        return len(self.years) == 1


def scale(marks: Sequence[Mark], left: float, right: float, limits: Sequence[int | None]) -> Scale:
    """The scale from `left` to `right` for marks, of which one at least has a date.

    `limits` are the first and last day to show, if time beyond them does not matter.
    """
    days = [_within(day, limits) for mark in marks for day in (mark.first, mark.last) if day]
    busy = Counter(date.fromordinal(day).year for day in days)
    numbers = sorted(busy)
    gaps = sum(b > a + 1 for a, b in pairwise(numbers))
    room = right - left - gaps * _BREAK - len(numbers) * _NARROWEST
    weights = {year: min(busy[year], _BUSIEST) for year in numbers}
    years: list[Year] = []
    for number in numbers:
        if years:
            left = years[-1].right + (_BREAK if number > years[-1].number + 1 else 0)
        width = _NARROWEST + room * weights[number] / sum(weights.values())
        first, end = _shown(number, numbers, days)
        years.append(Year(number, first, end, left, left + width))
    return Scale(tuple(years))


def _within(day: int, limits: Sequence[int | None]) -> int:
    first, last = limits
    day = max(day, first) if first else day
    return min(day, last) if last else day


def _shown(number: int, numbers: Sequence[int], days: Iterable[int]) -> tuple[int, int]:
    """The first day of a year, and of what follows; the outer years are cut to whole months."""
    first, end = date(number, 1, 1), date(number + 1, 1, 1)
    if number == numbers[0]:
        first = date.fromordinal(min(days)).replace(day=1)
    if number == numbers[-1]:
        last = date.fromordinal(max(days))
        end = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first.toordinal(), end.toordinal()
