"""The bot itself: what it may see, what it brings along, how it starts and stops."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import signal
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Literal

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.backoff import ExponentialBackoff
from discord.ext import commands

from bot.answers.lifecycle import open_service, reopen
from bot.answers.service import AnswerService
from bot.config import Config
from bot.delivery.jobs.briefings import BriefingEditor, BriefingJob, Trouble
from bot.delivery.jobs.corrections import CorrectionJob, EditJob
from bot.delivery.jobs.digests import DigestComposer, DigestJob, Problem
from bot.delivery.outbox import Outbox, OutgoingPost
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.scheduler import Rules, Scheduler
from bot.facts.build import build
from bot.facts.errors import BaseError
from bot.facts.load import Folders
from bot.facts.store import Store
from bot.state.briefings import AuditEntry, Briefing
from bot.state.digests import Schedule
from bot.state.errors import DatabaseUnavailable
from bot.state.state import State
from bot.texts.catalogues import words
from bot.ui.briefings import audit_log
from bot.ui.briefings.commands import BriefingCommands
from bot.ui.components import permissions
from bot.ui.components.error_reporting import ErrorReportingTree
from bot.ui.digests.commands import DigestCommands
from bot.ui.posting import messenger, post_views
from bot.ui.posting.messenger import DiscordMessenger
from bot.ui.questions.commands import QuestionCommands
from bot.ui.questions.slash import CatalogueTranslator
from bot.ui.settings.commands import SettingsCommands
from bot.ui.suggestions.commands import SuggestionCommands

log = structlog.stdlib.get_logger("factdesk.client")

_LONGEST_WAIT = 30.0  # seconds that discord.py may wait by itself where Discord limits a route
_READY_EVERY = 0.05  # seconds
_BASE_EVERY = 20.0  # seconds between looks for a base that was built meanwhile
_UNTIL_UNREAD = 60.0  # seconds after which no answer reads the base before any more
_AUTHENTICATION_FAILED = 4004  # the gateway's close code for a token that it does not know


class RefusedToken(Exception):
    """Discord does not accept the token."""


class UnreachableDiscord(Exception):
    """Discord does not answer, or not as it should; carries what it said."""


class Factdesk(commands.Bot):
    """The bot. `service` and all that stands on it are there from `setup_hook` until `close`.

    `compose` makes the digest of a server's day, as `digests` posts it and a preview shows it;
    `editor` takes briefings from draft to ready. With `delivers` false, whoever made the bot runs
    `deliver` beside it.
    """

    service: AnswerService
    state: State
    messenger: DiscordMessenger
    compose: DigestComposer
    digests: DigestJob
    editor: BriefingEditor
    corrections: CorrectionJob
    scheduler: Scheduler
    _rate_limiter: RateLimiter
    _delivering: asyncio.Task[None] | None = None

    def __init__(self, config: Config, delivers: bool, rules: Rules) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=ErrorReportingTree,
            # Slash commands need no messages and no members, so no cache is kept of either.
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=_LONGEST_WAIT,
            http_trace=messenger.trace(self._limited),
        )
        self.config = config
        self._delivers = delivers
        self._rules = rules
        self._closing: set[asyncio.Task[None]] = set()
        self._reloading = asyncio.Lock()

    async def setup_hook(self) -> None:
        """Open the desk and the state, add the cogs, tell Discord the commands where they changed.

        Then start to deliver, once the servers are here.
        """
        folders = Folders(self.config.facts, self.config.seeds)
        self.service = await open_service(folders, self.config.data)
        self.state = await State.open(self.config.state_address)
        self._prepare_delivery()
        await self.tree.set_translator(CatalogueTranslator())
        for cog in (
            QuestionCommands,
            DigestCommands,
            BriefingCommands,
            SettingsCommands,
            SuggestionCommands,
        ):
            await self.add_cog(cog(self))
        await self._sync_commands()
        if self._delivers:
            self._delivering = asyncio.create_task(self.deliver())

    def _prepare_delivery(self) -> None:
        """Put together what posts of its own accord."""
        state, clock = self.state, discord.utils.utcnow
        self.messenger = DiscordMessenger(
            self, self._post_view, self._warning, self._moderates, self._log_channel
        )
        self._rate_limiter = RateLimiter(state.rate_limit, clock)
        outbox = Outbox(state.posts, self._rate_limiter, self.messenger, clock)
        self.compose = DigestComposer(self.service, state)
        self.digests = DigestJob(state, self.compose, outbox, self.messenger, clock)
        self.editor = BriefingEditor(self.service, state, self.messenger)
        self.corrections = CorrectionJob(self.service, state, outbox, self._tell_audit_entry)
        jobs = (
            self.digests,
            BriefingJob(state, self.editor, outbox, self.messenger, self._tell_audit_entry),
            self.corrections,
            EditJob(self.service, state, self.editor, self.messenger, self._tell_audit_entry),
        )
        self.scheduler = Scheduler(
            state, jobs, self.messenger, self._rate_limiter, clock, self._rules
        )

    async def close(self) -> None:
        """Finish what is being posted, leave Discord, then close the base and the state."""
        if self._delivering:
            self._delivering.cancel()
            await asyncio.wait({self._delivering})
        await super().close()
        if hasattr(self, "state"):
            await self.state.close()
        if hasattr(self, "service"):
            await self.service.store.close()
        for closing in self._closing:
            closing.cancel()
        if self._closing:
            await asyncio.wait(self._closing)

    async def deliver(self) -> None:
        """Post what is due, from when the servers are known, until cancelled."""
        # Not an event: in a simulated Discord, start-up waits for whoever waits for an event.
        while not self.is_ready():  # noqa: ASYNC110
            await asyncio.sleep(_READY_EVERY)
        watching = asyncio.create_task(self._watch_base())
        try:
            await self.scheduler.run()
        finally:
            watching.cancel()

    async def _watch_base(self) -> None:
        """Answer from another base soon after it was built."""
        while True:
            await asyncio.sleep(_BASE_EVERY)
            try:
                await self.reopen_base()
            except BaseError as error:
                log.warning("the base that was built last cannot be opened", reason=str(error))

    async def reload_base(self) -> bool:
        """Build the base where its files changed, and answer from it; returns whether it did.

        The base before goes on where this raises: BaseError, or OSError where a file of the base
        cannot be read.
        """
        folders = Folders(self.config.facts, self.config.seeds)
        async with self._reloading:  # two builds at once would write one draft
            await asyncio.to_thread(build, folders, self.config.data)
            return await self.reopen_base()

    async def reopen_base(self) -> bool:
        """Answer from the base that was built last; returns whether it is another one.

        Raises BaseError where it cannot be opened; the base before then goes on.
        """
        before = await reopen(self.service, self.config.data)
        if before is None:
            return False
        self.scheduler.refresh()
        # Answers may still be reading it.
        closing = asyncio.create_task(_close_later(before))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        return True

    async def _limited(self, seconds: float) -> None:
        """Let no process of the bot send for so long."""
        try:
            await self._rate_limiter.hold(seconds)
        except DatabaseUnavailable as error:
            log.warning("other processes were not told to wait", reason=error.reason)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Keep a server's settings for a while, in case the bot comes back."""
        await self._noted(self.state.settings.left([guild.id], discord.utils.utcnow()))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Go on where the bot left a server."""
        await self._noted(self.state.settings.returned([guild.id]))

    async def on_ready(self) -> None:
        """Note which servers the bot left or came back to while it was away."""
        here = {guild.id for guild in self.guilds}
        gone = self.state.settings.present() - here
        if gone:
            await self._noted(self.state.settings.left(gone, discord.utils.utcnow()))
        await self._noted(self.state.settings.returned(here))

    async def _noted(self, change: Awaitable[None]) -> None:
        try:
            await change
        except DatabaseUnavailable as error:
            log.warning("the state is away; it is noted another time", reason=error.reason)

    def _post_view(self, outgoing: OutgoingPost) -> discord.ui.LayoutView:
        return post_views.view(self.service, outgoing)

    def _warning(self, about: Schedule | Briefing, trouble: Problem | Trouble) -> str:
        chosen = self.state.settings.of(about.server_id).language
        guild = self.get_guild(about.server_id)
        name = guild.name if guild else str(about.server_id)
        return post_views.warning(about, trouble, chosen, name)

    async def _tell_audit_entry(self, briefing: Briefing, entry: AuditEntry) -> None:
        settings = self.state.settings.of(briefing.server_id)
        language = settings.language or briefing.plan.text.language
        await audit_log.tell(self, settings.log_channel_id, words(language), briefing, entry)

    def _log_channel(self, server_id: int) -> int | None:
        return self.state.settings.of(server_id).log_channel_id

    def _moderates(self, member: discord.Member) -> bool:
        role_id = self.state.settings.of(member.guild.id).moderator_role_id
        return permissions.moderates(member, role_id)

    async def _sync_commands(self) -> None:
        """Upload the commands, unless Discord still has those that were uploaded last.

        The record beside the base holds a hash of what was uploaded and the ids that Discord gave;
        it is compared with what Discord has, as commands may be removed elsewhere.
        """
        payload = [
            await command.get_translated_payload(self.tree, CatalogueTranslator())
            for command in self.tree.get_commands()
        ]
        payload_hash = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        record = self.config.data / f"commands-{self.application_id}.json"
        if _read(record) == {"hash": payload_hash, "ids": _ids(await self.tree.fetch_commands())}:
            return
        uploaded = await self.tree.sync()
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps({"hash": payload_hash, "ids": _ids(uploaded)}), "ascii")
        log.info("commands uploaded", commands=len(uploaded))


async def _close_later(store: Store) -> None:
    """Close a base once no answer reads it any more, or at once where the bot stops."""
    try:
        await asyncio.sleep(_UNTIL_UNREAD)
    finally:
        await store.close()


def _read(record: Path) -> object:
    """What the record of the last upload holds; None where there is none to go by."""
    try:
        return json.loads(record.read_text("ascii"))
    except (OSError, ValueError):
        return None


def _ids(commands: Iterable[app_commands.AppCommand]) -> list[int]:
    return sorted(command.id for command in commands)


def create_bot(config: Config, delivers: bool = True, rules: Rules = Rules()) -> Factdesk:
    """The bot as it runs on Discord, in tests and on the local page.

    With `delivers` false it posts nothing of its own accord until somebody runs its `deliver`;
    `rules` say how it keeps time then.
    """
    return Factdesk(config, delivers, rules)


async def serve(bot: Factdesk, token: str) -> None:
    """Run the bot on Discord until SIGTERM or SIGINT.

    Raises RefusedToken and UnreachableDiscord.
    """
    running = asyncio.create_task(_stay(bot, token))
    settling = asyncio.create_task(_settle(bot))
    stopping = asyncio.create_task(_stop_signal())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.done():
            log.info("stopping")
        while not running.done():
            # Python 3.11's wait_for, inside connect, can swallow a cancellation.
            running.cancel()
            await asyncio.wait({running}, timeout=0.5)
        if not running.cancelled():
            _raise_worded(running.exception())
    finally:
        settling.cancel()
        stopping.cancel()
        await bot.close()
        log.info("stopped")


async def _stay(bot: Factdesk, token: str) -> None:
    """Log in and stay connected; also where the gateway is away when the bot first calls."""
    await bot.login(token)
    backoff = ExponentialBackoff[Literal[False]]()
    while True:
        try:
            return await bot.connect()
        except AttributeError as error:
            # discord.py 2.7.1 reads its websocket's state before there has been a websocket.
            if not isinstance(error.__context__, OSError | aiohttp.ClientError | TimeoutError):
                raise
            await asyncio.sleep(backoff.delay())


async def _stop_signal() -> None:
    """Return once the process is asked to stop."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        # Windows has no signal handlers in the loop; there Ctrl+C ends the program as it is.
        with suppress(NotImplementedError):
            loop.add_signal_handler(name, asked.set)
    await asked.wait()


def _raise_worded(error: BaseException | None) -> None:
    """Raise what ended the connection, as an error of this program where it has one for it."""
    if isinstance(error, discord.LoginFailure):
        raise RefusedToken from None
    if isinstance(error, discord.ConnectionClosed) and error.code == _AUTHENTICATION_FAILED:
        raise RefusedToken from None
    if isinstance(error, aiohttp.ClientError | discord.HTTPException):
        raise UnreachableDiscord(str(error)) from None
    if error:
        raise error


async def _settle(bot: Factdesk) -> None:
    """Once ready, take what start-up made out of the garbage collector's sight.

    A full collection would stop a bot of 2,500 servers for up to 300 ms.
    """
    await bot.wait_until_ready()
    gc.collect()
    gc.freeze()
    log.info("ready", servers=len(bot.guilds))
