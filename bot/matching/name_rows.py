"""The forms of names that a typed text is compared with: one row for each form of each name.

Each row has an owner, the number of the entry that it names.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cached_property
from itertools import groupby
from math import log

from rapidfuzz import fuzz, process

from bot.matching import ranking
from bot.matching.candidates import MANY, Gatherer, gatherer
from bot.matching.normalize import forms, initials, phonetic_keys

_GATHERED = 16  # rows compared for each form of a text
_COMPARED = 5  # of these, so many by shared groups and so many by letters are compared fully
_NEAR = 120  # rows gathered to fill up the choices while a user types
_NEAR_BEGINNING = 70.0  # of 100: from here on, a row's beginning is near the text
_BEGINS_LATER = 95.0  # of 100: the score of a row with the text at the start of a later word
_STARTING = 4000  # rows considered when a user has typed only a letter or two
_COMMON = 3  # rows from which a word weighs less than a rare one


class _SortedTexts:
    """Sorted texts, each with its owner."""

    def __init__(self, owned: Iterable[tuple[str, int]]) -> None:
        pairs = [pair for pair, _ in groupby(sorted(owned))]
        self.texts = [text for text, _ in pairs]
        self.owners = array("i", (owner for _, owner in pairs))

    def owners_of(self, text: str, limit: int = _GATHERED) -> array[int]:
        """Owners of exactly this text, at most `limit`."""
        return self._between(text, text + "\0")[:limit]

    def starting(self, text: str) -> array[int]:
        """Owners of the texts that start with this one, at most a few thousand."""
        return self._between(text, text + "\U0010ffff")[:_STARTING]

    def _between(self, first: str, last: str) -> array[int]:
        return self.owners[bisect_left(self.texts, first) : bisect_left(self.texts, last)]


class NameRows:
    """Every form of some names, with the indexes needed to find them."""

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        """`names` are normalized, each with its owner."""
        known = list(names)
        self._rows = _SortedTexts((form, owner) for name, owner in known for form in forms(name))
        self._initials = _SortedTexts(
            (letters, owner) for name, owner in known if (letters := initials(name))
        )

        self._compared: tuple[str, Sequence[tuple[int, ranking.Features]]] = ("", ())

    def __len__(self) -> int:
        return len(self._rows.texts)

    def count_without(self, owners: Set[int]) -> int:
        """The number of rows that are not of these owners."""
        if not owners:
            return len(self)
        return sum(owner not in owners for owner in self._rows.owners)

    @cached_property
    def _keys(self) -> list[str]:
        return phonetic_keys(self._rows.texts)

    @cached_property
    def _rows_by_key(self) -> _SortedTexts:
        return _SortedTexts((key, row) for row, key in enumerate(self._keys))

    @cached_property
    def _gatherer(self) -> Gatherer:
        return gatherer(self._rows.texts)

    @cached_property
    def _weights(self) -> dict[str, float]:
        """The weight of each common word, below 1; a word that few rows have weighs 1."""
        rows = Counter(word for key in self._keys for word in set(key.split()))
        most = log(1 + len(self._rows.texts))
        return {
            word: 1 - log(count / _COMMON) / most for word, count in rows.items() if count > _COMMON
        }

    def prepare(self) -> None:
        """Build now what would otherwise be built for the first text that is not a name."""
        _ = self._rows_by_key, self._gatherer, self._weights

    def named(self, typed: str) -> list[int]:
        """Owners of exactly this normalized name."""
        first = forms(typed)[:1]
        return list(dict.fromkeys(owner for form in first for owner in self._rows.owners_of(form)))

    def abbreviated(self, typed: str) -> array[int]:
        """Owners of names of which these are the initials."""
        return self._initials.owners_of(typed.replace(" ", ""))

    def starting(self, typed: str) -> tuple[set[int], Counter[int]]:
        """Owners of names equal to the text, and how many names of each owner begin with it."""
        letters = typed.replace(" ", "")
        begun = Counter(self._initials.starting(letters))
        for form in forms(typed):
            begun.update(self._rows.starting(form))
        exact = forms(typed)[0]
        return {*self._rows.owners_of(exact), *self.abbreviated(typed)}, begun

    def likenesses(self, typed: str) -> Sequence[tuple[int, ranking.Features]]:
        """How much gathered rows are like a normalized text, each with its owner.

        Those of the last text are kept: it is looked up for one kind of thing, and then for all.
        """
        if self._compared[0] != typed:
            self._compared = typed, tuple(self._compare(typed))
        return self._compared[1]

    def _compare(self, typed: str) -> Iterator[tuple[int, ranking.Features]]:
        rows, keys, owners = self._rows.texts, self._keys, self._rows.owners
        for index, form in enumerate(forms(typed)):
            other_script = index > 0 and len(self) >= MANY
            compared = ranking.Typed(form, self._weights, other_script=other_script)
            gathered = self._gatherer.like(form, _GATHERED)
            numbers = dict.fromkeys((*gathered, *self._rows_by_key.owners_of(compared.key)))
            alike = {n: compared.resemblance(rows[n], keys[n]) for n in numbers}
            closest = sorted(numbers, key=lambda n: -max(alike[n]))
            for n in {*closest[:_COMPARED], *gathered[:_COMPARED]}:
                yield owners[n], compared.likeness(rows[n], keys[n], alike[n][0])
        letters = typed.replace(" ", "")
        for owner in self._initials.owners_of(letters):
            yield owner, ranking.initials_likeness(letters)

    def near(self, typed: str) -> list[int]:
        """Owners of rows whose beginnings, or later words, are near a text; best first."""
        rows, near = self._rows, list[tuple[float, int]]()
        for form in forms(typed):
            numbers = self._gatherer.like(form, _NEAR, half_typed=True)
            beginnings = [rows.texts[number][: len(form)] for number in numbers]
            for _, score, n in process.extract(form, beginnings, scorer=fuzz.ratio, limit=None):
                row, owner = rows.texts[numbers[n]], rows.owners[numbers[n]]
                score = _BEGINS_LATER if f" {form}" in row else score
                if score >= _NEAR_BEGINNING:
                    near.append((-score, owner))
        return [owner for _, owner in sorted(near)]
