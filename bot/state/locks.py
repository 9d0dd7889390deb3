"""The locks that processes of the bot hold as long as they serve: `fences.py` takes them.

In PostgreSQL a shard is an advisory lock of a session. With SQLite a file beside the state is
locked. While a process holds any, no other one changes the tables under it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.state.backup import IN_USE
from bot.state.errors import DatabaseUnavailable

GUARD = 7_204_000_000
"""The lock under which locks of shards are taken, or the tables changed."""
SHARD_CLASS = 720_400_000
"""A shard's lock is the pair of this plus the number of shards, and its id."""
_MOST_SHARDS = 1_000_000

HELD = f"""
SELECT held.classid::bigint - {SHARD_CLASS}, held.objid::bigint
FROM pg_locks AS held LEFT JOIN pg_stat_activity AS session USING (pid)
WHERE held.locktype = 'advisory' AND held.objsubid = 2 AND held.granted
AND held.classid::bigint BETWEEN {SHARD_CLASS} AND {SHARD_CLASS + _MOST_SHARDS}
AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
"""The shards that are held, each as their number and its id."""


class FileLock:
    """The file beside a SQLite state that a process locks as long as it runs."""

    def __init__(self, state: Path) -> None:
        self.path = state.with_name(f"{state.name}.running")
        self._file: sqlite3.Connection | None = None

    def take(self) -> bool:
        """Lock the file, unless another process has. Raises DatabaseUnavailable."""
        try:
            if self._file is None:
                self._file = sqlite3.connect(self.path, timeout=0, isolation_level=None)
            self._file.execute("PRAGMA journal_mode = MEMORY")
            self._file.execute("BEGIN EXCLUSIVE")
            # A file that may only be read is not locked, and SQLite says so at a write.
            self._file.execute("PRAGMA user_version = 1")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode in IN_USE:
                return False
            raise DatabaseUnavailable(f"{self.path}: {error}") from error
        return True

    def release(self) -> None:
        """Let the next process have it."""
        if self._file:
            self._file.close()
            self._file = None
