"""Verifying a base against copies of its articles: the cited paragraphs must support what it says.

A program cannot tell whether a sentence is true to an article. It can tell that each figure, date,
name and quotation of a fact is in the paragraphs that the fact cites, that no content was left out,
and that no sentence was copied. Each rule is a generator of faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from bot.documents import Fault, Location
from bot.facts import lint
from bot.facts.load import Base, Folders, broken_ids, load
from bot.facts.model import Citation
from bot.texts.catalogues import words_in
from bot.verification.comparison import Comparison
from bot.verification.copies import match, read_copies
from bot.verification.coverage import coverage
from bot.verification.evidence import INFERRED, Claim, is_supported, missing
from bot.verification.mentions import key
from bot.verification.own_words import own_words
from bot.verification.statements import (
    Statement,
    citations_of,
    in_words,
    listed,
    nearest,
    statements_of,
    story_statements,
)

Rule = Callable[[Comparison], Iterator[Fault]]


def verify(folders: Folders, copies: Path) -> list[Fault]:
    """Every fault of a base against the copies in a folder, ordered by file and line.

    A file of the base with faults of form is reported and not verified. Raises OSError if a file
    cannot be read from disk.
    """
    base, faults = load(folders)
    if base is None:
        return faults
    read, unread = read_copies(copies)
    matched, misfits = match(base, read)
    context = lint.LintContext(base, broken_ids(folders, base))
    comparison = Comparison(base, matched)
    found = chain.from_iterable(rule(comparison) for rule in RULES)
    return sorted({*faults, *unread, *misfits, *lint.citations(context), *found})


def existing_paragraphs(comparison: Comparison) -> Iterator[Fault]:
    """Every cited paragraph also exists in the copy."""
    for thing, at, cite in citations_of(comparison.base):
        copy = comparison.copies.get(cite.source)
        source = comparison.base.sources.get(cite.source)
        if copy and source and len(copy.paragraphs) < cite.paragraph <= source.paragraphs:
            what = f"{copy.name} has {len(copy.paragraphs)} paragraphs, so no {cite.paragraph}"
            yield comparison.fault(thing, (*at, "paragraph"), what)


def supported(comparison: Comparison) -> Iterator[Fault]:
    """Each figure, date, name and quotation is in the paragraphs that its statement cites."""
    for statement in statements_of(comparison.base):
        if not comparison.has_all(statement.cites):
            continue
        evidence = comparison.evidence(statement.cites)
        inferred = [comparison.reading.paragraph(statement.inferred)] if statement.inferred else []
        for claim in missing(statement.text, evidence, comparison.reading, statement.is_place):
            if not (claim.may_be_inferred and is_supported(claim, inferred)):
                yield comparison.fault(
                    statement.thing, statement.at, _missing(comparison, claim, statement)
                )


def marked_dates(comparison: Comparison) -> Iterator[Fault]:
    """A line of a story that has a date which no cited paragraph prints says that it is inferred.

    Each line says so, as readers quote them alone.
    """
    mark = words_in(comparison.base.info.language)("mark.inferred-year")
    for story in comparison.base.stories.values():
        for statement in story_statements(comparison.base, story):
            evidence = comparison.evidence(statement.cites)
            claims = missing(statement.text, evidence, comparison.reading)
            dates = [claim for claim in claims if claim.day and claim.may_be_inferred]
            if dates and mark not in statement.text and comparison.has_all(statement.cites):
                what = f"{dates[0].worded} is not printed; add ({mark}) after it"
                yield comparison.fault(story.id, statement.at, what)


def _missing(comparison: Comparison, claim: Claim, statement: Statement) -> str:
    what = f"{claim.worded} is not in {listed(statement.cites)}"
    supporting = [
        cite for cite, paragraph in comparison.content.items() if is_supported(claim, [paragraph])
    ]
    if not supporting:
        return f"{what}, nor in any article; {claim.remedy}"
    what += f"; cite where it is ({nearest(supporting, statement.cites)})"
    return f"{what}, or say how it follows in {INFERRED}" if claim.may_be_inferred else what


_ADD = "add the form that the article uses to its `also`"


def people(comparison: Comparison) -> Iterator[Fault]:
    """The cited paragraphs name those who took part, hold an office or make a claim."""
    for thing, at, actor, cites in _named(comparison.base):
        if comparison.has_all(cites) and not any(
            actor in p.things for p in comparison.evidence(cites)
        ):
            naming = [c for c, paragraph in comparison.content.items() if actor in paragraph.things]
            remedy = f"cite where one is ({nearest(naming, cites)})" if naming else _ADD
            what = f"no form of `{actor}` is in {listed(cites)}; {remedy}"
            yield comparison.fault(thing, at, what)


def _named(base: Base) -> Iterator[tuple[str, Location, str, tuple[Citation, ...]]]:
    for event in base.events.values():
        for index, part in enumerate(event.who):
            yield event.id, ("who", index, "actor"), part.actor, event.cites
    for actor in base.actors.values():
        for index, role in enumerate(actor.roles):
            yield actor.id, ("roles", index, "cites"), actor.id, role.cites
    for owner, at, fact in base.facts():
        if fact.by and fact.withdrawn is None:
            yield owner, (*at, "by"), fact.by, fact.cites


def uncited(comparison: Comparison) -> Iterator[Fault]:
    """Every content paragraph is cited."""
    for covered in coverage(comparison.base):
        for number in covered.uncited:
            what = f"nothing cites paragraph {number}; cite it, or list it as furniture with a why"
            yield comparison.fault(covered.source.id, ("paragraphs",), what)


def furniture_ranges(comparison: Comparison) -> Iterator[Fault]:
    """Ranges of furniture lie within their article, run forwards and do not overlap."""
    for source in comparison.base.sources.values():
        taken: set[int] = set()
        for index, part in enumerate(source.furniture):
            numbers = set(range(part.first, part.last + 1))
            if not numbers or part.last > source.paragraphs:
                what = f"{part.first} to {part.last} is not a range within 1 to {source.paragraphs}"
                yield comparison.fault(source.id, ("furniture", index), what)
            elif numbers & taken:
                what = f"paragraph {min(numbers & taken)} is listed as furniture twice; keep one"
                yield comparison.fault(source.id, ("furniture", index), what)
            taken |= numbers


def records(comparison: Comparison) -> Iterator[Fault]:
    """The title, author, publisher and date of a record are in the article's copy."""
    for source in comparison.base.sources.values():
        pages = [p for cite, p in comparison.paragraphs.items() if cite.source == source.id]
        if not pages:
            continue
        for field in ("title", "author", "publisher"):
            text = getattr(source, field)
            if text and not any(page.prints(key(text)) for page in pages):
                what = f"the copy shows no such {field}; write it as the copy does, or leave it out"
                yield comparison.fault(source.id, (field,), what)
        if source.date and any(missing(in_words(source.date), pages, comparison.reading)):
            what = f"the copy shows no {source.date}; write the date that it shows, or none"
            yield comparison.fault(source.id, ("date",), what)


RULES: tuple[Rule, ...] = (
    existing_paragraphs, supported, marked_dates, people, uncited, furniture_ranges, own_words,
    records,
)  # fmt: skip
