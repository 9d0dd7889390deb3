"""Measures `/ask` over a file of questions about a base.

    python benchmarks/asking.py FILE [--facts facts] [--seeds seeds] [--misses]

FILE has one question a line: `{"q", "lang", "type", "any", "open_ok"}`. `any` are the keys that
answer it, none if no fact does; `open_ok` are facts that say that the articles do not tell it.

- hit@1, hit@3: of the answerable, a right key is first, or among the first three.
- refused: of the others, `none`, or a fact of `open_ok` first; the nearest facts count half.
- wrongly refused: of the answerable, `none` without a right key; the nearest facts count half.
- wrong and confident: of all, `answer` without a right key among the first three.
- ms: of the processor, each question asked once, after the first ten.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from bot.answers.lifecycle import open_service
from bot.answers.service import AnswerService
from bot.cards.card import Question, Tier
from bot.facts.load import Folders

_WARM = 10  # questions that are not timed


@dataclass(frozen=True)
class Outcome:
    """What became of a question."""

    text: str
    groups: tuple[str, ...]
    right: frozenset[str]
    open_ok: frozenset[str]
    tier: Tier
    keys: tuple[str, ...]
    seconds: float

    def hit(self, first: int) -> bool:
        """Whether a right key is among the first so many."""
        return any(key in self.right for key in self.keys[:first])

    @property
    def refused(self) -> float:
        """How far the question was refused: the nearest facts are half a refusal."""
        if any(key in self.open_ok for key in self.keys[:1]):
            return 1.0
        if self.tier == "none":
            return float(not self.hit(3))
        return 0.5 if self.tier == "near" else 0.0

    @property
    def misleads(self) -> bool:
        """Whether it was answered, and wrongly."""
        return self.tier == "answer" and not self.hit(3) and self.refused == 0


def main() -> None:
    """Print one line for all questions, and one for each language and kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--facts", type=Path, default=Path("facts"))
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    parser.add_argument("--misses", action="store_true", help="list what was not right")
    chosen = parser.parse_args()
    lines = chosen.file.read_text("utf-8").splitlines()
    outcomes = asyncio.run(_ask_all(Folders(chosen.facts, chosen.seeds), lines))
    _report(outcomes)
    if chosen.misses:
        _list_misses(outcomes)


async def _ask_all(folders: Folders, lines: Iterable[str]) -> list[Outcome]:
    with TemporaryDirectory() as data:
        service = await open_service(folders, Path(data))
        try:
            return [await _ask(service, json.loads(line)) for line in lines if line.strip()]
        finally:
            await service.store.close()


async def _ask(service: AnswerService, asked: dict[str, object]) -> Outcome:
    text, kind = str(asked["q"]), str(asked.get("type", "-"))
    start = time.process_time()
    card = await service.answer(Question("ask", {"question": text}), str(asked["lang"]))
    return Outcome(
        text=text,
        groups=("all", str(asked["lang"]), kind),
        right=frozenset(cast(list[str], asked.get("any", []))),
        open_ok=frozenset(cast(list[str], asked.get("open_ok", []))),
        tier=card.certainty,
        keys=card.unit_keys(),
        seconds=time.process_time() - start,
    )


def _report(outcomes: list[Outcome]) -> None:
    columns = ("hit@1", "hit@3", "refused", "wrongly refused", "wrong, confident", "ms")
    print(f"{'':10}{'questions':>10}" + "".join(f"{name:>18}" for name in columns))
    groups: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        for group in outcome.groups:
            groups[group].append(outcome)
    for group, members in groups.items():
        values = "".join(f"{value:18.3f}" for value in _measured(members))
        print(f"{group:10}{len(members):10}{values}")


def _measured(outcomes: list[Outcome]) -> tuple[float, ...]:
    answerable = [outcome for outcome in outcomes if outcome.right]
    others = [outcome for outcome in outcomes if not outcome.right]
    timed = outcomes[_WARM:] or outcomes
    return (
        _mean(outcome.hit(1) for outcome in answerable),
        _mean(outcome.hit(3) for outcome in answerable),
        _mean(outcome.refused for outcome in others),
        _mean(outcome.refused for outcome in answerable),
        _mean(outcome.misleads for outcome in outcomes),
        _mean(outcome.seconds * 1e3 for outcome in timed),
    )


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else float("nan")


def _list_misses(outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        is_right = outcome.hit(3) if outcome.right else outcome.refused == 1
        if not is_right or (outcome.right and outcome.tier != "answer"):
            print(f"{outcome.tier:7}{outcome.hit(3):2} {outcome.text} -> {outcome.keys[:3]}")


if __name__ == "__main__":
    main()
