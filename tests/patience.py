"""How long tests wait for what must come, and how."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from time import monotonic

_BUSY = 6.0  # times as slow as an idle machine; a test that hangs must fail in the end


def patience(seconds: float) -> float:
    """The seconds to wait, on any machine, for what an idle one does in `seconds`.

    A limit only ends what hangs: whatever comes is not waited for any longer. So it is wide on
    every machine, and not measured by the load, which may rise right after one has looked at it.
    """
    return seconds * _BUSY


async def until(
    what: str, look: Callable[[], object | Awaitable[object]], seconds: float = 40
) -> None:
    """Wait until `look` finds something; raise TimeoutError where it does not in time."""
    seconds = patience(seconds)
    end = monotonic() + seconds
    while True:
        found = look()
        if (await found) if inspect.isawaitable(found) else found:
            return
        if monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        await asyncio.sleep(0.2)  # looking costs more than the wait
