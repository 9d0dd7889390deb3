"""What no schema can check in a base: references, dates, labels and wording.

Each rule is a generator of faults that say how to fix them; `lint` runs them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from bot.documents import Fault, Location
from bot.facts.dates import parse_date
from bot.facts.lint_asks import asks
from bot.facts.lint_context import LintContext, Rule
from bot.facts.lint_names import absent_names, names
from bot.facts.lint_order import links, order
from bot.facts.lint_stories import stories, untold_facts
from bot.facts.load import Base
from bot.facts.model import CLAIMS, Citation

_RELATIVE = re.compile(
    r"\b(current(ly)?|former(ly)?|recent(ly)?|today|yesterday|tomorrow|now|ago|so far"
    r"|(last|next|this) (week|month|year|spring|summer|autumn|fall|winter))\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")


def lint(context: LintContext) -> list[Fault]:
    """Every fault that the rules find, ordered by file and line."""
    return sorted(set(chain.from_iterable(rule(context) for rule in RULES)))


def references(context: LintContext) -> Iterator[Fault]:
    """Every id that a file refers to exists and is of the right kind."""
    base = context.base
    for event in base.events.values():
        for index, part in enumerate(event.who):
            if context.unknown(part.actor, base.actors):
                yield _unknown(context, event.id, ("who", index, "actor"), "actor", part.actor)
        for index, topic in enumerate(event.topics):
            if context.unknown(topic, base.topics):
                yield _unknown(context, event.id, ("topics", index), "topic", topic)
    for actor in base.actors.values():
        for index, role in enumerate(actor.roles):
            if role.of and context.unknown(role.of, base.actors):
                yield _unknown(context, actor.id, ("roles", index, "of"), "actor", role.of)
    subjects = {**base.actors, **base.topics, **base.events}
    speakers = {**base.actors, **base.sources}
    for owner, at, fact in base.facts():
        for index, about in enumerate(fact.about):
            if context.unknown(about, subjects):
                kind = "actor, topic or event"
                yield _unknown(context, owner, (*at, "about", index), kind, about)
        if fact.by and context.unknown(fact.by, speakers):
            yield _unknown(context, owner, (*at, "by"), "actor or source", fact.by)


def _unknown(context: LintContext, thing: str, at: Location, kind: str, missing: str) -> Fault:
    return context.fault(
        thing, at, f"no {kind} has the id `{missing}`; add its file or correct the id"
    )


def citations(context: LintContext) -> Iterator[Fault]:
    """Every citation names an article and one of its paragraphs that is not furniture."""
    for thing, at, cite in _citations(context.base):
        source = context.base.sources.get(cite.source)
        if source is None:
            if context.unknown(cite.source, context.base.sources):
                yield _unknown(context, thing, (*at, "source"), "source", cite.source)
        elif cite.paragraph > source.paragraphs:
            what = f"`{cite.source}` has {source.paragraphs} paragraphs, so no {cite.paragraph}"
            yield context.fault(thing, (*at, "paragraph"), what)
        elif any(part.first <= cite.paragraph <= part.last for part in source.furniture):
            what = f"paragraph {cite.paragraph} of `{cite.source}` is listed as furniture"
            yield context.fault(thing, (*at, "paragraph"), what)


def _citations(base: Base) -> Iterator[tuple[str, Location, Citation]]:
    for event in base.events.values():
        yield from ((event.id, ("cites", i), cite) for i, cite in enumerate(event.cites))
    for actor in base.actors.values():
        for index, role in enumerate(actor.roles):
            for i, cite in enumerate(role.cites):
                yield actor.id, ("roles", index, "cites", i), cite
    for owner, field, lead in base.leads():
        yield from ((owner, (field, "cites", i), cite) for i, cite in enumerate(lead.cites))
    for owner, at, line in base.retellings():
        yield from ((owner, (*at, "cites", i), cite) for i, cite in enumerate(line.cites))
    for owner, at, fact in base.facts():
        yield from ((owner, (*at, "cites", i), cite) for i, cite in enumerate(fact.cites))
        yield from ((owner, (*at, "accounts", i), cite) for i, cite in enumerate(fact.accounts))


def duplicates(context: LintContext) -> Iterator[Fault]:
    """A fact's id is unique in its file, and a fact cites a paragraph only once."""
    seen: set[tuple[str, str]] = set()
    for owner, at, fact in context.base.facts():
        if (owner, fact.id) in seen:
            what = f"the fact id `{fact.id}` appears twice in this file; choose another"
            yield context.fault(owner, (*at, "id"), what)
        seen.add((owner, fact.id))
        if len(fact.cites) > 1 and len(set(fact.cites)) < len(fact.cites):
            yield context.fault(
                owner, (*at, "cites"), "the same paragraph is cited twice; keep one"
            )


def claims(context: LintContext) -> Iterator[Fault]:
    """A claim names who makes it, accounts are at least two, and only open facts are `hearsay`."""
    for owner, at, fact in context.base.facts():
        if fact.kind in CLAIMS and not fact.by:
            what = f"a {fact.kind} without `by`; say who claims it (an actor, or the source)"
            yield context.fault(owner, (*at, "kind"), what)
        if fact.hearsay and at[0] != "open":
            yield context.fault(
                owner, (*at, "hearsay"), "`hearsay` is for a fact in `open`; drop it, or move it"
            )
        if len(fact.accounts) == 1:
            what = "`accounts` holds one wording; give each source's, or drop it"
            yield context.fault(owner, (*at, "accounts"), what)
        for index, account in enumerate(fact.accounts):
            cited = {(cite.source, cite.paragraph) for cite in fact.cites}
            if (account.source, account.paragraph) not in cited:
                what = "the account's paragraph must also be in the fact's `cites`"
                yield context.fault(owner, (*at, "accounts", index), what)


def relative_words(context: LintContext) -> Iterator[Fault]:
    """No statement depends on when it is read; words in quotation marks are exempt."""
    for owner, at, text in _sentences(context.base):
        if found := _RELATIVE.search(_QUOTED.sub("", text)):
            what = f"“{found[0]}” depends on when it is read; name the date or the article"
            yield context.fault(owner, at, what)


def _sentences(base: Base) -> Iterator[tuple[str, Location, str]]:
    """Every sentence that readers see, with its thing and its location there."""
    for owner, field, lead in base.leads():
        yield owner, (field, "says"), lead.says
    for story in base.stories.values():
        yield story.id, ("title",), story.title
    for owner, at, line in base.retellings():
        yield owner, (*at, "says"), line.says
    for owner, at, fact in base.facts():
        yield owner, (*at, "says"), fact.says
        if fact.caution:
            yield owner, (*at, "caution"), fact.caution
        for index, account in enumerate(fact.accounts):
            yield owner, (*at, "accounts", index, "says"), account.says


_DAY_NUMBER = re.compile(r"\b\d{1,2}(st|nd|rd|th)?\b|\b\d{4}-\d{2}-\d{2}\b")


def dates(context: LintContext) -> Iterator[Fault]:
    """A date is not finer than its words."""
    for event in context.base.events.values():
        when = event.when
        words = (when.words or {}).get(context.base.info.language)
        if when.words and not words:
            what = "`words` has nothing in the base's own language"
            yield context.fault(event.id, ("when", "words"), what)
        span = parse_date(when.edtf) if when.edtf else None
        if span and span.is_day and words and not _DAY_NUMBER.search(words):
            what = f"`{when.edtf}` is finer than “{words}”; give the month or the span"
            yield context.fault(event.id, ("when", "edtf"), what)


def corrections(context: LintContext) -> Iterator[Fault]:
    """In a published base, a wording that has changed since the last build is kept in `was`."""
    if context.built is None or context.base.info.published is None:
        return
    for owner, at, fact in context.base.facts():
        before = context.built.get(f"{owner}/{fact.id}")
        if before and before != fact.says and before not in [was.said for was in fact.was]:
            what = f"its wording changed; add to `was`: {{date, said: {before!r}, why}}"
            yield context.fault(owner, (*at, "says"), what)


def renames(context: LintContext) -> Iterator[Fault]:
    """A thing keeps its id: posts, buttons and other files refer to it."""
    for old, new in context.renamed.items():
        what = f"this was `{old}`, and an id never changes; call it and its file `{old}` again"
        yield context.fault(new, ("id",), what)


def deletions(context: LintContext) -> Iterator[Fault]:
    """A fact of the last build is not deleted but withdrawn."""
    if context.built is None:
        return
    kept = {f"{owner}/{fact.id}" for owner, _, fact in context.base.facts()}
    for key in context.built:
        owner = key.partition("/")[0]
        if key in kept or owner in context.broken or owner in context.renamed:
            continue
        what = f"the fact `{key}` is gone; keep it and set `withdrawn: {{date, why}}`"
        if owner in context.base.files:
            yield context.fault(owner, (), what)
        else:
            yield Fault("facts/base.yaml", 1, what)


def orders(context: LintContext) -> Iterator[Fault]:
    """What a thing shows first are facts about it."""
    ordered = [thing for thing in context.base.subjects() if thing.order]
    about = context.base.about() if ordered else {}
    for thing in ordered:
        for index, key in enumerate(thing.order):
            if key.partition("/")[0] not in context.broken and thing.id not in about.get(key, ()):
                what = f"no fact `{key}` is about `{thing.id}`; correct it or leave it out"
                yield context.fault(thing.id, ("order", index), what)


def briefings(context: LintContext) -> Iterator[Fault]:
    """What a briefing tells are facts of the base, each once."""
    briefed = [thing for thing in context.base.subjects() if thing.briefing]
    known = context.base.about() if briefed else {}
    for thing in briefed:
        for index, key in enumerate(thing.briefing):
            if key.partition("/")[0] not in context.broken and key not in known:
                what = f"no fact `{key}` is in the base; correct it or leave it out"
                yield context.fault(thing.id, ("briefing", index), what)
            elif key in thing.briefing[:index]:
                yield context.fault(thing.id, ("briefing", index), f"`{key}` is listed twice")


def empty_things(context: LintContext) -> Iterator[Fault]:
    """Every topic and event has at least one fact about it, so that its card is not empty."""
    described: set[str] = set()
    for owner, _, fact in context.base.facts():
        described |= {owner, *fact.about}
    for thing in (*context.base.events.values(), *context.base.topics.values()):
        if thing.id not in described:
            yield context.fault(thing.id, (), "no fact is about it; add one")


RULES: tuple[Rule, ...] = (
    references, citations, duplicates, claims, relative_words, dates, names, absent_names, asks,
    corrections, renames, deletions, empty_things, orders, briefings, links,
    order, stories, untold_facts,
)  # fmt: skip
