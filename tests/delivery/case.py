"""One case: a database, a Discord, the time, and the processes that deliver in it."""

from __future__ import annotations

import asyncio
import inspect
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.pace import SPACING
from bot.delivery.recurrence import EVERY_DAY
from bot.state.digests import Schedule, Target, Wish
from bot.state.posts import Place, Post, Slot
from bot.state.state import State
from tests.databases import Postgres
from tests.delivery import world
from tests.delivery.discord import Fault, FaultyDiscord
from tests.delivery.forks import Deliverer, Forks
from tests.delivery.process import FACT, Orders
from tests.delivery.world import NOON, Kind, Time
from tests.little_discord.payloads import JSON

TODAY = NOON.date()
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Ground:
    """What a case stands on: a fresh database, a folder, a built base, and where processes start.

    `server` is the database's, where it has one.
    """

    url: str
    state: State
    folder: Path
    base: Path
    forks: Forks
    server: Postgres | None


class Case:
    """What a test of delivery works with. Use `opened`."""

    _locked: AsyncConnection

    def __init__(self, ground: Ground, time: Time, discord: FaultyDiscord) -> None:
        self.time = time
        self.discord = discord
        self.state = ground.state
        self.orders = Orders(ground.url, discord.port, str(time.file), str(ground.base), servers=0)
        self._ground = ground
        self._deliverers: list[Deliverer] = []

    @classmethod
    @asynccontextmanager
    async def opened(cls, ground: Ground) -> AsyncGenerator[Case]:
        """A case at its beginning. Where it fails, the story is told."""
        time = Time(ground.folder / "clock")
        async with FaultyDiscord(time.now) as discord:
            case = cls(ground, time, discord)
            try:
                yield case
            except BaseException as error:
                error.add_note(case.story())
                raise
            finally:
                for deliverer in case._deliverers:
                    await deliverer.kill()
                await case.state.close()

    def story(self) -> str:
        """What happened so far: what Discord was asked, and what the processes wrote."""
        logs = (f"--- process {n}\n{each.log}" for n, each in enumerate(self._deliverers, 1))
        return "\n".join(["--- Discord", *self.discord.journal.lines, *logs])

    async def start(self, **orders: Any) -> Deliverer:
        """Start a process that delivers."""
        self._deliverers.append(await self._ground.forks.start(replace(self.orders, **orders)))
        return self._deliverers[-1]

    async def killed(self, **orders: Any) -> None:
        """Let a process run to its end by a trap."""
        deliverer = await self.start(**orders)
        code = await deliverer.ended()
        assert code == -signal.SIGKILL, deliverer.log

    async def due(self, *kinds: Kind, at: timedelta = timedelta(0), publish: bool = False) -> None:
        """Set servers' digests up, one in a channel of each kind, for a time from noon on."""
        first = self.orders.servers
        self.orders = replace(self.orders, servers=first + len(kinds))
        for number, kind in enumerate(kinds, first):
            await self.set_up(number, kind, at, publish)

    async def set_up(
        self, number: int, kind: Kind, at: timedelta = timedelta(0), publish: bool = False
    ) -> None:
        """Set a server's digest up; it must be among those that the processes know."""
        instant = NOON + at
        wish = Wish(
            target=Target(world.channel_id(number, kind), publish=publish),
            at=instant.time(),
            zone="UTC",
            weekdays=EVERY_DAY,
            topics=frozenset(),
            when_empty="skip",
            language="en",
            set_by=world.moderator_id(number),
        )
        await self.state.digests.put(world.server_id(number), wish, instant, instant.date())

    async def schedule(self, number: int) -> Schedule:
        """A server's digest as it stands."""
        schedule = await self.state.digests.get(world.server_id(number))
        assert schedule, "a digest that was set up is kept"
        return schedule

    async def post(self, number: int, day: date = TODAY) -> Post | None:
        """What is recorded of a server's day."""
        slot = Slot(world.server_id(number), "digest", day, NOON, 0)
        return await self.state.posts.get(slot.post_id)

    def plan(self, *kinds: Kind, faults: Iterable[Fault]) -> None:
        """Let the first posts of the servers, one for each kind, meet faults."""
        faults = list(faults)
        for number, kind in enumerate(kinds):
            self.plan_for(number, kind, faults)

    def plan_for(self, number: int, kind: Kind, faults: Iterable[Fault]) -> None:
        """Let the first posts of a server meet faults."""
        self.discord.faults[world.channel_id(number, kind)] = list(faults)

    async def asleep(self, passed: timedelta) -> Deliverer:
        """Start a process, and let it sleep while time passes."""
        deliverer = await self.start()
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

    async def logged(self, deliverer: Deliverer, line: str, times: int = 1) -> None:
        """Wait until a process has logged something so often."""
        await until(f"{line!r} in a log", lambda: deliverer.log.count(line) >= times)

    async def held(self) -> None:
        """Wait until no process may send for a while."""

        async def is_held() -> bool:
            now = self.time.now()
            free_at = await self.state.budget.take(0, SPACING, now)
            return free_at - now > timedelta(seconds=1)

        await until("all sending to be held", is_held)

    async def settled(self, numbers: Iterable[int] | None = None, day: date = TODAY) -> None:
        """Wait until the servers' digests of a day are past, whatever became of them."""
        waiting = set(range(self.orders.servers) if numbers is None else numbers)

        async def are_settled() -> bool:
            for number in list(waiting):
                next_day = (await self.schedule(number)).next_day
                if next_day and next_day <= day:
                    return False
                waiting.discard(number)
            return True

        await until(f"the digests of {day}", are_settled)

    async def published(self, number: int) -> None:
        """Wait until nothing of what was posted in announcement channels is to be published."""
        post = await self.post(number)
        assert post

        async def is_done() -> bool:
            return not await self.state.posts.unpublished()

        await until("everything to be published", is_done)

    async def told(self, number: int, problem: str) -> None:
        """Check that a server's moderators are told once of a problem, and of no other."""
        told = self.discord.told
        await until(f"server {number} to be told", lambda: told(number))
        assert [text.partition(":")[0] for text in told(number)] == [problem]

    def of(self, day: date, number: int, kind: Kind) -> list[JSON]:
        """The messages of a server's local day that exist."""
        posts = self.discord.posts(number, kind)
        return [message for message in posts if f"Digest of {day}" in str(message)]

    async def once(self, *kinds: Kind, first: int = 0, day: date = TODAY) -> None:
        """Check that each server's digest was made once, is recorded, and was followed up."""
        for number, kind in enumerate(kinds, first):
            where = f"server {number} ({kind})"
            found = self.of(day, number, kind)
            assert len(found) == 1, f"{where}: {len(found)} messages"
            post = await self.post(number, day)
            assert post, where
            assert post.status == "sent", f"{where}: {post}"
            assert post.place == Place(int(found[0]["id"]), int(found[0]["channel_id"])), where
            assert await self.state.posts.facts(post.post_id) == {FACT: "v1"}, where
            schedule = await self.schedule(number)
            assert schedule.next_day == day + DAY, where
            assert schedule.last_day == day, where
            assert not schedule.paused, where
            assert not self.discord.told(number), where

    async def unknown(self, number: int, seen: int) -> None:
        """Check that nobody claims to know of a post of which so many exist, and all are told."""
        assert len(self.discord.posts(number, "blind")) == seen
        post = await self.post(number)
        assert post
        assert (post.status, post.reason) == ("unknown", "unreadable")
        assert (await self.schedule(number)).next_day == TODAY + DAY
        await self.told(number, "unknown")

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
        self._locked = await self.state.database.engine.connect()
        await self._locked.begin()  # on SQLite, this locks already
        if not self.state.database.is_sqlite:
            await self._locked.execute(text("LOCK TABLE post IN ACCESS EXCLUSIVE MODE"))

    async def unlock(self) -> None:
        """Let others write again."""
        await self._locked.rollback()
        await self._locked.close()


async def until(
    what: str, look: Callable[[], object | Awaitable[object]], seconds: float = 40
) -> None:
    """Wait until `look` finds something; raise TimeoutError where it does not in time."""
    end = monotonic() + seconds
    while True:
        found = look()
        if (await found) if inspect.isawaitable(found) else found:
            return
        if monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        await asyncio.sleep(0.1)
