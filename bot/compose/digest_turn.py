"""Whose turn it is: the order in which the stories of a server should come."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from bot.facts.stories import Story

_NEAR = 3  # stories before one of the same topic, if there are others


def in_turn(
    stories: Sequence[Story],
    posted_on: Mapping[str, date],
    day: date,
    chosen: frozenset[str] = frozenset(),
) -> list[Story]:
    """The stories in the order in which they should come on a day; `turn` says by what."""
    seen = (story for story in stories if story.id in posted_on)
    past = sorted(seen, key=lambda story: posted_on[story.id])
    near_topics = {story.topics[0] for story in past[-_NEAR:]}
    of_topic = Counter(story.topics[0] for story in past)
    unseen = {story.id: story for story in stories if story.id not in posted_on}
    due = _kind_due(unseen.values())
    waiting = Counter(earlier for story in unseen.values() for earlier in story.after)

    def turn(story: Story) -> tuple[object, ...]:
        return (
            posted_on.get(story.id, date.min),  # never posted, then posted longest ago
            not unseen.keys().isdisjoint(story.after),  # what it comes after was posted
            any(story.kind == last.kind for last in past[-1:]),  # of another kind than the last
            story.kind != due,
            _distance(story, chosen),
            not story.central,  # the main chapters come early
            story.topics[0] in near_topics,  # of another topic than the last few
            -waiting[story.id],  # most others wait for it
            of_topic[story.topics[0]],  # a month has something of each topic
            # Servers that began on different days read different stories.
            hashlib.sha256(f"{day} {story.id}".encode()).digest(),
        )

    return sorted(stories, key=turn)


def _distance(story: Story, chosen: frozenset[str]) -> int:
    """How far a story is from the chosen topics, if any are: 0 if it belongs to one of them."""
    if not chosen:
        return 0
    return next((i for i, topic in enumerate(story.topics) if topic in chosen), len(story.topics))


def _kind_due(unseen: Collection[Story]) -> str | None:
    """The kind that must come every other time from here on, or two of it would be neighbours."""
    [(kind, number)] = Counter(story.kind for story in unseen).most_common(1) or [("", 0)]
    return kind if 2 * number >= len(unseen) else None
