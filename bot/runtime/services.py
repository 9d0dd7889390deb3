"""The composition root: production, the local page and the fault tests all build the bot here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import discord

from bot.answers.lifecycle import open_service
from bot.answers.service import AnswerService
from bot.config import Config
from bot.delivery.arrivals import note_arrival
from bot.delivery.briefing_editor import BriefingEditor
from bot.delivery.departures import DepartureJob
from bot.delivery.digest_composer import DigestComposer
from bot.delivery.fact_versions import adopt_versions
from bot.delivery.jobs.briefings import BriefingJob
from bot.delivery.jobs.corrections import (
    CloseJob,
    CorrectionPosts,
    OfferJob,
    PendingCorrections,
    ReplyJob,
)
from bot.delivery.jobs.digests import DigestJob
from bot.delivery.jobs.edits import EditJob
from bot.delivery.jobs.notice_contents import OutgoingNotice
from bot.delivery.jobs.notices import NoticeJob
from bot.delivery.outbox import Clock, Outbox, OutboxTiming, OutgoingPost
from bot.delivery.publishing import PublishingJob
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.retention import RetentionJob
from bot.delivery.scheduler import Scheduler, SchedulerSettings
from bot.facts.load import Folders
from bot.metrics import Metrics
from bot.runtime.base_watch import BaseWatch
from bot.shards import Shards
from bot.state.settings import ServerSettings
from bot.state.state import State
from bot.texts.catalogues import choose, words_in
from bot.ui.components import authorization
from bot.ui.components.pictures import PicturedMessage
from bot.ui.posting import notices, rendering
from bot.ui.posting.membership import DiscordMembership
from bot.ui.posting.messenger import DiscordMessenger, Render
from bot.ui.posting.moderators import DiscordModerators
from bot.ui.posting.notices import DiscordNotifier, RenderNotice


@dataclass(frozen=True)
class Wiring:
    """The parts that tests and the local page replace; the defaults are production's."""

    clock: Clock = discord.utils.utcnow
    open_state: Callable[[str, Shards], Awaitable[State]] = State.open
    messenger: Callable[[discord.Client, Render], DiscordMessenger] = DiscordMessenger
    moderators: type[DiscordModerators] = DiscordModerators
    notifier: Callable[[discord.Client, RenderNotice], DiscordNotifier] = DiscordNotifier
    composer: Callable[[AnswerService, State], DigestComposer] = DigestComposer
    outbox: OutboxTiming = field(default_factory=OutboxTiming)
    scheduler: SchedulerSettings = field(default_factory=SchedulerSettings)
    metrics: Metrics = field(default_factory=Metrics)


NoteArrival = Callable[[int, datetime, datetime], Awaitable[None]]
"""Has a server welcomed, given its id, when the bot arrived there, and now."""


@dataclass(frozen=True)
class Services:
    """Everything that the running bot consists of besides its connection to Discord."""

    service: AnswerService
    base_watch: BaseWatch
    state: State
    messenger: DiscordMessenger
    rate_limiter: RateLimiter
    compose: DigestComposer
    digests: DigestJob
    editor: BriefingEditor
    corrections: CorrectionPosts
    notices: NoticeJob
    pending_corrections: PendingCorrections
    scheduler: Scheduler
    note_arrival: NoteArrival

    async def close(self) -> None:
        """Close the state and the base."""
        await self.state.close()
        await self.base_watch.close()
        await self.service.store.close()


class _PerServer:
    """Looks up what each server chose in its settings, for what the bot sends there."""

    def __init__(
        self,
        client: discord.Client,
        service: AnswerService,
        settings: ServerSettings,
        language: str,
    ) -> None:
        self._client = client
        self._language = language
        self._service = service
        self._settings = settings

    def render(self, outgoing: OutgoingPost) -> PicturedMessage:
        """A post as a message."""
        return rendering.render(self._service, outgoing)

    def render_notice(self, outgoing: OutgoingNotice) -> notices.Message:
        """A notice in the language that a server chose, or in its own on Discord."""
        server_id = outgoing.slot.server_id
        guild = self._client.get_guild(server_id)
        locale = str(guild.preferred_locale) if guild else None
        language = self._settings.of(server_id).language or choose(locale, self._language)
        name = guild.name if guild else str(server_id)
        return notices.render(self._service, words_in(language), name, outgoing)

    def moderates(self, member: discord.Member) -> bool:
        """Whether a member is a moderator of their server."""
        role_id = self._settings.of(member.guild.id).moderator_role_id
        return authorization.moderates(member, role_id)

    def log_channel(self, server_id: int) -> int | None:
        """The id of a server's log channel, if it has one."""
        return self._settings.of(server_id).log_channel_id


async def open_services(config: Config, client: discord.Client, wiring: Wiring) -> Services:
    """Open the base and the state, and build everything on them.

    Raises BaseError or OSError if there is no usable base, and MissingDriver or
    DatabaseUnavailable if the state cannot be opened.
    """
    async with AsyncExitStack() as opened:
        folders = Folders(config.facts, config.seeds)
        service = await open_service(folders, config.data, config.host)
        opened.push_async_callback(service.store.close)
        state = await wiring.open_state(config.state_address, config.shards_or_all)
        opened.push_async_callback(state.close)
        await adopt_versions(service.store, state)
        services = _assemble(config, service, state, client, wiring)
        opened.pop_all()
        return services


@dataclass(frozen=True)
class _Sending:
    """What sends, and how a post is made once: one outbox for posts, one for notices."""

    messenger: DiscordMessenger
    moderators: DiscordModerators
    rate_limiter: RateLimiter
    posts: Outbox[OutgoingPost]
    notices: Outbox[OutgoingNotice]


def _sending(client: discord.Client, servers: _PerServer, state: State, wiring: Wiring) -> _Sending:
    clock, timing = wiring.clock, wiring.outbox
    messenger = wiring.messenger(client, servers.render)
    notifier = wiring.notifier(client, servers.render_notice)
    rate_limiter = RateLimiter(state.rate_limit, clock)
    return _Sending(
        messenger,
        wiring.moderators(client, servers.moderates, servers.log_channel),
        rate_limiter,
        posts=Outbox(state.leases, state.posts, rate_limiter, messenger, clock, timing),
        notices=Outbox(state.leases, state.posts, rate_limiter, notifier, clock, timing),
    )


def _assemble(
    config: Config, service: AnswerService, state: State, client: discord.Client, wiring: Wiring
) -> Services:
    servers, clock = _PerServer(client, service, state.settings, config.language), wiring.clock
    sending = _sending(client, servers, state, wiring)
    moderators, membership = sending.moderators, DiscordMembership(client)
    compose = wiring.composer(service, state)
    digests = DigestJob(state, compose, sending.posts, clock)
    editor = BriefingEditor(service, state, moderators)
    corrections = CorrectionPosts(service, state, sending.posts)
    pending = PendingCorrections(service, state)
    notices_job = NoticeJob(service, state, editor, moderators, sending.notices, clock)
    jobs = {
        "digest": digests,
        "briefing": BriefingJob(state, editor, sending.posts, moderators),
        "correction offer": OfferJob(state, pending, corrections),
        "correction close": CloseJob(state, pending),
        "correction reply": ReplyJob(state, corrections),
        "edit": EditJob(service, state, editor, sending.messenger),
        "notice": notices_job,
        "publishing": PublishingJob(state.posts, sending.messenger, sending.rate_limiter),
        "departure": DepartureJob(state, membership),
        "retention": RetentionJob(state, membership, lambda: service.store.fingerprint),
    }
    scheduler = Scheduler(state, jobs, clock, wiring.scheduler, wiring.metrics)

    def on_switch() -> None:
        compose.forget()
        scheduler.refresh()

    return Services(
        service=service,
        base_watch=BaseWatch(config, service, on_switch),
        state=state,
        messenger=sending.messenger,
        rate_limiter=sending.rate_limiter,
        compose=compose,
        digests=digests,
        editor=editor,
        corrections=corrections,
        notices=notices_job,
        pending_corrections=pending,
        scheduler=scheduler,
        note_arrival=partial(note_arrival, state, moderators),
    )
