"""Full-text search over the facts: from typed words to a query in FTS5's language.

What people type never reaches FTS5 as syntax: each word is normalized and quoted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.matching.normalize import MINOR, normalize

BEGINS, ENDS = "\x02", "\x03"
"""Characters that enclose a matched word in the text of a match; no fact has either of them."""

_REPAIRED_FROM = 4  # letters; a shorter word is near too many others
_TYPO_FROM, _TWO_EDITS_FROM = 6, 8  # letters of a word that may hold one typo, or two
_PREFIX_FROM = 3  # letters of a word that also matches longer words that begin with it
_NEAR_ENOUGH = 75.0  # of 100: one wrong letter in four
_LONGEST = 40  # characters of all words together: what a button can carry to the next page


@dataclass(frozen=True)
class TextQuery:
    """A typed text, ready to be searched for: its words, those repaired, and those left out."""

    words: tuple[str, ...]
    repaired: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words as a text that reads as the same words again."""
        return " ".join(self.words)

    def query(self, every: bool) -> str:
        """The words in FTS5's query language: facts with every one, or with any."""
        return (" AND " if every else " OR ").join(map(_term, self.words))


def _term(word: str) -> str:
    """A word as FTS5 takes it; it matches as a prefix unless it is short or a number."""
    whole = word.isascii() and (len(word) < _PREFIX_FROM or word.isdigit())
    return f'"{word}"' if whole else f'"{word}"*'


class Vocabulary:
    """Every word of a base's facts and names."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(words)

    def read(self, text: str) -> TextQuery:
        """The significant words of a text; the nearest known word replaces an unknown one."""
        typed = [word for word in dict.fromkeys(normalize(text).split()) if _is_significant(word)]
        repaired: list[tuple[str, str]] = []
        words: list[str] = []
        for word in typed:
            near = None if self._has_prefix(word) else self._nearest(word)
            if len(" ".join([*words, near or word])) > _LONGEST:
                break
            if near:
                repaired.append((word, near))
            words.append(near or word)
        return TextQuery(tuple(words), tuple(repaired), tuple(typed[len(words) :]))

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
        place = bisect_left(self._words, word)
        return place < len(self._words) and self._words[place].startswith(word)

    def _nearest(self, word: str) -> str | None:
        if len(word) < _REPAIRED_FROM:
            return None
        found = process.extractOne(word, self._words, scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH)
        return found[0] if found else None


def _may_be_typo(word: str) -> bool:
    return word.isascii() and word.isalpha() and len(word) >= _TYPO_FROM


def words_of(text: str) -> set[str]:
    """The normalized words of a text."""
    return {word for chunk in text.split() for word in normalize(chunk).split()}


def _is_significant(word: str) -> bool:
    return word not in MINOR and any(letter.isalnum() for letter in word)
