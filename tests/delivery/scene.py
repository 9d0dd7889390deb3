"""Where a story of delivery is told: a database, a Discord, the time, and the processes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from sqlalchemy import text

from bot.answers.service import AnswerService
from bot.state.state import State
from tests.databases import Postgres
from tests.delivery.deliverer import MAIN, Deliverer
from tests.delivery.discord import FaultyDiscord, problem_of
from tests.delivery.inside import InsideDeliverer
from tests.delivery.orders import Orders
from tests.delivery.world import NOON, Time
from tests.forks import Forks
from tests.patience import until

TODAY = NOON.date()
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
PAST_LEASE = 11 * SECOND


@dataclass(frozen=True)
class Ground:
    """What a story stands on: a fresh database, a folder, a built base, and where processes start.

    `server` is the database's, where it has one. `corrected` is the same base with one fact
    corrected, and `desks` has the desk over each of the two, where stories need them.
    """

    url: str
    state: State
    folder: Path
    base: Path
    forks: Forks
    server: Postgres | None
    corrected: Path | None = None
    services: Mapping[Path, AnswerService] = field(default_factory=dict[Path, AnswerService])


class Scene:
    """What every story of delivery works with. Use `opened`."""

    def __init__(self, ground: Ground, time: Time, discord: FaultyDiscord) -> None:
        self.time = time
        self.discord = discord
        self.state = ground.state
        self.orders = Orders(
            ground.url,
            discord.port,
            str(time.file),
            str(ground.base),
            servers=0,
        )
        self._ground = ground
        self._deliverers: list[Deliverer | InsideDeliverer] = []
        self._locked = AsyncExitStack()

    @classmethod
    @asynccontextmanager
    async def opened(cls, ground: Ground) -> AsyncGenerator[Self]:
        """A scene at its beginning. Where it fails, the story is told."""
        time = Time(ground.folder / "clock")
        async with FaultyDiscord(time.now) as discord:
            scene = cls(ground, time, discord)
            try:
                yield scene
            except BaseException as error:
                error.add_note(scene.story())
                raise
            finally:
                for deliverer in scene._deliverers:
                    await deliverer.kill()
                await scene.state.close()

    @property
    def service(self) -> AnswerService:
        """The desk over the base over which processes start."""
        return self._ground.services[Path(self.orders.base)]

    def story(self) -> str:
        """What happened so far: what Discord was asked, and what the processes wrote."""
        logs = (f"--- process {n}\n{each.log}" for n, each in enumerate(self._deliverers, 1))
        return "\n".join(["--- Discord", *self.discord.journal.lines, *logs])

    async def start(self, **orders: Any) -> InsideDeliverer:
        """Start to deliver inside the test's process."""
        deliverer = InsideDeliverer.start(replace(self.orders, **orders))
        self._deliverers.append(deliverer)
        return deliverer

    async def back(self) -> None:
        """Start to deliver, and let the lease of one that was killed run out meanwhile."""
        before = len(self.discord.times)
        await self.start()
        await self.discord.journal.until(
            "a login", lambda: True if len(self.discord.times) > before else None, 30
        )
        await asyncio.sleep(0.5)
        self.time.pass_by(PAST_LEASE)

    def start_process(self, *, main: str = MAIN, **orders: Any) -> Deliverer:
        """Start a process that delivers, and to which something is to happen."""
        log = self._ground.folder / f"{len(self._deliverers)}.log"
        given = replace(self.orders, **orders)
        deliverer = Deliverer.start(self._ground.forks, given, log, main)
        self._deliverers.append(deliverer)
        return deliverer

    async def killed(self, **orders: Any) -> None:
        """Let a process run to its end by a trap."""
        deliverer = self.start_process(**orders)
        code = await deliverer.ended()
        assert code == -signal.SIGKILL, deliverer.log

    async def asleep(self, passed: timedelta) -> Deliverer:
        """Start a process, and let it sleep while time passes."""
        deliverer = self.start_process()
        await self.discord.journal.until("a login", lambda: self.discord.times or None, 30)
        await asyncio.sleep(0.5)
        deliverer.send(signal.SIGSTOP)
        await self.stopped(deliverer)
        self.time.pass_by(passed)
        deliverer.send(signal.SIGCONT)
        return deliverer

    async def stopped(self, deliverer: Deliverer) -> None:
        """Wait until a process stands still."""
        await until("a process to stop", lambda: deliverer.is_stopped)

    async def logged(
        self, deliverer: Deliverer | InsideDeliverer, line: str, times: int = 1
    ) -> None:
        """Wait until a process has logged something so often."""
        await until(f"{line!r} in a log", lambda: deliverer.log.count(line) >= times)

    async def all_published(self) -> None:
        """Wait until nothing of what was posted in announcement channels is to be published."""

        async def is_done() -> bool:
            return not await self.state.posts.unpublished()

        await until("everything to be published", is_done)

    async def told(self, number: int, problem: str) -> None:
        """Check that a server's moderators are told once of a problem, and of no other."""
        told = self.discord.told
        await until(f"server {number} to be told", lambda: told(number))
        (text,) = told(number)
        assert problem_of(text) == problem
        assert f"Server {number}" in text, "the wording that moderators read names the server"

    @property
    def database_file(self) -> Path:
        """The file to which SQLite writes first."""
        return Path(f"{self.state.database.engine.url.database}-wal")

    async def restart_database(self) -> None:
        """Let PostgreSQL crash, and come back."""
        assert self._ground.server
        await asyncio.to_thread(self._ground.server.restart)

    async def lock(self) -> None:
        """Keep every other connection from writing posts, until `unlock`."""
        connection = await self._locked.enter_async_context(self.state.database.transaction())
        lock = "LOCK TABLE post IN ACCESS EXCLUSIVE MODE"
        if self.state.database.is_sqlite:
            lock = "SELECT 1"  # any statement locks
        await connection.execute(text(lock))

    async def unlock(self) -> None:
        """Let others write again."""
        await self._locked.aclose()
