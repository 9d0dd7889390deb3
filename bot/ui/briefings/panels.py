"""The working card of a briefing: its status, its fields, and the buttons that change them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answers.filters import Filters
from bot.answers.service import AnswerService
from bot.compose.briefing import ComposedBriefing, Subject
from bot.delivery.briefing_editor import PreparedBriefing
from bot.parsing.timezones import zone_label
from bot.state.briefing_plan import BriefingText, PostingTime
from bot.state.briefing_record import Briefing
from bot.state.digests import Target
from bot.state.posts import Post
from bot.texts.catalogues import Words
from bot.ui.briefings.audit_log import reason
from bot.ui.briefings.controls import Button, Panel, Row, Style
from bot.ui.components.markdown import escape, field
from bot.ui.components.mentions import Mentions, thing_name
from bot.ui.components.messages import ReplyText
from bot.ui.digests.overview import moment


@dataclass(frozen=True)
class BriefingState:
    """Everything that the working card shows.

    `channel_id` is where the card is, if posts can go there; `mentions` are of its target, its post
    and the log channel. `approval` says whether the server wants briefings approved, `has_log`
    whether it has a log channel, `reader_id` who reads it.
    """

    prepared: PreparedBriefing
    post: Post | None
    mentions: Mentions
    approval: bool
    has_log: bool
    reader_id: int
    channel_id: int | None

    @property
    def briefing(self) -> Briefing:
        """The briefing itself."""
        return self.prepared.briefing

    @property
    def composed(self) -> ComposedBriefing:
        """What would be posted now."""
        return self.prepared.composed

    @property
    def has_post(self) -> bool:
        """Whether it was posted and the post is still there."""
        if self.post is None or self.post.status != "sent" or self.post.message_ref is None:
            return False
        return self.post.message_ref.channel_id not in self.mentions.gone


def card(
    words: Words,
    service: AnswerService,
    state: BriefingState,
    *,
    editing: bool = True,
    alert: str | None = None,
) -> Panel:
    """The working card; without `editing`, one button leads to those that edit."""
    briefing = state.briefing
    lines = [field(words, name, value) for name, value in _fields(words, service, state)]
    reply = ReplyText(
        state.composed.card.title,
        (*lines, *(f"- {todo}" for todo in _open_points(words, state))),
        tuple(_small_print(words, state)),
    )
    rows = (*_edit_row(words, state, editing), *_decision_rows(words, state))
    return Panel(briefing, reply, rows, alert)


def _small_print(words: Words, state: BriefingState) -> Iterator[str]:
    briefing = state.briefing
    yield words("briefing.ui.number", id=f"`{briefing.briefing_id}`", version=briefing.version)
    if not state.has_log:
        yield words("briefing.ui.no-log")


# ---- Fields ----------------------------------------------------------------------------------


def _fields(
    words: Words, service: AnswerService, state: BriefingState
) -> Iterator[tuple[str, str]]:
    briefing, text = state.briefing, state.briefing.plan.text
    yield words("briefing.ui.field.status"), status(words, state)
    yield words("briefing.ui.field.about"), escape(subject_name(words, service, text))
    yield words("briefing.ui.field.facts"), _facts(words, state.composed)
    yield words("briefing.ui.field.remarks"), _remarks(words, briefing)
    yield words("briefing.ui.field.language"), words(f"settings.language.{text.language}")
    yield words("briefing.ui.field.where"), where(state.mentions, briefing.plan.target)
    yield words("briefing.ui.field.when"), when(words, briefing.plan.when)
    yield words("briefing.ui.field.author"), f"<@{briefing.author_id}>"
    if briefing.approver_id:
        yield words("briefing.ui.field.approver"), f"<@{briefing.approver_id}>"


def _facts(words: Words, composed: ComposedBriefing) -> str:
    """How many facts are shown, how many others there are, and how long that is."""
    parts = [
        words.count("about.count.fact", len(composed.facts)),
        words.count("briefing.ui.more", composed.more) if composed.more else "",
        words("briefing.ui.length", number=f"{composed.length:,}"),
    ]
    return " · ".join(filter(None, parts))


def status_word(words: Words, briefing: Briefing) -> str:
    """The status of a briefing in a word or two."""
    word = "held" if briefing.is_held_back else briefing.status
    return words(f"briefing.ui.status.{word}")


def status(words: Words, state: BriefingState) -> str:
    """The status of a briefing, with its time, its post or the reason."""
    briefing, post = state.briefing, state.post
    word = status_word(words, briefing)
    if briefing.status == "ready" and briefing.due_at:
        return words("typography.labelled", label=word, text=moment(words, briefing.due_at))
    if briefing.status == "posted" and post and post.message_ref:
        if not state.has_post:
            return words("briefing.ui.status.deleted")
        link = f"https://discord.com/channels/{briefing.server_id}/{post.message_ref.link}"
        return words("typography.labelled", label=word, text=link)
    if briefing.status in ("blocked", "waiting") and briefing.reason:
        return f"{word}. {reason(words, briefing.reason)}"
    return word


def subject(text: BriefingText) -> Subject:
    """The subject of a briefing."""
    return Subject(text.thing, text.first, text.last)


def subject_name(words: Words, service: AnswerService, text: BriefingText) -> str:
    """The subject of a briefing in words."""
    if text.thing:
        return thing_name(words, service.store, text.thing)
    return Filters.between(text.first, text.last).worded(words)


def _remarks(words: Words, briefing: Briefing) -> str:
    remarks = briefing.plan.text.remarks
    if not remarks:
        return words("briefing.ui.none")
    return words.count("briefing.ui.remarks", len(remarks), person=f"<@{briefing.author_id}>")


def where(mentions: Mentions, target: Target | None) -> str:
    """Where a briefing is posted, and which role it notifies."""
    words = mentions.words
    if target is None:
        return words("briefing.ui.no-channel")
    parts = [mentions.channel(target.channel_id)]
    if target.role_id:
        parts.append(words("briefing.ui.notifies", role=mentions.role(target.role_id)))
    else:
        parts.append(words("briefing.ui.notifies-nobody"))
    if target.publish:
        parts.append(words("briefing.ui.published"))
    return " · ".join(parts)


def when(words: Words, given: PostingTime | None) -> str:
    """When a briefing is posted."""
    if given is None:
        return words("briefing.ui.at-once")
    zone = escape(zone_label(given.zone, words.language))
    return f"{given.typed} · {zone} · {moment(words, given.at)}"


def _open_points(words: Words, state: BriefingState) -> Iterator[str]:
    """What is missing before it can be posted, and what is left out of the message."""
    composed, briefing = state.composed, state.briefing
    if briefing.posted_text:
        yield words("briefing.ui.todo.edit", person=f"<@{briefing.changed_by}>")
    if briefing.status in ("posting", "posted", "cancelled"):
        return
    if briefing.is_submittable and state.reader_id != briefing.author_id:
        yield words("briefing.ui.todo.author", person=f"<@{briefing.author_id}>")
    if briefing.plan.target is None:
        yield words("briefing.ui.todo.channel")
    if missing := state.mentions.missing(briefing.plan.target):
        yield reason(words, missing)
    if not composed.facts:
        yield words("briefing.ui.todo.facts")
    if composed.left_out:
        yield words.count("briefing.ui.todo.room", len(composed.left_out))
    if composed.missing:
        yield words.count("briefing.ui.todo.missing", len(composed.missing))
    elif state.prepared.changed:
        yield words.count("briefing.ui.todo.changed", len(state.prepared.changed))


# ---- Buttons ---------------------------------------------------------------------------------


def _edit_row(words: Words, state: BriefingState, editing: bool) -> Iterator[Row]:
    """The buttons that edit the fields which can still be changed."""
    text = Button(words("briefing.ui.text"), "text")
    facts = Button(words("briefing.ui.facts"), "facts")
    match state.briefing.status:
        case "cancelled" | "posting":
            return
        case "posted" if not state.has_post:
            return
        case _ if not editing:
            yield [Button(words("briefing.ui.edit"), "open")]
        case "posted":
            yield [text, facts]
        case _:
            where_button = Button(words("briefing.ui.where"), "where")
            yield [text, facts, where_button, Button(words("briefing.ui.when"), "when")]


def _decision_rows(words: Words, state: BriefingState) -> Iterator[Row]:
    """The buttons that look at the briefing or decide on it as a whole."""
    briefing = state.briefing
    look = [
        Button(words("briefing.ui.preview"), "preview"),
        Button(words("briefing.ui.history"), "history"),
    ]
    take_back = Button(words("briefing.ui.take-back"), "draft")
    cancel = Button(words("briefing.ui.cancel"), "cancel", Style.danger)
    match briefing.status:
        case "draft" | "blocked":
            yield from _posting_row(words, state)
            yield [*look, cancel]
        case "waiting":
            if briefing.may_be_approved_by(state.reader_id):
                yield approval_row(words)
            yield from _posting_row(words, state)
            yield [*look, take_back, cancel]
        case "ready":
            yield [*look, take_back, cancel]
        case "posted" if state.has_post:
            if briefing.posted_text:
                may_approve = briefing.may_be_approved_by(state.reader_id)
                yield edit_approval_row(words, may_approve=may_approve)
            yield [*look, Button(words("briefing.ui.delete"), "remove", Style.danger)]
        case "cancelled":
            yield [*look, Button(words("briefing.ui.revive"), "draft")]
        case _:
            yield look


def approval_row(words: Words) -> Sequence[Button]:
    """The buttons of a moderator who is asked to approve."""
    return (
        Button(words("briefing.ui.approve"), "approve", Style.success),
        Button(words("briefing.ui.send-back"), "back"),
        _changes(words),
    )


def edit_approval_row(words: Words, *, may_approve: bool = True) -> Sequence[Button]:
    """The buttons that decide on an edit of a post."""
    drop = Button(words("briefing.ui.drop"), "drop")
    if not may_approve:
        return (drop, _changes(words))
    return (Button(words("briefing.ui.accept"), "accept", Style.success), drop, _changes(words))


def _changes(words: Words) -> Button:
    return Button(words("briefing.ui.changes"), "changes")


def _posting_row(words: Words, state: BriefingState) -> Iterator[Row]:
    """The buttons with which an author has it posted as planned, or here at once."""
    briefing = state.briefing
    if not briefing.is_submittable or state.reader_id != briefing.author_id:
        return
    if state.approval:
        label = words("briefing.ui.ask")
    elif briefing.plan.when and briefing.status == "draft":
        label = words("briefing.ui.schedule")
    else:
        label = words("briefing.ui.post")
    row, plan, here_id = [Button(label, "submit", Style.success)], briefing.plan, state.channel_id
    if here_id and (plan.when or plan.target is None or plan.target.channel_id != here_id):
        here = words("briefing.ui.ask-here" if state.approval else "briefing.ui.here")
        row.append(Button(here, "here"))
    yield row
