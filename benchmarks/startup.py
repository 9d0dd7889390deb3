"""How long `factdesk --help`, a first `factdesk ask` and a start of the bot take.

    python -m benchmarks.startup [--rounds 7] [--against PYTHON_OR_DIR]

Each call is a process of its own; `run` takes until the bot has answered a first command of a small
Discord. Times the checkout that it is in. With `--against`, each round also times another one: a
Python that runs it, or its folder, whose `.venv` has one. The medians of CPU (user and system) and
wall time are printed, and the ratio of ours to theirs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import monotonic

from benchmarks.constant_bot import TOKEN
from benchmarks.wire import CONSTANT, Bot
from tests.little_discord import LittleDiscord

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
_SPACING = 6.0  # seconds; the bot begins no two sessions within less

Times = tuple[float, float]
"""CPU and wall seconds."""


def main() -> None:
    """Time each call, one checkout after the other in each round."""
    parser = argparse.ArgumentParser(description="Time calls and starts of Factdesk.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--against", type=Path, metavar="PYTHON_OR_DIR")
    given = parser.parse_args()
    pythons = [Path(sys.executable), *([_python(given.against)] if given.against else [])]
    for python in pythons:  # also a first start: it compiles, and uploads the commands
        _time(python, "build")
        _time_start(python)
    for name, timed in CALLS.items():
        rounds = [[timed(python) for python in pythons] for _ in range(given.rounds)]
        for kind, label in enumerate(("cpu", "wall")):
            taken = [
                median(times[kind] for times in column) for column in zip(*rounds, strict=True)
            ]
            ratio = f"  {taken[0] / taken[1]:.2f} of {taken[1]:.2f} s" if taken[1:] else ""
            print(f"{name:8}{label:6}{taken[0]:.2f} s{ratio}")


def _python(given: Path) -> Path:
    path = given.absolute()  # not resolved: a venv's Python is a link
    return path / ".venv/bin/python" if path.is_dir() else path


def _checkout(python: Path) -> Path:
    """The checkout that a venv's Python belongs to."""
    return python.parent.parent.parent


def _time(python: Path, *arguments: str) -> Times:
    """The times of one call of `factdesk`."""
    before, began = os.times(), monotonic()
    call = [str(python), "-m", "bot", *arguments]
    subprocess.run(  # noqa: S603
        call, cwd=_checkout(python), env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL
    )
    after, ended = os.times(), monotonic()
    cpu = after.children_user + after.children_system
    return cpu - before.children_user - before.children_system, ended - began


def _time_start(python: Path) -> Times:
    """The times until a bot that is started has answered a command."""
    return asyncio.run(_answered(python))


async def _answered(python: Path) -> Times:
    await asyncio.sleep(_SPACING)
    async with LittleDiscord(TOKEN) as discord:
        began = monotonic()
        process = await asyncio.create_subprocess_exec(
            *(str(python), "-m", "tests.little_discord.launch", str(discord.port), "run"),
            cwd=_checkout(python),
            env={**ENVIRONMENT, "DISCORD_TOKEN": TOKEN},
            stderr=subprocess.DEVNULL,
        )
        try:
            await discord.gateway.identified(seconds=60)
            bot = Bot(discord, process.pid)
            await bot.ask(CONSTANT)
            return bot.cpu, monotonic() - began
        finally:
            process.terminate()
            await process.wait()


CALLS: dict[str, Callable[[Path], Times]] = {
    "--help": lambda python: _time(python, "--help"),
    "ask": lambda python: _time(python, "ask", "/event tokyo summit"),
    "run": _time_start,
}


if __name__ == "__main__":
    main()
