"""What each control of the card of `/setup` changes; each raises UserError.

A change is stored at once, so the card can be left at any time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.state.digests import DigestConfig, Schedule
from bot.texts.catalogues import LANGUAGES
from bot.ui.components import channels
from bot.ui.components.client import Interaction, guild_of, member_of, server_id_of
from bot.ui.components.language import discord_language, reader_words
from bot.ui.components.messages import UserError
from bot.ui.components.refused_form import Entered
from bot.ui.components.submitted import id_of, require_offered
from bot.ui.digests import set_up
from bot.ui.digests.options import read_channel, read_time, read_zone
from bot.ui.settings import changing

_DAY = timedelta(days=1)


async def choose_language(interaction: Interaction, picked: Entered) -> None:
    """The language of public replies."""
    (language,) = picked["picked"]
    require_offered(reader_words(interaction), [language], ("discord", *LANGUAGES))
    settings = interaction.client.state.settings
    chosen = None if language == "discord" else language
    await settings.choose_language(server_id_of(interaction), chosen)


async def choose_role(interaction: Interaction, picked: Entered) -> None:
    """The moderators' role, or none."""
    role_id, guild = _picked_id(interaction, picked), guild_of(interaction)
    role = guild.get_role(role_id) if role_id else None
    if role_id and role is None:  # it was just made or just deleted; the present role stays
        words = reader_words(interaction)
        raise UserError(words("setup.no-such-role"), words("setup.no-such-role.help"))
    await changing.change_role(interaction, role)


async def choose_log(interaction: Interaction, picked: Entered) -> None:
    """The log channel, or none."""
    await changing.change_log(interaction, _picked_id(interaction, picked))


async def enter_zone(interaction: Interaction, entered: Entered) -> None:
    """The server's time zone, by which its digest goes too."""
    zone = read_zone(_text(entered, "zone"), reader_words(interaction))
    state, server_id = interaction.client.state, server_id_of(interaction)
    schedule = await state.digests.get(server_id)
    ends_pause = schedule is not None and schedule.paused == "no-zone"
    if schedule and ends_pause:
        await set_up.require_target(interaction, schedule)
    channel_id = state.settings.of(server_id).channel_id
    await state.settings.choose_defaults(server_id, channel_id, zone)
    if schedule and (ends_pause or zone != schedule.config.zone):
        config = replace(schedule.config, zone=zone)
        await _change(interaction, schedule, config, ends_pause=ends_pause)


async def choose_channel(interaction: Interaction, picked: Entered) -> None:
    """The channel of the digest, which is set up with it."""
    words, guild = reader_words(interaction), guild_of(interaction)
    schedule = await interaction.client.state.digests.get(guild.id)
    config = schedule.config if schedule else _fresh(interaction)
    channel_id = _picked_id(interaction, picked) or 0
    channel = await read_channel(guild, channel_id, words)
    target = set_up.carried_over(config.target, channel)
    channels.require_postable(channel, target, words)
    channels.require_own_access(member_of(interaction), channel, target, words)
    config = replace(config, target=target, set_by=interaction.user.id)
    if schedule is None:
        await set_up.store(interaction, config)
    else:
        ends_pause = schedule.paused not in ("moderator", "no-zone")
        await _change(interaction, schedule, config, ends_pause=ends_pause)


async def choose_topics(interaction: Interaction, picked: Entered) -> None:
    """The topics of the digest; none means all."""
    things, topics = interaction.client.service.store.things, frozenset(picked["picked"])
    known = [thing.id for thing in things.values() if thing.kind == "topic"]
    require_offered(reader_words(interaction), topics, known)
    schedule = await set_up.required(interaction)
    await _change(interaction, schedule, replace(schedule.config, topics=topics))


async def enter_hour(interaction: Interaction, entered: Entered) -> None:
    """The time of day of the digest."""
    at = read_time(_text(entered, "hour"), reader_words(interaction))
    schedule = await set_up.required(interaction)
    await _change(interaction, schedule, replace(schedule.config, at=at))


async def _change(
    interaction: Interaction, schedule: Schedule, config: DigestConfig, *, ends_pause: bool = False
) -> None:
    """Store a changed digest. A pause stays, unless the change removes its reason."""
    state, server_id = interaction.client.state, schedule.server_id
    if schedule.paused is None or ends_pause:
        await set_up.store(interaction, config)
    elif schedule.next_day is None:
        await state.digests.put(server_id, config, None, None, schedule.paused)
    else:
        run = await set_up.next_of(state, server_id, config, schedule.next_day - _DAY)
        await state.digests.put(
            server_id, config, run.instant, run.day, schedule.paused, run.instant
        )


def _fresh(interaction: Interaction) -> DigestConfig:
    """A digest as it begins, in the server's time zone. Raises UserError if it has none."""
    zone = interaction.client.state.settings.of(server_id_of(interaction)).zone
    if zone is None:
        words = reader_words(interaction)
        raise UserError(words("setup.zone-first"), words("setup.next.zone"))
    return replace(set_up.DEFAULTS, zone=zone, language=discord_language(interaction))


def _picked_id(interaction: Interaction, picked: Entered) -> int | None:
    words = reader_words(interaction)
    return next((id_of(words, each) for each in picked["picked"]), None)


def _text(entered: Entered, name: str) -> str:
    return next(iter(entered.get(name, ())), "")
