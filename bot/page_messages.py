"""Messages on the local page, answered as commands of those who wrote them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import discord
from discord.app_commands import Command, Parameter

from bot.answers.typed_questions import ASK, BadQuestion, split_options
from bot.runtime.client import Factdesk
from bot.texts.catalogues import words_in
from bot.ui.components.messages import ReplyText, view

if TYPE_CHECKING:
    from simcord import ChannelHandle, Env, MemberActor
    from simcord.preview import Preview

Slash = Command[Any, ..., Any]  # Any: of whatever group, and whatever it returns


async def answer_messages(env: Env, page: Preview, show: Callable[[], Awaitable[None]]) -> None:
    """Answer each message of a person: the command that it begins with, or else `/ask`.

    `show` waits until simcord is idle and shows what there is.
    """
    people = {str(viewer.id): viewer for viewer in page.viewers}
    written: asyncio.Queue[tuple[MemberActor, str]] = asyncio.Queue()

    def notice(event: str, payload: Mapping[str, object]) -> None:
        if event == "MESSAGE_CREATE" and "interaction_metadata" not in payload:
            author = cast("Mapping[str, str]", payload["author"])["id"]
            if author in people and payload["content"]:
                written.put_nowait((people[author], str(payload["content"])))

    env.backend.subscribers.append(notice)
    assert isinstance(env.bot, Factdesk)
    while True:
        person, text = await written.get()
        await show()
        with suppress(TimeoutError):
            await _run_typed(env.bot, person, page.channel, text)
        await show()


async def _run_typed(
    client: Factdesk, person: MemberActor, channel: ChannelHandle, text: str
) -> None:
    """Run what a message asks for as its author's command; `/about` if no command fits.

    What cannot be run as it was typed is to be chosen from the page's list, and the reply says so.
    """
    from simcord import SetupError

    command = _begun(client, person.available_commands(channel), text)
    name = command.qualified_name if command else "about"
    try:
        await person.slash(channel, name, **(_options(command, text) if command else {}))
    except (BadQuestion, SetupError):
        await _refer_to_list(client, channel.id, name)


def _begun(client: Factdesk, available: tuple[str, ...], text: str) -> Slash | None:
    """The command that a text asks for, if its author may use it."""
    typed = f"{_plain(text)} " if text.startswith("/") else f"{ASK} "
    for command in client.tree.walk_commands():
        name = command.qualified_name
        if isinstance(command, Command) and name in available and typed.startswith(f"{name} "):
            return command
    return None


def _plain(text: str) -> str:
    return " ".join(text.removeprefix("/").split())


def _options(command: Slash, text: str) -> dict[str, object]:
    """The options in the text after a command's name. Raises BadQuestion."""
    if not text.startswith("/"):
        return {"question": text}
    name = command.qualified_name
    parameters = {parameter.display_name: parameter for parameter in command.parameters}
    typed = split_options(name, list(parameters), _plain(text).removeprefix(name))
    return {option: _value(parameters[option], value) for option, value in typed.items()}


def _value(parameter: Parameter, typed: str) -> object:
    """What was typed as Discord would send it; simcord refuses a text where it takes none."""
    match parameter.type:
        case discord.AppCommandOptionType.boolean:
            return typed.lower() == "true"
        case discord.AppCommandOptionType.integer if typed.isdecimal():
            return int(typed)
        case _:
            return typed


async def _refer_to_list(client: Factdesk, channel_id: int, name: str) -> None:
    words = words_in(client.config.language)
    channel = client.get_channel(channel_id)
    assert isinstance(channel, discord.TextChannel), "the local page has one text channel"
    said = ReplyText(words("page.choose", command=name), (words("page.choose.help"),))
    await channel.send(view=view(said))
