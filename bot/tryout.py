"""`try`: the real bot in a simulated Discord, on a page of this machine. No token, no network."""

from __future__ import annotations

import asyncio
import logging
import os
import webbrowser
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

import discord

from bot.client import create_bot
from bot.config import Config

if TYPE_CHECKING:
    from simcord import Env

THINGS_TO_TYPE = ("/event tokyo summit", "/actor 기시다", "/timeline from:2023-03 to:2023-04")

_NEEDED = ("simcord", "markdown_it", "linkify_it", "regex", "PIL")


class MissingExtra(Exception):
    """The packages of the extra `try` are not installed."""


class UnusablePort(Exception):
    """The page cannot have the port; the text says why, such as `Address already in use`."""


async def serve_page(
    config: Config, port: int | None, show: Callable[[str], None], browse: bool
) -> None:
    """Serve the local page on loopback until it is ended there or the task is cancelled.

    `show` is told its address once it answers; `browse` opens it in the browser. Raises
    MissingExtra, UnusablePort, and what opening the base raises.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise MissingExtra
    # simcord warns of its own simulation, and what is uploaded to it goes nowhere.
    for name in ("discord", "factdesk.client"):
        logging.getLogger(name).setLevel(logging.ERROR)
    from simcord import SetupError

    async with _discord_of_today(config) as env:
        guild = env.create_guild("Factdesk try-out")
        topic = f"Type for example {' or '.join(THINGS_TO_TYPE)}"
        channel = guild.create_text_channel("ask-the-desk", topic=topic)
        powers = discord.Permissions(manage_guild=True, manage_messages=True)
        moderator = guild.create_role("Moderator", permissions=powers)
        viewers = [
            guild.add_member(env.create_user("member")),
            guild.add_member(env.create_user("moderator"), roles=[moderator]),
            guild.add_member(env.create_user("second-moderator"), roles=[moderator]),
        ]
        try:
            async with env.preview(channel, viewers=viewers, layout="channel", port=port) as page:
                show(page.url)
                if browse:
                    await asyncio.to_thread(webbrowser.open, page.url)
                await page.wait_closed()
        except SetupError as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno:
                raise UnusablePort(os.strerror(error.__cause__.errno)) from None
            raise


@asynccontextmanager
async def _discord_of_today(config: Config) -> AsyncGenerator[Env]:
    """The bot, running in a simulated Discord whose clock shows the present time."""
    import simcord

    env = simcord.Env(create_bot(config), check_errors=False)
    env.backend.edit_bot_profile("Factdesk")
    # The simulated clock starts at a fixed day.
    behind = datetime.now(UTC) - env.now()
    env.backend.advance_clock(behind.total_seconds())
    try:
        await env.start()
        with env.time_context():
            yield env
    finally:
        await env.shutdown()
        await env.bot.close()
