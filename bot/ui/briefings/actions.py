"""What a moderator does with a briefing. Each action gives back what the moderator is shown.

Those that change a briefing raise EditConflict where somebody changed it meanwhile, and all of them
DatabaseUnavailable and DeliveryError; UserError where it cannot be done as it was asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import discord
import structlog
from discord import ui

from bot.answers.service import AnswerService
from bot.compose.briefing import LONGEST_HEADLINE, LONGEST_REMARKS, candidates, propose
from bot.delivery.delivery_errors import DeliveryError, Refused
from bot.delivery.jobs.briefings import (
    BriefingEditor,
    OwnBriefing,
    UnreviewedChanges,
    briefing_slot,
)
from bot.delivery.jobs.corrections import posted
from bot.facts.records import FactRecord
from bot.parsing.typed_text import clean_text
from bot.state.audit_log import AuditAction, AuditEntry
from bot.state.briefings import Briefing
from bot.state.digests import Target
from bot.state.plan import BriefingText, Plan, PlanChanges, plan_changes
from bot.state.posts import Post
from bot.state.state import State
from bot.texts.catalogues import LANGUAGES, Words
from bot.texts.catalogues import words as words_of
from bot.ui.briefings import panels
from bot.ui.briefings.audit_log import history
from bot.ui.briefings.controls import Button, Form, Panel, Style
from bot.ui.briefings.panels import BriefingState
from bot.ui.briefings.posting_time import read_when
from bot.ui.components import channels
from bot.ui.components.client import Interaction
from bot.ui.components.language import reader_words
from bot.ui.components.messages import Notice, UserError
from bot.ui.posting import posts

log = structlog.stdlib.get_logger("factdesk.ui")

Shown = Panel | Form | Notice | ui.LayoutView


@dataclass(frozen=True)
class Outcome:
    """What the moderator is shown, the step that was taken, if any, and what to heed about it."""

    shows: Shown
    briefing: Briefing
    entry: AuditEntry | None = None
    alert: str | None = None


@dataclass(frozen=True)
class ActionContext:
    """One thing that a moderator does with a briefing; `given` is what was picked or filled in."""

    interaction: Interaction
    briefing: Briefing
    now: datetime
    page: int = 1
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @property
    def words(self) -> Words:
        """The texts in the moderator's language."""
        return reader_words(self.interaction)

    @property
    def member_id(self) -> int:
        """Who does it."""
        return self.interaction.user.id

    @property
    def service(self) -> AnswerService:
        """The open base."""
        return self.interaction.client.service

    @property
    def state(self) -> State:
        """What servers told the bot."""
        return self.interaction.client.state

    @property
    def editor(self) -> BriefingEditor:
        """What takes briefings from draft to ready."""
        return self.interaction.client.editor

    def text(self, name: str) -> str:
        """What was filled into one field, or nothing."""
        return next(iter(self.given.get(name, ())), "")

    def at(self, briefing: Briefing) -> ActionContext:
        """The same for the briefing as it is by now."""
        return replace(self, briefing=briefing)


Action = Callable[[ActionContext], Awaitable[Outcome]]


async def sheet(context: ActionContext) -> BriefingState:
    """How the briefing stands, and what would be posted now."""
    briefing = context.briefing
    prepared = await context.editor.prepare(briefing)
    post = await posted(context.state, briefing) if briefing.status == "posted" else None
    approval = context.state.settings.of(briefing.server_id).approval
    return BriefingState(
        briefing, prepared.composed, prepared.changed, post, approval, context.member_id
    )


async def card(context: ActionContext, alert: str | None = None, *, editing: bool = True) -> Panel:
    """The working card of the briefing."""
    found = await sheet(context)
    return panels.card(context.words, context.service, found, editing=editing, alert=alert)


async def begun(context: ActionContext) -> Outcome:
    """The working card of a briefing that was just begun."""
    return await _done(context, "began", None)


# ---- Looking ---------------------------------------------------------------------------------


async def show(context: ActionContext) -> Outcome:
    """The working card."""
    return Outcome(await card(context), context.briefing)


async def facts(context: ActionContext) -> Outcome:
    """A page of the facts to choose from."""
    return Outcome(await _facts_panel(context), context.briefing)


async def where(context: ActionContext) -> Outcome:
    """Where to post it."""
    return Outcome(_where_panel(context), context.briefing)


async def ask_text(context: ActionContext) -> Outcome:
    """The form of the headline, the remarks and the language."""
    return Outcome(panels.text_form(context.words, context.briefing), context.briefing)


async def ask_when(context: ActionContext) -> Outcome:
    """The form of the time."""
    settings = context.state.settings.of(context.briefing.server_id)
    return Outcome(
        panels.when_form(context.words, context.briefing, settings.zone), context.briefing
    )


async def ask_remark(context: ActionContext) -> Outcome:
    """The form for sending a briefing back."""
    _require_waiting(context)
    return Outcome(panels.remark_form(context.words, context.briefing), context.briefing)


async def preview(context: ActionContext) -> Outcome:
    """The message exactly as it would be posted now."""
    return Outcome(await _as_posted(context), context.briefing)


async def past(context: ActionContext) -> Outcome:
    """Every step of the briefing."""
    told = history(
        context.words, context.briefing, await context.state.briefings.audit_log(_id(context))
    )
    return Outcome(Notice(context.words("briefing.ui.history"), told), context.briefing)


async def _as_posted(context: ActionContext) -> ui.LayoutView:
    prepared = await context.editor.prepare(context.briefing)
    target = context.briefing.plan.target
    return posts.view(
        context.service,
        prepared.composed.card,
        briefing_slot(context.briefing, context.now).post_id,
        role_id=target.role_id if target else None,
        posted_by=context.briefing.author_id,
    )


async def as_asked(context: ActionContext, note: str) -> ui.LayoutView:
    """The message as it would be posted, below a note instead of with the button of a post."""
    prepared = await context.editor.prepare(context.briefing)
    target = context.briefing.plan.target
    return posts.without_button(
        context.service,
        prepared.composed.card,
        role_id=target.role_id if target else None,
        note=note,
        posted_by=context.briefing.author_id,
    )


async def _facts_panel(context: ActionContext) -> Panel:
    records = await _candidates(context)
    return panels.facts_panel(
        context.words, context.service, await sheet(context), records, context.page
    )


async def _candidates(context: ActionContext) -> tuple[FactRecord, ...]:
    text = context.briefing.plan.text
    return await candidates(context.service.store, panels.subject(text))


def _where_panel(context: ActionContext) -> Panel:
    target, guild = context.briefing.plan.target, context.interaction.guild
    channel = guild.get_channel_or_thread(target.channel_id) if guild and target else None
    role = guild.get_role(target.role_id) if guild and target and target.role_id else None
    return panels.where_panel(context.words, context.briefing, channel, role)


# ---- Writing ---------------------------------------------------------------------------------


async def write_text(context: ActionContext) -> Outcome:
    """Keep the headline, the remarks and the language that were filled in."""
    text = context.briefing.plan.text
    language = context.text("language") or text.language
    # A headline that nobody could see is none.
    headline = clean_text(context.text("headline"), LONGEST_HEADLINE) or text.headline
    if language in LANGUAGES and language != text.language:
        headline = await _reworded(context, headline, language)
    remarks = context.text("remarks").strip()[:LONGEST_REMARKS] or None
    new = replace(text, headline=headline, remarks=remarks, language=language)
    return await _write(context, replace(context.briefing.plan, text=new))


async def _reworded(context: ActionContext, headline: str, language: str) -> str:
    """The headline in another language, where it is still the one that the bot proposed."""
    text = context.briefing.plan.text
    store, about = context.service.store, panels.subject(text)
    proposed = await propose(store, words_of(text.language), about)
    if headline != proposed.headline:
        return headline
    return (await propose(store, words_of(language), about)).headline


async def write_facts(context: ActionContext) -> Outcome:
    """Keep what was picked on a page of the facts; what the base has no more is dropped."""
    # As they were shown: by now the page may hold others.
    offered = context.given["offered"]
    known = {record.key for record in await _candidates(context)}
    picked = set(context.given["picked"])
    former = context.briefing.plan.text.facts
    kept = [key for key in former if key in known and (key not in offered or key in picked)]
    added = [key for key in offered if key in picked & known and key not in former]
    text = replace(context.briefing.plan.text, facts=(*kept, *added))
    outcome = await _write(context, replace(context.briefing.plan, text=text))
    try:
        panel = await _facts_panel(context.at(outcome.briefing))
    except DeliveryError:  # the change is kept, and the outcome says so
        return outcome
    return replace(outcome, shows=replace(panel, alert=outcome.alert))


async def write_channel(context: ActionContext) -> Outcome:
    """Keep the channel that was picked, once both the bot and the moderator may post there."""
    channel_id = int(context.given["picked"][0])
    former = context.briefing.plan.target
    target = Target(channel_id, former.role_id if former else None)
    await _require_access(context, target)
    return await _write_target(context, target)


async def write_role(context: ActionContext) -> Outcome:
    """Keep the role to notify, or none."""
    target = replace(_target(context), role_id=next(map(int, context.given["picked"]), None))
    if (
        target.role_id == context.briefing.server_id
    ):  # Discord's picker has @everyone among the roles
        raise UserError(
            context.words("briefing.ui.everyone"), context.words("briefing.ui.everyone.help")
        )
    if target.role_id:
        await _require_access(context, target)
    return await _write_target(context, target)


async def write_tag(context: ActionContext) -> Outcome:
    """Keep the forum's tag, or none."""
    return await _write_target(
        context, replace(_target(context), tag_id=int(context.given["picked"][0]) or None)
    )


async def turn_publish(context: ActionContext) -> Outcome:
    """Have the post published to the servers that follow the channel, or not."""
    target = _target(context)
    return await _write_target(context, replace(target, publish=not target.publish))


async def write_when(context: ActionContext) -> Outcome:
    """Keep the time that was filled in."""
    given = (context.text("day"), context.text("time"), context.text("zone"))
    when = read_when(context.words, *given, context.now)
    return await _write(context, replace(context.briefing.plan, when=when))


async def _write_target(context: ActionContext, target: Target) -> Outcome:
    outcome = await _write(context, replace(context.briefing.plan, target=target))
    shows = replace(_where_panel(context.at(outcome.briefing)), alert=outcome.alert)
    return replace(outcome, shows=shows)


async def _write(context: ActionContext, plan: Plan) -> Outcome:
    """Keep a changed plan: a draft again, or, where it is posted, an edit of the post."""
    old = context.briefing
    if plan == old.plan and not await _has_failed(context):
        return Outcome(await card(context, context.words("briefing.ui.unchanged")), old)
    if old.status == "posted":
        if (plan.target, plan.when) != (old.plan.target, old.plan.when):
            raise UserError(
                context.words("briefing.ui.not-now"), context.words("briefing.ui.not-now.help")
            )
        await _require_post(context)
        _require_second(context)
        _require_own_remarks(context, plan.text)
        new = await context.state.briefings.rewrite_posted(
            old, plan, context.member_id, context.now
        )
        alert = context.words("briefing.ui.amended")
    elif old.status == "cancelled":
        raise UserError(
            context.words("briefing.ui.cancelled"), context.words("briefing.ui.cancelled.help")
        )
    else:
        if old.status == "posting":
            raise UserError(
                context.words("briefing.ui.posting"), context.words("briefing.ui.posting.help")
            )
        # What was corrected meanwhile is still to be looked over.
        is_seen = not (await context.editor.prepare(old)).changed
        base_version = (
            await context.editor.base_version()
            if is_seen or not old.base_version
            else old.base_version
        )
        new = await context.state.briefings.rewrite(
            old, plan, base_version, context.member_id, context.now
        )
        alert = _rewritten(context, new)
    return await _done(context.at(new), "edited", None, alert, plan_changes(old.plan, plan))


async def _has_failed(context: ActionContext) -> bool:
    """Whether Discord refused the last edit of the post."""
    if context.briefing.status != "posted":
        return False
    return (await context.state.briefings.audit_log(_id(context)))[-1].kind == "unedited"


def _rewritten(context: ActionContext, new: Briefing) -> str | None:
    """What a change has brought about besides."""
    old, alerts = context.briefing, list[str]()
    if old.status != "draft":
        alerts.append(context.words("briefing.ui.draft-again"))
    if new.author_id != old.author_id and new.plan.text.remarks:
        alerts.append(context.words("briefing.ui.signs"))
    return " ".join(alerts) or None


def _require_second(context: ActionContext) -> None:
    """Raise UserError where an author would change alone what a second moderator approved."""
    old = context.briefing
    if context.state.settings.of(old.server_id).approval and context.member_id == old.author_id:
        raise UserError(
            context.words("briefing.ui.needs-second"),
            context.words("briefing.ui.needs-second.help"),
        )


def _require_own_remarks(context: ActionContext, text: BriefingText) -> None:
    """Raise UserError where somebody would put remarks under another's name."""
    old = context.briefing
    if text.remarks not in (None, old.plan.text.remarks) and context.member_id != old.author_id:
        person = f"<@{old.author_id}>"
        raise UserError(
            context.words("briefing.ui.signed"),
            context.words("briefing.ui.signed.help", person=person),
        )


# ---- Deciding --------------------------------------------------------------------------------


async def submit(context: ActionContext) -> Outcome:
    """Ask for approval, or have it posted when it is due."""
    is_held = context.briefing.status == "waiting" and context.briefing.reason
    if context.briefing.status not in ("draft", "blocked") and not is_held:
        raise UserError(
            context.words("briefing.ui.not-now"), context.words("briefing.ui.not-now.help")
        )
    await _require_ready(context)
    when = context.briefing.plan.when
    # What was held back past its time is posted at once.
    if context.briefing.status == "draft" and when and when.at <= context.now:
        raise UserError(context.words("briefing.ui.late"), context.words("briefing.ui.late.help"))
    try:
        new = await context.editor.submit(context.briefing, context.member_id, context.now)
    except UnreviewedChanges:
        return await _to_look_over(context)
    if new.status == "waiting":
        return await _done(context.at(new), "asked", None, _asked(context))
    return await _done(context.at(new), "scheduled", None, _scheduled(context, new))


def _asked(context: ActionContext) -> str:
    channel_id = context.state.settings.of(context.briefing.server_id).log_channel_id
    if channel_id:
        return context.words("briefing.ui.asked.there", channel=f"<#{channel_id}>")
    return context.words("briefing.ui.asked")


def _scheduled(context: ActionContext, briefing: Briefing) -> str:
    if briefing.due_at and briefing.due_at > context.now:
        return context.words("briefing.ui.scheduled", at=panels.moment(briefing.due_at))
    return context.words("briefing.ui.soon")


async def approve(context: ActionContext) -> Outcome:
    """Approve what somebody else wrote."""
    _require_waiting(context)
    await _require_ready(context)
    try:
        new = await context.editor.approve(context.briefing, context.member_id, context.now)
    except OwnBriefing:
        raise UserError(
            context.words("briefing.ui.own"), context.words("briefing.ui.own.help")
        ) from None
    except UnreviewedChanges:
        return await _to_look_over(context)
    return await _done(context.at(new), "approved", None, _scheduled(context, new))


async def _to_look_over(context: ActionContext) -> Outcome:
    """The card, above which stands that its facts changed since somebody looked it over.

    It is noted as looked over once all is there to show it; its version changes, so a button that
    somebody else saw before lets nothing pass.
    """
    base_version = await context.editor.base_version()
    found = await sheet(context)
    new = await context.state.briefings.mark_reviewed(context.briefing, base_version, context.now)
    alert = context.words("briefing.ui.unseen")
    panel = panels.card(context.words, context.service, replace(found, briefing=new), alert=alert)
    return Outcome(panel, new)


async def send_back(context: ActionContext) -> Outcome:
    """Give it back to whoever wrote it, with a remark."""
    _require_waiting(context)
    remark = clean_text(context.text("remark"), LONGEST_REMARKS)
    new = await context.editor.send_back(context.briefing, context.member_id, remark, context.now)
    return await _done(context.at(new), "sent-back", remark, context.words("briefing.ui.sent-back"))


async def take_back(context: ActionContext) -> Outcome:
    """Make it a draft again, whatever it was on the way to."""
    if context.briefing.status not in ("waiting", "ready", "cancelled"):
        raise UserError(
            context.words("briefing.ui.not-now"), context.words("briefing.ui.not-now.help")
        )
    move = context.state.briefings.move
    new = await move(
        context.briefing,
        "draft",
        "unscheduled",
        context.now,
        context.member_id,
        approver_id=None,
        due_at=None,
        reason=None,
    )
    return await _done(context.at(new), "unscheduled", None)


async def cancel(context: ActionContext) -> Outcome:
    """Leave it be."""
    if context.briefing.status in ("posting", "posted", "cancelled"):
        raise UserError(
            context.words("briefing.ui.not-now"), context.words("briefing.ui.not-now.help")
        )
    new = await context.editor.cancel(context.briefing, context.member_id, context.now)
    return await _done(context.at(new), "cancelled", None)


async def ask_delete(context: ActionContext) -> Outcome:
    """Ask whether the post is to be deleted."""
    await _require_post(context)
    rows = (
        [
            Button(context.words("briefing.ui.delete"), "delete", Style.danger),
            Button(context.words("briefing.ui.keep-it"), "open"),
        ],
    )
    notice = Notice(
        context.words("briefing.ui.delete.ask"), (context.words("briefing.ui.delete.help"),)
    )
    return Outcome(Panel(context.briefing, notice, rows), context.briefing)


async def delete(context: ActionContext) -> Outcome:
    """Delete the post; what is known of the briefing stays."""
    post = await _require_post(context)
    assert post.message_ref, "a post that was sent has its place"
    try:
        await context.interaction.client.messenger.delete(post.message_ref)
    except Refused:
        raise UserError(
            context.words("briefing.ui.delete.refused"), context.words("briefing.ui.delete.by-hand")
        ) from None
    noted = context.state.briefings.mark_deleted
    await noted(_id(context), post.post_id, post.message_ref, context.member_id, context.now)
    return await _done(context, "deleted", None)


async def _done(
    context: ActionContext,
    kind: AuditAction,
    detail: str | None,
    alert: str | None = None,
    changes: PlanChanges | None = None,
) -> Outcome:
    """What is shown after a step, and the step."""
    entry = AuditEntry(context.now, context.member_id, kind, detail, changes)
    shows: Shown
    try:
        shows = await card(context, alert)
    except DeliveryError as error:  # the step is taken all the same
        log.warning("Discord did not answer", server=context.briefing.server_id, reason=repr(error))
        undrawn = context.words("briefing.ui.undrawn.help", id=_id(context))
        shows = Notice(context.words("briefing.ui.undrawn"), (*filter(None, [alert]), undrawn))
    return Outcome(shows, context.briefing, entry, alert)


# ---- What must be so -------------------------------------------------------------------------


def _require_waiting(context: ActionContext) -> None:
    if context.briefing.status != "waiting":
        raise UserError(
            context.words("briefing.ui.not-asked"), context.words("briefing.ui.not-asked.help")
        )


async def _require_ready(context: ActionContext) -> None:
    """Raise UserError where the briefing cannot be posted as it is."""
    if context.briefing.plan.target is None:
        raise UserError(
            context.words("briefing.ui.todo.channel"), context.words("briefing.ui.where.missing")
        )
    if not (await sheet(context)).composed.facts:
        raise UserError(
            context.words("briefing.ui.todo.facts"), context.words("briefing.ui.facts.missing")
        )
    channel = await _require_access(context, _target(context))
    if isinstance(channel, discord.ForumChannel) and channel.flags.require_tag:
        tag_id = _target(context).tag_id
        if tag_id is None or channel.get_tag(tag_id) is None:
            raise UserError(
                context.words("digest.needs-tag"), context.words("briefing.ui.needs-tag.help")
            )


async def _require_post(context: ActionContext) -> Post:
    """The post of the briefing. Raises UserError where it is not there."""
    post = await posted(context.state, context.briefing)
    if context.briefing.status != "posted" or post is None or post.status != "sent":
        raise UserError(
            context.words("briefing.ui.no-post"), context.words("briefing.ui.no-post.help")
        )
    return post


async def _require_access(context: ActionContext, target: Target) -> channels.Postable:
    """The channel, where both the bot and the moderator may post; else raise UserError."""
    guild, words = context.interaction.guild, context.words
    assert guild, "moderators' commands are for servers"
    channel = await channels.find(guild, target.channel_id)
    if isinstance(channel, str):
        there = f"<#{target.channel_id}>"
        raise UserError(
            words("briefing.ui.where.unusable"), words("briefing.ui.where.see", channel=there)
        )
    channels.require_access(channel, target.role_id, words)
    member = context.interaction.user
    assert isinstance(member, discord.Member), "moderators are members"
    match channels.lacks(member, channel, target.role_id):
        case "channel":
            there = words("briefing.ui.where.yourself.help", channel=channel.mention)
            raise UserError(words("briefing.ui.where.yourself"), there)
        case "role":
            role = words("briefing.ui.role.yourself.help", role=f"<@&{target.role_id}>")
            raise UserError(words("briefing.ui.role.yourself"), role)
        case None:
            return channel


def _target(context: ActionContext) -> Target:
    target = context.briefing.plan.target
    if target is None:
        raise UserError(
            context.words("briefing.ui.todo.channel"), context.words("briefing.ui.where.missing")
        )
    return target


def _id(context: ActionContext) -> str:
    return context.briefing.briefing_id


BUTTONS: Mapping[str, Action] = {
    "open": show,
    "text": ask_text,
    "facts": facts,
    "where": where,
    "when": ask_when,
    "publish": turn_publish,
    "preview": preview,
    "history": past,
    "submit": submit,
    "approve": approve,
    "back": ask_remark,
    "draft": take_back,
    "cancel": cancel,
    "remove": ask_delete,
    "delete": delete,
}
"""What each button does."""

MENUS: Mapping[str, Action] = {
    "facts": write_facts,
    "channel": write_channel,
    "role": write_role,
    "tag": write_tag,
}
"""What each menu does."""

FORMS: Mapping[str, Action] = {"text": write_text, "when": write_when, "back": send_back}
"""What each form does once it is filled in."""

AS_FORMS = ("text", "when", "back")
"""Buttons that open a form, which must be the first answer to the press."""
