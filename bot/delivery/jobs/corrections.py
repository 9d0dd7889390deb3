"""Corrections of what was posted: offered to moderators, then posted as they decide.

A post remembers the versions of its facts. If the open base has others, the server's moderators are
offered the correction in their log channel, once for each change; without one, the briefing's
author is notified that it waits. Their decision is stored before it is carried out, so it survives
a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import structlog

from bot.answers.context import AnswerContext
from bot.answers.service import AnswerService
from bot.cards.card import Card
from bot.compose.corrections_since import corrections_since
from bot.delivery.fact_versions import changed_facts, remember_base, seen_facts
from bot.delivery.outbox import Blocked, Outbox, OutgoingPost, RetryAt
from bot.delivery.scheduler import AT_ONCE, Finished
from bot.state.audit_log import AuditEntry
from bot.state.briefing_record import Briefing
from bot.state.corrections import Correction, correction_id
from bot.state.digests import Target
from bot.state.notices import Notice
from bot.state.posts import Contents, Post, PostKind, Slot
from bot.state.state import State
from bot.texts.catalogues import words_in

log = structlog.stdlib.get_logger("factdesk.delivery")


class PendingCorrections:
    """Which corrections the open base calls for, and which open ones it no longer does."""

    def __init__(self, service: AnswerService, state: State) -> None:
        self._service = service
        self._state = state
        self._compared: tuple[str, datetime | None] | None = None
        self.to_offer: dict[str, str] = {}
        """The posts to correct, by the ids of the corrections."""
        self.outdated: set[str] = set()
        """The ids of open corrections that nothing calls for any more."""

    async def refresh(self) -> None:
        """Compare the posts with the base, if either is new. Raises DatabaseUnavailable."""
        store = self._service.store
        base_version = await remember_base(store, self._state)
        # Read first: a base or a post that comes during the comparison is compared next time.
        current = base_version, await self._state.posts.last_sent_at("briefing")
        if self._compared == current:
            return
        changes: dict[str, dict[str, str]] = {}
        for post_id, posted_facts in (await self._state.posts.shown_facts("briefing")).items():
            if changed := await self.undecided(post_id, posted_facts):
                changes[post_id] = changed
        self.to_offer = {
            correction_id(post_id, facts): post_id for post_id, facts in changes.items()
        }
        self.outdated = {
            correction.correction_id
            for correction in await self._state.corrections.list_open()
            if changes.get(correction.post_id) != correction.facts
        }
        self._compared = current

    async def undecided(self, post_id: str, posted_facts: Mapping[str, str]) -> dict[str, str]:
        """The facts that changed since a post, but for changes that moderators decided about."""
        changed = changed_facts(posted_facts, await self._service.store.versions())
        decided = await self._state.corrections.settled_facts(post_id) if changed else {}
        return {key: version for key, version in changed.items() if decided.get(key) != version}


class CorrectionPosts:
    """Makes the cards of corrections, and sends them."""

    def __init__(self, service: AnswerService, state: State, outbox: Outbox[OutgoingPost]) -> None:
        self._service = service
        self._state = state
        self._outbox = outbox

    async def card(self, correction: Correction) -> Card:
        """What changed: each wording before and now, and why. Raises DatabaseUnavailable."""
        briefing = await self._briefing(correction)
        chosen = self._state.settings.of(correction.server_id).language
        language = briefing.plan.text.language if briefing else chosen or "en"
        context = AnswerContext(self._service.store, words_in(language), {})
        posted_facts = await self._posted_facts(correction)
        return await corrections_since(context, await seen_facts(self._state, posted_facts))

    async def offer_card(self, correction: Correction) -> Card:
        """The same under the headline of its post, for moderators. Raises DatabaseUnavailable."""
        briefing = await self._briefing(correction)
        headline = briefing.plan.text.headline if briefing else None
        return replace(await self.card(correction), subtitle=headline)

    async def is_called_for(self, correction: Correction) -> bool:
        """Whether the post still has what was corrected; it may have been edited meanwhile."""
        posted_facts = await self._posted_facts(correction)
        return bool(changed_facts(posted_facts, await self._service.store.versions()))

    async def send(
        self, outgoing: OutgoingPost, correction: Correction, now: datetime
    ) -> Finished | RetryAt:
        """Send an offer or a correction; one that Discord refuses is not tried again.

        Raises DatabaseUnavailable and Unauthorized.
        """
        contents = Contents(correction.facts, None, self._service.store.fingerprint)
        outcome = await self._outbox.deliver(outgoing, contents)
        if isinstance(outcome, RetryAt):
            return outcome
        if isinstance(outcome, Blocked):
            slot = outgoing.slot
            log.warning("a correction is refused", kind=slot.kind, reason=outcome.reason)
            await self._state.posts.end(slot, "failed", outcome.reason, now)
        return Finished(None)

    async def _posted_facts(self, correction: Correction) -> dict[str, str]:
        """The facts of a correction, in the versions that the post has now."""
        posted_facts = await self._state.posts.facts(correction.post_id)
        return {key: posted_facts[key] for key in correction.facts if key in posted_facts}

    async def _briefing(self, correction: Correction) -> Briefing | None:
        post = await self._state.posts.get(correction.post_id)
        return await self._state.briefings.get(post.name or "") if post else None


class OfferJob:
    """Corrections to be offered to moderators, by the ids of the corrections."""

    def __init__(
        self, state: State, pending: PendingCorrections, correction_posts: CorrectionPosts
    ) -> None:
        self._state = state
        self._pending = pending
        self._correction_posts = correction_posts

    async def next_due(self) -> Mapping[str, datetime]:
        """The corrections to offer. Raises DatabaseUnavailable."""
        await self._pending.refresh()
        return dict.fromkeys(self._pending.to_offer, AT_ONCE)

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Store a correction, and show it in the log channel.

        Raises DatabaseUnavailable and Unauthorized.
        """
        post_id = self._pending.to_offer.get(key)
        if post_id is None:
            return Finished(None)
        outcome = await self._offer(post_id, now)
        if isinstance(outcome, Finished):
            self._pending.to_offer.pop(key, None)
        return outcome

    async def _offer(self, post_id: str, now: datetime) -> Finished | RetryAt:
        post = await self._state.posts.get(post_id)
        changed = await self._pending.undecided(post_id, await self._state.posts.facts(post_id))
        if not post or post.status != "sent" or not changed:  # edited or deleted meanwhile
            return Finished(None)
        correction = await self._state.corrections.open_for_post(
            post.server_id, post_id, changed, now
        )
        if correction.status != "open":
            return Finished(None)
        channel_id = self._state.settings.of(post.server_id).log_channel_id
        if channel_id:
            card = await self._correction_posts.offer_card(correction)
            slot = _slot("offer", correction, channel_id)
            outgoing = OutgoingPost(slot, Target(channel_id), card)
            outcome = await self._correction_posts.send(outgoing, correction, now)
            offered = await self._state.posts.get(slot.post_id)
            if isinstance(outcome, RetryAt) or (offered and offered.status == "sent"):
                return outcome
        await self._state.notices.add(_waiting(correction, now))
        return Finished(None)


class CloseJob:
    """Open corrections that nothing calls for any more, by their ids."""

    def __init__(self, state: State, pending: PendingCorrections) -> None:
        self._state = state
        self._pending = pending

    async def next_due(self) -> Mapping[str, datetime]:
        """The corrections to close. Raises DatabaseUnavailable."""
        await self._pending.refresh()
        return dict.fromkeys(self._pending.outdated, AT_ONCE)

    async def run(self, key: str, now: datetime) -> Finished:
        """Close a correction. Raises DatabaseUnavailable."""
        if key in self._pending.outdated:
            await self._state.corrections.supersede(key, now)
            self._pending.outdated.discard(key)
        return Finished(None)


class ReplyJob:
    """Corrections that moderators decided to post, by their ids: each replies to its post."""

    def __init__(self, state: State, correction_posts: CorrectionPosts) -> None:
        self._state = state
        self._correction_posts = correction_posts

    async def next_due(self) -> Mapping[str, datetime]:
        """The corrections to post. Raises DatabaseUnavailable."""
        unposted = await self._state.corrections.unposted()
        return {correction.correction_id: AT_ONCE for correction in unposted}

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Post a correction. Raises DatabaseUnavailable and Unauthorized."""
        correction = await self._state.corrections.get(key)
        post = await self._state.posts.get(correction.post_id) if correction else None
        if not correction or not post or correction.status != "posted" or not post.message_ref:
            return Finished(None)
        slot = _slot("correction", correction, post.message_ref.channel_id)
        if post.status != "sent" or not await self._correction_posts.is_called_for(correction):
            await self._state.posts.reopen(slot.post_id)  # it may have failed before
            await self._state.posts.end(slot, "skipped", "needless", now)
            return Finished(None)
        card = await self._correction_posts.card(correction)
        reply_to = post.message_ref.message_id
        outgoing = OutgoingPost(slot, Target(slot.channel_id), card, reply_to=reply_to)
        outcome = await self._correction_posts.send(outgoing, correction, now)
        if isinstance(outcome, Finished):
            await self._reopen_if_failed(correction, post, slot, now)
        return outcome

    async def _reopen_if_failed(
        self, correction: Correction, post: Post, slot: Slot, now: datetime
    ) -> None:
        """Offer a correction to the moderators again if it could not be posted."""
        reply = await self._state.posts.get(slot.post_id)
        briefing = await self._state.briefings.get(post.name or "")
        if not reply or reply.status == "sent" or not briefing:
            return
        problem = "unknown" if reply.status == "unknown" else "refused"
        entry = AuditEntry(now, None, "uncorrected", problem)
        await self._state.corrections.reopen(correction.correction_id, briefing.briefing_id, entry)


def _waiting(correction: Correction, now: datetime) -> Notice:
    """The notice that a correction waits which no log channel shows; the same each time."""
    key = correction.correction_id
    return Notice(correction.server_id, "correction", now, about=key, notice_id=key[:16])


def _slot(kind: PostKind, correction: Correction, channel_id: int) -> Slot:
    found_at, name = correction.found_at, correction.correction_id
    return Slot(correction.server_id, kind, found_at.date(), found_at, channel_id, name)
