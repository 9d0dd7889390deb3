"""The daily digest: what changed in the base, what the day recalls, and a story.

It is composed from the base, a day and what a server has seen before; it knows neither Discord nor
how any of that is stored. What changed (`digest_changes`) and what happened on this day
(`digest_calendar`) come first, then the story (`digest_story`), then what the month and the coming
week recall, and at the end how old all of it is (`digest_age`). Whether a digest without news is
posted at all is up to the server, in `delivery/jobs/digests.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from bot.answers.context import AnswerContext
from bot.cards.card import ASK, Action, Card, Line, Question, Section
from bot.cards.limits import BUTTON_LABEL, BUTTONS_IN_ROW, DIGEST
from bot.cards.wording import choice_label, day_words
from bot.compose import digest_age, digest_calendar, digest_changes, digest_story
from bot.compose.digest_material import (
    DigestHistory,
    DigestMaterial,
    StoryMaterial,
    gather,
)
from bot.compose.digest_story import StorySection
from bot.compose.message_budget import (
    MessageBudget,
    Passage,
    PassageGroup,
    Variants,
    allocate,
    left_out,
)
from bot.facts.store import Store
from bot.texts.catalogues import Words

_MOST = 4  # passages of one group; the rest are counted

Allocated = tuple[tuple[PassageGroup, Sequence[Passage]], ...]
"""Groups with those of their passages that fit."""


@dataclass(frozen=True)
class ComposedDigest:
    """A digest, the versions of the facts that it shows, and the id of the story that it tells.

    `has_more_than_story` is true if there is more in it than the story.
    """

    card: Card
    facts: Mapping[str, str]
    story: str | None
    has_more_than_story: bool


@dataclass(frozen=True)
class DigestIssue:
    """A day's digest without its story: the same for all who have read the same, stories apart.

    `name` is the digest's own title, and `chosen` what it is about. `before` are the groups before
    the story, `after` those that follow it. `room` is what the first leave of the message, and
    `story_room` what both do; nothing is taken of either.
    """

    material: StoryMaterial
    day: date
    is_weekly: bool
    name: str
    chosen: str
    age: Line | None
    before: Allocated
    after: tuple[PassageGroup, ...]
    room: MessageBudget
    story_room: MessageBudget

    def choose(self, posted_on: Mapping[str, date]) -> StorySection | None:
        """The story whose turn it is, if one fits; `posted_on` says when each was last posted."""
        budget = self.story_room.copy()
        return digest_story.choose(self.material, budget, self.day, posted_on, self.is_weekly)

    def digest(self, story: StorySection | None, posted_on: Mapping[str, date]) -> ComposedDigest:
        """The digest with the story that was chosen."""
        contents = self._contents(story)
        first = None if self.before else story  # its headline is then the message's
        is_wider = story and story.is_wider(self.material.topics)
        about = _wider(self.material.context, self.chosen) if is_wider else self.chosen
        card = Card(
            question=Question("about"),  # the card has one page, so nothing asks it again
            language=self.material.context.words.language,
            title=first.headline if first else self.name,
            found=True,
            subtitle=" · ".join([self.name, about] if first else [about]),
            sections=(*_sections(contents), *self._last_sections(contents, posted_on)),
            picture=first.picture(self.material) if first else None,
            actions=tuple(_actions(self.material, contents)),
            one_page=True,
        )
        shown = chain.from_iterable(passage.facts for passage in contents.passages())
        return ComposedDigest(
            card=card,
            facts={fact.key: fact.version for fact in shown},
            story=story.story.id if story else None,
            has_more_than_story=contents.has_more_than_story,
        )

    def _contents(self, story: StorySection | None) -> _Contents:
        """What fits the message: the news first, then the story, then what else the day recalls."""
        budget, groups = self.room.copy(), self.after
        if story:
            budget.take(*story.all_lines())
            groups = tuple(_untold(groups, story))
        after = _allocate_ahead(budget, groups, is_brief=False)
        return _Contents(self.before, story, after, bool(self.before or groups))

    def _last_sections(
        self, contents: _Contents, posted_on: Mapping[str, date]
    ) -> Iterator[Section]:
        """How old it all is; first why there is nothing, if there is neither a story nor news."""
        if not contents.story and not contents.has_more_than_story:
            yield Section((_nothing(self.material, posted_on),), listed=False)
        before = contents.story.told_before if contents.story else None
        if small := tuple(filter(None, (before, self.age))):
            yield Section(small, listed=False, small=True)


@dataclass(frozen=True)
class _Contents:
    """What fits a digest: the groups before the story, the story, and the groups after it."""

    before: Allocated
    story: StorySection | None
    after: Allocated
    has_more_than_story: bool

    def passages(self) -> Iterator[Passage]:
        """Everything that is shown, the story included."""
        yield from chain.from_iterable(shown for _, shown in self.before)
        if self.story:
            yield self.story.passage
        yield from chain.from_iterable(shown for _, shown in self.after)


async def compose(
    store: Store,
    words: Words,
    day: date,
    history: DigestHistory,
    topics: frozenset[str] = frozenset(),
    is_weekly: bool = False,
) -> ComposedDigest:
    """The digest of a day: one message about some topics or, if none are given, about all.

    What does not fit appears as a count ("3 more"). On a day full of news there may be no story; a
    weekly digest has a longer one.
    """
    issue = await compose_issue(store, words, day, history, topics, is_weekly)
    return issue.digest(issue.choose(history.stories), history.stories)


async def compose_issue(
    store: Store,
    words: Words,
    day: date,
    history: DigestHistory,
    topics: frozenset[str],
    is_weekly: bool,
) -> DigestIssue:
    """The digest of a day without its story."""
    material = await gather(store, words, topics, history)
    context = material.context
    chosen = _about(context, topics)
    name = words("digest.weekly" if is_weekly else "digest.title", date=day_words(day, words))
    age = digest_age.line(material, history, day)
    widest = _wider(context, chosen) if topics else chosen
    budget = MessageBudget(context, name, widest, age.text if age else "", most=DIGEST)
    news, ahead = list(_news(material, day, history)), tuple(_ahead(material, day, history))
    shown = allocate(budget, news, _MOST)
    # A story can wait for another day, an anniversary cannot: the story leaves room for them.
    _allocate_ahead(story_room := budget.copy(), ahead, is_brief=True)
    return DigestIssue(
        material=material.for_stories,
        day=day,
        is_weekly=is_weekly,
        name=name,
        chosen=chosen,
        age=age,
        before=tuple(zip(news, shown, strict=True)),
        after=ahead,
        room=budget,
        story_room=story_room,
    )


def _about(context: AnswerContext, topics: frozenset[str]) -> str:
    """What the base is about, or the chosen topics."""
    names = [context.name(topic) for topic in sorted(topics) if topic in context.store.things]
    return context.words.list(names) if names else context.store.info.title


def _wider(context: AnswerContext, chosen: str) -> str:
    """The chosen topics, and that the story is of another one that touches them."""
    return context.words("digest.wider", topics=chosen)


def _allocate_ahead(
    budget: MessageBudget, groups: Sequence[PassageGroup], is_brief: bool
) -> Allocated:
    """The groups that fit; all of their passages are brief if not all fit in full."""
    if is_brief or left_out(groups, allocate(budget.copy(), groups, _MOST)):
        groups = [group.brief() for group in groups]
    allocated = zip(groups, allocate(budget, groups, _MOST), strict=True)
    return tuple((group, shown) for group, shown in allocated if shown)


def _news(material: DigestMaterial, day: date, history: DigestHistory) -> Iterator[PassageGroup]:
    """What changed in the base, and what happened on this day, the most important first."""
    words = material.context.words

    def more_corrections(number: int) -> str:
        return words.count("digest.more-corrections", number)

    def more_facts(number: int) -> str:
        return words.count("digest.more-facts", number)

    corrections = digest_changes.corrections(material, history)
    yield from _group(words("digest.corrections"), corrections, more_corrections)
    added = digest_changes.added(material, history)
    yield from _group(words("digest.added"), added, more_facts)
    recalled = digest_calendar.on_this_day(material, day)
    yield from _group(words("digest.on-this-day"), recalled, _more_events(words))


def _ahead(material: DigestMaterial, day: date, history: DigestHistory) -> Iterator[PassageGroup]:
    """What this month recalls, and what the coming week will."""
    words = material.context.words
    of_month = digest_calendar.this_month(material, day, history)
    yield from _group(words("digest.this-month"), of_month, _more_events(words))
    coming = digest_calendar.coming_up(material, day, history)
    yield from _group(words("digest.coming-up"), coming, _more_events(words))


def _untold(groups: Iterable[PassageGroup], story: StorySection) -> Iterator[PassageGroup]:
    """The groups without what the story says anyway."""
    for group in groups:
        yield from _group(
            group.heading, (each for each in group.passages if not story.says(each)), group.more
        )


def _more_events(words: Words) -> Callable[[int], str]:
    return lambda number: words.count("digest.more-events", number)


def _group(
    heading: str, passages: Iterable[Variants], more: Callable[[int], str]
) -> Iterator[PassageGroup]:
    """The group, if it has any passages."""
    if found := tuple(passages):
        yield PassageGroup(heading, found, more)


def _sections(contents: _Contents) -> Iterator[Section]:
    for group, shown in contents.before:
        yield group.section(shown)
    if contents.story:
        heading = contents.story.headline if contents.before else None
        first, *others = contents.story.lines
        yield Section((first,), heading, listed=False)
        yield from (Section((line,), listed=False) for line in others)
    for group, shown in contents.after:
        yield group.section(shown)


def _nothing(material: StoryMaterial, posted_on: Mapping[str, date]) -> Line:
    """That nothing is posted until a story comes again, or that the base has none to tell."""
    words = material.context.words
    if again := digest_story.next_day(material.stories, posted_on):
        return Line(words("digest.all-told", date=day_words(again, words)))
    return Line(words("digest.nothing"))


def _actions(material: StoryMaterial, contents: _Contents) -> Iterator[Action]:
    """The story's question to the reader, and buttons to what else the digest is about.

    A server's own topic needs no button in each of its digests.
    """
    context = material.context
    shown_things = dict.fromkeys(passage.thing for passage in contents.passages())
    things = [thing for thing in shown_things if thing not in material.topics]
    if shown := contents.story:
        question = shown.story.next_question(context.words.language)
        yield Action(question, Question(ASK, {"question": question}))
    for thing_id in things[: BUTTONS_IN_ROW - bool(contents.story)]:
        thing = context.store.things[thing_id]
        label = choice_label(thing, context.words, BUTTON_LABEL)
        yield Action(label, Question(thing.kind, {"name": thing.id}))
