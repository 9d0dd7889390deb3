"""Posts servers' digests when they are due: once a local day, and never twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol, cast

import structlog

from bot.delivery.digest_composer import DigestDraft
from bot.delivery.outbox import (
    Blocked,
    Clock,
    Delivered,
    NothingToSend,
    Outbox,
    Outcome,
    OutgoingPost,
    RetryAt,
    Undetermined,
)
from bot.delivery.recurrence import (
    Recurrence,
    UnknownZone,
    find_due,
    next_occurrence,
    open_zone,
)
from bot.delivery.scheduler import Finished
from bot.state.digest_progress import Occurrence
from bot.state.digests import BlockReason, DigestConfig, Schedule
from bot.state.notices import Notice
from bot.state.posts import Slot
from bot.state.state import State

log = structlog.stdlib.get_logger("factdesk.delivery")

DigestProblem = BlockReason | Literal["unknown"]
"""Why a digest is stopped, or that it is unknown whether one was posted."""


@dataclass(frozen=True)
class Lateness:
    """How late a digest may be posted, and how late it is marked as late."""

    grace: timedelta = timedelta(hours=6)
    late: timedelta = timedelta(minutes=10)


class Composer(Protocol):
    """Makes the digest of a local day, marked if it is late."""

    async def __call__(self, schedule: Schedule, day: date, is_late: bool) -> DigestDraft:
        """The draft. Raises DatabaseUnavailable."""
        ...


def recurrence(config: DigestConfig) -> Recurrence:
    """When a digest is due."""
    return Recurrence(config.at, config.zone, config.weekdays)


class DigestJob:
    """The digests, one a server, by the server's id."""

    def __init__(
        self,
        state: State,
        compose: Composer,
        outbox: Outbox[OutgoingPost],
        clock: Clock,
        lateness: Lateness = Lateness(),
    ) -> None:
        self._state = state
        self._compose = compose
        self._outbox = outbox
        self._clock = clock
        self._lateness = lateness

    async def next_due(self) -> Mapping[str, datetime]:
        """When each server's digest is due next. Raises DatabaseUnavailable."""
        next_due = await self._state.digests.next_due()
        return {str(server_id): at for server_id, at in next_due.items()}

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Post a server's digest if it is due. Raises DatabaseUnavailable and Unauthorized."""
        schedule = await self._state.digests.get(int(key))
        if not schedule or not schedule.next_at or not schedule.next_day:
            return _finished(None)
        try:
            due = find_due(recurrence(schedule.config), schedule.next_day, now)
        except UnknownZone:
            return await self._pause(schedule, "no-zone")
        if due.skipped:
            log.warning("digests skipped: too late", server=key, count=due.skipped)
        if due.latest is None:  # the zone's rules have changed since the instant was worked out
            return await self._advance(schedule, schedule.next_day, due.next)
        outcome = await self._post(schedule, due.latest, due.next, now)
        return await self._conclude(schedule, outcome, due.latest.day, due.next)

    async def post_now(self, server_id: int) -> Outcome:
        """Post the digest of a server's current day before its time.

        Raises DatabaseUnavailable, Unauthorized and UnknownZone.
        """
        schedule = await self._state.digests.get(server_id)
        assert schedule, "only a digest that was set up can be posted"
        now = self._clock()
        day = now.astimezone(open_zone(schedule.config.zone)).date()
        draft = await self._compose(schedule, day, is_late=False)
        following = next_occurrence(recurrence(schedule.config), now, day)
        outgoing = _outgoing(schedule, Occurrence(now, day), following, draft)
        outcome = await self._outbox.deliver(outgoing, draft.contents)
        if not isinstance(outcome, RetryAt):
            await self._conclude(schedule, outcome, day, following)
        return outcome

    async def _post(
        self, schedule: Schedule, occurrence: Occurrence, following: Occurrence, now: datetime
    ) -> Outcome:
        lateness = now - occurrence.instant
        draft = await self._compose(schedule, occurrence.day, lateness > self._lateness.late)
        outgoing = _outgoing(schedule, occurrence, following, draft)
        if lateness > self._lateness.grace:
            log.warning(
                "digest skipped: too late", server=schedule.server_id, day=str(occurrence.day)
            )
            return await self._outbox.finish_unsent(outgoing, draft.contents)
        if await self._skip_if_empty(schedule, occurrence, draft):
            return NothingToSend()
        return await self._outbox.deliver(outgoing, draft.contents)

    async def _skip_if_empty(
        self, schedule: Schedule, occurrence: Occurrence, draft: DigestDraft
    ) -> bool:
        """If there is nothing to post, and no lease to finish, record that; returns whether so."""
        if draft.is_posted(schedule.config.when_empty):
            return False
        slot = _slot(schedule, occurrence)
        if await self._state.posts.get(slot.post_id):
            return False
        await self._state.posts.end(slot, "skipped", "empty", self._clock())
        return True

    async def _conclude(
        self, schedule: Schedule, outcome: Outcome, day: date, following: Occurrence
    ) -> Finished | RetryAt:
        match outcome:
            case RetryAt():
                return outcome
            case Blocked(reason):
                return await self._pause(schedule, reason)
            case Delivered():
                log.info("digest posted", server=schedule.server_id, day=str(day))
                return _finished(following.instant)
            case NothingToSend() | Undetermined():
                return await self._conclude_ended(schedule, day, following)

    async def _conclude_ended(
        self, schedule: Schedule, day: date, following: Occurrence
    ) -> Finished:
        """Conclude a day whose post ended, maybe in a process that died before it got this far."""
        last = await self._state.posts.last_digest(schedule.server_id)
        status = last.status if last and last.day == day else None
        is_open = schedule.next_day is not None and schedule.next_day <= day
        if last and status == "failed" and is_open:
            return await self._pause(schedule, cast(BlockReason, last.reason))
        warning = None
        if status == "unknown":
            warning = Notice(schedule.server_id, "digest", self._clock(), detail="unknown")
        return await self._advance(schedule, day, following, warning)

    async def _advance(
        self, schedule: Schedule, day: date, following: Occurrence, warning: Notice | None = None
    ) -> Finished:
        await self._state.digests.advance(schedule.server_id, day, following, warning)
        return _finished(following.instant)

    async def _pause(self, schedule: Schedule, reason: BlockReason) -> Finished:
        log.warning("digest paused", server=schedule.server_id, reason=reason)
        now = self._clock()
        await self._state.digests.pause_and_warn(schedule.server_id, reason, schedule.config, now)
        return _finished(None)


def _finished(next_at: datetime | None) -> Finished:
    # To read the state again after each of thousands of digests would take up a busy minute.
    return Finished(next_at, makes_others_due=False)


def _outgoing(
    schedule: Schedule, occurrence: Occurrence, following: Occurrence, draft: DigestDraft
) -> OutgoingPost:
    slot, target = _slot(schedule, occurrence), schedule.config.target
    return OutgoingPost(slot, target, draft.card, following=following)


def _slot(schedule: Schedule, occurrence: Occurrence) -> Slot:
    return Slot(
        schedule.server_id,
        "digest",
        occurrence.day,
        occurrence.instant,
        schedule.config.target.channel_id,
    )
