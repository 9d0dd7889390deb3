"""UI texts by key, from one gettext catalogue for each language.

A `.po` file beside this module holds every sentence of one language under the same keys, and as
`typography.…` how the language writes quotations, brackets, labels and lists. Dates are worded by
Babel's locale data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache, reduce
from pathlib import Path

from babel import Locale

LANGUAGES = ("en", "ko", "ja")
"""The languages that have a catalogue; the first is the fallback of every other."""

_FOLDER = Path(__file__).parent


class Words:
    """The texts of one language."""

    def __init__(self, language: str, texts: Mapping[str, Sequence[str]]) -> None:
        """`texts` holds each text by its key, in its plural forms if it has several."""
        self.language = language
        self.locale = Locale.parse(language)
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """The text under `key`, its placeholders filled in."""
        text = self._texts.get(key, (key,))[0]
        return text.format(**values) if values else text

    def count(self, key: str, number: int, **values: object) -> str:
        """The text under `key` in the plural form that goes with `number`, filled in as `{n}`."""
        # English says one thing differently from several; Korean and Japanese have one form.
        form = 0 if number == 1 else -1
        return self._texts.get(key, (key,))[form].format(n=number, **values)

    def ordinal(self, number: int) -> str:
        """A number that counts: `19th`."""
        return self(f"ordinal.{self.locale.ordinal_form(number)}", n=number)

    def list(self, items: Sequence[str]) -> str:
        """The items as one enumeration: `a, b and c`."""
        if len(items) < 2:
            return "".join(items)
        *first, last = items
        begun = reduce(lambda one, other: self("typography.list", one=one, other=other), first)
        return self("typography.list.last", one=begun, last=last)

    def series(self, remarks: Sequence[str]) -> str:
        """Remarks that follow one another: `planned; date inferred`."""
        return reduce(lambda one, other: self("typography.series", one=one, other=other), remarks)


@cache
def words_in(language: str) -> Words:
    """The texts of one of LANGUAGES; read from disk once."""
    return Words(language, read_catalogue(_FOLDER / f"{language}.po"))


_FIELD = re.compile(r"^(msgid|msgid_plural|msgstr(?:\[\d\])?) (\".*\")$", re.MULTILINE)


def read_catalogue(path: Path) -> Mapping[str, Sequence[str]]:
    """Each text of a catalogue by its key, in its plural forms if it has several."""
    # Babel's reader also keeps comments, flags and formats: it takes three times as long as
    # the answer itself.
    texts: dict[str, list[str]] = {}
    forms: list[str] = []
    for field, quoted in _FIELD.findall(path.read_text("utf-8").replace('"\n"', "")):
        if field == "msgid":
            forms = texts[json.loads(quoted)] = []
        elif field != "msgid_plural":
            forms.append(json.loads(quoted))
    return texts


def choose(*wished: str | None) -> str:
    """The first of the wished locales (such as `en-GB`, `ko`) that has a catalogue."""
    for locale in wished:
        language = (locale or "").replace("_", "-").partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]
