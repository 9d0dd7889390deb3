"""Settings that protect moderators from one another: who may change them, and who hears of it."""

from __future__ import annotations

import aiohttp
import discord
import structlog

from bot.ui.components.client import Interaction, server_id_of
from bot.ui.components.language import server_words
from bot.ui.components.permissions import require_manage_server

log = structlog.stdlib.get_logger("factdesk.ui")


async def announce(interaction: Interaction, key: str, **values: str) -> None:
    """Say in the log channel what a member is about to change; a failure is only logged.

    Raises UserError if the member has not the permission Manage Server.
    """
    require_manage_server(interaction)
    server_id = server_id_of(interaction)
    channel_id = interaction.client.state.settings.of(server_id).log_channel_id
    if channel_id is None:
        return
    line = server_words(interaction)(key, **values)
    try:
        await interaction.client.get_partial_messageable(channel_id).send(
            line, allowed_mentions=discord.AllowedMentions.none()
        )
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        log.warning("the log channel could not be reached", server=server_id, reason=str(error))
