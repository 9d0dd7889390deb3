"""Posts servers' digests when they are due: once a local day, and never twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, Protocol, cast

import structlog

from bot.answers.service import AnswerService
from bot.cards.card import Card
from bot.compose.digest import DigestHistory, compose
from bot.compose.digest_run import DigestReader
from bot.delivery.fact_versions import changed_facts, remember_base, seen_facts
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
    Occurrence,
    Recurrence,
    UnknownZone,
    find_due,
    next_occurrence,
    open_zone,
)
from bot.delivery.scheduler import Finished
from bot.facts.shown import ShownFact
from bot.facts.store import Store
from bot.state.digests import BlockReason, DigestConfig, Schedule
from bot.state.notices import Notice
from bot.state.posts import Contents, Slot
from bot.state.state import State
from bot.texts.catalogues import Words, words

log = structlog.stdlib.get_logger("factdesk.delivery")

DigestProblem = BlockReason | Literal["unknown"]
"""Why a digest is stopped, or that it is unknown whether one was posted."""


@dataclass(frozen=True)
class Lateness:
    """How late a digest may be posted, and how late it is marked as late."""

    grace: timedelta = timedelta(hours=6)
    late: timedelta = timedelta(minutes=10)


@dataclass(frozen=True)
class DigestDraft:
    """A digest to be sent. `worth_posting` is false if nothing happened on its day."""

    card: Card
    contents: Contents
    worth_posting: bool


class Composer(Protocol):
    """Makes the digest of a local day, marked if it is late."""

    async def __call__(self, schedule: Schedule, day: date, is_late: bool) -> DigestDraft:
        """The draft. Raises DatabaseUnavailable."""
        ...


def recurrence(config: DigestConfig) -> Recurrence:
    """When a digest is due."""
    return Recurrence(config.at, config.zone, config.weekdays)


class DigestComposer:
    """Composes digests from the open base and from what each server's earlier ones said."""

    def __init__(self, service: AnswerService, state: State) -> None:
        self._service = service
        self._state = state

    async def __call__(self, schedule: Schedule, day: date, is_late: bool) -> DigestDraft:
        """The digest of a server's local day. Raises DatabaseUnavailable."""
        store = self._service.store
        await remember_base(store, self._state)
        reader, history = self.reader(schedule), await self.history(schedule)
        digest = await compose(store, reader.words, day, history, reader.topics, reader.is_weekly)
        return DigestDraft(
            card=_marked_late(digest.card, schedule, reader.words) if is_late else digest.card,
            contents=Contents(digest.facts, digest.story, store.fingerprint),
            worth_posting=digest.worth_posting,
        )

    def language(self, schedule: Schedule) -> str:
        """The language that the server chose, or else the one it had on Discord at set-up."""
        return self._state.settings.of(schedule.server_id).language or schedule.config.language

    def reader(self, schedule: Schedule) -> DigestReader:
        """In which language, about what and how often a server reads its digest."""
        config = schedule.config
        is_weekly = len(config.weekdays) == 1
        return DigestReader(words(self.language(schedule)), config.topics, is_weekly)

    async def history(self, schedule: Schedule) -> DigestHistory:
        """What a server has seen in earlier digests. Raises DatabaseUnavailable."""
        base_version = schedule.last_base_version
        seen = await self._state.base_versions.facts(base_version) if base_version else None
        return DigestHistory(
            last_day=schedule.last_day,
            versions=seen,
            shown=await self._shown_before(self._service.store, seen or {}),
            stories=await self._state.posts.stories(schedule.server_id),
        )

    async def _shown_before(self, store: Store, seen: Mapping[str, str]) -> dict[str, ShownFact]:
        """What the facts that changed since showed before, as far as it is known."""
        changed = changed_facts(seen, await store.versions())
        before = await seen_facts(self._state, {key: seen[key] for key in changed})
        return {key: fact.shown for key, fact in before.items() if fact.shown}


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
            return Finished(None)
        try:
            due = find_due(recurrence(schedule.config), schedule.next_day, now)
        except UnknownZone:
            return await self._pause(schedule, "no-zone")
        if due.skipped:
            log.warning("digests skipped: too late", server=key, count=due.skipped)
        if due.latest is None:  # the zone's rules have changed since the instant was worked out
            return await self._advance(schedule, schedule.next_day, due.next)
        outcome = await self._post(schedule, due.latest, now)
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
        outcome = await self._deliver(schedule, Occurrence(now, day), draft)
        if not isinstance(outcome, RetryAt):
            following = next_occurrence(recurrence(schedule.config), now, day)
            await self._conclude(schedule, outcome, day, following)
        return outcome

    async def _post(self, schedule: Schedule, occurrence: Occurrence, now: datetime) -> Outcome:
        lateness = now - occurrence.instant
        draft = await self._compose(schedule, occurrence.day, lateness > self._lateness.late)
        if lateness > self._lateness.grace:
            log.warning(
                "digest skipped: too late", server=schedule.server_id, day=str(occurrence.day)
            )
            return await self._outbox.settle(_outgoing(schedule, occurrence, draft), draft.contents)
        if await self._skip_if_empty(schedule, occurrence, draft):
            return NothingToSend()
        return await self._deliver(schedule, occurrence, draft)

    async def _skip_if_empty(
        self, schedule: Schedule, occurrence: Occurrence, draft: DigestDraft
    ) -> bool:
        """If there is nothing to post, and no lease to finish, record that; returns whether so."""
        tells = draft.contents.story and schedule.config.when_empty == "story"
        if draft.worth_posting or tells:
            return False
        slot = _slot(schedule, occurrence)
        if await self._state.posts.get(slot.post_id):
            return False
        await self._state.posts.end(slot, "skipped", "empty", self._clock())
        return True

    async def _deliver(
        self, schedule: Schedule, occurrence: Occurrence, draft: DigestDraft
    ) -> Outcome:
        return await self._outbox.deliver(_outgoing(schedule, occurrence, draft), draft.contents)

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
                return await self._advance(schedule, day, following)
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
        await self._state.digests.advance(
            schedule.server_id, day, following.instant, following.day, warning
        )
        return Finished(following.instant)

    async def _pause(self, schedule: Schedule, reason: BlockReason) -> Finished:
        log.warning("digest paused", server=schedule.server_id, reason=reason)
        now = self._clock()
        await self._state.digests.stop(schedule.server_id, reason, schedule.config, now)
        return Finished(None)


def _outgoing(schedule: Schedule, occurrence: Occurrence, draft: DigestDraft) -> OutgoingPost:
    return OutgoingPost(_slot(schedule, occurrence), schedule.config.target, draft.card)


def _slot(schedule: Schedule, occurrence: Occurrence) -> Slot:
    return Slot(
        schedule.server_id,
        "digest",
        occurrence.day,
        occurrence.instant,
        schedule.config.target.channel_id,
    )


def _marked_late(card: Card, schedule: Schedule, words: Words) -> Card:
    note = words("digest.late", time=f"{schedule.config.at:%H:%M}", zone=schedule.config.zone)
    return replace(card, subtitle=" · ".join(filter(None, [card.subtitle, note])))
