"""Learns the weights of `bot/asking/ranking.py` and `bot/asking/tiers.py`.

    python benchmarks/learn_asking.py [--facts facts] [--seeds seeds]

Three kinds of question teach it: those of `benchmarks/asking/questions.jsonl`, with the keys that
answer them; those of `unanswerable.txt`; and each ask of the base, left out of its unit while it is
the question. Asks of one unit differ on purpose, so they count less than questions that people
wrote. The weights are printed, to be pasted. Needs numpy.
"""

from __future__ import annotations

import argparse
import asyncio
import json
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
from bot.asking.finding import SHOWN
from bot.asking.question import Asked, understand
from bot.asking.small_talk import talk_of
from bot.facts.load import Folders
from bot.facts.records import AskRecord, UnitRecord
from bot.facts.store import Store
from bot.matching.question_terms import THING
from bot.matching.term_weights import TermWeights

DATA = Path(__file__).with_name("asking")
ASKS = 1_500  # asks drawn as questions
ASKS_WEIGHT = 0.3  # of all asks together; the other kinds weigh 1 each
STEPS, PULL = 800, 5e-3

Question = tuple[str, frozenset[str]]
"""A text, and the keys of which any one answers it."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lesson:
    """A question with the likenesses of the gathered units, and the places of the right ones."""

    asked: Asked
    weights: TermWeights
    gathered: tuple[UnitRecord, ...]
    likenesses: tuple[Features, ...]
    right: tuple[int, ...]


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
        asks = [
            (ask.plain, frozenset({unit.key}))
            for unit in await store.units.every()
            for ask in unit.asks
        ]
        drawn = random.Random(7).sample(asks, min(ASKS, len(asks)))  # noqa: S311
        kinds = [await _lessons(store, kind) for kind in (_questions(), drawn, _unanswerable())]
        await store.close()
    written, own, unanswered = kinds
    ranking.WEIGHTS = _order([(written, 1.0), (own, ASKS_WEIGHT)])
    _print("ranking.WEIGHTS", FEATURES, ranking.WEIGHTS)
    learned = _chance([(written, 1.0), (own, ASKS_WEIGHT), (unanswered, 1.0)])
    _print("tiers.WEIGHTS", tiers.SIGNS, learned)


def _questions() -> list[Question]:
    lines = (DATA / "questions.jsonl").read_text("utf-8").splitlines()
    return [(asked["q"], frozenset(asked["any"])) for asked in map(json.loads, lines)]


def _unanswerable() -> list[Question]:
    lines = (DATA / "unanswerable.txt").read_text("utf-8").splitlines()
    return [(line, frozenset[str]()) for line in lines if line and not line.startswith("#")]


async def _lessons(store: Store, questions: Iterable[Question]) -> list[Lesson]:
    """What the engine makes of questions that reach it; talk and absent names do not."""
    weights = await store.units.weights()
    lessons: list[Lesson] = []
    for text, keys in questions:
        asked = understand(text, store.units.reader, store.vocabulary)
        if talk_of(text) or store.absent_in(text) or not asked.terms.all:
            continue
        gathered = await store.units.gather(asked.terms.all, ranking.GATHERED)
        if gathered:
            lessons.append(_lesson(asked, gathered, keys, weights))
    return lessons


def _lesson(
    asked: Asked, gathered: Sequence[UnitRecord], keys: frozenset[str], weights: TermWeights
) -> Lesson:
    known = [[ask for ask in unit.asks if ask.plain != asked.plain] for unit in gathered]
    for unit, asks in zip(gathered, known, strict=True):
        weights = weights.without(_lost(asked, unit, asks))
    likenesses = tuple(
        features(asked, unit, asks, weights) for unit, asks in zip(gathered, known, strict=True)
    )
    right = tuple(place for place, unit in enumerate(gathered) if unit.key in keys)
    return Lesson(asked, weights, tuple(gathered), likenesses, right)


def _lost(asked: Asked, unit: UnitRecord, kept: Sequence[AskRecord]) -> Iterator[str]:
    """The terms of a question that its unit has only in asks that are left out."""
    left = {*unit.terms, *(THING + thing for thing in unit.things)}
    left.update(term for ask in kept for term in ask.terms)
    had = {term for ask in unit.asks for term in ask.terms}
    yield from had.intersection(asked.terms.all) - left


def _order(kinds: Sequence[tuple[Sequence[Lesson], float]]) -> Features:
    """The weights under which it is likeliest that a right unit is first."""
    parts = [_arrays([lesson for lesson in kind if lesson.right]) for kind, _ in kinds]
    shares = [share for _, share in kinds]

    def gradient(weights: Floats) -> Floats:
        slopes = [share * _slope(weights, *part) for part, share in zip(parts, shares, strict=True)]
        return np.sum(slopes, axis=0)

    return _ascend(gradient, len(FEATURES))


def _slope(weights: Floats, likenesses: Floats, there: Floats, right: Floats) -> Floats:
    strengths = likenesses @ weights
    odds = np.exp(strengths - strengths.max(1, keepdims=True)) * there
    chances = odds / odds.sum(1, keepdims=True)
    wanted = odds * right
    wanted /= wanted.sum(1, keepdims=True)
    return np.einsum("nr,nrf->f", wanted - chances, likenesses) / len(likenesses)


def _arrays(lessons: Sequence[Lesson]) -> tuple[Floats, Floats, Floats]:
    """The likenesses, which of them there are, and which are right."""
    likenesses = np.zeros((len(lessons), ranking.GATHERED, len(FEATURES)))
    there, right = (np.zeros((len(lessons), ranking.GATHERED)) for _ in range(2))
    for number, lesson in enumerate(lessons):
        likenesses[number, : len(lesson.likenesses)] = lesson.likenesses
        there[number, : len(lesson.likenesses)] = 1
        right[number, list(lesson.right)] = 1
    return likenesses, there, right


def _chance(kinds: Sequence[tuple[Sequence[Lesson], float]]) -> tiers.Signs:
    """The weights that tell best whether one of the units that are shown answers."""
    signs, found, share = (
        np.array(column)
        for column in zip(
            *(
                (*_outcome(lesson), weight / len(lessons))
                for lessons, weight in kinds
                for lesson in lessons
            ),
            strict=True,
        )
    )

    def gradient(weights: Floats) -> Floats:
        missed = share * (found - 1 / (1 + np.exp(-signs @ weights)))
        return missed @ signs / share.sum()

    return _ascend(gradient, signs.shape[1])


def _outcome(lesson: Lesson) -> tuple[tiers.Signs, float]:
    """The signs of a lesson, and whether one of the units that are shown answers."""
    ranked = ranking.ordered(lesson.gathered, lesson.likenesses)
    right = {lesson.gathered[place].key for place in lesson.right}
    is_found = any(each.unit.key in right for each in ranked[:SHOWN])
    return tiers.signs(lesson.asked, ranked, lesson.weights), float(is_found)


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
