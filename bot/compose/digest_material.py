"""What a digest is made from: the base, narrowed to some topics, and what a server has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.answers.context import AnswerContext
from bot.facts.records import EventRecord, FactRecord
from bot.facts.shown import ShownFact
from bot.facts.store import Filter, Store
from bot.facts.stories import Story
from bot.texts.catalogues import Words


@dataclass(frozen=True)
class DigestHistory:
    """What a server has seen in earlier digests.

    `last_day` is the local day of its last digest. `versions` are those of all facts at that time,
    by key; without them nothing counts as new. `stories` are the local days on which stories were
    last posted, by id. `shown` is what it was shown of those facts that have changed since, by key,
    as far as that is known.
    """

    last_day: date | None = None
    versions: Mapping[str, str] | None = None
    stories: Mapping[str, date] = field(default_factory=dict[str, date])
    shown: Mapping[str, ShownFact] = field(default_factory=dict[str, ShownFact])


@dataclass(frozen=True)
class DigestMaterial:
    """What a digest chooses from.

    `topics` are the chosen ones, if any are. `facts` include withdrawn ones; `events` are in order
    of time. Both, and the `stories`, are narrowed to those topics. `all_events` and `all_facts`,
    without withdrawn ones, are not, as a story of a chosen topic may touch another. `shown` is what
    readers are shown now of those facts whose earlier showing is known, by key.
    """

    context: AnswerContext
    topics: frozenset[str]
    facts: Sequence[FactRecord]
    events: Sequence[EventRecord]
    stories: Sequence[Story]
    all_events: Mapping[str, EventRecord]
    all_facts: Mapping[str, FactRecord]
    versions: Mapping[str, str]
    shown: Mapping[str, ShownFact]


async def gather(
    store: Store, words: Words, topics: frozenset[str], history: DigestHistory
) -> DigestMaterial:
    """Read the facts, events and stories of some topics or, if none are given, of all.

    A story is of the topics that it names: one that only touches a topic is not served for it.
    """
    events = await store.events(Filter())
    by_id = {event.event.id: event for event in events}
    facts = await store.every_fact()
    by_key = {fact.key: fact for fact in facts if not fact.fact.withdrawn}
    stories = await store.stories()
    if topics:
        events = tuple(event for event in events if topics & {*event.event.topics})
        chosen = topics | {event.event.id for event in events}
        facts = tuple(fact for fact in facts if topics & fact.things or fact.owner in chosen)
        stories = tuple(story for story in stories if topics & {*story.topics})
    context = AnswerContext(store, words, {})
    shown = await store.shown_facts(history.shown)
    versions = await store.versions()
    return DigestMaterial(context, topics, facts, events, stories, by_id, by_key, versions, shown)
