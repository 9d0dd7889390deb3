"""What an action requires of a briefing, its target and the moderator; each raises UserError.

A button that cannot be used is not shown, but that alone prevents nothing: an older message may
still have it, and a briefing changes under an open form. So every action checks for itself.
"""

from __future__ import annotations

import discord

from bot.delivery.briefing_editor import PreparedBriefing
from bot.delivery.jobs.corrections import posted
from bot.state.digests import Target
from bot.state.plan import BriefingText
from bot.state.posts import Post
from bot.ui.briefings.context import ActionContext, refused
from bot.ui.components import channels
from bot.ui.components.messages import UserError


def require_waiting(context: ActionContext) -> None:
    """The briefing waits for approval."""
    if context.briefing.status != "waiting":
        raise refused(context.words, "briefing.ui.not-asked")


def require_submittable(context: ActionContext) -> None:
    """The briefing is a draft, blocked or held back."""
    is_held_back = context.briefing.status == "waiting" and context.briefing.reason
    if context.briefing.status not in ("draft", "blocked") and not is_held_back:
        raise refused(context.words, "briefing.ui.not-now")


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
    """The briefing was posted and the post is still there; returns it."""
    post = await posted(context.state, context.briefing)
    if context.briefing.status != "posted" or post is None or post.status != "sent":
        raise refused(context.words, "briefing.ui.no-post")
    return post


def require_target(context: ActionContext) -> Target:
    """A channel is chosen."""
    words, target = context.words, context.briefing.plan.target
    if target is None:
        raise UserError(words("briefing.ui.todo.channel"), words("briefing.ui.where.missing"))
    return target


async def require_access(context: ActionContext, target: Target) -> channels.Postable:
    """Both the bot and the moderator may post at a target; returns the channel."""
    guild, words, member = context.interaction.guild, context.words, context.interaction.user
    assert guild, "moderators' commands are for servers"
    assert isinstance(member, discord.Member), "moderators are members"
    channel = await channels.find(guild, target.channel_id)
    if isinstance(channel, str):
        there = words("briefing.ui.where.see", channel=f"<#{target.channel_id}>")
        raise UserError(words("briefing.ui.where.unusable"), there)
    channels.require_access(channel, target.role_id, words)
    match channels.lacks(member, channel, target.role_id):
        case "channel":
            there = words("briefing.ui.where.yourself.help", channel=channel.mention)
            raise UserError(words("briefing.ui.where.yourself"), there)
        case "role":
            role = words("briefing.ui.role.yourself.help", role=f"<@&{target.role_id}>")
            raise UserError(words("briefing.ui.role.yourself"), role)
        case None:
            return channel


def require_second_moderator(context: ActionContext) -> None:
    """The author does not change alone what a second moderator approved."""
    if context.settings.approval and context.member_id == context.briefing.author_id:
        raise refused(context.words, "briefing.ui.needs-second")


def require_own_remarks(context: ActionContext, text: BriefingText) -> None:
    """Nobody puts remarks under another's name."""
    words, old = context.words, context.briefing
    if text.remarks not in (None, old.plan.text.remarks) and context.member_id != old.author_id:
        person = words("briefing.ui.signed.help", person=f"<@{old.author_id}>")
        raise UserError(words("briefing.ui.signed"), person)
