"""The channels that posts can go to, and what keeps the bot or a member from posting there.

The names of permissions are those that Discord's own client shows in a channel's settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import discord

from bot.delivery.delivery_errors import Refused
from bot.state.digests import BlockReason, Target
from bot.texts.catalogues import Words
from bot.ui.components.error_mapping import delivery_errors
from bot.ui.components.messages import UserError

Postable = discord.TextChannel | discord.Thread | discord.ForumChannel

KINDS = (
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.public_thread,
    discord.ChannelType.news_thread,
    discord.ChannelType.forum,
)


async def find(guild: discord.Guild, channel_id: int) -> Postable | BlockReason:
    """A channel of a server, or the reason why the bot cannot post there.

    Raises DeliveryError if Discord does not say.
    """
    channel: object = guild.get_channel(channel_id)
    if channel is None:  # it may be a thread, which is not kept
        try:
            with delivery_errors():
                channel = await guild.fetch_channel(channel_id)
        except Refused as refused:
            return refused.reason
        except discord.InvalidData:
            return "no-channel"
    if isinstance(channel, Postable) and channel.type in KINDS:
        return channel
    return "no-channel"


def role_exists(guild: discord.Guild, role_id: int) -> bool:
    """Whether a server has a role; it counts as there while the server is not available."""
    return guild.unavailable or guild.get_role(role_id) is not None


def require_postable(channel: Postable, target: Target, words: Words) -> None:
    """Raise UserError if a digest cannot go to a channel; the error says what to do about it."""
    require_access(channel, target.role_id, words)
    if _wants_tag(channel, target.tag_id):
        raise UserError(words("digest.needs-tag"), words("digest.needs-tag.help"))


def require_access(channel: Postable, role_id: int | None, words: Words) -> None:
    """Raise UserError if the bot cannot post in a channel or notify a role there."""
    if missing := missing_permissions(channel, role_id):
        names = [f"- **{words(f'permission.{name}')}**" for name in missing]
        why = [words(f"permission.{name}.why") for name in missing if name in _EXPLAINED]
        raise UserError(
            words("digest.missing"),
            words("digest.missing.there", channel=channel.mention),
            *names,
            *why,
            words("digest.missing.help"),
        )
    if isinstance(channel, discord.Thread) and channel.locked:
        raise UserError(
            words("digest.locked"), words("digest.locked.help", channel=channel.mention)
        )
    if role_id and not role_exists(channel.guild, role_id):
        raise UserError(words("gone.role.notify"), words("gone.role.notify.help"))


def require_own_access(
    member: discord.Member, channel: Postable, target: Target | None, words: Words
) -> None:
    """Raise UserError if a member may not do themselves what a post to a target there does.

    The bot does for no member what they could not do themselves. Without a target, a plain message
    is meant.
    """
    match lacks(member, channel, target):
        case "channel":
            there = words("briefing.ui.where.yourself.help", channel=channel.mention)
            raise UserError(words("briefing.ui.where.yourself"), there)
        case "role":
            assert target, "without a target no role is notified"
            role = words("briefing.ui.role.yourself.help", role=f"<@&{target.role_id}>")
            raise UserError(words("briefing.ui.role.yourself"), role)
        case "tag":
            raise UserError(
                words("briefing.ui.tag.yourself"), words("briefing.ui.tag.yourself.help")
            )
        case None:
            return


async def require_own_access_to(member: discord.Member, target: Target, words: Words) -> None:
    """The same for what is posted already: if its channel is gone, nothing can be done there."""
    channel = await find(member.guild, target.channel_id)
    if not isinstance(channel, str):
        require_own_access(member, channel, None, words)


def lacks(
    member: discord.Member, channel: Postable, target: Target | None
) -> Literal["channel", "role", "tag"] | None:
    """What keeps a member from posting in a channel, from notifying a role or using a tag there."""
    is_thread = isinstance(channel, discord.Thread)
    if is_thread and channel.parent is None:
        return None  # its permissions are unknown here: Discord will check them
    may = channel.permissions_for(member)
    may_send = may.send_messages_in_threads if is_thread else may.send_messages
    if not may.view_channel or not may_send:
        return "channel"
    role = channel.guild.get_role(target.role_id) if target and target.role_id else None
    if role and not role.mentionable and not may.mention_everyone:
        return "role"
    if target and _is_moderated(channel, target.tag_id) and not may.manage_threads:
        return "tag"
    return None


def _is_moderated(channel: Postable, tag_id: int | None) -> bool:
    """Whether a tag of a forum may only be used by members with Manage Threads."""
    if tag_id is None or not isinstance(channel, discord.ForumChannel):
        return False
    tag = channel.get_tag(tag_id)
    return tag is not None and tag.moderated


def _wants_tag(channel: Postable, tag_id: int | None) -> bool:
    """Whether a forum takes no post without a tag, and the one given is none of its tags."""
    if not isinstance(channel, discord.ForumChannel) or not channel.flags.require_tag:
        return False
    return tag_id is None or channel.get_tag(tag_id) is None


_EXPLAINED = ("read_message_history", "mention_everyone")
"""Permissions whose need is not obvious."""


def missing_permissions(channel: Postable, role_id: int | None) -> tuple[str, ...]:
    """The permissions that a post needs there and the bot lacks, by their names in Discord."""
    return tuple(_missing(channel, role_id))


def _missing(channel: Postable, role_id: int | None) -> Iterator[str]:
    may = _permissions(channel)
    if not may.view_channel:
        yield "view_channel"
    if isinstance(channel, discord.Thread):
        if not may.send_messages_in_threads:
            yield "send_messages_in_threads"
    elif not may.send_messages:
        # In a forum, Discord's client gives this permission another name.
        yield "create_posts" if isinstance(channel, discord.ForumChannel) else "send_messages"
    if not may.read_message_history:
        yield "read_message_history"
    role = channel.guild.get_role(role_id) if role_id else None
    if role and not role.mentionable and not may.mention_everyone:
        yield "mention_everyone"


def _permissions(channel: Postable) -> discord.Permissions:
    """What the bot may do in a channel, each permission by itself.

    discord.py's own computation removes every permission if a member cannot see the channel, and
    some if they cannot write there, which hides what is really missing.
    """
    me = channel.guild.me
    may = me.guild_permissions
    base = channel.parent if isinstance(channel, discord.Thread) else channel
    if may.administrator or base is None:
        return may
    everyone = channel.guild.default_role
    may.handle_overwrite(*_values(base.overwrites_for(everyone)))
    allowed = denied = 0
    for role in me.roles:
        if role != everyone:
            allow, deny = _values(base.overwrites_for(role))
            allowed, denied = allowed | allow, denied | deny
    may.handle_overwrite(allowed, denied)
    may.handle_overwrite(*_values(base.overwrites_for(me)))
    return may


def _values(overwrite: discord.PermissionOverwrite) -> tuple[int, int]:
    allow, deny = overwrite.pair()
    return allow.value, deny.value
