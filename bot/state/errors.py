"""Errors of the state as a whole. They carry data; `bot/cli/errors.py` words them.

StateError
├── MissingDriver         the database's driver is not installed
└── DatabaseUnavailable   the database does not answer, or refuses
"""

from __future__ import annotations


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
