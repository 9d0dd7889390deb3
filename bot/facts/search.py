"""Finding things by name: whatever people type, in one index in memory.

Each name gives rows, one for each view of it: in key presses, and in Latin letters. A typed text is
viewed in the same way, rows that share letter groups with it are gathered (`candidates`), and each
of these gets its chance of being meant (`ranking`). Where no single name is like the text, it may
describe an entry: each of its words then stands in some name of that entry.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from math import log
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bot.facts import names, ranking
from bot.facts.candidates import MANY, WIDE, gatherer
from bot.facts.model import ThingKind

SURE = 0.9
"""Chance from which the best entry is taken to be meant."""
LIKELY = 0.8
"""Chance from which those that are near, one or several, are taken to hold what is meant."""
SOME = 0.5
"""Chance from which the only entry that a single word describes is taken to be meant."""
OFFERED = 0.05
"""Chance from which an entry is offered as one of several."""
SHOWN = 0.002
"""Chance from which an entry is named where nothing matches."""

_MOST = 5  # entries that are offered where several are near
_GATHERED = 16  # rows that are compared for each form of a text
_COMPARED = 5  # of these, so many by shared groups and so many by letters are compared fully
_NEAR = 120  # rows that are gathered to fill up the choices while somebody types
_STARTING = 4000  # rows that are looked at for what begins with a letter or two
_HOLDING = 400  # rows that are looked at for one word of a description
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

    def owned(self, text: str, limit: int = _GATHERED) -> array[int]:
        """Owners of the very text, a few at most."""
        return self._between(text, text + "\0")[:limit]

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
        self._words = _Shelf(
            (word, place)
            for place, sound in enumerate(self._sounds if len(self._sounds) < MANY else ())
            for word in sound.split()
        )
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
        typed = names.view(text)
        named = self._named(typed, kinds)
        if 0 < len(named) <= _MOST:
            return self._offer(named)
        words = names.describing(typed) if len(self) < MANY else ()  # in many, words meet by chance
        ranked = self._ranked(typed, kinds)[:_MOST]
        odd = self._without_an_actor([owner for owner, _ in ranked], words)
        near = {o: chance for o, chance in ranked if chance >= OFFERED and o not in odd}
        best = max(near.values(), default=0.0)
        if best >= SURE:
            return self._offer([*near][:1])
        # Where an actor of an unwanted kind is named, none of the many events with it is meant.
        if named or not self._names_an_actor(typed):
            described = self._described(words, kinds)[:_MOST]
            if len(described) > 1 or (described and (len(words) > 1 or best >= SOME)):
                return self._offer(described)
            if sum(near.values()) >= LIKELY:
                return self._offer([*near])
        shown = [owner for owner, chance in ranked if chance >= SHOWN]
        return Finding("none", self._those(shown[:3]))

    def _offer(self, owners: Sequence[int]) -> Finding:
        return Finding("sure" if len(owners) == 1 else "several", self._those(owners))

    def _those(self, owners: Iterable[int]) -> tuple[Entry, ...]:
        return tuple(self._entries[owner] for owner in owners)

    def _named(self, typed: str, kinds: Collection[ThingKind] | None) -> list[int]:
        """Owners that a view is a very name of."""
        owners = dict.fromkeys(o for form in _forms(typed)[:1] for o in self._rows.owned(form))
        return [owner for owner in owners if _is_wanted(self._entries[owner], kinds)]

    def _names_an_actor(self, word: str) -> bool:
        return any(self._entries[owner].kind == "actor" for owner in self._named(word, None))

    def _without_an_actor(self, owners: Iterable[int], words: Sequence[str]) -> set[int]:
        """Those owners of whom no name tells of an actor that one of several words names."""
        without = set[int]()
        for word in words if len(words) > 1 else ():
            if self._names_an_actor(word):
                holding = self._holding(word, slips=True)
                without.update(set(owners).difference(self._rows.owners[row] for row in holding))
        return without

    def _described(self, words: Sequence[str], kinds: Collection[ThingKind] | None) -> list[int]:
        """Owners among whose names each of some words stands, likeliest first.

        The words may come from several names, in any script, but two Latin ones from one.
        """
        slips = len(words) > 1
        left: set[int] | None = None
        holding = Counter[int]()  # how many of the words each row holds
        for word in words:
            rows = self._holding(word, slips=slips)
            owners = {self._rows.owners[row] for row in rows}
            left = owners if left is None else left & owners
            if not left:
                return []
            holding.update(rows)
        said, most = Counter[int](), Counter[int]()  # by owner: in all of its rows, in one
        for row, held in holding.items():
            owner = self._rows.owners[row]
            said[owner] += held
            most[owner] = max(most[owner], held)
        least = min(2, sum(map(str.isascii, words)))  # words far apart say little together
        meant = [
            (-said[owner] / (1 + len(self._entries[owner].names)), owner)
            for owner in left or ()
            if most[owner] >= least and _is_wanted(self._entries[owner], kinds)
        ]
        return [owner for _, owner in sorted(meant)]

    def _holding(self, word: str, *, slips: bool) -> set[int]:
        """Places of the rows that hold a word of a view; with slips, or one much like it."""
        rows = self._rows.texts
        form = names.strokes(word)
        gathered = self._gatherer.like(form, _HOLDING, half_typed=True)
        if form >= WIDE:  # no spaces between words, so it may stand anywhere
            if len(word) == 1:
                return {row for row in gathered if rows[row].startswith(form)}
            return {row for row in gathered if form in rows[row]}
        if names.is_spelt_out(word):
            places = self._words.owned(names.sound(word), _STARTING)
            return {row for row in places if word in rows[row].split()}
        heard = {names.sound(word)}
        if slips and not any(map(str.isdigit, word)):
            heard |= {
                names.sound(other)
                for row in gathered[:_NEAR]
                for other in rows[row].split()
                if _is_slip(word, other)
            }
        return {row for sound in heard for row in self._words.owned(sound, _STARTING)}

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
        ranked = self._ranked(names.view(text), kinds)
        return tuple((self._entries[owner], chance) for owner, chance in ranked[:limit])

    def _ranked(self, typed: str, kinds: Collection[ThingKind] | None) -> list[tuple[int, float]]:
        strengths: dict[int, float] = {}
        for owner, likeness in self.likenesses(typed):
            if _is_wanted(self._entries[owner], kinds):
                strength = ranking.strength(likeness)
                strengths[owner] = max(strength, strengths.get(owner, strength))
        none = ranking.strength_of_none(typed, len(self))
        chances = ranking.chances(strengths.values(), none)
        return sorted(zip(strengths, chances, strict=True), key=lambda pair: (-pair[1], pair[0]))

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


_SLIPPING = 6  # letters of a word that may hold a slip: `times` is not meant for `ties`


def _is_slip(word: str, other: str) -> bool:
    """Whether two words may be one: `talk` and `talks`, or longer ones, one letter in four off."""
    most = len(word) // 4
    if len(word) < _SLIPPING and not (word.startswith(other) or other.startswith(word)):
        return False
    return OSA.distance(word, other, score_cutoff=most) <= most


def _is_wanted(entry: Entry, kinds: Collection[ThingKind] | None) -> bool:
    return kinds is None or entry.kind in kinds


def _forms(view: str) -> tuple[str, ...]:
    """The forms in which a view is compared: key presses, and Latin letters where they differ."""
    if view.isascii():
        return (view,) if view else ()
    pressed = names.strokes(view)
    latin = "" if names.is_initials(view) else names.romanised(view)
    return (pressed, latin) if latin else (pressed,)
