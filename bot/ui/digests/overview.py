"""What moderators read about their digest: how it is set up, how it went, what stopped it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import discord
from discord.utils import format_dt

from bot.answers.service import AnswerService
from bot.cards.wording import day_words
from bot.delivery.jobs.digests import DigestProblem
from bot.delivery.recurrence import EVERY_DAY
from bot.parsing.timezones import zone_label
from bot.state.digests import DigestConfig, Schedule
from bot.state.posts import Post
from bot.texts.catalogues import Words
from bot.ui.components.client import Interaction
from bot.ui.components.language import reader_words
from bot.ui.components.markdown import escape, field

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


def warning(words: Words, schedule: Schedule, problem: DigestProblem, server: str) -> str:
    """The warning to moderators whose digest has stopped, as Discord's markdown."""
    name, what = escape(server), trouble(words, schedule.config, problem)
    if problem == "unknown":
        return field(words, name, what)
    return f"{words('digest.stopped', server=f'**{name}**')}\n{what}"


def trouble(words: Words, config: DigestConfig, problem: DigestProblem) -> str:
    """What is wrong, and how to mend it."""
    channel = f"<#{config.target.channel_id}>"
    return words(f"digest.warning.{problem}", channel=channel, zone=config.zone)


def setting_lines(interaction: Interaction, config: DigestConfig) -> tuple[str, ...]:
    """How a digest is set up, each setting on a line."""
    words = reader_words(interaction)
    settings = _settings(words, interaction.client.service, config)
    lines = [field(words, name, value) for name, value in settings]
    channel = interaction.client.get_channel(config.target.channel_id)
    if isinstance(channel, discord.ForumChannel) and config.target.tag_id:
        lines.insert(1, _tag(words, channel.get_tag(config.target.tag_id)))
    return tuple(lines)


def _tag(words: Words, tag: discord.ForumTag | None) -> str:
    value = escape(tag.name) if tag else words("digest.no-tag")
    return field(words, words("digest.field.tag"), value)


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
    return field(words, words("digest.field.next"), moment(words, at))


def state_line(words: Words, schedule: Schedule) -> str:
    """When the next digest comes, or why none does."""
    if schedule.paused == "moderator" and schedule.paused_until:
        return words("digest.paused.until", at=moment(words, schedule.paused_until))
    if schedule.paused:
        return f"**{words('digest.paused')}**\n{trouble(words, schedule.config, schedule.paused)}"
    assert schedule.next_at, "a digest that is not paused has a next run"
    return next_line(words, schedule.next_at)


def last_line(words: Words, post: Post | None) -> str:
    """What became of the latest digest."""
    return field(words, words("digest.field.last"), _last(words, post))


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


def moment(words: Words, at: datetime) -> str:
    """An instant as everybody's own clock shows it, and how far it is from now."""
    return words("typography.bracketed", text=format_dt(at, "F"), remark=format_dt(at, "R"))
