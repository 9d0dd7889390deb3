"""When a recurring post is due: wall time and zone in, instants out. No clock of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))
"""All weekdays: 0 is Monday, 6 is Sunday."""

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)

# Files that a machine keeps beside the zones: its own setting, and copies with leap seconds.
_NO_ZONES = ("localtime", "posixrules", "posix/", "right/")

# No zone of the database crossed the date line earlier, and no rule crosses it later.
_YEARS = range(1800, 2100)


class UnknownZone(Exception):
    """The time zone database has no zone of this name."""

    def __init__(self, zone: str) -> None:
        super().__init__(zone)
        self.zone = zone


@dataclass(frozen=True)
class Recurrence:
    """A wall time on some weekdays in one zone."""

    at: time
    zone: str
    weekdays: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        """Raises ValueError for a time that is no naive whole minute, or no or unknown weekdays."""
        if self.at.tzinfo or self.at.fold or self.at.second or self.at.microsecond:
            raise ValueError(self.at)
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise ValueError(self.weekdays)


@dataclass(frozen=True)
class Run:
    """One time that a recurrence comes round: when, and the local day that it belongs to."""

    instant: datetime
    day: date


@dataclass(frozen=True)
class Due:
    """What is due: the latest run that has come, how many came before it, the first to come."""

    run: Run | None
    skipped: int
    next: Run


def open_zone(name: str) -> ZoneInfo:
    """The zone of this name in the time zone database. Raises UnknownZone."""
    if name.startswith(_NO_ZONES):
        raise UnknownZone(name)
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as fault:
        # Not there; a folder or too long a name; a path out of the database or no zone's file.
        raise UnknownZone(name) from fault


def next_run(recurrence: Recurrence, after: datetime, last_day: date | None = None) -> Run:
    """The first run after the instant `after` whose day is later than `last_day`.

    A wall time that the clocks skip runs at the first minute after the gap; one that they show
    twice runs the first time. A day that the zone left out has no run. Raises UnknownZone.
    """
    assert after.tzinfo is not None
    zone = open_zone(recurrence.zone)
    first = after.astimezone(zone).date()
    if last_day is not None:
        first = max(first, last_day + _DAY)
    runs = (_run(recurrence, zone, day) for day in _days(recurrence, zone, first, 1))
    return next(run for run in runs if run.instant > after)


def due(recurrence: Recurrence, day: date, now: datetime) -> Due:
    """What has come by `now` of the runs from the local day `day` on, and the run after `now`.

    Instants are worked out from the zone's rules of today, so a stored run needs its day alone.
    Raises UnknownZone.
    """
    following = next_run(recurrence, now, day - _DAY)
    zone = open_zone(recurrence.zone)
    latest = next(_days(recurrence, zone, following.day - _DAY, -1))
    if latest < day:
        return Due(None, 0, following)
    skipped = _count(recurrence, zone, day, latest)
    return Due(_run(recurrence, zone, latest), skipped, following)


def _days(recurrence: Recurrence, zone: ZoneInfo, start: date, step: int) -> Iterator[date]:
    """The days of the recurrence from `start` on, forwards (1) or backwards (-1)."""
    lost = _lost_days(zone)
    day = start
    while True:
        if day.weekday() in recurrence.weekdays and day not in lost:
            yield day
        day += step * _DAY


def _count(recurrence: Recurrence, zone: ZoneInfo, first: date, end: date) -> int:
    """How many days of the recurrence lie from `first` to before `end`, however far that is."""
    weeks, rest = divmod((end - first).days, 7)
    begun = {(first.weekday() + n) % 7 for n in range(rest)}
    lost = [
        day
        for day in _lost_days(zone)
        if first <= day < end and day.weekday() in recurrence.weekdays
    ]
    return weeks * len(recurrence.weekdays) + len(begun & recurrence.weekdays) - len(lost)


def _run(recurrence: Recurrence, zone: ZoneInfo, day: date) -> Run:
    """The run of a day that the zone has."""
    wall = datetime.combine(day, recurrence.at, zone)
    while not _is_shown(wall):  # a gap is never longer than two days
        wall += _MINUTE
    return Run(wall.astimezone(UTC), day)


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
