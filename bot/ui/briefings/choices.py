"""The panels that open from the working card: the facts to choose from, and where it is posted."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.answers.context import AnswerContext
from bot.answers.service import AnswerService
from bot.cards.limits import CHOICE_LABEL, CHOICES, shorten
from bot.cards.wording import dated_words
from bot.delivery.briefing_editor import PreparedBriefing
from bot.facts.records import FactRecord
from bot.state.briefing_record import Briefing
from bot.state.digests import Target
from bot.texts.catalogues import Words
from bot.ui.briefings.controls import Button, Panel, Pick, PickChannel, PickRole, Row, Style
from bot.ui.briefings.panels import where
from bot.ui.components.markdown import escape
from bot.ui.components.mentions import Mentions
from bot.ui.components.messages import Notice

Channel = discord.abc.GuildChannel | discord.Thread

_NO_TAG = "0"
_MOST_LEFT_OUT = 5  # facts listed for which the message has no room


# ---- Facts -----------------------------------------------------------------------------------


def facts_panel(
    words: Words,
    service: AnswerService,
    prepared: PreparedBriefing,
    records: Sequence[FactRecord],
    page: int,
    alert: str | None = None,
) -> Panel:
    """A page of the facts that the briefing may contain; its own are picked already."""
    briefing = prepared.briefing
    pages = max(1, -(-len(records) // CHOICES))
    page = min(page, pages)
    rows: list[Row] = []
    if shown := records[(page - 1) * CHOICES : page * CHOICES]:
        chosen = briefing.plan.text.facts
        options = tuple(_option(words, service, record, record.key in chosen) for record in shown)
        hint = words("briefing.ui.facts.hint", page=page, pages=pages)
        rows.append(Pick("facts", hint, options, several=True, page=page))
    rows.append(_page_buttons(words, page, pages))
    notice = Notice(words("briefing.ui.facts"), tuple(_facts_lines(words, prepared, records)))
    return Panel(briefing, notice, tuple(rows), alert)


def _facts_lines(
    words: Words, prepared: PreparedBriefing, records: Sequence[FactRecord]
) -> list[str]:
    chosen = prepared.briefing.plan.text.facts
    lines = [
        words("briefing.ui.facts.chosen", chosen=len(chosen), total=len(records)),
        words("briefing.ui.facts.help"),
    ]
    left_out = [record for record in records if record.key in prepared.composed.left_out]
    if left_out:
        lines.append(words("briefing.ui.facts.left-out"))
    says = (shorten(record.fact.says, CHOICE_LABEL) for record in left_out[:_MOST_LEFT_OUT])
    return [*lines, *(f"- {escape(text)}" for text in says)]


def _page_buttons(words: Words, page: int, pages: int) -> list[Button]:
    buttons: list[Button] = []
    if page > 1:
        buttons.append(Button(words("briefing.ui.earlier"), "facts", page=page - 1))
    if page < pages:
        buttons.append(Button(words("briefing.ui.later"), "facts", page=page + 1))
    return [*buttons, Button(words("briefing.ui.done"), "open", Style.primary)]


def _option(
    words: Words, service: AnswerService, record: FactRecord, is_chosen: bool
) -> discord.SelectOption:
    name = AnswerContext(service.store, words, {}).name(record.owner)
    date = dated_words(record.dated, words) if record.dated else None
    return discord.SelectOption(
        label=shorten(record.fact.says, CHOICE_LABEL),
        value=record.key,
        description=shorten(" · ".join(filter(None, [date, name])), CHOICE_LABEL),
        default=is_chosen,
    )


# ---- Where -----------------------------------------------------------------------------------


def where_panel(
    mentions: Mentions,
    briefing: Briefing,
    channel: Channel | None,
    role: discord.Role | None,
    alert: str | None = None,
) -> Panel:
    """Where the briefing is posted and which role it notifies; tags and publishing if possible.

    `channel` and `role` are the chosen ones if the server still has them.
    """
    words, target = mentions.words, briefing.plan.target
    channel_hint, role_hint = words("briefing.ui.where.channel"), words("briefing.ui.where.role")
    rows: list[Row] = [PickChannel("channel", channel_hint, channel.id if channel else None)]
    buttons: list[Button] = []
    if target:
        rows.append(PickRole("role", role_hint, role.id if role else None))
        if isinstance(channel, discord.ForumChannel) and channel.available_tags:
            rows.append(Pick("tag", words("briefing.ui.where.tag"), _tags(words, channel, target)))
        if is_publishable(channel):
            label = words("briefing.ui.keep" if target.publish else "briefing.ui.publish")
            buttons.append(Button(label, "publish"))
    buttons.append(Button(words("briefing.ui.done"), "open", Style.primary))
    notice = Notice(
        words("briefing.ui.where"), (where(mentions, target), words("briefing.ui.where.help"))
    )
    return Panel(briefing, notice, (*rows, buttons), alert)


def is_publishable(channel: Channel | None) -> bool:
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
