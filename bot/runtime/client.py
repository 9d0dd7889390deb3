"""The Discord client: its events and shards, what it loads at start-up, how it stops."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.config import Config
from bot.runtime.command_upload import upload_commands
from bot.runtime.gauges import add_gauges
from bot.runtime.server_cache import ServerCachingClient
from bot.runtime.services import Services, Wiring, open_services
from bot.runtime.session_starts import SessionStarts
from bot.shards import Shards
from bot.state.errors import DatabaseUnavailable
from bot.state.fences import Fences, fences_of
from bot.ui.briefings.commands import BriefingCommands
from bot.ui.components import error_mapping, error_reporting
from bot.ui.components.client import FactdeskClient, Interaction
from bot.ui.components.error_reporting import ErrorReportingTree
from bot.ui.components.finished_replies import FinishedReplies
from bot.ui.components.sent_forms import SentForms
from bot.ui.corrections import unreached
from bot.ui.digests.commands import DigestCommands
from bot.ui.questions import replies
from bot.ui.questions.commands import QuestionCommands
from bot.ui.questions.mentions import answer_message
from bot.ui.questions.slash import CatalogueTranslator
from bot.ui.settings.commands import SettingsCommands
from bot.ui.setup.commands import SetupCommands
from bot.ui.suggestions.commands import SuggestionCommands

if TYPE_CHECKING:
    from yarl import URL

log = structlog.stdlib.get_logger("factdesk.client")

_LONGEST_WAIT = 30.0  # seconds that discord.py may wait by itself if Discord limits a route
_READY_POLL = 0.05  # seconds

_COGS = (
    QuestionCommands,
    DigestCommands,
    BriefingCommands,
    SettingsCommands,
    SetupCommands,
    SuggestionCommands,
)


class Factdesk(ServerCachingClient, FactdeskClient):
    """The bot. Its services exist from `setup_hook` until `close`.

    If `delivers` is false, the caller runs `deliver` itself.
    """

    services: Services
    _delivering: asyncio.Task[None] | None = None
    fences: Fences | None = None

    def __init__(self, config: Config, delivers: bool = True, wiring: Wiring | None = None) -> None:
        self.shards_served = config.shards_or_all
        super().__init__(
            shard_count=self.shards_served.count,
            shard_ids=list(self.shards_served.ids),
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=ErrorReportingTree,
            # Unless a command says otherwise: moderation is for servers that have added the bot.
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            # Slash commands need no messages and no members, so neither is cached.
            intents=discord.Intents(
                guilds=True, guild_messages=config.mentions, dm_messages=config.mentions
            ),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=_LONGEST_WAIT,
            http_trace=error_mapping.trace(
                self._confirm_shards, self._spend_turn, self._hold_all_processes
            ),
        )
        self.config = config
        self._delivers = delivers
        self._wiring = wiring or Wiring()
        self.metrics = self._wiring.metrics
        self.forms = SentForms()
        self.connected_shards: set[int] = set()
        self.is_waiting_for_shards = False
        add_gauges(self)

    async def setup_hook(self) -> None:
        """Open the services, add the commands and upload them if they changed; start to deliver."""
        await self.open()
        await self.add_commands()
        if 0 in self.shards_served.ids:  # of several processes, one uploads
            await upload_commands(self.tree, self.upload_record)
        if self._delivers:
            self._delivering = asyncio.create_task(self.deliver())

    async def add_commands(self) -> None:
        """Add every command, button and menu."""
        await self.tree.set_translator(CatalogueTranslator())
        for cog in _COGS:
            await self.add_cog(cog(self))

    @property
    def upload_record(self) -> Path:
        """The file that notes which commands were uploaded."""
        return self.config.data / f"commands-{self.application_id}.json"

    @property
    def is_open(self) -> bool:
        """Whether the services are open."""
        return hasattr(self, "services")

    async def open(self) -> None:
        """Open the services."""
        self.services = services = await open_services(self.config, self, self._wiring)
        self.service = services.service
        self.replies = FinishedReplies(services.service, replies.page_components)
        self.state = services.state
        self.messenger = services.messenger
        self.compose = services.compose
        self.digests = services.digests
        self.editor = services.editor
        self.corrections = services.corrections
        self.notices = services.notices
        self.session_starts = SessionStarts(
            self.fetch_session_start_limits,
            self.state.rate_limit,
            self._wiring.clock,
            is_alone=self.shards_served.are_all,
        )
        self.metrics.gauge(
            "items_waiting", "Items of the jobs that wait.", lambda: services.scheduler.waiting
        )

    async def take_shards(self) -> None:
        """Wait until no other process serves this one's shards, then hold them.

        Raises OneProcessOnly, NoSessions, DatabaseUnavailable, NewerState if a newer version served
        meanwhile, and what asking Discord raises.
        """
        if self.config.shards is None:
            count, _, _ = await self.http.get_bot_gateway()
            self.shards_served = Shards.all_of(count)
        self.fences = await fences_of(self.state.database, self.shards_served, self.state.worker)
        self.is_waiting_for_shards = True
        log.info("waiting for the shards", shards=str(self.shards_served))
        await self.fences.take()
        self.is_waiting_for_shards = False
        await _try(self.state.database.confirm_version())
        await _try(self.state.settings.load())  # another process served, and may have changed them
        self.shard_count = self.shards_served.count
        self.shard_ids = list(self.shards_served.ids)

    async def watch_shards(self) -> None:
        """Hold the shards, until cancelled. Raises LostShards if another process may have them."""
        assert self.fences, "only shards that were taken are watched"
        await self.fences.watch()

    async def launch_shard(self, gateway: URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect a shard once it has a turn: Discord may end a connection that only waits."""
        await self.session_starts.claim(shard_id)
        await super().launch_shard(gateway, shard_id, initial=initial)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until a connected shard may begin a session.

        One that loses its session claims its turn only here, as discord.py connects it by itself.
        """
        await self.session_starts.begin(shard_id or 0)

    async def close(self) -> None:
        """Finish what is being posted, leave Discord, then close the services."""
        if self._delivering:
            self._delivering.cancel()
            await asyncio.wait({self._delivering})
        await super().close()
        if self.fences:
            await self.fences.close()
        if self.is_open:
            await self.services.close()

    async def deliver(self) -> None:
        """Once the servers are known, run what is due; until cancelled."""
        # Polled, as a simulated Discord's start-up waits for every task that waits for an event.
        while not self.is_ready():  # noqa: ASYNC110
            await asyncio.sleep(_READY_POLL)
        watching = asyncio.create_task(self.services.base_watch.run())
        try:
            await self.services.scheduler.run()
        finally:
            watching.cancel()

    async def reload_base(self) -> bool:
        """Build the base if its files changed, and answer from it; returns whether it is new.

        Raises BaseError, or OSError if a file cannot be read; the present base then stays.
        """
        return await self.services.base_watch.rebuild()

    async def show_unreached(self, interaction: Interaction) -> None:
        """Show a moderator the notices that reached nobody in their server."""
        await unreached.show_unreached(interaction)

    async def _confirm_shards(self) -> None:
        """Connect no shard that another process may have. Raises LostShards."""
        if self.fences:
            await self.fences.confirm()

    async def _spend_turn(self) -> None:
        """Have a request counted against the limit that all processes share."""
        if not self.is_open:  # still logging in
            return
        try:
            await self.services.rate_limiter.spend()
        except DatabaseUnavailable as error:
            log.warning("a request is not counted", reason=error.reason)

    async def _hold_all_processes(self, seconds: float) -> None:
        """Keep every process of the bot from sending: Discord limits the bot as a whole."""
        if not self.is_open:  # still logging in
            return
        try:
            await self.services.rate_limiter.hold(seconds)
        except DatabaseUnavailable as error:
            log.warning("other processes do not know of the limit", reason=error.reason)

    async def on_shard_connect(self, shard_id: int) -> None:
        """Note that a shard has a session."""
        self.connected_shards.add(shard_id)
        self.metrics.connected()

    on_shard_resumed = on_shard_connect  # a shard goes on with its session

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Note that a shard is away; discord.py says so at every attempt to come back."""
        self.connected_shards.discard(shard_id)

    async def on_app_command_completion(self, interaction: Interaction, _: object) -> None:
        """Count a command that was answered."""
        error_reporting.count_command(interaction, "answered")

    async def on_interaction(self, interaction: Interaction) -> None:
        """Take a form that was sent; commands and controls are not taken here."""
        await self.forms.hear(interaction)

    async def on_message(self, message: discord.Message, /) -> None:
        """Answer a mention or a direct message; there are no other commands in messages."""
        await answer_message(self, message)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Keep a server's settings for a while, in case the bot comes back.

        Discord sends this if the bot was removed, but not if a server is merely unavailable.
        """
        await _try(self.state.settings.left([guild.id], discord.utils.utcnow()))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Go on with the settings that a server had before, if they are still kept."""
        await _try(self.state.settings.returned([guild.id]))
        await self._note_arrival(guild)

    async def on_ready(self) -> None:
        """Go on with the settings of servers that the bot joined again while it was offline.

        One that is missing here has not been left for that: `DepartureJob` asks Discord.
        """
        await _try(self.state.settings.returned(guild.id for guild in self.guilds))
        for guild in self.guilds:
            await self._note_arrival(guild)

    async def _note_arrival(self, guild: discord.Guild) -> None:
        """Have a server welcomed if the bot has only just arrived there."""
        me = guild.get_member(self.user.id) if self.user else None
        if me and me.joined_at:
            now = self._wiring.clock()
            await _try(self.services.note_arrival(guild.id, me.joined_at, now))


async def _try(change: Awaitable[None]) -> None:
    """Change the state if it is available; the next start notes what was missed."""
    try:
        await change
    except DatabaseUnavailable as error:
        log.warning("the state is unavailable; the next start notes it", reason=error.reason)
