"""Whether any process changed the state: PostgreSQL notifies; SQLite is asked if its files changed.

This process's own writes count only if they are announced: digests write much that makes nothing
due.

Behind a pooler that gives each transaction another connection, no notification arrives. Then a
change is assumed each time.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.state.database import Database
from bot.state.errors import DatabaseUnavailable
from bot.state.sessions import Session

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger


class ChangeFeed:
    """Notices that the state was changed, by this process or another."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._files: object = None
        self._seen: object = None
        self._session: Session | None = None
        self._is_notified = False
        self._is_deaf = False

    async def has_changed(self) -> bool:
        """Whether anything may have changed since the last call; true the first time.

        Raises DatabaseUnavailable.
        """
        if self._database.is_sqlite:
            return self._files_differ() and await self._has_others_or_announced()
        if self._is_deaf:
            return True
        await self._listen()
        notified, self._is_notified = self._is_notified, False
        return notified

    async def close(self) -> None:
        """Stop listening."""
        if self._session:
            await self._session.close()
            self._session = None

    def _files_differ(self) -> bool:
        # This costs neither a thread nor a query, so it can be done at every tick.
        database = Path(self._database.engine.url.database or "")
        files = tuple(map(_stamp, (database, database.with_name(f"{database.name}-wal"))))
        differ, self._files = files != self._files, files
        return differ

    async def _has_others_or_announced(self) -> bool:
        """Whether another process has changed SQLite, or this one has announced that it did."""
        # With one connection, what was announced before the answer is committed by then.
        async with self._database.transaction() as connection:
            version = (await connection.execute(text("PRAGMA data_version"))).scalar_one()
        seen = version, self._database.announced
        differ, self._seen = seen != self._seen, seen
        return differ

    async def _listen(self) -> None:
        """Start listening, unless this listens already and still has its connection."""
        if self._session and not self._session.is_lost:
            return
        await self.close()
        self._session = await Session.open(self._database)
        try:
            self._is_deaf = not await self._session.listen(self._database, self._on_notify)
        except DatabaseUnavailable:
            await self.close()
            raise
        if self._is_deaf:
            _log().info("the database's pooler passes no notifications on; it is read regularly")
            await self.close()
        # Notifications sent before this are lost, so assume one.
        self._is_notified = True

    def _on_notify(self, *_: object) -> None:
        self._is_notified = True


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _log() -> BoundLogger:
    # Imported at use: structlog takes a tenth of a second, and `check` has nothing to log.
    import structlog

    return structlog.stdlib.get_logger("factdesk.state")
