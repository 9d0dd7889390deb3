"""Changes of settings that the commands and the card of `/setup` share; each raises UserError."""

from __future__ import annotations

import discord

from bot.ui.components import channels
from bot.ui.components.client import Interaction, guild_of, member_of, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.messages import UserError
from bot.ui.digests.options import read_channel
from bot.ui.settings.guarded import announce


async def change_role(interaction: Interaction, role: discord.Role | None) -> None:
    """Let the members of a role moderate, or of none."""
    words = reader_words(interaction)
    if role and role.is_default():
        raise UserError(words("settings.role.everyone"), words("settings.role.everyone.help"))
    if role:
        await announce(interaction, "role", role.mention)
    else:
        await announce(interaction, "role.none")
    settings = interaction.client.state.settings
    await settings.choose_role(server_id_of(interaction), role.id if role else None)


async def change_log(interaction: Interaction, channel_id: int | None) -> None:
    """Have moderators' steps logged in a channel, or in none."""
    words = reader_words(interaction)
    if channel_id:
        found = await require_access(interaction, channel_id)
        if isinstance(found, discord.ForumChannel):
            raise UserError(words("settings.log.forum"), words("settings.log.forum.help"))
        channels.require_own_access(member_of(interaction), found, None, words)
        await announce(interaction, "log", found.mention)
    else:
        await announce(interaction, "log.none")
    await interaction.client.state.settings.choose_log(server_id_of(interaction), channel_id)


async def require_access(interaction: Interaction, channel_id: int) -> channels.Postable:
    """A channel in which the bot can post."""
    words = reader_words(interaction)
    channel = await read_channel(guild_of(interaction), channel_id, words)
    channels.require_access(channel, None, words)
    return channel
