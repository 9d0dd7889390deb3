"""The links that add the bot to a server, or to a member's own account."""

from __future__ import annotations

import discord

_NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
)


def invitation(application_id: int) -> str:
    """The link that invites the bot to a server, with the least permissions that it needs."""
    return discord.utils.oauth_url(
        application_id, permissions=_NEEDED, scopes=("bot", "applications.commands")
    )


def addition(application_id: int) -> str:
    """The link that adds the commands to a member's own account."""
    link = discord.utils.oauth_url(application_id, scopes=("applications.commands",))
    return f"{link}&integration_type=1"  # a user, not a server
