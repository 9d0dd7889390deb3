"""The rules of the lint on stories: what they list, how long they are, what none of them tells."""

from __future__ import annotations

from collections.abc import Iterator

from bot.documents import Fault, Location
from bot.facts.lint_context import LintContext
from bot.facts.stories import Story

SHORTEST, LONGEST, LONGEST_WEEKLY = 60, 120, 220
"""Words of a story's opening and its facts: at least and at most for a day, and for a week."""


def stories(context: LintContext) -> Iterator[Fault]:
    """Each story lists what the base has, once, and has the length that readers get through."""
    for story in context.base.stories.values():
        yield from _references(context, story)
        yield from _lengths(context, story)
        yield from _question(context, story)


def untold_facts(context: LintContext) -> Iterator[Fault]:
    """If a base has stories, each of its facts is in one of them."""
    used = {passage for story in context.base.stories.values() for passage in story.passages}
    for owner, at, fact in context.base.facts() if used else ():
        if f"{owner}/{fact.id}" not in used and not fact.withdrawn:
            what = f"no story tells `{owner}/{fact.id}`; add it to `tells` or `more` of one"
            yield context.fault(owner, (*at, "id"), what)


def _references(context: LintContext, story: Story) -> Iterator[Fault]:
    for index, topic in enumerate(story.topics):
        if context.unknown(topic, context.base.topics):
            what = f"no topic has the id `{topic}`; add its file or correct the id"
            yield context.fault(story.id, ("topics", index), what)
    listed: set[str] = set()
    for at, passage in _passages(story):
        if passage in listed:
            yield context.fault(story.id, at, f"`{passage}` is listed twice; keep one")
        elif passage not in context.tellable and not context.is_broken(passage):
            what = f"no event or fact is `{passage}`; correct it or drop it"
            yield context.fault(story.id, at, what)
        listed.add(passage)


def _question(context: LintContext, story: Story) -> Iterator[Fault]:
    if context.base.info.language not in story.question:
        what = "no question in the base's own language; add what a reader may ask next"
        yield context.fault(story.id, ("question",), what)
    if story.answer not in context.tellable and not context.is_broken(story.answer):
        what = f"no fact is `{story.answer}`; correct it"
        yield context.fault(story.id, ("answer",), what)


def _passages(story: Story) -> Iterator[tuple[Location, str]]:
    yield from ((("tells", index), passage) for index, passage in enumerate(story.tells))
    yield from ((("more", index), passage) for index, passage in enumerate(story.more))


def _lengths(context: LintContext, story: Story) -> Iterator[Fault]:
    opening = _words(story.opening.says)
    daily = opening + sum(_words(context.tellable.get(each, "")) for each in story.tells)
    weekly = daily + sum(_words(context.tellable.get(each, "")) for each in story.more)
    if not SHORTEST <= daily <= LONGEST:
        what = f"opening and `tells` have {daily} words; a day's story has {SHORTEST} to {LONGEST}"
        yield context.fault(story.id, ("tells",), what)
    if weekly > LONGEST_WEEKLY:
        what = f"{weekly} words with `more`; a week's story has at most {LONGEST_WEEKLY}"
        yield context.fault(story.id, ("more",), what)


def _words(text: str) -> int:
    return len(text.split())
