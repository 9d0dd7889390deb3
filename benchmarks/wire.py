"""What an answered command costs on the wire, beside a bot that answers with a constant.

    python -m benchmarks.wire [--config config.yaml] [--rounds 5] [--only NAME] [--servers 2500]

Both bots are processes of their own, alive together, each with a small Discord on loopback.
Commands go to both in turn; of each round the CPU times are compared, and the median of the ratios
is printed. `again` asks what was asked before, `first` asks for each thing in each language once.
Then both join servers: the memory that these take, and the slowest of 2,000 commands, 50 in flight.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks.constant_bot import TOKEN
from bot.config import Config, read_config
from tests.little_discord import LittleDiscord
from tests.little_discord.servers import server

_IN_FLIGHT, _LOAD = 50, 2_000
_SETTLED = 25  # seconds after which a bot has drawn the charts of topics
_LOCALES = ("en-US", "ko", "ja")


@dataclass(frozen=True)
class Asked:
    """A command with its options as a member sends it; with `typing`, a key that is typed."""

    command: str
    options: dict[str, Any]
    locale: str = "en-US"
    typing: str | None = None


SEARCHED = "talks, missile, Seoul, Tokyo, Kishida, Yoon, court, trade, export, visit, security"
CONSTANT = Asked("event", {"name": "anything"})
CONSTANT_TYPING = Asked("event", {"name": "to"}, typing="name")


class Bot:
    """A bot's process, and the small Discord that it is connected to."""

    def __init__(self, discord: LittleDiscord, pid: int) -> None:
        self.discord = discord
        self.pid = pid

    async def ask(self, asked: Asked) -> float:
        """Send a command and wait for its answer; returns the seconds that it took."""
        began = monotonic()
        if asked.typing:
            sent = await self.discord.typing(
                asked.command, asked.options, asked.typing, locale=asked.locale
            )
        else:
            sent = await self.discord.slash(asked.command, asked.options, locale=asked.locale)
        await sent.answered()
        return monotonic() - began

    @property
    def cpu(self) -> float:
        """Seconds of the processor so far, of all threads."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(each.read_text().split()[0]) for each in threads) / 1e9

    @property
    def memory(self) -> float:
        """MiB that it holds."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@asynccontextmanager
async def started(*arguments: str) -> AsyncGenerator[Bot]:
    """A bot that has logged in and uploaded its commands; the port comes after its module."""
    module, *others = arguments
    async with LittleDiscord(TOKEN) as discord:
        call = (sys.executable, "-m", module, str(discord.port), *others)
        environment = {**os.environ, "DISCORD_TOKEN": TOKEN}
        process = await asyncio.create_subprocess_exec(*call, env=environment, stderr=DEVNULL)
        try:
            await discord.synced(seconds=120)
            await discord.gateway.identified(seconds=60)
            yield Bot(discord, process.pid)
        finally:
            process.terminate()
            await process.wait()


@asynccontextmanager
async def factdesk(config: Config) -> AsyncGenerator[Bot]:
    """Factdesk over the configured base, with data of its own."""
    with tempfile.TemporaryDirectory() as data:
        own = Path(data) / "config.yaml"
        settings = {"facts": str(config.facts), "seeds": str(config.seeds), "data": data}
        own.write_text(json.dumps(settings), "utf-8")
        async with started("tests.little_discord.launch", "run", "--config", str(own)) as bot:
            yield bot


# ---- What is asked ---------------------------------------------------------------------------


def rows(config: Config) -> Iterator[tuple[str, list[Asked]]]:
    """The name of each row, and the commands of one round of it."""
    things = {
        "event": _ids(config, "events"),
        "actor": _ids(config, "actors"),
        "topic": _ids(config, "topics"),
    }
    for kind, ids in things.items():
        yield (
            f"/{kind} first",
            [_private(kind, name, language) for name, language in product(ids, _LOCALES)],
        )
        yield f"/{kind} again", [Asked(kind, {"name": ids[0]})] * 60
    first = [Asked("timeline", {"actor": actor}, "ko") for actor in things["actor"]]
    yield (
        "/timeline first",
        [*first, *(Asked("timeline", {"from": f"{y}"}) for y in range(1990, 2024))],
    )
    yield "/timeline again", [Asked("timeline", {})] * 60
    words = SEARCHED.split(", ")
    yield "/search first", [Asked("search", {"text": f"{a} {b}"}) for a, b in product(words, words)]
    yield "/ask first", [Asked("ask", {"question": each}) for each in _questions()]
    yield (
        "unsure name",
        [
            Asked("event", {"name": f"{a} {b} sumit {n}"})
            for a, b in product(
                ("yoon", "kisida", "biden", "tokio"), ("kishda", "seul", "hirosima")
            )
            for n in range(5)
        ],
    )
    yield (
        "unknown name",
        [
            Asked("event", {"name": f"{a} {b}"})
            for a, b in product(
                ("falklands", "waterloo", "suez", "panama", "vienna", "ottawa"),
                ("war", "crisis", "accord", "riots", "match", "canal", "opera", "storm"),
            )
        ],
    )
    yield (
        "autocomplete",
        [
            Asked("event", {"name": typed}, typing="name")
            for typed in (
                "",
                "t",
                "to",
                "tok",
                "toky",
                "tokyo",
                "tokyo s",
                "yoon",
                "kis",
                "도쿄",
                "ㄱㅅㄷ",
                "sumit",
            )
        ]
        * 5,
    )


def _private(kind: str, name: str, locale: str) -> Asked:
    """A private answer, which is in the asker's own language."""
    return Asked(kind, {"name": name, "private": True}, locale)


def _ids(config: Config, folder: str) -> list[str]:
    return sorted(path.stem for path in (config.facts / folder).glob("*.yaml"))


def _questions() -> list[str]:
    bed = Path(__file__).parent / "asking" / "writer-01.jsonl"
    return [json.loads(line)["q"] for line in bed.read_text("utf-8").splitlines()]


# ---- What is measured ------------------------------------------------------------------------


async def ratio(ours: Bot, constant: Bot, asked: Sequence[Asked]) -> tuple[float, float]:
    """The CPU time of our answers over that of as many constant ones, and ours in ms."""
    floor = CONSTANT_TYPING if asked[0].typing else CONSTANT
    before = ours.cpu, constant.cpu
    for each in asked:
        await ours.ask(each)
        await constant.ask(floor)
    spent = ours.cpu - before[0], constant.cpu - before[1]
    return spent[0] / spent[1], spent[0] / len(asked) * 1000


async def slowest(bot: Bot, asked: Sequence[Asked]) -> float:
    """The 99th percentile of the seconds that answers take, with many in flight."""
    waiting = iter(asked)

    async def member() -> list[float]:
        return [await bot.ask(each) for each in waiting]

    members = await asyncio.gather(*(member() for _ in range(_IN_FLIGHT)))
    seconds = sorted(second for each in members for second in each)
    return seconds[int(len(seconds) * 0.99)]


async def slowest_ratio(ours: Bot, constant: Bot, some: Sequence[Asked]) -> tuple[float, float]:
    """Our 99th percentile over that of constant answers, and ours in seconds."""
    own = await slowest(ours, (list(some) * _LOAD)[:_LOAD])
    return own / await slowest(constant, [CONSTANT] * _LOAD), own


async def memory_of_servers(bot: Bot, servers: int) -> float:
    """MiB by which a bot grows that joins so many servers."""
    before = bot.memory
    for number in range(servers):
        await bot.discord.gateway.dispatch("GUILD_CREATE", server(number))
    await bot.ask(CONSTANT)
    return bot.memory - before


async def main() -> None:
    """Measure, and print a line for each row."""
    parser = argparse.ArgumentParser(description="Measure answers on the wire.")
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--servers", type=int, default=2_500)
    given = parser.parse_args()
    config = read_config(given.config)
    async with factdesk(config) as ours, started("benchmarks.constant_bot") as constant:
        for bot in (ours, constant):
            for _ in range(20):
                await bot.ask(CONSTANT)
        await asyncio.sleep(_SETTLED)
        for name, asked in rows(config):
            if given.only in name:
                rounds = 1 if "first" in name or "name" in name else given.rounds
                taken = [await ratio(ours, constant, asked) for _ in range(rounds)]
                times, own = (statistics.median(column) for column in zip(*taken, strict=True))
                print(f"{name:18}{times:6.2f} × a constant reply, {own:.2f} ms", flush=True)
        if given.only in "servers":
            grown = [await memory_of_servers(bot, given.servers) for bot in (ours, constant)]
            print(f"{given.servers} servers: {grown[0]:.0f} MiB; constant bot {grown[1]:.0f} MiB")
            some = [Asked("event", {"name": name}) for name in _ids(config, "events")]
            taken = [await slowest_ratio(ours, constant, some) for _ in range(given.rounds)]
            times, own = (statistics.median(column) for column in zip(*taken, strict=True))
            print(f"p99, {_IN_FLIGHT} in flight: {times:.2f} × ({own * 1000:.0f} ms)")


if __name__ == "__main__":
    asyncio.run(main())
