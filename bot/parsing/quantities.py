"""Figures and dates that an English text prints, in digits or in words.

`verify` extracts them from a fact and from the paragraphs that it cites, and compares them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
    " thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_TENTHS = "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth"

CARDINALS: dict[str, int] = {
    **{word: value for value, word in enumerate(_UNITS.split())},
    **{word: 10 * value for value, word in enumerate(_TENS.split(), 2)},
    "dozen": 12,
}
ORDINALS: dict[str, int] = {
    **{word: value for value, word in enumerate(_ORDINALS.split())},
    **{word: 10 * value for value, word in enumerate(_TENTHS.split(), 2)},
}
_MULTIPLES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_MEASURES = frozenset(
    [
        "second",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
        "decade",
        "century",
        "percent",
        "kilometre",
        "kilometer",
        "mile",
        "metre",
        "meter",
        "ton",
        "tonne",
        "won",
        "yen",
        "dollar",
        "euro",
    ]
)
_ROMAN = {"II": 2, "III": 3}  # as in World War II
# Words that imply a number: an article's `bilateral` supports a fact's `two`.
_IMPLIED: dict[str, tuple[int, bool]] = {
    "both": (2, False), "bilateral": (2, False), "bilaterally": (2, False), "pair": (2, False),
    "trilateral": (3, False), "trilaterally": (3, False),
    "inaugural": (1, True), "initial": (1, True), "initially": (1, True),
}  # fmt: skip


@dataclass(frozen=True)
class Quantity:
    """A number as a text prints it, cardinal (five) or ordinal (fifth), with its measure.

    `named` is false if a word only implies the number, as `bilateral` implies two.
    """

    shown: str
    start: int
    value: float
    ordinal: bool
    measure: str | None = None
    named: bool = True

    def agrees(self, other: Quantity) -> bool:
        """Whether `other`, in an article, supports this figure of a fact."""
        if self.measure and self.measure != other.measure:
            return False
        return (self.value, self.ordinal) == (other.value, other.ordinal)


@dataclass(frozen=True)
class Day:
    """A date as a text prints it: any of its parts may be missing."""

    shown: str
    start: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    season: str | None = None
    """A season, or a decade such as 1990s."""

    def agrees(self, other: Day) -> bool:
        """Whether `other`, in an article, prints every part that this date of a fact has."""
        parts = ("year", "month", "day", "weekday", "season")
        return all(getattr(self, part) in (None, getattr(other, part)) for part in parts)


_MONTHS = (
    "January|Jan", "February|Feb", "March|Mar", "April|Apr", "May", "June|Jun", "July|Jul",
    "August|Aug", "September|Sept|Sep", "October|Oct", "November|Nov", "December|Dec",
)  # fmt: skip
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTH_OF = {name: n for n, names in enumerate(_MONTHS, 1) for name in names.split("|")}
_WEEKDAY_OF = {name: n for n, name in enumerate(_WEEKDAYS)}
_SEASON = r"(?P<season>[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all(?= of \d)|[Ww]inter)"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})\b\.?"
_NTH = r"[0-3]?\d)(?:st|nd|rd|th)?"
_DAYS = rf"(?P<day>{_NTH}(?:(?: and |, | to | ?[-–] ?)(?P<until>{_NTH})?"
_YEAR = r"(?P<year>1\d{3}|20\d{2})"

_DATES = (
    rf"{_YEAR}-(?P<month>0\d|1[0-2])(?:-(?P<day>\d\d))?",
    rf"{_DAYS} {_MONTH}(?:,? {_YEAR})?",
    rf"{_MONTH} {_DAYS}(?:,? {_YEAR})?",
    rf"{_MONTH}(?:,? (?:of )?{_YEAR})?",
    rf"{_SEASON}(?: of)?(?: {_YEAR})?",
    rf"{_YEAR} ?[-–/] ?(?P<last>\d{{4}}|\d{{2}})",
    r"(?P<season>1\d{2}0s|20\d0s)",
    rf"{_YEAR}",
    rf"(?P<weekday>{'|'.join(_WEEKDAYS)})s?",
)


@cache  # compiled on first use: most answers need none of them
def _date_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"(?<![\w.,]){form}(?!\w)(?!,\d)") for form in _DATES)


def dates(text: str) -> list[Day]:
    """Every date in a text, in order. A date of several days or years gives one for each."""
    return sorted(chain.from_iterable(days for _, _, days in _dated(text)), key=lambda d: d.start)


def _dated(text: str) -> Iterator[tuple[int, int, list[Day]]]:
    """Where each date begins and ends, and its days; the fullest form is tried first."""
    for pattern in _date_patterns():
        for found in pattern.finditer(text):
            yield found.start(), found.end(), _days(found)
        text = pattern.sub(lambda found: "\0" * len(found[0]), text)


def _days(found: re.Match[str]) -> list[Day]:
    parts = found.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    month, season = parts.get("month"), parts.get("season")
    whole = Day(
        shown=found[0],
        start=found.start(),
        year=year,
        month=(int(month) if month.isdigit() else _MONTH_OF[month]) if month else None,
        day=int(parts["day"]) if parts.get("day") else None,
        weekday=_WEEKDAY_OF[parts["weekday"]] if parts.get("weekday") else None,
        season=season.lower().replace("fall", "autumn") if season else None,
    )
    if parts.get("until"):
        return [whole, replace(whole, day=int(parts["until"]))]
    if year and (last := parts.get("last")):
        # `1910-45` is 1910 to 1945: the second year may omit its century.
        return [whole, replace(whole, year=int(str(year)[: 4 - len(last)] + last))]
    return [whole]


_TOKEN = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:st|nd|rd|th)?(?!\w)|[A-Za-z]+|%")

_HYPHENATED = re.compile(r"-[A-Za-z]+")
_COMPOUND = re.compile(r"\b[A-Za-z]+(?:-[A-Za-z]+)+")


def quantities(text: str) -> list[Quantity]:
    """Every figure in a text that is not part of a date, in order.

    `one` alone does not count, as it is also a pronoun, nor does a number that is part of a word.
    """
    for start, end, _ in list(_dated(text)):
        text = text[:start] + "\0" * (end - start) + text[end:]
    tokens = list(_TOKEN.finditer(text))
    found: list[Quantity] = []
    index = 0
    while index < len(tokens):
        quantity, used = _figure(text, tokens[index:])
        found += quantity
        index += max(used, 1)
    return found


def _figure(text: str, tokens: list[re.Match[str]]) -> tuple[list[Quantity], int]:
    """The figure that the first token begins, if any, and how many tokens it takes."""
    first = tokens[0][0]
    if first.lower() in _IMPLIED:
        value, ordinal = _IMPLIED[first.lower()]
        return [Quantity(first, tokens[0].start(), value, ordinal, named=False)], 1
    number, ordinal, used = _number(tokens)
    if number is None:
        return [], 1
    last = tokens[used - 1]
    if (number == 1 and first.lower() == "one") or _part_of_word(text, tokens[0], last):
        return [], used
    unit = (
        _measure(tokens[used]) if len(tokens) > used and _near(text, last, tokens[used]) else None
    )
    shown = text[tokens[0].start() : (tokens[used] if unit and not ordinal else last).end()]
    quantity = Quantity(shown, tokens[0].start(), number, ordinal, None if ordinal else unit)
    if ordinal and len(tokens) > used and tokens[used][0].lower() == "anniversary":
        # A 60th anniversary implies that 60 years have passed.
        return [quantity, replace(quantity, ordinal=False, measure="year", named=False)], used
    return [quantity], used


def _number(tokens: list[re.Match[str]]) -> tuple[float | None, bool, int]:
    """The number at the start of the tokens, whether it is ordinal, and how many it takes."""
    if tokens[0][0] in _ROMAN:
        return _ROMAN[tokens[0][0]], False, 1
    first = tokens[0][0].lower()
    if first[0].isdigit():
        digits = re.sub(r"[^\d.]", "", first).rstrip(".")
        value, ordinal = float(digits), not first[-1].isdigit() and first[-1] != ","
    elif first in ORDINALS:
        return ORDINALS[first], True, 1
    elif first in CARDINALS:
        value, ordinal = float(CARDINALS[first]), False
    elif first in _MULTIPLES:
        return float(_MULTIPLES[first]), False, 1
    else:
        return None, False, 0
    used = 1
    following = tokens[1][0].lower() if len(tokens) > 1 else ""
    if first in CARDINALS and value >= 20 and value % 10 == 0:
        if 0 < ORDINALS.get(following, 0) < 10:
            return value + ORDINALS[following], True, 2
        if 0 < CARDINALS.get(following, 0) < 10:
            value, used = value + CARDINALS[following], 2
    while not ordinal and len(tokens) > used and tokens[used][0].lower() in _MULTIPLES:
        value, used = value * _MULTIPLES[tokens[used][0].lower()], used + 1
    return value, ordinal, used


def compounds(text: str) -> list[str]:
    """Hyphenated words with a number that does not count as a figure, such as two-plus-two."""
    numbers = {*CARDINALS, *ORDINALS} - {"one"}
    return [
        found[0]
        for found in _COMPOUND.finditer(text)
        if numbers & set(found[0].lower().split("-")) and not quantities(found[0])
    ]


def _part_of_word(text: str, first: re.Match[str], last: re.Match[str]) -> bool:
    """Whether hyphens make a spelled-out number part of a longer word: two-plus-two, zero-sum."""
    if first[0][0].isdigit():
        return False
    following = _HYPHENATED.match(text, last.end())
    return text[: first.start()].endswith("-") or bool(following and not _measure(following))


def _near(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    return text[one.end() : other.start()] in (" ", "-", "", "\u00a0", "‑")


def _measure(token: re.Match[str]) -> str | None:
    word = token[0].strip("-").lower().replace("%", "percent")
    singular = word if word in _MEASURES else word.removesuffix("s")
    return (
        {"centurie": "century"}.get(singular, singular)
        if singular in {*_MEASURES, "centurie"}
        else None
    )
