"""The names of years and months above a chart, as many as fit without touching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.pictures.font import width
from bot.pictures.scale import Scale, Year

TEXT = 14.0

_GAP = 6.0  # between two names
_STEPS = (1, 2, 3, 6)  # months from one name to the next

Names = tuple[tuple[float, str], ...]
"""Names, each with where it begins."""


@dataclass(frozen=True)
class Axis:
    """The names of years and months, and where years and named months begin."""

    years: Names
    months: Names
    lines: tuple[float, ...]


def axis(scale: Scale, months: Sequence[str]) -> Axis:
    """The axis of a scale; `months` are the names of the months."""
    broadest = max(width(name, TEXT) for name in months) + _GAP
    named = tuple(name for year in scale.years for name in _months(year, months, broadest))
    lines = dict.fromkeys((*(year.left for year in scale.years), *(x for x, _ in named)))
    return Axis(tuple(_years(scale)), named, tuple(lines))


def _years(scale: Scale) -> Iterator[tuple[float, str]]:
    """Years that fit, the widest first; the last one may begin before its place."""
    edge = scale.years[-1].right + 4
    taken: list[tuple[float, float]] = []
    for year in sorted(scale.years, key=lambda year: (year.left - year.right, -year.number)):
        name = str(year.number)
        left = min(year.left, edge - width(name, TEXT))
        right = left + width(name, TEXT)
        if all(right + _GAP <= begin or end + _GAP <= left for begin, end in taken):
            taken.append((left, right))
            yield left, name


def _months(year: Year, names: Sequence[str], broadest: float) -> Iterator[tuple[float, str]]:
    """Months at even steps, as many as fit; none in a year that is too narrow for three."""
    starts = [
        (month, start)
        for month in range(1, 13)
        if year.first <= (start := date(year.number, month, 1).toordinal()) < year.end
    ]
    each = (year.right - year.left) / max(1, len(starts))
    step = next((step for step in _STEPS if step * each >= broadest), len(starts))
    if len(starts) <= 2 * step and len(starts) > 2:
        return
    for month, start in starts[::step]:
        share = (start - year.first) / (year.end - year.first)
        x = year.left + share * (year.right - year.left)
        if x + broadest - _GAP <= year.right + 4:
            yield x, names[month - 1]
