"""Events in chronological order: by their dates, and by what they came after or before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from graphlib import TopologicalSorter
from heapq import heappop, heappush

from bot.facts.dates import parse_date
from bot.facts.model import Event
from bot.facts.records import Dated

_ANY = (0, date.max.toordinal())  # no day is earlier, and none later


class Chronology:
    """The order of a base's events, as far as dates, `after`, `before` and `led_to` prove it.

    An event without a date is bounded by its neighbours. One that came after nothing is no earlier
    than the first dated event, as the articles go back no further.
    """

    def __init__(self, events: Mapping[str, Event], dates: Mapping[str, Dated]) -> None:
        self._dates = dates
        self._earlier = _earlier(events)
        self._first, self._last = self._narrowed()
        spans = (dated.span for dated in dates.values())
        self._oldest = min((span.first for span in spans if span and span.begins), default=0)

    def in_order(self) -> list[str]:
        """The ids of the events by the first month, then the last day that each can have had.

        What came after something never precedes it. Within a month an event of which only the span
        is known does not precede what may have caused it; undated ones have their last month.
        """
        sorter = TopologicalSorter(self._earlier)
        sorter.prepare()
        order: list[str] = []
        ready: list[tuple[int, int, int, str]] = []
        while sorter.is_active():
            for event_id in sorter.get_ready():
                heappush(ready, (*self._key(event_id), event_id))
            *_, event_id = heappop(ready)
            order.append(event_id)
            sorter.done(event_id)
        return order

    def _key(self, event_id: str) -> tuple[int, int, int]:
        """By what an event is put in order: its first month, its last day, its first day."""
        first, last = self._first[event_id], self._last[event_id]
        earliest = date.fromordinal(first if self._dates[event_id].span else last)
        return earliest.replace(day=1).toordinal(), last, first

    def precedes(self, one: str, other: str) -> bool:
        """Whether the articles prove that one event came before another."""
        if self._last[one] < self._first[other] and not (self._vague(one) or self._vague(other)):
            return True
        earlier = self._earlier[other]
        return one in earlier or any(self.precedes(one, nearer) for nearer in earlier)

    def bounds(self, event_id: str) -> tuple[int | None, int | None]:
        """The first and last possible day of an event; None if nothing is known of them."""
        if span := self._dates[event_id].span:
            return span.first, span.last
        first, last = self._first[event_id], self._last[event_id]
        return (None, None) if (first, last) == _ANY else (max(first, self._oldest), last)

    def _vague(self, event_id: str) -> bool:
        """Whether a date is only about right, or not certain."""
        span = self._dates[event_id].span
        return span is not None and (span.approximate or span.uncertain)

    def _narrowed(self) -> tuple[dict[str, int], dict[str, int]]:
        """The first and last day of each event, narrowed by what it came after and before."""
        days = {event_id: _days(dated) for event_id, dated in self._dates.items()}
        first = {event_id: own[0] for event_id, own in days.items()}
        last = {event_id: own[1] for event_id, own in days.items()}
        in_sequence = list(TopologicalSorter(self._earlier).static_order())
        for event_id in in_sequence:
            first[event_id] = max([first[event_id], *(first[e] for e in self._earlier[event_id])])
        for event_id in reversed(in_sequence):
            for earlier in self._earlier[event_id]:
                last[earlier] = min(last[earlier], last[event_id])
        return first, last


def _days(dated: Dated) -> tuple[int, int]:
    """The first and last day of a date; what goes on is placed by its beginning."""
    if dated.span is None:
        return _ANY
    if dated.span.ends is None and dated.when.edtf:
        return dated.span.first, parse_date(dated.when.edtf.partition("/")[0]).last
    return dated.span.first, dated.span.last


def _earlier(events: Mapping[str, Event]) -> dict[str, set[str]]:
    """For each event, those that it came after according to either of the two.

    What led to an event came before it.
    """
    graph: dict[str, set[str]] = {event_id: set() for event_id in sorted(events)}
    for event in events.values():
        if event.when.after in graph:
            graph[event.id].add(event.when.after)
        for later in (event.when.before, *event.led_to):
            if later in graph:
                graph[later].add(event.id)
    return graph
