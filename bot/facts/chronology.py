"""Events in chronological order: by their dates, and by what they came after or before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from graphlib import TopologicalSorter
from heapq import heappop, heappush

from bot.facts.dates import Span
from bot.facts.model import Event
from bot.facts.records import Dated


def in_order(events: Mapping[str, Event], dates: Mapping[str, Dated]) -> list[str]:
    """The ids of events in chronological order; undated ones last, by their neighbours."""

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
    """The ids by `key`, except that `after` and `before` always hold among them."""
    sorter = TopologicalSorter(_predecessors(ids, events))
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


def _predecessors(ids: list[str], events: Mapping[str, Event]) -> dict[str, set[str]]:
    """For each event, those among `ids` that it came after."""
    graph: dict[str, set[str]] = {event_id: set() for event_id in sorted(ids)}
    for event_id in graph:
        when = events[event_id].when
        if when.after in graph:
            graph[event_id].add(when.after)
        if when.before in graph:
            graph[when.before].add(event_id)
    return graph


def bounds(
    event: Event, events: Mapping[str, Event], dates: Mapping[str, Dated]
) -> tuple[int | None, int | None]:
    """The first and last possible day of an event: from its own date, or its neighbours'."""
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
    """The span of the first dated event that following `field` (after, before) leads to."""
    neighbour = events.get(getattr(event.when, field) or "")
    while neighbour and not dates[neighbour.id].span:
        neighbour = events.get(getattr(neighbour.when, field) or "")
    return dates[neighbour.id].span if neighbour else None
