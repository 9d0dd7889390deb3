"""Texts in scripts that need no spaces, searched for a word anywhere in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

_END = "\n"  # is in no text


class WideTexts:
    """Texts with the numbers of what they belong to, in one string, which is searched fastest."""

    def __init__(self, numbers: Mapping[str, Sequence[int]]) -> None:
        """`numbers` are those of each text."""
        self._numbers = tuple(numbers.values())
        self._joined = "".join(_END + text for text in numbers)
        self._starts = [0, *accumulate(len(_END + text) for text in numbers)]

    def with_word(self, word: str, *, first: bool = False) -> set[int]:
        """The numbers of the texts in which a word occurs, or of those that begin with it.

        2023년3월 has 3월, but 13월 has not.
        """
        sought = _END + word if first else word
        return {
            number for position in self._positions(sought) for number in self._numbers[position]
        }

    def _positions(self, sought: str) -> Iterator[int]:
        """The positions of texts that have a word, where it is not the end of a longer number.

        Of each text, only the first occurrence counts.
        """
        found = self._joined.find(sought)
        while found >= 0:
            position = bisect_right(self._starts, found) - 1
            if not (sought[0].isdigit() and self._joined[found - 1].isdigit()):
                yield position
            found = self._joined.find(sought, self._starts[position + 1])
