"""What a question is about, as terms: the things that it names, and its other words that matter.

Questions, asks and facts are read in the same way, so that they can be compared term by term. A
term is a thing (`@gsomia`), a group of synonyms (`=3`), the beginning of a Latin word without its
ending (`compen`), a number, or two neighbouring letters of a Korean or Japanese word (`회담`), as
these have no spaces to rely on. Words by which a question only asks are no terms.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from bot.matching.kept_results import kept_results
from bot.matching.latin_stems import MONTHS, NUMBERS, stemmed
from bot.matching.normalize import normalized_words
from bot.matching.question_words import (
    ENDING,
    HAN_STOP,
    KOREAN_REQUEST,
    KOREAN_STOP,
    LATIN_STOP,
    PARTICLE,
)

THING, SYNONYMS = "@", "="
"""How a term that is a thing, or a group of synonyms, begins."""

_WORDS = 16_384  # words of facts whose terms are kept
_LONGEST_NAME = 24  # letters of a name in Korean or Japanese, without spaces
_POSSESSIVE = re.compile(r"['’]s\b")
_PLAIN_POSSESSIVE = re.compile(r"(?<=\w{3})s$")  # yoons security adviser
_YEAR = re.compile(r"(\d{4})[년年](?:도|度)?")
_MONTH = re.compile(r"(\d{1,2})[월月]")
_RUN = re.compile(r"[a-z0-9+&]+|[가-힣]+|[一-鿿々]+|[ァ-ヺー]+")
_SCRIPT_ENDS = re.compile(
    "(?<=[a-z0-9])(?=[가-힣ぁ-ヺー一-鿿々])|(?<=[가-힣ぁ-ヺー一-鿿々])(?=[a-z0-9])"
)
_WIDE = re.compile("[가-힣ぁ-ヺー一-鿿々]")


@dataclass(frozen=True)
class Terms:
    """The terms of a text, each once: its words, and the names in it.

    A name is the ids of all things that it may mean: "Korea" is South Korea or North Korea.
    """

    words: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]

    @property
    def things(self) -> tuple[str, ...]:
        """Every thing that one of the names may mean."""
        return tuple(dict.fromkeys(chain.from_iterable(self.names)))

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """The terms that each name, and each word, may be."""
        named = (tuple(THING + thing for thing in name) for name in self.names)
        return (*named, *((word,) for word in self.words))

    @property
    def all(self) -> tuple[str, ...]:
        """Every term, the things first."""
        return (*(THING + thing for thing in self.things), *self.words)


@dataclass(frozen=True)
class NameKeys:
    """A thing with the key of every form of its name. An actor's names are not also words."""

    id: str
    keys: Iterable[str]
    is_actor: bool


class TermReader:
    """Reads texts as terms, by the names of things, the places and the synonyms of a base.

    Seoul may mean the government or the city, so the name of a place also counts as a word.
    """

    def __init__(
        self,
        names: Iterable[NameKeys],
        synonyms: Sequence[Sequence[str]] = (),
        places: Iterable[str] = (),
    ) -> None:
        self._places = frozenset(map(term_key, set(places)))
        self._named: dict[str, tuple[str, ...]] = {}
        self._actors: set[str] = set()
        self._synonyms: dict[str, str] = {}  # of Latin words, by stem
        self._wide_synonyms: list[tuple[str, str]] = []
        for named in names:
            ids = (named.id,)  # one tuple, kept for each form that is no other thing's
            for form in dict.fromkeys(named.keys):
                if len(form) > 1 and form not in LATIN_STOP:
                    self._named[form] = self._named.get(form, ()) + ids
            if named.is_actor:
                self._actors.add(named.id)
        for number, group in enumerate(synonyms):
            for key in map(term_key, group):
                if _WIDE.search(key):
                    self._wide_synonyms.append((key, f"{SYNONYMS}{number}"))
                else:
                    self._synonyms[stemmed(key)] = f"{SYNONYMS}{number}"
        # In words, by the first word. One counts always: it may be the possessive of a name.
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._wide_lengths: defaultdict[str, list[int]] = defaultdict(list)  # by two first letters
        self._index_names()
        self._latin = kept_results(self._read_latin, _WORDS)
        self.run_terms = kept_results(self._read_run, _WORDS)
        """The terms of letters of one script, or of digits."""
        self.word_terms = kept_results(self._read_word, _WORDS)
        """The terms of a word of a fact; facts say the same words again and again."""

    def _read_word(self, word: str) -> frozenset[str]:
        return frozenset(self.read(word).all)

    def _index_names(self) -> None:
        """List the names by how they begin, the longest first: a text is read once for them."""
        for form in sorted(self._named, key=len, reverse=True):
            first, *others = form.split(" ")
            known = self._lengths.setdefault(first, (1,))
            if len(others) + 1 not in known:
                lengths = sorted((*known, len(others) + 1), reverse=True)
                self._lengths[first] = tuple(lengths)
            if not others and _WIDE.search(form) and len(form) <= _LONGEST_NAME:
                lengths = self._wide_lengths[form[:2]]
                if len(form) not in lengths:
                    lengths.append(len(form))

    def read(self, text: str) -> Terms:
        """The terms of a text."""
        return self.read_plain(plain_text(text))

    def read_plain(self, plain: str) -> Terms:
        """The terms of a plain text."""
        names: dict[tuple[str, ...], None] = {}
        words: dict[str, None] = {}
        rest = self._without_wide_names(plain, names)
        tokens = (rest if rest.isascii() else _SCRIPT_ENDS.sub(" ", rest)).split()
        words.update(dict.fromkeys(self._words(self._without_latin_names(tokens, names, words))))
        return Terms(tuple(words), tuple(names))

    def _without_latin_names(
        self, tokens: list[str], names: dict[tuple[str, ...], None], words: dict[str, None]
    ) -> list[str]:
        """The other words; the words of names that are not an actor's count as well."""
        rest: list[str] = []
        end = 0  # of the last name
        for start in self._may_begin(tokens):
            name, owners = self._longest_name(tokens, start) if start >= end else ((), ())
            if not name:
                continue
            rest += tokens[end:start]
            end = start + len(name)
            names[owners] = None
            is_actor = self._actors.issuperset(owners)
            joined = " ".join(name)
            if joined in self._places or (len(name) > 1 and not is_actor):
                words.update(dict.fromkeys(self._words(name)))
        return [*rest, *tokens[end:]]

    def _may_begin(self, tokens: list[str]) -> list[int]:
        """The places of the words that a name, or its possessive, may begin with."""
        known = self._lengths
        return [
            place
            for place, token in enumerate(tokens)
            if token in known or (token[-1] == "s" and token[:-1] in known)
        ]

    def _longest_name(self, tokens: list[str], start: int) -> tuple[Sequence[str], tuple[str, ...]]:
        """The words of the longest name that begins at a word, and its things; or nothing."""
        for length in self._lengths.get(tokens[start], (1,)):
            name = tokens[start : start + length]
            if owners := self._owners(name):
                return name, owners
        return (), ()

    def _owners(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """The things with a name of these words, which may end in a possessive s."""
        name = " ".join(tokens)
        found = self._named.get(name)
        if not found and name.endswith("s"):
            found = self._named.get(_PLAIN_POSSESSIVE.sub("", name))
        return found or ()

    def _without_wide_names(self, plain: str, names: dict[tuple[str, ...], None]) -> str:
        """The text without the Korean and Japanese names of actors and the synonyms in it."""
        if plain.isascii():
            return plain
        joined = plain.replace(" ", "")
        places = [place for place, letter in enumerate(plain) if letter != " "]
        kept = list(plain)
        end = 0  # of the last name
        for start in range(len(joined) - 1):
            if start < end or joined[start : start + 2] not in self._wide_lengths:
                continue
            if name := self._wide_name(joined, start):
                end = start + len(name)
                owners = self._named[name]
                names[owners] = None
                if self._actors.issuperset(owners) and name not in self._places:
                    for place in places[start:end]:
                        kept[place] = " "
        return "".join(kept)

    def _wide_name(self, joined: str, start: int) -> str:
        """The longest name at a place of a text without spaces; empty if none is."""
        for length in self._wide_lengths[joined[start : start + 2]]:
            name = joined[start : start + length]
            if name in self._named and len(name) == length and _WIDE.search(name):
                return name
        return ""

    def _words(self, tokens: Sequence[str]) -> Iterable[str]:
        text = " ".join(tokens)
        return filter(None, map(self._latin, tokens)) if text.isascii() else self._mixed_words(text)

    def _mixed_words(self, text: str) -> Iterator[str]:
        for word, term in self._wide_synonyms:
            if word in text:
                text = text.replace(word, " ")
                yield term
        yield from chain.from_iterable(map(self.run_terms, _RUN.findall(text)))

    def _read_run(self, run: str) -> tuple[str, ...]:
        if run[0].isascii():
            return tuple(filter(None, [self._latin(run)]))
        if "가" <= run[0] <= "힣":
            return tuple(_korean(run))
        if "ァ" <= run[0] <= "ー":
            return (run,) if len(run) > 1 else ()
        return tuple(_han(run))

    def _read_latin(self, word: str) -> str:
        """The term of a Latin word or a number; empty if it is none."""
        if word in MONTHS:
            return MONTHS[word]
        if word in LATIN_STOP or (len(word) == 1 and not word.isdigit()):
            return ""
        stem = stemmed(NUMBERS.get(word, word))
        return self._synonyms.get(stem, stem)


def plain_text(text: str) -> str:
    """A text of any length in the plain form in which names are compared."""
    text = _POSSESSIVE.sub("", text)
    if not text.isascii():
        text = _MONTH.sub(r" m\1 ", _YEAR.sub(r"\1 ", text))
    return " ".join(normalized_words(text))


def content_words(plain: str) -> tuple[str, ...]:
    """The words of a plain text that are more than a way of asking, as they were typed."""
    stops = LATIN_STOP | KOREAN_STOP | HAN_STOP
    bare = (PARTICLE.sub("", run) for run in _RUN.findall(plain))
    return tuple(word for word in dict.fromkeys(bare) if word not in stops and len(word) > 1)


def term_key(name: str) -> str:
    """A name as it is looked up: without spaces if its script needs none."""
    plain = plain_text(name)
    return plain.replace(" ", "") if _WIDE.search(plain) else plain


def _korean(run: str) -> Iterator[str]:
    """Neighbouring syllables of a Korean word without particle and ending."""
    if run in KOREAN_STOP or KOREAN_REQUEST.match(run):
        return
    stem = ENDING.sub("", PARTICLE.sub("", run))
    if stem not in KOREAN_STOP:
        yield from _pairs(stem)


def _han(run: str) -> Iterator[str]:
    """Neighbouring Han characters; one alone counts unless it says nothing."""
    if run not in HAN_STOP:
        yield from _pairs(run) if len(run) > 1 else [run]


def _pairs(run: str) -> Iterator[str]:
    return (run[place : place + 2] for place in range(len(run) - 1))
