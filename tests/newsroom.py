"""A server with two moderators who write briefings, and what they see and press."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import discord
from simcord import ChannelHandle, InteractionResult, MemberActor, ResponseMessage

from bot.ui.briefings.actions import BUTTONS
from bot.ui.briefings.controls import Key
from tests.conftest import Server, buttons, parts, texts
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


def alert(card: ResponseMessage) -> list[str]:
    """The lines above a card, such as why a press was refused."""
    return texts(card.components)[0].splitlines()


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


async def show_controls(room: Newsroom, version: int, briefing_id: str) -> discord.Message:
    """A public message with every button and menu of a briefing, whatever its cards show."""

    def custom_id(action: str, prefix: Literal["b", "bs"]) -> str:
        return Key(action, briefing_id, version).custom_id(prefix)

    layout = discord.ui.LayoutView(timeout=None)
    for names in batched(BUTTONS):
        items = (discord.ui.Button[Any](label=n, custom_id=custom_id(n, "b")) for n in names)
        layout.add_item(discord.ui.ActionRow(*items))
    values = menu_values(room)
    for menu in (
        discord.ui.RoleSelect[Any](custom_id=custom_id("role", "bs")),
        discord.ui.ChannelSelect[Any](custom_id=custom_id("channel", "bs")),
        *(
            discord.ui.Select[Any](
                custom_id=custom_id(name, "bs"),
                options=[discord.SelectOption(label=name, value=values[name])],
            )
            for name in ("facts", "tag")
        ),
    ):
        layout.add_item(discord.ui.ActionRow(menu))
    channel = room.server.bot.get_channel(room.server.channel.id)
    assert isinstance(channel, discord.TextChannel)
    return await channel.send(view=layout)


def menu_values(room: Newsroom) -> dict[str, Any]:
    """Something to pick in each menu of a briefing: another role and channel, a fact, a tag."""
    guild = room.server.channel.guild
    assert guild
    role = guild.create_role("others", mentionable=True)
    channel = guild.create_text_channel("elsewhere")
    return {"role": role, "channel": channel, "facts": "gsomia/renewed", "tag": "1"}


def batched(names: Iterable[str], most: int = 5) -> Iterator[Sequence[str]]:
    """The names in rows of a message."""
    every = list(names)
    return (every[start : start + most] for start in range(0, len(every), most))
