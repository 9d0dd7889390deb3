"""Moderators: where they are notified, and what they may do when a post is due."""

from __future__ import annotations

from collections.abc import Callable

import discord

from bot.delivery.delivery_errors import OutcomeUnknown
from bot.delivery.jobs.notices import Place
from bot.state.digests import Target
from bot.ui.components import channels
from bot.ui.components.error_mapping import delivery_errors

_ADDED = 20
"""Entries about bots that the audit log is searched for: ours is among the newest."""


class DiscordModerators:
    """Reaches moderators through a logged-in client; every method may raise a DeliveryError.

    `may_moderate` says whether a member is a moderator; `log_channel` gives the channel of a server
    in which its moderators follow what happens, if there is one.
    """

    def __init__(
        self,
        client: discord.Client,
        may_moderate: Callable[[discord.Member], bool],
        log_channel: Callable[[int], int | None],
    ) -> None:
        self._client = client
        self._may_moderate = may_moderate
        self._log_channel = log_channel

    async def may_post(self, server_id: int, member_id: int, target: Target) -> bool:
        """Whether a member is a moderator now and may post at a target.

        A target that cannot be found does not count against them: the attempt to post will tell.
        """
        member = await self._member(server_id, member_id)
        if member is None or not self._may_moderate(member):
            return False
        channel = await channels.find(member.guild, target.channel_id)
        return isinstance(channel, str) or channels.lacks(member, channel, target) is None

    async def name(self, server_id: int, member_id: int) -> str:
        """What a member is called in a server; their id if they have left it."""
        member = await self._member(server_id, member_id)
        return member.display_name if member else str(member_id)

    async def _member(self, server_id: int, member_id: int) -> discord.Member | None:
        """A member as Discord knows them now; None if they left."""
        guild = self._client.get_guild(server_id)
        if guild is None or guild.unavailable:
            raise OutcomeUnknown("the server is not available")
        with delivery_errors():
            try:
                return await guild.fetch_member(member_id)
            except discord.NotFound:
                return None

    async def channel_id(self, server_id: int, place: Place) -> int | None:
        """The channel in which moderators, or a member, get notices; None if there is none.

        Members read the system channel too, so it is for the arrival alone.
        """
        guild = self._client.get_guild(server_id)
        if place == "log":
            return self._log_channel(server_id)
        if place == "updates":
            updates = guild.public_updates_channel if guild else None
            return updates.id if updates else None
        if place == "system":
            return _system_channel_id(guild) if guild else None
        member_id = await _adder_id(guild) if place == "adder" else place
        if member_id is None:
            return None
        with delivery_errors():
            return (await self._client.create_dm(discord.Object(member_id))).id


def _system_channel_id(guild: discord.Guild) -> int | None:
    """The channel of Discord's own messages, if the bot may write there."""
    channel = guild.system_channel
    return channel.id if channel and not channels.missing_permissions(channel, None) else None


async def _adder_id(guild: discord.Guild | None) -> int | None:
    """Who added the bot, if it may read the audit log that says so. Raises DeliveryError."""
    if guild is None or guild.unavailable:
        raise OutcomeUnknown("the server is not available")
    me = guild.me
    if not me.guild_permissions.view_audit_log:
        return None
    with delivery_errors():
        added = guild.audit_logs(action=discord.AuditLogAction.bot_add, limit=_ADDED)
        async for entry in added:
            if entry.user and entry.target and entry.target.id == me.id:
                return entry.user.id
    return None
