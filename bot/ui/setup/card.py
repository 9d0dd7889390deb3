"""The card of `/setup`: what is chosen, what is missing, and the controls that choose.

It keeps nothing of its own: it shows the settings and the digest as they are stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import discord
from discord import ui

from bot.answers.service import AnswerService
from bot.cards.limits import CHOICE_LABEL, CHOICES, shorten
from bot.parsing.timezones import zone_label
from bot.state.digests import Schedule
from bot.state.settings import Settings
from bot.texts.catalogues import LANGUAGES, Words
from bot.ui.components import channels
from bot.ui.components.client import Interaction, guild_of, member_of, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.markdown import escape, field
from bot.ui.components.mentions import Mentions, look_up
from bot.ui.components.messages import ReplyText
from bot.ui.components.persistent_items import Item, button, preselected
from bot.ui.digests.overview import setting_lines, state_lines
from bot.ui.setup.missing_permissions import Missing, find_missing, missing_lines

Step = Literal["server", "digest"]
Row = Sequence[Item]

_AS_IN_DISCORD = "discord"


@dataclass(frozen=True)
class Setup:
    """What a server has set up, and which permissions the bot lacks for it."""

    settings: Settings
    schedule: Schedule | None
    mentions: Mentions
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class SetupCard:
    """The card at one step, with its rows of controls."""

    reply: ReplyText
    rows: tuple[Row, ...]


async def setup_card(interaction: Interaction, step: Step) -> SetupCard:
    """The card as the server is set up now. Raises DatabaseUnavailable."""
    setup = await _find(interaction)
    words = setup.mentions.words
    lines = _server_lines(setup) if step == "server" else _digest_lines(interaction, setup)
    missing = missing_lines(member_of(interaction), setup.missing, words)
    reply = ReplyText(
        words(f"setup.{step}"), (*lines, *missing, "", _next(setup)), (words("setup.saved"),)
    )
    service = interaction.client.service
    rows = _server_rows(setup) if step == "server" else _digest_rows(setup, service)
    return SetupCard(reply, tuple(rows))


async def _find(interaction: Interaction) -> Setup:
    words, state, guild = reader_words(interaction), interaction.client.state, guild_of(interaction)
    schedule = await state.digests.get(server_id_of(interaction))
    settings = state.settings.of(server_id_of(interaction))
    mentions = await look_up(
        guild,
        words,
        [schedule.config.target] if schedule else [],
        channel_ids=[settings.log_channel_id],
        role_ids=[settings.moderator_role_id],
    )
    missing = await find_missing(
        guild, settings.log_channel_id, schedule and schedule.config.target
    )
    return Setup(settings, schedule, mentions, missing)


# ---- What is chosen --------------------------------------------------------------------------


def _server_lines(setup: Setup) -> Iterator[str]:
    words, settings, mentions = setup.mentions.words, setup.settings, setup.mentions
    role, log = settings.moderator_role_id, settings.log_channel_id
    target = setup.schedule.config.target if setup.schedule else None
    language = words(f"settings.language.{settings.language or _AS_IN_DISCORD}")
    yield _chosen(words, words("settings.field.language"), language)
    name, none = words("settings.field.role"), words("setup.no-role")
    yield _chosen(words, name, mentions.role(role) if role else None, none)
    name, none = words("settings.field.log"), words("setup.no-log")
    yield _chosen(words, name, mentions.channel(log) if log else None, none)
    zone = escape(zone_label(settings.zone, words.language)) if settings.zone else None
    yield _chosen(words, words("setup.zone"), zone, words("setup.no-zone"))
    name, none = words("settings.field.digest"), words("setup.no-digest")
    yield _chosen(words, name, mentions.channel(target.channel_id) if target else None, none)


def _chosen(words: Words, name: str, value: str | None, none: str = "") -> str:
    """A setting with what was chosen, or with what it means that nothing was."""
    return f"{'○' if value is None else '✓'} {field(words, name, value or none)}"


def _digest_lines(interaction: Interaction, setup: Setup) -> Iterator[str]:
    if setup.schedule is None:
        yield setup.mentions.words("setup.digest.what")
        return
    yield from setting_lines(interaction, setup.mentions, setup.schedule.config)
    yield from state_lines(setup.mentions, setup.schedule)


def _next(setup: Setup) -> str:
    """What to do next."""
    words = setup.mentions.words
    if setup.missing:
        return words("setup.next.permissions")
    if not setup.settings.zone:
        return words("setup.next.zone")
    if setup.schedule is None:
        return words("setup.next.digest")
    return words("setup.done")


# A client may remember a menu's choice by the component's id, which is its position by default.
# Both steps have menus in the same positions: the local page did show one step's choice in the
# other.
_CHANNEL_MENU, _TOPICS_MENU = 101, 102


# ---- What chooses it -------------------------------------------------------------------------


def _server_rows(setup: Setup) -> Iterator[Row]:
    mentions, settings = setup.mentions, setup.settings
    words = mentions.words
    yield [_languages(words, settings.language or _AS_IN_DISCORD)]
    yield [
        ui.RoleSelect(
            custom_id="setup-menu:role",
            placeholder=words("setup.menu.role"),
            min_values=0,
            default_values=preselected(mentions.present(settings.moderator_role_id)),
        )
    ]
    yield [_channels("log", words("setup.menu.log"), mentions.present(settings.log_channel_id))]
    primary = discord.ButtonStyle.primary
    yield [
        button(words("setup.zone"), "setup:zone"),
        button(words("setup.to-digest"), "setup:digest", primary),
    ]


def _digest_rows(setup: Setup, service: AnswerService) -> Iterator[Row]:
    words, schedule = setup.mentions.words, setup.schedule
    back = button(words("setup.to-server"), "setup:server")
    if not setup.settings.zone and schedule is None:
        yield [button(words("setup.zone"), "setup:zone:digest", discord.ButtonStyle.primary), back]
        return
    target = schedule.config.target if schedule else None
    channel_id = setup.mentions.present(target.channel_id) if target else None
    yield [_channels("channel", words("setup.menu.channel"), channel_id)]
    if schedule is None:
        yield [back]
        return
    if topics := _topics(words, service, schedule.config.topics):
        yield [topics]
    yield [
        button(words("setup.hour"), "setup:hour"),
        button(words("digest.test"), "setup:test"),
        back,
    ]


def _languages(words: Words, chosen: str) -> Item:
    options = [
        discord.SelectOption(
            label=words(f"settings.language.{each}"), value=each, default=each == chosen
        )
        for each in (_AS_IN_DISCORD, *LANGUAGES)
    ]
    return ui.Select(custom_id="setup-menu:language", options=options)


def _channels(action: str, hint: str, chosen: int | None) -> Item:
    is_log = action == "log"  # it may be none, and no forum
    kinds = [kind for kind in channels.KINDS if not is_log or kind.name != "forum"]
    return ui.ChannelSelect(
        custom_id=f"setup-menu:{action}",
        id=None if is_log else _CHANNEL_MENU,
        placeholder=hint,
        channel_types=kinds,
        min_values=0 if is_log else 1,
        default_values=preselected(chosen),
    )


def _topics(words: Words, service: AnswerService, chosen: frozenset[str]) -> Item | None:
    """The topics of the base; those about which most is known if there are too many."""
    topics = service.store.things.of_kind("topic")
    shown = sorted(topics, key=lambda topic: (topic.id not in chosen, -topic.facts))[:CHOICES]
    options = [
        discord.SelectOption(
            label=shorten(topic.name(words.language), CHOICE_LABEL),
            value=topic.id,
            default=topic.id in chosen,
        )
        for topic in shown
    ]
    if not options:
        return None
    return ui.Select(
        custom_id="setup-menu:topics",
        id=_TOPICS_MENU,
        placeholder=words("setup.menu.topics"),
        options=options,
        min_values=0,
        max_values=len(options),
    )
