"""Finding things by name, however people type it, in one index in memory.

Each name gives rows, one for each of its forms: as key presses, and in Latin letters. A typed text
is normalized in the same way, rows that share letter groups with it are gathered (`candidates`),
and each of these gets a chance of being meant (`ranking`). If no single name is like the text, it
may describe an entry: then each of its words is one of that entry's own (`descriptions`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Literal

from bot.matching import ranking
from bot.matching.candidates import MANY
from bot.matching.descriptions import Descriptions, OwnTexts
from bot.matching.name_rows import NameRows
from bot.matching.normalize import (
    content_words,
    han_characters,
    is_wide,
    normalize,
    phonetic_key,
    significant_words,
)
from bot.matching.titles import is_of_a_state, split_title

SURE = 0.9
"""The chance from which the best entry is the answer."""
LIKELY = 0.8
"""The chance, added up, from which the near entries are offered."""
SOME = 0.5
"""The chance from which the only entry that a single word describes is the answer."""
OFFERED = 0.05
"""The chance from which an entry may be offered as one of several."""
SHOWN = 0.002
"""The chance from which an entry is shown as a near name if nothing matches."""

_MOST = 5  # entries offered when several are near
_LONG = 3  # words of a name too long to appear in a text by chance


@dataclass(frozen=True)
class Entry:
    """Something that can be asked for by name.

    `names` has every form, the label first; the words of the id are matched as well. `places` and
    `keywords` are not names: only descriptions match them. Only a person has a title.
    """

    kind: str
    id: str
    names: tuple[str, ...]
    places: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    is_person: bool = False


@dataclass(frozen=True)
class Finding:
    """What a typed text names.

    `sure` has exactly one entry, `several` two to five, best first. `none` has up to three, to be
    shown as near names and never used as an answer. `by_name` is false if the text only describes
    the entries and is like none of their names.
    """

    verdict: Literal["sure", "several", "none"]
    entries: tuple[Entry, ...]
    by_name: bool = True


class NameIndex:
    """Entries, found by any form of their names or by a description."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        self._rows = NameRows(self._normalized_names())

    @cached_property
    def _descriptions(self) -> Descriptions | None:
        few = len(self) < MANY  # in many, words meet by chance
        return Descriptions(map(_own_texts, self._entries)) if few else None

    def prepare(self) -> None:
        """Build now what would otherwise be built at the first question that needs it."""
        self._rows.prepare()
        _ = self._descriptions

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._rows)

    def _normalized_names(self) -> Iterator[tuple[str, int]]:
        """Each normalized name, with its entry's number."""
        for owner, entry in enumerate(self._entries):
            for name in (*entry.names, entry.id):
                yield normalize(name), owner

    def find(self, text: str, kinds: Collection[str] | None = None) -> Finding:
        """What a text names among the entries of `kinds`; never raises, never guesses."""
        typed = normalize(text)
        named = self._named(typed, kinds) or self._titled(typed, kinds)
        if 0 < len(named) <= _MOST:
            return self._offer(named)
        words = content_words(typed) if self._descriptions else ()
        described = self._described(words, kinds)
        ranked = self._ranked(typed, kinds)[:_MOST]
        ruled_out = self._ruled_out([owner for owner, _ in ranked], words)
        near = {o: chance for o, chance in ranked if chance >= OFFERED and o not in ruled_out}
        best = max(near.values(), default=0.0)
        if best >= SURE:
            first = next(iter(near))
            rivals = [owner for owner in described if self._entries[owner].keywords]
            is_named = not rivals or self._has_full_name(typed, first)
            return self._offer([first] if is_named else list(dict.fromkeys((*rivals, first))))
        # A text that names an actor, when actors are not wanted, means none of the actor's events.
        if named or not self._names_an_actor(typed) or self._is_place(typed):
            described = [o for o in described if self._has_full_name(typed, o)] or described
            if len(described) > 1 or (described and self._is_specific(words, kinds)):
                return self._offer(described, by_name=False)
            if sum(near.values()) >= LIKELY:
                return self._offer([*near])
        shown = [owner for owner, chance in ranked if chance >= SHOWN]
        return Finding("none", self._those(shown[:3]))

    def _offer(self, owners: Sequence[int], *, by_name: bool = True) -> Finding:
        entries = self._those(owners[:_MOST])
        return Finding("sure" if len(entries) == 1 else "several", entries, by_name)

    def _those(self, owners: Iterable[int]) -> tuple[Entry, ...]:
        return tuple(self._entries[owner] for owner in owners)

    def _named(self, typed: str, kinds: Collection[str] | None) -> list[int]:
        """Owners of exactly this normalized name."""
        owners = self._rows.named(typed)
        return [owner for owner in owners if _is_wanted(self._entries[owner], kinds)]

    def _titled(self, typed: str, kinds: Collection[str] | None) -> list[int]:
        """The owner that a normalized text names with a title or a particle, if it is only one.

        For 金総書記, that is the only person whose names begin with 金 and end with 総書記.
        """
        name, title = split_title(typed)
        if name == typed:
            return []
        owners = [o for o in self._named(name, kinds) if self._may_have(title, o)]
        if not owners and is_wide(name) and title and not is_of_a_state(title):
            begun = [o for o in self._rows.starting(name)[1] if self._may_have(title, o)]
            begun = [o for o in begun if _is_wanted(self._entries[o], kinds)]
            owners = [o for o in begun if self._is_called(o, name, title)] or begun
        return owners if len(owners) == 1 else []

    def _may_have(self, title: str, owner: int) -> bool:
        return not title or is_of_a_state(title) or self._entries[owner].is_person

    def _is_called(self, owner: int, name: str, title: str) -> bool:
        """Whether a name of an owner begins with a part of it and ends with a title."""
        forms = map(normalize, self._entries[owner].names)
        return any(form.startswith(name) and form.endswith(title) for form in forms)

    def _names_an_actor(self, word: str) -> bool:
        return any(self._entries[owner].kind == "actor" for owner in self._named(word, None))

    def _described(self, words: Sequence[str], kinds: Collection[str] | None) -> list[int]:
        """Owners whose own words include each of these words, the likeliest first."""
        if not self._descriptions or not words:
            return []
        matching = self._descriptions.matching(words)
        return [owner for owner in matching if _is_wanted(self._entries[owner], kinds)]

    def _ruled_out(self, owners: Collection[int], words: Sequence[str]) -> set[int]:
        """The owners that cannot be meant because one of the words means something else.

        A word rules out an owner if it is not one of the owner's own words, and either names an
        actor or is like none of them. A single word rules out only by its Han characters.
        """
        descriptions, ruled_out = self._descriptions, set[int]()
        if not descriptions or (len(words) < 2 and not any(map(han_characters, words))):
            return ruled_out
        for word in words:
            others, is_actor = descriptions.owners_of(word), self._names_an_actor(word)
            ruled_out.update(
                owner
                for owner in set(owners).difference(others)
                if is_actor or not descriptions.allows(owner, word, others)
            )
        return ruled_out

    def _has_full_name(self, typed: str, owner: int) -> bool:
        """Whether a normalized text has all words of a long name of an owner."""
        keys = set(phonetic_key(typed).split())
        names = (significant_words(normalize(name)) for name in self._entries[owner].names)
        return any(len(words) >= _LONG and set(map(phonetic_key, words)) <= keys for words in names)

    def _is_place(self, typed: str) -> bool:
        return self._descriptions is not None and bool(self._descriptions.located(typed))

    def _is_specific(self, words: Sequence[str], kinds: Collection[str] | None) -> bool:
        """Whether words suffice to single out an entry: several of them, or one that ranks high."""
        ranked = self._ranked(" ".join(words), kinds) if len(words) == 1 else ()
        return len(words) > 1 or any(chance >= SOME for _, chance in ranked[:1])

    def complete(
        self, text: str, kinds: Collection[str] | None = None, limit: int = 25
    ) -> tuple[Entry, ...]:
        """Choices while a user types, best first; an empty text gives the first entries."""
        typed = normalize(text)
        if not typed:
            wanted = (entry for entry in self._entries if _is_wanted(entry, kinds))
            return () if text.strip() else tuple(islice(wanted, limit))
        found: dict[int, None] = {}
        for owners in (self._starting(typed), self._rows.near(typed)):
            found.update(dict.fromkeys(o for o in owners if _is_wanted(self._entries[o], kinds)))
            if len(found) >= limit:
                break
        return tuple(self._entries[owner] for owner in islice(found, limit))

    def _starting(self, typed: str) -> list[int]:
        """Owners of names equal to the text, then of names that begin with it.

        Among the latter, entries come first that have more of their names begin with it.
        """
        same, begun = self._rows.starting(typed)
        names = {owner: 1 + len(self._entries[owner].names) for owner in begun}  # 1: the id
        return sorted(begun, key=lambda o: (o not in same, -begun[o] / names[o], o))

    def rank(
        self, text: str, kinds: Collection[str] | None = None, limit: int = 25
    ) -> tuple[tuple[Entry, float], ...]:
        """Entries like a text, best first, each with the chance that it is meant.

        The chances add up to at most 1; the rest is the chance that no entry is meant.
        """
        ranked = self._ranked(normalize(text), kinds)
        return tuple((self._entries[owner], chance) for owner, chance in ranked[:limit])

    def likenesses(self, text: str) -> Iterator[tuple[int, ranking.Features]]:
        """How much gathered rows are like a normalized text, each with its entry's number."""
        return self._rows.likenesses(text)

    def _ranked(self, typed: str, kinds: Collection[str] | None) -> list[tuple[int, float]]:
        strengths: dict[int, float] = {}
        for owner, likeness in self._rows.likenesses(typed):
            if _is_wanted(self._entries[owner], kinds):
                strength = ranking.strength(likeness)
                strengths[owner] = max(strength, strengths.get(owner, strength))
        none = ranking.strength_of_none(typed, len(self))
        chances = ranking.chances(strengths.values(), none)
        return sorted(zip(strengths, chances, strict=True), key=lambda pair: (-pair[1], pair[0]))


def _own_texts(entry: Entry) -> OwnTexts:
    return OwnTexts((*entry.names, entry.id), entry.places, entry.keywords)


def _is_wanted(entry: Entry, kinds: Collection[str] | None) -> bool:
    return kinds is None or entry.kind in kinds
