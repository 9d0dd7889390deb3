"""Whether the state may have changed: by PostgreSQL's word, or by a look at SQLite's files."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import CHANNEL, Database, answering


class ChangeFeed:
    """Notices that anything was changed in the state, by this process or another."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._files: object = None
        self._listening: AsyncConnection | None = None
        self._driver: Any = None
        self._heard = True

    async def seen(self) -> bool:
        """Whether anything may have changed since this was last asked; true the first time.

        Raises DatabaseUnavailable.
        """
        if self._database.is_sqlite:
            return self._files_differ()
        await self._listen()
        heard, self._heard = self._heard, False
        return heard

    async def close(self) -> None:
        """Stop listening."""
        if self._listening:
            with suppress(Exception):  # a lost connection cannot be closed well
                await self._listening.invalidate()
                await self._listening.close()
            self._listening = self._driver = None

    def _files_differ(self) -> bool:
        # A look at the files' times costs no thread and no query, so it may be had at every tick.
        database = Path(self._database.engine.url.database or "")
        files = tuple(map(_mark, (database, database.with_name(f"{database.name}-wal"))))
        differ, self._files = files != self._files, files
        return differ

    async def _listen(self) -> None:
        """Listen, where this does not listen yet or the connection was lost."""
        if self._driver and not self._driver.is_closed():
            return
        await self.close()
        with answering():
            self._listening = await self._database.engine.connect()
            driver: Any = (await self._listening.get_raw_connection()).driver_connection
            await driver.add_listener(CHANNEL, self._hear)
        # What was said while nobody listened is not said again.
        self._driver, self._heard = driver, True

    def _hear(self, *_: object) -> None:
        self._heard = True


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
