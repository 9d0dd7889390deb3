"""Finding things by name: whatever people type, in one index in memory.

Each name gives rows, one a view (as written, in key presses, in Latin letters). A typed text is
viewed the same way, rows that share letter groups with it are gathered, and these few are scored.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import log
from typing import Literal

from rapidfuzz import fuzz

from bot.facts import names
from bot.facts.model import ThingKind

SURE = 0.86
"""Score from which the best entry is taken to be meant, where no other comes near it."""
NEAR = 0.74
"""Score from which an entry is offered as one of several."""
SHOWN = 0.62
"""Score from which an entry is named where nothing matches."""
_MARGIN = 0.05  # how far the best must be ahead of the second to be sure
_CLOSE = 0.12  # how far behind the best one of several may be
_GATHERED = 40  # rows that are scored for one text


@dataclass(frozen=True)
class Entry:
    """Something that can be asked for by name.

    `names` holds every form, the label first; the words of the id are matched as well.
    """

    kind: ThingKind
    id: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """What a typed text names.

    `sure` has exactly one entry, `several` two to five, best first. `none` has up to three near
    ones, which may be shown as near names and are never to be taken for an answer.
    """

    verdict: Literal["sure", "several", "none"]
    entries: tuple[Entry, ...]


class NameIndex:
    """Entries by every form of their names."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        pairs = sorted({(row, n) for n, entry in enumerate(self._entries) for row in _rows(entry)})
        self._rows = [row for row, _ in pairs]
        self._owners = [owner for _, owner in pairs]
        self._initials = self._by_initials()
        self._by_gram: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(self._rows):
            for gram in _grams(row):
                self._by_gram[gram].append(number)
        self._weights = self._word_weights()

    def find(self, text: str, kinds: Collection[ThingKind] | None = None) -> Finding:
        """What a text names among the entries of some kinds; never raises, never guesses."""
        ranked = self.rank(text, kinds, limit=6)
        if not ranked:
            return Finding("none", ())
        (first, best), *others = ranked
        second = others[0][1] if others else 0.0
        if second < 1.0 and best >= max(SURE, min(1.0, second + _MARGIN)):
            return Finding("sure", (first,))
        near = [entry for entry, score in ranked if score >= max(NEAR, best - _CLOSE)]
        if len(near) > 1:
            return Finding("several", tuple(near[:5]))
        shown = [entry for entry, score in ranked if score >= SHOWN]
        return Finding("none", tuple(shown[:3]))

    def complete(
        self, text: str, kinds: Collection[ThingKind] | None = None, limit: int = 25
    ) -> tuple[Entry, ...]:
        """Choices while somebody types, best first; an empty text gives the first entries."""
        typed = names.view(text)
        if not typed:
            wanted = (entry for entry in self._entries if _is_wanted(entry, kinds))
            return () if text.strip() else tuple(islice(wanted, limit))
        found: dict[int, None] = {}
        for owners in (self._starting(typed), self._near(typed)):
            found.update(dict.fromkeys(o for o in owners if _is_wanted(self._entries[o], kinds)))
            if len(found) >= limit:
                break
        return tuple(self._entries[owner] for owner in islice(found, limit))

    def rank(
        self, text: str, kinds: Collection[ThingKind] | None = None, limit: int = 25
    ) -> tuple[tuple[Entry, float], ...]:
        """Entries like a text, best first, each with a score of up to 1.0 (the same name)."""
        typed = names.view(text)
        scores = self._scores(typed)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        entries = ((self._entries[owner], score) for owner, score in ranked)
        return tuple(islice((e for e in entries if _is_wanted(e[0], kinds)), limit))

    def _scores(self, typed: str) -> dict[int, float]:
        """Each candidate's best score over its rows and the typed text's views."""
        scores: dict[int, float] = {}
        for number in self._by_initials_of(typed):
            scores[number] = 0.9
        for form in _forms(typed):
            query = _Query(form, self._weights)
            for number in self._gathered(form):
                score = query.score(self._rows[number])
                owner = self._owners[number]
                if score > scores.get(owner, 0.0):
                    scores[owner] = score
        return scores

    def _gathered(self, form: str) -> Iterator[int]:
        """The rows that share most letter groups with a form."""
        return (number for number, _ in self._sharing(_grams(form)))

    def _sharing(self, grams: set[str]) -> list[tuple[int, int]]:
        """Rows with how many of the groups they have: most first, none below a quarter of them."""
        shared: Counter[int] = Counter()
        for gram in grams:
            shared.update(self._by_gram.get(gram, ()))
        least = len(grams) / 4
        most = shared.most_common(_GATHERED)
        return [(number, count) for number, count in most if count >= least]

    def _starting(self, typed: str) -> Iterator[int]:
        """Owners of rows that begin with the typed text, shortest first, then by initials."""
        for form in _forms(typed):
            first = bisect_left(self._rows, form)
            last = bisect_left(self._rows, form + "\U0010ffff")
            for number in sorted(range(first, last), key=lambda n: len(self._rows[n])):
                yield self._owners[number]
        yield from self._by_initials_of(typed)

    def _near(self, typed: str) -> Iterator[int]:
        """Owners of rows like the typed text, whose last word may be half a word."""
        best: dict[int, float] = {}
        for form in _forms(typed):
            words = form.split()
            for number, count in self._sharing(_grams(form, whole=False)):
                row = self._rows[number]
                score = count + _half_typed(form, words, row)
                owner = self._owners[number]
                if score > best.get(owner, 0.0):
                    best[owner] = score
        yield from sorted(best, key=lambda owner: -best[owner])

    def _by_initials(self) -> dict[str, list[int]]:
        owners: dict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(self._entries):
            for letters in {names.initials(names.view(name)) for name in entry.names}:
                if len(letters) > 1:
                    owners[letters].append(number)
        return owners

    def _by_initials_of(self, typed: str) -> list[int]:
        return self._initials.get(typed.replace(" ", ""), [])

    def _word_weights(self) -> dict[str, float]:
        """How much each word tells: one that few entries have tells more."""
        owners: dict[str, set[int]] = defaultdict(set)
        for row, owner in zip(self._rows, self._owners, strict=True):
            for word in _telling(row):
                owners[word].add(owner)
        most = log(1 + len(self._entries))
        return {word: 1 - log(len(having)) / most for word, having in owners.items()}


class _Query:
    """One form of a typed text, to be scored against rows."""

    def __init__(self, form: str, weights: dict[str, float]) -> None:
        self.form = form
        self.joined = form.replace(" ", "")
        self.words = _telling(form)
        self.sound = names.sound(form)
        self.weights = weights

    def score(self, row: str) -> float:
        """How surely a row and the form are one name: 1.0 where they are the same."""
        if row == self.form:
            return 1.0
        if row.replace(" ", "") == self.joined:
            return 0.99
        words = _telling(row)
        if words and words == self.words:
            return 0.98
        spelt = max(fuzz.ratio(row, self.form), fuzz.token_sort_ratio(row, self.form)) / 100
        other = names.sound(row)
        heard = max(fuzz.ratio(other, self.sound), fuzz.token_sort_ratio(other, self.sound)) / 100
        return max(spelt - 0.02, 0.97 * heard, self._contained(words))

    def _contained(self, words: set[str]) -> float:
        """For a text whose words all stand in a row: by how much of the row they are."""
        if not self.words or not self.words <= words:
            return 0.0
        said = sum(map(self._weight, self.words))
        whole = sum(map(self._weight, words))
        return 0.75 + 0.2 * said / whole if whole else 0.0

    def _weight(self, word: str) -> float:
        return 0.1 + self.weights.get(word, 1.0)


def _telling(form: str) -> set[str]:
    """The words of a form, less those that any name may have."""
    return set(form.split()) - names.MINOR


def _is_wanted(entry: Entry, kinds: Collection[ThingKind] | None) -> bool:
    return kinds is None or entry.kind in kinds


def _rows(entry: Entry) -> set[str]:
    """Every form of an entry's names and of its id's words."""
    return {form for name in (*entry.names, entry.id) for form in _forms(names.view(name))}


def _forms(name: str) -> tuple[str, ...]:
    """The forms in which a view is compared: key presses, and Latin letters where they differ."""
    pressed, latin = names.strokes(name), names.romanised(name)
    return tuple(dict.fromkeys(form for form in (pressed, latin) if form))


def _grams(form: str, whole: bool = True) -> set[str]:
    """A form's letter groups, word by word; not `whole` leaves the end of the last word open."""
    padded = [f" {word} " for word in form.split()]
    if not whole and padded:
        padded[-1] = padded[-1][:-1]
    return {word[i : i + 3] for word in padded for i in range(max(1, len(word) - 2))} | {
        word[i : i + 2] for word in padded for i in range(len(word) - 1) if word[i + 1] > "\u2e80"
    }


def _half_typed(form: str, words: list[str], row: str) -> float:
    """How well a form is the beginning of a row's words: 0 to 3."""
    begun = fuzz.ratio(form, row[: len(form)]) / 100
    parts = row.split()
    known = sum(any(part.startswith(word) for part in parts) for word in words) / len(words)
    return begun + 2 * known
