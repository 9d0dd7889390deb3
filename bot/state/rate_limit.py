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
"""A hold that ends later than this came from a wrong clock too, and is ignored."""


_LIMITS = (
    select(rate_limit)
    .where(rate_limit.c.name.in_(("requests", "held")))
    .order_by(rate_limit.c.name)
    .with_for_update()
)
_RESERVED = update(rate_limit).where(rate_limit.c.name == "requests")


class RateLimit:
    """The rows behind `RateLimiter`: a reservation moves the next free instant of all processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(self, count: int, spacing: timedelta, now: datetime) -> datetime:
        """Reserve `count` requests, `spacing` apart; returns the instant of the first.

        Raises DatabaseUnavailable.
        """
        async with self._database.transaction() as connection:
            limits = await self._limits(connection)
            if "requests" not in limits:
                await self._insert(connection, "requests", now)
                limits = await self._limits(connection)
            held_until = limits.get("held", now)
            begin = held_until if now < held_until <= now + _LONGEST_HOLD else now
            free_at = limits["requests"]
            first = free_at if begin < free_at < begin + _MAX_AHEAD else begin
            await connection.execute(_RESERVED, {"free_at": first + count * spacing})
            return first

    async def _limits(self, connection: AsyncConnection) -> dict[str, datetime]:
        """Until when requests are reserved and held back, locked for the transaction."""
        rows = await connection.execute(_LIMITS)
        return {row.name: row.free_at for row in rows}

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
        row = {"name": name, "free_at": free_at}
        await connection.execute(self._database.insert_new(rate_limit), row)
