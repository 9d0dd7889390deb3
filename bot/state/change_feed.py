"""Whether any process changed the state: PostgreSQL notifies; SQLite's files are looked at.

Behind a pooler that gives each transaction another connection, no notification arrives. Then a
change is assumed each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import CHANNEL, Database, driver_errors

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger


_HEARD_WITHIN = 5.0  # seconds; a database answers in milliseconds


class _Driver(Protocol):
    """What is used of asyncpg's connection."""

    def is_closed(self) -> bool: ...

    async def add_listener(self, channel: str, callback: Callable[..., None]) -> None: ...


class ChangeFeed:
    """Notices that the state was changed, by this process or another."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._files: object = None
        self._listening: AsyncConnection | None = None
        self._driver: _Driver | None = None
        self._notified = asyncio.Event()
        self._is_deaf = False

    async def has_changed(self) -> bool:
        """Whether anything may have changed since the last call; true the first time.

        Raises DatabaseUnavailable.
        """
        if self._database.is_sqlite:
            return self._files_differ()
        if self._is_deaf:
            return True
        await self._listen()
        notified = self._notified.is_set()
        self._notified.clear()
        return notified

    async def close(self) -> None:
        """Stop listening."""
        if self._listening:
            with suppress(Exception):  # closing a lost connection may fail in any way
                await self._listening.invalidate()
                await self._listening.close()
            self._listening = self._driver = None

    def _files_differ(self) -> bool:
        # This costs neither a thread nor a query, so it can be done at every tick.
        database = Path(self._database.engine.url.database or "")
        files = tuple(map(_stamp, (database, database.with_name(f"{database.name}-wal"))))
        differ, self._files = files != self._files, files
        return differ

    async def _listen(self) -> None:
        """Start listening, unless this listens already and still has its connection."""
        if self._driver and not self._driver.is_closed():
            return
        await self.close()
        with driver_errors():
            self._listening = await self._database.engine.connect()
            driver: _Driver | None = (await self._listening.get_raw_connection()).driver_connection
            assert driver, "a connection that was just opened has its driver's"
            await driver.add_listener(CHANNEL, self._on_notify)
        self._driver = driver
        self._is_deaf = not await self._hears()
        if self._is_deaf:
            _log().info("the database's pooler passes no notifications on; it is read regularly")
            await self.close()
        # Notifications sent before this are lost, so assume one.
        self._notified.set()

    async def _hears(self) -> bool:
        """Whether a notification arrives that is sent on another connection."""
        self._notified.clear()
        async with self._database.transaction() as connection:
            await self._database.announce(connection)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._notified.wait(), _HEARD_WITHIN)
        return self._notified.is_set()

    def _on_notify(self, *_: object) -> None:
        self._notified.set()


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _log() -> BoundLogger:
    # Imported at use: structlog takes a tenth of a second, and `check` has nothing to log.
    import structlog

    return structlog.stdlib.get_logger("factdesk.state")
