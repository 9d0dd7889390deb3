"""When a recurring post is due: from wall times and zones to instants. Reads no clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot.state.digest_progress import Occurrence

EVERY_DAY = frozenset(range(7))
"""All weekdays: 0 is Monday, 6 is Sunday."""

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)

# Files next to the zones that are none: the machine's own zone, and copies with leap seconds.
_NO_ZONES = ("localtime", "posixrules", "posix/", "right/")

# No zone in the database crossed the date line earlier, and no rule crosses it later.
_YEARS = range(1800, 2100)


class UnknownZone(Exception):
    """The time zone database has no zone of this name."""

    def __init__(self, zone: str) -> None:
        super().__init__(zone)
        self.zone = zone


@dataclass(frozen=True)
class Recurrence:
    """A wall time on some weekdays in a zone."""

    at: time
    zone: str
    weekdays: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        """Raises ValueError unless the time is a naive whole minute and the weekdays exist."""
        if self.at.tzinfo or self.at.fold or self.at.second or self.at.microsecond:
            raise ValueError(self.at)
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise ValueError(self.weekdays)


@dataclass(frozen=True)
class Due:
    """The latest occurrence that has come, how many came before it, and the next one."""

    latest: Occurrence | None
    skipped: int
    next: Occurrence


def open_zone(name: str) -> ZoneInfo:
    """The zone of this name in the time zone database. Raises UnknownZone."""
    if name.startswith(_NO_ZONES):
        raise UnknownZone(name)
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as fault:
        # Missing; a folder or too long a name; a path out of the database, or not a zone's file.
        raise UnknownZone(name) from fault


def next_occurrence(
    recurrence: Recurrence, after: datetime, last_day: date | None = None
) -> Occurrence:
    """The first occurrence after the instant `after` whose day is later than `last_day`.

    A wall time that the clocks skip occurs at the first minute after the gap; one that they show
    twice occurs the first time. A day that the zone left out has none. Raises UnknownZone.
    """
    assert after.tzinfo is not None
    zone = open_zone(recurrence.zone)
    first = after.astimezone(zone).date()
    if last_day is not None:
        first = max(first, last_day + _DAY)
    occurrences = (_occurrence(recurrence, zone, day) for day in _days(recurrence, zone, first, 1))
    return next(each for each in occurrences if each.instant > after)


def find_due(recurrence: Recurrence, day: date, now: datetime) -> Due:
    """Which occurrences from the local day `day` on have come by `now`, and the one after `now`.

    Instants follow from the zone's current rules, so only the day of an occurrence is stored.
    Raises UnknownZone.
    """
    following = next_occurrence(recurrence, now, day - _DAY)
    zone = open_zone(recurrence.zone)
    latest = next(_days(recurrence, zone, following.day - _DAY, -1))
    if latest < day:
        return Due(None, 0, following)
    skipped = _count(recurrence, zone, day, latest)
    return Due(_occurrence(recurrence, zone, latest), skipped, following)


def _days(recurrence: Recurrence, zone: ZoneInfo, start: date, step: int) -> Iterator[date]:
    """The days of the recurrence from `start` on, forwards (1) or backwards (-1)."""
    lost = _lost_days(zone)
    day = start
    while True:
        if day.weekday() in recurrence.weekdays and day not in lost:
            yield day
        day += step * _DAY


def _count(recurrence: Recurrence, zone: ZoneInfo, first: date, end: date) -> int:
    """How many days of the recurrence lie from `first` to before `end`; fast over any distance."""
    weeks, rest = divmod((end - first).days, 7)
    begun = {(first.weekday() + n) % 7 for n in range(rest)}
    lost = [
        day
        for day in _lost_days(zone)
        if first <= day < end and day.weekday() in recurrence.weekdays
    ]
    return weeks * len(recurrence.weekdays) + len(begun & recurrence.weekdays) - len(lost)


def _occurrence(recurrence: Recurrence, zone: ZoneInfo, day: date) -> Occurrence:
    """The occurrence of a day that the zone has."""
    wall = datetime.combine(day, recurrence.at, zone)
    while not _is_shown(wall):  # a gap is never longer than two days
        wall += _MINUTE
    return Occurrence(wall.astimezone(UTC), day)


@cache
def _lost_days(zone: ZoneInfo) -> frozenset[date]:
    """The days that the zone left out when it moved over the date line."""
    return frozenset(
        day
        for year in _YEARS
        if _offset(zone, year + 1) - _offset(zone, year) > _DAY / 2
        for day in (date(year, 1, 1) + n * _DAY for n in range(366))
        if not _is_shown(datetime.combine(day, time(0, 0), zone))
        and not _is_shown(datetime.combine(day, time(23, 59), zone))
    )


def _offset(zone: ZoneInfo, year: int) -> timedelta:
    """How far ahead of UTC the zone is when a year begins."""
    offset = datetime(year, 1, 1, 12, tzinfo=zone).utcoffset()
    assert offset is not None
    return offset


def _is_shown(wall: datetime) -> bool:
    """Whether the clocks of its zone ever show this time; they skip those in a gap."""
    # Two times of one zone are compared by what the clocks show, not as instants.
    return wall.astimezone(UTC).astimezone(wall.tzinfo) == wall
