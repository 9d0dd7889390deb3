"""What is due when: the items that wait, in the order in which they are due."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple


class DueItem(NamedTuple):
    """An item of a job, both by name."""

    job: str
    key: str


class Agenda:
    """Items, each with an instant. To look costs the same whether ten or ten thousand wait."""

    def __init__(self) -> None:
        self._at: dict[DueItem, datetime] = {}
        self._order: list[tuple[datetime, DueItem]] = []
        """A heap; an entry that differs from `_at` is of an item that was moved or taken."""

    def replace(self, items: Mapping[DueItem, datetime]) -> None:
        """Have these items wait, and no others."""
        self._at = dict(items)
        self._order = [(at, item) for item, at in items.items()]
        heapq.heapify(self._order)

    def put(self, item: DueItem, at: datetime) -> None:
        """Have an item wait until an instant, instead of any other."""
        self._at[item] = at
        heapq.heappush(self._order, (at, item))

    def take(self, now: datetime) -> Iterator[DueItem]:
        """The items whose instant has come, which wait no longer."""
        while (at := self.first()) and at <= now:
            _, item = heapq.heappop(self._order)
            del self._at[item]
            yield item

    def first(self) -> datetime | None:
        """The first instant for which an item waits."""
        while self._order and self._at.get(self._order[0][1]) != self._order[0][0]:
            heapq.heappop(self._order)
        return self._order[0][0] if self._order else None
