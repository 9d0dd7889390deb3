"""The names of a base as typed texts are compared with them: made once, when it is built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.facts.absent import AbsentName
from bot.facts.records import ThingRecord
from bot.matching.entries import ABSENT, Entry, normalized_names
from bot.matching.name_tables import NameTables, Saved
from bot.matching.normalize import normalize
from bot.matching.question_terms import term_key

_NAME, _ENTRY = "\t", "\n"  # what parts names, and the names of entries; neither is in a name


@dataclass(frozen=True)
class Names:
    """The names of things, in their order, and of what no article mentions, by id.

    `entries` have them normalized, and `term_keys` those of the things as questions are read.
    """

    entries: Sequence[Entry]
    term_keys: Sequence[Sequence[str]]
    tables: NameTables

    @classmethod
    def of(cls, things: Sequence[ThingRecord], absent: Mapping[str, AbsentName]) -> Names:
        """The names of a base."""
        normal = [tuple(map(normalize, (*t.forms, *t.offices))) for t in things]
        others = [tuple(map(normalize, absent[key].forms)) for key in sorted(absent)]
        entries = [*_entries(things, sorted(absent), [*normal, *others])]
        keys = [tuple(map(term_key, (*thing.forms, *thing.offices))) for thing in things]
        return cls(entries, keys, NameTables.of(normalized_names(entries)))

    def saved(self) -> Saved:
        """The names as they are saved."""
        normal = _joined(entry.names for entry in self.entries)
        return {"normal": normal, "term keys": _joined(self.term_keys), **self.tables.saved()}

    @classmethod
    def restored(
        cls, saved: Saved, things: Sequence[ThingRecord], absent: Mapping[str, AbsentName]
    ) -> Names:
        """What was saved. Raises LookupError or ValueError if it is not whole."""
        entries = [*_entries(things, sorted(absent), _parted(saved["normal"]))]
        return cls(entries, _parted(saved["term keys"]), NameTables.restored(saved))


def _entries(
    things: Sequence[ThingRecord], absent: Sequence[str], names: Sequence[tuple[str, ...]]
) -> Iterator[Entry]:
    """An entry for each thing and each absent name, called by these names."""
    for thing, called in zip(things, names, strict=False):
        yield Entry(
            thing.kind,
            thing.id,
            called,
            thing.places,
            thing.keywords,
            is_person=bool(thing.offices),
            facts=thing.facts,
        )
    for key, called in zip(absent, names[len(things) :], strict=True):
        yield Entry(ABSENT, key, called)


def _joined(names: Iterable[Iterable[str]]) -> str:
    return _ENTRY.join(map(_NAME.join, names))


def _parted(saved: str | bytes) -> list[tuple[str, ...]]:
    return [tuple(line.split(_NAME)) for line in str(saved).split(_ENTRY)] if saved else []
