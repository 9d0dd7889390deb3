"""Questions in messages: mentions and direct messages on Discord, any message on the local page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
import pytest_asyncio
from simcord import MemberActor

from bot.config import Config
from bot.page_messages import answer_messages
from bot.runtime.client import Factdesk
from tests.conftest import Server
from tests.moderating import moderated


@pytest.fixture
def own_config(config: Config, bot_state_url: str) -> Config:
    """The settings of a bot that answers mentions."""
    return config.model_copy(update={"state": bot_state_url, "mentions": True})


def _said(messages: list[discord.Message]) -> list[str]:
    """The headings of what the bot has said."""
    return [_heading(message) for message in messages if message.author.bot]


def _heading(message: discord.Message) -> str:
    (box,) = (part for part in message.components if isinstance(part, discord.Container))
    first = box.children[0]
    assert isinstance(first, discord.TextDisplay)
    return first.content


async def test_a_mention_and_a_direct_message_are_answered_and_nothing_else(
    server: Server,
) -> None:
    question = "when was the first 2+2 held?"
    assert server.bot.user
    mention = f"<@{server.bot.user.id}>"
    await server.asker.send(server.channel, question)
    assert _said(server.channel.history()) == []
    await server.asker.send(server.channel, f"{mention} {question}")
    assert _said(server.channel.history()) == [f"## 1998\n-# {question}"]
    await server.asker.send_dm("너 누구야")
    (private,) = _said(server.asker.user.dm_channel.history())
    assert "언어 모델" in private
    await server.asker.send(server.channel, mention)
    assert _said(server.channel.history())[1].startswith("## Factdesk")


def test_messages_are_received_only_if_the_host_wants_it(config: Config) -> None:
    assert Factdesk(config).intents == discord.Intents(guilds=True)
    wanted = Factdesk(config.model_copy(update={"mentions": True})).intents
    assert wanted == discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    assert not wanted.message_content


Tell = Callable[[MemberActor, str], Awaitable[str]]


@pytest.fixture
def moderator(server: Server) -> MemberActor:
    """One who has Manage Server."""
    return moderated(server).moderator


@pytest_asyncio.fixture
async def tell(server: Server, moderator: MemberActor) -> AsyncGenerator[Tell]:
    """Writes a message on the local page; returns the first line of the bot's reply."""
    page = SimpleNamespace(viewers=[server.asker, moderator], channel=server.channel)
    idle, turns = asyncio.Event(), asyncio.Semaphore(0)

    async def show() -> None:
        await idle.wait()  # simcord does one thing at a time
        turns.release()

    async def told(writer: MemberActor, typed: str) -> str:
        idle.clear()
        await writer.send(server.channel, typed)
        idle.set()
        for _ in range(2):  # before and after the command
            await asyncio.wait_for(turns.acquire(), 10)
        return _said(server.channel.history(viewer=writer))[-1].splitlines()[0]

    answering = asyncio.create_task(answer_messages(server.env, cast(Any, page), show))
    await asyncio.sleep(0)
    yield told
    answering.cancel()


@pytest.mark.parametrize(
    ("typed", "reply"),
    [
        ("when was the first 2+2 held?", "## 1998"),
        ("/actor 기시다", "## Fumio Kishida"),
        ("/actor name:기시다 private:true", "## Fumio Kishida"),
        ("/suggestions mine", "### You have no suggestions here."),
        ("/nonsense", "## Factdesk"),
        ("/briefing new GSOMIA", "## Factdesk"),
        ("/event", "### Choose /event from the list"),
        ("/about Tokyo", "### Choose /about from the list"),
    ],
)
async def test_a_message_on_the_page_is_a_question_or_a_command(
    server: Server, tell: Tell, typed: str, reply: str
) -> None:
    assert (await tell(server.asker, typed)).startswith(reply)
    assert await tell(server.asker, "/actor 기시다") == "## Fumio Kishida", "it goes on answering"


@pytest.mark.parametrize(
    ("typed", "reply"),
    [
        ("/briefing new GSOMIA", "### GSOMIA, the military intelligence pact"),
        ("/briefing  new topic:GSOMIA", "### GSOMIA, the military intelligence pact"),
        ("/digest set #news 09:00", "### Choose /digest set from the list"),
        ("/digest preview", "### No digest is set up here."),
    ],
)
async def test_a_moderators_message_on_the_page_is_a_command_of_theirs(
    moderator: MemberActor, tell: Tell, typed: str, reply: str
) -> None:
    assert (await tell(moderator, typed)).startswith(reply)
