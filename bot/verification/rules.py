"""Verifying a base against copies of its articles: what it says must stand where it cites.

A program cannot tell whether a sentence is true to an article. It can tell that each figure, date,
name and quotation of a fact stands in the paragraphs that the fact cites, that no content was left
out, and that no sentence was copied. Each rule is one generator that yields a `Fault`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from bot.documents import Fault, Location
from bot.facts import lint
from bot.facts.load import Base, Folders, broken_ids, load
from bot.facts.model import Citation
from bot.verification.comparison import Comparison
from bot.verification.copies import match, read_copies
from bot.verification.coverage import coverage
from bot.verification.evidence import INFERRED, Claim, missing, stands
from bot.verification.mentions import key
from bot.verification.own_words import own_words
from bot.verification.statements import (
    Statement,
    citations_of,
    in_words,
    listed,
    nearest,
    statements_of,
)

Rule = Callable[[Comparison], Iterator[Fault]]


def verify(folders: Folders, copies: Path) -> list[Fault]:
    """Every fault of a base against the copies in a folder, in the order of files and lines.

    A file that cannot be read has its own faults, and what it says is not verified. Raises OSError
    if a file cannot be read from the disk.
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
    """Every cited paragraph exists in the copy, too."""
    for thing, at, cite in citations_of(comparison.base):
        copy = comparison.copies.get(cite.source)
        source = comparison.base.sources.get(cite.source)
        if copy and source and len(copy.paragraphs) < cite.paragraph <= source.paragraphs:
            what = f"{copy.name} has {len(copy.paragraphs)} paragraphs, so no {cite.paragraph}"
            yield comparison.fault(thing, (*at, "paragraph"), what)


def supported(comparison: Comparison) -> Iterator[Fault]:
    """Each figure, date, name and quotation stands in the paragraphs that its statement cites."""
    for statement in statements_of(comparison.base):
        if not comparison.whole(statement.cites):
            continue
        evidence = comparison.carrying(statement.cites)
        inferred = [comparison.reading.paragraph(statement.inferred)] if statement.inferred else []
        for claim in missing(statement.text, evidence, comparison.reading, statement.place):
            if not (claim.may_be_inferred and stands(claim, inferred)):
                yield comparison.fault(
                    statement.thing, statement.at, _missing(comparison, claim, statement)
                )


def _missing(comparison: Comparison, claim: Claim, statement: Statement) -> str:
    what = f"{claim.worded} does not stand in {listed(statement.cites)}"
    carrying = [
        cite for cite, paragraph in comparison.content.items() if stands(claim, [paragraph])
    ]
    if not carrying:
        return f"{what}, nor in any article; {claim.remedy}"
    what += f"; cite where it does ({nearest(carrying, statement.cites)})"
    return f"{what}, or say how it follows in {INFERRED}" if claim.may_be_inferred else what


_ADD = "add the form that the article uses to its `also`"


def people(comparison: Comparison) -> Iterator[Fault]:
    """Who took part in an event, holds an office or claims a fact stands where that is cited."""
    for thing, at, actor, cites in _named(comparison.base):
        if comparison.whole(cites) and not any(
            actor in p.things for p in comparison.carrying(cites)
        ):
            where = [c for c, paragraph in comparison.content.items() if actor in paragraph.things]
            better = f"cite where one does ({nearest(where, cites)})" if where else _ADD
            what = f"no form of `{actor}` stands in {listed(cites)}; {better}"
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
    """No paragraph of content is cited by nothing."""
    for covered in coverage(comparison.base):
        for number in covered.uncited:
            what = f"nothing cites paragraph {number}; cite it, or list it as furniture with a why"
            yield comparison.fault(covered.source.id, ("paragraphs",), what)


def furniture_ranges(comparison: Comparison) -> Iterator[Fault]:
    """Furniture lies within its article, once, and runs forwards."""
    for source in comparison.base.sources.values():
        taken: set[int] = set()
        for index, part in enumerate(source.furniture):
            numbers = set(range(part.first, part.last + 1))
            if not numbers or part.last > source.paragraphs:
                what = f"{part.first} to {part.last} is no range of 1 to {source.paragraphs}"
                yield comparison.fault(source.id, ("furniture", index), what)
            elif numbers & taken:
                what = f"paragraph {min(numbers & taken)} is listed as furniture twice; keep one"
                yield comparison.fault(source.id, ("furniture", index), what)
            taken |= numbers


def records(comparison: Comparison) -> Iterator[Fault]:
    """The title, author, publisher and date of a record stand in the article's copy."""
    for source in comparison.base.sources.values():
        pages = [p for cite, p in comparison.paragraphs.items() if cite.source == source.id]
        if not pages:
            continue
        for field in ("title", "author", "publisher"):
            text = getattr(source, field)
            if text and not any(page.prints(key(text)) for page in pages):
                what = (
                    f"the copy shows no such {field}; write it as it stands there, or leave it out"
                )
                yield comparison.fault(source.id, (field,), what)
        if source.date and any(missing(in_words(source.date), pages, comparison.reading)):
            what = f"the copy shows no {source.date}; write the date that stands there, or none"
            yield comparison.fault(source.id, ("date",), what)


RULES: tuple[Rule, ...] = (
    existing_paragraphs, supported, people, uncited, furniture_ranges, own_words, records,
)  # fmt: skip
