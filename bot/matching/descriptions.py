"""Finds what a typed text describes: the entries whose own words include each of its words.

An entry's own words are those of its names, its places and its keywords. This works only for bases
of some thousand names: among more, words meet by chance.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain
from typing import Any, NamedTuple, cast

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.matching.kept_results import kept_results
from bot.matching.normalize import (
    forms,
    han_characters,
    is_spelt_out,
    is_wide,
    normalize,
    phonetic_key,
    phonetic_keys,
    without_particle,
)
from bot.matching.wide_texts import WideTexts

_TYPO_FROM = 6  # letters of a word that may hold a typo: `times` does not mean `ties`
_COMMON = 5  # owners from which a word no longer tells one from another
_LOOKED_UP = 16  # words whose groups are kept: a name is looked up for one kind, and then for all
_SHORT = 2  # syllables of a word that is taken as typed correctly
_RESEMBLING = 70  # of 100: from here on, a word may be another spelling of one
_RESEMBLING_WIDE = 80  # of 100, by key presses: one wrong in four or five


class OwnTexts(NamedTuple):
    """An entry's own words: its names, its places, and the other words that describe it."""

    names: Sequence[str]
    places: Sequence[str]
    keywords: Sequence[str]


class _WordGroup(NamedTuple):
    """Words that belong together: those of one name of an entry, or all others that describe it."""

    owner: int
    is_name: bool


class _Spellings(NamedTuple):
    """An entry's own Latin words, as another word is compared with all of them at once.

    `joined` has each of them; `letters` are those of each word, in order.
    """

    words: Sequence[str]
    keys: Sequence[str]
    joined: str
    letters: Set[str]

    @classmethod
    def of(cls, words: Collection[str], keys: Mapping[str, str]) -> _Spellings:
        """The spellings of words, of which the phonetic keys are given."""
        own_keys = tuple(keys[word] for word in words)
        return cls(tuple(words), own_keys, "\n".join(words), frozenset(map(_letters, words)))


class Descriptions:
    """The own words of entries. Entries go by their numbers, and are called owners of the words."""

    def __init__(self, entries: Iterable[OwnTexts]) -> None:
        self._groups: list[_WordGroup] = []
        self._name_counts: list[int] = []  # by owner
        self._by_word: defaultdict[str, set[int]] = defaultdict(set)
        self._words_by_key: defaultdict[str, set[str]] = defaultdict(set)
        self._wide_forms: defaultdict[str, list[int]] = defaultdict(list)  # with their groups
        self._whole: set[str] = set()  # words that need no spaces
        self._located: defaultdict[str, set[int]] = defaultdict(set)
        self._wide_texts: list[list[str]] = []  # by owner
        own_words = defaultdict[int, set[str]](set)
        for owner, own in enumerate(entries):
            self._name_counts.append(len(own.names))
            self._wide_texts.append([])
            for name in own.names:
                own_words[owner].update(self._add(_WordGroup(owner, is_name=True), (name,)))
            described = (*own.places, *own.keywords)
            own_words[owner].update(self._add(_WordGroup(owner, is_name=False), described))
            for place in own.places:
                self._located[normalize(place)].add(owner)
        self._wide = WideTexts(self._wide_forms)
        self._groups_with = kept_results(self._find_groups, _LOOKED_UP)
        words = list(self._by_word)
        keys = dict(zip(words, phonetic_keys(words), strict=True))
        for word, key in keys.items():
            self._words_by_key[key].add(word)
        self._spellings = [_Spellings.of(words, keys) for words in own_words.values()]

    def _add(self, group: _WordGroup, texts: Iterable[str]) -> Iterator[str]:
        """Add a group of words; returns those that are Latin."""
        number = len(self._groups)
        self._groups.append(group)
        normalized = list(dict.fromkeys(map(normalize, texts)))
        self._whole.update(word for text in normalized for word in text.split() if is_wide(word))
        for form in chain.from_iterable(map(forms, normalized)):
            if is_wide(form):
                self._wide_forms[form].append(number)
                self._wide_texts[group.owner].append(form)
                continue
            for word in form.split():
                self._by_word[word].add(number)
                yield word

    def cut(self, word: str) -> Sequence[str]:
        """A word as it is, or cut where a space is left out: 東京首脳会談 is 東京 and 首脳会談."""
        if not is_wide(word) or self._groups_with(word, typos=False):
            return (word,)
        return self._pieces(word) or (word,)

    def _pieces(self, word: str) -> tuple[str, ...]:
        """The fewest whole words that make up a word; empty if none do."""
        if word in self._whole:
            return (word,)
        for end in range(len(word) - _SHORT, _SHORT - 1, -1):
            if word[:end] in self._whole and (rest := self._pieces(word[end:])):
                return (word[:end], *rest)
        return ()

    def matching(self, words: Sequence[str]) -> Mapping[int, float]:
        """Owners whose own words include each of these words, with how much of them these are.

        The words may come from several names, in any script, but two Latin ones from one, unless
        one is of a name and another tells the place, the date or the people.
        """
        left: set[int] | None = None
        matched = Counter[int]()  # by group: how many of the words it has
        shares = defaultdict[int, float](float)  # by owner: how much of it the words say
        for word in words:
            numbers = self._groups_with(word, typos=len(words) > 1)
            owners = self._owners(numbers)
            left = owners if left is None else left & owners
            if not left:
                return {}
            matched.update(numbers)
            for owner, share in self._shares(numbers):
                shares[owner] += share
        most = Counter[int]()
        for number, count in matched.items():
            owner = self._groups[number].owner
            most[owner] = max(most[owner], count)
        least = min(2, sum(map(str.isascii, words)))  # scattered Latin words say little together
        placed = self._owners(n for n in matched if not self._groups[n].is_name)
        named = self._owners(n for n in matched if self._groups[n].is_name)
        found = [o for o in left or () if most[o] >= least or o in placed & named]
        return {owner: shares[owner] for owner in found}

    def named_by(self, words: Sequence[str]) -> set[int]:
        """Owners that have each of these words in some name."""
        groups = (self._groups_with(word, typos=False) for word in words)
        named = [self._owners(n for n in each if self._groups[n].is_name) for each in groups]
        return set[int].intersection(*named) if named else set()

    def owners_of(self, word: str) -> set[int]:
        """Owners whose own words include a word, or one much like it."""
        return self._owners(self._groups_with(word, typos=True))

    def located(self, place: str) -> set[int]:
        """Owners with a place of this normalized name."""
        return self._located.get(place, set())

    def allows(self, owner: int, word: str, others: Collection[int]) -> bool:
        """Whether a word that others own may still mean this owner, or tells nothing apart.

        It may be another spelling of one of the owner's words. A different number never is, nor is
        a word with a Han character that no text of the owner has.
        """
        texts, characters = self._wide_texts[owner], han_characters(word)
        if any(map(str.isdigit, word)):
            return False
        if characters and not characters <= han_characters("".join(texts)):
            return False
        if len(others) >= _COMMON:
            return True
        pressed, *latin = forms(word)
        if not is_wide(pressed):
            return self._resembles(owner, pressed)
        return len(word) > _SHORT and (
            any(fuzz.partial_ratio(pressed, text) >= _RESEMBLING_WIDE for text in texts)
            or any(self._resembles(owner, form) for form in latin)
        )

    def _resembles(self, owner: int, word: str) -> bool:
        """Whether a Latin word is part of one of an owner's own, or much like one."""
        own = self._spellings[owner]
        return (
            word in own.joined
            or _letters(word) in own.letters
            or _is_like_any(word, own.words)
            or _is_like_any(phonetic_key(word), own.keys)
        )

    def _owners(self, numbers: Iterable[int]) -> set[int]:
        return {self._groups[number].owner for number in numbers}

    def _shares(self, numbers: Iterable[int]) -> Iterator[tuple[int, float]]:
        """How much of each owner a word says: the share of its names, or all if outside a name."""
        held = Counter[int]()
        described = set[int]()
        for owner, is_name in map(self._groups.__getitem__, numbers):
            held[owner] += is_name
            if not is_name:
                described.add(owner)
        for owner, count in held.items():
            yield owner, 1.0 if owner in described else count / self._name_counts[owner]

    def _find_groups(self, word: str, *, typos: bool) -> set[int]:
        """Groups that have a normalized word, or with `typos` one much like it."""
        pressed, *latin = forms(word)
        if not is_wide(pressed):
            return self._groups_with_latin(pressed, typos=typos)
        groups = self._wide.with_word(pressed, first=len(word) == 1)
        near = typos and len(word) > _SHORT and not any(map(str.isdigit, word))
        for key in map(phonetic_key, latin):
            groups |= self._groups_by_key(
                _within(key, self._words_by_key.keys(), 1) if near else [key]
            )
        stem = without_particle(word)
        return groups if groups or stem == word else self._groups_with(stem, typos=typos)

    def _groups_with_latin(self, word: str, *, typos: bool) -> set[int]:
        """Groups with a word that sounds like a Latin one, or with `typos` nearly so."""
        if is_spelt_out(word):
            return self._by_word.get(word, set())
        keys = {phonetic_key(word)}
        if typos and not any(map(str.isdigit, word)):
            keys.update(map(phonetic_key, _near(word, self._by_word.keys())))
        return self._groups_by_key(keys)

    def _groups_by_key(self, keys: Iterable[str]) -> set[int]:
        words = chain.from_iterable(self._words_by_key.get(key, ()) for key in keys)
        return set[int]().union(*map(self._by_word.__getitem__, words))


def _near(word: str, known: Iterable[str]) -> list[str]:
    """Known words that a word may mean: `talk` for `talks`, or one letter in four off."""
    most = len(word) // 4
    near = _within(word, known, most) if most else []
    long = len(word) >= _TYPO_FROM
    return [other for other in near if long or word.startswith(other) or other.startswith(word)]


def _letters(word: str) -> str:
    return "".join(sorted(word))


def _is_like_any(word: str, others: Iterable[str]) -> bool:
    """Whether a word may be another spelling of one of others."""
    return process.extractOne(word, others, scorer=fuzz.ratio, score_cutoff=_RESEMBLING) is not None


def _within(word: str, known: Iterable[str], edits: int) -> list[str]:
    """Known words that are at most so many edits from a word."""
    scorer = cast(Any, OSA.distance)  # its stub asks of a distance what it asks of a likeness
    near = process.extract(word, known, scorer=scorer, score_cutoff=edits, limit=None)
    return [other for other, *_ in near]
