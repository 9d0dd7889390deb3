"""Reading a built base: each query is one statement and one hop to SQLite's thread.

Opening a base reads once what every answer needs: names and sources.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import get_args

import aiosqlite

from bot.facts.absent import AbsentName
from bot.facts.built import uri
from bot.facts.errors import UnreadableBase
from bot.facts.fact_row import FactRow
from bot.facts.loaded import LoadedBase, load_base
from bot.facts.model import Actor, ThingKind, Topic
from bot.facts.queries import Records, fetch
from bot.facts.records import Dated, EventRecord, FactRecord, SourceRecord, UnitRecord
from bot.facts.shown import ShownFact
from bot.facts.stories import Story
from bot.facts.unit_index import UnitIndex, any_of
from bot.matching.mention_finder import MentionFinder
from bot.matching.name_index import NameIndex
from bot.matching.vocabulary import Vocabulary


@dataclass(frozen=True)
class Filter:
    """Conditions on events or facts.

    Days are proleptic Gregorian day numbers, both inclusive.
    """

    first: int | None = None
    last: int | None = None
    actor: str | None = None
    topic: str | None = None
    source: str | None = None

    def conditions(self, known: Mapping[str, str]) -> str:
        """Those of the known conditions, each for a field, whose fields are set, as one."""
        needed = [each for name, each in known.items() if getattr(self, name) is not None]
        return " AND ".join(needed) or "TRUE"


_DAYS = {"first": "last >= :first", "last": "first <= :last"}
_OF_EVENTS = {
    **_DAYS,
    "actor": "id IN (SELECT event FROM involves WHERE thing = :actor)",
    "topic": "id IN (SELECT event FROM involves WHERE thing = :topic)",
}
"""The conditions on events, each for a field of a filter that is set."""

_FACT_ROWS = f"SELECT {', '.join(FactRow._fields)} FROM fact"

_SEARCHED = 150  # facts among which a search finds the best
_OF_FACTS = {
    **_DAYS,
    "actor": "fact_rank IN (SELECT fact FROM bears WHERE thing = :actor)",
    "topic": "fact_rank IN (SELECT fact FROM bears WHERE thing = :topic"
    " UNION ALL SELECT rank FROM involves JOIN fact ON key > event || '/' AND key < event || '0'"
    " WHERE thing = :topic)",  # after the slash of a key comes 0
    "source": "fact_rank IN (SELECT fact FROM cites WHERE source = :source)",
}
"""The conditions of a search on facts, each for a field of a filter that is set.

They read no row of a fact, which is long; a topic's read the index of their keys, days the owners.
"""

_DATED = "JOIN fact ON fact.rank = fact_rank LEFT JOIN event ON event.id = owner"
"""The owners of facts, if these are events."""


class Store:
    """An open base. Use `Store.open`, and close it when done."""

    def __init__(self, db: aiosqlite.Connection, base: LoadedBase) -> None:
        self._db = db
        self._actors = Records(db, Actor, "actor")
        self._topics = Records(db, Topic, "topic")
        self._events = Records(db, EventRecord, "event")
        self._facts = Records(db, FactRecord, "fact", "key")
        self._stories = Records(db, Story, "story")
        self.info = base.info
        self.fingerprint = base.fingerprint
        self.changed_on = base.changed_on
        self.things = base.things
        self.sources: Mapping[str, SourceRecord] = {s.source.id: s for s in base.sources}
        self.absent = base.absent
        self.names = base.names
        self.units = UnitIndex(db, base.names, base.info)
        self.vocabulary = Vocabulary(base.words)
        self.index = NameIndex(base.names.entries, base.names.tables)

    @cached_property
    def mention_finder(self) -> MentionFinder:
        """Finds the things that a running text names, except articles."""
        return MentionFinder(self.names.called(set(get_args(ThingKind)) - {"source"}))

    @cached_property
    def _absent_finder(self) -> MentionFinder:
        absent = ((entry.id, entry.names) for entry in self.names.entries if entry.is_absent)
        return MentionFinder((*self.names.called(get_args(ThingKind)), *absent), any_case=True)

    def absent_in(self, text: str) -> tuple[AbsentName, ...]:
        """What a text names of that which no article mentions, in any case of letters.

        A name inside a longer name of the base does not count.
        """
        named = self._absent_finder.named(text) if self.absent else ()
        return tuple(self.absent[key] for key in named if key in self.absent)

    def prepare(self) -> None:
        """Build now what would otherwise be built at the first question that needs it."""
        self.index.prepare()
        for model in (Actor, Topic, Dated, EventRecord, FactRecord, UnitRecord):
            model.model_rebuild()  # decoding its records needs that
        _ = self.mention_finder, self.units.reader
        if self.absent:
            _ = self._absent_finder

    @classmethod
    async def open(cls, path: Path) -> Store:
        """Open a built base. Raises UnreadableBase if it is missing, damaged or not a base.

        It is loaded in a thread: a large base takes seconds, in which others go on.
        """
        db = None
        try:
            base = await asyncio.to_thread(load_base, path)
            db = await aiosqlite.connect(uri(path), uri=True)
            return await asyncio.to_thread(cls, db, base)
        except (OSError, sqlite3.Error, ValueError, LookupError) as error:
            if db:
                await db.close()
            reason = error.strerror if isinstance(error, OSError) else None
            raise UnreadableBase(path, reason or str(error)) from error

    async def close(self) -> None:
        """Close the base; nothing can be read afterwards."""
        await self._db.close()

    async def actor(self, actor_id: str) -> Actor | None:
        """An actor without facts, or None."""
        return await self._actors.get(actor_id)

    async def topic(self, topic_id: str) -> Topic | None:
        """A topic without facts, or None."""
        return await self._topics.get(topic_id)

    async def event(self, event_id: str) -> EventRecord | None:
        """An event without its facts, or None."""
        return await self._events.get(event_id)

    async def facts(self, thing_id: str) -> tuple[FactRecord, ...]:
        """Every fact about a thing that is not withdrawn.

        Its own come first, then those of events in chronological order, then the rest.
        """
        rows = await self.facts_about(thing_id)
        return await self._facts.decode_all((row.key, row.record) for row in rows)

    async def facts_about(self, thing_id: str) -> list[FactRow]:
        """Every fact about a thing as it is counted and chosen, in the order of `facts`."""
        return await self._fact_rows(
            "JOIN bears ON fact = rank"
            " WHERE thing = :thing AND NOT withdrawn ORDER BY owner = :thing DESC, rank",
            thing=thing_id,
        )

    async def facts_from(self, source_id: str) -> list[FactRow]:
        """Every fact that cites a source, by paragraph, without withdrawn ones."""
        return await self._fact_rows(
            "JOIN (SELECT fact, min(paragraph) AS place FROM cites"
            " WHERE source = :source GROUP BY fact) ON fact = rank WHERE NOT withdrawn"
            " ORDER BY place, rank",
            source=source_id,
        )

    async def _fact_rows(self, rest: str, **values: object) -> list[FactRow]:
        rows = await fetch(self._db, f"{_FACT_ROWS} {rest}", **values)
        return list(map(FactRow._make, rows))

    def record(self, row: FactRow) -> FactRecord:
        """The whole of a fact."""
        return self._facts.decoded(row.key, row.record)

    async def changed(self, thing_id: str | None = None) -> tuple[FactRecord, ...]:
        """Every fact that was reworded or withdrawn, or only those about a thing or its events."""
        return await self._facts.where(
            "WHERE changed AND (:thing IS NULL"
            "  OR rank IN (SELECT fact FROM bears WHERE thing = :thing)"
            "  OR owner IN (SELECT event FROM involves WHERE thing = :thing)) ORDER BY rank",
            thing=thing_id,
        )

    async def every_fact(self) -> tuple[FactRecord, ...]:
        """Every fact, even withdrawn: of events in order of time, then of actors and topics."""
        return await self._facts.where("ORDER BY rank")

    async def versions(self) -> Mapping[str, str]:
        """The version of every fact, even withdrawn, by key."""
        return dict[str, str](await fetch(self._db, "SELECT key, version FROM fact"))

    async def shown_facts(self, keys: Iterable[str]) -> Mapping[str, ShownFact]:
        """What readers are shown of facts, even withdrawn ones, by key."""
        rows = await fetch(
            self._db,
            "SELECT key, shown FROM fact WHERE key IN (SELECT value FROM json_each(:keys))",
            keys=json.dumps(list(keys)),
        )
        return {key: ShownFact.model_validate_json(shown) for key, shown in rows}

    async def shown_versions(self) -> Mapping[str, tuple[str, str]]:
        """The version of every fact, and the ShownFact behind it as JSON, by key."""
        rows = await fetch(self._db, "SELECT key, version, shown FROM fact")
        return {key: (version, shown) for key, version, shown in rows}

    async def events(self, wanted: Filter, most: int | None = None) -> tuple[EventRecord, ...]:
        """Events that may match a filter, in chronological order; the first ones, up to `most`.

        An undated event may match if the events that it came after or before allow it.
        """
        return await self._events.where(
            f"WHERE {wanted.conditions(_OF_EVENTS)} ORDER BY rank LIMIT ifnull(:most, -1)",
            most=most,
            **vars(wanted),
        )

    async def count_events(self, wanted: Filter) -> int:
        """How many events may match a filter."""
        conditions = wanted.conditions(_OF_EVENTS)
        counted = await fetch(
            self._db, f"SELECT count(*) FROM event WHERE {conditions}", **vars(wanted)
        )
        return counted[0][0]

    async def events_named(self, event_ids: Sequence[str]) -> tuple[EventRecord, ...]:
        """The events with these ids, in that order."""
        return await self._events.of(event_ids)

    async def search(self, terms: Iterable[str], wanted: Filter) -> tuple[UnitRecord, ...]:
        """The units of the facts with any of these terms that pass a filter, likely ones first.

        A filter with days keeps only the facts of events that may fall on them.
        """
        is_dated = wanted.first is not None or wanted.last is not None
        rows = await fetch(
            self._db,
            "SELECT fact_unit.key FROM unit_text JOIN fact_unit ON unit_rank = unit_text.rowid"
            f" {_DATED if is_dated else ''}"
            f" WHERE unit_text MATCH :query AND {wanted.conditions(_OF_FACTS)}"
            " ORDER BY bm25(unit_text, 1.0, 2.0), fact_rank LIMIT :most",
            query=any_of(terms),
            most=_SEARCHED,
            **vars(wanted),
        )
        return await self.units.of(key for (key,) in rows)

    async def facts_named(self, keys: Iterable[str]) -> tuple[FactRecord, ...]:
        """The facts with these keys, even withdrawn ones, in that order."""
        return await self._facts.of(keys)

    async def fact(self, key: str) -> FactRecord | None:
        """A fact by its key, or None."""
        return await self._facts.get(key)

    async def stories(self) -> tuple[Story, ...]:
        """Every story, by id."""
        return await self._stories.where("ORDER BY id")

    async def counts(self) -> Mapping[str, int]:
        """How many events, actors, topics, sources and facts there are, without withdrawn ones."""
        things = [f"SELECT '{kind}', count(*) FROM {kind}" for kind in get_args(ThingKind)]
        facts = "SELECT 'fact', count(*) FROM fact WHERE NOT withdrawn"
        return dict[str, int](await fetch(self._db, " UNION ALL ".join((*things, facts))))
