"""Measures `bot/matching/` over a test bed of names and queries.

    python benchmarks/finding.py BASE QUERIES [--size 1060] [--size 10060] [--size 100023]

BASE has one entry a line, `{"id", "names"}`, gzipped; QUERIES one query a line,
`{"class", "q", "id"}`, where `id` -1 means that no entry is right. The base is shuffled first, so
that no order of it helps. Classes are of three kinds: while typing (the right entry should be among
25 choices), absent (no entry should be found), and all others (the right one should come first).

A beginning is a half-typed query of four letters and more. "answered" is the share that finds its
own entry; "false" the share that would find another if that entry were not in the base.

Recall at 2 % false matches is the share of queries that are answered rightly and with a chance
above that which 2 % of the hard absent names reach. Times are of the processor, on one core.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar

from bot.matching.entries import Entry, normalized, whole_words
from bot.matching.lookup import Lookup
from bot.matching.name_index import NameIndex
from bot.matching.name_rows import NameRows
from bot.matching.name_tables import NameTables
from bot.matching.normalize import normalize

TYPING = ("pre3", "pre4", "pre5", "pre6", "wordpre", "pretypo")
BEGINNINGS = ("pre4", "pre5", "pre6")
HARD = "neg_hard"
SMALL = 1060
"""Entries of the smallest base; all queries are about these."""

T = TypeVar("T")


@dataclass(frozen=True)
class Query:
    """A text and the entry that it means, or None."""

    kind: str
    text: str
    right: Entry | None


@dataclass(frozen=True)
class Outcome:
    """What came of one query: the place of the right entry from 0, or None, and the best chance."""

    query: Query
    place: int | None
    chance: float
    verdict: Literal["sure", "several", "none"]
    seconds: float

    def within(self, places: int) -> bool:
        """Whether the right entry is among the first so many."""
        return self.place is not None and self.place < places


def main() -> None:
    """Print one table for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("base", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--size", type=int, action="append")
    chosen = parser.parse_args()
    for size in chosen.size or [SMALL]:
        with gzip.open(chosen.base, "rt", encoding="utf-8") as lines:
            entries = {r["id"]: _entry(r) for r in map(json.loads, islice(lines, size))}
        with chosen.queries.open(encoding="utf-8") as lines:
            queries = [
                Query(r["class"], r["q"], entries.get(r["id"])) for r in map(json.loads, lines)
            ]
        shuffled = list(entries.values())
        random.Random(size).shuffle(shuffled)  # noqa: S311
        _report(shuffled, queries)


def _entry(record: dict[str, Any]) -> Entry:
    """An entry without an id: here it is a number, which nobody types."""
    return Entry("actor", "", tuple(record["names"]))


def _report(entries: list[Entry], queries: list[Query]) -> None:
    index, seconds, memory = _built(entries)
    outcomes = [_outcome(index, query) for query in queries]
    chances = sorted((o.chance for o in outcomes if o.query.kind == HARD), reverse=True)
    at_2, at_5 = (chances[int(len(chances) * share)] for share in (0.02, 0.05))
    print(f"\n{len(entries)} entries, {len(index)} rows: {seconds:.1f} s to build, {memory:.0f} MB")
    _print_typing([o for o in outcomes if o.query.kind in TYPING])
    _print_beginnings(entries, [o.query for o in outcomes if o.query.kind in BEGINNINGS])
    _print_best([o for o in outcomes if _has_best(o.query)], at_2, at_5)
    _print_absent([o for o in outcomes if o.query.right is None])
    _print_times("choices while typing", [o for o in outcomes if o.query.kind in TYPING])
    _print_times("one answer", [o for o in outcomes if o.query.kind not in TYPING])


def _built(entries: list[Entry]) -> tuple[NameIndex, float, float]:
    """The index, seconds of the processor, and megabytes that the process grew by at most."""
    before, start = _peak(), time.process_time()
    index = NameIndex(entries)
    index.prepare()
    return index, time.process_time() - start, _peak() - before


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _outcome(index: NameIndex, query: Query) -> Outcome:
    if query.kind in TYPING:
        choices, seconds = _timed(lambda: index.complete(query.text))
        return Outcome(query, _place(choices, query), 0.0, "none", seconds)
    ranked, seconds = _timed(lambda: index.rank(query.text))
    place = _place([entry for entry, _ in ranked], query)
    chance = ranked[0][1] if ranked else 0.0
    return Outcome(query, place, chance, index.find(query.text).verdict, seconds)


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    start = time.process_time()
    return call(), time.process_time() - start


def _place(entries: Sequence[Entry], query: Query) -> int | None:
    return next((place for place, entry in enumerate(entries) if entry is query.right), None)


def _has_best(query: Query) -> bool:
    return query.right is not None and query.kind not in TYPING


def _by_kind(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    kinds: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        kinds[outcome.query.kind].append(outcome)
    return dict(sorted(kinds.items()))


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def _print_typing(outcomes: list[Outcome]) -> None:
    kinds = {kind: _mean(o.within(25) for o in own) for kind, own in _by_kind(outcomes).items()}
    print(f"{'while typing':14}{'queries':>8}{'in 25':>8}")
    for kind, share in kinds.items():
        print(f"{kind:14}{sum(o.query.kind == kind for o in outcomes):8}{share:8.3f}")
    print(f"{'macro':14}{len(outcomes):8}{_mean(kinds.values()):8.3f}")
    print(f"{'all queries':14}{len(outcomes):8}{_mean(o.within(25) for o in outcomes):8.3f}")


def _print_beginnings(entries: list[Entry], queries: list[Query]) -> None:
    names = ((normalize(name), n) for n, entry in enumerate(entries) for name in entry.names)
    words = whole_words(map(normalized, entries))
    lookup = Lookup(entries, NameRows(NameTables.of(names, words)))
    answered = false = 0
    for query in queries:
        typed = normalize(query.text)
        begun = {n for n in lookup.begun(typed, None) if lookup.is_long_enough(typed, n)}
        others = {number for number in begun if entries[number] is not query.right}
        answered += len(begun) == 1 and not others
        false += len(others) == 1
    print(f"beginnings: {answered / len(queries):.3f} answered, {false / len(queries):.3f} false")


def _print_best(outcomes: list[Outcome], at_2: float, at_5: float) -> None:
    columns: dict[str, Callable[[Outcome], float]] = {
        "hit@1": lambda o: o.within(1),
        "hit@5": lambda o: o.within(5),
        "MRR": lambda o: 0.0 if o.place is None else 1 / (o.place + 1),
        "at 2 %": lambda o: o.within(1) and o.chance > at_2,
        "at 5 %": lambda o: o.within(1) and o.chance > at_5,
        "sure": lambda o: o.within(1) and o.verdict == "sure",
        "wrong": lambda o: not o.within(1) and o.verdict == "sure",
    }
    print(f"\n{'one answer':14}{'queries':>8}" + "".join(f"{name:>8}" for name in columns))
    rows: list[list[float]] = []
    for kind, own in _by_kind(outcomes).items():
        rows.append([_mean(map(column, own)) for column in columns.values()])
        print(f"{kind:14}{len(own):8}" + "".join(f"{value:8.3f}" for value in rows[-1]))
    macro = [_mean(values) for values in zip(*rows, strict=True)]
    print(f"{'macro':14}{len(outcomes):8}" + "".join(f"{value:8.3f}" for value in macro))
    whole = [_mean(map(column, outcomes)) for column in columns.values()]
    print(f"{'all queries':14}{len(outcomes):8}" + "".join(f"{value:8.3f}" for value in whole))


def _print_absent(outcomes: list[Outcome]) -> None:
    print(f"\n{'absent':14}{'queries':>8}{'sure':>8}{'several':>8}")
    for kind, own in _by_kind(outcomes).items():
        sure = _mean(o.verdict == "sure" for o in own)
        several = _mean(o.verdict == "several" for o in own)
        print(f"{kind:14}{len(own):8}{sure:8.3f}{several:8.3f}")


def _print_times(what: str, outcomes: list[Outcome]) -> None:
    seconds = sorted(o.seconds for o in outcomes)
    middle, slow = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.99)]
    rate = len(seconds) / sum(seconds)
    print(
        f"{what}: p50 {middle * 1e3:.2f} ms, p99 {slow * 1e3:.2f} ms,"
        f" slowest {seconds[-1] * 1e3:.1f} ms, {rate:.0f} a second"
    )


if __name__ == "__main__":
    main()
