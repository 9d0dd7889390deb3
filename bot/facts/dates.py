"""Dates as precisely as the texts give them: EDTF in, a span of days out.

EDTF is the Library of Congress's Extended Date/Time Format (ISO 8601-2). The `edtf` library takes
milliseconds for each date, so only linting and building the base come here; what answers read is
the `Span`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from time import struct_time
from typing import Any, Literal, cast

from edtf import Date, EDTFParseException, Interval, Season, UncertainOrApproximate, Unspecified
from edtf import parse_edtf as parse
from edtf.parser import EDTFObject

Precision = Literal["day", "month", "season", "year", "decade", "century"]

FORMS = (
    "2023-03-16, 2023-03, 2023-21 (spring), 2023, 202X, 2023-03~, 2023-03-16/2023-03-17, 2022/.."
)

_OPEN = ".."
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
    try:
        # The library reads a half-written interval as ten years; the standard calls it unknown.
        if text.startswith("/") or text.endswith("/"):
            raise DateFault(f"`{text}` is half an interval; write `..` for an open end")
        parsed = cast(EDTFObject, parse(text))
    except EDTFParseException:
        raise DateFault(f"`{text}` is no date; write it as one of: {FORMS}") from None
    return _interval(text, parsed) if isinstance(parsed, Interval) else _simple(text, parsed)


def _interval(text: str, parsed: Interval) -> Span:
    left, _, right = text.partition("/")
    begins = None if left == _OPEN else parse_date(left)
    ends = None if right == _OPEN else parse_date(right)
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
    )


def _simple(text: str, parsed: EDTFObject) -> Span:
    bare: EDTFObject = parsed
    if isinstance(parsed, UncertainOrApproximate):
        bare = cast(EDTFObject, cast(Any, parsed).date)
    precision = _precision(bare)
    if precision is None:
        raise DateFault(f"`{text}` is a form of date that cannot be shown; one of: {FORMS}")
    first, last = _day(bare.lower_strict()), _day(bare.upper_strict())
    moment = Moment(precision=precision, start=first)
    return Span(
        begins=moment,
        ends=moment,
        first=first.toordinal(),
        last=last.toordinal(),
        approximate=text.endswith(("~", "%")),
        uncertain=text.endswith(("?", "%")),
    )


def _precision(parsed: EDTFObject) -> Precision | None:
    """The precision of a date that is neither an interval nor a set, or None for other forms."""
    if isinstance(parsed, Season):
        return "season"
    if isinstance(parsed, Date) and not isinstance(parsed, Unspecified):
        return cast(Precision, parsed.precision)
    text = str(parsed)
    if isinstance(parsed, Unspecified) and len(text) == 4:
        return {"X": "decade", "XX": "century"}.get(text.lstrip("0123456789"))  # type: ignore
    return None


def _day(moment: struct_time) -> date:
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)
