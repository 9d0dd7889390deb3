"""The story of a digest: the next one that fits, and what of it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.answers.fact_lines import event_line, fact_line
from bot.answers.time_picture import time_picture
from bot.cards.card import Line, Picture
from bot.cards.wording import day_words, span_words
from bot.compose.digest_material import StoryMaterial
from bot.compose.digest_turn import in_turn
from bot.compose.message_budget import MessageBudget, Passage, Variants
from bot.facts.dates import parse_date
from bot.facts.records import EventRecord, FactRecord
from bot.facts.stories import Retelling, Story, StoryLine
from bot.facts.units import HEAD

_NAMED = 7  # events that a chart names; it marks the others
_REST = timedelta(days=28)  # before a story comes again, even if there is no other


@dataclass(frozen=True)
class StorySection:
    """A story as a digest shows it: its headline, its opening line and what it lists.

    `told_before` says when the server read it last, if it has.
    """

    story: Story
    headline: str
    opening: Line
    passage: Passage
    told_before: Line | None

    @property
    def lines(self) -> tuple[Line, ...]:
        """Everything below the headline."""
        return (self.opening, *self.passage.lines)

    def all_lines(self) -> tuple[Line, ...]:
        """The headline, everything below it, and when it was told before."""
        return tuple(filter(None, (Line(self.headline), *self.lines, self.told_before)))

    def picture(self, material: StoryMaterial) -> Picture | None:
        """The chart of the events that it tells of, if enough of them have a date.

        It cites no paragraph that no line cites.
        """
        heads = {line.unit.removeprefix(HEAD) for line in self.passage.lines if line.unit}
        told = heads | {record.owner for record in self.passage.facts}
        cited = self._cited()
        events = [
            _citing_only(event, cited) for key, event in material.events.items() if key in told
        ]
        title = self.story.headline(material.context.words.language)
        lines = tuple(event_line(material.context, event) for event in events)
        return time_picture(material.context, title, events, lines, _NAMED)

    def is_wider(self, topics: frozenset[str]) -> bool:
        """Whether it belongs to none of these topics, but tells of one of them."""
        return bool(topics) and self.story.topics[0] not in topics

    def says(self, variants: Variants) -> bool:
        """Whether one of its lines rests on what a passage tells, in any of its forms."""
        told = {record.key for record in self.passage.facts}
        return any(record.key in told for each in variants for record in each.facts)

    def _cited(self) -> frozenset[tuple[str, int]]:
        """The articles that its lines and their notes cite, with the paragraphs."""
        cites = (cite for line in self.lines for cite in line.all_cites())
        return frozenset((cite.source, cite.paragraph) for cite in cites)


def choose(
    material: StoryMaterial,
    budget: MessageBudget,
    day: date,
    posted_on: Mapping[str, date],
    is_weekly: bool,
) -> StorySection | None:
    """The next story, if it fits beside what the message holds already.

    No story comes again before all have come: one that has no room waits for a later day. One that
    fits no message at all does not count. If a server's topics have few stories, each rests for
    four weeks, and the days between have none.
    """

    def fitting(story: Story, budget: MessageBudget) -> StorySection | None:
        return _fitting(material, budget, story, is_weekly, posted_on.get(story.id))

    turn = in_turn(material.stories, posted_on, day, material.topics)
    unseen = [story for story in turn if story.id not in posted_on]
    rested = [story for story in turn if day - posted_on.get(story.id, day) >= _REST]
    for stories in (unseen, rested):
        if shown := next(filter(None, (fitting(story, budget) for story in stories)), None):
            return shown
        if any(fitting(story, budget.full()) for story in stories):
            return None
    return None


def next_day(stories: Sequence[Story], posted_on: Mapping[str, date]) -> date | None:
    """The day from which a story comes again where all have come, or None if there is none."""
    told = [posted_on[story.id] for story in stories if story.id in posted_on]
    return min(told) + _REST if told else None


def _fitting(
    material: StoryMaterial,
    budget: MessageBudget,
    story: Story,
    is_weekly: bool,
    told_on: date | None,
) -> StorySection | None:
    """A story if it fits: with all that a day shows of it, and in a week as much more as fits."""
    extra = len(story.tells) - len(story.lines()) if is_weekly else 0
    for number in range(extra, -1, -1):
        section = _section(material, story, story.lines(number), told_on)
        if budget.take(*section.all_lines()):
            return section
    return None


# ---- What of it is shown ---------------------------------------------------------------------


def _section(
    material: StoryMaterial, story: Story, told: Sequence[StoryLine], told_on: date | None
) -> StorySection:
    words = material.context.words
    before = words("digest.told-before", date=day_words(told_on, words)) if told_on else None
    headline = filter(None, (story.headline(words.language), _dates(material, story)))
    lines = tuple(sorted(_lines(material, story, told), key=_is_open))
    facts = (record for line in lines for record in (line.fact, *line.rests_on) if record)
    return StorySection(
        story=story,
        headline=" · ".join(headline),
        opening=Line(story.opening.says, story.opening.cites),
        passage=Passage(story.topics[0], lines, tuple(facts)),
        told_before=Line(before) if before else None,
    )


def _dates(material: StoryMaterial, story: Story) -> str | None:
    """When a story takes place or, if that is unknown, that its articles have no date either."""
    words, store = material.context.words, material.context.store
    if story.when:
        when = span_words(parse_date(story.when), words)
        remark = words("mark.inferred-year")
        is_inferred = story.basis == "inferred"
        return words("typography.bracketed", text=when, remark=remark) if is_inferred else when
    is_dated = any(store.sources[cite.source].source.date for cite in story.opening.cites)
    return None if is_dated else words("digest.undated")


def _is_open(line: Line) -> bool:
    """Whether a line says what is not known, with which a story ends."""
    return any(record.part == "open" for record in (line.fact, *line.rests_on) if record)


def _lines(material: StoryMaterial, story: Story, told: Sequence[StoryLine]) -> Iterator[Line]:
    """What a story tells, without what was withdrawn since.

    A fact has its date if no line up to it names the year.
    """
    said = story.opening.says
    for each in told:
        if isinstance(each, Retelling):
            line = _retold(material, each)
        elif event := material.events.get(each):
            line = event_line(material.context, event)
        elif record := material.facts.get(each):
            said += record.fact.says
            line = _fact_line(material, record, is_dated=_names_year(said, record))
        else:
            continue
        if line:
            said += f"{line.opening} {line.text}"
            yield line


def _retold(material: StoryMaterial, retelling: Retelling) -> Line | None:
    """A line in the story's own words, or nothing if one of its facts was withdrawn.

    Its label is that of its facts; what qualifies them is in its words.
    """
    records = [record for key in retelling.rests_on if (record := material.facts.get(key))]
    if len(records) < len(retelling.rests_on):
        return None
    retold = [_with_words(record, retelling.says) for record in records]
    labels = (_fact_line(material, record, is_dated=True).label for record in retold)
    return Line(
        text=retelling.says,
        cites=retelling.cited(each.fact.cites for each in records),
        label=next(filter(None, labels), None),
        rests_on=tuple(records),
    )


def _with_words(record: FactRecord, says: str) -> FactRecord:
    """A fact in other words."""
    return record.model_copy(update={"fact": record.fact.model_copy(update={"says": says})})


def _names_year(said: str, record: FactRecord) -> bool:
    """Whether a text names the year in which a fact's date begins or ends, if it has a date."""
    span = record.dated.span if record.dated else None
    ends = [moment for moment in (span.begins, span.ends) if moment] if span else []
    return not ends or any(str(moment.start.year) in said for moment in ends)


def _citing_only(event: EventRecord, cited: frozenset[tuple[str, int]]) -> EventRecord:
    """An event with those of its citations that are of some paragraphs."""
    cites = tuple(cite for cite in event.cites if (cite.source, cite.paragraph) in cited)
    narrowed = event.event.model_copy(update={"cites": cites})
    return event.model_copy(update={"event": narrowed})


def _fact_line(material: StoryMaterial, record: FactRecord, is_dated: bool) -> Line:
    """A fact as a story shows it; how it was inferred is left to the fact's own card."""
    words = material.context.words
    line = fact_line(material.context, record, dated=not is_dated)
    kept = tuple(note for note in line.notes if note.label != words("note.inferred"))
    return replace(line, label=_label(material, record) or line.label, notes=kept)


def _label(material: StoryMaterial, record: FactRecord) -> str | None:
    """What a story labels a fact that is open or an article's opinion, in one form each."""
    words, fact = material.context.words, record.fact
    if record.part == "open":
        return words("part.open")
    if fact.kind == "opinion" and fact.by in material.context.store.sources:
        return words("label.own-opinion", kind=words("kind.opinion"))
    return None
