"""`try`: the real bot in a simulated Discord, on a local page. It needs no token, no network."""

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
from typing import TYPE_CHECKING, cast

import discord

from bot.config import Config
from bot.delivery.scheduler import SchedulerSettings
from bot.page_greeting import greet
from bot.page_messages import answer_messages
from bot.runtime.client import Factdesk
from bot.runtime.services import Wiring
from bot.texts.catalogues import LANGUAGES, words_in

if TYPE_CHECKING:
    from simcord import ChannelHandle, Env, MemberActor
    from simcord.preview import Preview

THINGS_TO_TYPE = (
    "when was the 2+2 in Seoul?",
    "/event tokyo summit",
    "/actor 기시다",
    "/timeline from:2023-03 to:2023-04",
)

_NEEDED = ("simcord", "markdown_it", "linkify_it", "regex")


class MissingExtra(Exception):
    """The packages of the extra `try` are not installed."""


class UnusablePort(Exception):
    """The page cannot use the port; the text says why, such as `Address already in use`."""


async def serve_page(
    config: Config,
    port: int | None,
    show: Callable[[str, bool], None],
    found: Callable[[str | None], None],
    browse: bool,
) -> None:
    """Serve the local page on loopback until the page, Ctrl+C or SIGTERM ends it.

    Calls `show` with the address once it is served, and with whether `f` on standard input runs
    Find facts. Calls `found` with the member who got its answer, or None if there is no message.
    `browse` opens the page in the browser. Raises MissingExtra, UnusablePort, and what opening
    the base raises.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise MissingExtra
    # discord.py warns about the simulation, and the upload of commands is of no interest here.
    for name in ("discord", "factdesk.client"):
        logging.getLogger(name).setLevel(logging.ERROR)
    from simcord import SetupError

    async with _discord_of_today(config) as env:
        channel, viewers = _create_server(env)
        try:
            async with env.preview(channel, viewers=viewers, layout="channel", port=port) as page:
                await _serve_until_closed(env, page, show, found, browse)
        except SetupError as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno:
                raise UnusablePort(os.strerror(error.__cause__.errno)) from None
            raise


def _create_server(env: Env) -> tuple[ChannelHandle, list[MemberActor]]:
    """A server with one channel, a member and two moderators."""
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
    return channel, viewers


async def _serve_until_closed(
    env: Env,
    page: Preview,
    show: Callable[[str, bool], None],
    found: Callable[[str | None], None],
    browse: bool,
) -> None:
    keys = _standard_input()
    assert isinstance(env.bot, Factdesk)
    await greet(env.bot, page.channel.id)
    await _show_when_quiet(page)
    with _ended_by_signals(page):
        show(page.url, keys is not None)
        if browse:
            await asyncio.to_thread(webbrowser.open, page.url)
        async with (
            _background(_find_on_request(page, keys, found)),
            _background(_keep_time(env)),
            _background(_deliver(env)),
            _background(_show_posts(env, page)),
            _background(answer_messages(env, page, lambda: _show_when_quiet(page))),
        ):
            await page.wait_closed()


@asynccontextmanager
async def _discord_of_today(config: Config) -> AsyncGenerator[Env]:
    """The bot in a simulated Discord whose clock shows the current time.

    It has a state of its own, which is deleted at the end.
    """
    import simcord

    with TemporaryDirectory(prefix="factdesk-") as folder:
        trial = config.model_copy(update={"state": f"sqlite:///{folder}/state.db"})
        # There are no other servers to share a minute with, and someone waits for each step.
        at_once = Wiring(
            scheduler=SchedulerSettings(spread=timedelta(0), tick=timedelta(seconds=2))
        )
        bot = Factdesk(trial, delivers=False, wiring=at_once)
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
    """Set the simulated clock to now: it starts on a fixed day and does not move by itself."""
    behind = (datetime.now(UTC) - env.now()).total_seconds()
    if behind > 0:
        env.backend.advance_clock(behind)


async def _keep_time(env: Env) -> None:
    """Let the simulated clock run.

    How long ago things were is shown when the page is next redrawn: to redraw it for that alone
    could lose a press.
    """
    while True:
        await asyncio.sleep(1)
        _set_clock(env)


async def _deliver(env: Env) -> None:
    """Post what is due. Not the bot's own task, as simcord lets commands wait for its timers."""
    assert isinstance(env.bot, Factdesk)
    await env.bot.deliver()


async def _show_posts(env: Env, page: Preview) -> None:
    """Show each message that the bot sends, edits or deletes; by itself the page shows replies."""
    changed = asyncio.Event()

    def notice(event: str, payload: Mapping[str, object]) -> None:
        if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            if "interaction_metadata" in payload:
                return  # the page shows a reply with the command
            author = cast("Mapping[str, object]", payload["author"])
            if author["id"] == str(env.backend.bot_user.id):
                changed.set()
        elif event == "MESSAGE_DELETE":
            changed.set()

    env.backend.subscribers.append(notice)
    while await changed.wait():
        changed.clear()
        await _show_when_quiet(page)


@contextmanager
def _ended_by_signals(page: Preview) -> Generator[None]:
    """Within the context, Ctrl+C and SIGTERM close the page."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    closing: set[asyncio.Task[None]] = set()  # the loop itself keeps no task alive
    # Windows has no signal handlers in the loop; there the signals end the program as usual.
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
async def _background(work: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """Run a task while the context lasts."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


def _standard_input() -> int | None:
    """Standard input's descriptor if the loop can wait for it: a terminal or a pipe."""
    if sys.platform == "win32" or sys.stdin is None or sys.stdin.closed:
        return None
    descriptor = sys.stdin.fileno()
    waits = os.isatty(descriptor) or stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    return descriptor if waits else None


async def _find_on_request(
    page: Preview, keys: int | None, found: Callable[[str | None], None]
) -> None:
    """Run Find facts each time `f` is typed, as the page has no menu on messages."""
    while keys is not None and (typed := await _typed(keys)):
        if b"f" in typed.split():
            found(await _find_facts(page))


async def _typed(keys: int) -> bytes:
    """What is typed next; empty at the end of the input."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(keys, ready.set)
    try:
        await ready.wait()
        return os.read(keys, 1024)
    except OSError:
        return b""  # the process is in the background of its terminal
    finally:
        loop.remove_reader(keys)


async def _find_facts(page: Preview) -> str | None:
    """Run Find facts on the newest message of a person, as that person; returns who it was.

    The answer is private. The page shows it, as it is viewed as the person who wrote last.
    """
    await _show_when_quiet(page)
    people = {viewer.id: viewer for viewer in page.viewers}
    for message in reversed(page.channel.history()):
        if asker := people.get(message.author.id):
            # simcord waits five seconds for an answer; a slower one is shown when it comes.
            with suppress(TimeoutError):
                await asker.context_menu(
                    page.channel, words_in(LANGUAGES[0])("command.find"), message
                )
            await _show_when_quiet(page)
            return asker.name
    return None


async def _show_when_quiet(page: Preview) -> None:
    """Refresh the page once simcord is idle: it does one thing at a time.

    A page that is opened later begins at the newest message.
    """
    from simcord import SetupError

    while True:
        try:
            await page.refresh()
            break
        except (SetupError, TimeoutError):
            await asyncio.sleep(0.1)
    public = [message for message in page.channel.history() if not message.flags.ephemeral]
    with suppress(SetupError, TimeoutError):  # something else is going on by now
        if public:
            await page.show(public[-1])
