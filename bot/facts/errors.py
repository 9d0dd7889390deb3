"""What can go wrong with a base as a whole.

The errors carry data; `bot/cli/errors.py` words them.

BaseError
├── FaultyBase       the files have faults
├── UnwritableBase   `facts.db` could not be written
├── UnfinishedBuild  the process that built it ended too early
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
        super().__init__(faults)  # as a pickle has it, too
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return f"{len(self.faults)} faults"


class UnwritableBase(BaseError):
    """The built base could not be written; carries its path and the system's reason."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


class UnfinishedBuild(BaseError):
    """The process that built a base ended too early; carries its code, negative for a signal."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return f"the process that built it ended with {self.code}"


class UnreadableBase(BaseError):
    """A built base could not be opened; carries its path and the system's reason."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason
