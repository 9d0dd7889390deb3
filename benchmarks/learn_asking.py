"""Learns the weights of `bot/asking/ranking.py` and `bot/asking/tiers.py` from a base's own asks.

    python benchmarks/learn_asking.py [--facts facts] [--seeds seeds]

Each ask is a question once, and is left out of its unit meanwhile; so is each question that the
base lists as unanswered. Plain questions ("when was ...") are made from the names of things.
`benchmarks/asking` has the other lessons, a file of questions of each writer, whose unanswered ones
are left out as well. The weights are printed, to be pasted; then, for each writer, how well those
do that were learned without that writer. Needs numpy.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bot.answers.lifecycle import build_service
from bot.asking import ranking, tiers
from bot.asking.features import FEATURES, Comparison, Features
from bot.asking.finding import SHOWN
from bot.asking.question import Asked, understand
from bot.asking.small_talk import talk_of
from bot.facts.load import Folders
from bot.facts.records import AskIndex, AskRecord, AskTable, UnitRecord
from bot.facts.store import Store
from bot.facts.units import HEAD, ROLES
from bot.matching.question_kinds import QuestionKind
from bot.matching.question_terms import THING, plain_text
from bot.matching.term_weights import TermWeights

LESSONS = Path(__file__).with_name("asking")
DRAWN = 1_500  # asks drawn as questions
ASKS, UNANSWERED, PLAIN = "asks", "unanswered", "plain"
PLAIN_FORMS: Mapping[str, Mapping[str, Mapping[QuestionKind, str]]] = {
    HEAD: {
        "en": {"when": "when was {}", "where": "where was {}", "who": "who took part in {}"},
        "ko": {"when": "{} 언제였어", "where": "{} 어디서 열렸어", "who": "{} 누가 참석했어"},
        "ja": {"when": "{}はいつ", "where": "{}はどこであった", "who": "{}には誰が出た"},
    },
    ROLES: {
        "en": {"who": "who is {}"}, "ko": {"who": "{} 누구야"}, "ja": {"who": "{}って誰"},
    },
}  # fmt: skip
PEOPLES_SHARE = 5.0  # what the questions of all writers count, as against all asks
STEPS, PULL = 800, 1e-3

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Query:
    """A question, and the keys of the units that answer it; `origin` says whose it is."""

    origin: str
    text: str
    right: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lesson:
    """A question with the likenesses of the gathered units."""

    query: Query
    asked: Asked
    weights: TermWeights
    gathered: tuple[UnitRecord, ...]
    likenesses: tuple[Features, ...]
    unanswered: tuple[float, ...]

    @property
    def right(self) -> list[bool]:
        """Which of the gathered units answer."""
        return [unit.key in self.query.right for unit in self.gathered]


@dataclass(frozen=True)
class Learned:
    """The weights of the ranking, and of the tiers."""

    ranking: Features
    tiers: tiers.ConfidenceFeatures


def main() -> None:
    """Print the weights learned."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--facts", type=Path, default=Path("facts"))
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    chosen = parser.parse_args()
    lessons = asyncio.run(_lessons(Folders(chosen.facts, chosen.seeds)))
    learned = _learn(lessons)
    _print("ranking.WEIGHTS", FEATURES, learned.ranking)
    _print("tiers.WEIGHTS", tiers.CONFIDENCE_FEATURES, learned.tiers)
    for writer in sorted({lesson.query.origin for lesson in lessons} - {ASKS, UNANSWERED, PLAIN}):
        _try(_learn([each for each in lessons if each.query.origin != writer]), lessons, writer)


async def _lessons(folders: Folders) -> list[Lesson]:
    """What the engine makes of every question."""
    with TemporaryDirectory() as data:
        store = (await build_service(folders, Path(data))).store
        units = await store.units.every()
        asks = [
            Query(ASKS, ask.plain, frozenset({u.key})) for u in units for ask in u.asks.records()
        ]
        drawn = random.Random(7).sample(asks, min(DRAWN, len(asks)))  # noqa: S311
        written = [query for query in _written() if not store.absent_in(query.text)]
        origins = {plain_text(query.text): query.origin for query in written}
        unanswered = (await store.units.unanswered()).asks.records()
        listed = [Query(UNANSWERED, ask.plain) for ask in unanswered if ask.plain not in origins]
        queries = (*drawn, *listed, *_plain(store, units), *written)
        lessons = [await _lesson(store, query, origins) for query in queries]
        await store.close()
    return [lesson for lesson in lessons if lesson.gathered]


def _plain(store: Store, units: Iterable[UnitRecord]) -> Iterator[Query]:
    """The plain questions that an event's head, or an actor's roles, answer by their form."""
    for unit in units:
        thing = store.things.get(unit.owner)
        for language, forms in PLAIN_FORMS.get(unit.key[:2], {}).items():
            for kind, form in forms.items():
                if thing and kind in unit.answers:
                    text = form.format(thing.name(language))
                    yield Query(PLAIN, text, frozenset({unit.key}))


def _written() -> Iterator[Query]:
    """The questions in files; chat is none."""
    for file in LESSONS.glob("*.jsonl"):
        for asked in map(json.loads, file.read_text("utf-8").splitlines()):
            if not talk_of(asked["q"]):
                yield Query(file.stem, asked["q"], frozenset(asked["any"]))


async def _lesson(store: Store, query: Query, origins: Mapping[str, str]) -> Lesson:
    """A question without itself, and without the others of its writer, in the base."""
    weights = await store.units.weights()
    asked = understand(query.text, store.units.reader, store.vocabulary, weights)
    terms = asked.terms.all
    gathered = await store.units.gather(terms, ranking.GATHERED) if terms else ()

    def others(asks: Iterable[AskRecord]) -> list[AskRecord]:
        plains = {asked.plain, plain_text(query.text)}
        return [
            ask
            for ask in asks
            if ask.plain not in plains and origins.get(ask.plain) != query.origin
        ]

    kept = [others(unit.asks.records()) for unit in gathered]
    lost = [*chain.from_iterable(map(partial(_lost, asked), gathered, kept))]
    weights = weights.without(lost) if lost else weights
    comparison = Comparison(asked, weights, gathered)
    likenesses = tuple(
        map(comparison.features, gathered, (AskIndex(AskTable.of(asks)) for asks in kept))
    )
    listed = (await store.units.unanswered()).asks.records()
    unanswered = comparison.unanswered(AskIndex(AskTable.of(others(listed))))
    return Lesson(query, asked, weights, gathered, likenesses, unanswered)


def _lost(asked: Asked, unit: UnitRecord, kept: Sequence[AskRecord]) -> Iterator[str]:
    """The terms of a question that its unit has only in asks that are left out."""
    left = {*unit.terms, *(THING + thing for thing in unit.things)}
    left.update(term for ask in kept for term in ask.terms)
    yield from unit.asks.places.keys() & set(asked.terms.all) - left


def _learn(lessons: Sequence[Lesson]) -> Learned:
    order = _order([lesson for lesson in lessons if any(lesson.right)])
    features, found = zip(*(_outcome(lesson, order) for lesson in lessons), strict=True)
    return Learned(order, _logistic(np.array(features), np.array(found), _shares(lessons)))


def _shares(lessons: Sequence[Lesson]) -> Floats:
    """What each lesson counts: each group as much, and the writers together more."""
    origins = [lesson.query.origin for lesson in lessons]
    groups = [origin if origin in {ASKS, UNANSWERED, PLAIN} else "people" for origin in origins]
    sizes = Counter(groups)
    shares = [(PEOPLES_SHARE if group == "people" else 1.0) / sizes[group] for group in groups]
    return np.array(shares) / sum(shares)


def _outcome(lesson: Lesson, order: Features) -> tuple[tiers.ConfidenceFeatures, float]:
    """What says how sure the answer to a lesson is, and whether one of the first units answers."""
    ranked = ranking.ordered(lesson.gathered, lesson.likenesses, order)
    is_found = any(each.unit.key in lesson.query.right for each in ranked[:SHOWN])
    features = tiers.confidence_features(lesson.asked, ranked, lesson.unanswered, lesson.weights)
    return features, float(is_found)


def _try(learned: Learned, lessons: Iterable[Lesson], writer: str) -> None:
    """Print how often a writer's questions find their unit, and how well tiers part them."""
    tried = [lesson for lesson in lessons if lesson.query.origin == writer]
    chances: dict[bool, list[float]] = {True: [], False: []}
    first: list[bool] = []
    among: list[bool] = []
    for lesson in tried:
        features, found = _outcome(lesson, learned.ranking)
        chances[bool(lesson.query.right)].append(float(np.dot(features, learned.tiers)))
        if lesson.query.right:
            ranked = ranking.ordered(lesson.gathered, lesson.likenesses, learned.ranking)
            first.append(ranked[0].unit.key in lesson.query.right)
            among.append(bool(found))
    told_apart = np.mean([a > b for a in chances[True] for b in chances[False]])
    print(
        f"without {writer}: first {np.mean(first):.3f}, among the first {SHOWN} "
        f"{np.mean(among):.3f}, told from the unanswerable {told_apart:.3f}"
    )


def _order(lessons: Sequence[Lesson]) -> Features:
    """The weights under which the right units are likeliest."""
    width = len(FEATURES)
    likenesses = np.zeros((len(lessons), ranking.GATHERED, width))
    there, right = np.zeros((2, len(lessons), ranking.GATHERED))
    for number, lesson in enumerate(lessons):
        gathered = len(lesson.gathered)
        likenesses[number, :gathered] = lesson.likenesses
        there[number, :gathered] = 1
        right[number, :gathered] = lesson.right
    shares = _shares(lessons)

    def gradient(weights: Floats) -> Floats:
        strengths = likenesses @ weights
        odds = np.exp(strengths - strengths.max(1, keepdims=True)) * there
        among_right = odds * right / (odds * right).sum(1, keepdims=True)
        missed = among_right - odds / odds.sum(1, keepdims=True)
        return np.einsum("n,nr,nrf->f", shares, missed, likenesses)

    return _ascend(gradient, width)


def _logistic(features: Floats, found: Floats, shares: Floats) -> tiers.ConfidenceFeatures:
    """The weights under which what was found, and what was not, is likeliest."""

    def gradient(weights: Floats) -> Floats:
        missed = shares * (found - 1 / (1 + np.exp(-features @ weights)))
        return missed @ features

    return _ascend(gradient, features.shape[1])


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
