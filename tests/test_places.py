"""Where people are: direct messages, and servers that have not added the bot."""

from __future__ import annotations

from typing import Any

import discord
from simcord import InteractionResult, ResponseMessage

from bot.answers.commands import COMMANDS
from tests.conftest import Server, buttons, texts

PASS_ON = "Questions can be passed on only in servers that have added the bot."


def reply(result: InteractionResult) -> ResponseMessage:
    """The reply to an interaction, which must have come at once."""
    assert result.response
    return result.response


def pass_on(message: ResponseMessage) -> str:
    """The custom id of the button that passes a question on."""
    (found,) = [b["custom_id"] for b in buttons(message.components) if "Pass" in b["label"]]
    return found


async def test_in_direct_messages_there_are_the_questions_and_nothing_else(
    server: Server,
) -> None:
    person = server.env.create_user("alone")
    slash = {command.name for command in COMMANDS.values() if not command.on_message}
    assert set(person.available_commands()) == slash

    asked = reply(await person.slash("event", name="tokyo summit"))
    sources = buttons(asked.components)[-1]["custom_id"]
    assert "Sources" in texts(reply(await person.click(asked, custom_id=sources)).components)[0]

    unknown = reply(await person.slash("ask", question="zzzqqq"))
    answer = reply(await person.click(unknown, custom_id=pass_on(unknown)))
    assert PASS_ON in texts(answer.components)[0]


async def test_where_only_the_asker_has_added_the_bot_it_answers_and_notes_nothing(
    server: Server,
) -> None:
    guild = server.channel.guild
    assert guild
    loud, quiet = (
        guild.create_text_channel(
            name,
            overwrites={guild.default_role: discord.PermissionOverwrite(use_external_apps=allowed)},
        )
        for name, allowed in (("loud", True), ("quiet", False))
    )
    connection: Any = server.bot._connection  # pyright: ignore[reportPrivateUsage]
    connection._guilds.clear()

    public = reply(await server.asker.slash(loud, "event", name="tokyo summit"))
    assert not public.ephemeral
    assert await server.bot.state.public_answers.facts(public.id) == {}
    alone = reply(await server.asker.slash(quiet, "event", name="tokyo summit"))
    assert alone.ephemeral, "as Discord would make it, and so in the asker's language"

    unknown = reply(await server.asker.slash(loud, "ask", question="zzzqqq"))
    answer = reply(await server.asker.click(unknown, custom_id=pass_on(unknown)))
    assert PASS_ON in texts(answer.components)[0]
    assert server.bot.state.settings.present() == frozenset()
