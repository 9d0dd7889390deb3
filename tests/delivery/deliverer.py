"""A process that delivers, as a test follows it and disturbs it."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path
from typing import Self

from tests.delivery.orders import Orders
from tests.forks import Call, Forked, Forks

MAIN = "tests.delivery.process:main"


class Deliverer:
    """A process that delivers. Use `start`."""

    def __init__(self, process: Forked, log: Path) -> None:
        self._process = process
        self._log = log

    @classmethod
    def start(cls, forks: Forks, orders: Orders, log: Path, main: str = MAIN) -> Self:
        """Start a process that follows orders in `main`, and writes its log to a file."""
        silence = os.open(os.devnull, os.O_RDWR)
        written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            call = Call(main, (orders.written(),))
            return cls(forks.start(call, silence, silence, written), log)
        finally:
            os.close(silence)
            os.close(written)

    @property
    def log(self) -> str:
        """All that it has written so far."""
        return self._log.read_text("utf-8", errors="replace")

    @property
    def process_id(self) -> int:
        """Its number on this machine."""
        return self._process.process_id

    @property
    def is_stopped(self) -> bool:
        """Whether a signal has stopped it for now."""
        return self._process.is_stopped

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.has_ended

    async def ended(self, seconds: float = 40) -> int:
        """Wait until it ends; return its exit code, which is negative for a signal."""
        return await self._process.ended(seconds)

    def send(self, name: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send(name)

    def fill_disk(self, file: Path) -> None:
        """Let no file of the process grow beyond the present size of one: the disk is full."""
        self._limit_files(file.stat().st_size)

    def clear_disk(self) -> None:
        """Let the process's files grow again."""
        self._limit_files(resource.RLIM_INFINITY)

    def _limit_files(self, size: int) -> None:
        _, most = resource.prlimit(self.process_id, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process_id, resource.RLIMIT_FSIZE, (size, most))

    async def kill(self) -> None:
        """End it, if it still runs, without asking it."""
        self.send(signal.SIGKILL)
        await self.ended()
