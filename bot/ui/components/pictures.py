"""A page's picture in a message: the file, and the gallery that shows it."""

from __future__ import annotations

from io import BytesIO

import discord
from discord import ui

from bot.cards.limits import ALT_TEXT, shorten

_NAME = "chart.png"


def picture_file(alt: str, png: bytes) -> discord.File:
    """A picture as a file to send."""
    return discord.File(BytesIO(png), _NAME, description=shorten(alt, ALT_TEXT))


def gallery(alt: str) -> ui.MediaGallery[ui.LayoutView]:
    """What shows the picture that is sent along."""
    shown: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    return shown.add_item(media=f"attachment://{_NAME}", description=shorten(alt, ALT_TEXT))
