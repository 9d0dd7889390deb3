"""Finding things by name: whatever people type, in one index in memory.

Each name gives rows, one for each form of it: in key presses, and in Latin letters. A typed text is
viewed in the same way, rows that share letter groups with it are gathered (`candidates`), and each
of these gets its chance of being meant (`ranking`). Where no single name is like the text, it may
describe an entry: each of its words is then one of that entry's own (`describing`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Literal

from bot.matching import normalize, ranking
from bot.matching.candidates import MANY
from bot.matching.descriptions import Descriptions, OwnTexts
from bot.matching.name_rows import NameRows

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
_LONG = 3  # words of a name that are not said together by chance


@dataclass(frozen=True)
class Entry:
    """Something that can be asked for by name.

    `names` holds every form, the label first; the words of the id are matched as well. `places` and
    `keywords` are no names: they help a description that says them.
    """

    kind: str
    id: str
    names: tuple[str, ...]
    places: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What a typed text names.

    `sure` has exactly one entry, `several` two to five, best first. `none` has up to three near
    ones, which may be shown as near names and are never to be taken for an answer. `by_name` tells
    whether names are like the text, and not only described by it.
    """

    verdict: Literal["sure", "several", "none"]
    entries: tuple[Entry, ...]
    by_name: bool = True


class NameIndex:
    """Entries by every form of their names."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        self._rows = NameRows(self._normalized_names())

    @cached_property
    def _descriptions(self) -> Descriptions | None:
        few = len(self) < MANY  # in many, words meet by chance
        return Descriptions(map(_own_texts, self._entries)) if few else None

    def prepare(self) -> None:
        """Build now what is built otherwise at the first question that needs it."""
        self._rows.prepare()
        _ = self._descriptions

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def _normalized_names(self) -> Iterator[tuple[str, int]]:
        """The normalized form of each name, with its entry's number."""
        for owner, entry in enumerate(self._entries):
            for name in (*entry.names, entry.id):
                yield normalize.normalize(name), owner

    def find(self, text: str, kinds: Collection[str] | None = None) -> Finding:
        """What a text names among the entries of some kinds; never raises, never guesses."""
        typed = normalize.normalize(text)
        named = self._named(typed, kinds)
        if 0 < len(named) <= _MOST:
            return self._offer(named)
        words = normalize.describing(typed) if self._descriptions else ()
        described = self._described(words, kinds)
        ranked = self._ranked(typed, kinds)[:_MOST]
        against = self._told_against([owner for owner, _ in ranked], words)
        near = {o: chance for o, chance in ranked if chance >= OFFERED and o not in against}
        best = max(near.values(), default=0.0)
        if best >= SURE:
            first = next(iter(near))
            rivals = [owner for owner in described if self._entries[owner].keywords]
            is_named = not rivals or self._is_said_whole(first, typed)
            return self._offer([first] if is_named else list(dict.fromkeys((*rivals, first))))
        # Where an actor of an unwanted kind is named, none of the many events with it is meant.
        if named or not self._names_an_actor(typed) or self._is_place(typed):
            described = [o for o in described if self._is_said_whole(o, typed)] or described
            if len(described) > 1 or (described and self._is_telling(words, kinds)):
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
        """Owners that a normalized text is a very name of."""
        owners = self._rows.named(typed)
        return [owner for owner in owners if _is_wanted(self._entries[owner], kinds)]

    def _names_an_actor(self, word: str) -> bool:
        return any(self._entries[owner].kind == "actor" for owner in self._named(word, None))

    def _described(self, words: Sequence[str], kinds: Collection[str] | None) -> list[int]:
        """Owners among whose own words each of some words stands, the likeliest first."""
        if not self._descriptions or not words:
            return []
        fitting = self._descriptions.fitting(words)
        return [owner for owner in fitting if _is_wanted(self._entries[owner], kinds)]

    def _told_against(self, owners: Collection[int], words: Sequence[str]) -> set[int]:
        """Those owners against whom one of some words tells, as it means another thing.

        It does if it names an actor and is none of the owner's own words, or if it is unlike all
        of these. Of a single word, only Han characters tell so much.
        """
        known, against = self._descriptions, set[int]()
        if not known or (len(words) < 2 and not any(map(normalize.han, words))):
            return against
        for word in words:
            holders, is_actor = known.holding(word), self._names_an_actor(word)
            against.update(
                owner
                for owner in set(owners).difference(holders)
                if is_actor or not known.allows(owner, word, holders)
            )
        return against

    def _is_said_whole(self, owner: int, typed: str) -> bool:
        """Whether some longer name of an owner is among the words of a normalized text."""
        said = set(normalize.phonetic_key(typed).split())
        whole = (
            normalize.telling(normalize.normalize(name)) for name in self._entries[owner].names
        )
        return any(
            len(words) >= _LONG and set(map(normalize.phonetic_key, words)) <= said
            for words in whole
        )

    def _is_place(self, typed: str) -> bool:
        return self._descriptions is not None and bool(self._descriptions.located(typed))

    def _is_telling(self, words: Sequence[str], kinds: Collection[str] | None) -> bool:
        """Whether words are enough to tell which entry they describe: several, or a good one."""
        ranked = self._ranked(" ".join(words), kinds) if len(words) == 1 else ()
        return len(words) > 1 or any(chance >= SOME for _, chance in ranked[:1])

    def complete(
        self, text: str, kinds: Collection[str] | None = None, limit: int = 25
    ) -> tuple[Entry, ...]:
        """Choices while a user types, best first; an empty text gives the first entries."""
        typed = normalize.normalize(text)
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
        """Owners of names that are the text, then of names that begin with it.

        Among the latter, the more of an entry's names begin so, the likelier it is meant.
        """
        same, begun = self._rows.starting(typed)
        forms = {owner: 1 + len(self._entries[owner].names) for owner in begun}  # 1: the id
        return sorted(begun, key=lambda o: (o not in same, -begun[o] / forms[o], o))

    def rank(
        self, text: str, kinds: Collection[str] | None = None, limit: int = 25
    ) -> tuple[tuple[Entry, float], ...]:
        """Entries like a text, best first, each with the chance that it is meant.

        The chances add up to at most 1; what they lack is the chance that no entry is meant.
        """
        ranked = self._ranked(normalize.normalize(text), kinds)
        return tuple((self._entries[owner], chance) for owner, chance in ranked[:limit])

    def likenesses(self, text: str) -> Iterator[tuple[int, ranking.Features]]:
        """How gathered rows are like a normalized text, each with its entry's number."""
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
