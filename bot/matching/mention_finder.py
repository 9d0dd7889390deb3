"""Finding names in running text: which things does a message mention?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, chain

from bot.matching.normalize import normalize

_SHORT_HANGUL = re.compile("[가-힣]{2}")  # a name that is also the end of other words
_CHUNK = re.compile(r"\S+")
_POSSESSIVE = re.compile(r"['’]s\b")
_WIDE = "[가-힣぀-ヿ一-鿿]"
_SPACELESS = re.compile(_WIDE)
_JOINED = re.compile(rf"(?:(?<=[a-z])|(?<=[a-z]\d))(?={_WIDE})|(?<={_WIDE})(?=[a-z])")


@dataclass(frozen=True)
class _Word:
    """A normalized word of a text, and whether the text capitalises it."""

    form: str
    capital: bool


class MentionFinder:
    """Finds the names of things in running text.

    Only whole names count, as written; near spellings do not. A name of one Latin word counts only
    if the text capitalises it (`Park` is a name, `park` is not), unless `any_case`.
    """

    def __init__(
        self, names: Iterable[tuple[str, Iterable[str]]], *, any_case: bool = False
    ) -> None:
        """`names` pairs each thing's id with all its normalized names."""
        self._any_case = any_case
        forms: dict[str, tuple[str, ...]] = {}
        for thing_id, called in names:
            ids = (thing_id,)  # one tuple, kept for each form that is no other thing's
            for form in dict.fromkeys(called):
                if len(form) > 1:
                    forms[form] = forms.get(form, ()) + ids
        self._spaced = {form: ids for form, ids in forms.items() if not _SPACELESS.search(form)}
        self._most_words: dict[str, int] = {}  # of the names that begin with a word
        for form in self._spaced:
            first, *others = form.split()
            self._most_words[first] = max(len(others) + 1, self._most_words.get(first, 0))
        # The longest first, so that 한일 정상회담 is not taken for 한일 alone.
        self._spaceless = sorted(
            (
                (form.replace(" ", ""), ids)
                for form, ids in forms.items()
                if form not in self._spaced
            ),
            key=lambda named: -len(named[0]),
        )
        self._spaceless_by_letter = defaultdict[str, list[int]](list)  # their first letters
        for number, (form, _) in enumerate(self._spaceless):
            self._spaceless_by_letter[form[0]].append(number)

    def named(self, text: str) -> tuple[str, ...]:
        """The ids of the things that a text names, those in Latin letters first."""
        words = list(_words(text))
        return tuple(dict.fromkeys([*self._in_words(words), *self._in_script(words)]))

    def _in_words(self, words: list[_Word]) -> Iterator[str]:
        start = 0
        while start < len(words):
            length = next(self._lengths(words, start), 0)
            yield from self._spaced.get(_joined(words[start : start + length]), ())
            start += max(1, length)

    def _lengths(self, words: list[_Word], start: int) -> Iterator[int]:
        """How many words from `start` make up a name, the longest first."""
        most = self._most_words.get(words[start].form, 0)
        for length in range(min(most, len(words) - start), 0, -1):
            is_name = _joined(words[start : start + length]) in self._spaced
            if is_name and (length > 1 or self._any_case or words[start].capital):
                yield length

    def _in_script(self, words: list[_Word]) -> Iterator[str]:
        """Names in scripts that write words without spaces or attach particles to them."""
        run = "".join(word.form for word in words)
        if run.isascii():
            return
        starts = {0, *accumulate(len(word.form) for word in words)}
        numbers = chain.from_iterable(self._spaceless_by_letter.get(each, ()) for each in set(run))
        for form, ids in map(self._spaceless.__getitem__, sorted(numbers)):
            if form not in run:
                continue
            found = [match.start() for match in re.finditer(re.escape(form), run)]
            if any(not _SHORT_HANGUL.fullmatch(form) or position in starts for position in found):
                yield from ids
                run = run.replace(form, " " * len(form))


def _joined(words: list[_Word]) -> str:
    return " ".join(word.form for word in words)


def _words(text: str) -> Iterator[_Word]:
    for chunk in _CHUNK.findall(_POSSESSIVE.sub("", text)):
        # A particle or another word may follow without a space: GSOMIA는, GSOMIAの.
        for form in _JOINED.sub(" ", normalize(chunk)).split():
            capital = form.isdigit() or form.capitalize() in chunk or form.upper() in chunk
            yield _Word(form, capital)
