"""The working card of a briefing, and what opens from it: facts, target, texts, time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot.answers.context import AnswerContext
from bot.answers.filters import Filters
from bot.answers.service import AnswerService
from bot.cards.limits import CHOICE_LABEL, CHOICES, shorten
from bot.cards.wording import dated_words
from bot.compose.briefing import (
    LONGEST_HEADLINE,
    LONGEST_REMARKS,
    ComposedBriefing,
    Subject,
)
from bot.facts.records import FactRecord
from bot.parsing.dates import Period
from bot.parsing.timezones import zone_label
from bot.state.briefings import Briefing
from bot.state.digests import Target
from bot.state.plan import BriefingText, PostingTime
from bot.state.posts import Post
from bot.texts.catalogues import LANGUAGES, Words
from bot.ui.briefings.audit_log import reason
from bot.ui.briefings.controls import (
    Button,
    Field,
    Form,
    Key,
    Panel,
    Pick,
    PickChannel,
    PickRole,
    Row,
    Style,
)
from bot.ui.components.markdown import escape
from bot.ui.components.messages import Notice
from bot.ui.digests.overview import moment

_NO_TAG = "0"


@dataclass(frozen=True)
class BriefingState:
    """All that the working card of a briefing shows.

    `composed` is what would be posted now, `changed` the facts that changed since it was looked
    over, and `post` what became of it. `approval` says whether the server wants briefings approved,
    `reader_id` who looks at the card.
    """

    briefing: Briefing
    composed: ComposedBriefing
    changed: tuple[str, ...]
    post: Post | None
    approval: bool
    reader_id: int

    @property
    def is_posted(self) -> bool:
        """Whether its post is there."""
        return self.post is not None and self.post.status == "sent"


def subject(text: BriefingText) -> Subject:
    """What a briefing is about."""
    return Subject(text.thing, text.first, text.last)


def subject_name(words: Words, service: AnswerService, text: BriefingText) -> str:
    """What a briefing is about, in words."""
    if text.thing:
        thing = service.store.things.get(text.thing)
        return thing.name(words.language) if thing else text.thing
    start, end = (
        Period(day, day, day.isoformat()) if day else None for day in (text.first, text.last)
    )
    return Filters(start, end, {}).worded(words)


# ---- The card itself -------------------------------------------------------------------------


def card(
    words: Words,
    service: AnswerService,
    sheet: BriefingState,
    *,
    editing: bool = True,
    alert: str | None = None,
) -> Panel:
    """How a briefing stands, and what can be done with it; `editing` shows the fields' buttons."""
    briefing = sheet.briefing
    lines = [f"**{name}**: {value}" for name, value in _lines(words, service, sheet)]
    notice = Notice(
        sheet.composed.card.title,
        (*lines, *(f"- {todo}" for todo in _open_points(words, sheet))),
        (words("briefing.ui.number", id=f"`{briefing.briefing_id}`", version=briefing.version),),
    )
    rows = (*_edit_row(words, sheet, editing), *_workflow_rows(words, sheet))
    return Panel(briefing, notice, rows, alert)


def _lines(words: Words, service: AnswerService, sheet: BriefingState) -> Iterator[tuple[str, str]]:
    briefing, text = sheet.briefing, sheet.briefing.plan.text
    yield words("briefing.ui.field.status"), status(words, sheet)
    yield words("briefing.ui.field.about"), escape(subject_name(words, service, text))
    told = words.count("about.count.fact", len(sheet.composed.facts))
    yield words("briefing.ui.field.facts"), told
    yield words("briefing.ui.field.remarks"), _remarks(words, briefing)
    yield words("briefing.ui.field.language"), words(f"settings.language.{text.language}")
    yield words("briefing.ui.field.where"), where(words, briefing.plan.target)
    yield words("briefing.ui.field.when"), when(words, briefing.plan.when)
    yield words("briefing.ui.field.author"), f"<@{briefing.author_id}>"
    if briefing.approver_id:
        yield words("briefing.ui.field.approver"), f"<@{briefing.approver_id}>"


def status_word(words: Words, briefing: Briefing) -> str:
    """How a briefing stands, in a word or two."""
    is_held = briefing.status == "waiting" and briefing.reason
    return words(f"briefing.ui.status.{'held' if is_held else briefing.status}")


def status(words: Words, sheet: BriefingState) -> str:
    """How a briefing stands, and why."""
    briefing, post = sheet.briefing, sheet.post
    said = status_word(words, briefing)
    if briefing.status == "ready" and briefing.due_at:
        return f"{said}: {moment(briefing.due_at)}"
    if briefing.status == "posted" and post and post.message_ref:
        if post.status == "deleted":
            return words("briefing.ui.status.deleted")
        return f"{said}: https://discord.com/channels/{briefing.server_id}/{post.message_ref.link}"
    if briefing.status in ("blocked", "waiting") and briefing.reason:
        return f"{said}. {reason(words, briefing.reason)}"
    return said


def _remarks(words: Words, briefing: Briefing) -> str:
    remarks = briefing.plan.text.remarks
    if not remarks:
        return words("briefing.ui.none")
    return words.count("briefing.ui.remarks", len(remarks), person=f"<@{briefing.author_id}>")


def where(words: Words, target: Target | None) -> str:
    """Where a briefing goes, and whom it notifies."""
    if target is None:
        return words("briefing.ui.no-channel")
    parts = [f"<#{target.channel_id}>"]
    if target.role_id:
        parts.append(words("briefing.ui.notifies", role=f"<@&{target.role_id}>"))
    else:
        parts.append(words("briefing.ui.notifies-nobody"))
    if target.publish:
        parts.append(words("briefing.ui.published"))
    return " · ".join(parts)


def when(words: Words, given: PostingTime | None) -> str:
    """When a briefing is to be posted."""
    if given is None:
        return words("briefing.ui.at-once")
    zone = escape(zone_label(given.zone, words.language))
    return f"{given.wall:%Y-%m-%d %H:%M} · {zone} · {moment(given.at)}"


def _open_points(words: Words, sheet: BriefingState) -> Iterator[str]:
    """What stands in the way of posting, and what the message cannot hold."""
    if sheet.briefing.status in ("posting", "posted", "cancelled"):
        return
    if sheet.briefing.plan.target is None:
        yield words("briefing.ui.todo.channel")
    if not sheet.composed.facts:
        yield words("briefing.ui.todo.facts")
    if sheet.composed.left_out:
        yield words.count("briefing.ui.todo.room", len(sheet.composed.left_out))
    if sheet.composed.missing:
        yield words.count("briefing.ui.todo.missing", len(sheet.composed.missing))
    elif sheet.changed:
        yield words.count("briefing.ui.todo.changed", len(sheet.changed))


def _edit_row(words: Words, sheet: BriefingState, editing: bool) -> Iterator[Row]:
    match sheet.briefing.status:
        case "cancelled" | "posting":
            return
        case "posted" if not sheet.is_posted:
            return
        case _ if not editing:
            yield [Button(words("briefing.ui.edit"), "open")]
        case "posted":
            yield [
                Button(words("briefing.ui.text"), "text"),
                Button(words("briefing.ui.facts"), "facts"),
            ]
        case _:
            yield [
                Button(words("briefing.ui.text"), "text"),
                Button(words("briefing.ui.facts"), "facts"),
                Button(words("briefing.ui.where"), "where"),
                Button(words("briefing.ui.when"), "when"),
            ]


def _workflow_rows(words: Words, sheet: BriefingState) -> Iterator[Row]:
    """What can be done with the briefing as a whole."""
    briefing = sheet.briefing
    look = [
        Button(words("briefing.ui.preview"), "preview"),
        Button(words("briefing.ui.history"), "history"),
    ]
    back = Button(words("briefing.ui.take-back"), "draft")
    cancel = Button(words("briefing.ui.cancel"), "cancel", Style.danger)
    match briefing.status:
        case "draft" | "blocked":
            yield [_submit(words, sheet), *look, cancel]
        case "waiting":
            if sheet.reader_id != briefing.author_id:
                yield approval_row(words)
            # What came to wait by itself can be asked for anew, or posted where none is asked.
            again = [_submit(words, sheet)] if briefing.reason else []
            yield [*again, *look, back, cancel]
        case "ready":
            yield [*look, back, cancel]
        case "posted" if sheet.is_posted:
            yield [*look, Button(words("briefing.ui.delete"), "remove", Style.danger)]
        case "cancelled":
            yield [*look, Button(words("briefing.ui.revive"), "draft")]
        case _:
            yield look


def approval_row(words: Words) -> Sequence[Button]:
    """The buttons of whoever is asked to approve."""
    return (
        Button(words("briefing.ui.approve"), "approve", Style.success),
        Button(words("briefing.ui.send-back"), "back"),
    )


def _submit(words: Words, sheet: BriefingState) -> Button:
    if sheet.approval:
        label = words("briefing.ui.ask")
    elif sheet.briefing.plan.when and sheet.briefing.status == "draft":
        label = words("briefing.ui.schedule")
    else:
        label = words("briefing.ui.post")
    return Button(label, "submit", Style.success)


# ---- What opens from it ----------------------------------------------------------------------


def facts_panel(
    words: Words,
    service: AnswerService,
    sheet: BriefingState,
    records: Sequence[FactRecord],
    page: int,
) -> Panel:
    """A page of the facts that the briefing may tell, those that it tells picked already."""
    briefing = sheet.briefing
    chosen = briefing.plan.text.facts
    pages = max(1, -(-len(records) // CHOICES))
    page = min(page, pages)
    shown = _on_page(records, page)
    left_out = [record for record in records if record.key in sheet.composed.left_out]
    lines = [
        words("briefing.ui.facts.chosen", chosen=len(chosen), total=len(records)),
        words("briefing.ui.facts.help"),
    ]
    if left_out:
        lines.append(words("briefing.ui.facts.left-out"))
        lines += [f"- {escape(shorten(record.fact.says, CHOICE_LABEL))}" for record in left_out[:5]]
    rows: list[Row] = []
    if shown:
        options = tuple(_option(words, service, record, record.key in chosen) for record in shown)
        hint = words("briefing.ui.facts.hint", page=page, pages=pages)
        rows.append(Pick("facts", hint, options, several=True, page=page))
    turns = [
        Button(words("briefing.ui.earlier"), "facts", page=page - 1) if page > 1 else None,
        Button(words("briefing.ui.later"), "facts", page=page + 1) if page < pages else None,
        Button(words("briefing.ui.done"), "open", Style.primary),
    ]
    rows.append([turn for turn in turns if turn])
    return Panel(briefing, Notice(words("briefing.ui.facts"), tuple(lines)), tuple(rows))


def _on_page(records: Sequence[FactRecord], page: int) -> Sequence[FactRecord]:
    """The facts that a page of the menu offers."""
    return records[(page - 1) * CHOICES : page * CHOICES]


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


def where_panel(
    words: Words,
    briefing: Briefing,
    channel: discord.abc.GuildChannel | discord.Thread | None,
    role: discord.Role | None,
) -> Panel:
    """Where the briefing goes and whom it notifies; what only some channels have comes besides.

    The channel and the role are those that are chosen, where the server still has them.
    """
    target = briefing.plan.target
    rows: list[Row] = [
        PickChannel("channel", words("briefing.ui.where.channel"), channel.id if channel else None)
    ]
    buttons: list[Button] = []
    if target:
        rows.append(PickRole("role", words("briefing.ui.where.role"), role.id if role else None))
    if target and isinstance(channel, discord.ForumChannel) and channel.available_tags:
        rows.append(Pick("tag", words("briefing.ui.where.tag"), _tags(words, channel, target)))
    if target and isinstance(channel, discord.TextChannel) and channel.is_news():
        label = words("briefing.ui.keep" if target.publish else "briefing.ui.publish")
        buttons.append(Button(label, "publish"))
    buttons.append(Button(words("briefing.ui.done"), "open", Style.primary))
    lines = (where(words, target), words("briefing.ui.where.help"))
    return Panel(briefing, Notice(words("briefing.ui.where"), lines), (*rows, buttons))


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


def text_form(words: Words, briefing: Briefing) -> Form:
    """The headline, the moderator's own remarks, and the language of all the rest."""
    text = briefing.plan.text
    headline: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id="headline", default=text.headline or None, max_length=LONGEST_HEADLINE
    )
    remarks: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id="remarks",
        style=discord.TextStyle.paragraph,
        default=text.remarks,
        max_length=LONGEST_REMARKS,
        required=False,
    )
    language: ui.Select[ui.Modal] = ui.Select(
        custom_id="language",
        options=[
            discord.SelectOption(
                label=words(f"settings.language.{each}"),
                value=each,
                default=each == text.language,
            )
            for each in LANGUAGES
        ],
    )
    return Form(
        Key.of(briefing, "text"),
        words("briefing.ui.text"),
        (
            Field("headline", words("briefing.ui.form.headline"), headline),
            Field(
                "remarks",
                words("briefing.ui.form.remarks"),
                remarks,
                words("briefing.ui.form.remarks.help"),
            ),
            Field(
                "language",
                words("briefing.ui.form.language"),
                language,
                words("briefing.ui.form.language.help"),
            ),
        ),
    )


def when_form(words: Words, briefing: Briefing, zone: str | None) -> Form:
    """The day, the time and the time zone of posting; `zone` is what stands there at first."""
    given = briefing.plan.when
    day = f"{given.wall:%Y-%m-%d}" if given else None
    time = f"{given.wall:%H:%M}" if given else None
    return Form(
        Key.of(briefing, "when"),
        words("briefing.ui.when"),
        (
            Field(
                "day",
                words("briefing.ui.form.day"),
                _line(day, "day", "2026-12-24"),
                words("briefing.ui.form.day.help"),
            ),
            Field("time", words("briefing.ui.form.time"), _line(time, "time", "09:30")),
            Field(
                "zone",
                words("briefing.ui.form.zone"),
                _line(given.zone if given else zone, "zone", "Asia/Seoul"),
            ),
        ),
    )


def _line(default: str | None, name: str, example: str) -> ui.TextInput[ui.Modal]:
    return ui.TextInput(
        custom_id=name, default=default, placeholder=example, max_length=64, required=False
    )


def remark_form(words: Words, briefing: Briefing) -> Form:
    """Why a briefing is sent back."""
    remark: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id="remark", style=discord.TextStyle.paragraph, max_length=LONGEST_REMARKS
    )
    return Form(
        Key.of(briefing, "back"),
        words("briefing.ui.send-back"),
        (Field("remark", words("briefing.ui.form.remark"), remark),),
    )
