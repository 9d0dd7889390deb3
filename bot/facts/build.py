"""Building `facts.db`: a base's files become one read-only SQLite file, or nothing changes.

The file's name carries a hash over the base's files, so an unchanged base is not built again, a
running bot keeps the file that it opened, and nobody ever sees one that is half written.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from itertools import chain
from pathlib import Path

from bot.documents import Fault
from bot.facts.dates import Span, parse_date
from bot.facts.errors import FaultyBase, UnwritableBase
from bot.facts.keywords import keywords, places
from bot.facts.lint import LintContext, lint
from bot.facts.load import Base, Folders, Named, broken_ids, fact_lists, fingerprint, load
from bot.facts.model import Actor, Event, Fact, Source, Topic
from bot.facts.records import Dated, EventRecord, FactRecord, SourceRecord, ThingRecord
from bot.matching.fulltext import words_of

Progress = Callable[[int, int], None]

_SCHEMA = Path(__file__).with_name("schema.sql")
_RELATED = 4  # as many related events as fit one row of buttons beside "More"
_KEPT = 3  # built bases: the one in use, the one before, and one that a slow process still opens
_BATCH = 200
_LONGEST_BUILD = 3_600  # seconds without a write after which a draft is nobody's


@dataclass(frozen=True)
class Built:
    """A built base on disk, and whether this call built it."""

    path: Path
    fresh: bool


def check(folders: Folders, data: Path) -> tuple[Base | None, list[Fault]]:
    """The base in memory, None where it has no `base.yaml`, and all its faults.

    Wordings are compared with the base in `data` that was built last. Raises OSError where a file
    cannot be read.
    """
    base, faults = load(folders)
    if base is None:
        return None, faults
    context = LintContext(base, frozenset(broken_ids(folders, base)), last_wordings(data))
    return base, sorted({*faults, *lint(context)})


def build(folders: Folders, data: Path, progress: Progress = lambda done, total: None) -> Built:
    """Build the base into the folder `data`, unless the same files were built there before.

    `progress` is told how many rows of how many are written. Raises FaultyBase with every fault,
    UnwritableBase where the disk refuses, and OSError where a file of the base cannot be read.
    """
    version = fingerprint(folders)
    path = data / f"facts-{version}.db"
    if is_whole(path, version):
        with suppress(OSError):  # a read-only folder keeps its own order
            path.touch()
        return Built(path, fresh=False)
    base, faults = check(folders, data)
    if base is None or faults:
        raise FaultyBase(faults)
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    try:
        data.mkdir(parents=True, exist_ok=True)
        _write(draft, base, version, progress)
        draft.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise UnwritableBase(path, _reason(error)) from error
    finally:
        _discard(draft)
    for old in (*built_bases(data)[_KEPT:], *_abandoned(data)):
        _discard(old)
    return Built(path, fresh=True)


def built_bases(data: Path) -> list[Path]:
    """The built bases in a data folder, the one used last first."""
    try:
        dated = [(path.stat().st_mtime_ns, path) for path in data.glob("facts-*.db")]
    except OSError:
        return []
    return [path for _, path in sorted(dated, reverse=True)]


def _abandoned(data: Path) -> list[Path]:
    """Drafts that builds left behind when they were killed, and that none can be at any more."""
    return [
        path
        for path in data.glob("facts-*.draft*")
        if time.time() - path.stat().st_mtime > _LONGEST_BUILD
    ]


def last_wordings(data: Path) -> Mapping[str, str] | None:
    """Each fact's wording in the base built last, by `owner/fact`; None where there is none."""
    for path in built_bases(data):
        try:
            with closing(_open_read_only(path)) as db:
                return dict(db.execute("SELECT key, says FROM fact").fetchall())
        except sqlite3.Error:
            continue  # a damaged file says nothing about wordings
    return None


def is_whole(path: Path, fingerprint: str) -> bool:
    """Whether a built base is there, undamaged, and of the files that `fingerprint` names."""
    if not path.exists():
        return False
    try:
        with closing(_open_read_only(path)) as db:
            whole = db.execute("PRAGMA quick_check").fetchone() == ("ok",)
            row = db.execute("SELECT value FROM about WHERE key = 'fingerprint'").fetchone()
            return whole and row == (fingerprint,)
    except sqlite3.Error:
        return False


def uri(path: Path) -> str:
    """The SQLite URI that opens a built base: read-only, and without locks, as it never changes."""
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"


def _open_read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(uri(path), uri=True)


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _discard(path: Path) -> None:
    # Windows refuses to delete a file that is open; it goes with a later build.
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _write(path: Path, base: Base, fingerprint: str, progress: Progress) -> None:
    rows = list(_rows(base, fingerprint))
    with closing(sqlite3.connect(path)) as db:
        db.executescript(_SCHEMA.read_text("utf-8"))
        for start in range(0, len(rows), _BATCH):
            for table, values in rows[start : start + _BATCH]:
                marks = ", ".join("?" * len(values))
                db.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", values)
            progress(min(start + _BATCH, len(rows)), len(rows))
        db.commit()
        db.execute("VACUUM")
        db.execute("ANALYZE")


Row = tuple[str, tuple[str | int | None, ...]]


def _rows(base: Base, fingerprint: str) -> Iterator[Row]:
    yield "about", ("info", base.info.model_dump_json())
    yield "about", ("fingerprint", fingerprint)
    dates = {event.id: _dated(event) for event in base.events.values()}
    for rank, thing_record in enumerate(_things(base, dates)):
        yield "thing", (rank, thing_record.model_dump_json())
    for source in base.sources.values():
        span = parse_date(source.date) if source.date else None
        record = SourceRecord(source=source, span=span)
        yield "source", (source.id, record.model_dump_json())
    for actor in base.actors.values():
        yield "actor", (actor.id, actor.model_copy(update={"facts": ()}).model_dump_json())
    for topic in base.topics.values():
        bare = topic.model_copy(update={"facts": (), "stands": (), "open": ()})
        yield "topic", (topic.id, bare.model_dump_json())
    order = in_order(base.events, dates)
    yield from _event_rows(base, dates, order)
    yield from _fact_rows(base, dates, order)


def _dated(event: Event) -> Dated:
    return Dated(when=event.when, span=parse_date(event.when.edtf) if event.when.edtf else None)


def _event_rows(base: Base, dates: Mapping[str, Dated], order: list[str]) -> Iterator[Row]:
    related = _related(base)
    for rank, event_id in enumerate(order):
        event, dated = base.events[event_id], dates[event_id]
        bare = event.model_copy(update={"facts": ()})
        record = EventRecord(event=bare, dated=dated, related=related[event_id])
        first, last = _bounds(event, base.events, dates)
        yield "event", (event_id, rank, first, last, record.model_dump_json())
        for thing in {*event.topics, *(part.actor for part in event.who)}:
            yield "involves", (thing, event_id)


def _fact_rows(base: Base, dates: Mapping[str, Dated], order: list[str]) -> Iterator[Row]:
    owners: Iterable[Named] = chain(
        (base.events[event_id] for event_id in order), base.actors.values(), base.topics.values()
    )
    rank = 0
    for owner in owners:
        for part, facts in fact_lists(owner):
            for fact in facts:
                dated = dates[owner.id] if _shares_date(owner, fact) else None
                record = FactRecord(owner=owner.id, part=part, fact=fact, dated=dated)
                gone = int(fact.withdrawn is not None)
                json = record.model_dump_json()
                yield "fact", (record.key, owner.id, rank, fact.version, fact.says, gone, json)
                text_query = _searchable_text(base, owner, fact)
                yield "prose(rowid, says, more, names)", (rank, *text_query)
                yield from (("word", (word,)) for word in words_of(" ".join(text_query)))
                for thing in {owner.id, *fact.about, *((fact.by,) if fact.by else ())}:
                    yield "bears", (thing, record.key)
                for cite in fact.cites:
                    yield "cites", (cite.source, cite.paragraph, record.key)
                rank += 1


def _shares_date(owner: Named, fact: Fact) -> bool:
    """Whether a fact is of its event's date: what happened then, or was said in a statement.

    An opinion on an event, or the background to it, stands in its file and is of another day.
    """
    if not isinstance(owner, Event):
        return False
    return owner.kind == "statement" or fact.kind in ("event", "agreement", "figure")


def _searchable_text(base: Base, owner: Named, fact: Fact) -> tuple[str, str, str]:
    """What a full-text search finds a fact by: its statement, what stands around it, names."""
    more = [fact.caution, *(account.says for account in fact.accounts)]
    if isinstance(owner, Event):
        more += [owner.title, owner.where]
    told_of = dict.fromkeys((owner.id, *fact.about, *((fact.by,) if fact.by else ())))
    names = [name for thing in told_of for name in _forms(base, thing)]
    return fact.says, " ".join(filter(None, more)), " ".join(names)


def _forms(base: Base, thing_id: str) -> Iterator[str]:
    for things in (base.events, base.actors, base.topics):
        if thing := things.get(thing_id):
            yield from (thing.label, *thing.also, *chain.from_iterable(thing.names.values()))


def _bounds(
    event: Event, events: Mapping[str, Event], dates: Mapping[str, Dated]
) -> tuple[int | None, int | None]:
    """The days between which an event was, by its date or by the events around it."""
    span = dates[event.id].span
    if span:
        return span.first, span.last
    after, before = (_nearest_dated(event, field, events, dates) for field in ("after", "before"))
    if after is None and before is None:
        return None, None
    first = after.first if after else date.min.toordinal()
    return first, before.last if before else date.max.toordinal()


def _nearest_dated(
    event: Event, field: str, events: Mapping[str, Event], dates: Mapping[str, Dated]
) -> Span | None:
    """The span of the first dated event on the way that `field` (after, before) points."""
    neighbour = events.get(getattr(event.when, field) or "")
    while neighbour and not dates[neighbour.id].span:
        neighbour = events.get(getattr(neighbour.when, field) or "")
    return dates[neighbour.id].span if neighbour else None


def in_order(events: Mapping[str, Event], dates: Mapping[str, Dated]) -> list[str]:
    """The ids of events in order of time; undated ones last, by what they come after or before."""

    def days(event_id: str) -> tuple[int, int]:
        span = dates[event_id].span
        return (span.first, span.last) if span else (0, 0)

    dated = _sorted([e for e in events if dates[e].span], events, days)
    place = {event_id: index for index, event_id in enumerate(dated)}

    def anchor(event_id: str) -> tuple[int, int]:
        when = events[event_id].when
        neighbours = [place[e] for e in (when.after, when.before) if e in place]
        return (neighbours or [len(dated)])[0], 0

    return dated + _sorted([e for e in events if e not in place], events, anchor)


def _sorted(
    ids: list[str], events: Mapping[str, Event], key: Callable[[str], tuple[int, int]]
) -> list[str]:
    """The ids by `key`, except that `after` and `before` among them always hold."""
    graph: dict[str, set[str]] = {event_id: set() for event_id in sorted(ids)}
    for event_id in graph:
        when = events[event_id].when
        if when.after in graph:
            graph[event_id].add(when.after)
        if when.before in graph:
            graph[when.before].add(event_id)
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    order: list[str] = []
    ready: list[tuple[tuple[int, int], str]] = []
    while sorter.is_active():
        for event_id in sorter.get_ready():
            heappush(ready, (key(event_id), event_id))
        _, first = heappop(ready)
        order.append(first)
        sorter.done(first)
    return order


def _related(base: Base) -> dict[str, tuple[str, ...]]:
    """For each event, the events that bear on it most, the nearest first."""
    weights: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def link(one: str, other: str, weight: int) -> None:
        if one != other and one in base.events and other in base.events:
            weights[one][other] += weight
            weights[other][one] += weight

    for owner, _, fact in base.facts():
        for about in fact.about:
            link(owner, about, 6)
    by_topic: defaultdict[str, list[str]] = defaultdict(list)
    for event in base.events.values():
        for neighbour in (event.when.after, event.when.before):
            if neighbour:
                link(event.id, neighbour, 4)
        for topic in event.topics:
            by_topic[topic].append(event.id)
    for members in by_topic.values():
        for index, one in enumerate(members):
            for other in members[index + 1 :]:
                link(one, other, 1)
    return {
        event_id: tuple(
            other
            for other, _ in sorted(weights[event_id].items(), key=lambda pair: (-pair[1], pair[0]))
        )[:_RELATED]
        for event_id in base.events
    }


def _things(base: Base, dates: Mapping[str, Dated]) -> list[ThingRecord]:
    """Every thing's head, what most facts are told of first."""
    told: Counter[str] = Counter()
    for owner, _, fact in base.facts():
        told.update({owner, *fact.about, *((fact.by,) if fact.by else ())})
    things = [
        ThingRecord(
            kind=kind,
            id=thing.id,
            label=thing.label,
            also=thing.also,
            names=thing.names,
            disambiguate=thing.disambiguate,
            dated=dates.get(thing.id),
            role=_role(thing),
            offices=tuple(_offices(base, thing)),
            places=places(thing) if isinstance(thing, Event) else (),
            keywords=keywords(thing, dates[thing.id].span, base.actors)
            if isinstance(thing, Event)
            else (),
        )
        for kind, thing in base.things()
    ]
    return sorted(things, key=lambda thing_record: (-told[thing_record.id], thing_record.id))


def _offices(base: Base, thing: Named) -> Iterator[str]:
    """An actor's roles by themselves, and with each name of the body that they belong to."""
    for role in thing.roles if isinstance(thing, Actor) else ():
        yield role.title
        of = base.actors.get(role.of or "")
        for name in (of.label, *of.also) if of else ():
            yield f"{name} {role.title}"


def _role(thing: Event | Actor | Topic | Source) -> str | None:
    if isinstance(thing, Actor) and thing.roles:
        return thing.roles[0].title
    return thing.publisher if isinstance(thing, Source) else None
