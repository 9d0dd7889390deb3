"""The tables by which names are found: made of the names when a base is built, and saved with it.

A row is one form of a name, and its owner the number of the entry that it names.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log

from bot.matching.candidates import LetterGroups, letter_groups
from bot.matching.normalize import forms, initials, phonetic_keys

Saved = Mapping[str, str | bytes]
"""Tables as texts and numbers, by name."""

FEW = 16
"""Owners of the same text that are looked at."""

_STARTING = 4000  # rows considered when a user has typed only a letter or two
_COMMON = 3  # rows from which a word weighs less than a rare one


@dataclass(frozen=True)
class SortedTexts:
    """Sorted texts, each with its owner."""

    texts: Sequence[str]
    owners: array[int]

    @classmethod
    def of(cls, owned: Iterable[tuple[str, int]]) -> SortedTexts:
        """These texts, each pair once."""
        # Letter by letter: nothing else runs while a list is sorted.
        by_letter: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for text, owner in owned:
            by_letter[text[:1]].append((text, owner))
        pairs = [p for letter in sorted(by_letter) for p, _ in groupby(sorted(by_letter[letter]))]
        return cls([text for text, _ in pairs], array("i", (owner for _, owner in pairs)))

    @classmethod
    def restored(cls, texts: str | bytes, owners: str | bytes) -> SortedTexts:
        """What `saved` gave."""
        return cls(_lines(texts), _numbers(owners))

    def saved(self) -> tuple[str, bytes]:
        """The texts, and the owners as numbers of this machine."""
        return "\n".join(self.texts), self.owners.tobytes()

    def owners_of(self, text: str, limit: int = FEW) -> array[int]:
        """Owners of exactly this text, at most `limit`."""
        return self._between(text, text + "\0")[:limit]

    def starting(self, text: str) -> array[int]:
        """Owners of the texts that start with this one, at most a few thousand."""
        return self._between(text, text + "\U0010ffff")[:_STARTING]

    def _between(self, first: str, last: str) -> array[int]:
        return self.owners[bisect_left(self.texts, first) : bisect_left(self.texts, last)]


@dataclass(frozen=True)
class NameTables:
    """The rows of some names, the initials of the names, and what is known of each row.

    `keys` are the phonetic keys of the rows, `by_key` the rows by their keys. `weights` has each
    common word of a key with its weight, below 1; a word that few rows have weighs 1. `words` are
    the whole words by which anything is known. `groups` are the letter groups of many rows; those
    of few are quickly found.
    """

    rows: SortedTexts
    initials: SortedTexts
    keys: Sequence[str]
    by_key: SortedTexts
    weights: Mapping[str, float]
    words: frozenset[str]
    groups: LetterGroups | None

    @classmethod
    def of(cls, names: Iterable[tuple[str, int]], words: frozenset[str]) -> NameTables:
        """The tables of normalized names, each with its owner, and of these whole words."""
        known = list(names)
        rows = SortedTexts.of((form, owner) for name, owner in known for form in forms(name))
        short = ((initials(name), owner) for name, owner in known)
        keys = phonetic_keys(rows.texts)
        return cls(
            rows=rows,
            initials=SortedTexts.of(pair for pair in short if pair[0]),
            keys=keys,
            by_key=SortedTexts.of((key, row) for row, key in enumerate(keys)),
            weights=_weights(keys),
            words=words,
            groups=letter_groups(rows.texts),
        )

    def saved(self) -> Saved:
        """The tables as they are saved."""
        rows, owners = self.rows.saved()
        short, short_owners = self.initials.saved()
        return {
            "rows": rows,
            "owners": owners,
            "initials": short,
            "initials' owners": short_owners,
            "keys": "\n".join(self.keys),
            "rows by key": self.by_key.owners.tobytes(),
            "weights": json.dumps(self.weights),
            "words": "\n".join(sorted(self.words)),
            **(self.groups.saved() if self.groups else {}),
        }

    @classmethod
    def restored(cls, saved: Saved) -> NameTables:
        """What was saved. Raises LookupError or ValueError if it is not whole."""
        rows = SortedTexts.restored(saved["rows"], saved["owners"])
        pairs = zip(rows.texts, _lines(saved["keys"]), strict=True)
        keys = [row if row == key else key for row, key in pairs]  # most are one text in memory
        by_key = _numbers(saved["rows by key"])
        return cls(
            rows=rows,
            initials=SortedTexts.restored(saved["initials"], saved["initials' owners"]),
            keys=keys,
            by_key=SortedTexts([keys[row] for row in by_key], by_key),
            weights=json.loads(saved["weights"]),
            words=frozenset(_lines(saved["words"])),
            groups=LetterGroups.restored(saved),
        )


def _weights(keys: Sequence[str]) -> dict[str, float]:
    rows = Counter(word for key in keys for word in dict.fromkeys(key.split()))
    most = log(1 + len(keys))
    return {
        word: 1 - log(count / _COMMON) / most for word, count in rows.items() if count > _COMMON
    }


def _lines(saved: str | bytes) -> list[str]:
    return str(saved).split("\n") if saved else []


def _numbers(saved: str | bytes) -> array[int]:
    return array("i", bytes(saved) if isinstance(saved, bytes) else b"")
