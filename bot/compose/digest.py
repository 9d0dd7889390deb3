"""The daily digest: what changed in the base, what the day recalls, and the fact of the day.

It is composed from the base, a day and what a server has seen before; it knows neither Discord nor
how any of that is stored. `_groups` has the order: what changed (`digest_changes`), what the day
recalls (`digest_calendar`), then the `fact_of_the_day`; `message_budget` decides how much of it
fits. Whether a digest without news is posted at all is up to the server, in
`delivery/jobs/digests.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from bot.answers.context import AnswerContext
from bot.answers.resolve import choice_label
from bot.cards.card import Action, Card, Line, Question, Section
from bot.cards.limits import BUTTON_LABEL, BUTTONS_IN_ROW
from bot.cards.wording import day_words
from bot.compose import digest_calendar, digest_changes, fact_of_the_day
from bot.compose.digest_material import DigestHistory, DigestMaterial, gather
from bot.compose.message_budget import MessageBudget, Passage, PassageGroup, Variants, allocate
from bot.facts.store import Store
from bot.texts.catalogues import Words

_MOST = 4  # passages of one group; the rest are counted


@dataclass(frozen=True)
class ComposedDigest:
    """A digest, the versions of the facts that it shows, and the key of its fact of the day.

    `worth_posting` is true if there is more in it than the fact of the day.
    """

    card: Card
    facts: Mapping[str, str]
    fact_of_the_day: str | None
    worth_posting: bool


async def compose(
    store: Store,
    words: Words,
    day: date,
    history: DigestHistory,
    topics: frozenset[str] = frozenset(),
) -> ComposedDigest:
    """The digest of a day: one message about some topics or, if none are given, about all.

    What does not fit appears as a count ("3 more"). The fact of the day takes the space that is
    left; on a day full of news there may be none.
    """
    material = await gather(store, words, topics, history)
    title = words("digest.title", date=day_words(day, words))
    subtitle = _subtitle(material.context, topics)
    budget = MessageBudget(material.context, title, subtitle, words("related"))
    groups = list(_groups(material, day, history))
    allocated = allocate(budget, groups, _MOST)
    news = list(chain.from_iterable(allocated))
    featured = fact_of_the_day.choose(material, budget, news, day, history)
    card = Card(
        question=Question("about"),  # the card has one page, so nothing asks it again
        language=words.language,
        title=title,
        found=True,
        subtitle=subtitle,
        sections=(
            *chain.from_iterable(map(PassageGroup.sections, groups, allocated)),
            *_last_sections(material, featured, has_news=bool(groups)),
        ),
        actions=tuple(_actions(material.context, [featured, *news] if featured else news)),
        one_page=True,
    )
    shown = [record.key for passage in (*news, featured) if passage for record in passage.facts]
    return ComposedDigest(
        card=card,
        facts={key: material.versions[key] for key in shown},
        fact_of_the_day=featured.facts[0].key if featured else None,
        worth_posting=bool(groups),
    )


def _subtitle(context: AnswerContext, topics: frozenset[str]) -> str:
    """What the base is about, or the chosen topics."""
    names = [context.name(topic) for topic in sorted(topics) if topic in context.store.things]
    return context.words.list(names) if names else context.store.info.title


def _groups(material: DigestMaterial, day: date, history: DigestHistory) -> Iterator[PassageGroup]:
    """Everything but the fact of the day, the most important first."""
    words = material.context.words

    def more_events(number: int) -> str:
        return words.count("digest.more-events", number)

    def more_corrections(number: int) -> str:
        return words.count("digest.more-corrections", number)

    def more_facts(number: int) -> str:
        return words.count("digest.more-facts", number)

    corrections = digest_changes.corrections(material, history)
    yield from _group(words("digest.corrections"), corrections, more_corrections)
    recalled = digest_calendar.on_this_day(material, day)
    yield from _group(words("digest.on-this-day"), recalled, more_events)
    added = digest_changes.added(material, history)
    yield from _group(words("digest.added"), added, more_facts)
    of_month = digest_calendar.this_month(material, day, history)
    yield from _group(words("digest.this-month"), of_month, more_events)
    coming = digest_calendar.coming_up(material, day, history)
    yield from _group(words("digest.coming-up"), coming, more_events)


def _group(
    heading: str, passages: Iterable[Variants], more: Callable[[int], str]
) -> Iterator[PassageGroup]:
    """The group, if it has any passages."""
    if found := tuple(passages):
        yield PassageGroup(heading, found, more)


def _last_sections(
    material: DigestMaterial, featured: Passage | None, has_news: bool
) -> Iterator[Section]:
    """The fact of the day; without that and without news, a line that says so."""
    if featured:
        yield from fact_of_the_day.sections(material, featured)
    elif not has_news:
        yield Section((Line(material.context.words("digest.nothing")),), listed=False)


def _actions(context: AnswerContext, passages: Sequence[Passage]) -> Iterator[Action]:
    """Buttons to what the passages are about."""
    things = dict.fromkeys(passage.thing for passage in passages)
    for thing_id in list(things)[:BUTTONS_IN_ROW]:
        thing = context.store.things[thing_id]
        label = choice_label(thing, context.words, BUTTON_LABEL)
        yield Action(label, Question(thing.kind, {"name": thing.id}))
