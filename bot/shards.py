"""Shards: Discord divides the servers of a bot by their ids, and sends each part separately."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd
from typing import Self

_WRITTEN = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?/(\d{1,6})", re.ASCII)


@dataclass(frozen=True)
class Shards:
    """The shards `first` to `last` of `count`, which a process serves; written `0-9/100`."""

    first: int
    last: int
    count: int

    @classmethod
    def all_of(cls, count: int) -> Self:
        """Every shard, for a process that serves all servers."""
        return cls(0, count - 1, count)

    @classmethod
    def read(cls, written: str) -> Self:
        """The shards as they are written. Raises ValueError, with a sentence for the host."""
        match = _WRITTEN.fullmatch(written.strip())
        if match:
            first, last, count = match.groups()
            shards = cls(int(first), int(last or first), int(count))
            if shards.first <= shards.last < shards.count:
                return shards
        raise ValueError(
            f"`{written}` names no shards: write FIRST-LAST/COUNT, such as 0-9/100; they count"
            " from 0"
        )

    def __str__(self) -> str:
        return f"{self.first}-{self.last}/{self.count}"

    @property
    def ids(self) -> range:
        """The ids of the shards."""
        return range(self.first, self.last + 1)

    @property
    def are_all(self) -> bool:
        """Whether these are all shards there are, so that one process serves every server."""
        return len(self.ids) == self.count

    def overlap(self, other: Shards) -> bool:
        """Whether a server can be in both, even if they divide the servers differently.

        An id can leave one remainder by the one count, and another by the other, exactly if both
        are the same by the counts' greatest common divisor.
        """
        common = gcd(self.count, other.count)
        return not _remainders(self.ids, common).isdisjoint(_remainders(other.ids, common))


UNDIVIDED = Shards.all_of(1)
"""Every server, in one shard."""


def _remainders(ids: Iterable[int], divisor: int) -> set[int]:
    return {each % divisor for each in ids}
