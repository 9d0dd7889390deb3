"""When a shard may begin a session at Discord's gateway, which is called IDENTIFY.

Discord takes `max_concurrency` at once, one for each remainder of the shards' ids, and then none
for five seconds. It counts them, some thousand a day; a bot that needs more gets another token. All
processes share both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import aiohttp
import discord
import structlog

from bot.delivery.outbox import Clock
from bot.state.errors import DatabaseUnavailable
from bot.state.rate_limit import RateLimit

log = structlog.stdlib.get_logger("factdesk.client")

SPACING = timedelta(seconds=5.5)  # Discord's own, and a margin, as messages take their time
MARGIN = timedelta(seconds=0.4)
SPARE = 20
"""How many sessions of a day are left for a host who restarts by hand."""

_TRY_AGAIN = 5.0  # seconds
_LONGEST_SLEEP = 30.0  # seconds; Discord's count may be reset sooner than it said


class SessionStarts:
    """Gives the turns. `limits` asks Discord what is left; `is_alone` says whether one process
    serves all shards: then it need not wait for the database.
    """

    def __init__(
        self,
        limits: Callable[[], Awaitable[discord.SessionStartLimits]],
        turns: RateLimit,
        clock: Clock,
        is_alone: bool,
    ) -> None:
        self._limits = limits
        self._turns = turns
        self._clock = clock
        self._is_alone = is_alone
        self._ahead = timedelta()  # how far ahead turns are claimed: as long as a claim may take
        self.used_up = False
        """Whether the day's sessions are used up, so that shards wait for the next day."""

    async def wait(self, shard_id: int) -> None:
        """Wait for the turn of a shard."""
        while seconds := await self._seconds_until(shard_id):  # noqa: ASYNC110 - time passes
            await asyncio.sleep(seconds)

    async def _seconds_until(self, shard_id: int) -> float:
        """Seconds until it is worth trying again; 0 if it is the shard's turn."""
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
        return await self._claim(f"identify {shard_id % limits.max_concurrency}")

    async def _claim(self, name: str) -> float:
        at = self._clock() + self._ahead
        try:
            free_at = await self._turns.claim(name, SPACING, at)
        except DatabaseUnavailable as error:
            log.warning("shards cannot take turns", reason=error.reason)
            if not self._is_alone:
                return _TRY_AGAIN
            await asyncio.sleep(SPACING.total_seconds())
            return 0.0
        if free_at:
            return max((free_at - at).total_seconds(), 0.01)
        late = self._clock() - at
        if late < MARGIN:
            await asyncio.sleep(max(-late.total_seconds(), 0.0))
            return 0.0
        # The next turn would follow too soon: let this one go, and claim the next in good time.
        self._ahead += late
        log.warning("the database is slow to give turns", seconds=self._ahead.total_seconds())
        return SPACING.total_seconds()
