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
from bot.ui.components.client import Interaction, guild_of
from bot.ui.components.markdown import escape, field
from bot.ui.components.mentions import Mentions, thing_name

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
    name, what = escape(server), problem_line(words, schedule.config, problem)
    if problem == "unknown":
        return field(words, name, what)
    return f"{words('digest.stopped', server=f'**{name}**')}\n{what}"


def problem_line(words: Words, config: DigestConfig, problem: DigestProblem) -> str:
    """What is wrong, and how to mend it."""
    channel = f"<#{config.target.channel_id}>"
    return words(f"digest.warning.{problem}", channel=channel, zone=config.zone)


def setting_lines(
    interaction: Interaction, mentions: Mentions, config: DigestConfig
) -> tuple[str, ...]:
    """How a digest is set up, each setting on a line."""
    words = mentions.words
    settings = _settings(mentions, interaction.client.service, config)
    lines = [field(words, name, value) for name, value in settings]
    channel = guild_of(interaction).get_channel(config.target.channel_id)
    if isinstance(channel, discord.ForumChannel) and config.target.tag_id:
        lines.insert(1, _tag(words, channel.get_tag(config.target.tag_id)))
    return tuple(lines)


def _tag(words: Words, tag: discord.ForumTag | None) -> str:
    value = escape(tag.name) if tag else words("gone.tag")
    return field(words, words("digest.field.tag"), value)


def _settings(
    mentions: Mentions, service: AnswerService, config: DigestConfig
) -> Iterator[tuple[str, str]]:
    words, target = mentions.words, config.target
    yield words("digest.field.channel"), mentions.channel(target.channel_id)
    yield words("digest.field.when"), _when(words, config)
    yield words("digest.field.topics"), _topics(words, service, config)
    notified = mentions.role(target.role_id) if target.role_id else words("digest.nobody")
    yield words("digest.field.role"), notified
    yield words("digest.field.when_empty"), words(f"digest.when_empty.{config.when_empty}")
    if target.publish:
        yield words("digest.field.publish"), words("digest.published")


def _when(words: Words, config: DigestConfig) -> str:
    days = next((name for name, days in WEEKDAYS.items() if days == config.weekdays), "every")
    zone = escape(zone_label(config.zone, words.language))
    return f"{config.at:%H:%M} · {words(f'digest.weekdays.{days}')} · {zone}"


def _topics(words: Words, service: AnswerService, config: DigestConfig) -> str:
    if not config.topics:
        return words("digest.topics.all")
    names = [thing_name(words, service.store, topic) for topic in sorted(config.topics)]
    return escape(words.list(names))


def next_line(words: Words, at: datetime) -> str:
    """When the next digest comes."""
    return field(words, words("digest.field.next"), moment(words, at))


def state_lines(mentions: Mentions, schedule: Schedule) -> tuple[str, ...]:
    """When the next digest comes, and what keeps it from coming."""
    words, missing = mentions.words, mentions.missing(schedule.config.target)
    problem = missing or schedule.paused
    lines = (problem_line(words, schedule.config, problem),) if problem else ()
    if schedule.paused == "moderator" and schedule.paused_until:
        until = words("digest.paused.until", at=moment(words, schedule.paused_until))
        return (until, *lines) if missing else (until,)
    if schedule.paused:
        return (f"**{words('digest.paused')}**", *lines)
    assert schedule.next_at, "a digest that is not paused has a next run"
    return (next_line(words, schedule.next_at), *lines)


def last_line(mentions: Mentions, post: Post | None) -> str:
    """What became of the latest digest."""
    words = mentions.words
    return field(words, words("digest.field.last"), _last(mentions, post))


def _last(mentions: Mentions, post: Post | None) -> str:
    words = mentions.words
    if post is None:
        return words("digest.last.none")
    day = day_words(post.day, words)
    if post.message_ref and post.ended_at:
        is_gone = post.message_ref.channel_id in mentions.gone
        where, at = words("gone.channel") if is_gone else link(post), format_dt(post.ended_at, "R")
        return words("digest.last.sent", day=day, link=where, at=at)
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
