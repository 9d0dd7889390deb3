"""What a typed text describes: the entries among whose own words each of its words stands.

An entry's own words are those of its names, its places and its keywords. Only for bases of some
thousand names: in many, words meet by chance.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple, cast

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.matching import normalize

_SLIPPING = 6  # letters of a word that may hold a slip: `times` is not meant for `ties`
_COMMON = 5  # owners of a word that tells none from another
_SHORT = 2  # syllables of a word in which none is a slip
_RESEMBLING = 70  # of 100: from here on, a word may be another spelling of one
_RESEMBLING_WIDE = 80  # of 100, by key presses: one wrong in four or five


class OwnTexts(NamedTuple):
    """An entry's own words: its names, its places, and the other words that tell of it."""

    names: Sequence[str]
    places: Sequence[str]
    keywords: Sequence[str]


class _TextPlace(NamedTuple):
    """Where words stand together: in one name of an entry, or in all that tells of it besides."""

    owner: int
    is_name: bool


class Descriptions:
    """The own words of entries, which are known by their numbers."""

    def __init__(self, entries: Iterable[OwnTexts]) -> None:
        self._places: list[_TextPlace] = []
        self._names: list[int] = []  # how many, by owner
        self._by_word: defaultdict[str, set[int]] = defaultdict(set)
        self._by_sound: defaultdict[str, set[str]] = defaultdict(set)
        self._wide: list[tuple[str, int]] = []  # forms that need no spaces, each with its place
        self._located: defaultdict[str, set[int]] = defaultdict(set)
        self._words: list[set[str]] = []  # by owner
        self._texts: list[list[str]] = []  # wide ones, by owner
        for owner, own in enumerate(entries):
            self._names.append(len(own.names))
            self._words.append(set())
            self._texts.append([])
            for name in own.names:
                self._add(_TextPlace(owner, is_name=True), (name,))
            self._add(_TextPlace(owner, is_name=False), (*own.places, *own.keywords))
            for place in own.places:
                self._located[normalize.normalize(place)].add(owner)
        words = list(self._by_word)
        for word, sound in zip(words, normalize.phonetic_keys(words), strict=True):
            self._by_sound[sound].add(word)

    def _add(self, place: _TextPlace, texts: Iterable[str]) -> None:
        number = len(self._places)
        self._places.append(place)
        for form in chain.from_iterable(
            map(normalize.forms, dict.fromkeys(map(normalize.normalize, texts)))
        ):
            if normalize.is_wide(form):
                self._wide.append((form, number))
                self._texts[place.owner].append(form)
                continue
            for word in form.split():
                self._by_word[word].add(number)
                self._words[place.owner].add(word)

    def fitting(self, words: Sequence[str]) -> list[int]:
        """Owners among whose own words each of some words stands, the likeliest first.

        The words may come from several names, in any script, but two Latin ones from one.
        """
        left: set[int] | None = None
        said = Counter[int]()  # by place: how many of the words
        telling = defaultdict[int, float](float)  # by owner: how much of it the words say
        for word in words:
            numbers = self._standing(word, slips=len(words) > 1)
            owners = self._owners(numbers)
            left = owners if left is None else left & owners
            said.update(numbers)
            for owner, share in self._shares(numbers):
                telling[owner] += share
        most = Counter[int]()
        for number, count in said.items():
            owner = self._places[number].owner
            most[owner] = max(most[owner], count)
        least = min(2, sum(map(str.isascii, words)))  # words far apart say little together
        fitting = [owner for owner in left or () if most[owner] >= least]
        return sorted(fitting, key=lambda owner: (-telling[owner], owner))

    def holding(self, word: str) -> set[int]:
        """Owners among whose own words a word stands, or one much like it."""
        return self._owners(self._standing(word, slips=True))

    def located(self, place: str) -> set[int]:
        """Owners whose place a view names."""
        return self._located.get(place, set())

    def allows(self, owner: int, word: str, holders: Collection[int]) -> bool:
        """Whether a word that others hold may be meant for an owner's own, or tells none apart.

        It may be another spelling. Another number is none, nor is a word with a Han character that
        stands in no text of the owner.
        """
        texts = self._texts[owner]
        if any(map(str.isdigit, word)) or normalize.han(word) - normalize.han("".join(texts)):
            return False
        if len(holders) >= _COMMON:
            return True
        pressed, *latin = normalize.forms(word)
        if not normalize.is_wide(pressed):
            return self._resembles(owner, pressed)
        return len(word) > _SHORT and (
            any(fuzz.partial_ratio(pressed, text) >= _RESEMBLING_WIDE for text in texts)
            or any(self._resembles(owner, form) for form in latin)
        )

    def _resembles(self, owner: int, word: str) -> bool:
        """Whether a Latin word is a part of one of an owner's own, or much like one."""
        sound, letters = normalize.phonetic_key(word), sorted(word)
        return any(
            word in own
            or fuzz.ratio(word, own) >= _RESEMBLING
            or fuzz.ratio(sound, normalize.phonetic_key(own)) >= _RESEMBLING
            or sorted(own) == letters
            for own in self._words[owner]
        )

    def _owners(self, numbers: Iterable[int]) -> set[int]:
        return {self._places[number].owner for number in numbers}

    def _shares(self, numbers: Iterable[int]) -> Iterator[tuple[int, float]]:
        """How much of each owner is said: all, where it is no name, else its share of the names."""
        held = Counter[int]()
        known = set[int]()
        for owner, is_name in map(self._places.__getitem__, numbers):
            held[owner] += is_name
            if not is_name:
                known.add(owner)
        for owner, count in held.items():
            yield owner, 1.0 if owner in known else count / self._names[owner]

    def _standing(self, word: str, *, slips: bool) -> set[int]:
        """Places in which a word of a view stands; with slips, or one much like it."""
        pressed, *latin = normalize.forms(word)
        if not normalize.is_wide(pressed):
            return self._heard(pressed, slips=slips)
        stands = str.startswith if len(word) == 1 else _stands
        places = {number for text, number in self._wide if stands(text, pressed)}
        near = slips and len(word) > _SHORT and not any(map(str.isdigit, word))
        for sound in map(normalize.phonetic_key, latin):
            places |= self._sounding(_within(sound, self._by_sound.keys(), 1) if near else [sound])
        stem = normalize.without_particle(word)
        return places if places or stem == word else self._standing(stem, slips=slips)

    def _heard(self, word: str, *, slips: bool) -> set[int]:
        """Places of the words that sound like a Latin one, or with slips nearly so."""
        if normalize.is_spelt_out(word):
            return self._by_word.get(word, set())
        sounds = {normalize.phonetic_key(word)}
        if slips and not any(map(str.isdigit, word)):
            sounds.update(map(normalize.phonetic_key, _slips(word, self._by_word.keys())))
        return self._sounding(sounds)

    def _sounding(self, sounds: Iterable[str]) -> set[int]:
        words = chain.from_iterable(self._by_sound.get(sound, ()) for sound in sounds)
        return set[int]().union(*map(self._by_word.__getitem__, words))


def _slips(word: str, known: Iterable[str]) -> list[str]:
    """Known words that may be one with a word: `talks` for `talk`, or one letter in four off."""
    most = len(word) // 4
    near = _within(word, known, most) if most else []
    long = len(word) >= _SLIPPING
    return [other for other in near if long or word.startswith(other) or other.startswith(word)]


def _within(word: str, known: Iterable[str], edits: int) -> list[str]:
    """Known words that are at most so many edits from a word."""
    scorer = cast(Any, OSA.distance)  # its stub asks of a distance what it asks of a likeness
    near = process.extract(word, known, scorer=scorer, score_cutoff=edits, limit=None)
    return [other for other, *_ in near]


def _stands(text: str, form: str) -> bool:
    """Whether a form stands in a text that needs no spaces: 3월 in 2023년3월, but not in 13월."""
    place = text.find(form)
    return place == 0 or (place > 0 and not (form[0].isdigit() and text[place - 1].isdigit()))
