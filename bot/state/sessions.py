"""A connection to PostgreSQL of its own: for what lasts longer than a transaction.

Locks and notifications belong to a session. Behind a pooler that gives each transaction another
connection there is none, and neither can be relied on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Protocol, Self

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import CHANNEL, Database, driver_errors

HEARD_WITHIN = 5.0  # seconds; a database answers in milliseconds
_TRIES = 3  # before a slow database is taken for a pooler


class _Driver(Protocol):
    """What is used of asyncpg's connection."""

    def is_closed(self) -> bool: ...

    def transaction(self) -> AbstractAsyncContextManager[object]: ...

    async def execute(self, query: str) -> str: ...

    async def fetch(self, query: str, *values: object) -> Sequence[Sequence[int]]: ...

    async def add_listener(self, channel: str, callback: Callable[..., None]) -> None: ...


class Session:
    """A session of PostgreSQL. Use `Session.open`, and `close` it."""

    def __init__(self, connection: AsyncConnection, driver: _Driver) -> None:
        self._connection = connection
        self.driver = driver

    @classmethod
    async def open(cls, database: Database) -> Self:
        """Connect. Raises DatabaseUnavailable."""
        with driver_errors():
            connection = await database.engine.connect()
            driver: _Driver | None = (await connection.get_raw_connection()).driver_connection
            assert driver, "a connection that was just opened has its driver's"
        return cls(connection, driver)

    @property
    def is_lost(self) -> bool:
        """Whether the connection has ended. No I/O."""
        return self.driver.is_closed()

    async def listen(self, database: Database, on_notify: Callable[..., None]) -> bool:
        """Have `on_notify` called for every change of the state.

        Returns False if a pooler passes no notifications on: this is no session then. Raises
        DatabaseUnavailable.
        """
        heard = asyncio.Event()

        def hear(*news: object) -> None:
            heard.set()
            on_notify(*news)

        with driver_errors():
            await self.driver.add_listener(CHANNEL, hear)
        for _ in range(_TRIES):
            async with database.transaction() as connection:
                await database.announce(connection)
            with suppress(TimeoutError):
                await asyncio.wait_for(heard.wait(), HEARD_WITHIN)
                return True
        return False

    async def stop_listening(self) -> None:
        """Have nothing called any more. Raises DatabaseUnavailable."""
        with driver_errors():
            await self.driver.execute(f"UNLISTEN {CHANNEL}")

    async def close(self) -> None:
        """End the session, and with it every lock that it holds."""
        with suppress(Exception):  # closing a lost connection may fail in any way
            await self._connection.invalidate()
            await self._connection.close()
