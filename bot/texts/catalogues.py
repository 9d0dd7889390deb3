"""UI texts by key, from one gettext catalogue a language, in the language of whoever reads.

A `.po` file beside this module holds every sentence of one language under the same keys. Dates and
lists are worded by Babel's locale data.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("en", "ko", "ja")
"""The languages that have a catalogue; the first is everybody's fallback."""

_FOLDER = Path(__file__).parent


class Words:
    """The texts of one language."""

    def __init__(self, language: str, catalogue: GNUTranslations) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self._catalogue = catalogue

    def __call__(self, key: str, **values: object) -> str:
        """The text under `key`, its placeholders filled in."""
        return self._catalogue.gettext(key).format(**values)

    def count(self, key: str, number: int, **values: object) -> str:
        """The text under `key` in the plural form that goes with `number`, filled in as `{n}`."""
        return self._catalogue.ngettext(key, key, number).format(n=number, **values)

    def list(self, items: list[str]) -> str:
        """The items as one enumeration: `a, b, and c`."""
        return format_list(items, locale=self.locale)


@cache
def words(language: str) -> Words:
    """The texts of one of LANGUAGES; read from disk once."""
    with (_FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Words(language, GNUTranslations(compiled))


def choose(*wished: str | None) -> str:
    """The first of the wished locales (such as `en-GB`, `ko`) that has a catalogue."""
    for locale in wished:
        language = (locale or "").replace("_", "-").partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]
