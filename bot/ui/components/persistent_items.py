"""Buttons and menus that outlive the process that showed them.

Their custom ids hold all that they need. Build a new view with `timeout=None` for each message:
when a timed view expires, or a kept one is sent again without an item, discord.py forgets the class
of that item everywhere.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any, Self

import discord
from discord import ui

from bot.cards.limits import BUTTON_LABEL, shorten
from bot.ui.components.client import Interaction
from bot.ui.components.error_reporting import reported

Item = ui.Item[ui.LayoutView]
_NOTHING = r"(?!)"  # matches no custom id


class PersistentItem(ui.DynamicItem[Item], ABC, template=_NOTHING):
    """A control that is found again by its custom id.

    A subclass gives the `template` of its custom ids and says what a `press` does. No two templates
    may match the same custom id: discord.py would run both. Anything that `press` raises is
    reported here, because discord.py passes it to no error handler.
    """

    # Overrides of discord.py's generic methods must take any client.
    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The control that was used, as it is on the message."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the control says, and report it if that fails."""
        match = self.template.fullmatch(self.custom_id)
        assert match, "discord.py checks a custom id against the template"
        await reported(interaction, self.press(interaction, match))

    @abstractmethod
    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Answer the use of the control whose custom id is matched."""


def button(
    label: str, custom_id: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> ui.Button[ui.LayoutView]:
    """A button for a PersistentItem, its label cut to what Discord shows."""
    return ui.Button(label=shorten(label, BUTTON_LABEL), custom_id=custom_id, style=style)


def preselected(chosen: int | None) -> list[discord.Object]:
    """What a menu of channels or roles shows as chosen."""
    return [discord.Object(chosen)] if chosen else []


def row_of(*items: PersistentItem) -> ui.ActionRow[ui.LayoutView]:
    """A row of controls: up to five buttons, or one menu."""
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    for item in items:
        row.add_item(item)
    return row
