"""The cog of `/digest`: set up, preview, show, pause, resume, turn off, post now."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import discord
import structlog
from discord import ui
from discord.app_commands import Choice, Transform
from discord.ext import commands

from bot.delivery.outbox import Blocked, Delivered, NothingToSend, Outcome, RetryAt, Undetermined
from bot.delivery.recurrence import UnknownZone, open_zone
from bot.state.digest_progress import Occurrence
from bot.state.digests import DigestConfig, Schedule, Target, WhenEmpty
from bot.state.errors import DatabaseUnavailable
from bot.state.posts import Post, Slot
from bot.texts.catalogues import Words
from bot.ui.components import channels
from bot.ui.components.client import Interaction, guild_of, member_of
from bot.ui.components.language import discord_language, reader_words
from bot.ui.components.localised import text
from bot.ui.components.mentions import Mentions, look_up
from bot.ui.components.messages import ReplyText, UserError, answer
from bot.ui.components.moderator_commands import Subcommand, group
from bot.ui.components.pictures import PicturedMessage
from bot.ui.digests.options import (
    ChannelOption,
    complete_tags,
    complete_topics,
    complete_zones,
    read_channel,
    read_day,
    read_publish,
    read_role,
    read_tag,
    read_time,
    read_topics,
    read_zone,
)
from bot.ui.digests.overview import (
    WEEKDAYS,
    last_line,
    link,
    moment,
    next_line,
    problem_line,
    setting_lines,
    state_lines,
)
from bot.ui.digests.set_up import (
    DEFAULTS,
    QuietButton,
    TestPostButton,
    carried_over,
    next_of,
    require_target,
    required,
    set_up,
)
from bot.ui.posting import posts

log = structlog.stdlib.get_logger("factdesk.cogs")

_DAY = timedelta(days=1)


class DigestCommands(commands.Cog):
    """Adds `/digest`, and handles the buttons of its replies and of digests."""

    def __init__(self, bot: commands.AutoShardedBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Add the commands and the buttons."""
        self.bot.tree.add_command(group("digest", _subcommands()))
        self.bot.add_dynamic_items(posts.CorrectionsButton, TestPostButton, QuietButton)


def _subcommands() -> list[Subcommand]:
    return [
        Subcommand(
            "set",
            _set,
            choices={
                "when_empty": [
                    Choice(name=text(f"digest.when_empty.{each}"), value=each)
                    for each in get_args(WhenEmpty)
                ],
                "weekdays": [
                    Choice(name=text(f"digest.weekdays.{each}"), value=each) for each in WEEKDAYS
                ],
            },
            suggest={"timezone": complete_zones, "topics": complete_topics, "tag": complete_tags},
        ),
        Subcommand("preview", _preview),
        Subcommand("show", _show),
        Subcommand("pause", _pause),
        Subcommand("resume", _resume),
        Subcommand("off", _off),
        Subcommand("now", _now),
    ]


async def _set(
    interaction: Interaction,
    channel: Transform[discord.Object, ChannelOption],
    time: str,
    timezone: str,
    topics: str | None = None,
    role: discord.Role | None = None,
    when_empty: WhenEmpty | None = None,
    weekdays: str | None = None,
    publish: bool | None = None,
    tag: str | None = None,
) -> None:
    """Set the digest up, or change it; what is left out stays as it was."""
    words, guild = reader_words(interaction), guild_of(interaction)
    schedule = await interaction.client.state.digests.get(guild.id)
    former = schedule.config if schedule else DEFAULTS
    at, zone = read_time(time, words), read_zone(timezone, words)
    chosen = read_topics(interaction.client.service, topics, words) if topics else former.topics
    place = await read_channel(guild, channel.id, words)
    kept = carried_over(former.target, place)
    target = Target(
        channel_id=place.id,
        role_id=read_role(role, words) if role else kept.role_id,
        publish=kept.publish if publish is None else read_publish(place, publish, words),
        tag_id=read_tag(place, tag, words) if tag else kept.tag_id,
    )
    channels.require_postable(place, target, words)
    channels.require_own_access(member_of(interaction), place, target, words)
    config = DigestConfig(
        target=target,
        at=at,
        zone=zone,
        weekdays=WEEKDAYS[weekdays] if weekdays else former.weekdays,
        topics=chosen,
        when_empty=when_empty or former.when_empty,
        language=discord_language(interaction),
        set_by=interaction.user.id,
    )
    await set_up(interaction, config, is_new=schedule is None)


async def _preview(interaction: Interaction) -> None:
    """Show, privately, when the next digest comes, and below it that very message."""
    words = reader_words(interaction)
    schedule = await required(interaction)
    run = await _next(interaction, schedule)
    draft = await interaction.client.compose(schedule, run.day, is_late=False)
    target = schedule.config.target
    mentions = await look_up(guild_of(interaction), words, [target])
    lines = [words("digest.preview", at=moment(words, run.instant))]
    if schedule.paused:
        lines.append(words("digest.preview.paused"))
    elif not draft.is_posted(schedule.config.when_empty):
        lines.append(words("digest.preview.skipped"))
    if missing := mentions.missing(target):
        lines.append(problem_line(words, schedule.config, missing))
    slot = Slot(schedule.server_id, "digest", run.day, run.instant, target.channel_id)
    service, role_id = interaction.client.service, mentions.present(target.role_id)
    page = service.page(draft.card)

    def view(pictured: bool) -> ui.LayoutView:
        return posts.view(service, page, slot.post_id, role_id, pictured=pictured)

    async def send(view: ui.LayoutView, files: list[discord.File]) -> object:
        return await interaction.followup.send(view=view, files=files, ephemeral=True)

    await answer(interaction, ReplyText(words("digest.preview.title"), tuple(lines)))
    await PicturedMessage(view, page.picture, service.picture).send(send)


async def _show(interaction: Interaction) -> None:
    """Show how the digest is set up, when it comes next, and what became of the last."""
    words = reader_words(interaction)
    schedule = await required(interaction)
    last = await interaction.client.state.posts.last_digest(schedule.server_id)
    posted_in = last.message_ref.channel_id if last and last.message_ref else None
    target = schedule.config.target
    mentions = await look_up(guild_of(interaction), words, [target], channel_ids=[posted_in])
    settings = setting_lines(interaction, mentions, schedule.config)
    coming = state_lines(mentions, schedule)
    lines = (*settings, *coming, last_line(mentions, last))
    await answer(interaction, ReplyText(words("digest.shown"), lines))


async def _pause(interaction: Interaction, until: str | None = None) -> None:
    """Pause the digest, up to a day or until it is resumed."""
    words, state = reader_words(interaction), interaction.client.state
    schedule = await required(interaction)
    server_id = schedule.server_id
    if until:
        _known_zone(schedule, words)
        day = read_day(until, schedule.config.zone, words)
        run = await next_of(state, server_id, schedule.config, day - _DAY)
        await state.digests.pause(server_id, "moderator", run.instant, run.instant, run.day)
        line = words("digest.paused.until", at=moment(words, run.instant))
    else:
        await state.digests.pause(server_id, "moderator")
        line = problem_line(words, schedule.config, "moderator")
    await answer(interaction, ReplyText(words("digest.paused"), (line,)))


async def _resume(interaction: Interaction) -> None:
    """End a pause, once nothing keeps the digest from being posted any more."""
    words, state = reader_words(interaction), interaction.client.state
    schedule = await required(interaction)
    await require_target(interaction, schedule)
    _known_zone(schedule, words)
    run = await _next(interaction, schedule)
    await state.digests.resume(schedule.server_id, run.instant, run.day)
    title = words("digest.resumed" if schedule.paused else "digest.running")
    await answer(interaction, ReplyText(title, (next_line(words, run.instant),)))


async def _off(interaction: Interaction) -> None:
    """Turn the digest off; what was posted stays."""
    words = reader_words(interaction)
    schedule = await required(interaction)
    await interaction.client.state.digests.remove(schedule.server_id)
    await answer(interaction, ReplyText(words("digest.off"), (words("digest.off.help"),)))


async def _now(interaction: Interaction) -> None:
    """Post today's digest before its time."""
    words, state = reader_words(interaction), interaction.client.state
    schedule = await required(interaction)
    await require_target(interaction, schedule)
    _known_zone(schedule, words)
    try:
        outcome = await interaction.client.digests.post_now(schedule.server_id)
        last = await state.posts.last_digest(schedule.server_id)
        kept = await required(interaction)
    except DatabaseUnavailable as error:
        # It may be posted already, so do not say that nothing changed.
        log.warning(
            "the database became unavailable while a digest was posted", reason=error.reason
        )
        reply = ReplyText(words("digest.now.away"), (words("digest.now.away.help"),))
    else:
        reply = _posted(words, outcome, kept, last)
    await answer(interaction, reply)


def _posted(words: Words, outcome: Outcome, schedule: Schedule, last: Post | None) -> ReplyText:
    """What became of a digest that was requested at once."""
    mentions = Mentions(words)  # what is gone was refused before
    coming = state_lines(mentions, schedule)
    match outcome:
        case Delivered() if last:
            return ReplyText(words("digest.now.done"), (link(last), *coming))
        case Delivered() | NothingToSend():
            return ReplyText(words("digest.now.settled"), (last_line(mentions, last), *coming))
        case RetryAt():
            return ReplyText(words("digest.now.later"), (words("digest.now.later.help"),))
        case Blocked(reason):
            return ReplyText(
                words("digest.now.blocked"), (problem_line(words, schedule.config, reason),)
            )
        case Undetermined():
            what = problem_line(words, schedule.config, "unknown")
            return ReplyText(words("digest.now.unknown"), (what, *coming))


async def _next(interaction: Interaction, schedule: Schedule) -> Occurrence:
    """The next run of a digest; if it is paused without an end, what it would be."""
    words = reader_words(interaction)
    _known_zone(schedule, words)
    if schedule.next_at and schedule.next_day and schedule.paused is None:
        return Occurrence(schedule.next_at, schedule.next_day)
    return await next_of(interaction.client.state, schedule.server_id, schedule.config)


def _known_zone(schedule: Schedule, words: Words) -> None:
    """Raise UserError if the time zone database no longer has the digest's zone."""
    try:
        open_zone(schedule.config.zone)
    except UnknownZone:
        raise UserError(
            words("digest.paused"), problem_line(words, schedule.config, "no-zone")
        ) from None
