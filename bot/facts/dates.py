"""Dates as precisely as the texts give them: EDTF in, a span of days out.

EDTF is the Library of Congress's Extended Date/Time Format (ISO 8601-2). The `edtf` library takes
milliseconds for each date, so only linting and building the base come here; what answers read is
the `Span`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from time import struct_time
from typing import Any, Literal, cast

from edtf import EDTFParseException, Season, UncertainOrApproximate, Unspecified
from edtf import parse_edtf as parse
from edtf.parser import EDTFObject

Precision = Literal["day", "month", "season", "year", "decade", "century"]

FORMS = (
    "2023-03-16, 2023-03, 2023-21 (spring), 2023, 202X, 2023-03~, 2023-03-16/2023-03-17, 2022/.."
)

_OPEN = ".."
_DECEMBER = 12
_SHOWN = re.compile(r"\d{4}(-[01]\d(-\d\d)?)?[~?%]?|\d{4}-2[1-4]|\d{3}X|\d{2}XX", re.ASCII)
_FINEST: tuple[Precision, ...] = ("day", "month", "season", "year", "decade", "century")


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
        return next(precision for precision in _FINEST if precision in ends)

    @property
    def is_day(self) -> bool:
        """Whether the date is one single day."""
        return not self.is_interval and self.precision == "day"


class DateFault(ValueError):
    """A date that is none, or that no reader could be told; its text says the right form."""


@lru_cache(maxsize=4096)
def parse_date(text: str) -> Span:
    """The span of an EDTF date. Raises DateFault with the right form."""
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
        # What the library reads besides, no reader can be told: sets, or a date uncertain in part.
        if not _SHOWN.fullmatch(text):
            raise ValueError
        bare = parsed = cast(EDTFObject, parse(text))
        if isinstance(parsed, UncertainOrApproximate):
            bare = cast(EDTFObject, cast(Any, parsed).date)
        first, last = _days(bare)
    except (EDTFParseException, ValueError):
        raise DateFault(f"`{text}` is no date; write it as one of: {FORMS}") from None
    moment = Moment(precision=_precision(bare), start=first)
    return Span(
        begins=moment,
        ends=moment,
        first=first.toordinal(),
        last=last.toordinal(),
        approximate=text.endswith(("~", "%")),
        uncertain=text.endswith(("?", "%")),
    )


def _days(parsed: EDTFObject) -> tuple[date, date]:
    """The first and last day of a date. Raises ValueError where the calendar has no such day."""
    first, last = _day(parsed.lower_strict()), _day(parsed.upper_strict())
    if isinstance(parsed, Season) and first.month == _DECEMBER:
        # The library's winter ends with its year; a winter may be meant that goes on.
        last = date(first.year + 1, 3, 1) - timedelta(days=1)
    return first, last


def _precision(parsed: EDTFObject) -> Precision:
    if isinstance(parsed, Season):
        return "season"
    if isinstance(parsed, Unspecified):
        return "century" if str(parsed).endswith("XX") else "decade"
    return cast(Precision, cast(Any, parsed).precision)


def _day(moment: struct_time) -> date:
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)
