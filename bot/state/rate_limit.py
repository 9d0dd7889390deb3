"""Limits that all processes of the bot share: on requests, and on new sessions at the gateway."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.tables import rate_limit

_MAX_AHEAD = timedelta(minutes=10)
"""A next free instant further ahead than this came from a wrong clock and is ignored."""
_LONGEST_HOLD = timedelta(days=1)
"""So did a hold that ends later than this."""


class RateLimit:
    """A rate limiter shared by all processes: a reservation moves the next free instant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(self, count: int, spacing: timedelta, now: datetime) -> datetime:
        """Reserve `count` requests, `spacing` apart; returns the instant of the first.

        Raises DatabaseUnavailable.
        """
        async with self._database.transaction() as connection:
            await self._insert(connection, "requests", now)
            free = await connection.execute(
                select(rate_limit.c.free_at)
                .where(rate_limit.c.name == "requests")
                .with_for_update()
            )
            begin = max(now, await self._held_until(connection, now) or now)
            free_at = free.scalar_one()
            first = free_at if begin < free_at < begin + _MAX_AHEAD else begin
            await connection.execute(
                update(rate_limit)
                .where(rate_limit.c.name == "requests")
                .values(free_at=first + count * spacing)
            )
            return first

    async def _held_until(self, connection: AsyncConnection, now: datetime) -> datetime | None:
        held = await connection.execute(
            select(rate_limit.c.free_at).where(
                rate_limit.c.name == "held", rate_limit.c.free_at <= now + _LONGEST_HOLD
            )
        )
        return held.scalar_one_or_none()

    async def pause(self, duration: timedelta, now: datetime) -> None:
        """Allow no request for so long, a day at most; never shortens a pause.

        Raises DatabaseUnavailable.
        """
        until = now + min(duration, _LONGEST_HOLD)
        free_at = rate_limit.c.free_at
        async with self._database.transaction() as connection:
            await self._insert(connection, "held", until)
            await connection.execute(
                update(rate_limit)
                .where(
                    rate_limit.c.name == "held",
                    (free_at < until) | (free_at > now + _LONGEST_HOLD),
                )
                .values(free_at=until)
            )

    async def claim(self, name: str, spacing: timedelta, now: datetime) -> datetime | None:
        """Claim a turn now, and keep others from one for `spacing`.

        Returns None if it was claimed, or else when the next turn is. Raises DatabaseUnavailable.
        """
        async with self._database.transaction() as connection:
            await self._insert(connection, name, now)
            free_at = rate_limit.c.free_at
            claimed = await connection.execute(
                update(rate_limit)
                .where(rate_limit.c.name == name, (free_at <= now) | (free_at > now + _MAX_AHEAD))
                .values(free_at=now + spacing)
            )
            if claimed.rowcount:
                return None
            rows = await connection.execute(select(free_at).where(rate_limit.c.name == name))
            return rows.scalar_one()

    async def _insert(self, connection: AsyncConnection, name: str, free_at: datetime) -> None:
        """Insert the row unless it exists: a lock needs a row."""
        await connection.execute(
            self._database.insert(rate_limit)
            .values(name=name, free_at=free_at)
            .on_conflict_do_nothing()
        )
