"""Pictures drawn from one base: made off the event loop, and kept while they are asked for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import structlog

from bot.pictures.chart import Chart

log = structlog.stdlib.get_logger("factdesk.pictures")

KEPT = 100
"""Pictures, of some 25 KB."""

_PATIENCE = 2.0  # seconds; Discord waits three for the whole answer


class Pictures:
    """The pictures of one base, by what they show."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Chart, bytes] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()  # two threads would only take turns

    async def png(self, chart: Chart) -> bytes | None:
        """The chart as a PNG, or None if it cannot be drawn, or not in time."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._drawn(chart)
        except Exception as error:  # the answer goes without its picture, whatever is wrong
            log.warning("a picture could not be drawn", title=chart.title, reason=repr(error))
            return None

    async def _drawn(self, chart: Chart) -> bytes:
        async with self._one_at_a_time:
            # A chart is looked up as seldom as can be: each time it is hashed with all its marks.
            drawn = self._kept.pop(chart, None) or await asyncio.to_thread(_png, chart)
            self._kept[chart] = drawn
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return drawn


def _png(chart: Chart) -> bytes:
    from bot.pictures.drawing import png  # here, as a start need not wait for Pillow

    return png(chart)
