"""The cog of `/setup`: one card that sets the bot up in a server."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.ui.components.client import FactdeskClient, Interaction
from bot.ui.components.localised import text
from bot.ui.components.moderator_commands import Slash
from bot.ui.setup import controls


class SetupCommands(commands.Cog, name="Setup"):
    """Adds `/setup`, and handles the controls and forms of its card."""

    def __init__(self, bot: FactdeskClient) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Add the command and the controls."""
        self.bot.tree.add_command(_command())
        self.bot.add_dynamic_items(controls.SetupButton, controls.SetupMenu)
        self.bot.forms.add(controls.FORM, controls.take_form)


def _command() -> Slash:
    made: Slash = app_commands.Command(
        name="setup", description=text("setup.command"), callback=_set_up
    )
    made.guild_only = True
    made.default_permissions = discord.Permissions(manage_guild=True)
    return made


async def _set_up(interaction: Interaction) -> None:
    await controls.manage(interaction, lambda: controls.show(interaction, "server"))
