"""Actions that change what a briefing says, and where and when it is posted."""

from __future__ import annotations

from dataclasses import replace

import discord

from bot.compose.briefing import LONGEST_HEADLINE, LONGEST_REMARKS, propose
from bot.compose.briefing_size import SizeName
from bot.parsing.typed_text import clean_text
from bot.state.briefing_plan import BriefingPlan
from bot.state.briefing_record import Briefing
from bot.state.digests import Target
from bot.texts.catalogues import LANGUAGES, words_in
from bot.ui.briefings import panels
from bot.ui.briefings.choices import is_publishable
from bot.ui.briefings.context import Action, ActionContext, Outcome, refused
from bot.ui.briefings.looking import (
    Draw,
    after_change,
    chosen_channel,
    facts_panel,
    selectable_facts,
    where_panel,
    working_card,
)
from bot.ui.briefings.posting_time import read_when
from bot.ui.briefings.requirements import (
    require_access,
    require_own_remarks,
    require_post,
    require_target,
)
from bot.ui.components.submitted import id_of, require_offered

# ---- Fields ----------------------------------------------------------------------------------


async def edit_text(context: ActionContext) -> Outcome:
    """Keep the headline, the remarks and the language that were filled in."""
    text = context.briefing.plan.text
    language = context.text("language") or text.language
    # A headline of invisible characters leaves the old one.
    headline = clean_text(context.text("headline"), LONGEST_HEADLINE) or text.headline
    require_offered(context.words, [language], LANGUAGES)
    if language != text.language:
        headline = await _translated(context, headline, language)
    remarks = context.text("remarks").strip()[:LONGEST_REMARKS] or None
    new = replace(text, headline=headline, remarks=remarks, language=language)
    return await _edit(context, replace(context.briefing.plan, text=new))


async def _translated(context: ActionContext, headline: str, language: str) -> str:
    """The headline in another language if it is the one that the bot proposed."""
    text, store = context.briefing.plan.text, context.service.store
    subject = panels.subject(text)
    proposed = await propose(store, words_in(text.language), subject)
    if headline != proposed.headline:
        return headline
    return (await propose(store, words_in(language), subject)).headline


async def edit_facts(context: ActionContext) -> Outcome:
    """Keep what was picked on a page of the facts; drop what is no longer in the base."""
    # The page as it was shown: by now it may have other facts.
    offered = context.entered["offered"]
    known = {record.key for record in await selectable_facts(context)}
    picked = set(context.entered["picked"])
    before = context.briefing.plan.text.facts
    kept = [key for key in before if key in known and (key not in offered or key in picked)]
    added = [key for key in offered if key in picked & known and key not in before]
    text = replace(context.briefing.plan.text, facts=(*kept, *added))
    return await _edit(context, replace(context.briefing.plan, text=text), facts_panel)


def draft_again(size: SizeName) -> Action:
    """The action that replaces the facts by those that are proposed in a size."""

    async def draft(context: ActionContext) -> Outcome:
        text, store = context.briefing.plan.text, context.service.store
        drafted = await propose(store, words_in(text.language), panels.subject(text), size)
        new = replace(text, facts=drafted.facts)
        return await _edit(context, replace(context.briefing.plan, text=new), facts_panel)

    return draft


async def edit_channel(context: ActionContext) -> Outcome:
    """Keep the channel that was picked if both the bot and the moderator may post there."""
    before = context.briefing.plan.target
    channel_id = id_of(context.words, context.text("picked"))
    target = Target(channel_id, before.role_id if before else None)
    await require_access(context, target)
    return await _edit_target(context, target)


async def edit_role(context: ActionContext) -> Outcome:
    """Keep the role to notify, or none."""
    role_id = next((id_of(context.words, each) for each in context.entered["picked"]), None)
    target = replace(require_target(context), role_id=role_id)
    if role_id == context.briefing.server_id:  # Discord's menu has @everyone among the roles
        raise refused(context.words, "briefing.ui.everyone")
    if role_id:
        await require_access(context, target)
    return await _edit_target(context, target)


async def edit_tag(context: ActionContext) -> Outcome:
    """Keep the forum's tag, or none."""
    tag_id = id_of(context.words, context.text("picked")) or None
    target, forum = require_target(context), chosen_channel(context)
    if tag_id and not (isinstance(forum, discord.ForumChannel) and forum.get_tag(tag_id)):
        raise refused(context.words, "briefing.ui.not-now")
    return await _edit_target(context, replace(target, tag_id=tag_id))


async def toggle_publishing(context: ActionContext) -> Outcome:
    """Have the post published to the servers that follow the channel, or not."""
    target = require_target(context)
    if not target.publish and not is_publishable(chosen_channel(context)):
        raise refused(context.words, "briefing.ui.not-now")
    return await _edit_target(context, replace(target, publish=not target.publish))


async def edit_time(context: ActionContext) -> Outcome:
    """Keep the time that was filled in."""
    typed, zone = context.text("when"), context.text("zone")
    when = read_when(context.words, typed, zone, context.now, context.briefing.plan.when)
    return await _edit(context, replace(context.briefing.plan, when=when))


async def _edit_target(context: ActionContext, target: Target) -> Outcome:
    return await _edit(context, replace(context.briefing.plan, target=target), where_panel)


# ---- The whole plan --------------------------------------------------------------------------


async def _edit(context: ActionContext, plan: BriefingPlan, draw: Draw = working_card) -> Outcome:
    """Keep a changed plan, and show what `draw` draws."""
    old, words = context.briefing, context.words
    if plan == old.plan and not await _is_unedited(context):
        return Outcome(await draw(context, words("briefing.ui.unchanged")), old)
    match old.status:
        case "posted":
            return await _edit_post(context, plan, draw)
        case "posting":
            raise refused(words, "briefing.ui.posting")
        case "cancelled":
            raise refused(words, "briefing.ui.cancelled")
        case _:
            return await _edit_draft(context, plan, draw)


async def _edit_post(context: ActionContext, plan: BriefingPlan, draw: Draw) -> Outcome:
    """Change what a posted briefing says: its post is edited soon, or once that is approved."""
    old = context.briefing
    if (plan.target, plan.when) != (old.plan.target, old.plan.when):
        raise refused(context.words, "briefing.ui.not-now")
    await require_post(context)
    require_own_remarks(context, plan.text)
    new = await context.editor.edit_post(old, plan, context.member_id, context.now)
    alert = None
    if new.posted_text:
        alert = context.words("briefing.ui.proposed")
    elif new.edit_at:
        alert = context.words("briefing.ui.amended")
    return await after_change(context.at(new), alert, draw)


async def _edit_draft(context: ActionContext, plan: BriefingPlan, draw: Draw) -> Outcome:
    """Change what is not posted yet; it is a draft again."""
    old = context.briefing
    prepared = await context.editor.rewrite(old, plan, context.member_id, context.now)
    alert = _draft_alert(context, prepared.briefing)
    return await after_change(context.with_prepared(prepared), alert, draw)


def _draft_alert(context: ActionContext, new: Briefing) -> str | None:
    """What else an edit has changed."""
    old, alerts = context.briefing, list[str]()
    if old.status != "draft":
        alerts.append(context.words("briefing.ui.draft-again"))
    if new.author_id != old.author_id and new.plan.text.remarks:
        alerts.append(context.words("briefing.ui.signs"))
    return " ".join(alerts) or None


async def _is_unedited(context: ActionContext) -> bool:
    """Whether Discord refused the last edit of the post, so the same edit is tried again."""
    if context.briefing.status != "posted":
        return False
    entries = await context.state.briefings.audit_log(context.briefing.briefing_id)
    return entries[-1].kind == "unedited"
