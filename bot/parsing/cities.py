"""The cities that time zones are named after, in each language."""

from __future__ import annotations

from functools import cache

from bot.parsing.zone_data import clock_names, countries, current_name
from bot.texts.catalogues import LANGUAGES


@cache
def city_names(name: str) -> tuple[str, ...]:
    """A city's name in each of LANGUAGES; nothing if no zone is named after it."""
    zones = {
        zone
        for language in LANGUAGES
        for zone, city in cities_of_zones(language).items()
        if city == name
    }
    named = (cities_of_zones(language).items() for language in LANGUAGES)
    return tuple(city for cities in named for zone, city in cities if zone in zones)


def city_in(language: str, name: str) -> str:
    """A city's English name in one of LANGUAGES; as it is if CLDR names no zone after it."""
    return _cities_by_name(language).get(name, name)


@cache
def _cities_by_name(language: str) -> dict[str, str]:
    """The cities of CLDR in one of LANGUAGES by what their zones call them."""
    _, clocks = clock_names(language)
    cities = [(zone, clock["city"]) for zone, clock in clocks.items() if "city" in clock]
    return {zone.rpartition("/")[2].replace("_", " "): city for zone, city in reversed(cities)}


@cache
def cities_of_zones(language: str) -> dict[str, str]:
    """The city that each zone is named after, in one of LANGUAGES."""
    _, known = clock_names(language)
    cities = {zone: zone.rpartition("/")[2].replace("_", " ") for zone in countries()}
    for name, clock in known.items():
        # CLDR keeps some zones under an old name: Kolkata under Asia/Calcutta.
        zone = current_name(name)
        if zone in cities and "city" in clock:
            cities[zone] = clock["city"]
    return cities
