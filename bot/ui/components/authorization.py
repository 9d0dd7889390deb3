"""Who is a moderator of a server: `moderator_commands` lets only them run its commands.

Whether a moderator may post in a channel is in `channels`; both are checked again when a briefing
is due, by `DiscordModerators.may_post` in `ui/posting/moderators.py`.
"""

from __future__ import annotations

import discord

from bot.ui.components.client import Interaction
from bot.ui.components.language import reader_words
from bot.ui.components.messages import UserError


def may_moderate(interaction: Interaction) -> bool:
    """Whether the user has Manage Server, or the role that the server's moderators chose."""
    member = interaction.user
    if interaction.guild_id is None or not isinstance(member, discord.Member):
        return False
    role_id = moderator_role_of(interaction)
    return interaction.permissions.manage_guild or _member_has_role(member, role_id)


def require_manage_server(interaction: Interaction) -> None:
    """Raise UserError if a moderator has only the role: what guards others needs the permission."""
    if not interaction.permissions.manage_guild:
        words = reader_words(interaction)
        needed = words("moderating.needs", permission=words("permission.manage_guild"))
        raise UserError(words("moderating.guarded"), needed)


def moderates(member: discord.Member, role_id: int | None) -> bool:
    """Whether a member has Manage Server, or the role that the server's moderators chose."""
    return member.guild_permissions.manage_guild or _member_has_role(member, role_id)


def _member_has_role(member: discord.Member, role_id: int | None) -> bool:
    return role_id is not None and member.get_role(role_id) is not None


def moderator_role_of(interaction: Interaction) -> int | None:
    """The role that the server chose for its moderators; None if it chose none."""
    return interaction.client.state.settings.of(interaction.guild_id).moderator_role_id
