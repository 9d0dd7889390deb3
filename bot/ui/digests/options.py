"""What moderators type into the options of `/digest`: suggested while they type, then understood.

Each `read_…` raises UserError with the right form where a text cannot be understood.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import discord
from discord import app_commands
from discord.utils import utcnow

from bot.answers.context import AnswerContext
from bot.answers.resolve import echo, resolve_thing
from bot.answers.service import AnswerService
from bot.cards.card import Card, Question
from bot.cards.limits import CHOICE_LABEL, CHOICES, shorten
from bot.delivery.recurrence import open_zone
from bot.parsing.moments import parse_day
from bot.parsing.times import parse_time
from bot.parsing.timezones import complete_zone, find_zone
from bot.parsing.typed_text import clean_text
from bot.texts.catalogues import LANGUAGES, Words, words_in
from bot.ui.components import channels
from bot.ui.components.client import Interaction
from bot.ui.components.language import reader_words
from bot.ui.components.markdown import escape
from bot.ui.components.messages import UserError
from bot.ui.components.moderator_commands import Choices

_LONGEST = 1_000  # characters of a list of topics
_AHEAD = timedelta(days=366)  # how long a digest may be paused with an end
_SEPARATOR = re.compile(r"\s*[,、，;]\s*")
_LABELLED = re.compile(r"[(（]([^()（）]+)[)）](?: · .*)?")
_EVERYTHING = "all"
_NO_TAG = "0"


class ChannelOption(app_commands.Transformer):
    """An option for a channel that a digest can go to, whether or not the bot can see it."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """A channel."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Those that a digest can go to."""
        return list(channels.KINDS)

    async def transform(
        self, interaction: discord.Interaction, value: discord.abc.Snowflake, /
    ) -> discord.abc.Snowflake:
        """The channel as Discord describes it: the bot itself may not know it."""
        return value


async def read_channel(guild: discord.Guild, channel_id: int, words: Words) -> channels.Postable:
    """The channel that was chosen."""
    channel = await channels.find(guild, channel_id)
    there = f"<#{channel_id}>"
    if channel == "no-access":
        raise UserError(
            words("digest.missing"),
            words("digest.missing.there", channel=there),
            f"- **{words('permission.view_channel')}**",
            words("digest.missing.help"),
        )
    if isinstance(channel, str):
        raise UserError(words("digest.wrong-channel"), words("digest.wrong-channel.help"))
    return channel


def read_time(typed: str, words: Words) -> time:
    """The time of day that was typed."""
    found = parse_time(clean_text(typed))
    if found == "half":
        half = words("briefing.ui.when.half", text=_shown(typed))
        raise UserError(half, words("digest.no-time.help"))
    if found is None:
        raise UserError(words("digest.no-time", text=_shown(typed)), words("digest.no-time.help"))
    return found


def read_zone(typed: str, words: Words) -> str:
    """The time zone that was picked or typed."""
    plain = clean_text(typed)
    # Some clients send what a suggestion says instead of its zone.
    labelled = _LABELLED.search(plain)
    zone = find_zone(plain) or (find_zone(labelled[1]) if labelled else None)
    if zone is None:
        near = complete_zone(plain, words.language, utcnow(), limit=3)
        raise UserError(
            words("digest.no-zone", text=_shown(typed)),
            words("digest.no-zone.help"),
            *([words("no-match.near")] if near else []),
            *(f"- {escape(choice.label)}" for choice in near),
        )
    return zone


async def complete_zones(interaction: Interaction, typed: str) -> Choices:
    """Time zones for what is typed so far."""
    words = reader_words(interaction)
    found = complete_zone(clean_text(typed), words.language, utcnow(), CHOICES)
    return [_choice(choice.label, choice.zone) for choice in found]


def read_topics(service: AnswerService, typed: str, words: Words) -> frozenset[str]:
    """The ids of the topics that were picked or typed, parted by commas; none stand for all."""
    names = [part for part in _SEPARATOR.split(clean_text(typed, _LONGEST)) if part]
    if len(names) == 1 and _is_everything(names[0]):
        return frozenset()
    return frozenset(_topic(service, name, words) for name in names)


async def complete_topics(interaction: Interaction, typed: str) -> Choices:
    """Topics for the last of the names that are typed so far, behind those before it."""
    words, service = reader_words(interaction), interaction.client.service
    *before, last = _SEPARATOR.split(clean_text(typed, _LONGEST) or "")
    try:
        chosen = [_topic(service, name, words) for name in before if name]
    except UserError:
        return []  # to offer one without the others would drop them unseen
    names = [service.store.things[topic].name(words.language) for topic in chosen]
    offered: Choices = []
    if not typed.strip():
        offered.append(_choice(words("digest.topics.all"), _EVERYTHING))
    for choice in service.complete("topic", last, words.language):
        if choice.id not in chosen:
            label = ", ".join([*names, choice.label])
            offered.append(_choice(_end_of(label), _value(service, [*chosen, choice.id])))
    return offered[:CHOICES]


def read_role(role: discord.Role, words: Words) -> int:
    """The role to notify. Discord lists @everyone among the roles; the digest never notifies it."""
    if role.is_default():
        raise UserError(words("digest.everyone"), words("digest.everyone.help"))
    return role.id


def read_publish(channel: channels.Postable, publish: bool, words: Words) -> bool:
    """Whether to publish, which is possible in announcement channels only."""
    can_publish = isinstance(channel, discord.TextChannel) and channel.is_news()
    if publish and not can_publish:
        raise UserError(words("digest.no-news"), words("digest.no-news.help"))
    return publish


def read_tag(channel: channels.Postable, typed: str, words: Words) -> int | None:
    """The id of the forum's tag that was picked or typed; None for none."""
    if not isinstance(channel, discord.ForumChannel):
        raise UserError(words("digest.no-forum"), words("digest.no-forum.help"))
    plain = clean_text(typed).casefold()
    if plain in (_NO_TAG, words("digest.no-tag").casefold()):
        return None
    for tag in channel.available_tags:
        if plain in (str(tag.id), tag.name.casefold()):
            return tag.id
    raise UserError(
        words("digest.unknown-tag", text=_shown(typed)), words("digest.unknown-tag.help")
    )


async def complete_tags(interaction: Interaction, typed: str) -> Choices:
    """The tags of the forum that is chosen already."""
    chosen = interaction.namespace.channel  # None as long as none is chosen
    guild = interaction.guild
    channel = guild.get_channel(chosen.id) if guild and chosen else None
    if not isinstance(channel, discord.ForumChannel):
        return []
    words = reader_words(interaction)
    plain = clean_text(typed).casefold()
    tags = [tag for tag in channel.available_tags if plain in tag.name.casefold()]
    offered = [_choice(tag.name, str(tag.id)) for tag in tags]
    if not plain and not channel.flags.require_tag:
        offered.insert(0, _choice(words("digest.no-tag"), _NO_TAG))
    return offered[:CHOICES]


def read_day(typed: str, zone: str, words: Words) -> date:
    """The day to come that was typed, within a year, as the zone's calendar shows it."""
    today = utcnow().astimezone(open_zone(zone)).date()
    day, shown = parse_day(clean_text(typed), today), _shown(typed)
    if day == "weekday":
        raise UserError(words("briefing.ui.when.weekday", text=shown), words("digest.no-day.help"))
    if day is None:
        raise UserError(words("digest.no-day", text=shown), words("digest.no-day.help"))
    if not today < day <= today + _AHEAD:
        raise UserError(words("digest.wrong-day", text=shown), words("digest.no-day.help"))
    return day


def _topic(service: AnswerService, name: str, words: Words) -> str:
    """The id of the topic of a name."""
    if thing := service.store.things.with_short_id(name):
        return thing.id
    context = AnswerContext(service.store, words, {"topics": name})
    found = resolve_thing(context, Question("digest"), "topics", "topic")
    if isinstance(found, Card):
        near = [f"- {escape(choice.label)}" for choice in found.choices]
        hint = [found.subtitle] if found.subtitle and near else []
        raise UserError(found.title, *hint, *near, words("digest.unknown-topic.help"))
    return found.id


def _is_everything(name: str) -> bool:
    said = {_EVERYTHING, *(words_in(language)("digest.topics.all") for language in LANGUAGES)}
    return name.casefold() in {each.casefold() for each in said}


def _value(service: AnswerService, topics: list[str]) -> str:
    """The topics as a choice's value: their ids, or their short ids if those do not fit."""
    ids = ",".join(topics)
    if len(ids) <= CHOICE_LABEL:
        return ids
    return ",".join(service.store.things[topic].short_id for topic in topics)


def _end_of(label: str) -> str:
    """The end of a label that is too long, where what was chosen last is."""
    return label if len(label) <= CHOICE_LABEL else "…" + label[1 - CHOICE_LABEL :]


def _choice(label: str, value: str) -> app_commands.Choice[str]:
    return app_commands.Choice(name=shorten(label, CHOICE_LABEL), value=value)


def _shown(typed: str) -> str:
    return echo(clean_text(typed))
