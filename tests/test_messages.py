"""Questions in messages: mentions and direct messages on Discord, any message on the local page."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from bot.config import Config
from bot.page_messages import answer_messages
from bot.runtime.client import Factdesk
from tests.conftest import Server


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


async def test_a_message_on_the_page_is_a_question_or_a_command(server: Server) -> None:
    page = SimpleNamespace(viewers=[server.asker], channel=server.channel)
    idle, turns = asyncio.Event(), asyncio.Semaphore(0)

    async def show() -> None:
        await idle.wait()  # simcord does one thing at a time
        turns.release()

    async def told(typed: str) -> str:
        idle.clear()
        await server.asker.send(server.channel, typed)
        idle.set()
        for _ in range(2):  # before and after the command
            await asyncio.wait_for(turns.acquire(), 10)
        return _said(server.channel.history(viewer=server.asker))[-1].splitlines()[0]

    answering = asyncio.create_task(answer_messages(server.env, cast(Any, page), show))
    await asyncio.sleep(0)
    assert await told("when was the first 2+2 held?") == "## 1998"
    assert await told("/actor 기시다") == "## Fumio Kishida"
    assert (await told("/suggestions mine")).startswith("### ")
    assert (await told("/nonsense")).startswith("## Factdesk")
    answering.cancel()
