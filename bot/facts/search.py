"""Finding things by name: whatever people type, in one index in memory.

Each name gives rows, one for each view of it: in key presses, and in Latin letters. A typed text is
viewed in the same way, rows that share letter groups with it are gathered (`candidates`), and each
of these gets its chance of being meant (`ranking`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from math import log
from typing import Literal

from rapidfuzz import fuzz

from bot.facts import names, ranking
from bot.facts.candidates import gatherer
from bot.facts.model import ThingKind

SURE = 0.9
"""Chance from which the best entry is taken to be meant."""
SOME = 0.5
"""Chance from which one of several entries is taken to be meant."""
OFFERED = 0.05
"""Chance from which an entry is offered as one of several."""
SHOWN = 0.002
"""Chance from which an entry is named where nothing matches."""

_MOST = 5  # entries that are offered where several are near
_GATHERED = 16  # rows that are compared for each form of a text
_COMPARED = 5  # of these, so many by shared groups and so many by letters are compared fully
_NEAR = 120  # rows that are gathered to fill up the choices while somebody types
_STARTING = 4000  # rows that are looked at for what begins with a letter or two
_COMMON = 3  # owners from which a word tells less than a rare one


@dataclass(frozen=True)
class Entry:
    """Something that can be asked for by name.

    `names` holds every form, the label first; the words of the id are matched as well.
    """

    kind: ThingKind
    id: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """What a typed text names.

    `sure` has exactly one entry, `several` two to five, best first. `none` has up to three near
    ones, which may be shown as near names and are never to be taken for an answer.
    """

    verdict: Literal["sure", "several", "none"]
    entries: tuple[Entry, ...]


class _Shelf:
    """Texts in order, each with the number of what owns it."""

    def __init__(self, owned: Iterable[tuple[str, int]]) -> None:
        pairs = [pair for pair, _ in groupby(sorted(owned))]
        self.texts = [text for text, _ in pairs]
        self.owners = array("i", (owner for _, owner in pairs))

    def owned(self, text: str) -> array[int]:
        """Owners of the very text, a few at most."""
        return self._between(text, text + "\0")[:_GATHERED]

    def starting(self, text: str) -> array[int]:
        """Owners of the texts that start with one, or of the first few thousand of these."""
        return self._between(text, text + "\U0010ffff")[:_STARTING]

    def _between(self, first: str, last: str) -> array[int]:
        return self.owners[bisect_left(self.texts, first) : bisect_left(self.texts, last)]


class NameIndex:
    """Entries by every form of their names."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        self._rows = _Shelf((form, owner) for view, owner in self._views() for form in _forms(view))
        self._initials = _Shelf(
            (letters, owner) for view, owner in self._views() if (letters := names.initials(view))
        )
        self._sounds = [names.sound(row) for row in self._rows.texts]
        self._sounding = _Shelf((sound, place) for place, sound in enumerate(self._sounds))
        self._gatherer = gatherer(self._rows.texts)
        self._weights = self._word_weights()

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._rows.texts)

    def _views(self) -> Iterator[tuple[str, int]]:
        """The view of each name, with its entry's number."""
        for owner, entry in enumerate(self._entries):
            for name in (*entry.names, entry.id):
                yield names.view(name), owner

    def find(self, text: str, kinds: Collection[ThingKind] | None = None) -> Finding:
        """What a text names among the entries of some kinds; never raises, never guesses."""
        named = self._named(names.view(text), kinds)
        if 0 < len(named) <= _MOST:
            return Finding("sure" if len(named) == 1 else "several", named)
        ranked = self.rank(text, kinds, limit=_MOST)
        if ranked and ranked[0][1] >= SURE:
            return Finding("sure", (ranked[0][0],))
        near = [(entry, chance) for entry, chance in ranked if chance >= OFFERED]
        if len(near) > 1 and sum(chance for _, chance in near) >= SOME:
            return Finding("several", tuple(entry for entry, _ in near))
        shown = [entry for entry, chance in ranked if chance >= SHOWN]
        return Finding("none", tuple(shown[:3]))

    def _named(self, typed: str, kinds: Collection[ThingKind] | None) -> tuple[Entry, ...]:
        """The entries that a view is a very name of."""
        owners = {owner: None for form in _forms(typed)[:1] for owner in self._rows.owned(form)}
        return tuple(e for e in map(self._entries.__getitem__, owners) if _is_wanted(e, kinds))

    def complete(
        self, text: str, kinds: Collection[ThingKind] | None = None, limit: int = 25
    ) -> tuple[Entry, ...]:
        """Choices while somebody types, best first; an empty text gives the first entries."""
        typed = names.view(text)
        if not typed:
            wanted = (entry for entry in self._entries if _is_wanted(entry, kinds))
            return () if text.strip() else tuple(islice(wanted, limit))
        found: dict[int, None] = {}
        for owners in (self._starting(typed), self._near(typed)):
            found.update(dict.fromkeys(o for o in owners if _is_wanted(self._entries[o], kinds)))
            if len(found) >= limit:
                break
        return tuple(self._entries[owner] for owner in islice(found, limit))

    def rank(
        self, text: str, kinds: Collection[ThingKind] | None = None, limit: int = 25
    ) -> tuple[tuple[Entry, float], ...]:
        """Entries like a text, best first, each with the chance that it is meant.

        The chances add up to at most 1; what they lack is the chance that no entry is meant.
        """
        typed = names.view(text)
        strengths: dict[int, float] = {}
        for owner, likeness in self.likenesses(typed):
            if _is_wanted(self._entries[owner], kinds):
                strength = ranking.strength(likeness)
                strengths[owner] = max(strength, strengths.get(owner, strength))
        none = ranking.strength_of_none(typed, len(self))
        chances = ranking.chances(strengths.values(), none)
        ranked = sorted(zip(strengths, chances, strict=True), key=lambda pair: (-pair[1], pair[0]))
        return tuple((self._entries[owner], chance) for owner, chance in ranked[:limit])

    def likenesses(self, typed: str) -> Iterator[tuple[int, ranking.Features]]:
        """How rows that were gathered for a view are like it, each with its entry's number."""
        rows, sounds, owners = self._rows.texts, self._sounds, self._rows.owners
        for form in _forms(typed):
            compared = ranking.Typed(form, self._weights)
            gathered = self._gatherer.like(form, _GATHERED)
            places = dict.fromkeys((*gathered, *self._sounding.owned(compared.sound)))
            alike = {n: compared.resemblance(rows[n], sounds[n]) for n in places}
            closest = sorted(places, key=lambda n: -max(alike[n]))
            for n in {*closest[:_COMPARED], *gathered[:_COMPARED]}:
                yield owners[n], compared.likeness(rows[n], sounds[n], alike[n][0])
        letters = typed.replace(" ", "")
        for owner in self._initials.owned(letters):
            yield owner, ranking.initials_likeness(letters)

    def _starting(self, typed: str) -> list[int]:
        """Owners of names that are the view, then of names that begin with it.

        Among the latter, the more of an entry's names begin so, the likelier it is meant.
        """
        letters = typed.replace(" ", "")
        begun = Counter(self._initials.starting(letters))
        for form in _forms(typed):
            begun.update(self._rows.starting(form))
        same = {*self._rows.owned(_forms(typed)[0]), *self._initials.owned(letters)}
        forms = {owner: 1 + len(self._entries[owner].names) for owner in begun}  # 1: the id
        return sorted(begun, key=lambda o: (o not in same, -begun[o] / forms[o], o))

    def _near(self, typed: str) -> list[int]:
        """Owners of rows that share letter groups with a view, first where they begin like it."""
        rows, near = self._rows, list[tuple[float, int]]()
        for form in _forms(typed):
            for place in self._gatherer.like(form, _NEAR, half_typed=True):
                near.append((-_begun(form, rows.texts[place]), rows.owners[place]))
        return [owner for _, owner in sorted(near)]

    def _word_weights(self) -> dict[str, float]:
        """How much each common word tells, below 1; a word that few rows have tells 1."""
        rows = Counter(word for sound in self._sounds for word in set(sound.split()))
        most = log(1 + len(self._rows.texts))
        return {
            word: 1 - log(count / _COMMON) / most for word, count in rows.items() if count > _COMMON
        }


def _begun(form: str, row: str) -> float:
    """How well a form begins a row: 0 to 100, and 95 where it begins a later word of it."""
    return 95.0 if f" {form}" in row else fuzz.ratio(form, row[: len(form)])


def _is_wanted(entry: Entry, kinds: Collection[ThingKind] | None) -> bool:
    return kinds is None or entry.kind in kinds


def _forms(view: str) -> tuple[str, ...]:
    """The forms in which a view is compared: key presses, and Latin letters where they differ."""
    if view.isascii():
        return (view,) if view else ()
    pressed = names.strokes(view)
    latin = "" if names.is_initials(view) else names.romanised(view)
    return (pressed, latin) if latin else (pressed,)
