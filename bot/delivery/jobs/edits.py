"""Edits of posted briefings: Discord limits how often old posts may be edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from bot.answers.service import AnswerService
from bot.cards.card import Card
from bot.cards.wording import day_words
from bot.delivery.briefing_editor import BriefingEditor, briefing_post, briefing_slot
from bot.delivery.delivery_errors import Refused, Throttled
from bot.delivery.fact_versions import changed_facts
from bot.delivery.outbox import OutgoingPost, RetryAt
from bot.delivery.scheduler import Finished
from bot.state.audit_log import AuditEntry
from bot.state.briefing_record import Briefing
from bot.state.digests import BlockReason, Target
from bot.state.posts import Contents, MessageRef, Post
from bot.state.state import State
from bot.texts.catalogues import words_in

log = structlog.stdlib.get_logger("factdesk.delivery")


class MessageEditor(Protocol):
    """Edits messages; may raise DeliveryError."""

    async def edit(self, message_ref: MessageRef, outgoing: OutgoingPost) -> None:
        """Replace what a message says with a post."""
        ...


@dataclass(frozen=True)
class _PreparedEdit:
    """What a post says from now on, with the facts whose versions changed."""

    outgoing: OutgoingPost
    contents: Contents
    corrected: Mapping[str, str]


class EditJob:
    """Posts that no longer say what their briefings say, by the ids of the briefings."""

    def __init__(
        self,
        service: AnswerService,
        state: State,
        editor: BriefingEditor,
        messages: MessageEditor,
    ) -> None:
        self._service = service
        self._state = state
        self._editor = editor
        self._messages = messages

    async def next_due(self) -> Mapping[str, datetime]:
        """The briefings whose posts are to be edited. Raises DatabaseUnavailable."""
        return await self._state.post_edits.due()

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Edit a post. Raises DatabaseUnavailable and DeliveryError."""
        briefing = await self._state.briefings.get(key)
        if not briefing or not briefing.edit_at:
            return Finished(None)
        briefing, asked_at = briefing.as_posted(), briefing.edit_at
        post, target = await briefing_post(self._state, briefing), briefing.plan.target
        if post and post.status == "sent" and post.message_ref and target:
            edit = await self._prepare(briefing, post, target, now)
            try:
                await self._messages.edit(post.message_ref, edit.outgoing)
            except Throttled as error:
                return RetryAt(now + error.wait)
            except Refused as error:
                await self._note_refusal(briefing, post, asked_at, error.reason, now)
            else:
                await self._record(post, edit, now)
        await self._state.post_edits.end(briefing, now)
        return Finished(None)

    async def _prepare(
        self, briefing: Briefing, post: Post, target: Target, now: datetime
    ) -> _PreparedEdit:
        """Whatever the reason for the edit, it also brings the changes of the base."""
        prepared = await self._editor.prepare(briefing)
        posted_facts = await self._state.posts.facts(post.post_id)
        corrected = changed_facts(posted_facts, await self._service.store.versions())
        last = await self._state.corrections.corrected_at(post.post_id)
        card = self._marked(prepared.composed.card, briefing, now if corrected else last)
        return _PreparedEdit(
            OutgoingPost(
                briefing_slot(briefing, now),
                target,
                card,
                posted_by=briefing.author_id,
                edited_by=briefing.edited_by,
            ),
            Contents(prepared.composed.facts, None, prepared.base_version),
            corrected,
        )

    async def _record(self, post: Post, edit: _PreparedEdit, now: datetime) -> None:
        if edit.corrected:
            await self._state.corrections.record_edit(
                post.server_id, post.post_id, edit.corrected, now
            )
        await self._state.posts.replace_facts(post.post_id, edit.contents)

    async def _note_refusal(
        self,
        briefing: Briefing,
        post: Post,
        asked_at: datetime,
        reason: BlockReason,
        now: datetime,
    ) -> None:
        log.warning("a post cannot be edited", post=post.post_id, reason=reason)
        await self._state.corrections.reopen_edited(post.post_id, asked_at)
        entry = AuditEntry(now, None, "unedited", reason)
        await self._state.briefings.add_audit_entry(briefing.briefing_id, entry)

    def _marked(self, card: Card, briefing: Briefing, corrected_at: datetime | None) -> Card:
        """The card, marked with the day on which it was corrected, if it was."""
        if corrected_at is None:
            return card
        words = words_in(card.language)
        day = self._editor.day(briefing, corrected_at)
        note = words("briefing.corrected", date=day_words(day, words))
        return replace(card, subtitle=" · ".join(filter(None, [card.subtitle, note])))
