"""Corrections that reach what was posted: offered to moderators, then posted or edited as they say.

A post remembers the versions of its facts. Where the open base has others, its server's moderators
are offered the correction in their log channel, once for each change. What they decide is kept
before it is carried out, so it outlives the process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

import structlog

from bot.answers.context import AnswerContext
from bot.answers.service import AnswerService
from bot.cards.card import Card
from bot.cards.wording import day_words
from bot.compose.corrections_since import corrections_since
from bot.delivery.briefing_editor import BriefingEditor, briefing_slot
from bot.delivery.delivery_errors import Refused, Throttled
from bot.delivery.jobs.briefings import TellAuditEntry
from bot.delivery.outbox import Blocked, Outbox, OutgoingPost, RetryAt
from bot.delivery.scheduler import Finished
from bot.state.audit_log import AuditEntry
from bot.state.briefings import Briefing
from bot.state.corrections import Correction, correction_id
from bot.state.digests import Target
from bot.state.posts import Contents, Kind, MessageRef, Post, Slot
from bot.state.state import State
from bot.texts.catalogues import words as words_of

log = structlog.stdlib.get_logger("factdesk.delivery")


class Editor(Protocol):
    """ChangeFeed what was posted; may raise what `outcomes` names."""

    async def edit(self, message_ref: MessageRef, outgoing: OutgoingPost) -> None:
        """Make a post say what the parcel says."""
        ...


class CorrectionJob:
    """Corrections to be offered to moderators, and those that they had posted."""

    def __init__(
        self, service: AnswerService, state: State, outbox: Outbox, tell_audit_entry: TellAuditEntry
    ) -> None:
        self._service = service
        self._state = state
        self._outbox = outbox
        self._tell_audit_entry = tell_audit_entry
        self._looked_at: tuple[str, datetime | None] | None = None
        self._to_offer: dict[str, str] = {}  # the posts, by the ids of their corrections
        self._needless: set[str] = set()

    async def next_due(self) -> Mapping[str, datetime]:
        """The ids of corrections to be offered, posted or closed, at once.

        Raises DatabaseUnavailable.
        """
        # What is opened or posted while it looks is looked at next.
        present = self._service.store.fingerprint, await self._state.posts.last_sent_at("briefing")
        if self._looked_at != present:
            await self._look()
            self._looked_at = present
        unsaid = [found.correction_id for found in await self._state.corrections.unposted()]
        return dict.fromkeys((*self._to_offer, *self._needless, *unsaid), _LONG_AGO)

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Offer a correction, or post one. Raises DatabaseUnavailable and Unauthorized."""
        if key in self._to_offer:
            return await self._offer(key, self._to_offer[key], now)
        if key in self._needless:
            await self._state.corrections.supersede(key, now)
            self._needless.discard(key)
            return Finished(None)
        correction = await self._state.corrections.get(key)
        post = await self._state.posts.get(correction.post_id) if correction else None
        if not correction or not post or correction.status != "posted" or not post.message_ref:
            return Finished(None)
        target = Target(post.message_ref.channel_id)
        slot = _slot("correction", correction, target)
        if post.status != "sent" or not await self._is_called_for(correction):
            await self._state.posts.reopen(slot.post_id)  # whatever had become of it
            await self._state.posts.end(slot, "skipped", "needless", now)
            return Finished(None)
        outcome = await self._deliver(slot, correction, target, now, post.message_ref.message_id)
        if isinstance(outcome, RetryAt):
            return outcome
        await self._conclude(correction, post, slot, now)
        return Finished(None)

    async def _look(self) -> None:
        """Find the posts that call for a correction, and open corrections called for no more."""
        self._to_offer = {}
        for post_id, told in (await self._state.posts.shown_facts("briefing")).items():
            if changed := await self._undecided(post_id, told):
                self._to_offer[correction_id(post_id, changed)] = post_id
        is_open = {found.correction_id for found in await self._state.corrections.open()}
        self._needless = is_open - self._to_offer.keys()

    async def _undecided(self, post_id: str, told: Mapping[str, str]) -> dict[str, str]:
        """What the open base has otherwise than a post, but for what moderators settled."""
        changed = changed_facts(told, await self._service.store.versions())
        decided = await self._state.corrections.settled_facts(post_id) if changed else {}
        return {key: version for key, version in changed.items() if decided.get(key) != version}

    async def _offer(self, key: str, post_id: str, now: datetime) -> Finished | RetryAt:
        """Keep a correction for the moderators, and show it in their log channel."""
        post = await self._state.posts.get(post_id)
        told = await self._state.posts.facts(post_id)
        changed = await self._undecided(post_id, told)
        if post and post.status == "sent" and changed:  # else it was edited or deleted meanwhile
            find = self._state.corrections.find
            correction = await find(post.server_id, post_id, changed, now)
            channel_id = self._state.settings.of(post.server_id).log_channel_id
            if correction.status == "open" and channel_id:
                target = Target(channel_id)
                slot = _slot("offer", correction, target)
                outcome = await self._deliver(slot, correction, target, now)
                if isinstance(outcome, RetryAt):
                    return outcome
        self._to_offer.pop(key, None)
        return Finished(None)

    async def _is_called_for(self, correction: Correction) -> bool:
        """Whether the post still tells what was corrected: it may have been edited meanwhile."""
        told = await self._told(correction)
        return bool(changed_facts(told, await self._service.store.versions()))

    async def _told(self, correction: Correction) -> dict[str, str]:
        """The facts of a correction in the versions that the post tells now."""
        told = await self._state.posts.facts(correction.post_id)
        return {key: told[key] for key in correction.facts if key in told}

    async def _conclude(
        self, correction: Correction, post: Post, slot: Slot, now: datetime
    ) -> None:
        """Give a correction back to the moderators where it did not come to be posted."""
        reply = await self._state.posts.get(slot.post_id)
        briefing = await self._state.briefings.get(post.name or "")
        if not reply or reply.status == "sent" or not briefing:
            return
        trouble = "unknown" if reply.status == "unknown" else "refused"
        entry = AuditEntry(now, None, "uncorrected", trouble)
        reopen = self._state.corrections.reopen
        if await reopen(correction.correction_id, briefing.briefing_id, entry):
            await self._tell_audit_entry(briefing, entry)

    async def _deliver(
        self,
        slot: Slot,
        correction: Correction,
        target: Target,
        now: datetime,
        reply_to: int | None = None,
    ) -> Finished | RetryAt:
        """Send an offer or a correction. One that Discord refuses is not tried again and again."""
        contents = Contents(correction.facts, None, self._service.store.fingerprint)
        card = await self.card(correction)
        if slot.kind == "offer":
            card = replace(card, subtitle=await self._headline(correction))
        outgoing = OutgoingPost(slot, target, card, reply_to=reply_to)
        outcome = await self._outbox.deliver(outgoing, contents)
        if isinstance(outcome, RetryAt):
            return outcome
        if isinstance(outcome, Blocked):
            log.warning("a correction is refused", kind=slot.kind, reason=outcome.reason)
            await self._state.posts.end(slot, "failed", outcome.reason, now)
        return Finished(None)

    async def _headline(self, correction: Correction) -> str | None:
        """What the post is headed by that calls for a correction."""
        briefing = await self._briefing(correction)
        return briefing.plan.text.headline if briefing else None

    async def card(self, correction: Correction) -> Card:
        """What was changed: each wording before and now, and why. Raises DatabaseUnavailable."""
        language = await self._language(correction)
        context = AnswerContext(self._service.store, words_of(language), {})
        return await corrections_since(context, await self._told(correction))

    async def _language(self, correction: Correction) -> str:
        briefing = await self._briefing(correction)
        chosen = self._state.settings.of(correction.server_id).language
        return briefing.plan.text.language if briefing else chosen or "en"

    async def _briefing(self, correction: Correction) -> Briefing | None:
        post = await self._state.posts.get(correction.post_id)
        return await self._state.briefings.get(post.name or "") if post else None


class EditJob:
    """Posts of briefings that are to be edited: Discord limits how often old ones may be."""

    def __init__(
        self,
        service: AnswerService,
        state: State,
        editor: BriefingEditor,
        messages: Editor,
        tell_audit_entry: TellAuditEntry,
    ) -> None:
        self._service = service
        self._state = state
        self._editor = editor
        self._messages = messages
        self._tell_audit_entry = tell_audit_entry

    async def next_due(self) -> Mapping[str, datetime]:
        """The briefings whose posts are to be edited. Raises DatabaseUnavailable."""
        return await self._state.briefings.edits()

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Make a post say what its briefing says now.

        Raises DatabaseUnavailable and DeliveryError.
        """
        briefing = await self._state.briefings.get(key)
        if not briefing or not briefing.edit_at:
            return Finished(None)
        post = await posted(self._state, briefing)
        target = briefing.plan.target
        if post and post.status == "sent" and post.message_ref and target:
            prepared = await self._editor.prepare(briefing)
            told = await self._state.posts.facts(post.post_id)
            # Whatever the edit is made for: it brings what the base says now.
            changed = changed_facts(told, await self._service.store.versions())
            last = self._state.corrections.corrected_at
            corrected_at = now if changed else await last(post.post_id)
            card = self._marked(prepared.composed.card, briefing, corrected_at)
            outgoing = OutgoingPost(briefing_slot(briefing, now), target, card, briefing.author_id)
            try:
                await self._messages.edit(post.message_ref, outgoing)
            except Throttled as error:
                return RetryAt(now + error.wait)
            except Refused as error:
                log.warning("a post cannot be edited", post=post.post_id, reason=error.reason)
                await self._state.corrections.reopen_edited(post.post_id, briefing.edit_at)
                entry = AuditEntry(now, None, "unedited", error.reason)
                await self._state.briefings.add_audit_entry(briefing.briefing_id, entry)
                await self._tell_audit_entry(briefing, entry)
            else:
                if changed:
                    note = self._state.corrections.record_edit
                    await note(post.server_id, post.post_id, changed, now)
                contents = Contents(prepared.composed.facts, None, prepared.base_version)
                await self._state.posts.replace_facts(post.post_id, contents)
        await self._state.briefings.end_edit(briefing, now)
        return Finished(None)

    def _marked(self, card: Card, briefing: Briefing, corrected_at: datetime | None) -> Card:
        """The card, marked with the day on which it was corrected, if it was."""
        if corrected_at is None:
            return card
        words = words_of(card.language)
        day = self._editor.day(briefing, corrected_at)
        note = words("briefing.corrected", date=day_words(day, words))
        return replace(card, subtitle=" · ".join(filter(None, [card.subtitle, note])))


def _slot(kind: Kind, correction: Correction, target: Target) -> Slot:
    found_at, name = correction.found_at, correction.correction_id
    return Slot(correction.server_id, kind, found_at.date(), found_at, target.channel_id, name)


async def posted(state: State, briefing: Briefing) -> Post | None:
    """The post of a briefing, whatever became of it. Raises DatabaseUnavailable."""
    return await state.posts.get(briefing_slot(briefing, _LONG_AGO).post_id)


def changed_facts(told: Mapping[str, str], present: Mapping[str, str]) -> dict[str, str]:
    """Those of the told facts that the base has otherwise now, in their present version.

    One that is in the base no more is left out: nothing can be said in its place.
    """
    return {
        key: present[key]
        for key, version in told.items()
        if key in present and present[key] != version
    }


_LONG_AGO = datetime.fromtimestamp(0, UTC)
