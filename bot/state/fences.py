"""Fences: a process that serves shards holds them, so that no other serves the same servers.

In PostgreSQL each shard is an advisory lock of a session: the database releases it when the process
or its connection ends, and nothing has to expire. A process that loses its connection may take its
shards back at once; any other waits until they were free for `SETTLE` seconds. One that cannot
reach the database for `HOLDOUT` seconds gives its shards up, before the database gives up its
silent connection. With SQLite a locked file holds all servers.

One gap remains: if the database sees a process's connection close, but the process cannot
reconnect, another takes its shards, and both serve them until the first gives up. To give up sooner
would end every process when the database restarts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Protocol

import structlog

from bot.shards import Shards
from bot.state.database import Database, driver_errors
from bot.state.errors import DatabaseUnavailable, LostShards, NoSessions, OneProcessOnly
from bot.state.locks import GUARD, HELD, SHARD_CLASS, FileLock
from bot.state.sessions import Session

log = structlog.stdlib.get_logger("factdesk.state")

POLL = 1.0  # seconds between two looks
SETTLE = 5.0
HOLDOUT = 300.0
_CONFIRM = 30.0  # seconds between two questions to a database that seems to be there
_SILENT = 60  # seconds after which PostgreSQL probes a silent connection, at least six times

_HELD_BY_OTHERS = f"{HELD} AND session.application_name IS DISTINCT FROM $1"
_END_OLD_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = $1 AND pid <> pg_backend_pid() AND datname = current_database()
"""
_TAKE = (
    "SELECT pg_try_advisory_lock($1::int, shard) FROM generate_series($2::int, $3::int) AS shard"
)


class Fences(Protocol):
    """The shards that this process holds."""

    unavailable: str | None
    """Why `take` could not ask the database when it last tried; None if it could."""

    async def take(self) -> None:
        """Wait until no other process holds any of the shards, and hold them all."""
        ...

    async def watch(self) -> None:
        """Keep holding them. Raises LostShards if another process may have them now."""
        ...

    async def confirm(self) -> None:
        """Ask whether they are still held, right before something depends on it.

        Raises LostShards. A database that does not answer gives them to nobody else either.
        """
        ...

    async def close(self) -> None:
        """Let them go."""
        ...


async def fences_of(database: Database, shards: Shards, worker: str) -> Fences:
    """The fences of shards in a database.

    Raises OneProcessOnly or NoSessions if several processes cannot share it, and
    DatabaseUnavailable.
    """
    if database.is_sqlite:
        if not shards.are_all:
            raise OneProcessOnly
        return FileFence(Path(database.engine.url.database or ""))
    fences = ShardFences(database, shards, worker)
    if await fences.have_sessions():
        return fences
    await fences.close()
    if not shards.are_all:
        raise NoSessions
    log.warning("the pooler keeps no sessions, so nothing stops a second process")
    return NoFence()


class NoFence:
    """One process behind a pooler without sessions: its host sees to it that there is one."""

    unavailable: str | None = None

    async def take(self) -> None:
        """Do nothing."""

    async def watch(self) -> None:
        """Wait until cancelled."""
        await asyncio.get_running_loop().create_future()

    async def confirm(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


class FileFence(NoFence):
    """A file beside a SQLite state, locked as long as the process runs."""

    def __init__(self, state: Path) -> None:
        self._lock = FileLock(state)

    async def take(self) -> None:
        """Wait until no other process runs on the same state. Raises DatabaseUnavailable."""
        while not self._lock.take():  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(POLL)

    async def close(self) -> None:
        """Let the next process run."""
        self._lock.release()


class ShardFences:
    """Locks of shards in PostgreSQL."""

    def __init__(self, database: Database, shards: Shards, worker: str) -> None:
        self.unavailable: str | None = None
        self._database = database
        self._shards = shards
        self._name = f"factdesk {worker}"  # by which PostgreSQL's own views show the session
        self._session: Session | None = None
        self._has_locks = False
        self._confirmed = 0.0
        self._asking = asyncio.Lock()  # a session answers one question at a time

    async def have_sessions(self) -> bool:
        """Whether the database keeps sessions. Raises DatabaseUnavailable."""
        session = await self._opened()
        if not await session.listen(self._database, lambda *_: None):
            return False
        await session.stop_listening()  # each change of the state would wake it
        return True

    async def take(self) -> None:
        """Wait until the shards were free for a while, and take them all."""
        free_since = monotonic()
        while True:
            try:
                is_free = not await self._others()
                self.unavailable = None
                if not is_free:
                    free_since = monotonic()
                elif monotonic() - free_since >= SETTLE and await self._lock():
                    return
            except DatabaseUnavailable as error:
                self.unavailable = error.reason
                free_since = monotonic()
            await asyncio.sleep(POLL)

    async def watch(self) -> None:
        """Keep the locks, and take them back after a restart of the database.

        Raises LostShards if another process has them, or if the database stays away.
        """
        held_at = monotonic()
        while monotonic() - held_at < HOLDOUT:
            await asyncio.sleep(POLL)
            with suppress(DatabaseUnavailable):
                if await self._are_held():
                    held_at = monotonic()
        raise LostShards(self._shards)

    async def confirm(self) -> None:
        """Ask the database: a process that slept may not know yet what it lost meanwhile."""
        self._confirmed = 0.0
        with suppress(DatabaseUnavailable):
            await self._are_held()

    async def close(self) -> None:
        """End the session, and with it the locks."""
        self._has_locks = False
        if self._session:
            await self._session.close()
            self._session = None

    async def _are_held(self) -> bool:
        """Whether the locks are held, taken back if need be. Raises LostShards."""
        async with self._asking:
            is_open = self._session is not None and not self._session.is_lost
            if self._has_locks and is_open and await self._answers():
                return True
            if await self._others():
                raise LostShards(self._shards)
            return await self._lock()

    async def _answers(self) -> bool:
        """Ask the database now and then: a connection can be cut without anybody being told."""
        if monotonic() - self._confirmed < _CONFIRM:
            return True
        try:
            await _fetch(await self._opened(), "SELECT 1")
        except DatabaseUnavailable:
            await self.close()
            return False
        self._confirmed = monotonic()
        return True

    async def _others(self) -> bool:
        """Whether another process holds any of the shards, or any that has a server of theirs."""
        held = await _fetch(await self._opened(), _HELD_BY_OTHERS, self._name)
        theirs = (Shards(shard, shard, count) for count, shard in held)
        return any(map(self._shards.overlap, theirs))

    async def _lock(self) -> bool:
        """Take every lock, or none. Only one process at a time does so."""
        session, shards = await self._opened(), self._shards
        with driver_errors():
            async with session.driver.transaction():
                await _fetch(session, f"SELECT pg_advisory_xact_lock({GUARD})")
                if await self._others():
                    return False
                wanted = (SHARD_CLASS + shards.count, shards.first, shards.last)
                if all(is_taken for (is_taken,) in await _fetch(session, _TAKE, *wanted)):
                    self._has_locks = True
                    return True
                # Only this process's own earlier session can still hold them: the database may take
                # minutes to notice a connection that was cut silently.
                await _fetch(session, "SELECT pg_advisory_unlock_all()")
                await _fetch(session, _END_OLD_SESSIONS, self._name)
                return False

    async def _opened(self) -> Session:
        """The session, or a new one if it was lost."""
        if self._session and not self._session.is_lost:
            return self._session
        await self.close()
        session = await Session.open(self._database)
        try:
            with driver_errors():
                await session.driver.execute(
                    f"SET application_name = '{self._name}';"
                    f"SET tcp_keepalives_idle = {_SILENT}; SET tcp_keepalives_interval = {_SILENT}"
                )
        except BaseException:  # without its name its locks would be taken for another process's
            await session.close()
            raise
        self._session = session
        return session


async def _fetch(session: Session, query: str, *values: object) -> Sequence[tuple[int, ...]]:
    with driver_errors():
        return [tuple(row) for row in await session.driver.fetch(query, *values)]
