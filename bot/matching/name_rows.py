"""The forms of names that a typed text is compared with: one row for each form of each name.

Rows have owners, which are known by their numbers.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import groupby
from math import log

from rapidfuzz import fuzz, process

from bot.matching import normalize, ranking
from bot.matching.candidates import MANY, Gatherer, gatherer

_GATHERED = 16  # rows that are compared for each form of a text
_COMPARED = 5  # of these, so many by shared groups and so many by letters are compared fully
_NEAR = 120  # rows that are gathered to fill up the choices while a user types
_BEGINS_LATER = 95.0  # of 100: how well a text begins a row that has it at a later word
_STARTING = 4000  # rows that are looked at for what begins with a letter or two
_COMMON = 3  # owners from which a word tells less than a rare one


class _SortedTexts:
    """Texts in order, each with the number of its owner."""

    def __init__(self, owned: Iterable[tuple[str, int]]) -> None:
        pairs = [pair for pair, _ in groupby(sorted(owned))]
        self.texts = [text for text, _ in pairs]
        self.owners = array("i", (owner for _, owner in pairs))

    def owners_of(self, text: str, limit: int = _GATHERED) -> array[int]:
        """Owners of exactly this text, a few at most."""
        return self._between(text, text + "\0")[:limit]

    def starting(self, text: str) -> array[int]:
        """Owners of the texts that start with this one, or of the first few thousand of these."""
        return self._between(text, text + "\U0010ffff")[:_STARTING]

    def _between(self, first: str, last: str) -> array[int]:
        return self.owners[bisect_left(self.texts, first) : bisect_left(self.texts, last)]


class NameRows:
    """Every form of some names, with what finding them needs."""

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        """`names` are normalized, each with the number of its owner."""
        known = list(names)
        self._rows = _SortedTexts(
            (form, owner) for name, owner in known for form in normalize.forms(name)
        )
        self._initials = _SortedTexts(
            (letters, owner) for name, owner in known if (letters := normalize.initials(name))
        )

    def __len__(self) -> int:
        return len(self._rows.texts)

    @cached_property
    def _sounds(self) -> list[str]:
        return normalize.phonetic_keys(self._rows.texts)

    @cached_property
    def _sounding(self) -> _SortedTexts:
        return _SortedTexts((sound, place) for place, sound in enumerate(self._sounds))

    @cached_property
    def _gatherer(self) -> Gatherer:
        return gatherer(self._rows.texts)

    @cached_property
    def _weights(self) -> dict[str, float]:
        """How much each common word tells, below 1; a word that few rows have tells 1."""
        rows = Counter(word for sound in self._sounds for word in set(sound.split()))
        most = log(1 + len(self._rows.texts))
        return {
            word: 1 - log(count / _COMMON) / most for word, count in rows.items() if count > _COMMON
        }

    def prepare(self) -> None:
        """Build now what is built otherwise at the first text that is no name."""
        _ = self._sounding, self._gatherer, self._weights

    def named(self, typed: str) -> list[int]:
        """Owners that a normalized text is a very name of."""
        first = normalize.forms(typed)[:1]
        return list(dict.fromkeys(owner for form in first for owner in self._rows.owners_of(form)))

    def starting(self, typed: str) -> tuple[set[int], Counter[int]]:
        """Owners of names that are the text, and of names that begin with it, with how many do."""
        letters = typed.replace(" ", "")
        begun = Counter(self._initials.starting(letters))
        for form in normalize.forms(typed):
            begun.update(self._rows.starting(form))
        exact = normalize.forms(typed)[0]
        return {*self._rows.owners_of(exact), *self._initials.owners_of(letters)}, begun

    def likenesses(self, typed: str) -> Iterator[tuple[int, ranking.Features]]:
        """How gathered rows are like a normalized text, each with its owner."""
        rows, sounds, owners = self._rows.texts, self._sounds, self._rows.owners
        for number, form in enumerate(normalize.forms(typed)):
            other_script = number > 0 and len(self) >= MANY
            compared = ranking.Typed(form, self._weights, other_script=other_script)
            gathered = self._gatherer.like(form, _GATHERED)
            places = dict.fromkeys((*gathered, *self._sounding.owners_of(compared.sound)))
            alike = {n: compared.resemblance(rows[n], sounds[n]) for n in places}
            closest = sorted(places, key=lambda n: -max(alike[n]))
            for n in {*closest[:_COMPARED], *gathered[:_COMPARED]}:
                yield owners[n], compared.likeness(rows[n], sounds[n], alike[n][0])
        letters = typed.replace(" ", "")
        for owner in self._initials.owners_of(letters):
            yield owner, ranking.initials_likeness(letters)

    def near(self, typed: str) -> list[int]:
        """Owners of rows that share letter groups with a text, those that begin like it first."""
        rows, near = self._rows, list[tuple[float, int]]()
        for form in normalize.forms(typed):
            places = self._gatherer.like(form, _NEAR, half_typed=True)
            begun = [rows.texts[place][: len(form)] for place in places]
            for _, like, n in process.extract(form, begun, scorer=fuzz.ratio, limit=None):
                row, owner = rows.texts[places[n]], rows.owners[places[n]]
                near.append((-_BEGINS_LATER if f" {form}" in row else -like, owner))
        return [owner for _, owner in sorted(near)]
