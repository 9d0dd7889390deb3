"""How likely a typed text means each of some rows, or none of them.

Each gathered row gets a strength: a weighted sum of the features in which it is like the text.
Strengths become chances together with that of "none of these", which grows with the number of rows,
because among many names a chance resemblance is closer. `benchmarks/learn_finding.py` learns the
weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import exp, log
from operator import mul

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bot.matching.normalize import phonetic_key, significant_words

Features = tuple[float, ...]

_NUMBER = re.compile(r".*\d|(?:one|two|three|four|five|six|seven|eight|nine|ten)$")

# Learned from Wikipedia redirects (DBpedia), enamdict (both CC BY-SA) and GeoNames (CC BY).
FEATURES = (
    "joined", "contained", "other number", "spelling", "close spelling", "beginning", "covered",
    "worst word", "edits", "other script", "initials", "acronym",
)  # fmt: skip
WEIGHTS: Features = (3.78, 1.87, -2.63, -0.84, 5.34, 1.68, 5.24, 2.76, -1.95, -1.4, 8.76, 8.12)

_NEAR_SPELLING, _NEAR_WORDS = 0.7, 0.5

NONE_FEATURES = ("always", "rows", "length", "words")
NONE_WEIGHTS: Features = (1.3, 0.54, -0.35, 0.36)


def initials_likeness(letters: str) -> Features:
    """The likeness of a name to its typed initials, Korean or Latin."""
    others = (0.0,) * (len(FEATURES) - 2)
    return (*others, float(not letters.isascii()), float(letters.isascii()))


class Typed:
    """One form of a typed text, to be compared with rows.

    Among many names, a form in another script than the text's says less: romanisation makes too
    many of them alike.
    """

    def __init__(self, form: str, weights: Mapping[str, float], *, other_script: bool) -> None:
        self.form = form
        self.key = phonetic_key(form)
        self._joined = form.replace(" ", "")
        self._words = significant_words(form)
        self._numbers = {word for word in self._words if _NUMBER.match(word)}
        self._word_keys = self.key.split()
        self._word_weights = [weights.get(key, 1.0) for key in self._word_keys]
        self._weights = weights
        self._has_several_words = " " in form
        self._other_script = float(other_script)

    def resemblance(self, row: str, key: str) -> tuple[float, float]:
        """How close the form is to a row in spelling and in sound, in any order of words: 0 to 1.

        `key` is the row's phonetic key.
        """
        spelling, sound = fuzz.ratio(self.form, row), fuzz.ratio(self.key, key)
        if self._has_several_words or " " in row:
            spelling = max(spelling, fuzz.token_sort_ratio(self.form, row))
            sound = max(sound, fuzz.token_sort_ratio(self.key, key))
        return spelling / 100, sound / 100

    def likeness(self, row: str, key: str, spelling: float) -> Features:
        """How much a row is like the form in each of the features, from 0 to 1."""
        form = self.form
        words = significant_words(row)
        covered, worst = self._wordwise(key.split())
        return (
            float(row.replace(" ", "") == self._joined),
            float(self._words <= words),
            float(not self._numbers <= words),
            spelling,
            spelling**4,
            fuzz.ratio(form, row[: len(form)]) / 100,
            covered,
            worst,
            min(1.0, OSA.distance(form, row) / 4),
            self._other_script,
            0.0,
            0.0,
        )

    def _wordwise(self, row_keys: list[str]) -> tuple[float, float]:
        """How much of a row the form covers, and how well the row matches the form's worst word.

        Words are weighted: of two Kims, the given name counts more than the Kim.
        """
        found = [
            [(fuzz.ratio(mine, other) / 100) ** 2 for other in row_keys] for mine in self._word_keys
        ]
        weights = [self._weights.get(key, 1.0) for key in row_keys]
        covered = sum(map(mul, weights, map(max, zip(*found, strict=True)))) / sum(weights)
        lost = (w * (1 - max(row)) for w, row in zip(self._word_weights, found, strict=True))
        return covered, 1 - max(lost)


def strength(likeness: Features) -> float:
    """How strongly a likeness supports its row, as log odds."""
    return sum(map(mul, WEIGHTS, likeness))


def is_near(likeness: Features) -> bool:
    """Whether people see the likeness: in the spelling, in some words, or in the initials."""
    _, contained, _, spelling, _, _, covered, *_ = likeness
    in_words = contained == 1 or covered >= _NEAR_WORDS
    return in_words or spelling >= _NEAR_SPELLING or is_by_initials(likeness)


def is_by_initials(likeness: Features) -> bool:
    """Whether a row is like the text by nothing but its initials."""
    return any(likeness[-2:])


def none_features(normalized: str, rows: int) -> Features:
    """The evidence that the text means none of so many rows."""
    return 1.0, log(rows + 1), min(len(normalized), 12) / 12, min(normalized.count(" "), 3) / 3


def strength_of_none(normalized: str, rows: int) -> float:
    """How likely it is that the text means none of so many rows, as log odds."""
    return sum(map(mul, NONE_WEIGHTS, none_features(normalized, rows)))


def chances(strengths: Iterable[float], none: float) -> list[float]:
    """The chance of each strength, given that of `none`; together at most 1."""
    odds = [exp(min(each, 50.0) - none) for each in strengths]
    whole = 1.0 + sum(odds)
    return [each / whole for each in odds]
