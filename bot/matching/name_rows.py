"""The forms of names that a typed text is compared with: one row for each form of each name.

Each row has an owner, the number of the entry that it names.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from functools import cached_property

from rapidfuzz import fuzz, process

from bot.matching import ranking
from bot.matching.candidates import MANY, Gatherer, gatherer
from bot.matching.name_tables import FEW, NameTables
from bot.matching.normalize import forms

_GATHERED = FEW  # rows compared for each form of a text
_COMPARED = 5  # of these, so many by shared groups and so many by letters are compared fully
_NEAR = 120  # rows gathered to fill up the choices while a user types
_NEAR_BEGINNING = 70.0  # of 100: from here on, a row's beginning is near the text
_BEGINS_LATER = 95.0  # of 100: the score of a row with the text at the start of a later word


class NameRows:
    """Every form of some names, found by the tables that were made of them."""

    def __init__(self, tables: NameTables) -> None:
        self._rows = tables.rows
        self._initials = tables.initials
        self._keys = tables.keys
        self._rows_by_key = tables.by_key
        self._weights = tables.weights
        self._groups = tables.groups
        self.words = tables.words
        self._compared: tuple[str, Sequence[tuple[int, ranking.Features]]] = ("", ())

    def __len__(self) -> int:
        return len(self._rows.texts)

    def count_without(self, owners: Set[int]) -> int:
        """The number of rows that are not of these owners."""
        if not owners:
            return len(self)
        return sum(owner not in owners for owner in self._rows.owners)

    @cached_property
    def _gatherer(self) -> Gatherer:
        return gatherer(self._rows.texts, self._groups)

    def prepare(self) -> None:
        """Build now what would otherwise be built for the first text that is not a name."""
        _ = self._gatherer

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
            texts = [rows.texts[number] for number in numbers]
            found = process.extract(
                form,
                [text[: len(form)] for text in texts],
                scorer=fuzz.ratio,
                score_cutoff=_NEAR_BEGINNING,
                limit=None,
            )
            scores = {position: score for _, score, position in found}
            later = f" {form}"
            scores.update((n, _BEGINS_LATER) for n, text in enumerate(texts) if later in text)
            near += ((-score, rows.owners[numbers[n]]) for n, score in scores.items())
        return [owner for _, owner in sorted(near)]
