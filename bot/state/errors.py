"""Errors of the state as a whole. They carry data; `bot/cli/errors.py` words them.

StateError
├── MissingDriver         the database's driver is not installed
├── DatabaseUnavailable   the database does not answer, or refuses
├── NewerState            a newer version of this program made the tables
├── TablesInUse           an older version of this program still serves on the tables
├── NoState               a file does not hold a whole state
├── StateInUse            a state cannot be replaced while the bot runs
├── OneProcessOnly        SQLite is for one process
├── NoSessions            a pooler before the database has no sessions for several processes
└── LostShards            another process may have this one's shards
"""

from __future__ import annotations

from pathlib import Path

from bot.shards import Shards


class StateError(Exception):
    """The state cannot be read or written."""


class MissingDriver(StateError):
    """The driver of the database is not installed; carries the extra that installs it."""

    def __init__(self, extra: str) -> None:
        super().__init__(extra)
        self.extra = extra


class DatabaseUnavailable(StateError):
    """The database does not answer, or refuses; carries its reason, without any password."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NewerState(StateError):
    """The tables are of a version that this program does not know; carries it and our newest."""

    def __init__(self, found: str, newest: str) -> None:
        super().__init__(found, newest)
        self.found = found
        self.newest = newest


class TablesInUse(StateError):
    """The tables cannot be changed while an older version serves; carries theirs and our newest."""

    def __init__(self, found: str, newest: str) -> None:
        super().__init__(found, newest)
        self.found = found
        self.newest = newest


class NoState(StateError):
    """A file does not hold a whole state that this version can read; carries its path and why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


class StateInUse(StateError):
    """A process has the state open; carries its path."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


class OneProcessOnly(StateError):
    """Several processes cannot share a SQLite file."""


class NoSessions(StateError):
    """A pooler gives each transaction another connection, so that no lock can be held."""


class LostShards(StateError):
    """Another process holds this one's shards, or may; carries the shards."""

    def __init__(self, shards: Shards) -> None:
        super().__init__(str(shards))
        self.shards = shards
