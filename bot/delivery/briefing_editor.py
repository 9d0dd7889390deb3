"""Moderators' briefings from the first draft until they are ready to be posted.

Moderators answer for what they saw. A step that lets a briefing be posted therefore takes it as it
was prepared and shown, and records the base that it was prepared from as the one reviewed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Protocol

from bot.answers.service import AnswerService
from bot.compose.briefing import BriefingDraft, ComposedBriefing, Subject, compose
from bot.delivery.fact_versions import remember_base
from bot.delivery.recurrence import UnknownZone, open_zone
from bot.facts.store import Store
from bot.state.audit_log import AuditAction
from bot.state.briefing_plan import BriefingPlan
from bot.state.briefing_record import Briefing
from bot.state.briefings import signer
from bot.state.posts import Post, Slot
from bot.state.state import State
from bot.texts.catalogues import words_in


class MemberNames(Protocol):
    """Looks up what members are called."""

    async def name(self, server_id: int, member_id: int) -> str:
        """What a member is called in a server. Raises DeliveryError."""
        ...


@dataclass(frozen=True)
class BaseSnapshot:
    """An open base with the versions of all its facts; another base may be opened at any time."""

    store: Store
    versions: Mapping[str, str]


@dataclass(frozen=True)
class PreparedBriefing:
    """A briefing as it would be posted now.

    `changed` are the keys of the facts that changed since a moderator last reviewed it.
    """

    briefing: Briefing
    composed: ComposedBriefing
    changed: tuple[str, ...]
    base: BaseSnapshot

    @property
    def base_version(self) -> str:
        """The fingerprint of the base that it was prepared from."""
        return self.base.store.fingerprint


class OwnBriefing(Exception):
    """A member tried to approve what they wrote, or changed last."""


class UnreviewedChanges(Exception):
    """Facts in the briefing changed since a moderator last reviewed it."""


class BriefingEditor:
    """Takes briefings from draft to ready, and prepares them for a look or for posting.

    Every method that changes a briefing raises DatabaseUnavailable, and EditConflict if someone
    else has changed it. `submit` and `approve` raise UnreviewedChanges if the briefing would say
    what no moderator has seen.
    """

    def __init__(self, service: AnswerService, state: State, names: MemberNames) -> None:
        self._service = service
        self._state = state
        self._names = names

    async def prepare(self, briefing: Briefing) -> PreparedBriefing:
        """The briefing as it would be posted now. Raises DatabaseUnavailable and DeliveryError."""
        base = await self._open_base()
        composed = await self._compose(base, briefing.plan, briefing.server_id, briefing.author_id)
        return await self._prepared(briefing, composed, base)

    async def begin(
        self, server_id: int, plan: BriefingPlan, member_id: int, now: datetime
    ) -> PreparedBriefing:
        """Start a draft. Raises DeliveryError before anything is changed."""
        base = await self._open_base()
        composed = await self._compose(base, plan, server_id, member_id)
        base_version = await self.remember(base)
        briefing = await self._state.briefings.begin(server_id, plan, base_version, member_id, now)
        return PreparedBriefing(briefing, composed, (), base)

    async def rewrite(
        self, old: Briefing, plan: BriefingPlan, member_id: int, now: datetime
    ) -> PreparedBriefing:
        """Change what is not posted yet; it is a draft again.

        Raises DeliveryError before anything is changed.
        """
        base = await self._open_base()
        composed = await self._compose(base, plan, old.server_id, signer(old, plan, member_id))
        if old.base_version and await self._changed(old, base):
            base_version = old.base_version  # an edit is no review of what changed meanwhile
        else:
            base_version = await self.remember(base)
        new = await self._state.briefings.rewrite(old, plan, base_version, member_id, now)
        return await self._prepared(new, composed, base)

    async def submit(
        self, prepared: PreparedBriefing, member_id: int, now: datetime
    ) -> PreparedBriefing:
        """Ask for approval if the server wants one; otherwise have it posted when it is due."""
        briefing = prepared.briefing
        _require_reviewed(prepared)
        if not self._state.settings.of(briefing.server_id).approval:
            return await self._make_ready(prepared, "scheduled", member_id, now, None)
        new = await self._state.briefings.move(
            briefing,
            "waiting",
            "asked",
            now,
            member_id,
            base_version=await self.remember(prepared.base),
            reason=None,
        )
        return replace(prepared, briefing=new)

    async def approve(
        self, prepared: PreparedBriefing, member_id: int, now: datetime
    ) -> PreparedBriefing:
        """Approve a briefing that waits for it. Raises OwnBriefing."""
        _require_other(prepared.briefing, member_id)
        _require_reviewed(prepared)
        return await self._make_ready(prepared, "approved", member_id, now, member_id)

    async def mark_reviewed(self, prepared: PreparedBriefing, now: datetime) -> PreparedBriefing:
        """Note that a moderator sees the briefing as it was prepared."""
        base_version = await self.remember(prepared.base)
        new = await self._state.briefings.mark_reviewed(prepared.briefing, base_version, now)
        return replace(prepared, briefing=new)

    async def send_back(
        self, briefing: Briefing, member_id: int, remark: str, now: datetime
    ) -> Briefing:
        """Return a briefing to its author, with a remark."""
        return await self._state.briefings.move(
            briefing, "draft", "sent-back", now, member_id, remark, reason=None
        )

    async def take_back(self, briefing: Briefing, member_id: int, now: datetime) -> Briefing:
        """Make a briefing that waits, is ready or is cancelled a draft again."""
        return await self._state.briefings.move(
            briefing,
            "draft",
            "unscheduled",
            now,
            member_id,
            approver_id=None,
            due_at=None,
            reason=None,
        )

    async def cancel(self, briefing: Briefing, member_id: int, now: datetime) -> Briefing:
        """Cancel a briefing; a moderator can take it back."""
        return await self._state.briefings.move(briefing, "cancelled", "cancelled", now, member_id)

    async def edit_post(
        self, old: Briefing, plan: BriefingPlan, member_id: int, now: datetime
    ) -> Briefing:
        """Have a post edited, or propose the edit if another moderator must approve it.

        Whatever was approved once is not changed by one member alone.
        """
        approval = self._state.settings.of(old.server_id).approval
        if approval or old.approver_id:
            return await self._state.post_edits.propose(old, plan, member_id, now)
        return await self._state.post_edits.make(old, plan, member_id, now)

    async def approve_edit(self, briefing: Briefing, member_id: int, now: datetime) -> Briefing:
        """Have a post edited as another member proposed. Raises OwnBriefing."""
        _require_other(briefing, member_id)
        return await self._state.post_edits.approve(briefing, member_id, now)

    async def remember(self, base: BaseSnapshot) -> str:
        """Store a base's fact versions, to find later what changed; returns its fingerprint."""
        return await remember_base(base.store, self._state)

    def day(self, briefing: Briefing, at: datetime) -> date:
        """The local day of an instant, in the briefing's time zone or else in its server's."""
        settings, when = self._state.settings.of(briefing.server_id), briefing.plan.when
        try:
            zone: tzinfo = open_zone((when.zone if when else settings.zone) or "UTC")
        except UnknownZone:  # it is no longer in the time zone database
            zone = UTC
        return at.astimezone(zone).date()

    async def _open_base(self) -> BaseSnapshot:
        store = self._service.store
        return BaseSnapshot(store, await store.versions())

    async def _compose(
        self, base: BaseSnapshot, plan: BriefingPlan, server_id: int, author_id: int
    ) -> ComposedBriefing:
        """What a plan says, its remarks signed by the author."""
        text = plan.text
        return await compose(
            base.store,
            words_in(text.language),
            Subject(text.thing, text.first, text.last),
            BriefingDraft(text.headline, text.facts),
            text.remarks,
            await self._names.name(server_id, author_id),
        )

    async def _prepared(
        self, briefing: Briefing, composed: ComposedBriefing, base: BaseSnapshot
    ) -> PreparedBriefing:
        changed = await self._changed(briefing, base)
        return PreparedBriefing(briefing, composed, tuple(sorted(changed)), base)

    async def _changed(self, briefing: Briefing, base: BaseSnapshot) -> set[str]:
        """The chosen facts that are not as they were when a moderator last saw them."""
        chosen = set(briefing.plan.text.facts)
        if not briefing.base_version:
            return set()
        seen = await self._state.base_versions.facts(briefing.base_version)
        if seen is None:  # that base is forgotten, so any fact may have changed
            return chosen
        return {key for key in chosen if key in seen and seen[key] != base.versions.get(key)}

    async def _make_ready(
        self,
        prepared: PreparedBriefing,
        kind: AuditAction,
        member_id: int,
        now: datetime,
        approver_id: int | None,
    ) -> PreparedBriefing:
        """Have a briefing posted at its time, or at once if that is past."""
        briefing, when = prepared.briefing, prepared.briefing.plan.when
        # A moderator who says so has dealt with whatever stopped the post before.
        await self._state.posts.reopen(briefing_slot(briefing, now).post_id)
        new = await self._state.briefings.move(
            briefing,
            "ready",
            kind,
            now,
            member_id,
            approver_id=approver_id,
            due_at=max(now, when.at) if when else now,
            base_version=await self.remember(prepared.base),
            reason=None,
        )
        return replace(prepared, briefing=new)


def _require_other(briefing: Briefing, member_id: int) -> None:
    if not briefing.may_be_approved_by(member_id):
        raise OwnBriefing


def _require_reviewed(prepared: PreparedBriefing) -> None:
    if prepared.changed:
        raise UnreviewedChanges


def briefing_slot(briefing: Briefing, now: datetime) -> Slot:
    """The slot of a briefing's post; its id depends on the briefing alone."""
    target = briefing.plan.target
    channel_id = target.channel_id if target else 0
    due_at = briefing.due_at or now
    return Slot(
        briefing.server_id, "briefing", due_at.date(), due_at, channel_id, briefing.briefing_id
    )


async def briefing_post(state: State, briefing: Briefing) -> Post | None:
    """The post of a briefing, whatever became of it. Raises DatabaseUnavailable."""
    any_time = datetime.fromtimestamp(0, UTC)  # the id does not depend on it
    return await state.posts.get(briefing_slot(briefing, any_time).post_id)
