"""Actions that decide on a briefing as a whole: submit, approve, send back, cancel, delete."""

from __future__ import annotations

from dataclasses import replace

from bot.compose.briefing import LONGEST_REMARKS
from bot.delivery.briefing_editor import (
    OwnBriefing,
    PreparedBriefing,
    UnreviewedChanges,
)
from bot.delivery.delivery_errors import Refused
from bot.parsing.typed_text import clean_text
from bot.state.digests import Target
from bot.ui.briefings import panels
from bot.ui.briefings.context import ActionContext, Outcome, refused
from bot.ui.briefings.controls import Button, Panel, Style
from bot.ui.briefings.looking import after_change, working_card
from bot.ui.briefings.requirements import (
    require_author,
    require_post,
    require_postable,
    require_submittable,
    require_time_ahead,
    require_waiting,
)
from bot.ui.components.client import guild_of
from bot.ui.components.mentions import look_up
from bot.ui.components.messages import ReplyText, UserError


async def submit(context: ActionContext) -> Outcome:
    """Ask for approval if the server wants one; otherwise have it posted when it is due."""
    require_submittable(context)
    prepared = await require_postable(context)
    require_time_ahead(context)
    require_author(context)
    try:
        submitted = await context.editor.submit(prepared, context.member_id, context.now)
    except UnreviewedChanges:
        return await _show_changes(context, prepared)
    context = context.with_prepared(submitted)
    if submitted.briefing.status != "waiting":
        return await after_change(context, _scheduled_alert(context))
    return await after_change(context, await _asked_alert(context))


async def post_here(context: ActionContext) -> Outcome:
    """Submit it for this channel, at once."""
    require_submittable(context)
    require_author(context)
    briefing, channel_id = context.briefing, context.interaction.channel_id
    assert channel_id, "a card is in a channel"
    plan = replace(briefing.plan, target=_here(briefing.plan.target, channel_id), when=None)
    if plan == briefing.plan:  # that is what `submit` does
        raise refused(context.words, "briefing.ui.not-now")
    here = await require_postable(context.at(replace(briefing, plan=plan)))
    if here.changed:  # the planned channel and time stay until the author has seen that
        return await _show_changes(context, await context.prepare())
    prepared = await context.editor.rewrite(briefing, plan, context.member_id, context.now)
    return await submit(context.with_prepared(prepared))


def _here(target: Target | None, channel_id: int) -> Target:
    """The target in a channel: what belongs to another channel is not carried over."""
    if target and target.channel_id == channel_id:
        return target
    return Target(channel_id, target.role_id if target else None)


async def approve(context: ActionContext) -> Outcome:
    """Approve what another moderator wrote."""
    require_waiting(context)
    prepared = await require_postable(context)
    try:
        approved = await context.editor.approve(prepared, context.member_id, context.now)
    except OwnBriefing:
        raise refused(context.words, "briefing.ui.own") from None
    except UnreviewedChanges:
        return await _show_changes(context, prepared)
    context = context.with_prepared(approved)
    return await after_change(context, _scheduled_alert(context))


async def _show_changes(context: ActionContext, prepared: PreparedBriefing) -> Outcome:
    """Show the card with an alert that its facts changed, and note that they are reviewed.

    The briefing gets a new version, so a button that another moderator saw before does nothing.
    """
    reviewed = await context.editor.mark_reviewed(prepared, context.now)
    alert = context.words("briefing.ui.unseen")
    return Outcome(await working_card(context.with_prepared(reviewed), alert), reviewed.briefing)


async def _asked_alert(context: ActionContext) -> str:
    channel_id, guild = context.settings.log_channel_id, guild_of(context.interaction)
    mentions = await look_up(guild, context.words, channel_ids=[channel_id])
    if channel_id and channel_id not in mentions.gone:
        return context.words("briefing.ui.asked.there", channel=f"<#{channel_id}>")
    return context.words("briefing.ui.asked")


def _scheduled_alert(context: ActionContext) -> str:
    due_at = context.briefing.due_at
    if due_at and due_at > context.now:
        return context.words("briefing.ui.scheduled", at=panels.moment(context.words, due_at))
    return context.words("briefing.ui.soon")


async def send_back(context: ActionContext) -> Outcome:
    """Return a waiting briefing to its author, with a remark."""
    require_waiting(context)
    remark = clean_text(context.text("remark"), LONGEST_REMARKS)
    new = await context.editor.send_back(context.briefing, context.member_id, remark, context.now)
    alert = context.words("briefing.ui.sent-back")
    return await after_change(context.at(new), alert)


async def take_back(context: ActionContext) -> Outcome:
    """Withdraw a briefing from approval or schedule: it is a draft again."""
    if context.briefing.status not in ("waiting", "ready", "cancelled"):
        raise refused(context.words, "briefing.ui.not-now")
    new = await context.editor.take_back(context.briefing, context.member_id, context.now)
    return await after_change(context.at(new))


async def cancel(context: ActionContext) -> Outcome:
    """Cancel a briefing that is not posted yet."""
    if context.briefing.status in ("posting", "posted", "cancelled"):
        raise refused(context.words, "briefing.ui.not-now")
    new = await context.editor.cancel(context.briefing, context.member_id, context.now)
    return await after_change(context.at(new))


async def approve_edit(context: ActionContext) -> Outcome:
    """Approve the edit of a post that another moderator proposed."""
    _require_proposal(context)
    await require_post(context)
    try:
        new = await context.editor.approve_edit(context.briefing, context.member_id, context.now)
    except OwnBriefing:
        raise refused(context.words, "briefing.ui.own") from None
    alert = context.words("briefing.ui.amended")
    return await after_change(context.at(new), alert)


async def drop_edit(context: ActionContext) -> Outcome:
    """Leave the post as it is: drop the proposed edit."""
    _require_proposal(context)
    briefing, edits = context.briefing, context.state.post_edits
    new = await edits.drop(briefing, context.member_id, context.now)
    return await after_change(context.at(new))


def _require_proposal(context: ActionContext) -> None:
    """An edit of the post waits for approval."""
    if context.briefing.posted_text is None:
        raise refused(context.words, "briefing.ui.not-asked")


async def ask_delete(context: ActionContext) -> Outcome:
    """Ask whether to delete the post."""
    await require_post(context)
    words = context.words
    reply = ReplyText(words("briefing.ui.delete.ask"), (words("briefing.ui.delete.help"),))
    buttons = [
        Button(words("briefing.ui.delete"), "delete", Style.danger),
        Button(words("briefing.ui.keep-it"), "open"),
    ]
    return Outcome(Panel(context.briefing, reply, (buttons,)), context.briefing)


async def delete(context: ActionContext) -> Outcome:
    """Delete the post; the briefing and its audit log stay."""
    words, post = context.words, await require_post(context)
    assert post.message_ref, "a post that was sent has a message"
    try:
        await context.interaction.client.messenger.delete(post.message_ref)
    except Refused:
        by_hand = words("briefing.ui.delete.by-hand")
        raise UserError(words("briefing.ui.delete.refused"), by_hand) from None
    await context.state.post_edits.mark_deleted(
        context.briefing.briefing_id,
        post.post_id,
        post.message_ref,
        context.member_id,
        context.now,
    )
    return await after_change(context)
