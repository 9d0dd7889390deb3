"""What has happened so far, and waiting for what has not: always bounded, never silent."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from tests.patience import patience

Found = TypeVar("Found")


class Journal:
    """A list of lines, one for each thing that happened, that a test can wait on."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._began = monotonic()
        self._news = asyncio.Event()

    def note(self, line: str) -> None:
        """Write `line` down with its time, and wake whoever waits."""
        self.lines.append(f"{monotonic() - self._began:7.3f}  {line}")
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, what: str, look: Callable[[], Found | None], seconds: float) -> Found:
        """Return the first thing that `look` finds; raise TimeoutError telling the story so far."""
        seconds = patience(seconds)
        try:
            async with asyncio.timeout(seconds):
                while (found := look()) is None:
                    await self._news.wait()
                return found
        except TimeoutError:
            story = "\n".join(self.lines) or "nothing at all"
            raise TimeoutError(
                f"waited {seconds:g} s for {what}; what happened:\n{story}"
            ) from None
