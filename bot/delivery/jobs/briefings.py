"""Moderators' briefings when they are due: checked once more, posted once, and noted.

What a moderator answers for is what was approved. A briefing is held back, and its moderators told,
where nobody who stands behind it moderates any more, or a fact that it tells was changed since.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Literal, Protocol, cast

import structlog

from bot.answers.service import AnswerService
from bot.compose.briefing import BriefingDraft, ComposedBriefing, Subject, compose
from bot.delivery.delivery_errors import DeliveryError
from bot.delivery.outbox import Blocked, Outbox, Outcome, OutgoingPost, RetryAt, Undetermined
from bot.delivery.recurrence import UnknownZone, open_zone
from bot.delivery.scheduler import Finished
from bot.state.audit_log import AuditAction, AuditEntry
from bot.state.briefings import Briefing, EditConflict, Status
from bot.state.digests import BlockReason, Target
from bot.state.plan import Plan
from bot.state.posts import Contents, Post, Slot
from bot.state.state import State
from bot.texts.catalogues import words

log = structlog.stdlib.get_logger("factdesk.delivery")

Trouble = BlockReason | Literal["unknown", "late", "changed", "unattended"]
"""Why a briefing was not posted: `changed` facts, or nobody who stood behind it may post it."""

GRACE = timedelta(hours=6)
"""How late a briefing is still posted without being asked again."""


TellAuditEntry = Callable[[Briefing, AuditEntry], Awaitable[None]]
"""Tells a step of a briefing where its server's moderators follow them; never raises."""


class Colleagues(Protocol):
    """What is known of a server's moderators; methods may raise what `outcomes` names."""

    async def may_post(self, server_id: int, member_id: int, target: Target) -> bool:
        """Whether somebody moderates in a server at present, and may post at a target there."""
        ...

    async def name(self, server_id: int, member_id: int) -> str:
        """What a member is called in a server."""
        ...

    async def tell(self, briefing: Briefing, trouble: Trouble) -> None:
        """Tell a briefing's moderators why it was not posted."""
        ...


@dataclass(frozen=True)
class PreparedBriefing:
    """A briefing as it would be posted now, the facts changed since it was seen, and the base."""

    composed: ComposedBriefing
    changed: tuple[str, ...]
    base_version: str


class OwnBriefing(Exception):
    """Whoever wrote a briefing cannot be the one who approves it."""


class UnreviewedChanges(Exception):
    """Facts that a briefing tells were changed since it was looked over."""


class BriefingEditor:
    """Takes briefings from draft to ready, and makes them as they would be posted now.

    Every method that changes one raises DatabaseUnavailable, and EditConflict where it was changed
    meanwhile. Those that let it be posted raise UnreviewedChanges where it would say what nobody
    has looked at.
    """

    def __init__(self, service: AnswerService, state: State, colleagues: Colleagues) -> None:
        self._service = service
        self._state = state
        self._colleagues = colleagues

    async def compose(self, plan: Plan, author: str) -> ComposedBriefing:
        """What a plan says, its remarks signed by `author`."""
        text = plan.text
        return await compose(
            self._service.store,
            words(text.language),
            Subject(text.thing, text.first, text.last),
            BriefingDraft(text.headline, text.facts),
            text.remarks,
            author,
        )

    async def prepare(self, briefing: Briefing) -> PreparedBriefing:
        """The briefing as it would be posted now. Raises DatabaseUnavailable and DeliveryError."""
        author = await self._colleagues.name(briefing.server_id, briefing.author_id)
        composed = await self.compose(briefing.plan, author)
        seen, present = await self._seen(briefing), await self._service.store.versions()
        told = {*briefing.plan.text.facts, *composed.facts}
        if seen is None:  # the base from which it was looked over is forgotten
            changed = told
        else:
            changed = {key for key in told if key in seen and seen[key] != present.get(key)}
        return PreparedBriefing(composed, tuple(sorted(changed)), self._service.store.fingerprint)

    def day(self, briefing: Briefing, at: datetime) -> date:
        """The day of an instant, in the briefing's time zone or else in its server's."""
        settings, when = self._state.settings.of(briefing.server_id), briefing.plan.when
        try:
            zone: tzinfo = open_zone((when.zone if when else settings.zone) or "UTC")
        except UnknownZone:  # the time zone database has lost it since
            zone = UTC
        return at.astimezone(zone).date()

    async def submit(self, briefing: Briefing, member_id: int, now: datetime) -> Briefing:
        """Ask for approval where the server wants one; else have it posted when it is due."""
        await self._require_seen(briefing)
        if self._state.settings.of(briefing.server_id).approval:
            base_version, move = await self.base_version(), self._state.briefings.move
            return await move(
                briefing, "waiting", "asked", now, member_id, base_version=base_version, reason=None
            )
        # Whoever posts what somebody else wrote stands behind it as well.
        other_id = member_id if member_id != briefing.author_id else None
        return await self._ready(briefing, "scheduled", member_id, now, approver_id=other_id)

    async def approve(self, briefing: Briefing, member_id: int, now: datetime) -> Briefing:
        """Approve a briefing that waits for it. Raises OwnBriefing."""
        if member_id == briefing.author_id:
            raise OwnBriefing
        await self._require_seen(briefing)
        return await self._ready(briefing, "approved", member_id, now, approver_id=member_id)

    async def send_back(
        self, briefing: Briefing, member_id: int, remark: str, now: datetime
    ) -> Briefing:
        """Give a briefing back to whoever wrote it, with a remark."""
        move = self._state.briefings.move
        return await move(briefing, "draft", "sent-back", now, member_id, remark, reason=None)

    async def cancel(self, briefing: Briefing, member_id: int, now: datetime) -> Briefing:
        """Leave a briefing be, until a moderator takes it up again."""
        move = self._state.briefings.move
        return await move(briefing, "cancelled", "cancelled", now, member_id)

    async def _require_seen(self, briefing: Briefing) -> None:
        if (await self.prepare(briefing)).changed:
            raise UnreviewedChanges

    async def _ready(
        self,
        briefing: Briefing,
        kind: AuditAction,
        member_id: int,
        now: datetime,
        approver_id: int | None = None,
    ) -> Briefing:
        """Have a briefing posted when it is due: at its time, or at once where that is past."""
        # What stopped it before, if anything did, was seen to by whoever says this.
        await self._state.posts.reopen(briefing_slot(briefing, now).post_id)
        when = briefing.plan.when
        return await self._state.briefings.move(
            briefing,
            "ready",
            kind,
            now,
            member_id,
            approver_id=approver_id,
            due_at=max(now, when.at) if when else now,
            base_version=await self.base_version(),
            reason=None,
        )

    async def base_version(self) -> str:
        """The open base's fingerprint; its facts are remembered."""
        store = self._service.store
        await self._state.base_versions.remember(store.fingerprint, await store.versions())
        return store.fingerprint

    async def _seen(self, briefing: Briefing) -> Mapping[str, str] | None:
        """The versions of all facts when the briefing was last looked over; None if forgotten."""
        if not briefing.base_version:
            return {}
        return await self._state.base_versions.facts(briefing.base_version)


class BriefingJob:
    """The briefings that are due, or on their way."""

    def __init__(
        self,
        state: State,
        editor: BriefingEditor,
        outbox: Outbox,
        colleagues: Colleagues,
        tell_audit_entry: TellAuditEntry,
    ) -> None:
        self._state = state
        self._editor = editor
        self._outbox = outbox
        self._colleagues = colleagues
        self._tell_audit_entry = tell_audit_entry

    async def next_due(self) -> Mapping[str, datetime]:
        """When each briefing is due that is to be posted. Raises DatabaseUnavailable."""
        return await self._state.briefings.next_due()

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Post a briefing that is due, or hold it back.

        Raises DatabaseUnavailable, Unauthorized, and DeliveryError where a moderator cannot be
        looked up.
        """
        briefing = await self._state.briefings.get(key)
        if briefing is None or briefing.status not in ("ready", "posting"):
            return Finished(None)
        try:
            return await self._run(briefing, now)
        except EditConflict:
            return Finished(
                None
            )  # changed meanwhile; where it is still to be posted, it comes anew

    async def _run(self, briefing: Briefing, now: datetime) -> Finished | RetryAt:
        target = briefing.plan.target
        assert target, "a briefing without a target is never ready"
        prepared = await self._editor.prepare(briefing)
        trouble = await self._trouble(briefing, target, prepared, now)
        if briefing.status == "ready":
            if trouble:
                await self._hold(briefing, trouble, now)
                return Finished(None)
            # What is sent is what the briefing says: from here on nobody can change it.
            briefing = await self._state.briefings.begin_posting(briefing, now)
        slot = briefing_slot(briefing, now)
        outgoing = OutgoingPost(slot, target, prepared.composed.card, posted_by=briefing.author_id)
        contents = Contents(prepared.composed.facts, None, prepared.base_version)
        # It may have been posted before it came into trouble.
        take = self._outbox.settle if trouble else self._outbox.deliver
        outcome = await take(outgoing, contents)
        if isinstance(outcome, RetryAt):
            return outcome
        await self._conclude(briefing, slot, outcome, trouble, now)
        return Finished(None)

    async def _trouble(
        self, briefing: Briefing, target: Target, prepared: PreparedBriefing, now: datetime
    ) -> Trouble | None:
        """What speaks against posting a briefing now."""
        due_at = briefing.due_at
        if due_at and now - due_at > GRACE:
            return "late"
        if prepared.changed:
            return "changed"
        for member_id in filter(None, (briefing.approver_id, briefing.author_id)):
            if await self._colleagues.may_post(briefing.server_id, member_id, target):
                return None
        return "unattended"

    async def _conclude(
        self,
        briefing: Briefing,
        slot: Slot,
        outcome: Outcome,
        trouble: Trouble | None,
        now: datetime,
    ) -> None:
        match outcome:
            case Blocked(reason):
                await self._hold(briefing, reason, now)
            case Undetermined():
                await self._hold(briefing, "unknown", now)
            case _:
                post = await self._state.posts.get(slot.post_id)
                if post and post.message_ref:
                    await self._move(briefing, "posted", "posted", now, post.message_ref.link)
                else:
                    await self._hold(briefing, trouble or _refusal(post) or "unknown", now)

    async def _hold(self, briefing: Briefing, trouble: Trouble, now: datetime) -> None:
        """Keep a briefing from being posted until a moderator has looked at it."""
        log.warning("briefing held back", server=briefing.server_id, reason=trouble)
        if trouble in ("changed", "unattended"):
            # Whoever looks at it now sees what the base says now.
            base_version = await self._editor.base_version()
            await self._move(briefing, "waiting", "review", now, trouble, base_version=base_version)
        else:
            await self._move(briefing, "blocked", "blocked", now, trouble)
        try:
            await self._colleagues.tell(briefing, trouble)
        except DeliveryError as error:
            log.warning("moderators could not be told", reason=repr(error))

    async def _move(
        self,
        briefing: Briefing,
        status: Status,
        kind: AuditAction,
        now: datetime,
        detail: str,
        **values: Any,
    ) -> None:
        """Note what became of a briefing. Raises EditConflict."""
        reason = None if status == "posted" else detail
        move = self._state.briefings.move
        moved = await move(briefing, status, kind, now, None, detail, reason=reason, **values)
        await self._tell_audit_entry(moved, AuditEntry(now, None, kind, detail))


def _refusal(post: Post | None) -> BlockReason | None:
    """Why Discord refused a post, where it did and the process ended before that was noted."""
    return cast(BlockReason, post.reason) if post and post.status == "failed" else None


def briefing_slot(briefing: Briefing, now: datetime) -> Slot:
    """What the post of a briefing is; its id follows from the briefing alone."""
    target = briefing.plan.target
    channel_id = target.channel_id if target else 0
    due_at = briefing.due_at or now
    return Slot(
        briefing.server_id, "briefing", due_at.date(), due_at, channel_id, briefing.briefing_id
    )
