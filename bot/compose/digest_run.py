"""A run of digests, as one server would read them from day to day while the base stays as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.compose.digest import ComposedDigest, DigestHistory, compose
from bot.facts.store import Store
from bot.texts.catalogues import Words

_WEEK = 7


@dataclass(frozen=True)
class DigestReader:
    """Who reads the digests: in which language, about which topics, every day or every week."""

    words: Words
    topics: frozenset[str] = frozenset()
    is_weekly: bool = False


async def run(
    store: Store, reader: DigestReader, first: date, number: int, history: DigestHistory
) -> AsyncIterator[tuple[date, ComposedDigest]]:
    """The digests of consecutive days or weeks from a day on, after what was read before."""
    versions = await store.versions()
    for turn in range(number):
        day = first + timedelta(days=turn * (_WEEK if reader.is_weekly else 1))
        digest = await compose(store, reader.words, day, history, reader.topics, reader.is_weekly)
        yield day, digest
        if not digest.story and not digest.has_more_than_story:
            continue  # nothing is posted, so nothing was read
        stories = {**history.stories, **({digest.story: day} if digest.story else {})}
        history = replace(history, last_day=day, versions=versions, stories=stories)
