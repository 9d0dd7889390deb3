"""Verifying a base against copies of its articles: what it says must stand where it cites.

A program cannot tell whether a sentence is true to an article. It can tell that each figure, date,
name and quotation of a fact stands in the paragraphs that the fact cites, that no content was left
out, and that no sentence was copied. Each rule is one generator that yields a `Fault`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import cast

from bot.documents import Fault, Location
from bot.facts import lint
from bot.facts.load import Base, Folders, broken_ids, load
from bot.facts.model import Citation, Event, Fact
from bot.verification.copies import Copy, match, read_copies
from bot.verification.coverage import coverage, furniture
from bot.verification.evidence import INFERRED, Claim, Paragraph, Reading, missing, stands
from bot.verification.mentions import Forms, always_capital, key, words

LONGEST_RUN = 11
"""How many words in a row may be an article's own."""


@dataclass(frozen=True)
class Statement:
    """A text of the base, where it stands, and the paragraphs that must carry it."""

    thing: str
    at: Location
    text: str
    cites: tuple[Citation, ...]
    inferred: str | None = None
    """How the texts give those of its figures and dates that no paragraph prints."""
    place: bool = False
    """Whether it is nothing but the name of a place."""


class Comparison:
    """What the rules look at: the base, the copies of its articles, and each paragraph as read."""

    def __init__(self, base: Base, copies: Mapping[str, Copy]) -> None:
        self.base = base
        self.copies = copies
        articles = (text for copy in copies.values() for text in copy.paragraphs)
        said = (statement.text for statement in _statements(base))
        self.reading = Reading(Forms(base), always_capital(chain(articles, said)))

    @cached_property
    def paragraphs(self) -> Mapping[Citation, Paragraph]:
        """Every paragraph of every copy, by the citation that names it."""
        return {
            Citation(source=source, paragraph=number): self.reading.paragraph(text)
            for source, copy in self.copies.items()
            for number, text in enumerate(copy.paragraphs, 1)
        }

    @cached_property
    def content(self) -> Mapping[Citation, Paragraph]:
        """The paragraphs that are no furniture."""
        skipped = {source.id: furniture(source) for source in self.base.sources.values()}
        return {c: p for c, p in self.paragraphs.items() if c.paragraph not in skipped[c.source]}

    def carrying(self, cites: Iterable[Citation]) -> list[Paragraph]:
        """The cited paragraphs, and for each article its author, publisher and date."""
        plain = [Citation(source=cite.source, paragraph=cite.paragraph) for cite in cites]
        records = [
            self.reading.record(self.base.sources[source])
            for source in sorted({cite.source for cite in plain})
            if source in self.base.sources
        ]
        return [*(self.paragraphs[cite] for cite in plain if cite in self.paragraphs), *records]

    def whole(self, cites: Iterable[Citation]) -> bool:
        """Whether every cited paragraph is at hand; one that is not has its own fault."""
        return all(
            Citation(source=cite.source, paragraph=cite.paragraph) in self.paragraphs
            for cite in cites
        )

    def fault(self, thing: str, at: Location, what: str) -> Fault:
        """A fault at a place in a thing's file."""
        return self.base.documents[thing].fault(at, what)


Rule = Callable[[Comparison], Iterator[Fault]]


def verify(folders: Folders, copies: Path) -> list[Fault]:
    """Every fault of a base against the copies in a folder, in the order of files and lines.

    A file that cannot be read has its own faults, and what it says is not verified. Raises OSError
    where a file cannot be read from the disk.
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
    for thing, at, cite in _citations(comparison.base):
        copy = comparison.copies.get(cite.source)
        source = comparison.base.sources.get(cite.source)
        if copy and source and len(copy.paragraphs) < cite.paragraph <= source.paragraphs:
            what = f"{copy.name} has {len(copy.paragraphs)} paragraphs, so no {cite.paragraph}"
            yield comparison.fault(thing, (*at, "paragraph"), what)


def _citations(base: Base) -> Iterator[tuple[str, Location, Citation]]:
    """Every citation of a base, and where it stands."""
    for statement in _statements(base):
        *around, field = statement.at
        if field not in ("says", "title"):
            continue
        for index, cite in enumerate(statement.cites):
            own = "accounts" in around  # an account is its own citation
            yield statement.thing, (*around, *(() if own else ("cites", index))), cite


def supported(comparison: Comparison) -> Iterator[Fault]:
    """Each figure, date, name and quotation stands in the paragraphs that its statement cites."""
    for statement in _statements(comparison.base):
        if not comparison.whole(statement.cites):
            continue
        evidence = comparison.carrying(statement.cites)
        told = [comparison.reading.paragraph(statement.inferred)] if statement.inferred else []
        for claim in missing(statement.text, evidence, comparison.reading, statement.place):
            if not (claim.may_be_inferred and stands(claim, told)):
                yield comparison.fault(
                    statement.thing, statement.at, _missing(comparison, claim, statement)
                )


def _missing(comparison: Comparison, claim: Claim, statement: Statement) -> str:
    what = f"{claim.worded} does not stand in {_listed(statement.cites)}"
    carrying = [
        cite for cite, paragraph in comparison.content.items() if stands(claim, [paragraph])
    ]
    if not carrying:
        return f"{what}, nor in any article; {claim.remedy}"
    what += f"; cite where it does ({_nearest(carrying, statement.cites)})"
    return f"{what}, or say how it follows in {INFERRED}" if claim.may_be_inferred else what


_SHOWN = 4


def _nearest(found: Iterable[Citation], cites: Iterable[Citation]) -> str:
    """A few citations, those of the articles that are cited already first."""
    known = {cite.source for cite in cites}
    return _listed(sorted(found, key=lambda cite: cite.source not in known)[:_SHOWN])


def _listed(cites: Iterable[Citation]) -> str:
    """Citations as a person writes them: thaw-drivers 5, 7; two-plus-two 9."""
    by_source: defaultdict[str, list[int]] = defaultdict(list)
    for cite in cites:
        by_source[cite.source].append(cite.paragraph)
    return "; ".join(
        f"{source} {', '.join(map(str, sorted(set(numbers))))}"
        for source, numbers in by_source.items()
    )


def _statements(base: Base) -> Iterator[Statement]:
    """Every text that cites, and by that claims to stand in a paragraph."""
    for event in base.events.values():
        yield from _event_statements(event, base.info.language)
    for actor in base.actors.values():
        for index, role in enumerate(actor.roles):
            yield Statement(actor.id, ("roles", index, "title"), role.title, role.cites)
    for owner, at, fact in base.facts():
        if fact.withdrawn is None:
            yield from _fact_statements(owner, at, fact)


def _event_statements(event: Event, language: str) -> Iterator[Statement]:
    inferred = event.when.why
    yield Statement(event.id, ("title",), event.title, event.cites, inferred)
    if event.where:
        yield Statement(event.id, ("where",), event.where, event.cites, place=True)
    if event.when.edtf and event.when.basis == "stated":
        yield Statement(event.id, ("when", "edtf"), _in_words(event.when.edtf), event.cites)
    for known, words_ in (event.when.words or {}).items():
        if known == language:
            yield Statement(event.id, ("when", "words", known), words_, event.cites, inferred)
    for index, part in enumerate(event.who):
        if part.part:
            yield Statement(event.id, ("who", index, "as"), part.part, event.cites)


def _in_words(edtf: str) -> str:
    """An EDTF date as `quantities.dates` reads it: seasons by name, marks of doubt dropped."""
    seasons = {"-21": "spring", "-22": "summer", "-23": "autumn", "-24": "winter"}
    ends = (end.rstrip("~?%") for end in edtf.split("/") if end != "..")
    return ", ".join(
        f"{seasons[end[4:]]} of {end[:4]}" if end[4:] in seasons else end.replace("X", "0s", 1)
        for end in ends
    )


def _fact_statements(owner: str, at: Location, fact: Fact) -> Iterator[Statement]:
    yield Statement(owner, (*at, "says"), fact.says, fact.cites, fact.inferred)
    if fact.caution:
        yield Statement(owner, (*at, "caution"), fact.caution, fact.cites, fact.inferred)
    for index, account in enumerate(fact.accounts):
        # What one source words is its own: nothing in it is inferred, nothing from elsewhere.
        yield Statement(owner, (*at, "accounts", index, "says"), account.says, (account,))


_ADD = "add the form that the article uses to its `also`"


def people(comparison: Comparison) -> Iterator[Fault]:
    """Who took part in an event, holds an office or claims a fact stands where that is cited."""
    for thing, at, actor, cites in _named(comparison.base):
        if comparison.whole(cites) and not any(
            actor in p.things for p in comparison.carrying(cites)
        ):
            where = [c for c, paragraph in comparison.content.items() if actor in paragraph.things]
            better = f"cite where one does ({_nearest(where, cites)})" if where else _ADD
            what = f"no form of `{actor}` stands in {_listed(cites)}; {better}"
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


def own_words(comparison: Comparison) -> Iterator[Fault]:
    """No run of twelve words is an article's own; a title, an office or a name is one word."""
    names = _one_word_names(comparison.base)
    size = LONGEST_RUN + 1
    known: dict[tuple[str, ...], Citation] = {}
    for source, copy in comparison.copies.items():
        for number, text in enumerate(copy.paragraphs, 1):
            run = _joined(text, names)
            cite = Citation(source=source, paragraph=number)
            known |= {tuple(run[i : i + size]): cite for i in range(len(run) - size + 1)}
    for thing, document in comparison.base.documents.items():
        for at, text in _texts(document.data):
            run = _joined(text, names)
            for i in range(len(run) - size + 1):
                if cite := known.get(tuple(run[i : i + size])):
                    begins = " ".join(run[i : i + 4]).replace("\0", " ")
                    what = f"{size} words of {_listed([cite])} from “{begins}” on; say it otherwise"
                    yield comparison.fault(thing, at, what)
                    break


def _one_word_names(base: Base) -> Mapping[str, list[tuple[str, ...]]]:
    """The names that count as one word, by their first word, the longest first."""
    texts = chain(
        (source.title for source in base.sources.values()),
        (form for actor in base.actors.values() for form in (actor.name, *actor.also)),
        (role.title for actor in base.actors.values() for role in actor.roles),
    )
    by_first: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for name in sorted(set(map(key, texts)), key=lambda name: (-len(name), name)):
        if name:
            by_first[name[0]].append(name)
    return by_first


def _joined(text: str, names: Mapping[str, list[tuple[str, ...]]]) -> list[str]:
    """The words of a text, with each name as one word."""
    run = [word.key for word in words(text)]
    joined: list[str] = []
    while run:
        heads = names.get(run[0], [])
        name = next((n for n in heads if tuple(run[: len(n)]) == n), (run[0],))
        joined.append("\0".join(name))
        run = run[len(name) :]
    return joined


def _texts(data: object, at: Location = ()) -> Iterator[tuple[Location, str]]:
    """Every text in a document's data, and where it stands."""
    if isinstance(data, str):
        yield at, data
    elif isinstance(data, dict):
        for name, value in cast(dict[str, object], data).items():
            yield from _texts(value, (*at, name))
    elif isinstance(data, list):
        for index, value in enumerate(cast(Sequence[object], data)):
            yield from _texts(value, (*at, index))


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
        if source.date and any(missing(_in_words(source.date), pages, comparison.reading)):
            what = f"the copy shows no {source.date}; write the date that stands there, or none"
            yield comparison.fault(source.id, ("date",), what)


RULES: tuple[Rule, ...] = (
    existing_paragraphs, supported, people, uncited, furniture_ranges, own_words, records,
)  # fmt: skip
