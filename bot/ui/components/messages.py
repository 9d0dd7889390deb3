"""Private replies to commands and presses: a title, lines, small print, buttons below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import discord
from discord import ui

from bot.ui.components import own_card
from bot.ui.components.client import Interaction
from bot.ui.components.markdown import escape
from bot.ui.components.persistent_items import PersistentItem, row_of


@dataclass(frozen=True)
class ReplyText:
    """A reply to a moderator. The title is plain text; the rest is Discord's markdown."""

    title: str
    lines: tuple[str, ...] = ()
    small: tuple[str, ...] = ()

    def as_alert(self) -> str:
        """The reply as markdown above a card."""
        return "\n".join((f"**{escape(self.title)}**", *self.lines))


class UserError(Exception):
    """A request cannot be carried out as it is; carries the reply that says why."""

    def __init__(self, title: str, *lines: str) -> None:
        super().__init__(title)
        self.reply = ReplyText(title, lines)


async def answer(interaction: Interaction, reply: ReplyText, *buttons: PersistentItem) -> None:
    """Answer privately, even if the interaction was deferred."""
    await own_card.send(interaction, view(reply, *buttons))


def view(reply: ReplyText, *buttons: PersistentItem) -> ui.LayoutView:
    """The view of a reply; it holds nothing but dynamic buttons, so they outlive the process."""
    layout = view_of(reply, ())
    if buttons:
        layout.add_item(row_of(*buttons))
    return layout


def view_of(reply: ReplyText, further: Iterable[str]) -> ui.LayoutView:
    """The view of a reply, with further texts before its small print."""
    layout = ui.LayoutView(timeout=None)
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=discord.Colour(0x3B6EA5))
    small = "\n".join(f"-# {line}" for line in reply.small)
    for text in (f"### {escape(reply.title)}", "\n".join(reply.lines), *further, small):
        if text:
            box.add_item(ui.TextDisplay(text))
    layout.add_item(box)
    return layout
