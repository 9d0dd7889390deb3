"""A bot that delivers inside the test's process: for whatever happens to no process.

It costs a tenth of a process of its own. Several may run at once, each with a Discord and a log of
its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any, Self

import pytest
import structlog
from discord.http import Route

from tests.delivery.orders import Orders
from tests.delivery.process import deliver, discord_at

_address = ContextVar("address", default=Route.BASE)
_log: ContextVar[list[str]] = ContextVar("log")
_opening: ContextVar[asyncio.Lock] = ContextVar("opening")


class InsideDeliverer:
    """A bot that delivers as a task. Use `start`, within `several`."""

    def __init__(self, task: asyncio.Task[None], log: list[str]) -> None:
        self._task = task
        self._log = log

    @classmethod
    def start(cls, orders: Orders) -> Self:
        """Start to follow orders."""
        log: list[str] = []
        context = copy_context()
        context.run(_address.set, discord_at(orders.discord_port))
        context.run(_log.set, log)
        delivering = deliver(orders, _opening.get())
        return cls(asyncio.get_running_loop().create_task(delivering, context=context), log)

    @property
    def log(self) -> str:
        """All that it has logged so far."""
        return "\n".join(self._log)

    async def kill(self) -> None:
        """End it, and raise what it ended with, if that was no order."""
        self._task.cancel()
        try:
            await self._task
        except asyncio.CancelledError:
            if not self._task.cancelled():
                raise


@contextmanager
def several() -> Generator[None]:
    """Let each bot that starts within the block have a Discord and a log of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Route, "BASE", property(lambda _: _address.get()))
        before = structlog.get_config()["processors"]
        structlog.configure(processors=[_keep])
        _opening.set(asyncio.Lock())  # Alembic keeps what it works on in a global
        try:
            yield
        finally:
            structlog.configure(processors=before)


def _keep(_: object, level: str, entry: MutableMapping[str, Any]) -> str:
    log = _log.get(None)
    if log is not None:
        log.append(f"{level}: {dict(entry)}")
    raise structlog.DropEvent
