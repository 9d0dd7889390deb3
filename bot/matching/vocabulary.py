"""Every word that a base knows, and the word that a typo most likely means."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any, cast

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.matching.normalize import normalized_words

_TYPO_FROM, _TWO_EDITS_FROM = 6, 8  # letters of a word that may hold one typo, or two


class Vocabulary:
    """Every word of a base's facts, names and asks."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(words)

    def repairs(self, words: Iterable[str]) -> dict[str, str]:
        """The known word for each unknown one that is a likely typo of it.

        A typo leaves the first letter, and is one edit away, or two in a long word.
        """
        unknown = (word for word in dict.fromkeys(words) if _may_be_typo(word))
        near = ((word, self._near(word)) for word in unknown if not self._has_prefix(word))
        return {word: other for word, other in near if other}

    def _near(self, word: str) -> str | None:
        first = bisect_left(self._words, word[0])
        last = bisect_left(self._words, chr(ord(word[0]) + 1))
        edits = 2 if len(word) >= _TWO_EDITS_FROM else 1
        scorer = cast(Any, OSA.distance)  # its stub asks of a distance what it asks of a likeness
        found = process.extractOne(word, self._words[first:last], scorer=scorer, score_cutoff=edits)
        return found[0] if found else None

    def _has_prefix(self, word: str) -> bool:
        position = bisect_left(self._words, word)
        return position < len(self._words) and self._words[position].startswith(word)


def _may_be_typo(word: str) -> bool:
    return word.isascii() and word.isalpha() and len(word) >= _TYPO_FROM


def word_set(text: str) -> set[str]:
    """The normalized words of a text."""
    return set(normalized_words(text))
