"""What tests of moderators' commands share: a moderator, their replies, time, permissions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import discord
from simcord import ChannelHandle, InteractionResult, MemberActor, ResponseMessage
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from tests.conftest import Server, buttons, texts

_STEP = timedelta(hours=1)
"""As far as simcord moves at once, which has five real seconds for it."""


@dataclass
class ModeratedServer:
    """A server with somebody who has Manage Server."""

    server: Server
    moderator: MemberActor

    async def ask(self, command: str, /, **options: Any) -> list[str]:
        """Run a command as the moderator; its private reply as lines."""
        return lines(await self.run(command, **options))

    async def run(self, command: str, /, **options: Any) -> ResponseMessage:
        """Run a command as the moderator; its private reply."""
        return private(await self.moderator.slash(self.server.channel, command, **options))

    async def press(self, message: ResponseMessage, custom_id: str) -> list[str]:
        """Press a button of a reply as the moderator; the private answer as lines."""
        return lines(private(await self.moderator.click(message, custom_id=custom_id)))

    async def advance(self, **duration: float) -> None:
        """Let time go by."""
        left = timedelta(**duration)
        while left > timedelta():
            step = min(left, _STEP)
            await self.server.env.advance_time(step.total_seconds())
            left -= step

    def deny(self, channel: ChannelHandle, **permissions: bool) -> None:
        """Take permissions from the bot in a channel; without any, give all of them back."""
        backend = self.server.env.backend
        bot_id = backend.bot_user.id
        if not permissions:
            backend.delete_overwrite(channel.id, bot_id)
            return
        denied = discord.Permissions(**permissions).value
        overwrite = Overwrite(bot_id, OverwriteType.MEMBER, deny=denied)
        backend.set_overwrite(channel.id, overwrite)


def moderated(server: Server) -> ModeratedServer:
    """The server with a moderator."""
    guild = server.channel.guild
    assert guild
    role = guild.create_role("keepers", permissions=discord.Permissions(manage_guild=True))
    return ModeratedServer(server, guild.add_member(server.env.create_user("keeper"), roles=[role]))


def private(result: InteractionResult) -> ResponseMessage:
    """The reply to an interaction, which nobody else sees."""
    assert result.acknowledged
    assert result.response is not None
    assert result.response.ephemeral
    assert result.response.flags.components_v2
    assert not result.response.content
    return result.response


def lines(message: ResponseMessage) -> list[str]:
    """The lines of a reply."""
    return "\n".join(texts(message.components)).splitlines()


def ids(message: ResponseMessage) -> list[str]:
    """The custom ids of a reply's buttons."""
    return [button["custom_id"] for button in buttons(message.components)]


def posted(channel: ChannelHandle) -> list[list[dict[str, Any]]]:
    """The components of every message that the bot posted in a channel for all to see."""
    found = [message for message in channel.history() if message.author.bot]
    return [
        [part.to_dict() for part in message.components]  # type: ignore[misc]
        for message in found
        if not message.flags.ephemeral
    ]
