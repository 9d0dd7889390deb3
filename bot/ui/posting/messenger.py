"""Posts on Discord: sending, finding, editing, deleting and publishing them.

The client must be watched with `error_mapping.trace`. Every method may raise a DeliveryError.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import discord
from discord import ui
from discord.channel import ThreadWithMessage

from bot.cards.limits import THREAD_TITLE, shorten
from bot.delivery.delivery_errors import HistoryUnreadable, OutcomeUnknown, Refused
from bot.delivery.outbox import OutgoingPost
from bot.state.posts import MessageRef
from bot.ui.components.channels import Postable, role_exists
from bot.ui.components.error_mapping import delivery_errors, sent_once
from bot.ui.components.pictures import PicturedMessage
from bot.ui.posting.posts import carries

Render = Callable[[OutgoingPost], PicturedMessage]

_ALREADY_PUBLISHED = 40033
CLOCK_ERROR = timedelta(minutes=65)  # between Discord's clock and ours, were it an hour wrong
MOST_SEARCHED = 1_000
"""Messages or archived threads that a search looks at; if there are more, nobody can tell."""


class DiscordMessenger:
    """Sends posts through a logged-in client; `render` makes the message of a post."""

    def __init__(self, client: discord.Client, render: Render) -> None:
        self._client = client
        self._render = render

    async def send(self, outgoing: OutgoingPost) -> MessageRef:
        """Send a post; in a forum as a new thread under the card's title."""
        with delivery_errors():
            channel = await self._channel(outgoing)
            _require_role(channel.guild, outgoing.target.role_id)
            if isinstance(channel, discord.ForumChannel):
                return await self._start_thread(channel, outgoing)

            async def send(view: ui.LayoutView, files: list[discord.File]) -> discord.Message:
                return await channel.send(
                    view=view,
                    files=files,
                    nonce=outgoing.post_id,
                    allowed_mentions=_mentions(outgoing.target.role_id),
                    reference=_reference(channel, outgoing.reply_to),
                    mention_author=False,
                )

            message = await self._render(outgoing).send(send)
            return MessageRef(message.id, message.channel.id)

    async def _start_thread(
        self, forum: discord.ForumChannel, outgoing: OutgoingPost
    ) -> MessageRef:
        tag_id = outgoing.target.tag_id
        tag = forum.get_tag(tag_id) if tag_id else None

        async def send(view: ui.LayoutView, files: list[discord.File]) -> ThreadWithMessage:
            with sent_once():  # it takes no nonce
                return await forum.create_thread(
                    name=shorten(outgoing.card.title, THREAD_TITLE),
                    view=view,
                    files=files,
                    applied_tags=[tag] if tag else [],
                    allowed_mentions=_mentions(outgoing.target.role_id),
                )

        made = await self._render(outgoing).send(send)
        return MessageRef(made.message.id, made.thread.id)

    async def find(self, outgoing: OutgoingPost, since: datetime) -> MessageRef | None:
        """Look for a post in the history since an instant; None if it certainly is not there.

        Raises HistoryUnreadable if the bot may not read the history, or if it is too long.
        """
        with delivery_errors():
            channel = await self._channel(outgoing)
            require_history(channel)
            try:
                async for message in self._sent_after(channel, since - CLOCK_ERROR):
                    if carries(message, outgoing.post_id):
                        return MessageRef(message.id, message.channel.id)
            except discord.Forbidden as error:
                raise HistoryUnreadable from error
        return None

    async def has_nonce(self, outgoing: OutgoingPost) -> bool:
        """Whether Discord refuses to make the post twice: it does, except in forums."""
        with delivery_errors():
            channel = await self._channel(outgoing)
            return not isinstance(channel, discord.ForumChannel)

    async def edit(self, message_ref: MessageRef, outgoing: OutgoingPost) -> None:
        """Replace the content of a message by that of a post, without a role that was deleted.

        Its picture is drawn again: what it shows may be what was corrected.
        """
        guild, role_id = self._client.get_guild(outgoing.slot.server_id), outgoing.target.role_id
        if guild and role_id and not role_exists(guild, role_id):
            outgoing = replace(outgoing, target=replace(outgoing.target, role_id=None))
        mentions, message = discord.AllowedMentions.none(), self._message(message_ref)

        async def edit(view: ui.LayoutView, files: list[discord.File]) -> discord.Message:
            return await message.edit(view=view, attachments=files, allowed_mentions=mentions)

        with delivery_errors():
            await self._render(outgoing).send(edit)

    async def delete(self, message_ref: MessageRef) -> None:
        """Delete a message if it is still there."""
        with delivery_errors(), suppress(discord.NotFound):
            await self._message(message_ref).delete()

    async def publish(self, message_ref: MessageRef) -> None:
        """Publish a message to the servers that follow its channel."""
        with delivery_errors():
            try:
                await self._message(message_ref).publish()
            except discord.HTTPException as error:
                if error.code != _ALREADY_PUBLISHED:
                    raise

    async def _channel(self, outgoing: OutgoingPost) -> Postable:
        channel_id = outgoing.target.channel_id
        guild = self._client.get_guild(outgoing.slot.server_id)
        channel = guild.get_channel(channel_id) if guild else None
        if channel is None:
            channel = await self._client.fetch_channel(channel_id)
        if not isinstance(channel, Postable):
            raise Refused("no-channel")
        return channel

    async def _sent_after(
        self, channel: Postable, after: datetime
    ) -> AsyncIterator[discord.Message]:
        """The bot's own messages since an instant. Raises HistoryUnreadable if there are more."""
        if isinstance(channel, discord.ForumChannel):
            async for thread in self._threads(channel, after):
                if thread.created_at and thread.created_at > after:
                    with suppress(discord.NotFound):  # its first message was deleted
                        yield await thread.fetch_message(thread.id)
            return
        searched = 0
        async for message in channel.history(limit=MOST_SEARCHED, after=after):
            searched += 1
            if message.author.id == self._own_id:
                yield message
        if searched == MOST_SEARCHED:
            raise HistoryUnreadable

    async def _threads(
        self, forum: discord.ForumChannel, after: datetime
    ) -> AsyncIterator[discord.Thread]:
        """The bot's own threads in a forum that may have been made since an instant."""
        for thread in await forum.guild.active_threads():
            if thread.parent_id == forum.id and thread.owner_id == self._own_id:
                yield thread
        searched = 0
        async for thread in forum.archived_threads(limit=MOST_SEARCHED):  # archived last, first
            if thread.archive_timestamp < after:
                return
            searched += 1
            if thread.owner_id == self._own_id:
                yield thread
        if searched == MOST_SEARCHED:
            raise HistoryUnreadable

    def _message(self, message_ref: MessageRef) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(message_ref.channel_id)
        return channel.get_partial_message(message_ref.message_id)

    @property
    def _own_id(self) -> int:
        assert self._client.user, "the client is logged in"
        return self._client.user.id


def _require_role(guild: discord.Guild, role_id: int | None) -> None:
    """Raise Refused if the role to notify is gone: Discord would show a dead mention."""
    if role_id and not role_exists(guild, role_id):
        raise Refused("no-role")


def require_history(channel: Postable) -> None:
    """Raise HistoryUnreadable if the bot may not read it: Discord would show an empty history."""
    me = channel.guild.me
    if me is None:  # pyright: ignore[reportUnnecessaryComparison] - the server is not here yet
        raise OutcomeUnknown("the server is not available")
    may = channel.permissions_for(me)
    if not (may.view_channel and may.read_message_history):
        raise HistoryUnreadable


def _mentions(role_id: int | None) -> discord.AllowedMentions:
    """No mention but that of the one role."""
    roles = [discord.Object(role_id)] if role_id else False
    return discord.AllowedMentions(everyone=False, users=False, roles=roles)


def _reference(channel: Postable, message_id: int | None) -> Any:
    """What a message replies to, even if that is gone. Any: `send`'s overloads leave out None."""
    if message_id is None:
        return None
    return discord.MessageReference(
        message_id=message_id, channel_id=channel.id, fail_if_not_exists=False
    )
