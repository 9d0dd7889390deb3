"""What can be asked for by name, and what a typed text was found to name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from bot.matching.normalize import normalize

ABSENT = "absent"
"""The kind of entries that are known but not here; they are found, and never offered."""


class Entry(NamedTuple):
    """Something that can be asked for by name.

    `names` has every form, the label first; the words of the id are matched as well. `places` and
    `keywords` are not names: only descriptions match them. Only a person has a title. `facts` says
    how many facts touch it: of several that are meant alike, the one with most comes first.
    """

    kind: str
    id: str
    names: tuple[str, ...]
    places: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    is_person: bool = False
    facts: int = 0

    @property
    def is_absent(self) -> bool:
        """Whether the entry is known, but not here."""
        return self.kind == ABSENT

    def is_of(self, kinds: Collection[str] | None) -> bool:
        """Whether the entry is here and of one of these kinds; None is every kind."""
        return not self.is_absent and (kinds is None or self.kind in kinds)


def normalized(entry: Entry) -> Entry:
    """The entry with its names as they are compared."""
    return entry._replace(names=tuple(map(normalize, entry.names)))


def owned_names(entries: Iterable[Entry]) -> Iterator[tuple[str, int]]:
    """Each name of entries that are normalized, with its entry's number."""
    for owner, entry in enumerate(entries):
        for name in (*entry.names, normalize(entry.id)):
            yield name, owner


def whole_words(entries: Iterable[Entry]) -> frozenset[str]:
    """Every whole word of a name or a description of entries that are normalized."""
    words, described = set[str](), set[str]()
    for entry in entries:
        words.update(" ".join(entry.names).split())
        described.update(entry.places, entry.keywords)
    return frozenset(words.union(*(normalize(text).split() for text in described)))


@dataclass(frozen=True)
class Finding:
    """What a typed text names.

    `sure` has exactly one entry, `several` two to five, best first. `none` has up to three, to be
    shown as near names and never used as an answer. `by_name` is false if the text only describes
    the entries and is like none of their names; `as_typed` is true if it is one of their names.
    `absent` is set if the text means something that is known but not here.
    """

    verdict: Literal["sure", "several", "none"]
    entries: tuple[Entry, ...]
    by_name: bool = True
    as_typed: bool = False
    absent: Entry | None = None
