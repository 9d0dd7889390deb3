"""Periods as people type them: `2023`, `2023-03`, `16 March 2023`, `2023년 3월`, `2023年3月16日`.

Nothing is guessed: a text that is not a date, or not one in the calendar, gives None.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

MONTHS = {
    form.casefold(): number
    for number in range(1, 13)
    for form in (calendar.month_name[number], calendar.month_abbr[number])
} | {"sept": 9}
MONTH_NAME = rf"(?P<name>{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_NUMERIC = re.compile(
    r"(?<!\d)(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?)?(?![-/.]?\d)",
    re.ASCII,
)
_KOREAN_JAPANESE = re.compile(
    r"(?P<year>\d{4}) ?[년年](?: ?(?P<month>\d{1,2}) ?[월月](?: ?(?P<day>\d{1,2}) ?[일日])?)?",
    re.ASCII,
)
_ENGLISH = (
    re.compile(
        rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? )?{MONTH_NAME}\.?,? (?P<year>\d{{4}})(?!\d)",
        re.ASCII | re.IGNORECASE,
    ),
    re.compile(
        rf"\b{MONTH_NAME}\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})(?!\d)",
        re.ASCII | re.IGNORECASE,
    ),
)


@dataclass(frozen=True)
class Period:
    """A day, month or year: its first and last day, and its shortest ISO 8601 form."""

    first: date
    last: date
    iso: str


def parse_period(text: str) -> Period | None:
    """The period that a text names, or None."""
    plain = plain_text(text)
    for pattern in (_NUMERIC, _KOREAN_JAPANESE, *_ENGLISH):
        if match := pattern.fullmatch(plain):
            return _period(match.groupdict())
    return None


def plain_text(text: str) -> str:
    """The text in one form of each letter, lower case, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def periods_in(text: str) -> list[tuple[str, Period]]:
    """Every period that a running text names with its year: the text, and the parsed period."""
    found: dict[int, tuple[str, Period]] = {}
    plain = left = unicodedata.normalize("NFKC", text)
    for pattern in (*_ENGLISH, _KOREAN_JAPANESE, _NUMERIC):
        for match in pattern.finditer(left):
            if period := _period(match.groupdict()):
                found[match.start()] = plain[match.start() : match.end()], period
        left = pattern.sub(lambda match: " " * len(match[0]), left)
    return [found[start] for start in sorted(found)]


def _period(parts: dict[str, str | None]) -> Period | None:
    year, day = int(parts["year"] or 0), parts.get("day")
    name = parts.get("name")
    month = MONTHS[name.casefold()] if name else parts.get("month")
    try:
        if day:
            exact = date(year, int(month or 0), int(day))
            return Period(exact, exact, exact.isoformat())
        if month:
            length = calendar.monthrange(year, int(month))[1]
            first = date(year, int(month), 1)
            return Period(first, first.replace(day=length), f"{year:04}-{int(month):02}")
        return Period(date(year, 1, 1), date(year, 12, 31), f"{year:04}")
    except ValueError:  # the calendar has no such day
        return None
