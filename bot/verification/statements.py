"""The texts of a base that cite paragraphs as their evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.documents import Location
from bot.facts.load import Base
from bot.facts.model import Citation, Event, Fact
from bot.facts.stories import Story


@dataclass(frozen=True)
class Statement:
    """A text of the base, its location, and the paragraphs that must support it."""

    thing: str
    at: Location
    text: str
    cites: tuple[Citation, ...]
    inferred: str | None = None
    """How figures and dates that no paragraph prints follow from the articles."""
    is_place: bool = False
    """Whether it is only the name of a place."""


def statements_of(base: Base) -> Iterator[Statement]:
    """Every text that cites paragraphs as its evidence."""
    for event in base.events.values():
        yield from _event_statements(event, base.info.language)
    for actor in base.actors.values():
        for index, role in enumerate(actor.roles):
            yield Statement(actor.id, ("roles", index, "title"), role.title, role.cites)
    for owner, field, lead in base.leads():
        inferred = _inferred(base, owner, lead.cites)
        yield Statement(owner, (field, "says"), lead.says, lead.cites, inferred)
    yield from _retellings(base)
    for owner, at, fact in base.facts():
        if fact.withdrawn is None:
            yield from _fact_statements(owner, at, fact)


def _retellings(base: Base) -> Iterator[Statement]:
    """The lines of stories in their own words, with what they cite."""
    cites = {f"{owner}/{fact.id}": fact.cites for owner, _, fact in base.facts()}
    for owner, at, line in base.retellings():
        cited = line.cited(cites.get(key, ()) for key in line.rests_on)
        yield Statement(owner, (*at, "says"), line.says, cited, _inferred(base, owner, cited))


def story_statements(base: Base, story: Story) -> Iterator[Statement]:
    """What a story says in its own words, in order."""
    inferred = _inferred(base, story.id, story.opening.cites)
    yield Statement(
        story.id, ("opening", "says"), story.opening.says, story.opening.cites, inferred
    )
    yield from (each for each in _retellings(base) if each.thing == story.id)


def _event_statements(event: Event, language: str) -> Iterator[Statement]:
    inferred = event.when.why
    yield Statement(event.id, ("title",), event.title, event.cites, inferred)
    if event.where:
        yield Statement(event.id, ("where",), event.where, event.cites, is_place=True)
    if event.when.edtf and event.when.basis == "stated":
        yield Statement(event.id, ("when", "edtf"), in_words(event.when.edtf), event.cites)
    for known, said in (event.when.words or {}).items():
        if known == language:
            yield Statement(event.id, ("when", "words", known), said, event.cites, inferred)
    for index, part in enumerate(event.who):
        if part.part:
            yield Statement(event.id, ("who", index, "as"), part.part, event.cites)


def in_words(edtf: str) -> str:
    """An EDTF date as `quantities.dates` reads it: seasons by name, marks of doubt dropped."""
    seasons = {"-21": "spring", "-22": "summer", "-23": "autumn", "-24": "winter"}
    ends = (end.rstrip("~?%") for end in edtf.split("/") if end != "..")
    return ", ".join(
        f"{seasons[end[4:]]} of {end[:4]}" if end[4:] in seasons else end.replace("X", "0s", 1)
        for end in ends
    )


def _inferred(base: Base, thing_id: str, cites: Iterable[Citation]) -> str:
    """What a summary may take from the base: dates and inferences that rest on its paragraphs.

    Those of its own thing are among them; each is verified where the base has it.
    """
    cited, texts = set(cites), list[str | None]()
    for event in base.events.values():
        if event.id == thing_id or cited.intersection(event.cites):
            texts += [event.when.edtf and in_words(event.when.edtf), event.when.why]
    for owner, _, fact in base.facts():
        if owner == thing_id or cited.intersection(fact.cites):
            texts.append(fact.inferred)
    return " ".join(filter(None, texts))


def _fact_statements(owner: str, at: Location, fact: Fact) -> Iterator[Statement]:
    yield Statement(owner, (*at, "says"), fact.says, fact.cites, fact.inferred)
    if fact.caution:
        yield Statement(owner, (*at, "caution"), fact.caution, fact.cites, fact.inferred)
    for index, account in enumerate(fact.accounts):
        # An account is one source's own wording: nothing in it is inferred or from elsewhere.
        yield Statement(owner, (*at, "accounts", index, "says"), account.says, (account,))


def citations_of(base: Base) -> Iterator[tuple[str, Location, Citation]]:
    """Every citation of a base, with its location."""
    for statement in statements_of(base):
        *around, field = statement.at
        if field not in ("says", "title"):
            continue
        for index, cite in enumerate(statement.cites):
            own = "accounts" in around  # an account is its own citation
            yield statement.thing, (*around, *(() if own else ("cites", index))), cite


_SHOWN = 4


def nearest(found: Iterable[Citation], cites: Iterable[Citation]) -> str:
    """A few of the citations found, those of articles in `cites` first."""
    known = {cite.source for cite in cites}
    return listed(sorted(found, key=lambda cite: cite.source not in known)[:_SHOWN])


def listed(cites: Iterable[Citation]) -> str:
    """Citations as a person writes them: thaw-drivers 5, 7; two-plus-two 9."""
    by_source: defaultdict[str, list[int]] = defaultdict(list)
    for cite in cites:
        by_source[cite.source].append(cite.paragraph)
    return "; ".join(
        f"{source} {', '.join(map(str, sorted(set(numbers))))}"
        for source, numbers in by_source.items()
    )
