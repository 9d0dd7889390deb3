"""When digests are due: once a local day, whatever the clocks of the place do."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.recurrence import (
    EVERY_DAY,
    Due,
    Recurrence,
    UnknownZone,
    find_due,
    next_occurrence,
    open_zone,
)
from bot.state.digest_progress import Occurrence

DAY = timedelta(days=1)
ZONES = sorted(available_timezones() - {"localtime"})
MINUTES = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
INSTANTS = st.datetimes(datetime(1980, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))
RECURRENCES = st.builds(
    Recurrence,
    MINUTES,
    st.sampled_from(ZONES),
    st.frozensets(st.integers(0, 6), min_size=1),
)


def rules(zone: str) -> bytes:
    """The rules of a zone; its name if only this machine has them."""
    file = files("tzdata") / "zoneinfo" / zone
    return file.read_bytes() if file.is_file() else zone.encode()


ONE_EACH = sorted({rules(zone): zone for zone in ZONES}.values())
"""A zone for each set of rules: nearly half of the names are another's other names."""
ALL_TWICE = pytest.param([*ZONES, *ZONES], marks=pytest.mark.matrix)
IN_ZONES = pytest.mark.parametrize("zones", [ONE_EACH, ALL_TWICE], ids=["one each", "all twice"])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def walk(recurrence: Recurrence, after: datetime, number: int) -> Iterator[Occurrence]:
    day = None
    for _ in range(number):
        run = next_occurrence(recurrence, after, day)
        after, day = run.instant, run.day
        yield run


@pytest.mark.parametrize(
    ("zone", "at", "after", "runs"),
    [
        # UTC's day is not the local one before nine.
        ("Asia/Seoul", "00:30", "2026-03-01T12:00", ["2026-03-02 2026-03-01T15:30"]),
        ("Asia/Tokyo", "08:59", "2026-03-01T23:58", ["2026-03-02 2026-03-01T23:59"]),
        ("Asia/Tokyo", "08:59", "2026-03-01T23:59", ["2026-03-03 2026-03-02T23:59"]),
        # A gap of an hour, at night and at midnight.
        ("America/New_York", "02:30", "2026-03-08T00:00",
         ["2026-03-08 2026-03-08T07:00", "2026-03-09 2026-03-09T06:30"]),
        ("America/Sao_Paulo", "00:00", "2018-11-03T12:00",
         ["2018-11-04 2018-11-04T03:00", "2018-11-05 2018-11-05T02:00"]),
        ("Asia/Beirut", "00:10", "2023-03-25T12:00",
         ["2023-03-26 2023-03-25T22:00", "2023-03-27 2023-03-26T21:10"]),
        ("Africa/Cairo", "00:30", "2026-04-23T12:00",
         ["2026-04-24 2026-04-23T22:00", "2026-04-25 2026-04-24T21:30"]),
        # A gap that ends with the day: the run comes at midnight and belongs to the day before.
        ("America/Nuuk", "23:30", "2026-03-28T12:00",
         ["2026-03-28 2026-03-29T01:00", "2026-03-29 2026-03-30T00:30"]),
        # Half an hour, and two.
        ("Australia/Lord_Howe", "02:10", "2026-10-03T12:00",
         ["2026-10-04 2026-10-03T15:30", "2026-10-05 2026-10-04T15:10"]),
        ("Antarctica/Troll", "01:30", "2026-03-28T12:00",
         ["2026-03-29 2026-03-29T01:00", "2026-03-30 2026-03-29T23:30"]),
        # A time that comes twice counts once, the first time; midnight too.
        ("Europe/Berlin", "02:30", "2026-10-24T12:00",
         ["2026-10-25 2026-10-25T00:30", "2026-10-26 2026-10-26T01:30"]),
        ("Europe/Berlin", "02:30", "2026-10-25T00:30", ["2026-10-26 2026-10-26T01:30"]),
        ("Australia/Lord_Howe", "01:45", "2026-04-04T12:00",
         ["2026-04-05 2026-04-04T14:45", "2026-04-06 2026-04-05T15:15"]),
        ("America/Havana", "00:30", "2026-10-31T12:00",
         ["2026-11-01 2026-11-01T04:30", "2026-11-02 2026-11-02T05:30"]),
        # Days that never were.
        ("Pacific/Apia", "09:00", "2011-12-29T00:00",
         ["2011-12-29 2011-12-29T19:00", "2011-12-31 2011-12-30T19:00"]),
        ("Pacific/Kwajalein", "09:00", "1993-08-20T00:00",
         ["1993-08-20 1993-08-20T21:00", "1993-08-22 1993-08-21T21:00"]),
        # Before zones had whole minutes, the first whole minute after the gap.
        ("Asia/Seoul", "00:10", "1908-03-31T00:00", ["1908-04-01 1908-03-31T15:40"]),
    ],
)  # fmt: skip
def test_the_next_runs(zone: str, at: str, after: str, runs: list[str]) -> None:
    recurrence = Recurrence(time.fromisoformat(at), zone)
    found = walk(recurrence, utc(after), len(runs))
    assert [f"{run.day} {run.instant:%Y-%m-%dT%H:%M}" for run in found] == runs


def test_a_run_is_told_in_utc() -> None:
    run = next_occurrence(Recurrence(time(9), "Asia/Seoul"), utc("2026-03-01T00:00"))
    assert run.instant.tzinfo is UTC


def test_only_the_weekdays_run_and_they_are_local() -> None:
    mondays = Recurrence(time(7), "Asia/Seoul", frozenset({0}))
    first, second = walk(mondays, utc("2026-03-01T12:00"), 2)
    assert first == Occurrence(utc("2026-03-01T22:00"), date(2026, 3, 2))
    assert second.day == date(2026, 3, 9)


def test_a_lost_friday_puts_a_friday_digest_off_by_a_week() -> None:
    fridays = Recurrence(time(9), "Pacific/Apia", frozenset({4}))
    days = [run.day for run in walk(fridays, utc("2011-12-20T00:00"), 2)]
    assert days == [date(2011, 12, 23), date(2012, 1, 6)]


def test_no_day_runs_again_after_a_move_to_a_zone_that_is_behind() -> None:
    seoul_day = date(2026, 3, 2)
    moved = Recurrence(time(9), "America/Los_Angeles")
    after = utc("2026-03-02T00:00")
    assert next_occurrence(moved, after).day == date(2026, 3, 2)
    assert next_occurrence(moved, after, seoul_day).day == date(2026, 3, 3)


@pytest.mark.parametrize(
    "zone",
    ["", " ", ".", "..", "/", "../etc/passwd", "/etc/passwd", "Asia", "Asia/", "Asia//Seoul",
     "Asia/../Asia/Seoul", "Asia/Seoul/x", "Asia/Seoul ", "Asia/Seoul\0", "\0", "Seoul", "KST",
     "zone.tab", "tzdata.zi", "__init__.py", "posix/Asia/Seoul", "right/Asia/Seoul", "posixrules",
     "localtime", "a" * 300, "a" * 100_000, "a/" * 5000, "서울", "\ud800", "🦊", "Asia\\Seoul"],
)  # fmt: skip
def test_what_is_no_zone_is_said_to_be_unknown(zone: str) -> None:
    recurrence = Recurrence(time(9), zone)
    with pytest.raises(UnknownZone) as caught:
        next_occurrence(recurrence, utc("2026-03-01T00:00"))
    assert caught.value.zone == zone
    with pytest.raises(UnknownZone):
        find_due(recurrence, date(2026, 3, 1), utc("2026-03-01T00:00"))


@given(st.text())
def test_no_text_for_a_zone_raises_anything_else(zone: str) -> None:
    if zone not in ZONES:
        with pytest.raises(UnknownZone):
            open_zone(zone)


@pytest.mark.parametrize(
    "at", [time(9, 0, 1), time(9, 0, 0, 1), time(9, tzinfo=UTC), time(9, fold=1)]
)
def test_a_wall_time_is_a_naive_whole_minute(at: time) -> None:
    with pytest.raises(ValueError, match="09:00"):
        Recurrence(at, "Asia/Seoul")


@pytest.mark.parametrize("weekdays", [frozenset[int](), frozenset({7}), frozenset({-1, 0})])
def test_a_recurrence_has_weekdays_and_no_others(weekdays: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="frozenset"):
        Recurrence(time(9), "Asia/Seoul", weekdays)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(AssertionError):
        next_occurrence(Recurrence(time(9), "Asia/Seoul"), datetime(2026, 3, 1))


# What a sleeping process missed


@pytest.mark.parametrize(
    ("day", "now", "run", "skipped", "following"),
    [
        ("2026-03-02", "2026-03-01T23:59", None, 0, "2026-03-02"),
        ("2026-03-02", "2026-03-02T00:00", "2026-03-02", 0, "2026-03-03"),
        ("2026-03-02", "2026-03-02T23:59", "2026-03-02", 0, "2026-03-03"),
        ("2026-03-02", "2026-03-05T00:00", "2026-03-05", 3, "2026-03-06"),
        ("2026-03-02", "2126-03-02T00:00", "2126-03-02", 36524, "2126-03-03"),
        ("2030-01-01", "2026-03-05T00:00", None, 0, "2030-01-01"),
    ],
)
def test_what_is_due(day: str, now: str, run: str | None, skipped: int, following: str) -> None:
    found = find_due(Recurrence(time(9), "Asia/Seoul"), date.fromisoformat(day), utc(now))
    assert (found.latest and found.latest.day.isoformat()) == run
    assert found.skipped == skipped
    assert found.next.day.isoformat() == following


def test_a_day_that_never_was_is_not_counted_as_missed() -> None:
    found = find_due(
        Recurrence(time(9), "Pacific/Apia"), date(2011, 12, 28), utc("2012-01-01T00:00")
    )
    assert found.latest == Occurrence(utc("2011-12-31T19:00"), date(2012, 1, 1))
    assert found.skipped == 3


@settings(max_examples=300, deadline=None)
@given(RECURRENCES, INSTANTS, st.integers(-20, 900))
def test_what_is_due_agrees_with_going_through_the_runs(
    recurrence: Recurrence, now: datetime, asleep: int
) -> None:
    day = now.date() - asleep * DAY
    came: list[Occurrence] = []
    run = next_occurrence(recurrence, now - 30 * DAY - abs(asleep) * DAY, day - DAY)
    while run.instant <= now:
        came.append(run)
        run = next_occurrence(recurrence, run.instant, run.day)
    latest = came[-1] if came else None
    assert find_due(recurrence, day, now) == Due(latest, max(0, len(came) - 1), run)


# Every zone there is


@settings(max_examples=500, deadline=None)
@given(RECURRENCES, INSTANTS, st.none() | st.integers(-3, 3))
def test_the_next_run_is_later_and_shows_the_wall_time_but_in_a_gap(
    recurrence: Recurrence, after: datetime, ahead: int | None
) -> None:
    last_day = None if ahead is None else after.date() + ahead * DAY
    run = next_occurrence(recurrence, after, last_day)
    assert run.instant > after
    assert last_day is None or run.day > last_day
    assert run.day.weekday() in recurrence.weekdays
    zone = ZoneInfo(recurrence.zone)
    shown = run.instant.astimezone(zone)
    wanted = datetime.combine(run.day, recurrence.at)
    if shown.replace(tzinfo=None) == wanted:
        assert shown.fold == 0
    else:
        before = (run.instant - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None)
        assert before < wanted < shown.replace(tzinfo=None)


@pytest.mark.parametrize("at", [time(0, 0), time(2, 30), time(23, 30)])
def test_every_local_day_of_every_zone_has_one_run(at: time) -> None:
    """The days are read off the zone's clocks, hour by hour, where they are ever turned."""
    for zone in ONE_EACH:
        for begin in _turned(zone):
            days = _days_shown(zone, begin, 8)
            recurrence = Recurrence(at, zone)
            runs = list(walk(recurrence, _before(zone, days[0]), len(days)))
            assert [run.day for run in runs] == days, zone
            assert all(a.instant < b.instant for a, b in pairwise(runs)), zone


@cache
def _turned(zone: str) -> list[datetime]:
    """A few days before each change of the zone's clocks in years with much of it."""
    place = ZoneInfo(zone)
    weeks = [
        datetime(year, 1, 1, tzinfo=UTC) + n * 7 * DAY
        for year in (1993, 1994, 2011, 2018, 2023, 2026)
        for n in range(52)
    ]
    return [
        week - 2 * DAY
        for week in weeks
        if week.astimezone(place).utcoffset() != (week + 7 * DAY).astimezone(place).utcoffset()
    ]


@cache
def _days_shown(zone: str, begin: datetime, number: int) -> list[date]:
    """The dates that the zone's clocks show, without the first and the last, which may be cut."""
    place = ZoneInfo(zone)
    hours = (begin + timedelta(hours=n) for n in range(24 * (number + 4)))
    return sorted({hour.astimezone(place).date() for hour in hours})[1:-1]


def _before(zone: str, day: date) -> datetime:
    """The last second before a day begins there."""
    midnight = datetime.combine(day, time(0), ZoneInfo(zone))
    return midnight.astimezone(UTC) - timedelta(seconds=1)


# Another time zone database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    """A folder whose zones come before the machine's."""
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([tmp_path, *before])
    ZoneInfo.clear_cache()
    yield tmp_path
    zoneinfo.reset_tzpath(before)
    ZoneInfo.clear_cache()


@pytest.mark.parametrize("rules", ["Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "UTC"])
@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_new_rules_for_a_zone_neither_drop_nor_double_a_day(
    database: Path, rules: str, hour: int
) -> None:
    recurrence = Recurrence(time(9), "Europe/Paris")
    begin = utc("2026-06-10T00:00")
    day = next_occurrence(recurrence, begin).day
    days: list[date] = []
    for n in range(10 * 24):
        if n == hour:
            _replace_zone(database, "Europe/Paris", rules)
        found = find_due(recurrence, day, begin + timedelta(hours=n))
        assert found.skipped == 0
        if found.latest:
            days.append(found.latest.day)
        day = found.next.day
    assert days == [date(2026, 6, 10) + n * DAY for n in range(len(days))]
    assert len(days) >= 9


def _replace_zone(database: Path, zone: str, rules: str) -> None:
    """Give a zone another one's rules."""
    (database / zone).parent.mkdir()
    (database / zone).write_bytes((files("tzdata") / "zoneinfo" / rules).read_bytes())
    ZoneInfo.clear_cache()


def test_a_zone_that_the_database_gives_up_is_unknown(database: Path) -> None:
    (database / "Asia").mkdir()
    (database / "Asia/Seoul").write_bytes(b"no zone")
    with pytest.raises(UnknownZone):
        next_occurrence(Recurrence(time(9), "Asia/Seoul"), utc("2026-03-01T00:00"))


# A year, with a server in every zone


@dataclass
class Server:
    """One server's digest, as a process keeps it."""

    recurrence: Recurrence
    next: Occurrence
    posted: list[date]
    skipped: int = 0

    def wake(self, now: datetime) -> None:
        """Post what is due and not six hours late; count what is."""
        found = find_due(self.recurrence, self.next.day, now)
        self.skipped += found.skipped
        if found.latest and now - found.latest.instant <= timedelta(hours=6):
            self.posted.append(found.latest.day)
        elif found.latest:
            self.skipped += 1
        self.next = found.next


BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def _servers(rng: Random, zones: Sequence[str]) -> list[Server]:
    servers: list[Server] = []
    for n, zone in enumerate(zones):
        minute = rng.randrange(210) if n % 2 else rng.randrange(24 * 60)
        weekdays = frozenset(rng.sample(range(7), rng.randint(1, 3))) if n % 3 else EVERY_DAY
        recurrence = Recurrence(time(*divmod(minute, 60)), zone, weekdays)
        servers.append(Server(recurrence, next_occurrence(recurrence, BEGIN), []))
    return servers


def _days_of(server: Server) -> list[date]:
    """The days of the year on which the server is owed a digest; no zone loses one in it."""
    first = next_occurrence(server.recurrence, BEGIN).day
    days = (first + n * DAY for n in range((server.next.day - first).days))
    return [day for day in days if day.weekday() in server.recurrence.weekdays]


def _live(servers: list[Server], wakings: list[datetime]) -> None:
    for server in servers:
        for now in wakings:
            if now >= server.next.instant:
                server.wake(now)


@IN_ZONES
def test_a_process_that_is_always_awake_posts_every_day_once(zones: Sequence[str]) -> None:
    servers = _servers(Random(1), zones)  # noqa: S311
    _live(servers, [BEGIN + timedelta(hours=n) for n in range(365 * 24)])
    for server in servers:
        assert server.posted == _days_of(server)
        assert server.skipped == 0


@IN_ZONES
def test_a_process_that_sleeps_and_whose_clock_jumps_posts_no_day_twice_and_counts_all(
    zones: Sequence[str],
) -> None:
    rng = Random(2)  # noqa: S311
    servers = _servers(rng, zones)
    wakings = [BEGIN]
    while wakings[-1] < BEGIN + 365 * DAY:
        asleep = rng.choices([2, 10, 72], [96, 3, 1])[0] * rng.random()
        wakings.append(wakings[-1] + timedelta(hours=asleep))
    jumps = rng.choices([-1, 0, 1], [2, 96, 2], k=len(wakings))
    _live(servers, [now + timedelta(hours=n) for now, n in zip(wakings, jumps, strict=True)])
    assert sum(server.skipped for server in servers) > len(servers)
    for server in servers:
        assert len(set(server.posted)) == len(server.posted)
        assert set(server.posted) <= set(_days_of(server))
        assert len(server.posted) + server.skipped == len(_days_of(server))
