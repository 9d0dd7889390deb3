"""Switches the running bot to another base: one built elsewhere, or one it builds itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.answers.lifecycle import reopen_service
from bot.answers.service import AnswerService
from bot.config import Config
from bot.facts.build_aside import build_aside
from bot.facts.errors import BaseError
from bot.facts.load import Folders
from bot.facts.store import Store

log = structlog.stdlib.get_logger("factdesk.base")

_POLL_EVERY = 20.0  # seconds
_CLOSE_AFTER = 60.0  # seconds after which no answer still reads the previous base


class BaseWatch:
    """Keeps the answer service on the base that was built last; calls `on_switch` afterwards."""

    def __init__(
        self, config: Config, service: AnswerService, on_switch: Callable[[], None]
    ) -> None:
        self._config = config
        self._service = service
        self._on_switch = on_switch
        self._rebuilding = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Look for a newly built base every few seconds, until cancelled.

        Pictures of another base, and of the first, are drawn ahead.
        """
        drawn: Store | None = None
        while True:
            await asyncio.sleep(_POLL_EVERY)
            try:
                await self.reopen()
            except BaseError as error:
                log.warning("the base that was built last cannot be opened", reason=str(error))
            if drawn is not self._service.store:
                drawn = self._service.store
                await self._draw_ahead()

    async def _draw_ahead(self) -> None:
        try:
            await self._service.draw_ahead()
        except Exception as error:  # what is not drawn ahead is drawn when it is asked for
            log.warning("pictures could not be drawn ahead", reason=repr(error))

    async def rebuild(self) -> bool:
        """Build the base if its files changed, and answer from it; returns whether it is new.

        Raises BaseError, or OSError if a file cannot be read; the present base then stays.
        """
        folders = Folders(self._config.facts, self._config.seeds)
        async with self._rebuilding:  # two builds at once would write the same draft
            await build_aside(folders, self._config.data)
            return await self.reopen()

    async def reopen(self) -> bool:
        """Answer from the base that was built last; returns whether it is new.

        Raises BaseError if it cannot be opened; the present base then stays.
        """
        previous = await reopen_service(self._service, self._config.data)
        if previous is None:
            return False
        self._on_switch()
        closing = asyncio.create_task(_close_later(previous))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        return True

    async def close(self) -> None:
        """Close the previous bases now."""
        for closing in self._closing:
            closing.cancel()
        if self._closing:
            await asyncio.wait(self._closing)


async def _close_later(store: Store) -> None:
    """Close a base once no answer reads it any more, or at once if cancelled."""
    try:
        await asyncio.sleep(_CLOSE_AFTER)
    finally:
        await store.close()
