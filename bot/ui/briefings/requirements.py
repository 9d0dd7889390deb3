"""What an action requires of a briefing, its target and the moderator; each raises UserError.

A button that cannot be used is not shown, but that alone prevents nothing: an older message may
still have it, and a briefing changes under an open form. So every action checks for itself.
"""

from __future__ import annotations

import discord

from bot.delivery.briefing_editor import PreparedBriefing, briefing_post
from bot.state.briefing_plan import BriefingText
from bot.state.digests import Target
from bot.state.posts import Post
from bot.ui.briefings.audit_log import reason
from bot.ui.briefings.context import ActionContext, refused
from bot.ui.components import channels
from bot.ui.components.client import guild_of, member_of
from bot.ui.components.messages import UserError


def require_waiting(context: ActionContext) -> None:
    """The briefing waits for approval."""
    if context.briefing.status != "waiting":
        raise refused(context.words, "briefing.ui.not-asked")


def require_submittable(context: ActionContext) -> None:
    """The briefing is a draft, blocked or held back."""
    if not context.briefing.is_submittable:
        raise refused(context.words, "briefing.ui.not-now")


def require_author(context: ActionContext) -> None:
    """The moderator is the one who signs it."""
    author_id = context.briefing.author_id
    if context.member_id != author_id:
        raise refused(context.words, "briefing.ui.not-author", person=f"<@{author_id}>")


def require_time_ahead(context: ActionContext) -> None:
    """A draft's time is not past; what was stopped after its time is posted at once."""
    briefing, when = context.briefing, context.briefing.plan.when
    if briefing.status == "draft" and when and when.at <= context.now:
        raise refused(context.words, "briefing.ui.late")


async def require_postable(context: ActionContext) -> PreparedBriefing:
    """The briefing can be posted as it is; returns it prepared."""
    words, target = context.words, require_target(context)
    prepared = await context.prepare()
    if not prepared.composed.facts:
        raise UserError(words("briefing.ui.todo.facts"), words("briefing.ui.facts.missing"))
    channel = await require_access(context, target)
    if isinstance(channel, discord.ForumChannel):
        _require_tag(context, channel, target.tag_id)
    return prepared


def _require_tag(context: ActionContext, forum: discord.ForumChannel, tag_id: int | None) -> None:
    has_tag = tag_id is not None and forum.get_tag(tag_id) is not None
    if forum.flags.require_tag and not has_tag:
        words = context.words
        raise UserError(words("digest.needs-tag"), words("briefing.ui.needs-tag.help"))


async def require_post(context: ActionContext) -> Post:
    """The post is still there, in a channel where the moderator may post; returns it."""
    briefing = context.briefing
    post, target = await briefing_post(context.state, briefing), briefing.plan.target
    if briefing.status != "posted" or not post or post.status != "sent" or not target:
        raise refused(context.words, "briefing.ui.no-post")
    member = member_of(context.interaction)
    await channels.require_own_access_to(member, target, context.words)
    return post


def require_target(context: ActionContext) -> Target:
    """A channel is chosen."""
    words, target = context.words, context.briefing.plan.target
    if target is None:
        raise UserError(words("briefing.ui.todo.channel"), words("briefing.ui.where.missing"))
    return target


async def require_access(context: ActionContext, target: Target) -> channels.Postable:
    """Both the bot and the moderator may post at a target; returns the channel."""
    words, interaction = context.words, context.interaction
    guild, member = guild_of(interaction), member_of(interaction)
    channel = await channels.find(guild, target.channel_id)
    if isinstance(channel, str):
        raise UserError(words("briefing.ui.where.unusable"), reason(words, channel))
    channels.require_access(channel, target.role_id, words)
    channels.require_own_access(member, channel, target, words)
    return channel


def require_own_remarks(context: ActionContext, text: BriefingText) -> None:
    """Nobody puts remarks under another's name."""
    words, old = context.words, context.briefing
    if text.remarks not in (None, old.plan.text.remarks) and context.member_id != old.author_id:
        person = words("briefing.ui.signed.help", person=f"<@{old.author_id}>")
        raise UserError(words("briefing.ui.signed"), person)
