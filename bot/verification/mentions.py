"""Names in an English text: which things of the base it names, and which words are names at all.

Words are compared by their keys: without possessive, accents or case, and with numbers as digits.
Hyphens separate words, so Yoon Suk-yeol and Yoon Suk Yeol have the same key.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile

from bot.facts.load import Base, Named
from bot.facts.model import Actor, Source
from bot.parsing.quantities import CARDINALS

_WORD = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+(?:['’][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?:(?<![.\s][A-Z])[.!?…]|^)[\"“”‘’')\]]*\s*[\"“‘(\[]*$")
_QUOTE_OPENS = re.compile(r"(?:^|[\s(\[–—-])[\"“‘'][\[(]?$")
_ROMAN = {"II": "2", "III": "3"}

Key = tuple[str, ...]


@dataclass(frozen=True)
class Word:
    """A word of a text, its position, and how it is written."""

    key: str
    start: int
    end: int
    capital: bool
    opens: bool
    """Whether it begins a sentence or a quotation, so that a capital means nothing."""
    joined: bool
    """Whether only a space or a hyphen separates it from the word before."""


def words(text: str) -> list[Word]:
    """The words of a text, in order."""
    found: list[Word] = []
    for match in _WORD.finditer(text):
        before = text[found[-1].end : match.start()] if found else text[: match.start()]
        head = text[max(0, match.start() - 12) : match.start()]
        found.append(
            Word(
                key=_key(match[0]),
                start=match.start(),
                end=match.end(),
                capital=match[0][0].isupper(),
                opens=not found or bool(_SENTENCE_END.search(head) or _QUOTE_OPENS.search(head)),
                joined=bool(found) and before in (" ", "-", "–", "‑", "\u00a0"),
            )
        )
    return found


def key(text: str) -> Key:
    """The keys of a text's words."""
    return tuple(word.key for word in words(text))


def _key(word: str) -> str:
    bare = re.sub(r"['’]s?$|['’]s\b|['’.]", "", word)
    if bare in _ROMAN:
        return _ROMAN[bare]
    if len(bare) == 2 and bare.isupper():
        return bare  # US is not us, IT is not it
    plain = unicodedata.normalize("NFKD", bare).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return str(CARDINALS[plain]) if plain in CARDINALS else plain


@dataclass(frozen=True)
class Form:
    """One form of a name, and the things that it names."""

    key: Key
    capital: bool
    things: frozenset[str]


@dataclass(frozen=True)
class Mention:
    """A form of a name in a text, from its first word to the one after its last."""

    first: int
    end: int
    form: Form


class Forms:
    """Every form of every name in a base: labels, other forms, publishers and authors."""

    def __init__(self, base: Base) -> None:
        self._kinds = {thing.id: _kind(thing) for _, thing in base.things()}
        named: defaultdict[Key, set[str]] = defaultdict(set)
        capital: dict[Key, bool] = {}
        for _, thing in base.things():
            for form in _forms(thing, base.info.language):
                named[key(form)].add(thing.id)
                capital[key(form)] = any(char.isupper() for char in form)
        self._by_first: defaultdict[str, list[Form]] = defaultdict(list)
        for form_key in filter(None, named):
            form = Form(form_key, capital[form_key], frozenset(named[form_key]))
            self._by_first[form_key[0]].append(form)
        for forms in self._by_first.values():
            forms.sort(key=lambda form: -len(form.key))

    def has(self, form: Key) -> bool:
        """Whether this is a form of a name in the base."""
        return any(known.key == form for known in self._by_first.get(form[0], ()))

    def at(self, text: list[Word], first: int) -> Iterator[Mention]:
        """The mentions that begin at one word, the longest first.

        A form of one word counts only with its capital: the Diplomat is not a diplomat.
        """
        for form in self._by_first.get(text[first].key, ()):
            end = first + len(form.key)
            if tuple(word.key for word in text[first:end]) != form.key:
                continue
            if len(form.key) > 1 or text[first].capital or not form.capital:
                yield Mention(first, end, form)

    def runs_on(self, text: list[Word], mention: Mention) -> bool:
        """Whether an actor's name begins inside a mention and ends after it.

        `rivals of Yoon Suk Yeol` does not mention `rivals of Yoon`.
        """
        later = (m for i in range(mention.first + 1, mention.end) for m in self.at(text, i))
        return any(other.end > mention.end and self.is_actor(other.form) for other in later)

    def named(self, text: list[Word]) -> Mapping[str, frozenset[Key]]:
        """The things that a text names, each with the forms used.

        A name inside a longer name of the same kind of actor, or of an article, does not count:
        North Korea is not Korea.
        """
        mentions = [mention for first in range(len(text)) for mention in self.at(text, first)]
        things: defaultdict[str, set[Key]] = defaultdict(set)
        for mention in mentions:
            around = [other for other in mentions if _inside(mention, other)]
            for thing in mention.form.things:
                if not any(self._swallows(other, thing) for other in around):
                    things[thing].add(mention.form.key)
        return {thing: frozenset(forms) for thing, forms in things.items()}

    def _swallows(self, outer: Mention, thing: str) -> bool:
        kinds = {self._kinds[other] for other in outer.form.things}
        return "source" in kinds or (thing not in outer.form.things and self._kinds[thing] in kinds)

    def is_actor(self, form: Form) -> bool:
        """Whether a form names an actor or an article, so that its numbers are part of a name."""
        return any(self._kinds[thing] not in ("event", "topic") for thing in form.things)


def _inside(mention: Mention, other: Mention) -> bool:
    wider = other.end - other.first > mention.end - mention.first
    return wider and other.first <= mention.first and mention.end <= other.end


def _kind(thing: Named) -> str:
    return thing.kind if isinstance(thing, Actor) else type(thing).__name__.lower()


def _forms(thing: Named, language: str) -> Iterable[str]:
    yield thing.label
    yield from thing.also
    yield from next((names for known, names in thing.names.items() if known == language), ())
    if isinstance(thing, Source):
        yield from filter(None, (thing.publisher, thing.author))


def always_capital(texts: Iterable[str]) -> frozenset[str]:
    """The words that have a capital inside a sentence and never occur without one."""
    read = [word for text in texts for word in words(text)]
    inside = {word.key for word in read if word.capital and not word.opens}
    return frozenset(inside - {word.key for word in read if not word.capital})


def capital_run(text: list[Word], first: int) -> int:
    """How many words from `first` on have a capital and only spaces or hyphens between them."""
    following = text[first + 1 :]
    return 1 + sum(1 for _ in takewhile(lambda word: word.capital and word.joined, following))
