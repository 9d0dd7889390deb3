"""The things of an open base: names of all of them are in memory, records as they are needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from bot.facts.model import ThingKind
from bot.facts.queries import Decoded
from bot.facts.records import ThingRecord


class ThingRow(NamedTuple):
    """A row of the table `thing`, in the order of its columns.

    `forms` is the number of its names, and `record` a ThingRecord as JSON.
    """

    id: str
    kind: ThingKind
    facts: int
    forms: int
    short_id: str
    record: str | bytes


class Things(Mapping[str, ThingRecord]):
    """The things of a base by id, those with the most facts about them first.

    A record is decoded when it is asked for: a large base has tens of thousands. `facts` says how
    many facts are about each, without decoding it.
    """

    def __init__(self, rows: Iterable[ThingRow]) -> None:
        self._records: dict[str, str | bytes] = {}
        self._by_kind: defaultdict[ThingKind, list[str]] = defaultdict(list)
        self._by_short_id: dict[str, str] = {}
        self._decoded = Decoded(ThingRecord)
        self.facts: dict[str, int] = {}
        for row in rows:
            self._records[row.id] = row.record
            self._by_kind[row.kind].append(row.id)
            self._by_short_id[row.short_id] = row.id
            self.facts[row.id] = row.facts

    def __getitem__(self, thing_id: str) -> ThingRecord:
        return self._decoded.get(thing_id, self._records[thing_id])

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, thing_id: object) -> bool:
        return thing_id in self._records  # without decoding it

    def of_kind(self, kind: ThingKind) -> Iterator[ThingRecord]:
        """The things of a kind, those with the most facts about them first."""
        return map(self.__getitem__, self._by_kind[kind])

    def with_short_id(self, short_id: str) -> ThingRecord | None:
        """The thing with a short id, or None."""
        thing_id = self._by_short_id.get(short_id)
        return self[thing_id] if thing_id else None
