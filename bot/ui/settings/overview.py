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
from bot.texts.catalogues import Words
from bot.ui.components.client import Interaction, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.markdown import escape, field
from bot.ui.components.messages import Notice, answer
from bot.ui.components.permissions import moderate
from bot.ui.components.persistent_items import PersistentItem, button
from bot.ui.settings.guarded import announce


def stored_lines(words: Words, settings: Settings, schedule: Schedule | None) -> tuple[str, ...]:
    """Everything that is stored about a server, each thing on a line."""
    return tuple(field(words, name, value) for name, value in _stored(words, settings, schedule))


def _stored(
    words: Words, settings: Settings, schedule: Schedule | None
) -> Iterator[tuple[str, str]]:
    yield (
        words("settings.field.language"),
        words(f"settings.language.{settings.language or 'discord'}"),
    )
    role_id = settings.moderator_role_id
    yield words("settings.field.role"), f"<@&{role_id}>" if role_id else words("settings.role.none")
    approval = "on" if settings.approval else "off"
    yield words("settings.field.approval"), words(f"settings.approval.{approval}")
    yield words("settings.field.log"), _channel(words, settings.log_channel_id)
    yield from _defaults(words, settings)
    if schedule is None:
        yield words("settings.field.digest"), words("settings.no-digest")
        return
    config = schedule.config
    channel, person = f"<#{config.target.channel_id}>", f"<@{config.set_by}>"
    yield words("settings.field.digest"), words("settings.digest", channel=channel, person=person)


def default_lines(words: Words, settings: Settings) -> tuple[str, ...]:
    """Where and in which time zone briefings are posted by default, each on a line."""
    return tuple(field(words, name, value) for name, value in _defaults(words, settings))


def _defaults(words: Words, settings: Settings) -> Iterator[tuple[str, str]]:
    yield words("settings.field.channel"), _channel(words, settings.channel_id)
    zone = escape(zone_label(settings.zone, words.language)) if settings.zone else None
    yield words("settings.field.zone"), zone or words("settings.none")


def _channel(words: Words, channel_id: int | None) -> str:
    return f"<#{channel_id}>" if channel_id else words("settings.none")


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
    await answer(interaction, Notice(words("settings.deleted"), (words("settings.deleted.help"),)))
