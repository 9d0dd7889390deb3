"""Which event of a series a question means: the first, the last, the one before, the next.

A series is the events of one kind and topic ("the first 2+2"), or of one kind ("the last summit").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from bot.asking.question import Asked
from bot.facts.records import UnitRecord
from bot.matching.question_terms import THING

_YEAR = re.compile(r"[12]\d{3}")


def fit_in_series(asked: Asked, units: Sequence[UnitRecord]) -> dict[str, float]:
    """How the events of a series fit its order in a question: 1 for the one meant, else -1.

    Empty if the question asks for no order, or names no series.
    """
    if asked.order is None:
        return {}
    series = next(_named(asked, units), None)
    days = {unit.owner: unit.day for unit in units if series in unit.series}
    in_order = sorted(days, key=lambda owner: days[owner])
    if not in_order:
        return {}
    latest = days[in_order[-1]]
    first, last = _anchor(asked, days) or (latest, latest)
    fitting = {
        "first": in_order[:1],
        "last": [each for each in in_order if days[each] <= last][-1:],
        "previous": [each for each in in_order if days[each] < first][-1:],
        "next": [each for each in in_order if days[each] > last][:1],
    }
    return {owner: 1.0 if owner in fitting[asked.order] else -1.0 for owner in in_order}


def _named(asked: Asked, units: Sequence[UnitRecord]) -> Iterator[str]:
    """The series that a question names: by their topics first, then by words for their kind."""
    keys = dict.fromkeys(key for unit in units for key in unit.series)
    yield from (key for key in keys if key.partition(THING)[2] in asked.terms.things)
    yield from (key for key in keys if THING not in key and key in asked.plain)


def _anchor(asked: Asked, days: Mapping[str, int]) -> tuple[int, int] | None:
    """The days before and after which an event is sought: those of a named one, or of a year."""
    for name in asked.terms.names:
        if len(name) == 1 and name[0] in days:
            return days[name[0]], days[name[0]]
    years = [int(word) for word in asked.terms.words if _YEAR.fullmatch(word)]
    if years:
        return date(years[0], 1, 1).toordinal(), date(years[0], 12, 31).toordinal()
    return None
