"""How surely a typed text means each of some rows, or none of them.

Each row that was gathered gets a strength: a weighted sum of how it is like the text. Strengths
become chances together with that of "none of these", which grows with the number of rows, because
among many names a chance resemblance is closer. The weights are learned by
`benchmarks/learn_finding.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import exp, log
from operator import mul

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bot.matching import normalize

Features = tuple[float, ...]

_NUMBER = re.compile(r".*\d|(?:one|two|three|four|five|six|seven|eight|nine|ten)$")

# Learned from Wikipedia redirects (DBpedia), enamdict (both CC BY-SA) and GeoNames (CC BY).
FEATURES = (
    "joined", "contained", "other number", "spelt", "spelt well", "begun", "covered", "worst",
    "edits", "other script", "initials", "acronym",
)  # fmt: skip
WEIGHTS: Features = (3.78, 1.87, -2.63, -0.84, 5.34, 1.68, 5.24, 2.76, -1.95, -1.4, 8.76, 8.12)

NONE_FEATURES = ("always", "rows", "length", "words")
NONE_WEIGHTS: Features = (1.3, 0.54, -0.35, 0.36)


def initials_likeness(letters: str) -> Features:
    """The likeness of a name to its initial letters, Korean or Latin, typed."""
    others = (0.0,) * (len(FEATURES) - 2)
    return (*others, float(not letters.isascii()), float(letters.isascii()))


class Typed:
    """One form of a typed text, to be compared with rows.

    Among many names, a form in another script than the text's is less telling: there, romanisation
    makes too many alike.
    """

    def __init__(self, form: str, weights: Mapping[str, float], *, other_script: bool) -> None:
        self.form = form
        self.sound = normalize.phonetic_key(form)
        self._joined = form.replace(" ", "")
        self._words = normalize.telling(form)
        self._numbers = {word for word in self._words if _NUMBER.match(word)}
        self._sounds = self.sound.split()
        self._telling = [weights.get(sound, 1.0) for sound in self._sounds]
        self._weights = weights
        self._is_many = " " in form
        self._other_script = float(other_script)

    def resemblance(self, row: str, sound: str) -> tuple[float, float]:
        """How much of a row is spelt, and heard, like the form, in any order of words: 0 to 1."""
        spelt, heard = fuzz.ratio(self.form, row), fuzz.ratio(self.sound, sound)
        if self._is_many or " " in row:
            spelt = max(spelt, fuzz.token_sort_ratio(self.form, row))
            heard = max(heard, fuzz.token_sort_ratio(self.sound, sound))
        return spelt / 100, heard / 100

    def likeness(self, row: str, sound: str, spelt: float) -> Features:
        """How a row is like the form, by each of the features, from 0 to 1."""
        form = self.form
        words = normalize.telling(row)
        covered, worst = self._wordwise(sound.split())
        return (
            float(row.replace(" ", "") == self._joined),
            float(self._words <= words),
            float(not self._numbers <= words),
            spelt,
            spelt**4,
            fuzz.ratio(form, row[: len(form)]) / 100,
            covered,
            worst,
            min(1.0, OSA.distance(form, row) / 4),
            self._other_script,
            0.0,
            0.0,
        )

    def _wordwise(self, sounds: list[str]) -> tuple[float, float]:
        """How much of a row the form covers, and how well the row says the form's worst word.

        Each word counts by how much it tells: the second name of two Kims more than the Kim.
        """
        found = [
            [(fuzz.ratio(mine, other) / 100) ** 2 for other in sounds] for mine in self._sounds
        ]
        weights = [self._weights.get(sound, 1.0) for sound in sounds]
        covered = sum(map(mul, weights, map(max, zip(*found, strict=True)))) / sum(weights)
        lost = (weight * (1 - max(row)) for weight, row in zip(self._telling, found, strict=True))
        return covered, 1 - max(lost)


def strength(likeness: Features) -> float:
    """How much a likeness speaks for its row, as a logarithm of odds."""
    return sum(map(mul, WEIGHTS, likeness))


def none_features(normalized: str, rows: int) -> Features:
    """What speaks for none of so many rows being meant."""
    return 1.0, log(rows + 1), min(len(normalized), 12) / 12, min(normalized.count(" "), 3) / 3


def strength_of_none(normalized: str, rows: int) -> float:
    """How much speaks for none of so many rows being meant, as a logarithm of odds."""
    return sum(map(mul, NONE_WEIGHTS, none_features(normalized, rows)))


def chances(strengths: Iterable[float], none: float) -> list[float]:
    """The chance that each is meant, given the strength of none; together at most 1."""
    odds = [exp(min(each, 50.0) - none) for each in strengths]
    whole = 1.0 + sum(odds)
    return [each / whole for each in odds]
