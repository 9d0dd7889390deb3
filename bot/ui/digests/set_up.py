"""Setting a digest up: storing it, and the buttons below that reply to test and to quieten it.

The buttons carry all that they need in their custom ids, so they outlive the process.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time
from typing import Self

import discord
from discord import ui

from bot.cards.limits import THREAD_TITLE, shorten
from bot.delivery.jobs.digests import recurrence
from bot.delivery.recurrence import EVERY_DAY, next_occurrence
from bot.state.digest_progress import Occurrence
from bot.state.digests import DigestConfig, Schedule, Target
from bot.state.state import State
from bot.texts.catalogues import LANGUAGES, Words
from bot.ui.components import channels
from bot.ui.components.client import Interaction, guild_of, member_of, server_id_of
from bot.ui.components.language import reader_words, server_words
from bot.ui.components.mentions import look_up
from bot.ui.components.messages import ReplyText, UserError, answer
from bot.ui.components.moderator_commands import moderate
from bot.ui.components.persistent_items import PersistentItem, button
from bot.ui.digests.overview import next_line, problem_line, setting_lines

DEFAULTS = DigestConfig(
    target=Target(channel_id=0),
    at=time(9),
    zone="UTC",
    weekdays=EVERY_DAY,
    topics=frozenset(),
    # On most days nothing happened, yet a daily digest is expected every day.
    when_empty="story",
    language=LANGUAGES[0],
    set_by=0,
)
"""The defaults of a digest."""


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
    await answer(interaction, await send_test(interaction, channel_id))


async def send_test(interaction: Interaction, channel_id: int) -> ReplyText:
    """Send the test message; returns the confirmation. Raises UserError."""
    words = reader_words(interaction)
    guild = guild_of(interaction)
    channel = await channels.find(guild, channel_id)
    if isinstance(channel, str):
        raise UserError(words("digest.test.failed"), words("digest.test.gone"))
    target = await _target(interaction.client.state, guild.id, channel_id)
    channels.require_postable(channel, target, words)
    channels.require_own_access(member_of(interaction), channel, None, words)
    try:
        await _send_test(channel, target, server_words(interaction))
    except discord.HTTPException:
        raise UserError(words("digest.test.failed"), words("digest.test.refused")) from None
    look = words("digest.test.look", channel=channel.mention)
    return ReplyText(words("digest.test.done"), (look,))


async def _target(state: State, server_id: int, channel_id: int) -> Target:
    """What is set up for a channel; the channel alone if the digest goes elsewhere by now."""
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
    config = replace(schedule.config, target=replace(schedule.config.target, role_id=None))
    await require_target(interaction, replace(schedule, config=config))
    await set_up(interaction, config, is_new=False)


async def required(interaction: Interaction) -> Schedule:
    """The digest of the server. Raises UserError if none is set up, and DatabaseUnavailable."""
    schedule = await interaction.client.state.digests.get(server_id_of(interaction))
    if schedule is None:
        words = reader_words(interaction)
        raise UserError(words("digest.none"), words("digest.none.help"))
    return schedule


async def require_target(interaction: Interaction, schedule: Schedule) -> None:
    """Raise UserError if the bot, or the moderator, may not post the digest as it is set up."""
    words, target = reader_words(interaction), schedule.config.target
    channel = await channels.find(guild_of(interaction), target.channel_id)
    if isinstance(channel, str):
        raise UserError(words("digest.no-target"), problem_line(words, schedule.config, channel))
    channels.require_postable(channel, target, words)
    channels.require_own_access(member_of(interaction), channel, target, words)


async def next_of(
    state: State, server_id: int, config: DigestConfig, last: date | None = None
) -> Occurrence:
    """The next run of a digest: on no day that is settled already, and none up to `last`.

    Raises DatabaseUnavailable, and UnknownZone.
    """
    settled = await state.digests.last_post_day(server_id)
    past = max((day for day in (settled, last) if day), default=None)
    return next_occurrence(recurrence(config), discord.utils.utcnow(), past)


def carried_over(former: Target, channel: channels.Postable) -> Target:
    """What a target in a channel keeps of the former one.

    What belongs to a channel is not carried over to another, nor is a role that was deleted.
    """
    role_id = former.role_id
    if role_id and not channels.role_exists(channel.guild, role_id):
        role_id = None
    kept = former if former.channel_id == channel.id else Target(channel.id)
    return replace(kept, role_id=role_id)


async def store(interaction: Interaction, config: DigestConfig) -> Occurrence:
    """Store a digest's configuration; returns its next run. Raises DatabaseUnavailable."""
    state, server_id = interaction.client.state, server_id_of(interaction)
    run = await next_of(state, server_id, config)
    await state.digests.put(server_id, config, run.instant, run.day)
    return run


async def set_up(interaction: Interaction, config: DigestConfig, is_new: bool) -> None:
    """Store a digest's configuration, and show it to the moderator.

    Raises DatabaseUnavailable.
    """
    words = reader_words(interaction)
    run = await store(interaction, config)
    channel_id, role_id = config.target.channel_id, config.target.role_id
    mentions = await look_up(guild_of(interaction), words, [config.target])
    settings = setting_lines(interaction, mentions, config)
    buttons: list[PersistentItem] = [TestPostButton.make(words("digest.test"), channel_id)]
    if role_id:
        buttons.append(QuietButton.make(words("digest.quiet")))
    reply = ReplyText(
        words("digest.set-up" if is_new else "digest.updated"),
        (*settings, next_line(words, run.instant)),
        () if is_new else (words("digest.kept"),),
    )
    await answer(interaction, reply, *buttons)
