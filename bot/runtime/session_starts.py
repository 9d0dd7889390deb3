"""When a shard may send IDENTIFY, that is, begin a session at Discord's gateway.

Discord accepts `max_concurrency` at once, one for each remainder of the shard's id, and then none
for five seconds. It also limits them to about a thousand a day, and resets the token of a bot that
exceeds that. All processes share both limits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import aiohttp
import discord
import structlog

from bot.delivery.outbox import Clock
from bot.state.errors import DatabaseUnavailable
from bot.state.rate_limit import RateLimit

log = structlog.stdlib.get_logger("factdesk.client")

SPACING = timedelta(seconds=6)  # Discord's own five seconds, and how late a shard may be
MARGIN = timedelta(seconds=0.9)
SPARE = 20
"""How many sessions of a day are left for a host who restarts by hand."""

_TRY_AGAIN = 5.0  # seconds
_LONGEST_SLEEP = 30.0  # seconds; Discord's count may be reset sooner than it said
_MOST_AHEAD = timedelta(seconds=12)


class SessionStarts:
    """Gives the turns: a shard claims one, connects, and begins.

    `limits` asks Discord what is left; `is_alone` says whether one process serves all shards: then
    it need not wait for the database.
    """

    def __init__(
        self,
        limits: Callable[[], Awaitable[discord.SessionStartLimits]],
        limit: RateLimit,
        clock: Clock,
        is_alone: bool,
    ) -> None:
        self._limits = limits
        self._limit = limit
        self._clock = clock
        self._is_alone = is_alone
        self._turns: dict[int, datetime] = {}
        self._ahead = timedelta()  # how far ahead turns are claimed: as long as connecting takes
        self.used_up = False
        """Whether the day's sessions are used up, so that shards wait for the next day."""

    async def claim(self, shard_id: int) -> None:
        """Wait until a shard has a turn, for which it is to connect now."""
        while seconds := await self._seconds_until(shard_id):  # noqa: ASYNC110 - time passes
            await asyncio.sleep(seconds)

    async def begin(self, shard_id: int) -> None:
        """Wait for the turn of a shard that is connected; for another if it has none or is late."""
        while not await self._is_in_time(shard_id):
            await self.claim(shard_id)

    async def _is_in_time(self, shard_id: int) -> bool:
        at = self._turns.pop(shard_id, None)
        if at is None:
            return False
        late = self._clock() - at
        if late >= MARGIN:  # the next turn would follow too soon
            self._ahead = min(self._ahead + late, _MOST_AHEAD)
            log.warning("a shard was late for its turn", shard=shard_id, late=late.total_seconds())
            return False
        await asyncio.sleep(max(-late.total_seconds(), 0.0))
        return True

    async def _seconds_until(self, shard_id: int) -> float:
        """Seconds until it is worth trying again; 0 if the shard has a turn."""
        try:
            limits = await self._limits()
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.warning("Discord does not say whether a shard may connect", reason=repr(error))
            return _TRY_AGAIN
        self.used_up = limits.remaining <= SPARE
        if self.used_up:
            wait = limits.reset_after / 1000
            log.error("too many connections today; shards wait", shard=shard_id, seconds=wait)
            return min(max(wait, 1.0), _LONGEST_SLEEP)
        return await self._claim(shard_id, f"identify {shard_id % limits.max_concurrency}")

    async def _claim(self, shard_id: int, name: str) -> float:
        at = self._clock() + self._ahead
        try:
            if free_at := await self._limit.claim(name, SPACING, at):
                return max((free_at - at).total_seconds(), 0.01)
        except DatabaseUnavailable as error:
            log.warning("shards cannot take turns", reason=error.reason)
            if not self._is_alone:
                return _TRY_AGAIN
            await asyncio.sleep(SPACING.total_seconds())
            at = self._clock()
        self._turns[shard_id] = at
        return 0.0
