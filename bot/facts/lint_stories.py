"""The rules of the lint on stories: what they list, how long they are, what none of them tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.documents import Fault, Location
from bot.facts.lint_context import LintContext
from bot.facts.stories import Story, StoryLine, keys

SHORTEST, LONGEST, LONGEST_WEEKLY = 60, 120, 220
"""Words of a story's opening and its facts: at least and at most for a day, and for a week."""


def stories(context: LintContext) -> Iterator[Fault]:
    """Each story lists what the base has, once, and has the length that readers get through."""
    told = _told_on_a_day(context)
    for story in context.base.stories.values():
        yield from _references(context, story)
        yield from _topics(context, story)
        yield from _retellings(context, story)
        yield from _citations(context, story)
        yield from _order(context, story)
        yield from _lengths(context, story)
        yield from _question(context, story, told)


def untold_facts(context: LintContext) -> Iterator[Fault]:
    """If a base has stories, each of its facts is in one of them."""
    used = {key for story in context.base.stories.values() for key in keys(story.tells)}
    for owner, at, fact in context.base.facts() if used else ():
        if f"{owner}/{fact.id}" not in used and not fact.withdrawn:
            what = f"no story tells `{owner}/{fact.id}`; add it to `tells` of one"
            yield context.fault(owner, (*at, "id"), what)


def _references(context: LintContext, story: Story) -> Iterator[Fault]:
    for index, topic in enumerate(story.topics):
        if context.unknown(topic, context.base.topics):
            what = f"no topic has the id `{topic}`; add its file or correct the id"
            yield context.fault(story.id, ("topics", index), what)
    listed: set[str] = set()
    for at, line in _lines(story):
        for key in keys([line]):
            if key in listed:
                yield context.fault(story.id, at, f"`{key}` is listed twice; keep one")
            elif key not in context.tellable and not context.is_broken(key):
                what = f"no event or fact is `{key}`; correct it or drop it"
                yield context.fault(story.id, at, what)
            listed.add(key)


def _topics(context: LintContext, story: Story) -> Iterator[Fault]:
    """A story tells, every day, of each topic that it names: servers choose it by these."""
    told = keys(story.lines())
    if any(map(context.is_broken, told)):
        return
    about, events = context.base.about(), context.base.events
    owners = [events[owner] for key in told if (owner := key.partition("/")[0]) in events]
    topics = {topic for event in owners for topic in event.topics}
    topics = topics.union(*(about.get(key, set()) for key in told))
    for index, topic in enumerate(story.topics):
        if topic in context.base.topics and topic not in topics:
            what = f"no line of a day is about `{topic}`; add one, or drop the topic"
            yield context.fault(story.id, ("topics", index), what)


def _retellings(context: LintContext, story: Story) -> Iterator[Fault]:
    """A line in the story's own words has the one label that all of its facts have."""
    for at, line in _lines(story):
        labels = {context.labels[key] for key in keys([line]) if key in context.labels}
        if len(labels) > 1:
            kinds = " and ".join(sorted(labels))
            what = f"one line retells {kinds} alike; a line has one label, so make it two"
            yield context.fault(story.id, at, what)


def _citations(context: LintContext, story: Story) -> Iterator[Fault]:
    """A line that picks citations picks some of each of its facts, and none of another."""
    for at, line in _lines(story):
        if isinstance(line, str) or not line.cites:
            continue
        known = {key: set(context.cites[key]) for key in line.rests_on if key in context.cites}
        is_whole = not any(context.is_broken(key) for key in line.rests_on)
        for index, cite in enumerate(line.cites):
            if is_whole and not any(cite in cited for cited in known.values()):
                what = f"no fact of this line cites {cite.source} {cite.paragraph}; drop it"
                yield context.fault(story.id, (*at, "cites", index), what)
        for key, cited in known.items():
            if cited.isdisjoint(line.cites):
                what = f"the line cites nothing of `{key}`; add one of its citations, or drop it"
                yield context.fault(story.id, (*at, "cites"), what)


def _order(context: LintContext, story: Story) -> Iterator[Fault]:
    """The stories that come before a story exist, and none of them waits for it."""
    stories = context.base.stories
    for index, earlier in enumerate(story.after):
        if context.unknown(earlier, stories):
            what = f"no story has the id `{earlier}`; add its file or correct the id"
            yield context.fault(story.id, ("after", index), what)
        elif story.id in _up_to(stories, earlier):
            what = f"`{earlier}` itself comes after `{story.id}`; drop one of the two"
            yield context.fault(story.id, ("after", index), what)


def _up_to(stories: Mapping[str, Story], story_id: str) -> set[str]:
    """A story, and all that come before it."""
    found, waiting = set[str](), [story_id]
    while waiting:
        story = stories.get(waiting.pop())
        if story and story.id not in found:
            found.add(story.id)
            waiting += story.after
    return found


def _told_on_a_day(context: LintContext) -> Mapping[str, str]:
    """The facts and events that a day's digests tell, each with a story that tells it."""
    stories = context.base.stories.values()
    return {key: story.id for story in stories for key in keys(story.lines())}


def _question(context: LintContext, story: Story, told: Mapping[str, str]) -> Iterator[Fault]:
    """The question leads on: to a fact that no story asks for or tells on a day, and that is known.

    A base of one story tells every fact in it, so that has nothing else to ask for.
    """
    if context.base.info.language not in story.question:
        what = "no question in the base's own language; add what a reader may ask next"
        yield context.fault(story.id, ("question",), what)
    if story.answer not in context.tellable and not context.is_broken(story.answer):
        what = f"no fact is `{story.answer}`; correct it"
        yield context.fault(story.id, ("answer",), what)
    if len(context.base.stories) > 1:
        yield from _answer_told(context, story, told)
    if context.labels.get(story.answer) == "open":
        what = f"`{story.answer}` says what no article tells; ask for what one does"
        yield context.fault(story.id, ("answer",), what)
    first = next(each for each in context.base.stories.values() if each.answer == story.answer)
    if first is not story:
        what = f"`{first.id}` asks for `{story.answer}` already; ask for another fact"
        yield context.fault(story.id, ("answer",), what)


def _answer_told(context: LintContext, story: Story, told: Mapping[str, str]) -> Iterator[Fault]:
    """The answer is new to those who read the story, what comes before it, and a day's digests."""
    stories = context.base.stories
    earlier = sorted(_up_to(stories, story.id), key=lambda other: other != story.id)
    in_full = (other for other in earlier if story.answer in keys(stories[other].tells))
    if teller := next(in_full, told.get(story.answer)):
        where = "the story" if teller == story.id else f"`{teller}`"
        what = f"{where} tells `{story.answer}` already; ask for what only weekly lines tell"
        yield context.fault(story.id, ("answer",), what)


def _lines(story: Story) -> Iterator[tuple[Location, StoryLine]]:
    yield from ((("tells", index), line) for index, line in enumerate(story.tells))


def _lengths(context: LintContext, story: Story) -> Iterator[Fault]:
    opening = _words(story.opening.says)
    daily = opening + sum(_words(_text(context, line)) for line in story.lines())
    weekly = opening + sum(_words(_text(context, line)) for line in story.tells)
    if not SHORTEST <= daily <= LONGEST:
        what = f"opening and `tells` have {daily} words; a day's story has {SHORTEST} to {LONGEST}"
        yield context.fault(story.id, ("tells",), what)
    if weekly > LONGEST_WEEKLY:
        what = f"{weekly} words with `weekly` lines; a week's story has at most {LONGEST_WEEKLY}"
        yield context.fault(story.id, ("tells",), what)


def _text(context: LintContext, line: StoryLine) -> str:
    return context.tellable.get(line, "") if isinstance(line, str) else line.says


def _words(text: str) -> int:
    return len(text.split())
