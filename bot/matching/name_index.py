"""Finding things by name, however people type it, in one index in memory.

Each name gives rows, one for each of its forms: as key presses, and in Latin letters. A typed text
is normalized in the same way and looked up (`lookup`). If it is no name, rows that share letter
groups with it are gathered (`candidates`), and each of these gets a chance of being meant
(`ranking`). If no single name is like the text, it may describe an entry: then each of its words is
one of that entry's own (`descriptions`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from math import log
from typing import NamedTuple

from bot.matching import ranking
from bot.matching.candidates import MANY
from bot.matching.descriptions import Descriptions, OwnTexts
from bot.matching.entries import ABSENT, Entry, Finding, normalized, owned_names, whole_words
from bot.matching.lookup import MANY_TO_BEGIN, Kinds, Lookup
from bot.matching.name_rows import NameRows
from bot.matching.name_tables import NameTables
from bot.matching.normalize import (
    content_words,
    han_characters,
    is_wide,
    normalize,
    phonetic_key,
    significant_words,
)

SURE = 0.9
"""The chance from which the best entry is the answer."""
LIKELY = 0.75
"""The chance, added up, from which the near entries are offered."""
SOME = 0.5
"""The chance from which the only entry that a single word describes is the answer."""
OFFERED = 0.05
"""The chance from which an entry may be offered as one of several."""

_MOST = 5  # entries offered when several are near
_SHOWN = 3  # near names
_LONG = 3  # words of a name too long to appear in a text by chance
_SHORT, _SHORT_WIDE = 5, 2  # letters of a name that a typing error makes another one


class _Candidate(NamedTuple):
    """An entry's number, the chance that it is meant, and whether one of its names is near."""

    owner: int
    chance: float
    is_near: bool


class NameIndex:
    """Entries, found by any form of their names or by a description.

    The tables of their names are made, unless they were made before.
    """

    def __init__(self, entries: Iterable[Entry], tables: NameTables | None = None) -> None:
        self._entries = tuple(entries)
        self._rows = NameRows(tables or _tables(self._entries))
        self._lookup = Lookup(self._entries, self._rows)

    @cached_property
    def _descriptions(self) -> Descriptions | None:
        few = len(self) < MANY  # in many, words meet by chance
        return Descriptions(map(_own_texts, self._entries)) if few else None

    @cached_property
    def _rows_here(self) -> int:
        """The number of rows without those of absent entries."""
        absent = {owner for owner, entry in enumerate(self._entries) if entry.is_absent}
        return self._rows.count_without(absent)

    def prepare(self) -> None:
        """Build now what would otherwise be built at the first question that needs it."""
        self._rows.prepare()
        _ = self._descriptions

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._rows)

    # ---- One answer --------------------------------------------------------------------------

    def find(self, text: str, kinds: Kinds = None) -> Finding:
        """What a text names among the entries of `kinds`; never raises, never guesses."""
        typed = normalize(text)
        named = self._lookup.named(typed, kinds) or self._lookup.titled(typed, kinds)
        if 0 < len(named) <= _MOST:
            return self._offer(self._by_facts(named), as_typed=True)
        slipped = self._lookup.slipped(text, kinds)
        if len(slipped) == 1:
            return self._offer(slipped)
        begun = self._lookup.begun(typed, kinds) if len(self) < MANY_TO_BEGIN else []
        are_long = [self._lookup.is_long_enough(typed, owner) for owner in begun]
        if are_long == [True]:
            return self._offer(begun)
        doubtful = not all(are_long) or self._is_doubtful(typed)
        return self._likeliest(typed, kinds, doubtful=doubtful)

    def _likeliest(self, typed: str, kinds: Kinds, *, doubtful: bool) -> Finding:
        """What a text that is not a name means; a doubtful one is never a sure match."""
        words = self._own_words(typed)
        described = [] if doubtful and typed.isascii() else self._described(words, kinds)
        ranked = self._ranked(typed, kinds)[:_MOST]
        ruled_out = self._ruled_out([each.owner for each in ranked], words)
        left = [c for c in ranked if c.chance >= OFFERED and c.owner not in ruled_out]
        if doubtful:
            left = [c for c in left if c.is_near]
        if left and left[0].chance >= SURE and not doubtful:
            return self._certain(typed, left[0].owner, described)
        # A text that names an actor, when actors are not wanted, means none of the actor's events.
        if (
            not self._names_an_actor(typed)
            or self._lookup.named(typed, kinds)
            or self._is_place(typed)
        ):
            fully = [o for o in described if self._has_full_name(typed, o)]
            described = fully or self._called_at(words, described) or described
            specific = not doubtful and self._is_specific(words, kinds)
            if len(described) > 1 or (described and specific):
                return self._offer(described, by_name=False)
            near = [c for c in left if not self._entries[c.owner].is_absent]
            if sum(c.chance for c in near) >= LIKELY and (len(near) > 1 or not doubtful):
                return self._offer(self._by_chance(near))
        shown = [c.owner for c in ranked if c.is_near and not self._entries[c.owner].is_absent]
        begun = self._best_begun(*self._rows.starting(typed), kinds) if doubtful else []
        return Finding("none", self._those(list(dict.fromkeys((*begun, *shown)))[:_SHOWN]))

    def _certain(self, typed: str, owner: int, described: Sequence[int]) -> Finding:
        """The finding for an owner that is meant for certain, unless the text describes others."""
        if self._entries[owner].is_absent:
            return Finding("none", (), absent=self._entries[owner])
        rivals = [other for other in described if self._entries[other].keywords]
        if rivals and not self._has_full_name(typed, owner):
            return self._offer(list(dict.fromkeys((*rivals, owner))))
        return self._offer([owner], as_typed=self._lookup.is_name_of(typed, owner))

    def _is_doubtful(self, typed: str) -> bool:
        """Whether a text is so short that a typing error makes it another name."""
        longest = _SHORT_WIDE if is_wide(typed) else _SHORT
        short = len(typed.replace(" ", "")) <= longest
        return short and not (self._lookup.has_words(typed) or self._rows.abbreviated(typed))

    def _offer(
        self, owners: Sequence[int], *, by_name: bool = True, as_typed: bool = False
    ) -> Finding:
        entries = self._those(owners[:_MOST])
        return Finding("sure" if len(entries) == 1 else "several", entries, by_name, as_typed)

    def _by_facts(self, owners: Iterable[int]) -> list[int]:
        return sorted(owners, key=lambda owner: (-self._entries[owner].facts, owner))

    def _by_chance(self, candidates: Iterable[_Candidate]) -> list[int]:
        """The owners by their chances, and what has more facts before what is about as likely."""
        weighed = [(-c.chance * self._importance(c.owner), c.owner) for c in candidates]
        return [owner for _, owner in sorted(weighed)]

    def _importance(self, owner: int) -> float:
        return log(2 + self._entries[owner].facts)

    def _by_share(self, owners: Iterable[int], shares: Mapping[int, float]) -> list[int]:
        """The owners by how much of their names a text is, and by how many facts they have."""
        return sorted(owners, key=lambda o: (-shares[o] * (1 + self._entries[o].facts), o))

    def _those(self, owners: Iterable[int]) -> tuple[Entry, ...]:
        return tuple(self._entries[owner] for owner in owners)

    def _names_an_actor(self, word: str) -> bool:
        return any(self._entries[o].kind in ("actor", ABSENT) for o in self._rows.named(word))

    def _own_words(self, typed: str) -> tuple[str, ...]:
        """The words that may describe an entry; none if there are too many entries."""
        if not self._descriptions:
            return ()
        return tuple(chain.from_iterable(map(self._descriptions.cut, content_words(typed))))

    def _described(self, words: Sequence[str], kinds: Kinds) -> list[int]:
        """Owners whose own words include each of these words, the likeliest first."""
        if not self._descriptions or not words:
            return []
        shares = self._descriptions.matching(words)
        owners = [owner for owner in shares if self._entries[owner].is_of(kinds)]
        if len(words) == 1:  # one word tells little apart
            return self._by_share(owners, shares)
        return sorted(owners, key=lambda o: (-shares[o] * self._importance(o), o))

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

    def _called_at(self, words: Sequence[str], described: Sequence[int]) -> list[int]:
        """The owners whose names have both the name and the place that a text consists of."""
        name = " ".join(word for word in words if not self._is_place(word))
        if not self._descriptions or name == " ".join(words) or not self._rows.named(name):
            return []
        named = self._descriptions.named_by(words)
        return [owner for owner in described if owner in named]

    def _has_full_name(self, typed: str, owner: int) -> bool:
        """Whether a normalized text has all words of a long name of an owner."""
        keys = set(phonetic_key(typed).split())
        names = (significant_words(normalize(name)) for name in self._entries[owner].names)
        return any(len(words) >= _LONG and set(map(phonetic_key, words)) <= keys for words in names)

    def _is_place(self, typed: str) -> bool:
        return self._descriptions is not None and bool(self._descriptions.located(typed))

    def _is_specific(self, words: Sequence[str], kinds: Kinds) -> bool:
        """Whether words suffice to single out an entry: several of them, or one that ranks high."""
        ranked = self._ranked(" ".join(words), kinds) if len(words) == 1 else ()
        return len(words) > 1 or any(c.chance >= SOME for c in ranked[:1])

    def complete(self, text: str, kinds: Kinds = None, limit: int = 25) -> tuple[Entry, ...]:
        """Choices while a user types, best first; an empty text gives the first entries."""
        typed = normalize(text)
        if not typed:
            wanted = (entry for entry in self._entries if entry.is_of(kinds))
            return () if text.strip() else tuple(islice(wanted, limit))
        same, begun = self._rows.starting(typed)
        if self._lookup.begins_only_absent(typed, begun):
            return ()
        found = dict.fromkeys(self._best_begun(same, begun, kinds))
        if len(found) < limit:
            near = dict.fromkeys(self._rows.near(typed))
            others = (o for o in near if o not in found and self._entries[o].is_of(kinds))
            found.update(dict.fromkeys(islice(others, limit - len(found))))
        return tuple(self._entries[owner] for owner in islice(found, limit))

    def _best_begun(self, same: set[int], begun: Mapping[int, int], kinds: Kinds) -> list[int]:
        """Owners of the `same` name as a text, then of names that it begins, counted in `begun`.

        Among the latter, entries come first of which it begins more names, with more facts.
        """
        wanted = [owner for owner in begun if self._entries[owner].is_of(kinds)]
        names = {owner: 1 + len(self._entries[owner].names) for owner in wanted}  # 1: the id
        ranked = self._by_share(wanted, {owner: begun[owner] / names[owner] for owner in wanted})
        return sorted(ranked, key=lambda owner: owner not in same)

    def rank(
        self, text: str, kinds: Kinds = None, limit: int = 25
    ) -> tuple[tuple[Entry, float], ...]:
        """Entries like a text, best first, each with the chance that it is meant.

        The chances add up to at most 1; the rest is the chance that no entry is meant.
        """
        ranked = self._ranked(normalize(text), kinds)
        return tuple((self._entries[c.owner], c.chance) for c in ranked[:limit])

    def likenesses(self, text: str) -> Sequence[tuple[int, ranking.Features]]:
        """How much gathered rows are like a normalized text, each with its entry's number."""
        return self._rows.likenesses(text)

    def _may_mean(self, owner: int, kinds: Kinds, likeness: ranking.Features) -> bool:
        """Whether an entry competes for a text; absent ones do, but not by their initials."""
        entry = self._entries[owner]
        return entry.is_of(kinds) or (entry.is_absent and not ranking.is_by_initials(likeness))

    def _ranked(self, typed: str, kinds: Kinds) -> list[_Candidate]:
        """Owners like a normalized text, best first; absent ones count, as they may be meant."""
        strengths: dict[int, float] = {}
        near: set[int] = set()
        for owner, likeness in self._rows.likenesses(typed):
            if self._may_mean(owner, kinds, likeness):
                strength = ranking.strength(likeness)
                strengths[owner] = max(strength, strengths.get(owner, strength))
                if ranking.is_near(likeness):
                    near.add(owner)
        none = ranking.strength_of_none(typed, self._rows_here)
        chances = ranking.chances(strengths.values(), none)
        ranked = (_Candidate(o, c, o in near) for o, c in zip(strengths, chances, strict=True))
        return sorted(ranked, key=lambda candidate: (-candidate.chance, candidate.owner))


def _tables(entries: Sequence[Entry]) -> NameTables:
    compared = [*map(normalized, entries)]
    return NameTables.of(owned_names(compared), whole_words(compared))


def _own_texts(entry: Entry) -> OwnTexts:
    return OwnTexts((*entry.names, entry.id), entry.places, entry.keywords)
