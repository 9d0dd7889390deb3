"""What moderators read about their server's digest: how it is set up, how it went, what stopped it.

The buttons below it carry all that they need in their custom ids, so they outlive the process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Self

import discord
from discord import ui
from discord.utils import format_dt

from bot.answers.service import AnswerService
from bot.cards.limits import THREAD_TITLE, shorten
from bot.cards.wording import day_words
from bot.delivery.jobs.digests import Problem, recurrence
from bot.delivery.recurrence import EVERY_DAY, Run, next_run
from bot.parsing.timezones import zone_label
from bot.state.digests import DigestConfig, Schedule, Target
from bot.state.posts import Post
from bot.state.state import State
from bot.texts.catalogues import Words
from bot.ui.components import channels
from bot.ui.components.client import Interaction, guild_of, server_id_of
from bot.ui.components.language import reader_words, server_words
from bot.ui.components.markdown import escape
from bot.ui.components.messages import Notice, UserError, answer
from bot.ui.components.permissions import moderate
from bot.ui.components.persistent_items import PersistentItem, button

WEEKDAYS: Mapping[str, frozenset[int]] = {
    "every": EVERY_DAY,
    "workdays": frozenset(range(5)),
    "weekend": frozenset({5, 6}),
    "monday": frozenset({0}),
    "tuesday": frozenset({1}),
    "wednesday": frozenset({2}),
    "thursday": frozenset({3}),
    "friday": frozenset({4}),
    "saturday": frozenset({5}),
    "sunday": frozenset({6}),
}
"""The weekdays that a digest can be set to, by the name of the choice."""


def warning(words: Words, schedule: Schedule, problem: Problem, server: str) -> str:
    """What a server's moderators are told when their digest stopped, as Discord's markdown."""
    name = f"**{escape(server)}**"
    if problem == "unknown":
        return f"{name}: {trouble(words, schedule.config, problem)}"
    return f"{words('digest.stopped', server=name)}\n{trouble(words, schedule.config, problem)}"


def trouble(words: Words, config: DigestConfig, problem: Problem) -> str:
    """What is wrong, and how to mend it."""
    channel = f"<#{config.target.channel_id}>"
    return words(f"digest.warning.{problem}", channel=channel, zone=config.zone)


def setting_lines(interaction: Interaction, config: DigestConfig) -> tuple[str, ...]:
    """How a digest is set up, each setting on a line."""
    settings = _settings(reader_words(interaction), interaction.client.service, config)
    lines = [f"**{name}**: {value}" for name, value in settings]
    channel = interaction.client.get_channel(config.target.channel_id)
    if isinstance(channel, discord.ForumChannel) and config.target.tag_id:
        lines.insert(1, _tag(reader_words(interaction), channel.get_tag(config.target.tag_id)))
    return tuple(lines)


def _tag(words: Words, tag: discord.ForumTag | None) -> str:
    return f"**{words('digest.field.tag')}**: {escape(tag.name) if tag else words('digest.no-tag')}"


def _settings(
    words: Words, service: AnswerService, config: DigestConfig
) -> Iterator[tuple[str, str]]:
    target = config.target
    yield words("digest.field.channel"), f"<#{target.channel_id}>"
    yield words("digest.field.when"), _when(words, config)
    yield words("digest.field.topics"), _topics(words, service, config)
    notified = f"<@&{target.role_id}>" if target.role_id else words("digest.nobody")
    yield words("digest.field.role"), notified
    yield words("digest.field.when_empty"), words(f"digest.when_empty.{config.when_empty}")
    if target.publish:
        yield words("digest.field.publish"), words("digest.published")


def _when(words: Words, config: DigestConfig) -> str:
    days = next((name for name, days in WEEKDAYS.items() if days == config.weekdays), "every")
    zone = escape(zone_label(config.zone, words.language))
    return f"{config.at:%H:%M} · {words(f'digest.weekdays.{days}')} · {zone}"


def _topics(words: Words, service: AnswerService, config: DigestConfig) -> str:
    things = [
        service.store.things[topic]
        for topic in sorted(config.topics)
        if topic in service.store.things
    ]
    if not things:
        return words("digest.topics.all")
    return escape(words.list([thing.name(words.language) for thing in things]))


def next_line(words: Words, at: datetime) -> str:
    """When the next digest comes."""
    return f"**{words('digest.field.next')}**: {moment(at)}"


def state_line(words: Words, schedule: Schedule) -> str:
    """When the next digest comes, or why none does."""
    if schedule.paused == "moderator" and schedule.paused_until:
        return words("digest.paused.until", at=moment(schedule.paused_until))
    if schedule.paused:
        return f"**{words('digest.paused')}**\n{trouble(words, schedule.config, schedule.paused)}"
    assert schedule.next_at, "a digest that is not paused has a next run"
    return next_line(words, schedule.next_at)


def last_line(words: Words, post: Post | None) -> str:
    """What became of the latest digest."""
    return f"**{words('digest.field.last')}**: {_last(words, post)}"


def _last(words: Words, post: Post | None) -> str:
    if post is None:
        return words("digest.last.none")
    day = day_words(post.day, words)
    if post.message_ref and post.ended_at:
        return words("digest.last.sent", day=day, link=link(post), at=format_dt(post.ended_at, "R"))
    ending = post.reason if post.status == "skipped" else post.status
    return words(f"digest.last.{ending}", day=day)


def link(post: Post) -> str:
    """The address of a post, or nothing where it has none."""
    if post.message_ref is None:
        return ""
    ref = post.message_ref
    return f"https://discord.com/channels/{post.server_id}/{ref.channel_id}/{ref.message_id}"


def moment(at: datetime) -> str:
    """An instant as everybody's own clock shows it, and how far it is from now."""
    return f"{format_dt(at, 'F')} ({format_dt(at, 'R')})"


class TestPostButton(PersistentItem, template=r"digest:test:(?P<channel_id>\d{1,20})"):
    """Sends a short message to a channel, to see whether the digest can be posted there."""

    @classmethod
    def make(cls, label: str, channel_id: int) -> Self:
        """The button of a channel."""
        return cls(button(label, f"digest:test:{channel_id}"))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Send the message."""
        await moderate(interaction, lambda: _test(interaction, int(match["channel_id"])))


async def _test(interaction: Interaction, channel_id: int) -> None:
    words = reader_words(interaction)
    guild = guild_of(interaction)
    channel = await channels.find(guild, channel_id)
    if isinstance(channel, str):
        raise UserError(words("digest.test.failed"), words("digest.test.gone"))
    target = await _target(interaction.client.state, guild.id, channel_id)
    channels.require_postable(channel, target, words)
    try:
        await _send_test(channel, target, server_words(interaction))
    except discord.HTTPException:
        raise UserError(words("digest.test.failed"), words("digest.test.refused")) from None
    await answer(
        interaction,
        Notice(words("digest.test.done"), (words("digest.test.look", channel=channel.mention),)),
    )


async def _target(state: State, server_id: int, channel_id: int) -> Target:
    """What is set up for a channel; the channel alone where the digest goes elsewhere by now."""
    schedule = await state.digests.get(server_id)
    if schedule and schedule.config.target.channel_id == channel_id:
        return schedule.config.target
    return Target(channel_id)


async def _send_test(channel: channels.Postable, target: Target, words: Words) -> None:
    layout = ui.LayoutView(timeout=None)
    layout.add_item(ui.TextDisplay(words("digest.test.message")))
    if not isinstance(channel, discord.ForumChannel):
        await channel.send(view=layout)
        return
    tag = channel.get_tag(target.tag_id) if target.tag_id else None
    title = shorten(words("digest.test.title"), THREAD_TITLE)
    await channel.create_thread(name=title, view=layout, applied_tags=[tag] if tag else [])


class QuietButton(PersistentItem, template=r"digest:quiet"):
    """Stops the digest from notifying a role; Discord's role picker has no entry for none."""

    @classmethod
    def make(cls, label: str) -> Self:
        """The button."""
        return cls(button(label, "digest:quiet"))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Change the digest."""
        await moderate(interaction, lambda: _quieten(interaction))


async def _quieten(interaction: Interaction) -> None:
    schedule = await required(interaction)
    target = replace(schedule.config.target, role_id=None)
    await set_up(interaction, replace(schedule.config, target=target), is_new=False)


async def required(interaction: Interaction) -> Schedule:
    """The digest of the server. Raises UserError where none is set up, and DatabaseUnavailable."""
    schedule = await interaction.client.state.digests.get(server_id_of(interaction))
    if schedule is None:
        words = reader_words(interaction)
        raise UserError(words("digest.none"), words("digest.none.help"))
    return schedule


async def next_of(
    state: State, server_id: int, config: DigestConfig, last: date | None = None
) -> Run:
    """The next run of a digest: on no day that is settled already, and none up to `last`.

    Raises DatabaseUnavailable, and UnknownZone.
    """
    settled = await state.digests.last_post_day(server_id)
    past = max((day for day in (settled, last) if day), default=None)
    return next_run(recurrence(config), discord.utils.utcnow(), past)


async def set_up(interaction: Interaction, config: DigestConfig, is_new: bool) -> None:
    """Keep a digest as it is wished, and tell its moderator what it is now.

    Raises DatabaseUnavailable.
    """
    words, state = reader_words(interaction), interaction.client.state
    server_id = server_id_of(interaction)
    run = await next_of(state, server_id, config)
    await state.digests.put(server_id, config, run.instant, run.day)
    channel_id, role_id = config.target.channel_id, config.target.role_id
    settings = setting_lines(interaction, config)
    buttons: list[PersistentItem] = [TestPostButton.make(words("digest.test"), channel_id)]
    if role_id:
        buttons.append(QuietButton.make(words("digest.quiet")))
    notice = Notice(
        words("digest.set-up" if is_new else "digest.set-anew"),
        (*settings, next_line(words, run.instant)),
        () if is_new else (words("digest.kept"),),
    )
    await answer(interaction, notice, *buttons)
