"""Questions that a newcomer may ask: the base's stories give them, else its best-known events."""

from __future__ import annotations

from bot.facts.records import ThingRecord
from bot.facts.store import Store
from bot.texts.catalogues import Words

_SHORT = 32  # characters of a name that fits a button on a phone


async def things_to_ask(store: Store, words: Words, most: int) -> tuple[str, ...]:
    """The shortest questions that stories lead on to, each of another topic as far as possible."""
    stories = sorted(
        await store.stories(), key=lambda story: len(story.next_question(words.language))
    )
    of_topics = {story.topics[0]: story for story in reversed(stories)}
    varied = sorted(stories, key=lambda story: of_topics[story.topics[0]] is not story)
    questions = [story.next_question(words.language) for story in varied]
    if not questions and (event := known_event(store, words)):
        questions = [words("greeting.question", event=event.name(words.language))]
    return tuple(questions[:most])


def known_event(store: Store, words: Words) -> ThingRecord | None:
    """The event about which most is known, with a short name if there is one."""
    events = store.things.of_kind("event")
    return max(events, key=lambda t: (len(t.name(words.language)) <= _SHORT, t.facts), default=None)
