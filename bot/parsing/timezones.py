"""Time zones as people type and read them.

CLDR gives the cities, the countries and the names of clocks, in each of the bot's languages. The
time zone database gives the zones, and which of their names are old.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from rapidfuzz import fuzz, process

from bot.parsing.cities import cities_of_zones
from bot.parsing.zone_data import clock_names, countries, current_name
from bot.texts.catalogues import LANGUAGES, words_in

COMMON = (
    "Asia/Seoul",
    "Asia/Tokyo",
    "UTC",
    "Europe/London",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Europe/Paris",
    "Europe/Berlin",
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Bangkok",
    "Asia/Jakarta",
    "Asia/Ho_Chi_Minh",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Europe/Moscow",
    "Europe/Dublin",
    "America/Sao_Paulo",
    "Pacific/Honolulu",
    "Australia/Sydney",
    "Pacific/Auckland",
)
"""The zones that come first, and the only ones offered before anything is typed."""

# Names that people use and neither CLDR nor the time zone database has.
_NICKNAMES = {
    "Asia/Seoul": (
        "Korea",
        "한국",
        "한국 시간",
        "한국 표준시",
        "Busan",
        "부산",
        "釜山",
        "かんこく",
    ),
    "Asia/Tokyo": ("동경", "とうきょう", "にほん", "Osaka", "오사카", "大阪"),
    "Asia/Shanghai": ("Beijing", "베이징", "북경", "北京"),
    "Europe/London": ("UK", "England"),
    "America/New_York": ("Washington, D.C.", "Washington DC", "워싱턴", "ワシントン"),
}

# A day in winter and one in summer: together they show a zone's offsets and their names.
_SEASONS = (datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC))

_LONGEST = 100
_NEAR = 70  # of 100: a name of four letters may have one wrong

_NO_ZONES = {"localtime", "Factory"}
_CITY_REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Europe/", "Indian/", "Pacific/")
_ACCENTS = range(0x300, 0x370)
_HIRAGANA = range(0x3041, 0x3097)
_ALIKE = dict.fromkeys(_ACCENTS) | {letter: letter + 0x60 for letter in _HIRAGANA}
_BETWEEN = re.compile(r"[\s_.,'’]|(?<=[^\W\d_])-(?=[^\W\d_])")
_WORD = re.compile(r"(?<![^\s_/(-])[^\s_/(-]")
_TYPED_OFFSET = re.compile(r"(?:utc|gmt)?([+\-−])([0-9]{1,2})(?::?([0-9]{2}))?")
_FIXED_OFFSET = re.compile(r"Etc/GMT([+-])([0-9]+)")


@dataclass(frozen=True)
class ZoneChoice:
    """A zone to offer, with its label."""

    label: str
    zone: str


@dataclass(frozen=True)
class _Table:
    """Everything known about names; each name is under its key."""

    zones: dict[str, ZoneInfo]
    """The zones to offer, the most common first."""
    meant: dict[str, str | None]
    """The zone that a name means; None if it could mean several."""
    named: dict[str, set[str]]
    """The zones to offer for a name."""
    starts: list[tuple[str, str]]
    """Each name from the start of each of its words, with the whole name; sorted."""


def find_zone(typed: str) -> str | None:
    """The zone that a full name means; None if it means none, or could mean several."""
    return _table().meant.get(_key(typed))


def complete_zone(typed: str, language: str, now: datetime, limit: int = 25) -> list[ZoneChoice]:
    """Zones for what is typed so far, the likeliest first, labelled in one of LANGUAGES.

    Names that begin with it come before names with a later word that does; if there are neither,
    the nearest spellings follow. `UTC+9` finds the zones with that offset now.
    """
    key = _key(typed)
    if not key:
        zones = _first_zones(language)
    elif offset := _TYPED_OFFSET.fullmatch(key):
        zones = _at_offset(offset, now)
    else:
        zones = _beginning(key) or _near(key)
    return [ZoneChoice(_label(zone, language, now), zone) for zone in zones[:limit]]


def zone_label(zone: str, language: str) -> str:
    """A zone's label: its city in one of LANGUAGES, and its name in the database."""
    if fixed := _FIXED_OFFSET.fullmatch(zone):
        # These names count westwards: Etc/GMT+9 is nine hours behind UTC.
        sign = "-" if fixed[1] == "+" else "+"
        return f"UTC{sign}{fixed[2]} ({zone})"
    city = cities_of_zones(language).get(current_name(zone))
    return words_in(language)("typography.bracketed", text=city, remark=zone) if city else zone


def _first_zones(language: str) -> list[str]:
    """The common zones; first that of the language's country, if the country has only one."""
    country = get_global("likely_subtags").get(language, "").rpartition("_")[2]
    own = [zone for zone in COMMON if countries().get(zone) == country]
    return sorted(COMMON, key=lambda zone: [zone] != own)


def _at_offset(offset: re.Match[str], now: datetime) -> list[str]:
    """The zones whose offset from UTC is now the typed one."""
    sign, hours, minutes = offset.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes or 0)) * (1 if sign == "+" else -1)
    return [name for name, zone in _table().zones.items() if _ahead(now, zone) == ahead]


def _beginning(key: str) -> list[str]:
    """The zones with a name, or a word in a name, that begins with the key."""
    table = _table()
    ranks: dict[str, int] = {}
    for position in range(bisect_left(table.starts, (key, "")), len(table.starts)):
        start, name = table.starts[position]
        if not start.startswith(key):
            break
        rank = 0 if name == key else 1 if start == name else 2
        for zone in table.named[name]:
            ranks[zone] = min(rank, ranks.get(zone, rank))
    return sorted((zone for zone in table.zones if zone in ranks), key=ranks.__getitem__)


def _near(key: str) -> list[str]:
    """The zones whose names are spelled much like the key, the nearest first."""
    table = _table()
    near = process.extract(key, list(table.named), scorer=fuzz.ratio, score_cutoff=_NEAR)
    found = {zone: None for name, *_ in near for zone in table.zones if zone in table.named[name]}
    return list(found)


def _label(zone: str, language: str, now: datetime) -> str:
    """The zone, its offset and its time now: `… · UTC+9 · 16:30`."""
    opened = _table().zones[zone]
    hours, minutes = divmod(abs(ahead := _ahead(now, opened)) // timedelta(minutes=1), 60)
    sign = "-" if ahead < timedelta() else "+"
    offset = f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "") if ahead else "UTC"
    clock = f"{now.astimezone(opened):%H:%M}"
    return " · ".join(dict.fromkeys([zone_label(zone, language), offset, clock]))


def _ahead(instant: datetime, zone: ZoneInfo) -> timedelta:
    """The offset of a zone from UTC at an instant."""
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _key(text: str) -> str:
    """The key to compare names by: without case, width, accents, spaces and marks between words.

    Hangul is split into letters, so that a half-typed syllable is a prefix of a whole one; hiragana
    counts as katakana, since people type it before they convert it.
    """
    plain = unicodedata.normalize("NFKD", text[:_LONGEST]).casefold()
    return _BETWEEN.sub("", plain.translate(_ALIKE))


@cache
def _table() -> _Table:
    """Everything known about names; built once, in less than a second."""
    zones = {zone: ZoneInfo(zone) for zone in [*COMMON, *sorted(countries())]}
    meant: dict[str, str | None] = {}
    named: defaultdict[str, set[str]] = defaultdict(set)
    starts: set[tuple[str, str]] = set()
    for name, its_zones, zone in _names():
        key = _key(name)
        meant.setdefault(key, zone)
        if offered := its_zones & zones.keys():
            named[key] |= offered
            starts |= {(_key(name[word.start() :]), key) for word in _WORD.finditer(name)}
    return _Table(zones, meant, dict(named), sorted(starts))


def _names() -> Iterator[tuple[str, set[str], str | None]]:
    """Each name, the zones that have it, and the one that it means, if only one.

    If a name comes twice, the first decides what it means: to people, EST is New York's clock; to
    the database, Panama's.
    """
    for name, zones in _clock_names().items():
        yield name, zones, _same_time(zones & set(COMMON) if len(zones) > 1 else zones)
    for name, zones in _place_names():
        yield name, zones, _same_time(zones)


def _same_time(zones: set[str]) -> str | None:
    """The likeliest of the zones if all show the same time all year, else None."""
    if len(zones) == 1:
        return min(zones)
    clocks = {tuple(_ahead(season, ZoneInfo(zone)) for season in _SEASONS) for zone in zones}
    if len(clocks) != 1:
        return None
    # The database lists a country's largest places first.
    return next(zone for zone in (*COMMON, *countries()) if zone in zones)


def _clock_names() -> dict[str, set[str]]:
    """The names of clocks, such as `KST` and `Eastern Time`, with the zones that use them."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for zone in countries():
        for season in _SEASONS:
            names[season.astimezone(ZoneInfo(zone)).tzname() or ""].add(zone)
    for language in LANGUAGES:
        by_clock, by_zone = clock_names(language)
        for zone, clock in get_global("meta_zones").items():
            for clocks in (by_clock.get(clock, {}), by_zone.get(zone, {})):
                for width in ("long", "short"):
                    for name in clocks.get(width, {}).values():
                        names[name].add(current_name(zone))
    # Some names are numbers, or marks for no name. GMT is a time, and London's only in winter.
    return {name: zones for name, zones in names.items() if name[:1].isalpha() and name != "GMT"}


def _place_names() -> Iterator[tuple[str, set[str]]]:
    """The names of places, with the zones that they are in."""
    for zone, nicknames in _NICKNAMES.items():
        yield from ((name, {zone}) for name in nicknames)
    for name in available_timezones() - _NO_ZONES:
        yield name, {current_name(name)}
        if name.startswith(_CITY_REGIONS):
            yield name.rpartition("/")[2], {current_name(name)}
    for language in LANGUAGES:
        yield from ((city, {zone}) for zone, city in cities_of_zones(language).items())
        territories = words_in(language).locale.territories
        for country in sorted(set(countries().values())):
            yield territories[country], {z for z, its in countries().items() if its == country}
