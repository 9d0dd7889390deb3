"""The names of a base as typed texts are compared with them: made once, when it is built."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.facts.absent import AbsentName
from bot.facts.model import ThingKind
from bot.facts.records import ThingRecord
from bot.facts.things import ThingRow
from bot.matching.candidates import MANY
from bot.matching.entries import ABSENT, Entry, owned_names, whole_words
from bot.matching.name_tables import NameTables, Saved
from bot.matching.normalize import normalize
from bot.matching.question_terms import term_key

_NAME, _ENTRY = "\t", "\n"  # what parts names, and the names of entries; neither is in a name


Called = tuple[str, ThingKind, int, int]
"""A thing's id and kind, the number of facts about it, and how many of its names are no offices."""


class DescribedThing(NamedTuple):
    """A thing, and by what it is found besides its names.

    `offices` are an actor's roles as people type them (`Japanese prime minister`). They help to
    find who held an office as of the articles, and are not names: others hold it at other times.
    `places` and `keywords` describe an event: where it was; when, with whom, and of what kind.
    """

    record: ThingRecord
    offices: tuple[str, ...]
    places: tuple[str, ...]
    keywords: tuple[str, ...]

    @property
    def row(self) -> ThingRow:
        """Its row in the table `thing`."""
        record = self.record.model_dump_json(exclude_defaults=True)  # all of them are in memory
        return ThingRow(*self.called, self.record.short_id, record)

    @property
    def called(self) -> Called:
        """What its entry among the names has of it."""
        return self.record.id, self.record.kind, self.record.facts, len(self.record.forms)

    @property
    def names(self) -> tuple[str, ...]:
        """Its names, and then its offices."""
        return (*self.record.forms, *self.offices)


@dataclass(frozen=True)
class NameCatalogue:
    """The names of things, in their order, and of what no article mentions, by id.

    `entries` have them normalized, and `term_keys` those of the things as questions are read.
    `forms` says how many of a thing's names are no offices.
    """

    entries: Sequence[Entry]
    forms: Sequence[int]
    term_keys: Sequence[Sequence[str]]
    tables: NameTables

    @classmethod
    def of(
        cls, things: Sequence[DescribedThing], absent: Mapping[str, AbsentName]
    ) -> NameCatalogue:
        """The names of a base."""
        names = [tuple(map(normalize, thing.names)) for thing in things]
        names += (tuple(map(normalize, absent[key].forms)) for key in sorted(absent))
        described = [(thing.places, thing.keywords) for thing in things]
        called = [thing.called for thing in things]
        entries = [*_entries(called, sorted(absent), names, described)]
        return cls(
            entries,
            [forms for *_, forms in called],
            [tuple(map(term_key, thing.names)) for thing in things],
            NameTables.of(owned_names(entries), whole_words(entries)),
        )

    def saved(self) -> Saved:
        """The names as they are saved; of many, keywords are left out, as none is described."""
        are_few = len(self.tables.rows.texts) < MANY
        described = [(e.places, e.keywords if are_few else ()) for e in self.entries]
        return {
            "normal": _joined(entry.names for entry in self.entries),
            "described": json.dumps(described, ensure_ascii=False),
            "term keys": _joined(self.term_keys),
            **self.tables.saved(),
        }

    @classmethod
    def restored(
        cls, saved: Saved, things: Sequence[ThingRow], absent: Mapping[str, AbsentName]
    ) -> NameCatalogue:
        """What was saved. Raises LookupError or ValueError if it is not whole."""
        described, names = json.loads(saved["described"]), _parted(saved["normal"])
        keys = zip(names, _parted(saved["term keys"]), strict=False)
        return cls(
            [*_entries([thing[:4] for thing in things], sorted(absent), names, described)],
            [thing.forms for thing in things],
            [_one_in_memory(*pair) for pair in keys],
            NameTables.restored(saved),
        )

    def called(self, kinds: Collection[ThingKind]) -> Iterator[tuple[str, Sequence[str]]]:
        """The normalized names of each thing of these kinds, without its offices."""
        for entry, forms in zip(self.entries, self.forms, strict=False):
            if entry.kind in kinds:
                yield entry.id, entry.names[:forms]


def _entries(
    things: Sequence[Called],
    absent: Sequence[str],
    names: Sequence[tuple[str, ...]],
    described: Sequence[tuple[Sequence[str], Sequence[str]]],
) -> Iterator[Entry]:
    """An entry for each thing and each absent name, called by these names."""
    known: dict[tuple[str, ...], tuple[str, ...]] = {}  # events at one place share its names
    for thing, called, (places, keywords) in zip(things, names, described, strict=False):
        thing_id, kind, facts, forms = thing
        at = tuple(places)
        yield Entry(
            kind,
            thing_id,
            called,
            known.setdefault(at, at),
            tuple(keywords),
            is_person=len(called) > forms,
            facts=facts,
        )
    for key, called in zip(absent, names[len(things) :], strict=True):
        yield Entry(ABSENT, key, called)


def _one_in_memory(names: Sequence[str], keys: Sequence[str]) -> tuple[str, ...]:
    """The keys; those that are equal to their names are the same texts in memory."""
    return tuple(name if name == key else key for name, key in zip(names, keys, strict=True))


def _joined(names: Iterable[Iterable[str]]) -> str:
    return _ENTRY.join(map(_NAME.join, names))


def _parted(saved: str | bytes) -> list[tuple[str, ...]]:
    return [tuple(line.split(_NAME)) for line in str(saved).split(_ENTRY)] if saved else []
