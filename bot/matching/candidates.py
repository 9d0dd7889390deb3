"""Gathering the rows of an index that share letter groups with a typed text.

A letter group is three letters of a padded word, or two if a letter is a syllable or a word.
Few rows are counted in Python; for many, numpy is loaded, which then builds and counts faster.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast

from bot.matching.normalize import WIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MANY = 20_000
"""The number of rows from which numpy is worth loading."""

_WHOLE, _HALF = 0.5, 0.05  # penalty for each of a row's groups that the (half-)typed text lacks
_KEY_PRESSES = ("ㄱ", "ㅣ")  # the first and last; wide in print only


class Gatherer(Protocol):
    """Finds the rows that have most in common with a form."""

    def like(self, form: str, limit: int, *, half_typed: bool = False) -> list[int]:
        """Numbers of the rows most like a form, best first.

        Each shares at least a quarter of the form's groups. If the form is `half_typed`, groups
        that only the row has hardly count against it.
        """
        ...


def gatherer(rows: Sequence[str], groups: LetterGroups | None = None) -> Gatherer:
    """The faster gatherer for this many rows, of which the letter groups may be known already."""
    groups = groups or letter_groups(rows)
    return _ArrayGatherer(groups) if groups else _DictGatherer(rows)


def letter_groups(rows: Sequence[str]) -> LetterGroups | None:
    """The letter groups of many rows; None for few, and without numpy, which many need."""
    return LetterGroups.of(rows) if len(rows) >= MANY and find_spec("numpy") else None


class _DictGatherer:
    """Letter groups in a dictionary."""

    def __init__(self, rows: Sequence[str]) -> None:
        self._rows_with: defaultdict[str, list[int]] = defaultdict(list)
        self._sizes: list[int] = []
        for number, row in enumerate(rows):
            groups = _groups(row)
            self._sizes.append(len(groups))
            for group in groups:
                self._rows_with[group].append(number)

    def like(self, form: str, limit: int, *, half_typed: bool = False) -> list[int]:
        groups = _groups(form, half_typed=half_typed)
        shared: Counter[int] = Counter()
        for group in groups:
            shared.update(self._rows_with.get(group, ()))
        beyond = _HALF if half_typed else _WHOLE
        most, least, sizes = len(groups), len(groups) / 4, self._sizes
        alike = [
            (count / (most + beyond * (sizes[row] - count)), -row)
            for row, count in shared.items()
            if count >= least
        ]
        return [-row for _, row in sorted(alike, reverse=True)[:limit]]


def _groups(form: str, *, half_typed: bool = False) -> set[str]:
    """The letter groups of a form's words; the end of a half-typed form is left open."""
    padded = [f" {word} " for word in form.split()]
    if half_typed and padded:
        padded[-1] = padded[-1][:-1]
    groups = {word[i : i + 3] for word in padded for i in range(max(1, len(word) - 2))}
    if not form.isascii():
        groups |= {
            word[i : i + 2]
            for word in padded
            for i in range(len(word) - 1)
            if word[i + 1] >= WIDE and not _KEY_PRESSES[0] <= word[i + 1] <= _KEY_PRESSES[1]
        }
    return groups


@dataclass(frozen=True)
class LetterGroups:
    """Letter groups as 18-bit hashes, with all rows of all groups in one array.

    The rows of a group begin at `starts`; `sizes` are the numbers of groups of each row.
    """

    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    sizes: NDArray[np.int16]

    @classmethod
    def of(cls, texts: Sequence[str]) -> LetterGroups:
        """The letter groups of rows."""
        import numpy as np

        counted = sum(np.bincount(keys >> 32, minlength=_HASHES) for keys in _chunks(texts))
        starts = np.concatenate(([0], np.cumsum(counted))).astype(np.int32)
        rows = np.empty(starts[-1], np.int32)
        sizes = np.zeros(len(texts), np.int16)
        free = starts[:-1].copy()
        for keys in _chunks(texts):  # made again: all of them take twice the memory of the result
            groups, numbers = keys >> 32, keys & 0xFFFFFFFF
            firsts, counts = np.unique(groups, return_index=True, return_counts=True)[1:]
            within = np.arange(len(keys)) - np.repeat(firsts, counts)
            rows[free[groups] + within] = numbers
            free[groups[firsts]] += counts
            sizes += np.bincount(numbers, minlength=len(texts)).astype(np.int16)
        return cls(starts, rows, sizes)

    def saved(self) -> dict[str, bytes]:
        """The arrays as numbers of this machine."""
        return {name: array.tobytes() for name, array in self._named()}

    def _named(self) -> Iterator[tuple[str, NDArray[np.generic]]]:
        yield from zip(_SAVED, (self.starts, self.rows, self.sizes), strict=True)

    @classmethod
    def restored(cls, saved: Mapping[str, str | bytes]) -> LetterGroups | None:
        """What was saved; None if there was nothing, or numpy is gone."""
        if _SAVED[0] not in saved or not find_spec("numpy"):
            return None
        import numpy as np

        starts, rows, sizes = (bytes(cast(bytes, saved[name])) for name in _SAVED)
        return cls(
            np.frombuffer(starts, np.int32),
            np.frombuffer(rows, np.int32),
            np.frombuffer(sizes, np.int16),
        )


_SAVED = ("groups", "groups' rows", "rows' groups")


class _ArrayGatherer:
    """Letter groups in arrays."""

    def __init__(self, groups: LetterGroups) -> None:
        self._starts, self._rows, self._sizes = groups.starts, groups.rows, groups.sizes

    def like(self, form: str, limit: int, *, half_typed: bool = False) -> list[int]:
        import numpy as np

        groups = set((_keys([form], 0, half_typed=half_typed) >> 32).tolist())
        shared = np.zeros(len(self._sizes), np.uint16)
        for rows in self._rarest(groups):
            shared[rows] += 1
        numbers = np.flatnonzero(shared >= max(1, len(groups) // 4))
        counts = shared[numbers].astype(np.float32)
        beyond = _HALF if half_typed else _WHOLE
        alike = counts / (len(groups) + beyond * (self._sizes[numbers] - counts))
        if len(numbers) > limit:
            closest = np.argpartition(alike, -limit)[-limit:]
            numbers, alike = numbers[closest], alike[closest]
        best: list[int] = numbers[np.argsort(-alike, kind="stable")].tolist()
        return best

    def _rarest(self, groups: Iterable[int]) -> Iterator[NDArray[np.int32]]:
        """The rows of each group, rarest first, until they are too many to count."""
        spans = [(self._starts[group], self._starts[group + 1]) for group in groups]
        counted = 0
        for start, end in sorted(spans, key=lambda span: span[1] - span[0]):
            counted += end - start
            if counted > max(_COUNTED, end - start):
                return
            yield self._rows[start:end]


def _chunks(texts: Sequence[str]) -> Iterator[NDArray[np.int64]]:
    """The letter groups of so many rows at a time, in order."""
    for first in range(0, len(texts), _CHUNK):
        yield _sorted(_keys(texts[first : first + _CHUNK], first))


def _sorted(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """The keys in order, each once; `numpy.unique` hashes them first, which takes far longer."""
    import numpy as np

    keys.sort()
    return keys[np.concatenate(([True], keys[1:] != keys[:-1]))] if len(keys) else keys


_CHUNK = 2_500  # rows hashed at once, which bounds the memory that building takes
_COUNTED = 30_000  # postings counted for a text; the commonest groups add cost and no information
_HASHES = 1 << 18
_SPACE, _BREAK = 0x20, 0x0A


def _keys(rows: Sequence[str], first: int, *, half_typed: bool = False) -> NDArray[np.int64]:
    """Each row's letter groups as `hash << 32 | number`, rows numbered from `first`."""
    import numpy as np

    padded = "\n".join(f" {row.replace(' ', '  ')} " for row in rows)
    text = (padded[:-1] if half_typed else padded) + "\n\n"
    letters = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
    one, two, three = letters[:-2], letters[1:-1], letters[2:]
    numbers = np.cumsum(letters[:-2] == _BREAK, dtype=np.int64) + first
    pairs = one * np.uint32(0x9E3779B1) + two * np.uint32(0x85EBCA6B)
    triples = pairs + three * np.uint32(0xC2B2AE35)
    inside = (one != _BREAK) & (two != _BREAK)
    is_key_press = (two >= ord(_KEY_PRESSES[0])) & (two <= ord(_KEY_PRESSES[1]))
    wide = (two >= ord(WIDE)) & ~is_key_press
    is_triple = inside & (two != _SPACE) & (three != _BREAK)
    is_pair = inside & wide
    return np.concatenate(
        [
            (hashes[chosen] >> np.uint32(14)).astype(np.int64) << 32 | numbers[chosen]
            for hashes, chosen in ((triples, is_triple), (pairs, is_pair))
        ]
    )
