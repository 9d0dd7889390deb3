"""A page's picture in a message: the file, the gallery that shows it, and how both are sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TypeVar

import discord
import structlog
from discord import ui

from bot.cards.card import Picture
from bot.cards.limits import ALT_TEXT, shorten
from bot.pictures.chart import Chart
from bot.ui.components import payload
from bot.ui.components.payload import Component

log = structlog.stdlib.get_logger("factdesk.ui")

Sent = TypeVar("Sent")
Send = Callable[[ui.LayoutView, list[discord.File]], Awaitable[Sent]]

_NAME = "chart.png"
_REFUSED = (400, 403, 413)
_ANSWERED = 40060  # the interaction has its answer already


@dataclass(frozen=True)
class PicturedMessage:
    """A message that may have a picture.

    `view` makes its view, to be sent with the picture's file or without; `draw` draws a chart, or
    gives None if it cannot.
    """

    view: Callable[[bool], ui.LayoutView]
    picture: Picture | None
    draw: Callable[[Chart], Awaitable[bytes | None]]

    async def send(self, send: Send[Sent]) -> Sent:
        """Send it with its picture, or without one that cannot be drawn or is refused.

        What Discord refuses it has not posted, so to send it again makes no second message.
        """
        if self.picture and (png := await self.draw(self.picture.chart)):
            try:
                return await send(self.view(True), [picture_file(self.picture.alt, png)])
            except discord.HTTPException as refused:
                if refused.status not in _REFUSED or refused.code == _ANSWERED:
                    raise
                log.warning("a picture could not be sent", reason=str(refused))
        return await send(self.view(False), [])


def picture_file(alt: str, png: bytes) -> discord.File:
    """A picture as a file to send."""
    return discord.File(BytesIO(png), _NAME, description=shorten(alt, ALT_TEXT))


def gallery(alt: str) -> Component:
    """What shows the picture that is sent along."""
    return payload.picture(f"attachment://{_NAME}", shorten(alt, ALT_TEXT))
