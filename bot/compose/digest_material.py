"""What a digest is made from: the base, narrowed to some topics, and what a server has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from bot.answers.context import AnswerContext
from bot.facts.records import EventRecord, FactRecord
from bot.facts.shown import ShownFact
from bot.facts.store import Filter, Store
from bot.facts.stories import Story, keys
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
class StoryMaterial:
    """The stories about the chosen topics, or every story if none are chosen, and what they tell.

    `events`, in order of time, and `facts`, without withdrawn ones, are those of the stories, by id
    and by key. They may be of other topics, which a story touches.
    """

    context: AnswerContext
    topics: frozenset[str]
    stories: Sequence[Story]
    events: Mapping[str, EventRecord]
    facts: Mapping[str, FactRecord]


@dataclass(frozen=True)
class DigestMaterial:
    """What a digest chooses from.

    `facts` include withdrawn ones; `events` are in order of time. Both are narrowed to the chosen
    topics, if any are; `all_events` are not. `versions` are those of all facts by key. `shown` is
    what readers are shown now of those facts whose earlier showing is known, by key.
    """

    context: AnswerContext
    facts: Sequence[FactRecord]
    events: Sequence[EventRecord]
    all_events: Sequence[EventRecord]
    versions: Mapping[str, str]
    shown: Mapping[str, ShownFact]
    for_stories: StoryMaterial


async def gather(
    store: Store, words: Words, topics: frozenset[str], history: DigestHistory
) -> DigestMaterial:
    """Read the facts, events and stories of some topics or, if none are given, of all.

    A story is of the topics that it names: one that only touches a topic is not served for it.
    """
    all_events = events = await store.events(Filter())
    all_facts = facts = await store.every_fact()
    stories = await store.stories()
    if topics:
        events = tuple(event for event in events if topics & {*event.event.topics})
        chosen = topics | {event.event.id for event in events}
        facts = tuple(fact for fact in facts if topics & fact.things or fact.owner in chosen)
        stories = tuple(story for story in stories if topics & {*story.topics})
    context, by_key = AnswerContext(store, words, {}), {fact.key: fact for fact in all_facts}
    return DigestMaterial(
        context=context,
        facts=facts,
        events=events,
        all_events=all_events,
        versions={key: fact.version for key, fact in by_key.items()},
        shown=await store.shown_facts(history.shown) if history.shown else {},
        for_stories=_story_material(context, topics, stories, all_events, by_key),
    )


def _story_material(
    context: AnswerContext,
    topics: frozenset[str],
    stories: Sequence[Story],
    events: Sequence[EventRecord],
    facts: Mapping[str, FactRecord],
) -> StoryMaterial:
    """These stories, and those of all events and facts that they tell."""
    told = frozenset(chain.from_iterable(keys(story.tells) for story in stories))
    owners = {key.partition("/")[0] for key in told}
    return StoryMaterial(
        context,
        topics,
        stories,
        events={event.event.id: event for event in events if event.event.id in owners},
        facts={key: facts[key] for key in told & facts.keys() if not facts[key].fact.withdrawn},
    )
