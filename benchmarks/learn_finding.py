"""Learns the weights of `bot/matching/ranking.py` from names that it spoils itself.

    python benchmarks/learn_finding.py BASE [--skip 1060]

BASE has one entry a line, `{"id", "names"}`, gzipped. Indexes of several sizes are drawn from it,
and texts are made from their names (typos, other order, words left out, other romanisations, key
presses, initials, a name that is kept from the index) and from names of entries that are kept out.
The weights that make these texts likeliest are printed, to be pasted. The first `--skip` entries
are left alone: the queries of the test bed are about these.

The shipped weights were learned from a base drawn from Wikipedia redirects (DBpedia, CC BY-SA),
enamdict (CC BY-SA) and GeoNames (CC BY); no text of theirs is in the weights. Needs numpy.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.matching import ranking
from bot.matching.entries import Entry
from bot.matching.name_index import NameIndex
from bot.matching.normalize import initials, jamo, normalize, romanised

SIZES = (150, 600, 3_000, 12_000, 50_000)
TEXTS = 2_500  # for each size
KEPT_OUT = 0.2  # share of entries that are known only to the texts
RIVALS = 12  # entries that compete for a text
ROUNDS = 2  # the best row of an entry depends on the weights

_HANGUL = re.compile("^[가-힣 ]+$")
Floats = NDArray[np.float64]
Spoil = Callable[[random.Random, str], str]


@dataclass(frozen=True)
class Lesson:
    """A text with its rivals' likenesses; `right` is -1 where none is meant."""

    rivals: tuple[ranking.Features, ...]
    none: ranking.Features
    right: int


def main() -> None:
    """Print the weights learned."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("base", type=Path)
    parser.add_argument("--skip", type=int, default=1060)
    chosen = parser.parse_args()
    with gzip.open(chosen.base, "rt", encoding="utf-8") as lines:
        entries = [_entry(json.loads(line)) for line in lines][chosen.skip :]
    for _ in range(ROUNDS):
        lessons = [lesson for size in SIZES for lesson in _lessons(entries, size)]
        weights, none_weights = _learn(lessons)
        ranking.WEIGHTS, ranking.NONE_WEIGHTS = weights, none_weights
        print("WEIGHTS: Features =", tuple(round(weight, 2) for weight in weights))
        print("NONE_WEIGHTS: Features =", tuple(round(weight, 2) for weight in none_weights))


def _entry(record: dict[str, Any]) -> Entry:
    return Entry("actor", str(record["id"]), tuple(record["names"]))


def _lessons(entries: list[Entry], size: int) -> Iterator[Lesson]:
    """What an index of one size makes of texts that are spoiled from names."""
    chance = random.Random(size)  # noqa: S311
    drawn = chance.sample(entries, size)
    out = drawn[: int(size * KEPT_OUT)]
    known: list[Entry] = []
    aliases: dict[int, str] = {}
    for entry in drawn[len(out) :]:
        kept = list(entry.names)
        if len(kept) > 2 and chance.random() < 0.3:
            aliases[len(known)] = kept.pop(chance.randrange(1, len(kept)))
        known.append(Entry(entry.kind, "", tuple(kept)))
    index = NameIndex(known)
    korean = [n for n, entry in enumerate(known) if any(map(_HANGUL.search, entry.names))]
    words = sorted({word for entry in out for name in entry.names for word in name.split()})
    for _ in range(TEXTS):
        text, right = _text(chance, known, korean, aliases, out, words)
        if lesson := _lesson(index, text, right, size=len(index)):
            yield lesson


def _text(
    chance: random.Random,
    known: list[Entry],
    korean: list[int],
    aliases: dict[int, str],
    out: list[Entry],
    words: list[str],
) -> tuple[str, int]:
    """A text and the number of the entry that it means, or -1."""
    kind = chance.random()
    if kind < 0.24:
        name = chance.choice(chance.choice(out).names)
        return (_typo(chance, name) if chance.random() < 0.2 else name), -1
    if kind < 0.28:
        return " ".join(chance.sample(words, chance.randint(1, 3))), -1
    if kind < 0.4:
        return _namesake(chance, known, words), -1
    if kind < 0.52:
        owner = chance.choice(list(aliases))
        return aliases[owner], owner
    owner = chance.randrange(len(known)) if kind < 0.9 or not korean else chance.choice(korean)
    forms = known[owner].names
    name = chance.choice(
        [name for name in forms if _HANGUL.search(name)] or forms if kind >= 0.9 else forms
    )
    return chance.choice(_SPOILS)(chance, name), owner


def _namesake(chance: random.Random, known: list[Entry], words: list[str]) -> str:
    """A name of which one word is another: somebody of the same family, another year's meeting."""
    text = chance.choice(chance.choice(known).names)
    if re.search(r"\d", text):
        return re.sub(r"\d(?!.*\d)", lambda digit: str((int(digit[0]) + 3) % 10), text)
    name = text.split()
    name[chance.randrange(len(name))] = chance.choice(words)
    return " ".join(name)


def _lesson(index: NameIndex, text: str, right: int, size: int) -> Lesson | None:
    normalized = normalize(text)
    best: dict[int, ranking.Features] = {}
    for owner, likeness in index.likenesses(normalized):
        if owner not in best or ranking.strength(likeness) > ranking.strength(best[owner]):
            best[owner] = likeness
    # A text that is by chance the very name of another entry is no lesson.
    if not best or any(likeness[0] == 1 and owner != right for owner, likeness in best.items()):
        return None
    rivals = sorted(best, key=lambda owner: -ranking.strength(best[owner]))[:RIVALS]
    return Lesson(
        tuple(best[owner] for owner in rivals),
        ranking.none_features(normalized, size),
        rivals.index(right) if right in rivals else -1,
    )


def _typo(chance: random.Random, name: str) -> str:
    """One letter left out, doubled by another, replaced or swapped; in Hangul, one key press."""
    letters = list(jamo(normalize(name)) if re.search("[가-힣]", name) else name)
    place = chance.randrange(len(letters))
    other = chance.choice("abcdefghijklmnopqrstuvwxyz" if name.isascii() else letters)
    match chance.randrange(4):
        case 0:
            del letters[place]
        case 1:
            letters.insert(place, other)
        case 2:
            letters[place] = other
        case _:
            letters[place : place + 2] = reversed(letters[place : place + 2])
    return "".join(letters) or name


def _two_typos(chance: random.Random, name: str) -> str:
    return _typo(chance, _typo(chance, name))


def _reordered(chance: random.Random, name: str) -> str:
    words = name.replace("-", " ").split()
    turn = chance.randrange(1, len(words)) if len(words) > 1 else 0
    return " ".join(words[turn:] + words[:turn])


def _reordered_typo(chance: random.Random, name: str) -> str:
    return _typo(chance, _reordered(chance, name))


def _shorter(chance: random.Random, name: str) -> str:
    words = name.split()
    if len(words) > 1:
        del words[chance.randrange(len(words))]
    return " ".join(words)


def _half(chance: random.Random, name: str) -> str:
    pressed = jamo(normalize(name))
    return pressed[: max(3, len(pressed) * chance.randint(5, 9) // 10)]


_RESPELT = (
    "oo u|u oo|eo u|eo o|yeo yo|yu yoo|ou o|uu u|o ou|o oh|k g|g k|ch j|j ch|shi si|tsu tu|chi ti|"
    "ji zi|fu hu|sh s|s sh|ae ai|p b|b p|t d|d t|l r|r l|i ee|ee i|yi i|v w|c k|k c|ph f|q k|x ks"
)


def _respelt(chance: random.Random, name: str) -> str:
    """A name as another romanisation might write it."""
    normalized = romanised(normalize(name))
    pairs = [pair.split() for pair in _RESPELT.split("|")]
    for written, other in chance.sample(pairs, 14):
        normalized = normalized.replace(written, other)
    return normalized


def _initials(_: random.Random, name: str) -> str:
    normalized = normalize(name)
    return initials(normalized) or normalized


def _as_it_is(_: random.Random, name: str) -> str:
    return name


def _joined(_: random.Random, name: str) -> str:
    return re.sub(r"[\s-]", "", name)


_SPOILS: tuple[Spoil, ...] = (
    _as_it_is, _joined, _typo, _typo, _two_typos, _two_typos, _reordered, _reordered_typo,
    _shorter, _shorter, _half, _respelt, _respelt, _initials,
)  # fmt: skip


def _learn(lessons: list[Lesson]) -> tuple[ranking.Features, ranking.Features]:
    """The weights under which the right ones are likeliest, by gradient ascent (Adam)."""
    width = len(ranking.FEATURES)
    rivals = np.zeros((len(lessons), RIVALS, width))
    there = np.zeros((len(lessons), RIVALS + 1))
    right = np.zeros((len(lessons), RIVALS + 1))
    for number, lesson in enumerate(lessons):
        rivals[number, : len(lesson.rivals)] = lesson.rivals
        there[number, : len(lesson.rivals)] = there[number, -1] = 1
        right[number, lesson.right] = 1  # none is the last
    none = np.array([lesson.none for lesson in lessons])
    weights = np.array((*ranking.WEIGHTS, *ranking.NONE_WEIGHTS))
    mean, spread = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, 1501):
        gradient = _gradient(weights, rivals, none, there, right) - 1e-4 * weights
        mean = 0.9 * mean + 0.1 * gradient
        spread = 0.999 * spread + 0.001 * gradient**2
        weights += 0.05 * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-8)
    return tuple(map(float, weights[:width])), tuple(map(float, weights[width:]))


def _gradient(
    weights: Floats, rivals: Floats, none: Floats, there: Floats, right: Floats
) -> Floats:
    """Where the mean logarithm of the right one's chance grows."""
    width = rivals.shape[2]
    strengths = np.concatenate([rivals @ weights[:width], (none @ weights[width:])[:, None]], 1)
    odds = np.exp(strengths - strengths.max(1, keepdims=True)) * there
    missed = right - odds / odds.sum(1, keepdims=True)
    return np.concatenate(
        [np.einsum("nr,nrf->f", missed[:, :-1], rivals), missed[:, -1] @ none]
    ) / len(rivals)


if __name__ == "__main__":
    main()
