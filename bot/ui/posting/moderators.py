"""The people who run a server: telling them what stopped a post, and what they may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import aiohttp
import discord

from bot.delivery.delivery_errors import OutcomeUnknown, Refused
from bot.delivery.jobs.briefings import Trouble
from bot.delivery.jobs.digests import DigestProblem
from bot.state.briefing_record import Briefing
from bot.state.digests import Schedule, Target
from bot.ui.components import channels
from bot.ui.components.error_mapping import delivery_errors

Wording = Callable[[Schedule | Briefing, DigestProblem | Trouble], str]


class DiscordModerators:
    """Reaches moderators through a logged-in client; every method may raise a DeliveryError.

    `wording` makes the text that says what stopped a post; `may_moderate` says whether a member is
    a moderator; `log_channel` gives the channel of a server in which its moderators follow what
    happens, if there is one.
    """

    def __init__(
        self,
        client: discord.Client,
        wording: Wording,
        may_moderate: Callable[[discord.Member], bool],
        log_channel: Callable[[int], int | None],
    ) -> None:
        self._client = client
        self._wording = wording
        self._may_moderate = may_moderate
        self._log_channel = log_channel

    async def warn(self, schedule: Schedule, problem: DigestProblem) -> None:
        """Tell the member who set the digest up, else a channel of the moderators."""
        text = self._wording(schedule, problem)
        await self._send(schedule.server_id, schedule.config.set_by, text)

    async def tell(self, briefing: Briefing, trouble: Trouble) -> None:
        """Tell a briefing's author, else its server's moderators, why it was not posted."""
        text = self._wording(briefing, trouble)
        if trouble in ("unapproved", "unattended"):  # its author alone cannot help: others first
            with suppress(Refused):
                await self._send_to_server(briefing.server_id, text)
                return
        await self._send(briefing.server_id, briefing.author_id, text)

    async def may_post(self, server_id: int, member_id: int, target: Target) -> bool:
        """Whether a member is a moderator now and may post at a target.

        A target that cannot be found does not count against them: the attempt to post will tell.
        """
        member = await self._member(server_id, member_id)
        if member is None or not self._may_moderate(member):
            return False
        channel = await channels.find(member.guild, target.channel_id)
        return isinstance(channel, str) or channels.lacks(member, channel, target.role_id) is None

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

    async def _send(self, server_id: int, member_id: int, text: str) -> None:
        try:
            person = await self._client.fetch_user(member_id)
            await person.send(text)
        except (discord.HTTPException, aiohttp.ClientError, OSError):
            await self._send_to_server(server_id, text)

    async def _send_to_server(self, server_id: int, text: str) -> None:
        """Send a text to a channel of the moderators. Raises Refused if there is none."""
        with delivery_errors():
            for channel in self._channels(server_id):
                with suppress(discord.Forbidden, discord.NotFound):
                    await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
                    return
        raise Refused("no-channel")

    def _channels(self, server_id: int) -> Iterator[discord.abc.Messageable]:
        """Where moderators read; not the system channel, which members read too."""
        guild = self._client.get_guild(server_id)
        if log_id := self._log_channel(server_id):
            yield self._client.get_partial_messageable(log_id)
        if guild and guild.public_updates_channel:
            yield guild.public_updates_channel
