"""What can go wrong with a base as a whole.

The errors carry data; `bot/cli/errors.py` words them.

BaseError
├── FaultyBase       the files have faults
├── UnwritableBase   `facts.db` could not be written
└── UnreadableBase   `facts.db` is damaged or not a base
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.documents import Fault


class BaseError(Exception):
    """A base cannot be built or opened."""


class FaultyBase(BaseError):
    """The base's files have faults; carries every one."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


class UnwritableBase(BaseError):
    """The built base could not be written; carries its path and the system's reason."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


class UnreadableBase(BaseError):
    """A built base could not be opened; carries its path and the system's reason."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason
