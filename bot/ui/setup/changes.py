"""What each control of the card of `/setup` changes; each raises UserError.

A change is stored at once, so the card can be left at any time.
"""

from __future__ import annotations

from dataclasses import replace

from bot.state.digests import DigestConfig
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


async def choose_language(interaction: Interaction, picked: Entered) -> None:
    """The language of public replies."""
    (language,) = picked["picked"]
    require_offered(reader_words(interaction), [language], ("discord", *LANGUAGES))
    settings = interaction.client.state.settings
    chosen = None if language == "discord" else language
    await settings.choose_language(server_id_of(interaction), chosen)


async def choose_role(interaction: Interaction, picked: Entered) -> None:
    """The moderators' role, or none."""
    role_id = _picked_id(interaction, picked)
    await changing.change_role(interaction, guild_of(interaction).get_role(role_id or 0))


async def choose_log(interaction: Interaction, picked: Entered) -> None:
    """The log channel, or none."""
    await changing.change_log(interaction, _picked_id(interaction, picked))


async def enter_zone(interaction: Interaction, entered: Entered) -> None:
    """The server's time zone, by which its digest goes too."""
    zone = read_zone(_text(entered, "zone"), reader_words(interaction))
    state, server_id = interaction.client.state, server_id_of(interaction)
    channel_id = state.settings.of(server_id).channel_id
    await state.settings.choose_defaults(server_id, channel_id, zone)
    if schedule := await state.digests.get(server_id):
        await set_up.store(interaction, replace(schedule.config, zone=zone))


async def choose_channel(interaction: Interaction, picked: Entered) -> None:
    """The channel of the digest, which is set up with it."""
    words, guild = reader_words(interaction), guild_of(interaction)
    config = await _digest(interaction)
    channel_id = _picked_id(interaction, picked) or 0
    channel = await read_channel(guild, channel_id, words)
    target = set_up.carried_over(config.target, channel)
    channels.require_postable(channel, target, words)
    channels.require_own_access(member_of(interaction), channel, target, words)
    await set_up.store(interaction, replace(config, target=target, set_by=interaction.user.id))


async def choose_topics(interaction: Interaction, picked: Entered) -> None:
    """The topics of the digest; none stand for all."""
    things, topics = interaction.client.service.store.things, frozenset(picked["picked"])
    known = [thing.id for thing in things.values() if thing.kind == "topic"]
    require_offered(reader_words(interaction), topics, known)
    await set_up.store(interaction, replace(await _digest(interaction), topics=topics))


async def enter_hour(interaction: Interaction, entered: Entered) -> None:
    """The time of day of the digest."""
    at = read_time(_text(entered, "hour"), reader_words(interaction))
    await set_up.store(interaction, replace(await _digest(interaction), at=at))


async def _digest(interaction: Interaction) -> DigestConfig:
    """The digest as it is set up, or as it begins in the server's time zone."""
    state, server_id = interaction.client.state, server_id_of(interaction)
    if schedule := await state.digests.get(server_id):
        return schedule.config
    zone = state.settings.of(server_id).zone
    if zone is None:
        words = reader_words(interaction)
        raise UserError(words("setup.zone-first"), words("setup.next.zone"))
    return replace(set_up.FRESH, zone=zone, language=discord_language(interaction))


def _picked_id(interaction: Interaction, picked: Entered) -> int | None:
    words = reader_words(interaction)
    return next((id_of(words, each) for each in picked["picked"]), None)


def _text(entered: Entered, name: str) -> str:
    return next(iter(entered.get(name, ())), "")
