"""Time zone data from the time zone database and CLDR: names, countries, links between names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast
from zoneinfo import available_timezones

from babel.core import get_global

from bot.texts.catalogues import words_in

# Any: Babel has no types for CLDR's tables, which have names by width and season, or a city.
Names = Mapping[str, Mapping[str, Any]]


def clock_names(language: str) -> tuple[Names, Names]:
    """CLDR's names in one of LANGUAGES: of clocks that several zones share, and of single zones."""
    locale = words_in(language).locale
    return cast(Names, locale.meta_zones), cast(Names, locale.time_zones)


def current_name(zone: str) -> str:
    """The current name for a zone's old name; the name itself if it is current."""
    listed = get_global("zone_aliases").get(zone, zone)
    linked = _links().get(listed, listed)
    if linked in ("Etc/UTC", "Etc/GMT"):
        return "UTC"
    return next((name for name in (zone, listed, linked) if name in countries()), zone)


@cache
def _links() -> dict[str, str]:
    """The database's alternative names for zones, with the names that they refer to."""
    rows = (line.split() for line in _database_file("tzdata.zi") if line.startswith("L "))
    return {name: zone for _, zone, name in rows}


@cache
def countries() -> dict[str, str]:
    """The zones to choose from, each with the code of its country."""
    known = available_timezones()
    rows = (line.split("\t") for line in _database_file("zone.tab") if not line.startswith("#"))
    return {zone: country for country, _, zone, *_ in rows if zone in known}


def _database_file(name: str) -> list[str]:
    """The lines of a table of the database."""
    return (files("tzdata") / "zoneinfo" / name).read_text("utf-8").splitlines()
