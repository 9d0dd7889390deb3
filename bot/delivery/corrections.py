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

from bot.answers.corrections import since
from bot.answers.desk import Desk
from bot.answers.inquiry import Inquiry
from bot.cards.card import Card
from bot.cards.wording import day_words
from bot.delivery.briefings import BriefingEditor, briefing_slot
from bot.delivery.courier import Courier, Later, Parcel, Stuck
from bot.delivery.outcomes import Refused, Throttled
from bot.delivery.scheduler import Settled
from bot.state.briefings import Briefing
from bot.state.corrections import Correction, correction_id
from bot.state.digests import Target
from bot.state.posts import Contents, Kind, Place, Post, Slot
from bot.state.state import State
from bot.texts.catalogues import words as words_of

log = structlog.stdlib.get_logger("factdesk.delivery")


class Editor(Protocol):
    """Changes what was posted; may raise what `outcomes` names."""

    async def edit(self, place: Place, parcel: Parcel) -> None:
        """Make a post say what the parcel says."""
        ...


class CorrectionRound:
    """Corrections to be offered to moderators, and those that they had posted."""

    def __init__(self, desk: Desk, state: State, courier: Courier) -> None:
        self._desk = desk
        self._state = state
        self._courier = courier
        self._looked_at: str | None = None
        self._to_offer: dict[str, str] = {}

    async def coming(self) -> Mapping[str, datetime]:
        """The ids of corrections to be offered or posted, due at once. Raises StateAway."""
        if self._looked_at != self._desk.store.fingerprint:
            self._to_offer = await self._find()
            self._looked_at = self._desk.store.fingerprint
        unsaid = [found.correction_id for found in await self._state.corrections.unsaid()]
        return dict.fromkeys((*self._to_offer, *unsaid), _LONG_AGO)

    async def attend(self, key: str, now: datetime) -> Settled | Later:
        """Offer a correction, or post one. Raises StateAway and Unauthorized."""
        if key in self._to_offer:
            return await self._offer(key, self._to_offer[key], now)
        correction = await self._state.corrections.get(key)
        post = await self._state.posts.get(correction.post_id) if correction else None
        if not correction or not post or correction.status != "posted" or not post.place:
            return Settled(None)
        target = Target(post.place.channel_id)
        reply_to = post.place.message_id
        return await self._deliver("correction", correction, target, now, reply_to)

    async def _find(self) -> dict[str, str]:
        """The posts whose facts the open base has otherwise, by the id of their correction."""
        present = await self._desk.store.versions()
        found: dict[str, str] = {}
        for post_id, facts in (await self._state.posts.told("briefing")).items():
            changed = changed_facts(facts, present)
            if changed:
                found[correction_id(post_id, changed)] = post_id
        return found

    async def _offer(self, key: str, post_id: str, now: datetime) -> Settled | Later:
        """Keep a correction for the moderators, and show it in their log channel."""
        post = await self._state.posts.get(post_id)
        if post and post.status == "sent":
            facts = await self._state.posts.facts(post_id)
            changed = changed_facts(facts, await self._desk.store.versions())
            correction = await self._state.corrections.find(post.server_id, post_id, changed, now)
            channel_id = self._state.settings.of(post.server_id).log_channel_id
            if correction.status == "open" and channel_id:
                outcome = await self._deliver("offer", correction, Target(channel_id), now)
                if isinstance(outcome, Later):
                    return outcome
        self._to_offer.pop(key, None)
        return Settled(None)

    async def _deliver(
        self,
        kind: Kind,
        correction: Correction,
        target: Target,
        now: datetime,
        reply_to: int | None = None,
    ) -> Settled | Later:
        """Send an offer or a correction. One that Discord refuses is not tried again and again."""
        slot = Slot(
            correction.server_id,
            kind,
            correction.found_at.date(),
            correction.found_at,
            target.channel_id,
            correction.correction_id,
        )
        contents = Contents(correction.facts, None, self._desk.store.fingerprint)
        card = await self.card(correction)
        parcel = Parcel(slot, target, card, reply_to=reply_to)
        outcome = await self._courier.deliver(parcel, contents)
        if isinstance(outcome, Later):
            return outcome
        if isinstance(outcome, Stuck):
            log.warning("a correction is refused", kind=kind, reason=outcome.reason)
            await self._state.posts.end(slot, "failed", outcome.reason, now)
        return Settled(None)

    async def card(self, correction: Correction) -> Card:
        """What was changed: each wording before and now, and why. Raises StateAway."""
        told = await self._state.posts.facts(correction.post_id)
        changed = {key: told[key] for key in correction.facts if key in told}
        language = await self._language(correction)
        return await since(Inquiry(self._desk.store, words_of(language), {}), changed)

    async def _language(self, correction: Correction) -> str:
        post = await self._state.posts.get(correction.post_id)
        briefing = await self._state.briefings.get(post.name or "") if post else None
        chosen = self._state.settings.of(correction.server_id).language
        return briefing.plan.text.language if briefing else chosen or "en"


class EditRound:
    """Posts of briefings that are to be edited: Discord limits how often old ones may be."""

    def __init__(self, state: State, editor: BriefingEditor, messages: Editor) -> None:
        self._state = state
        self._editor = editor
        self._messages = messages

    async def coming(self) -> Mapping[str, datetime]:
        """The briefings whose posts are to be edited. Raises StateAway."""
        return await self._state.briefings.edits()

    async def attend(self, key: str, now: datetime) -> Settled | Later:
        """Make a post say what its briefing says now. Raises StateAway and Undelivered."""
        briefing = await self._state.briefings.get(key)
        post = await posted(self._state, briefing) if briefing else None
        target = briefing.plan.target if briefing else None
        if briefing and post and post.place and target:
            prepared = await self._editor.prepare(briefing)
            card = _marked_corrected(prepared.composed.card, now)
            slot = briefing_slot(briefing, now)
            parcel = Parcel(slot, target, card, posted_by=briefing.author_id)
            try:
                await self._messages.edit(post.place, parcel)
            except Throttled as error:
                return Later(now + error.wait)
            except Refused as error:
                log.warning("a post cannot be edited", post=post.post_id, reason=error.reason)
            else:
                contents = Contents(prepared.composed.facts, None, prepared.edition)
                await self._state.posts.rewrite(post.post_id, contents)
        await self._state.briefings.ask_edit(key, None)
        return Settled(None)


async def posted(state: State, briefing: Briefing) -> Post | None:
    """The post of a briefing, whatever became of it. Raises StateAway."""
    return await state.posts.get(briefing_slot(briefing, _LONG_AGO).post_id)


def _marked_corrected(card: Card, now: datetime) -> Card:
    words = words_of(card.language)
    note = words("briefing.corrected", date=day_words(now.date(), words))
    return replace(card, subtitle=" · ".join(filter(None, [card.subtitle, note])))


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
