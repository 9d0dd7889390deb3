"""Actions that show a briefing and change nothing, and what is shown after a change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from discord.abc import GuildChannel

from bot.compose.briefing import candidates
from bot.delivery.briefing_editor import briefing_post, briefing_slot
from bot.delivery.delivery_errors import DeliveryError
from bot.facts.records import FactRecord
from bot.ui.briefings import choices, forms, panels
from bot.ui.briefings.audit_log import changed_ids, history
from bot.ui.briefings.context import ActionContext, Outcome, Shown
from bot.ui.briefings.controls import Form, Panel
from bot.ui.briefings.panels import BriefingState
from bot.ui.briefings.requirements import require_waiting
from bot.ui.components import channels
from bot.ui.components.client import guild_of
from bot.ui.components.mentions import look_up
from bot.ui.components.messages import ReplyText
from bot.ui.posting import posts

log = structlog.stdlib.get_logger("factdesk.ui")

Draw = Callable[[ActionContext, str | None], Awaitable[Panel]]
"""Draws a panel of a briefing, with an alert above it if there is one."""


# ---- Actions ---------------------------------------------------------------------------------


async def show(context: ActionContext) -> Outcome:
    """Show the working card."""
    return Outcome(await working_card(context), context.briefing)


async def show_status(context: ActionContext) -> Outcome:
    """Show the working card without the buttons that edit."""
    return Outcome(await working_card(context, editing=False), context.briefing)


async def show_facts(context: ActionContext) -> Outcome:
    """Show a page of the facts to choose from."""
    return Outcome(await facts_panel(context), context.briefing)


async def show_where(context: ActionContext) -> Outcome:
    """Show where it is posted."""
    return Outcome(await where_panel(context), context.briefing)


async def ask_text(context: ActionContext) -> Outcome:
    """Open the form of the headline, the remarks and the language."""
    return Outcome(text_form(context), context.briefing)


async def ask_when(context: ActionContext) -> Outcome:
    """Open the form of the time."""
    return Outcome(when_form(context), context.briefing)


async def ask_remark(context: ActionContext) -> Outcome:
    """Open the form that sends a briefing back."""
    require_waiting(context)
    return Outcome(remark_form(context), context.briefing)


async def preview(context: ActionContext) -> Outcome:
    """Show the message exactly as it would be posted now."""
    prepared, briefing = await context.prepare(), context.briefing
    target, guild = briefing.plan.target, guild_of(context.interaction)
    mentions = await look_up(guild, context.words, [target])
    layout = posts.view(
        context.service,
        context.service.page(prepared.composed.card),
        briefing_slot(briefing, context.now).post_id,
        role_id=mentions.present(target.role_id) if target else None,
        posted_by=briefing.author_id,
        edited_by=briefing.changed_by if briefing.posted_text else briefing.edited_by,
    )
    return Outcome(layout, briefing)


async def show_history(context: ActionContext) -> Outcome:
    """Show the audit log."""
    entries = await context.state.briefings.audit_log(context.briefing.briefing_id)
    changed = partial(changed_ids, entries)
    mentions = await look_up(
        guild_of(context.interaction),
        context.words,
        channel_ids=changed("channel"),
        role_ids=changed("role"),
    )
    lines = history(mentions, context.briefing, entries)
    return Outcome(ReplyText(context.words("briefing.ui.history"), lines), context.briefing)


# ---- Forms -----------------------------------------------------------------------------------


def text_form(context: ActionContext) -> Form:
    """The form of the headline, the remarks and the language."""
    return forms.text_form(context.words, context.briefing)


def when_form(context: ActionContext) -> Form:
    """The form of the time."""
    return forms.when_form(context.words, context.briefing, context.settings.zone, context.now)


def remark_form(context: ActionContext) -> Form:
    """The form of the remark that sends a briefing back."""
    return forms.remark_form(context.words, context.briefing)


# ---- Panels ----------------------------------------------------------------------------------


async def working_card(
    context: ActionContext, alert: str | None = None, *, editing: bool = True
) -> Panel:
    """The working card; `editing` gives it the buttons that edit."""
    state = await _state(context)
    return panels.card(context.words, context.service, state, editing=editing, alert=alert)


async def facts_panel(context: ActionContext, alert: str | None = None) -> Panel:
    """A page of the facts to choose from."""
    records, prepared = await selectable_facts(context), await context.prepare()
    return choices.facts_panel(
        context.words, context.service, prepared, records, context.page, alert
    )


async def where_panel(context: ActionContext, alert: str | None = None) -> Panel:
    """Where it is posted."""
    target = context.briefing.plan.target
    mentions = await look_up(guild_of(context.interaction), context.words, [target])
    return choices.where_panel(mentions, context.briefing, chosen_channel(context), alert)


def chosen_channel(context: ActionContext) -> GuildChannel | None:
    """The channel that was chosen, if the server still has it and it is no thread."""
    target, guild = context.briefing.plan.target, context.interaction.guild
    return guild.get_channel(target.channel_id) if guild and target else None


async def selectable_facts(context: ActionContext) -> tuple[FactRecord, ...]:
    """Every fact that the briefing may contain."""
    subject = panels.subject(context.briefing.plan.text)
    return await candidates(context.service.store, subject)


async def _state(context: ActionContext) -> BriefingState:
    prepared, briefing = await context.prepare(), context.briefing
    post = await briefing_post(context.state, briefing) if briefing.status == "posted" else None
    settings, log_id = context.settings, context.settings.log_channel_id
    posted_in = post.message_ref.channel_id if post and post.message_ref else None
    mentions = await look_up(
        guild_of(context.interaction),
        context.words,
        [briefing.plan.target],
        channel_ids=[log_id, posted_in],
    )
    has_log = log_id is not None and log_id not in mentions.gone
    return BriefingState(
        prepared,
        post,
        mentions,
        settings.approval,
        has_log,
        context.member_id,
        await _postable_here(context),
    )


async def _postable_here(context: ActionContext) -> int | None:
    """The channel that the moderator is in, if posts can go there; none if Discord is away."""
    channel_id = context.interaction.channel_id
    if channel_id is None:
        return None
    try:
        channel = await channels.find(guild_of(context.interaction), channel_id)
    except DeliveryError:
        return None
    return None if isinstance(channel, str) else channel_id


# ---- After a change --------------------------------------------------------------------------


async def after_change(
    context: ActionContext, alert: str | None = None, draw: Draw = working_card
) -> Outcome:
    """Show a briefing that was just changed."""
    shows: Shown
    try:
        shows = await draw(context, alert)
    except DeliveryError as error:  # the change is made all the same
        log.warning("Discord did not answer", server=context.briefing.server_id, reason=repr(error))
        shows = _undrawn(context, alert)
    return Outcome(shows, context.briefing, context.prepared)


def _undrawn(context: ActionContext, alert: str | None) -> ReplyText:
    words = context.words
    advice = words("briefing.ui.undrawn.help", id=context.briefing.briefing_id)
    return ReplyText(words("briefing.ui.undrawn"), (*filter(None, [alert]), advice))
