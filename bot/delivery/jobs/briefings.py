"""The job that posts moderators' briefings when they are due.

A briefing is posted as it was approved. If a fact in it changed since, if the approval that its
server wants is missing, or if neither its author nor its approver may post it any more, it is held
back and its moderators are warned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, Protocol, cast

import structlog

from bot.delivery.briefing_editor import BriefingEditor, PreparedBriefing, briefing_slot
from bot.delivery.outbox import Blocked, Outbox, Outcome, OutgoingPost, RetryAt, Undetermined
from bot.delivery.scheduler import Finished
from bot.state.audit_log import AuditAction
from bot.state.briefing_record import Briefing, BriefingStatus, EditConflict
from bot.state.digests import BlockReason, Target
from bot.state.posts import Contents, Post, Slot
from bot.state.state import State

log = structlog.stdlib.get_logger("factdesk.delivery")

BriefingProblem = BlockReason | Literal["unknown", "late", "changed", "unapproved", "unattended"]
"""Why a briefing was not posted.

`changed`: a fact in it changed; `unapproved`: no moderator who may post it has approved it, and the
server wants that; `unattended`: neither its author nor its approver may post it.
"""

_HELD_BACK: tuple[BriefingProblem, ...] = ("changed", "unapproved", "unattended")
"""Why a briefing waits for a moderator who can approve it as it is."""

GRACE = timedelta(hours=6)
"""How late a briefing is still posted without asking a moderator again."""


class Moderators(Protocol):
    """A server's moderators on Discord; methods raise DeliveryError."""

    async def may_post(self, server_id: int, member_id: int, target: Target) -> bool:
        """Whether a member is a moderator of a server now, and may post at a target there."""
        ...


class BriefingJob:
    """Posts briefings that are due."""

    def __init__(
        self,
        state: State,
        editor: BriefingEditor,
        outbox: Outbox[OutgoingPost],
        moderators: Moderators,
    ) -> None:
        self._state = state
        self._editor = editor
        self._outbox = outbox
        self._moderators = moderators

    async def next_due(self) -> Mapping[str, datetime]:
        """When each ready briefing is due. Raises DatabaseUnavailable."""
        return await self._state.briefings.next_due()

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Post a briefing that is due, or hold it back.

        Raises DatabaseUnavailable, Unauthorized, and DeliveryError if a moderator cannot be
        looked up.
        """
        briefing = await self._state.briefings.get(key)
        if briefing is None or briefing.status not in ("ready", "posting"):
            return Finished(None)
        try:
            return await self._run(briefing, now)
        except EditConflict:  # a moderator changed it; if it is still ready, it is due again
            return Finished(None)

    async def _run(self, briefing: Briefing, now: datetime) -> Finished | RetryAt:
        target = briefing.plan.target
        assert target, "a ready briefing has a target"
        prepared = await self._editor.prepare(briefing)
        problem = await self._problem(prepared, target, now)
        if briefing.status == "ready":
            if problem:
                await self._hold(prepared, problem, now)
                return Finished(None)
            # From here on nobody can change it, so it says what is sent.
            posting = await self._state.briefings.begin_posting(briefing, now)
            prepared = replace(prepared, briefing=posting)
        slot = briefing_slot(prepared.briefing, now)
        outcome = await self._send(prepared, target, slot, is_wanted=not problem)
        if isinstance(outcome, RetryAt):
            return outcome
        await self._conclude(prepared, slot, outcome, problem, now)
        return Finished(None)

    async def _send(
        self, prepared: PreparedBriefing, target: Target, slot: Slot, is_wanted: bool
    ) -> Outcome:
        """Post it; if it is not wanted any more, only find out whether it was posted before."""
        card, author_id = prepared.composed.card, prepared.briefing.author_id
        outgoing = OutgoingPost(slot, target, card, posted_by=author_id)
        contents = Contents(prepared.composed.facts, None, prepared.base_version)
        if is_wanted:
            return await self._outbox.deliver(outgoing, contents)
        return await self._outbox.finish_unsent(outgoing, contents)

    async def _problem(
        self, prepared: PreparedBriefing, target: Target, now: datetime
    ) -> BriefingProblem | None:
        """Why a briefing must not be posted now, if it must not."""
        briefing = prepared.briefing
        if briefing.due_at and now - briefing.due_at > GRACE:
            return "late"
        if prepared.changed:
            return "changed"
        if await self._may_post(briefing, briefing.approver_id, target):
            return None
        if self._state.settings.of(briefing.server_id).approval:
            return "unapproved"
        if await self._may_post(briefing, briefing.author_id, target):
            return None
        return "unattended"

    async def _may_post(self, briefing: Briefing, member_id: int | None, target: Target) -> bool:
        if member_id is None:
            return False
        return await self._moderators.may_post(briefing.server_id, member_id, target)

    async def _conclude(
        self,
        prepared: PreparedBriefing,
        slot: Slot,
        outcome: Outcome,
        problem: BriefingProblem | None,
        now: datetime,
    ) -> None:
        """Record how the attempt to post it ended."""
        match outcome:
            case Blocked(reason):
                await self._hold(prepared, reason, now)
            case Undetermined():
                await self._hold(prepared, "unknown", now)
            case _:
                post = await self._state.posts.get(slot.post_id)
                if post and post.message_ref:
                    await self._record_post(prepared.briefing, post.message_ref.link, now)
                else:
                    await self._hold(prepared, problem or _refusal(post) or "unknown", now)

    async def _record_post(self, briefing: Briefing, link: str, now: datetime) -> None:
        await self._state.briefings.move(briefing, "posted", "posted", now, None, link, reason=None)

    async def _hold(
        self, prepared: PreparedBriefing, problem: BriefingProblem, now: datetime
    ) -> None:
        """Keep a briefing from being posted until a moderator has looked at it, and notify them."""
        briefing = prepared.briefing
        log.warning("briefing held back", server=briefing.server_id, reason=problem)
        status: BriefingStatus = "blocked"
        kind: AuditAction = "blocked"
        base_version = briefing.base_version
        if problem in _HELD_BACK:
            status, kind = "waiting", "review"
            # A moderator who looks at it now sees it with this base.
            base_version = await self._editor.remember(prepared.base)
        await self._state.briefings.move(
            briefing, status, kind, now, None, problem, reason=problem, base_version=base_version
        )


def _refusal(post: Post | None) -> BlockReason | None:
    """Why Discord refused a post, if it did and the process ended before that was recorded."""
    return cast(BlockReason, post.reason) if post and post.status == "failed" else None
