"""A server with two moderators who write briefings, and what they see and press."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import discord
from simcord import ChannelHandle, InteractionResult, MemberActor, ResponseMessage

from tests.conftest import Server, buttons, parts
from tests.moderating import ModeratedServer, lines, moderated, private


@dataclass
class Newsroom(ModeratedServer):
    """A server with two moderators who write briefings."""

    second: MemberActor

    async def begin(self, **options: Any) -> ResponseMessage:
        """Draft a briefing as the moderator; its working card."""
        return await self.run("briefing new", **(options or {"topic": "gsomia"}))

    async def do(
        self, card: ResponseMessage, action: str, actor: MemberActor | None = None, page: int = 1
    ) -> InteractionResult:
        """Press a button of a card."""
        custom_id = key(card, "b", action, page)
        return await (actor or self.moderator).click(card, custom_id=custom_id)

    async def pick(
        self, card: ResponseMessage, action: str, *values: Any, page: int = 1
    ) -> InteractionResult:
        """Pick in a menu of a card."""
        custom_id = key(card, "bs", action, page)
        return await self.moderator.select(card, list(values), custom_id=custom_id)

    async def fill(
        self, card: ResponseMessage, action: str, actor: MemberActor | None = None, **values: Any
    ) -> InteractionResult:
        """Open a form of a card, fill it in and send it."""
        writer = actor or self.moderator
        shown = await self.do(card, action, writer)
        assert shown.modal
        return await writer.submit_modal(shown, {**filled(shown.modal), **values})

    async def ready(self, **options: Any) -> ResponseMessage:
        """A draft with a channel."""
        card = await self.begin(**options)
        await self.do(card, "where")
        await self.pick(card, "channel", self.server.channel)
        await self.do(card, "open")
        return card

    async def log_to(self, name: str = "log") -> Any:
        """Have the steps told in a channel."""
        guild = self.server.channel.guild
        assert guild
        channel = guild.create_text_channel(name)
        await self.server.bot.state.settings.choose_log(guild.id, channel.id)
        return channel


def newsroom(server: Server) -> Newsroom:
    """The server with two moderators."""
    mod = moderated(server)
    guild = server.channel.guild
    assert guild
    role = guild.create_role("deputies", permissions=discord.Permissions(manage_guild=True))
    second = guild.add_member(server.env.create_user("deputy"), roles=[role])
    return Newsroom(server, mod.moderator, second)


def aside(result: InteractionResult) -> ResponseMessage:
    """What a moderator is told besides the card, which nobody else sees."""
    found = result.followups[-1] if result.followups else private(result)
    assert found.ephemeral
    return found


def key(card: ResponseMessage, prefix: str, action: str, page: int = 1) -> str:
    """The custom id of a control of a card."""
    found = [part["custom_id"] for part in parts(card.components) if "custom_id" in part]
    fitting = [
        each for each in found if re.fullmatch(rf"{prefix}:{action}:[0-9a-f]{{8}}:\d+:{page}", each)
    ]
    assert len(fitting) == 1, (action, found)
    return fitting[0]


def actions(card: ResponseMessage) -> list[str]:
    """What the buttons of a card do."""
    return [button["custom_id"].split(":")[1] for button in buttons(card.components)]


def filled(modal: dict[str, Any]) -> dict[str, Any]:
    """What stands in a form before anybody types."""
    fields = [label["component"] for label in modal["components"]]
    return {field["custom_id"]: _standing(field) for field in fields}


def _standing(field: dict[str, Any]) -> Any:
    if "options" in field:
        return [option["value"] for option in field["options"] if option.get("default")]
    return field.get("value") or ""


def said(card: ResponseMessage) -> str:
    """The text of a card."""
    return "\n".join(lines(card))


def number(card: ResponseMessage) -> str:
    """The id of the briefing that a card is of."""
    found = re.search(r"Briefing `([0-9a-f]{8})`", said(card))
    assert found
    return found[1]


def menu(card: ResponseMessage) -> dict[str, Any]:
    """The menu of texts on a card."""
    kind = discord.ComponentType.string_select.value
    (found,) = [part for part in parts(card.components) if part["type"] == kind]
    return found


def message(channel: ChannelHandle) -> discord.Message:
    """The one message that everybody sees in a channel."""
    (found,) = [each for each in channel.history() if not each.flags.ephemeral]
    return found


async def show_to(
    member: MemberActor, room: Newsroom, briefing_id: str, command: str = "show"
) -> ResponseMessage:
    """The card of a briefing for a member."""
    channel = room.server.channel
    return private(await member.slash(channel, f"briefing {command}", briefing=briefing_id))


async def need_approval(room: Newsroom) -> None:
    guild = room.server.channel.guild
    assert guild
    await room.server.bot.state.settings.choose_approval(guild.id, True)
