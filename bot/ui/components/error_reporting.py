"""When something breaks: the asker is told privately and plainly, the log gets the rest."""

from __future__ import annotations

import secrets
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.texts.catalogues import choose, words

_ALREADY_ANSWERED = 40060  # Discord showed our answer although its own reply to us was an error
_UNKNOWN_INTERACTION = 10062  # it took longer than 3 s, or the connection was gone

log = structlog.stdlib.get_logger("factdesk.ui")


class ErrorReportingTree(app_commands.CommandTree[Any]):
    """The command tree, with one place for everything that commands did not foresee."""

    async def on_error(
        self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /
    ) -> None:
        """Report the error, or what it was raised from."""
        await report(interaction, error.__cause__ or error)


async def report(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Log an unforeseen error under a short code, and tell the asker that code."""
    if isinstance(error, discord.HTTPException) and error.code == _ALREADY_ANSWERED:
        return
    code = secrets.token_hex(3)
    command = interaction.command.qualified_name if interaction.command else None
    log.error("interaction failed", code=code, command=command, exc_info=error)
    if isinstance(error, discord.NotFound) and error.code == _UNKNOWN_INTERACTION:
        return
    text = words(choose(str(interaction.locale)))("error.unforeseen", code=code)
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except discord.HTTPException:
        log.warning("the asker could not be told", code=code, exc_info=True)
