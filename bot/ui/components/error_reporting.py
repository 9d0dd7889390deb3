"""Unforeseen errors: the asker gets a private, plain message with a code, the log the rest."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable
from time import monotonic

import discord
import structlog
from discord import app_commands

from bot.texts.catalogues import choose, words_in
from bot.ui.components.client import FactdeskClient, Interaction

_ALREADY_ANSWERED = 40060  # Discord showed our answer although it reported an error to us
_UNKNOWN_INTERACTION = 10062  # it took longer than 3 s, or the connection was gone

_BEGAN = "began"  # when the handling of a command began, by the monotonic clock

log = structlog.stdlib.get_logger("factdesk.ui")


class ErrorReportingTree(app_commands.CommandTree[FactdeskClient]):
    """The command tree; it reports whatever a command did not foresee, and counts its commands."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Let every interaction through, and note when its handling begins."""
        if interaction.type is discord.InteractionType.autocomplete:
            interaction.client.metrics.autocomplete()
        interaction.extras[_BEGAN] = monotonic()
        return True

    async def on_error(
        self, interaction: Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Report the error, or what it was raised from."""
        count_command(interaction, "failed")
        await report(interaction, error.__cause__ or error)


def count_command(interaction: Interaction, outcome: str) -> None:
    """Count a command that has ended."""
    name = interaction.command.qualified_name if interaction.command else ""
    seconds = monotonic() - interaction.extras[_BEGAN]
    interaction.client.metrics.interaction("command", name, outcome, seconds)


async def reported(interaction: Interaction, work: Awaitable[None]) -> None:
    """Await work that belongs to no command, and report what it raises: no other handler would."""
    control, _, _ = str((interaction.data or {}).get("custom_id", "")).partition(":")
    try:
        with interaction.client.metrics.timed("control", control):
            await work
    except Exception as error:
        await report(interaction, error)


async def report(interaction: Interaction, error: BaseException) -> None:
    """Log an unforeseen error under a short code, and give the asker that code."""
    if isinstance(error, discord.HTTPException) and error.code == _ALREADY_ANSWERED:
        return
    code = secrets.token_hex(3)
    command = interaction.command.qualified_name if interaction.command else None
    log.error("interaction failed", code=code, command=command, exc_info=error)
    if isinstance(error, discord.NotFound) and error.code == _UNKNOWN_INTERACTION:
        return
    text = words_in(choose(str(interaction.locale)))("error.unforeseen", code=code)
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except discord.HTTPException:
        log.warning("the error message could not be sent", code=code, exc_info=True)
