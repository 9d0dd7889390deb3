"""A chart of time as a frozen value: what it shows, in the reader's words, before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Oddity = Literal["open", "planned"]
"""What a reader needs a legend for: a bar that fades out, and a hollow mark."""


@dataclass(frozen=True)
class Mark:
    """Something that happened, or was to happen, between two days; None is an open end.

    Days are proleptic Gregorian day numbers. Without both of them, nothing is known of its time.
    A vague mark may lie a little outside its days. `date` words its time; `sources` are ids.
    """

    label: str
    date: str
    sources: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    planned: bool = False
    vague: bool = False

    @property
    def oddities(self) -> tuple[Oddity, ...]:
        """What its looks say beyond its place."""
        is_open = self.vague or self.first is None or self.last is None
        return (*(("open",) if is_open else ()), *(("planned",) if self.planned else ()))


@dataclass(frozen=True)
class Chart:
    """Marks in order of time: some with their labels, others as small marks, undated ones apart.

    `first` and `last` limit the time shown. `months` are the short names of the months, `legend`
    words the oddities, and `uneven` says that years differ in width. `numbers` are those by which
    sources are cited.
    """

    title: str
    labelled: tuple[Mark, ...]
    months: tuple[str, ...]
    legend: tuple[tuple[Oddity, str], ...]
    uneven: str
    others: tuple[Mark, ...] = ()
    others_heading: str = ""
    undated: int = 0
    undated_heading: str = ""
    first: int | None = None
    last: int | None = None
    numbers: tuple[tuple[str, int], ...] = ()

    @property
    def dated(self) -> tuple[Mark, ...]:
        """Every mark that has a place in time."""
        return (*self.labelled, *self.others)

    def citation(self, mark: Mark) -> str:
        """The numbers of a mark's sources: `[1][3]`."""
        numbers = dict(self.numbers)
        cited = sorted({numbers[source] for source in mark.sources if source in numbers})
        return "".join(f"[{number}]" for number in cited)
