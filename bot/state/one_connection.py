"""SQLite's one connection: transactions use it in turn, and it is kept between them.

To check it out of SQLAlchemy's pool takes longer than a statement.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_PATIENCE = 30  # seconds to wait for the transactions before, as in SQLAlchemy's pools


class OneConnection:
    """The one connection of an engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._kept: AsyncConnection | None = None
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction that is committed at the end of the block.

        Raises TimeoutError if those before it take too long, and what SQLAlchemy raises.
        """
        async with asyncio.timeout(_PATIENCE):
            await self._turn.acquire()
        try:
            connection, self._kept = self._kept or await self._engine.connect(), None
            try:
                async with connection.begin():
                    yield connection
            except BaseException:
                await asyncio.shield(connection.close())  # the pool resets it, or makes another
                raise
            self._kept = connection
        finally:
            self._turn.release()

    async def close(self) -> None:
        """Close it once no transaction uses it."""
        async with self._turn:
            if self._kept:
                await self._kept.close()
                self._kept = None
