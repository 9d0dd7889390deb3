"""What a reply costs, from the options of a question to the payload for Discord.

`python -m benchmarks.reply [--config config.yaml]` prints CPU and wall time on the configured base,
as medians of several rounds, and each as a multiple of a constant reply: a view of twelve texts,
made into a payload the same way. CPU time is that of the whole process, SQLite's thread included.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from discord import ui

from bot.answers.lifecycle import open_service
from bot.answers.service import AnswerService
from bot.cards.card import Question
from bot.config import read_config
from bot.facts.load import Folders
from bot.facts.model import ThingKind
from bot.ui.questions.replies import view

LANGUAGE = "en"
ROUNDS = 7
REPEATS = 30  # replies in a round

Reply = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Cost:
    """Milliseconds that one reply takes."""

    cpu: float
    wall: float


async def constant() -> object:
    """A reply that needs no answer: twelve texts, as a payload."""
    layout = ui.LayoutView(timeout=None)
    box = ui.Container[ui.LayoutView]()
    for number in range(12):
        box.add_item(ui.TextDisplay(f"Part {number} of a reply that is always the same."))
    layout.add_item(box)
    return layout.to_components()


def card(service: AnswerService, command: str, **options: str) -> Reply:
    """A reply to a question, as a payload."""
    question = Question(command, {name.rstrip("_"): value for name, value in options.items()})

    async def reply() -> object:
        return view(service, await service.answer(question, LANGUAGE)).to_components()

    return reply


def completion(service: AnswerService, kind: ThingKind, typed: str) -> Reply:
    """The choices of an autocomplete, as a payload."""

    async def reply() -> object:
        choices = service.complete(kind, typed, LANGUAGE)
        return [{"name": choice.label, "value": choice.id} for choice in choices]

    return reply


def replies(service: AnswerService) -> dict[str, Reply]:
    """The replies to measure, by what a member types."""
    return {
        "a constant reply": constant,
        "/event tokyo-summit": card(service, "event", name="tokyo-summit"),
        "/event tokyo summit": card(service, "event", name="tokyo summit"),
        "/event yoon kishida sumit": card(service, "event", name="yoon kishida sumit"),
        "/event 도쿄 정상회담": card(service, "event", name="도쿄 정상회담"),
        "/event falklands war": card(service, "event", name="falklands war"),
        "/actor yoon-suk-yeol": card(service, "actor", name="yoon-suk-yeol"),
        "/actor 기시다": card(service, "actor", name="기시다"),
        "/actor kisida fumio": card(service, "actor", name="kisida fumio"),
        "/timeline": card(service, "timeline"),
        "/timeline from:2023-03 to:2023-04": card(
            service, "timeline", from_="2023-03", to="2023-04"
        ),
        "/timeline actor:yoon-suk-yeol": card(service, "timeline", actor="yoon-suk-yeol"),
        "/topic gsomia": card(service, "topic", name="gsomia"),
        "autocomplete, nothing typed": completion(service, "event", ""),
        "autocomplete `tokyo su`": completion(service, "event", "tokyo su"),
        "autocomplete `yoon`": completion(service, "actor", "yoon"),
        "autocomplete `ㄱㅅㄷ`": completion(service, "actor", "ㄱㅅㄷ"),
    }


async def measure(reply: Reply) -> Cost:
    """The median cost of a reply over several rounds."""
    for _ in range(10):
        await reply()
    rounds = [await _round(reply) for _ in range(ROUNDS)]
    return Cost(
        statistics.median(cost.cpu for cost in rounds),
        statistics.median(cost.wall for cost in rounds),
    )


async def _round(reply: Reply) -> Cost:
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(REPEATS):
        await reply()
    spent = time.process_time() - cpu, time.perf_counter() - wall
    return Cost(*(seconds / REPEATS * 1000 for seconds in spent))


async def main(config: Path) -> None:
    """Measure everything, and print a line for each reply."""
    settings = read_config(config)
    service = await open_service(Folders(settings.facts, settings.seeds), settings.data)
    try:
        costs = {name: await measure(reply) for name, reply in replies(service).items()}
    finally:
        await service.store.close()
    print("| reply | CPU ms | wall ms | CPU, in constant replies |\n|---|--:|--:|--:|")
    base = costs["a constant reply"]
    for name, cost in costs.items():
        print(f"| {name} | {cost.cpu:.3f} | {cost.wall:.3f} | {cost.cpu / base.cpu:.1f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    asyncio.run(main(parser.parse_args().config))
