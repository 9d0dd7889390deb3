"""The panels that open from the working card: the facts to choose from, and where it is posted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import discord
from discord.abc import GuildChannel

from bot.answers.context import AnswerContext
from bot.answers.service import AnswerService
from bot.cards.limits import CHOICE_LABEL, CHOICES, shorten
from bot.cards.wording import dated_words
from bot.compose.briefing_size import SIZES
from bot.delivery.briefing_editor import PreparedBriefing
from bot.facts.records import FactRecord
from bot.state.briefing_record import Briefing
from bot.state.digests import Target
from bot.texts.catalogues import Words
from bot.ui.briefings.controls import Button, Panel, Pick, PickChannel, PickRole, Row, Style
from bot.ui.briefings.panels import where
from bot.ui.components.markdown import escape
from bot.ui.components.mentions import Mentions
from bot.ui.components.messages import ReplyText

_NO_TAG = "0"
_PAGE = 2_200  # characters of the facts on a page
_MOST_ON_PAGE = 10


# ---- Facts -----------------------------------------------------------------------------------


def facts_panel(
    words: Words,
    service: AnswerService,
    prepared: PreparedBriefing,
    records: Sequence[FactRecord],
    page: int,
    alert: str | None = None,
) -> Panel:
    """A page of the facts that the briefing may contain, each whole; its own are picked already.

    Buttons draft them again in another size.
    """
    briefing, pages = prepared.briefing, _fact_pages(records)
    page = min(page, len(pages))
    first = sum(map(len, pages[: page - 1])) + 1
    listed = [_Listed(number, record) for number, record in enumerate(pages[page - 1], first)]
    rows: list[Row] = []
    if listed:
        chosen = briefing.plan.text.facts
        options = tuple(_option(each, each.record.key in chosen) for each in listed)
        hint = words("briefing.ui.facts.hint", page=page, pages=len(pages))
        rows.append(Pick("facts", hint, options, several=True, page=page))
    sizes = [Button(words(f"briefing.ui.size.{size}"), size) for size in SIZES]
    rows += [sizes, _page_buttons(words, page, len(pages))]
    count = words(
        "briefing.ui.facts.chosen", chosen=len(briefing.plan.text.facts), total=len(records)
    )
    help_lines = (
        words("briefing.ui.facts.help"),
        words("briefing.ui.size.help", **{size: f"{most:,}" for size, most in SIZES.items()}),
    )
    lines = (_fact_lines(words, service, prepared, each) for each in listed)
    reply = ReplyText(words("briefing.ui.facts"), (count, *help_lines, *chain(*lines)))
    return Panel(briefing, reply, tuple(rows), alert)


@dataclass(frozen=True)
class _Listed:
    """A fact with the number that it has in the list and in the menu."""

    number: int
    record: FactRecord


def _fact_pages(records: Sequence[FactRecord]) -> Sequence[Sequence[FactRecord]]:
    """The facts in pages that show each of them whole; at least one page."""
    pages: list[list[FactRecord]] = [[]]
    room = _PAGE
    for record in records:
        room -= len(escape(record.fact.says))
        if pages[-1] and (room < 0 or len(pages[-1]) == _MOST_ON_PAGE):
            pages.append([])
            room = _PAGE - len(escape(record.fact.says))
        pages[-1].append(record)
    return pages


def _fact_lines(
    words: Words, service: AnswerService, prepared: PreparedBriefing, listed: _Listed
) -> Iterator[str]:
    """A fact with its number, whether it is chosen, its date, what it is about, and if it fits."""
    record, composed = listed.record, prepared.composed
    mark = "✓" if record.key in prepared.briefing.plan.text.facts else "○"
    yield f"{mark} **{listed.number}.** {escape(record.fact.says)}"
    name = escape(AnswerContext(service.store, words, {}).name(record.owner))
    date = escape(dated_words(record.dated, words)) if record.dated else None
    no_room = words("briefing.ui.facts.no-room") if record.key in composed.left_out else None
    yield f"-# {' · '.join(filter(None, [date, name, no_room]))}"


def _page_buttons(words: Words, page: int, pages: int) -> list[Button]:
    buttons: list[Button] = []
    if page > 1:
        buttons.append(Button(words("briefing.ui.earlier"), "facts", page=page - 1))
    if page < pages:
        buttons.append(Button(words("briefing.ui.later"), "facts", page=page + 1))
    return [*buttons, Button(words("briefing.ui.done"), "open", Style.primary)]


def _option(listed: _Listed, is_chosen: bool) -> discord.SelectOption:
    label = shorten(f"{listed.number}. {listed.record.fact.says}", CHOICE_LABEL)
    return discord.SelectOption(label=label, value=listed.record.key, default=is_chosen)


# ---- Where -----------------------------------------------------------------------------------


def where_panel(
    mentions: Mentions,
    briefing: Briefing,
    channel: GuildChannel | None,
    alert: str | None = None,
) -> Panel:
    """Where the briefing is posted and which role it notifies; tags and publishing if possible.

    `channel` is the chosen one if the server still has it and it is no thread.
    """
    words, target = mentions.words, briefing.plan.target
    channel_hint, role_hint = words("briefing.ui.where.channel"), words("briefing.ui.where.role")
    chosen = mentions.present(target.channel_id) if target else None
    rows: list[Row] = [PickChannel("channel", channel_hint, chosen)]
    buttons: list[Button] = []
    if target:
        rows.append(PickRole("role", role_hint, mentions.present(target.role_id)))
        if isinstance(channel, discord.ForumChannel) and channel.available_tags:
            rows.append(Pick("tag", words("briefing.ui.where.tag"), _tags(words, channel, target)))
        if is_publishable(channel):
            label = words("briefing.ui.keep" if target.publish else "briefing.ui.publish")
            buttons.append(Button(label, "publish"))
    buttons.append(Button(words("briefing.ui.done"), "open", Style.primary))
    reply = ReplyText(
        words("briefing.ui.where"), (where(mentions, target), words("briefing.ui.where.help"))
    )
    return Panel(briefing, reply, (*rows, buttons), alert)


def is_publishable(channel: GuildChannel | None) -> bool:
    """Whether other servers can follow a channel."""
    return isinstance(channel, discord.TextChannel) and channel.is_news()


def _tags(
    words: Words, forum: discord.ForumChannel, target: Target
) -> tuple[discord.SelectOption, ...]:
    none = discord.SelectOption(
        label=words("digest.no-tag"), value=_NO_TAG, default=target.tag_id is None
    )
    tags = [
        discord.SelectOption(label=tag.name, value=str(tag.id), default=tag.id == target.tag_id)
        for tag in forum.available_tags
    ]
    return (*([] if forum.flags.require_tag else [none]), *tags)[:CHOICES]
