"""`try`: the real bot in a simulated Discord, on a page of this machine. No token, no network."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import stat
import sys
import webbrowser
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import discord

from bot.config import Config
from bot.delivery.scheduler import Rules
from bot.runtime.client import Factdesk, create_bot
from bot.runtime.services import Wiring
from bot.texts.catalogues import LANGUAGES, words

if TYPE_CHECKING:
    from simcord import Env
    from simcord.preview import Preview

THINGS_TO_TYPE = ("/event tokyo summit", "/actor 기시다", "/timeline from:2023-03 to:2023-04")

_NEEDED = ("simcord", "markdown_it", "linkify_it", "regex", "PIL")


class MissingExtra(Exception):
    """The packages of the extra `try` are not installed."""


class UnusablePort(Exception):
    """The page cannot have the port; the text says why, such as `Address already in use`."""


async def serve_page(
    config: Config,
    port: int | None,
    show: Callable[[str, bool], None],
    found: Callable[[str | None], None],
    browse: bool,
) -> None:
    """Serve the local page on loopback until it is ended there, or by Ctrl+C or SIGTERM.

    `show` is told its address once it answers, and whether `f` on standard input runs Find facts;
    `found` is told who has its answer, or None where there is no message. `browse` opens the page
    in the browser. Raises MissingExtra, UnusablePort, and what opening the base raises.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise MissingExtra
    # discord.py warns of the simulation, whose uploads go nowhere; a new state is nothing to tell.
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
                keys = _standard_input()
                with _ended_by_signals(page):
                    show(page.url, keys is not None)
                    if browse:
                        await asyncio.to_thread(webbrowser.open, page.url)
                    async with (
                        _beside(_find_on_request(page, keys, found)),
                        _beside(_keep_time(env)),
                        _beside(_deliver(env)),
                        _beside(_show_posts(env, page)),
                    ):
                        await page.wait_closed()
        except SetupError as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno:
                raise UnusablePort(os.strerror(error.__cause__.errno)) from None
            raise


@asynccontextmanager
async def _discord_of_today(config: Config) -> AsyncGenerator[Env]:
    """The bot, running in a simulated Discord whose clock shows the present time.

    What its servers tell it is forgotten at the end, and never mixes with what real ones told.
    """
    import simcord

    with TemporaryDirectory(prefix="factdesk-") as folder:
        trial = config.model_copy(update={"state": f"sqlite:///{folder}/state.db"})
        # There are no other servers to share a minute with.
        at_once = Wiring(rules=Rules(spread=timedelta(0)))
        bot = create_bot(trial, delivers=False, wiring=at_once)
        env = simcord.Env(bot, check_errors=False)
        env.backend.edit_bot_profile("Factdesk")
        _set_clock(env)
        try:
            await env.start()
            with env.time_context():
                yield env
        finally:
            await env.shutdown()
            await env.bot.close()


def _set_clock(env: Env) -> None:
    """Have the simulated clock, which starts at a fixed day and stands still, show the time."""
    behind = (datetime.now(UTC) - env.now()).total_seconds()
    if behind > 0:
        env.backend.advance_clock(behind)


async def _keep_time(env: Env) -> None:
    while True:
        await asyncio.sleep(1)
        _set_clock(env)


async def _deliver(env: Env) -> None:
    """Post what is due: here, as simcord would have commands wait for the bot's own timers."""
    assert isinstance(env.bot, Factdesk)
    await env.bot.deliver()


async def _show_posts(env: Env, page: Preview) -> None:
    """Show each message that the bot sends of its own accord; the page by itself would not."""
    posted = asyncio.Event()

    def notice(event: str, payload: Mapping[str, Any]) -> None:
        if event != "MESSAGE_CREATE" or "interaction_metadata" in payload:
            return  # what answers somebody is shown with what they did
        if payload["author"]["id"] == str(env.backend.bot_user.id):
            posted.set()

    env.backend.subscribers.append(notice)
    while await posted.wait():
        posted.clear()
        await _show_when_quiet(page)


@contextmanager
def _ended_by_signals(page: Preview) -> Generator[None]:
    """Within, Ctrl+C and SIGTERM close the page; afterwards they do what they did before."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    closing: set[asyncio.Task[None]] = set()  # the loop itself keeps no task alive
    # Windows has no signal handlers in the loop; there they go on doing what they did.
    with suppress(NotImplementedError):
        for number in before:
            loop.add_signal_handler(number, lambda: closing.add(loop.create_task(page.close())))
    try:
        yield
    finally:
        for number, handler in before.items():
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, handler)


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """Do the work while the context lasts."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


def _standard_input() -> int | None:
    """Standard input's descriptor where the loop can wait for it: a terminal or a pipe."""
    if sys.platform == "win32" or sys.stdin is None or sys.stdin.closed:
        return None
    descriptor = sys.stdin.fileno()
    waits = os.isatty(descriptor) or stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    return descriptor if waits else None


async def _find_on_request(
    page: Preview, keys: int | None, found: Callable[[str | None], None]
) -> None:
    """Run Find facts each time that `f` is typed: the page has no menu on messages."""
    while keys is not None and (typed := await _typed(keys)):
        if b"f" in typed.split():
            found(await _find_facts(page))


async def _typed(keys: int) -> bytes:
    """What is typed next; empty once nothing more can come."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(keys, ready.set)
    try:
        await ready.wait()
        return os.read(keys, 1024)
    except OSError:
        return b""  # a terminal refuses those who are in its background
    finally:
        loop.remove_reader(keys)


async def _find_facts(page: Preview) -> str | None:
    """Run Find facts on the newest message that a person wrote; returns who has the answer.

    It runs as the message's author. The answer is private, and whoever has just written is whom
    the page is viewed as, so it shows there.
    """
    await _show_when_quiet(page)
    people = {viewer.id: viewer for viewer in page.viewers}
    for message in reversed(page.channel.history()):
        if asker := people.get(message.author.id):
            # simcord waits five seconds for an answer; a slower one is shown once it is quiet.
            with suppress(TimeoutError):
                await asker.context_menu(page.channel, words(LANGUAGES[0])("command.find"), message)
            await _show_when_quiet(page)
            return asker.name
    return None


async def _show_when_quiet(page: Preview) -> None:
    """Show what there is, once nothing is under way: simcord does one thing at a time."""
    from simcord import SetupError

    while True:
        try:
            return await page.refresh()
        except (SetupError, TimeoutError):
            await asyncio.sleep(0.1)
