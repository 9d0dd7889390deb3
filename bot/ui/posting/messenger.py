"""Discord's side of delivery: sending posts, looking for them, publishing, telling moderators.

What discord.py raises becomes one of `bot/delivery/outcomes.py`. Error codes are those of Discord's
developer documentation (August 2026).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord
from discord import ui

from bot.cards.limits import THREAD_TITLE, shorten
from bot.delivery.delivery_errors import (
    HistoryUnreadable,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
)
from bot.delivery.jobs.briefings import Trouble
from bot.delivery.jobs.digests import Problem
from bot.delivery.outbox import OutgoingPost
from bot.state.briefings import Briefing
from bot.state.digests import BlockReason, Schedule, Target
from bot.state.posts import MessageRef
from bot.ui.components import channels
from bot.ui.posting.posts import carries

Render = Callable[[OutgoingPost], ui.LayoutView]
Wording = Callable[[Schedule | Briefing, Problem | Trouble], str]
Postable = discord.TextChannel | discord.Thread | discord.ForumChannel

_REASONS: dict[int, BlockReason] = {
    10003: "no-channel",  # unknown channel
    10004: "no-channel",  # unknown server
    50001: "no-access",
    50013: "no-permission",
    50024: "no-channel",  # not possible in a channel of this kind
    50083: "archived",
    160005: "archived",  # locked
    40067: "no-tag",
}
_ALREADY_PUBLISHED = 40033
_TOO_MANY_EDITS = 30046  # of messages that are over an hour old
_BETWEEN_EDITS = 900.0  # seconds until an old message is edited again
_LONG_WAIT = 60.0  # seconds to leave Discord alone where it does not say how long
_SLACK = timedelta(minutes=65)  # between Discord's clock and ours, were it an hour wrong
_MOST_LOOKED_AT = 1_000  # messages since the claim; where there are more, nobody can tell


class DiscordMessenger:
    """Sends through a logged-in client that has the `trace` below.

    `render` makes the view of a post; `wording` the text that tells moderators what stopped one.
    `may_moderate` says whether a member may moderate; `log_channel` is where the moderators of a
    server follow what happens, None where they do so nowhere.
    """

    def __init__(
        self,
        client: discord.Client,
        render: Render,
        wording: Wording,
        may_moderate: Callable[[discord.Member], bool],
        log_channel: Callable[[int], int | None],
    ) -> None:
        self._client = client
        self._render = render
        self._wording = wording
        self._may_moderate = may_moderate
        self._log_channel = log_channel

    async def send(self, outgoing: OutgoingPost) -> MessageRef:
        """Send a post; where it is a forum's, as a new post under the card's title."""
        with _outcomes():
            channel = await self._channel(outgoing.target.channel_id)
            view, mentions = self._render(outgoing), _mentions(outgoing.target.role_id)
            if not isinstance(channel, discord.ForumChannel):
                message = await channel.send(
                    view=view,
                    nonce=outgoing.post_id,
                    allowed_mentions=mentions,
                    reference=_reference(channel, outgoing.reply_to),
                    mention_author=False,
                )
                return MessageRef(message.id, message.channel.id)
            with _flagged(_ONCE):  # it takes no nonce
                made = await channel.create_thread(
                    name=shorten(outgoing.card.title, THREAD_TITLE),
                    view=view,
                    applied_tags=_tags(channel, outgoing.target.tag_id),
                    allowed_mentions=mentions,
                )
            return MessageRef(made.message.id, made.thread.id)

    async def find(self, outgoing: OutgoingPost, since: datetime) -> MessageRef | None:
        """Look for a post in the history since an instant."""
        with _outcomes():
            channel = await self._channel(outgoing.target.channel_id)
            _require_history(channel)
            try:
                async for message in self._since(channel, since):
                    if carries(message, outgoing.post_id):
                        return MessageRef(message.id, message.channel.id)
            except discord.Forbidden as error:
                raise HistoryUnreadable from error
        return None

    async def has_nonce(self, outgoing: OutgoingPost) -> bool:
        """Whether Discord refuses to make the post twice: it does, except in forums."""
        with _outcomes():
            channel = await self._channel(outgoing.target.channel_id)
            return not isinstance(channel, discord.ForumChannel)

    async def edit(self, message_ref: MessageRef, outgoing: OutgoingPost) -> None:
        """Make a message say what the parcel says."""
        with _outcomes():
            mentions = discord.AllowedMentions.none()
            await self._message(message_ref).edit(
                view=self._render(outgoing), allowed_mentions=mentions
            )

    async def delete(self, message_ref: MessageRef) -> None:
        """Delete a message, where it is still there."""
        with _outcomes(), suppress(discord.NotFound):
            await self._message(message_ref).delete()

    async def publish(self, message_ref: MessageRef) -> None:
        """Publish a message to the servers that follow its channel."""
        with _outcomes():
            try:
                await self._message(message_ref).publish()
            except discord.HTTPException as error:
                if error.code != _ALREADY_PUBLISHED:
                    raise

    async def warn(self, schedule: Schedule, problem: Problem) -> None:
        """Tell a server's moderators: whoever set the digest up, else a channel of theirs."""
        text = self._wording(schedule, problem)
        await self._tell(schedule.server_id, schedule.config.set_by, text)

    async def tell(self, briefing: Briefing, trouble: Trouble) -> None:
        """Tell a briefing's author, else its server's moderators, why it was not posted."""
        text = self._wording(briefing, trouble)
        if trouble == "unattended":  # its author may be no moderator any more: others come first
            with suppress(Refused):
                await self._warn_in_server(briefing.server_id, text)
                return
        await self._tell(briefing.server_id, briefing.author_id, text)

    async def may_post(self, server_id: int, member_id: int, target: Target) -> bool:
        """Whether somebody moderates in a server at present, and may post at a target there.

        Where the target cannot be found, that is for the attempt to post to say.
        """
        member = await self._member(server_id, member_id)
        if member is None or not self._may_moderate(member):
            return False
        with _outcomes():
            channel = await channels.find(member.guild, target.channel_id)
        return isinstance(channel, str) or channels.lacks(member, channel, target.role_id) is None

    async def name(self, server_id: int, member_id: int) -> str:
        """What a member is called in a server; their number where they have left it."""
        member = await self._member(server_id, member_id)
        return member.display_name if member else str(member_id)

    async def _member(self, server_id: int, member_id: int) -> discord.Member | None:
        """A member as Discord knows them now; None where they left.

        Raises OutcomeUnknown, Throttled.
        """
        guild = self._client.get_guild(server_id)
        if guild is None or guild.unavailable:
            raise OutcomeUnknown("the server is not available")
        with _outcomes():
            try:
                return await guild.fetch_member(member_id)
            except discord.NotFound:
                return None

    async def _tell(self, server_id: int, member_id: int, text: str) -> None:
        try:
            person = await self._client.fetch_user(member_id)
            await person.send(text)
        except (discord.HTTPException, aiohttp.ClientError, OSError):
            await self._warn_in_server(server_id, text)

    async def _warn_in_server(self, server_id: int, text: str) -> None:
        """Tell a server's moderators in a channel of theirs. Raises Refused where there is none."""
        with _outcomes():
            for channel in self._moderators_channels(server_id):
                with suppress(discord.Forbidden, discord.NotFound):
                    await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
                    return
        raise Refused("no-channel")

    def _moderators_channels(self, server_id: int) -> Iterator[discord.abc.Messageable]:
        """Where moderators read; the system channel is none of them, as members read it too."""
        guild = self._client.get_guild(server_id)
        if log_id := self._log_channel(server_id):
            yield self._client.get_partial_messageable(log_id)
        if guild and guild.public_updates_channel:
            yield guild.public_updates_channel

    async def _channel(self, channel_id: int) -> Postable:
        channel = self._client.get_channel(channel_id)
        if channel is None:
            channel = await self._client.fetch_channel(channel_id)
        if not isinstance(channel, Postable):
            raise Refused("no-channel")
        return channel

    async def _since(self, channel: Postable, instant: datetime) -> AsyncIterator[discord.Message]:
        """What the bot itself may have sent since the claim."""
        after = instant - _SLACK
        if isinstance(channel, discord.ForumChannel):
            async for thread in self._threads(channel):
                if thread.created_at and thread.created_at > after:
                    with suppress(discord.NotFound):  # somebody deleted its first message
                        yield await thread.fetch_message(thread.id)
            return
        looked_at = 0
        async for message in channel.history(limit=_MOST_LOOKED_AT, after=after):
            looked_at += 1
            if message.author.id == self._me:
                yield message
        if looked_at == _MOST_LOOKED_AT:
            raise HistoryUnreadable

    async def _threads(self, forum: discord.ForumChannel) -> AsyncIterator[discord.Thread]:
        """The bot's own posts in a forum, the newest first; the archived ones last."""
        for thread in await forum.guild.active_threads():
            if thread.parent_id == forum.id and thread.owner_id == self._me:
                yield thread
        async for thread in forum.archived_threads(limit=50):
            if thread.owner_id == self._me:
                yield thread

    def _message(self, message_ref: MessageRef) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(message_ref.channel_id)
        return channel.get_partial_message(message_ref.message_id)

    @property
    def _me(self) -> int:
        assert self._client.user, "the client is logged in"
        return self._client.user.id


def trace(on_limit: Callable[[float], Awaitable[None]]) -> aiohttp.TraceConfig:
    """What to watch a client's requests for.

    `on_limit` is told for how many seconds Discord limits the whole bot; what the messenger asks
    ends then, as discord.py would wait inside of it, and where that is cut short, it never sends
    anything again. And an error of Discord's ends a request that must not be made twice:
    discord.py by itself would make it again.
    """

    async def see(_: object, __: object, request: aiohttp.TraceRequestEndParams) -> None:
        answer = request.response
        if answer.status >= 500 and _ONCE.get():
            raise OutcomeUnknown(f"Discord answered with {answer.status}")
        if answer.status == 429 and answer.headers.get("X-RateLimit-Global"):
            seconds = _retry_after(answer)
            await on_limit(seconds)
            if _DELIVERING.get():
                raise Throttled(seconds, everywhere=True)

    config = aiohttp.TraceConfig()
    config.on_request_end.append(see)
    return config


_ONCE: ContextVar[bool] = ContextVar("once", default=False)
_DELIVERING: ContextVar[bool] = ContextVar("delivering", default=False)


@contextmanager
def _flagged(flag: ContextVar[bool]) -> Generator[None]:
    """Let `trace` know what the requests in the block are."""
    before = flag.set(True)
    try:
        yield
    finally:
        flag.reset(before)


def _require_history(channel: Postable) -> None:
    """Raise HistoryUnreadable where the bot may not read: Discord would show an empty history."""
    me = channel.guild.me
    if me is None:  # pyright: ignore[reportUnnecessaryComparison] - the server is not here yet
        raise OutcomeUnknown("the server is not available")
    may = channel.permissions_for(me)
    if not (may.view_channel and may.read_message_history):
        raise HistoryUnreadable


def _tags(channel: discord.ForumChannel, tag_id: int | None) -> list[discord.ForumTag]:
    tag = channel.get_tag(tag_id) if tag_id else None
    return [tag] if tag else []


def _mentions(role_id: int | None) -> discord.AllowedMentions:
    """No mention but that of the one role."""
    roles: Any = [discord.Object(role_id)] if role_id else False
    return discord.AllowedMentions(everyone=False, users=False, roles=roles)


def _reference(channel: Postable, message_id: int | None) -> Any:
    """What a message answers to; a message that is gone by then is no obstacle."""
    if message_id is None:
        return None
    return discord.MessageReference(
        message_id=message_id, channel_id=channel.id, fail_if_not_exists=False
    )


@contextmanager
def _outcomes() -> Generator[None]:
    """Turn what discord.py and the connection raise into outcomes."""
    try:
        with _flagged(_DELIVERING):
            yield
    except discord.RateLimited as error:
        raise Throttled(error.retry_after, everywhere=False) from error
    except discord.HTTPException as error:
        raise _outcome(error) from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise OutcomeUnknown(repr(error)) from error


def _outcome(error: discord.HTTPException) -> Exception:
    if error.code == _TOO_MANY_EDITS:
        return Throttled(_BETWEEN_EDITS, everywhere=False)
    match error.status:
        case 401:
            return Unauthorized()
        case 429:  # discord.py waits out all but those that come from Discord's shield
            return Throttled(_retry_after(error.response), everywhere=True)
        case status if status >= 500:
            return OutcomeUnknown(str(error))
        case status:
            by_status: dict[int, BlockReason] = {403: "no-permission", 404: "no-channel"}
            return Refused(_REASONS.get(error.code) or by_status.get(status) or "refused")


def _retry_after(answer: Any) -> float:
    """The seconds that an answer says to wait."""
    try:
        return float(answer.headers["Retry-After"])
    except (KeyError, ValueError):
        return _LONG_WAIT
