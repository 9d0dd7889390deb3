"""What a reply costs, from the options of a question to the payload that Discord is sent.

`python -m benchmarks.reply [--config config.yaml]` prints CPU and wall time on the base of the
settings, as medians of several rounds, and each as a multiple of a constant reply: a view of
twelve texts, made into a payload the same way. CPU time is the whole process's, SQLite's thread
included.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discord import ui

from bot.answers.lifecycle import open_desk
from bot.answers.service import Desk
from bot.cards.card import Question
from bot.config import read_config
from bot.facts.load import Folders
from bot.facts.model import ThingKind
from bot.ui.questions.replies import view

LANGUAGE = "en"
ROUNDS = 7
REPEATS = 30  # replies in a round

Job = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Cost:
    """Milliseconds that one reply takes."""

    cpu: float
    wall: float


async def constant() -> object:
    """A reply that asks nothing: twelve texts, as a payload."""
    layout = ui.LayoutView(timeout=None)
    box: ui.Container[Any] = ui.Container()
    for number in range(12):
        box.add_item(ui.TextDisplay(f"Part {number} of a reply that is always the same."))
    layout.add_item(box)
    return layout.to_components()


def card(desk: Desk, command: str, **options: str) -> Job:
    """A reply to a question, as a payload."""
    question = Question(command, {name.rstrip("_"): value for name, value in options.items()})

    async def reply() -> object:
        return view(desk, await desk.answer(question, LANGUAGE)).to_components()

    return reply


def completion(desk: Desk, kind: ThingKind, typed: str) -> Job:
    """The choices of an autocomplete, as a payload."""

    async def reply() -> object:
        choices = desk.complete(kind, typed, LANGUAGE)
        return [{"name": choice.label, "value": choice.id} for choice in choices]

    return reply


def jobs(desk: Desk) -> dict[str, Job]:
    """What is measured, by what somebody would type."""
    return {
        "a constant reply": constant,
        "/event tokyo-summit": card(desk, "event", name="tokyo-summit"),
        "/event tokyo summit": card(desk, "event", name="tokyo summit"),
        "/event yoon kishida sumit": card(desk, "event", name="yoon kishida sumit"),
        "/event 도쿄 정상회담": card(desk, "event", name="도쿄 정상회담"),
        "/event falklands war": card(desk, "event", name="falklands war"),
        "/actor yoon-suk-yeol": card(desk, "actor", name="yoon-suk-yeol"),
        "/actor 기시다": card(desk, "actor", name="기시다"),
        "/actor kisida fumio": card(desk, "actor", name="kisida fumio"),
        "/timeline": card(desk, "timeline"),
        "/timeline from:2023-03 to:2023-04": card(desk, "timeline", from_="2023-03", to="2023-04"),
        "/timeline actor:yoon-suk-yeol": card(desk, "timeline", actor="yoon-suk-yeol"),
        "/topic gsomia": card(desk, "topic", name="gsomia"),
        "autocomplete, nothing typed": completion(desk, "event", ""),
        "autocomplete `tokyo su`": completion(desk, "event", "tokyo su"),
        "autocomplete `yoon`": completion(desk, "actor", "yoon"),
        "autocomplete `ㄱㅅㄷ`": completion(desk, "actor", "ㄱㅅㄷ"),
    }


async def measure(job: Job) -> Cost:
    """The median cost of a reply over several rounds."""
    for _ in range(10):
        await job()
    rounds = [await _round(job) for _ in range(ROUNDS)]
    return Cost(
        statistics.median(cost.cpu for cost in rounds),
        statistics.median(cost.wall for cost in rounds),
    )


async def _round(job: Job) -> Cost:
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(REPEATS):
        await job()
    spent = time.process_time() - cpu, time.perf_counter() - wall
    return Cost(*(seconds / REPEATS * 1000 for seconds in spent))


async def main(config: Path) -> None:
    """Measure everything, and print one line for each."""
    settings = read_config(config)
    desk = await open_desk(Folders(settings.facts, settings.seeds), settings.data)
    try:
        costs = {name: await measure(job) for name, job in jobs(desk).items()}
    finally:
        await desk.store.close()
    print("| reply | CPU ms | wall ms | CPU, in constant replies |\n|---|--:|--:|--:|")
    base = costs["a constant reply"]
    for name, cost in costs.items():
        print(f"| {name} | {cost.cpu:.3f} | {cost.wall:.3f} | {cost.cpu / base.cpu:.1f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    asyncio.run(main(parser.parse_args().config))
