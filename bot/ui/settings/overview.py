"""What moderators read of their server's settings, and the button that deletes everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Self

import discord
from discord.utils import utcnow

from bot.parsing.timezones import zone_label
from bot.state.digests import Schedule
from bot.state.settings import Settings
from bot.ui.components.client import Interaction, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.markdown import escape, field
from bot.ui.components.mentions import Mentions
from bot.ui.components.messages import ReplyText, answer
from bot.ui.components.moderator_commands import moderate
from bot.ui.components.persistent_items import PersistentItem, button
from bot.ui.settings.guarded import announce


def stored_lines(
    mentions: Mentions, settings: Settings, schedule: Schedule | None
) -> tuple[str, ...]:
    """Everything that is stored about a server, each thing on a line."""
    stored = _stored(mentions, settings, schedule)
    return tuple(field(mentions.words, name, value) for name, value in stored)


def _stored(
    mentions: Mentions, settings: Settings, schedule: Schedule | None
) -> Iterator[tuple[str, str]]:
    words, role_id = mentions.words, settings.moderator_role_id
    yield (
        words("settings.field.language"),
        words(f"settings.language.{settings.language or 'discord'}"),
    )
    role = mentions.role(role_id) if role_id else words("settings.role.none")
    yield words("settings.field.role"), role
    approval = "on" if settings.approval else "off"
    yield words("settings.field.approval"), words(f"settings.approval.{approval}")
    yield words("settings.field.log"), _channel(mentions, settings.log_channel_id)
    yield from _defaults(mentions, settings)
    if schedule is None:
        yield words("settings.field.digest"), words("settings.no-digest")
        return
    config = schedule.config
    channel, person = mentions.channel(config.target.channel_id), f"<@{config.set_by}>"
    yield words("settings.field.digest"), words("settings.digest", channel=channel, person=person)


def default_lines(mentions: Mentions, settings: Settings) -> tuple[str, ...]:
    """Where and in which time zone briefings are posted by default, each on a line."""
    return tuple(field(mentions.words, *default) for default in _defaults(mentions, settings))


def _defaults(mentions: Mentions, settings: Settings) -> Iterator[tuple[str, str]]:
    words = mentions.words
    yield words("settings.field.channel"), _channel(mentions, settings.channel_id)
    zone = escape(zone_label(settings.zone, words.language)) if settings.zone else None
    yield words("settings.field.zone"), zone or words("settings.none")


def _channel(mentions: Mentions, channel_id: int | None) -> str:
    return mentions.channel(channel_id) if channel_id else mentions.words("settings.none")


class DeleteButton(PersistentItem, template=r"settings:delete"):
    """Deletes everything that is stored about a server, once that is confirmed by a press."""

    @classmethod
    def make(cls, label: str) -> Self:
        """The button."""
        return cls(button(label, "settings:delete", discord.ButtonStyle.danger))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Delete it."""
        await moderate(interaction, lambda: _delete(interaction))


async def _delete(interaction: Interaction) -> None:
    words = reader_words(interaction)
    await announce(interaction, "delete")
    await interaction.client.state.forget_server(server_id_of(interaction), utcnow())
    await answer(
        interaction, ReplyText(words("settings.deleted"), (words("settings.deleted.help"),))
    )
