"""The pace of sending: all processes of the bot together send at most so many requests a second.

Discord allows a bot 50 requests a second; some are left for everything else that it does. Turns
are 33 a second, as a busy machine wakes some late and these then come beside the next: 40 at most.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.state.rate_limit import RateLimit

SPACING = timedelta(seconds=1 / 33)
_MOST = 12  # turns taken at once: a third of a second's, so that processes share a busy minute
_STALE = timedelta(seconds=1)  # turns that were not used by then are not saved up for a burst


class RateLimiter:
    """Gives turns. They are taken from the common budget, a few at a time when many wait."""

    def __init__(self, rate_limit: RateLimit, clock: Callable[[], datetime]) -> None:
        self._rate_limit = rate_limit
        self._clock = clock
        self._turns: list[datetime] = []
        self._waiting = 0
        self._taking = asyncio.Lock()

    async def acquire(self) -> None:
        """Return when it is one's turn to send one request. Raises DatabaseUnavailable."""
        self._waiting += 1
        try:
            async with self._taking:
                at = await self._next()
        finally:
            self._waiting -= 1
        wait = (at - self._clock()).total_seconds()
        if wait > 0:
            await asyncio.sleep(wait)

    async def hold(self, seconds: float) -> None:
        """Let no process send for so long. Raises DatabaseUnavailable."""
        self._turns.clear()
        await self._rate_limit.pause_until(self._clock() + timedelta(seconds=seconds))

    async def _next(self) -> datetime:
        now = self._clock()
        self._turns = [acquire for acquire in self._turns if acquire > now - _STALE]
        if not self._turns:
            count = min(self._waiting, _MOST)
            first = await self._rate_limit.reserve(count, SPACING, now)
            self._turns = [first + number * SPACING for number in range(count)]
        return self._turns.pop(0)


def jitter(key: str, spread: timedelta) -> timedelta:
    """The own place of one inside the time over which what is due together is spread."""
    digest = hashlib.sha256(key.encode()).digest()
    return spread * (int.from_bytes(digest[:4]) / 2**32)
