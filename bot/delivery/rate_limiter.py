"""A rate limiter shared by all processes: taking a turn moves the next free instant.

Discord allows a bot 50 requests a second. The limiter gives 38 turns a second. A busy machine wakes
some late, together with the next ones, so a process also counts the requests that it begins: no
more than 40 in any second. Every request takes a turn, except for answers to interactions, which
Discord does not count.

`hold` is called when Discord, or a firewall before it, refuses the whole bot: see `trace` in
`ui/components/error_mapping.py`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from bot.state.rate_limit import RateLimit

SPACING = timedelta(milliseconds=26)
_LIMIT = 40  # requests that a process begins in a window
_WINDOW = timedelta(seconds=1.02)  # a second, and how long a request may take to leave the process
_BLOCK = 12  # turns taken at once: a third of a second, so that processes share a busy minute
_STALE = timedelta(seconds=1)  # unused turns older than this are dropped, not saved for a burst


@dataclass
class _Turn:
    is_used: bool = False


_TURN: ContextVar[_Turn | None] = ContextVar("turn", default=None)
"""The last turn that the task took."""


class RateLimiter:
    """Gives turns to send. It takes several from the shared limit at a time if many are needed."""

    def __init__(self, rate_limit: RateLimit, clock: Callable[[], datetime]) -> None:
        self._rate_limit = rate_limit
        self._clock = clock
        self._turns: list[datetime] = []
        self._taken_until = clock()
        self._block = 1
        self._waiting = 0
        self._taking = asyncio.Lock()
        self._began = deque[datetime](maxlen=_LIMIT)
        self._holds = 0

    async def acquire(self) -> None:
        """Wait for a turn to send one request, before something depends on it.

        A turn whose time had not come when Discord limited the bot is taken again.
        Raises DatabaseUnavailable.
        """
        holds = None
        while holds != self._holds:
            holds = self._holds
            await self._take_turn()
        _TURN.set(_Turn())

    async def _take_turn(self) -> None:
        self._waiting += 1
        try:
            async with self._taking:
                at = await self._next()
        finally:
            self._waiting -= 1
        wait = (at - self._clock()).total_seconds()
        if wait > 0:
            await asyncio.sleep(wait)

    async def spend(self) -> None:
        """Use the turn that the task has taken for a request; wait for one if it has none.

        Raises DatabaseUnavailable.
        """
        turn = _TURN.get()
        if turn is None or turn.is_used:
            await self.acquire()
            turn = _TURN.get()
        assert turn
        turn.is_used = True
        await self._keep_limit()

    async def _keep_limit(self) -> None:
        """Wait until fewer than the limit have begun within the window, whenever they were due."""
        # Another that slept meanwhile may have begun first; a clock may have been set back.
        while timedelta(0) < (wait := self._until_free()) <= _WINDOW:  # noqa: ASYNC110 - no event
            await asyncio.sleep(wait.total_seconds())
        self._began.append(self._clock())

    def _until_free(self) -> timedelta:
        is_full = len(self._began) == _LIMIT
        return self._began[0] + _WINDOW - self._clock() if is_full else timedelta(0)

    async def hold(self, seconds: float) -> None:
        """Keep every process from sending for so long. Raises DatabaseUnavailable."""
        await self._rate_limit.pause(timedelta(seconds=seconds), self._clock())
        self._turns.clear()
        self._holds += 1

    async def _next(self) -> datetime:
        now = self._clock()
        fresh = [turn for turn in self._turns if turn > now - _STALE]
        some_expired, self._turns = len(fresh) < len(self._turns), fresh
        if not self._turns:
            count = self._needed(now, some_expired)
            first = await self._rate_limit.reserve(count, SPACING, now)
            self._turns = [first + number * SPACING for number in range(count)]
            self._taken_until = self._turns[-1]
        return self._turns.pop(0)

    def _needed(self, now: datetime, some_expired: bool) -> int:
        """How many turns to take: twice as many each time, while all are used before their time."""
        is_busy = self._taken_until > now and not some_expired
        self._block = min(2 * self._block, _BLOCK) if is_busy else 1
        return max(self._block, min(self._waiting, _BLOCK))


def jitter(key: str, spread: timedelta) -> timedelta:
    """An item's own delay, always the same, between nothing and `spread`."""
    return spread * (crc32(key.encode()) / 2**32)
