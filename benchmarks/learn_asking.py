"""Learns the weights of `bot/asking/ranking.py` and `bot/asking/tiers.py` from a base's own asks.

    python benchmarks/learn_asking.py [--facts facts] [--seeds seeds]

Each ask is a question once, and is left out of its unit meanwhile; so are some of all units' other
asks, as people will use words that no ask has. Questions that the base does not answer are in
`benchmarks/asking/unanswerable.txt`. The weights are printed, to be pasted. Needs numpy.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bot.answers.lifecycle import build_service
from bot.asking import ranking, tiers
from bot.asking.features import FEATURES, Features, features
from bot.asking.question import Asked, understand
from bot.facts.load import Folders
from bot.facts.records import AskRecord, UnitRecord
from bot.facts.store import Store
from bot.matching.question_terms import THING
from bot.matching.term_weights import TermWeights

UNANSWERABLE = Path(__file__).with_name("asking") / "unanswerable.txt"
KEPT = 1.0  # share of the asks that are known while a question is asked
PASSES = 1  # how often each ask is a question, each time among other asks
SHOWN = 3  # units of which one should answer
STEPS, PULL = 400, 1e-3

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lesson:
    """A question with the likenesses of the gathered units; `right` is -1 if none answers it."""

    asked: Asked
    weights: TermWeights
    gathered: tuple[UnitRecord, ...]
    likenesses: tuple[Features, ...]
    right: int


def main() -> None:
    """Print the weights learned."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--facts", type=Path, default=Path("facts"))
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    chosen = parser.parse_args()
    asyncio.run(_learn_from(Folders(chosen.facts, chosen.seeds)))


async def _learn_from(folders: Folders) -> None:
    with TemporaryDirectory() as data:
        store = (await build_service(folders, Path(data), lambda done, total: None)).store
        weights = await store.units.weights()
        asks = [(ask.plain, unit.key) for unit in await store.units.every() for ask in unit.asks]
        answered = await _lessons(store, weights, asks * PASSES)
        unanswered = await _lessons(store, weights, [(text, None) for text in unanswerable()])
        await store.close()
    ranking.WEIGHTS = _order([lesson for lesson in answered if lesson.right >= 0])
    _print("ranking.WEIGHTS", FEATURES, ranking.WEIGHTS)
    lessons = answered + unanswered
    outcomes = [_outcome(lesson) for lesson in lessons]
    balance = [1.0] * len(answered) + [len(answered) / len(unanswered)] * len(unanswered)
    learned = _logistic(
        np.array([signs for signs, _ in outcomes]),
        np.array([found for _, found in outcomes]),
        np.array(balance),
    )
    _print("tiers.WEIGHTS", tiers.SIGNS, learned)


def unanswerable() -> list[str]:
    """The questions of the file, without its comments."""
    lines = UNANSWERABLE.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


async def _lessons(
    store: Store, weights: TermWeights, questions: Iterable[tuple[str, str | None]]
) -> list[Lesson]:
    """What the engine makes of questions, each with the key of the unit that answers it."""
    chance = random.Random(7)  # noqa: S311
    lessons: list[Lesson] = []
    for text, key in questions:
        asked = understand(text, store.units.reader, store.vocabulary)
        if gathered := await store.units.gather(asked.terms.all, ranking.GATHERED):
            lessons.append(_lesson(asked, gathered, key, weights, chance))
    return lessons


def _lesson(
    asked: Asked,
    gathered: Sequence[UnitRecord],
    key: str | None,
    weights: TermWeights,
    chance: random.Random,
) -> Lesson:
    kept = [
        [ask for ask in unit.asks if ask.plain != asked.plain and chance.random() < KEPT]
        for unit in gathered
    ]
    keys = [unit.key for unit in gathered]
    right = keys.index(key) if key in keys else -1
    if right >= 0:
        weights = weights.without(_lost(asked, gathered[right], kept[right]))
    likenesses = tuple(
        features(asked, unit, asks, weights) for unit, asks in zip(gathered, kept, strict=True)
    )
    return Lesson(asked, weights, tuple(gathered), likenesses, right)


def _lost(asked: Asked, unit: UnitRecord, kept: Sequence[AskRecord]) -> Iterator[str]:
    """The terms of a question that its unit has only in asks that are left out."""
    left = {*unit.terms, *(THING + thing for thing in unit.things)}
    left.update(term for ask in kept for term in ask.terms)
    had = {term for ask in unit.asks for term in ask.terms}
    yield from had.intersection(asked.terms.all) - left


def _outcome(lesson: Lesson) -> tuple[tiers.Signs, float]:
    """The signs of a lesson, and whether one of the first units answers."""
    ranked = ranking.ordered(lesson.gathered, lesson.likenesses)
    first = [each.unit for each in ranked[:SHOWN]]
    is_found = lesson.right >= 0 and lesson.gathered[lesson.right] in first
    return tiers.signs(lesson.asked, ranked, lesson.weights), float(is_found)


def _order(lessons: list[Lesson]) -> Features:
    """The weights under which the right units are likeliest."""
    width = len(FEATURES)
    likenesses = np.zeros((len(lessons), ranking.GATHERED, width))
    there = np.zeros((len(lessons), ranking.GATHERED))
    right = np.zeros((len(lessons), ranking.GATHERED))
    for number, lesson in enumerate(lessons):
        likenesses[number, : len(lesson.likenesses)] = lesson.likenesses
        there[number, : len(lesson.likenesses)] = 1
        right[number, lesson.right] = 1

    def gradient(weights: Floats) -> Floats:
        strengths = likenesses @ weights
        odds = np.exp(strengths - strengths.max(1, keepdims=True)) * there
        missed = right - odds / odds.sum(1, keepdims=True)
        return np.einsum("nr,nrf->f", missed, likenesses) / len(lessons)

    return _ascend(gradient, width)


def _logistic(signs: Floats, found: Floats, balance: Floats) -> tiers.Signs:
    """The weights under which what was found, and what was not, is likeliest."""

    def gradient(weights: Floats) -> Floats:
        missed = balance * (found - 1 / (1 + np.exp(-signs @ weights)))
        return missed @ signs / balance.sum()

    return _ascend(gradient, signs.shape[1])


def _ascend(gradient: Callable[[Floats], Floats], width: int) -> tuple[float, ...]:
    """Gradient ascent (Adam), with a pull towards small weights."""
    weights, mean, spread = np.zeros(width), np.zeros(width), np.zeros(width)
    for step in range(1, STEPS + 1):
        slope = gradient(weights) - PULL * weights
        mean = 0.9 * mean + 0.1 * slope
        spread = 0.999 * spread + 0.001 * slope**2
        weights += 0.05 * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-8)
    return tuple(round(float(weight), 2) for weight in weights)


def _print(name: str, features: Sequence[str], weights: Sequence[float]) -> None:
    print(f"{name} = {weights}")
    for feature, weight in zip(features, weights, strict=True):
        print(f"  {weight:6.2f}  {feature}")


if __name__ == "__main__":
    main()
