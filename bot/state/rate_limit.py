"""The one budget of requests that every process of the bot takes from."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.tables import rate_limit

_NAME, _HELD = "requests", "held"
_FARTHEST = timedelta(minutes=10)
"""Further ahead nothing is given away: a clock that was wrong said so."""


class RateLimit:
    """Turns on a line of time: whoever takes some moves the instant from which others are free."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, turns: int, spacing: timedelta, now: datetime) -> datetime:
        """Take so many turns, each `spacing` after the one before; returns when the first is.

        Raises DatabaseUnavailable.
        """
        async with self._database.transaction() as connection:
            await self._begin(connection, now)
            free = await connection.execute(
                select(rate_limit.c.free_at).where(rate_limit.c.name == _NAME).with_for_update()
            )
            free_at = free.scalar_one()
            first = free_at if now < free_at < now + _FARTHEST else now
            held = await connection.execute(
                select(rate_limit.c.free_at).where(rate_limit.c.name == _HELD)
            )
            first = max(first, held.scalar_one_or_none() or first)
            await connection.execute(
                update(rate_limit)
                .where(rate_limit.c.name == _NAME)
                .values(free_at=first + turns * spacing)
            )
            return first

    async def hold(self, until: datetime) -> None:
        """Let nobody take a turn before an instant. Raises DatabaseUnavailable."""
        async with self._database.transaction() as connection:
            await self._begin(connection, until, _HELD)
            await connection.execute(
                update(rate_limit)
                .where(rate_limit.c.name == _HELD, rate_limit.c.free_at < until)
                .values(free_at=until)
            )

    async def _begin(
        self, connection: AsyncConnection, free_at: datetime, name: str = _NAME
    ) -> None:
        """See that there is a row, as only a row can be locked."""
        await connection.execute(
            self._database.insert(rate_limit)
            .values(name=name, free_at=free_at)
            .on_conflict_do_nothing()
        )
