"""What the bot lacks in the channels that a server chose, and who can give it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import discord

from bot.delivery.delivery_errors import DeliveryError
from bot.state.digests import Target
from bot.texts.catalogues import Words
from bot.ui.components import channels


@dataclass(frozen=True)
class Missing:
    """The permissions that the bot lacks in a channel, by their names in Discord.

    Without `channel`, the bot does not see it.
    """

    channel_id: int
    channel: channels.Postable | None
    permissions: tuple[str, ...]


async def find_missing(
    guild: discord.Guild, log_id: int | None, digest: Target | None
) -> tuple[Missing, ...]:
    """What the bot lacks in the log channel and in the digest's; nothing while Discord is away."""
    targets = [*([Target(log_id)] if log_id else []), *([digest] if digest else [])]
    found = {target.channel_id: await _missing(guild, target) for target in targets}
    return tuple(missing for missing in found.values() if missing and missing.permissions)


async def _missing(guild: discord.Guild, target: Target) -> Missing | None:
    try:
        channel = await channels.find(guild, target.channel_id)
    except DeliveryError:
        return None
    if channel == "no-access":
        return Missing(target.channel_id, None, ("view_channel",))
    if isinstance(channel, str):
        return None  # it is gone, and shown as deleted
    permissions = channels.missing_permissions(channel, target.role_id)
    return Missing(target.channel_id, channel, permissions)


def missing_lines(
    member: discord.Member, missing: tuple[Missing, ...], words: Words
) -> Iterator[str]:
    """What the bot lacks, a channel a line, each with who can give it."""
    for each in missing:
        names = words.list([f"**{words(f'permission.{name}')}**" for name in each.permissions])
        yield words("setup.missing", channel=f"<#{each.channel_id}>", permissions=names)
        if _may_give(member, each.channel):
            yield words("setup.missing.you")
        else:
            yield words("setup.missing.others", owner=f"<@{member.guild.owner_id}>")


def _may_give(member: discord.Member, channel: channels.Postable | None) -> bool:
    """Whether a member may change the permissions of a channel."""
    place = channel.parent if isinstance(channel, discord.Thread) else channel
    may = place.permissions_for(member) if place else member.guild_permissions
    return may.manage_roles
