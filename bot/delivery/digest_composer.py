"""Makes servers' digests from the open base, and keeps what of them other servers read too."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.answers.service import AnswerService
from bot.cards.card import Card
from bot.compose.digest import DigestHistory, DigestIssue, compose_issue
from bot.compose.digest_run import DigestReader
from bot.delivery.fact_versions import changed_facts, remember_base, seen_facts
from bot.facts.shown import ShownFact
from bot.facts.store import Store
from bot.state.digests import Schedule, WhenEmpty
from bot.state.posts import Contents
from bot.state.state import State
from bot.texts.catalogues import Words, words_in

KEPT = 200
"""Issues; each takes some 30 kilobytes."""


@dataclass(frozen=True)
class DigestDraft:
    """A digest to be sent. `has_more_than_story` is as in `ComposedDigest`."""

    card: Card
    contents: Contents
    has_more_than_story: bool

    def is_posted(self, when_empty: WhenEmpty) -> bool:
        """Whether it is posted at all, given what its server chose for days without news."""
        return self.has_more_than_story or (bool(self.contents.story) and when_empty == "story")


class DigestComposer:
    """Composes digests from the open base and from what each server's earlier ones said.

    Servers that read the same, and whose last digest was of the same day and base, have all of it
    in common but its story: that is composed once, and kept as long as the base is open.
    """

    def __init__(self, service: AnswerService, state: State) -> None:
        self._service = service
        self._state = state
        self._kept: OrderedDict[tuple[object, ...], DigestIssue] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()  # several that are due would make the same one

    async def __call__(self, schedule: Schedule, day: date, is_late: bool) -> DigestDraft:
        """The digest of a server's local day. Raises DatabaseUnavailable."""
        store, issue = await self._issue(schedule, day)
        posted_on = schedule.stories
        digest = issue.digest(issue.choose(posted_on), posted_on)
        card = digest.card
        if is_late:
            card = _marked_late(card, schedule, words_in(self.language(schedule)))
        return DigestDraft(
            card=card,
            contents=Contents(digest.facts, digest.story, store.fingerprint),
            has_more_than_story=digest.has_more_than_story,
        )

    def forget(self) -> None:
        """Forget what was composed; what is kept keeps its base in memory."""
        self._kept.clear()

    def language(self, schedule: Schedule) -> str:
        """The language that the server chose, or else the one it had on Discord at set-up."""
        return self._state.settings.of(schedule.server_id).language or schedule.config.language

    def reader(self, schedule: Schedule) -> DigestReader:
        """In which language, about what and how often a server reads its digest."""
        config = schedule.config
        is_weekly = len(config.weekdays) == 1
        return DigestReader(words_in(self.language(schedule)), config.topics, is_weekly)

    async def history(self, store: Store, schedule: Schedule) -> DigestHistory:
        """What a server has seen of a base in earlier digests. Raises DatabaseUnavailable."""
        base_version = schedule.last_base_version
        seen = await self._state.base_versions.facts(base_version) if base_version else None
        return DigestHistory(
            last_day=schedule.last_day,
            versions=seen,
            shown=await self._shown_before(store, seen or {}),
            stories=schedule.stories,
        )

    async def _shown_before(self, store: Store, seen: Mapping[str, str]) -> dict[str, ShownFact]:
        """What the facts that changed since showed before, as far as it is known."""
        changed = changed_facts(seen, await store.versions())
        before = await seen_facts(self._state, {key: seen[key] for key in changed})
        return {key: fact.shown for key, fact in before.items() if fact.shown}

    async def _issue(self, schedule: Schedule, day: date) -> tuple[Store, DigestIssue]:
        reader = self.reader(schedule)
        async with self._one_at_a_time:
            store = self._service.store  # only now: while one waits, its base may be closed
            await remember_base(store, self._state)
            key = (
                *(day, reader.words.language, reader.topics, reader.is_weekly),
                *(schedule.last_day, schedule.last_base_version, store.fingerprint),
            )
            if key not in self._kept:
                history = await self.history(store, schedule)
                words, topics = reader.words, reader.topics
                issue = await compose_issue(store, words, day, history, topics, reader.is_weekly)
                if store is not self._service.store:
                    return store, issue  # another base was opened meanwhile
                self._kept[key] = issue
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return store, self._kept[key]


def _marked_late(card: Card, schedule: Schedule, words: Words) -> Card:
    note = words("digest.late", time=f"{schedule.config.at:%H:%M}", zone=schedule.config.zone)
    return replace(card, subtitle=" · ".join(filter(None, [card.subtitle, note])))
