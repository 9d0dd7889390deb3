"""A clock that the test moves: time passes only when everything else rests.

So a busy machine changes nothing. `asyncio.sleep` is to be replaced by `Time.sleep`.
"""

from __future__ import annotations

import asyncio
import heapq
from datetime import datetime, timedelta
from itertools import count

from tests.patience import patience


class Time:
    """The time that the program is told, and by which it sleeps."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._waking: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._asleep: dict[asyncio.Task[object], asyncio.Future[None]] = {}
        self._numbers = count()
        self._really_sleep = asyncio.sleep

    def clock(self) -> datetime:
        """What time it is."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Sleep until the test has let so much time pass."""
        task = asyncio.current_task()
        assert task
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        until = self.now + timedelta(seconds=seconds)
        heapq.heappush(self._waking, (until, next(self._numbers), waiter))
        self._asleep[task] = waiter
        try:
            await waiter
        finally:
            del self._asleep[task]

    async def until(self, instant: datetime) -> None:
        """Let time pass up to an instant; whoever sleeps until then wakes in turn."""
        await self.rest()
        while self._waking and self._waking[0][0] <= instant:
            at, _, waiter = heapq.heappop(self._waking)
            if waiter.done():
                continue  # cancelled in its sleep
            self.now = max(self.now, at)
            waiter.set_result(None)
            await self.rest()
        self.now = instant

    async def rest(self) -> None:
        """Wait until every task but the test's own is asleep."""
        me = asyncio.current_task()
        async with asyncio.timeout(patience(60)):
            while any(each is not me and not self._is_asleep(each) for each in asyncio.all_tasks()):
                await self._really_sleep(0.0005)

    def _is_asleep(self, task: asyncio.Task[object]) -> bool:
        waiter = self._asleep.get(task)
        return waiter is not None and not waiter.done()
