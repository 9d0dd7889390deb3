"""Several processes of the bot, each with its shards, before one small Discord and PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Self

from bot.delivery.recurrence import EVERY_DAY
from bot.state.digests import DigestConfig, Target
from bot.state.state import State
from tests.forks import Call, Forks
from tests.little_discord import Interaction, LittleDiscord, payloads
from tests.patience import until
from tests.test_run import ROOT, TOKEN, Run

SHARDS = 4
_FIRST_SERVER = 1_000  # divisible by the number of shards


def server_id(number: int) -> int:
    """The id of a server, whose shard is the number's remainder."""
    return (_FIRST_SERVER + number) << 22


class Fleet:
    """The processes, and what they work with. Use `opened`."""

    def __init__(
        self, discord: LittleDiscord, state: State, settings: Path, forks: Forks, servers: int
    ) -> None:
        self.discord = discord
        self.state = state
        self.servers = range(servers)
        self.runs: list[Run] = []
        self.hurries = "all"
        """What does not wait as long as it would: `all`, or `sessions` at the gateway alone."""
        self._settings = settings
        self._forks = forks
        discord.gateway.servers = {
            server_id(number): payloads.guild(str(server_id(number)), str(server_id(number) + 1))
            for number in self.servers
        }

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, url: str, data: Path, folder: Path, forks: Forks, servers: int, tells: bool = True
    ) -> AsyncGenerator[Self]:
        """A fleet without a process yet. What happens is printed, for a story that fails."""
        settings = folder / "config.yaml"
        given = {"facts": ROOT / "facts", "seeds": ROOT / "seeds", "data": data, "state": url}
        written = {key: str(value) for key, value in given.items()} | {"log": "json"}
        settings.write_text(json.dumps(written), encoding="utf-8")
        state = await State.open(url)
        async with LittleDiscord(TOKEN) as discord:
            discord.gateway.every = 0.25
            fleet = cls(discord, state, settings, forks, servers)
            try:
                yield fleet
            finally:
                for run in fleet.runs:
                    await run.kill()
                await state.close()
                if tells:
                    print(fleet.story())

    def story(self) -> str:
        """What Discord was asked, and what the processes wrote."""
        outputs = (f"--- process {number}\n{run.output}" for number, run in enumerate(self.runs))
        return "\n".join([*self.discord.journal.lines, *outputs])

    def start(self, shards: str | None) -> Run:
        """Start a process that serves shards."""
        environment = {k: v for k, v in os.environ.items() if "DISCORD" not in k}
        environment |= {"DISCORD_TOKEN": TOKEN, "IN_A_HURRY": self.hurries}
        if shards:
            environment["FACTDESK_SHARDS"] = shards
        arguments = (str(self.discord.port), "run", "--config", str(self._settings))
        call = Call("tests.little_discord.launch:main", arguments, environment)
        piped = self._forks.open(call)
        piped.stdin.close()
        self.runs.append(Run(piped))
        return self.runs[-1]

    async def serving(self, *shards: str, seconds: float = 40) -> None:
        """Wait until each of these shards has its one process."""
        await self.discord.gateway.holds(*shards, seconds=seconds)

    async def started(self, *shards: str) -> list[Run]:
        """Start a process for each part of the shards, and wait until all are ready."""
        runs = [self.start(each) for each in shards]
        await self.serving(*(f"{each}/{SHARDS}" for each in range(SHARDS)))
        for run in runs:
            await until("a process to be ready", partial(_has_logged, run, "ready"))
        return runs

    async def due(
        self, after: timedelta = timedelta(0), numbers: Iterable[int] | None = None
    ) -> None:
        """Have servers' digests due a while from now, or every server's."""
        instant = datetime.now(UTC) + after
        for number in self.servers if numbers is None else numbers:
            config = DigestConfig(
                target=Target(server_id(number) + 1),
                at=instant.time().replace(second=0, microsecond=0),
                zone="UTC",
                weekdays=EVERY_DAY,
                topics=frozenset(),
                when_empty="story",
                language="en",
                set_by=int(payloads.MEMBER_ID),
            )
            await self.state.digests.put(server_id(number), config, instant, instant.date())

    async def ask(self, numbers: Iterable[int] | None = None) -> list[Interaction]:
        """Ask something in servers."""
        return [
            await self.discord.slash("event", {"name": "tokyo summit"}, server_id=server_id(number))
            for number in (self.servers if numbers is None else numbers)
        ]

    async def answered(self) -> None:
        """Ask in every server, and check that one process answers each time."""
        asked = await self.ask()
        for each in asked:
            await each.replied()
        assert [each.refused for each in asked] == [0] * len(asked)

    async def posted_once(self, seconds: float = 30, numbers: Iterable[int] | None = None) -> None:
        """Wait until servers have their digest, or all have, and check that none has two."""
        posting = self.servers if numbers is None else numbers
        expected = Counter(str(server_id(number) + 1) for number in posting)
        await until("every digest", lambda: len(self.posts()) >= len(expected), seconds)
        await asyncio.sleep(0.5)  # a second one might come
        assert self.posts() == expected

    def posts(self) -> Counter[str]:
        """How many messages each channel has."""
        return Counter(each["channel_id"] for each in self.discord.messages.values())

    async def has_lost_none(self) -> None:
        """Check that no server counts as left, and that no shard ever had two holders."""
        await self.state.settings.load()
        assert not self.state.settings.left_before(datetime.now(UTC) + timedelta(days=1))
        assert self.discord.gateway.doubles == []
        assert self.discord.gateway.too_fast == 0

    async def waits(self, run: Run) -> None:
        """Wait until a process waits for its shards."""
        await until("a process to wait", partial(_has_logged, run, "waiting for the shards"))

    async def left(self, number: int) -> None:
        """Wait until a server counts as left."""

        async def is_left() -> bool:
            await self.state.settings.load()
            return server_id(number) not in self.state.settings.present()

        await until("a server to count as left", is_left)


def _has_logged(run: Run, event: str) -> bool:
    return f'"event": "{event}"' in run.output
