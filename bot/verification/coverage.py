"""What a base covers: its counts, each article's paragraphs, and its weakly supported facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.facts.load import Base
from bot.facts.model import CLAIMS, Citation, Fact, Source


@dataclass(frozen=True)
class Coverage:
    """An article's paragraphs: how often each is cited, and which are furniture."""

    source: Source
    cited: Mapping[int, int]
    furniture: frozenset[int]

    @property
    def uncited(self) -> tuple[int, ...]:
        """The content paragraphs that nothing cites."""
        every = range(1, self.source.paragraphs + 1)
        return tuple(n for n in every if n not in self.cited and n not in self.furniture)


def coverage(base: Base) -> list[Coverage]:
    """The coverage of each article, ordered by id."""
    counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for cites in _citing(base):
        for source, paragraph in {(cite.source, cite.paragraph) for cite in cites}:
            counts[source][paragraph] += 1
    return [
        Coverage(source, dict(counts[source.id]), furniture(source))
        for source in sorted(base.sources.values(), key=lambda source: source.id)
    ]


def _citing(base: Base) -> Iterator[tuple[Citation, ...]]:
    """The citations of each fact that is not withdrawn, of each event and of each role."""
    yield from (fact.cites for _, fact in _facts(base))
    yield from (event.cites for event in base.events.values())
    yield from (role.cites for actor in base.actors.values() for role in actor.roles)


def furniture(source: Source) -> frozenset[int]:
    """The numbers of the paragraphs that a source lists as furniture."""
    ranges = (range(part.first, part.last + 1) for part in source.furniture)
    return frozenset(chain.from_iterable(ranges))


def _facts(base: Base) -> list[tuple[str, Fact]]:
    """Each fact that is not withdrawn, with its key `owner/fact`."""
    return [(f"{owner}/{f.id}", f) for owner, _, f in base.facts() if f.withdrawn is None]


def counts(base: Base) -> list[tuple[str, int]]:
    """How many there are of everything, in the order shown."""
    facts = [fact for _, fact in _facts(base)]
    things = Counter(kind for kind, _ in base.things())
    return [
        ("articles", things["source"]),
        ("events", things["event"]),
        ("actors", things["actor"]),
        ("topics", things["topic"]),
        ("facts", len(facts)),
        ("… that are claims", sum(fact.kind in CLAIMS for fact in facts)),
        ("… inferred", sum(fact.inferred is not None for fact in facts)),
        ("… with a caution", sum(fact.caution is not None for fact in facts)),
        ("… with differing accounts", sum(bool(fact.accounts) for fact in facts)),
        ("… corrected", sum(bool(fact.was) for fact in facts)),
        ("withdrawn facts", sum(fact.withdrawn is not None for _, _, fact in base.facts())),
        ("citations of facts", sum(len(fact.cites) for fact in facts)),
    ]


def undated(base: Base) -> list[tuple[str, str]]:
    """The ids of the events without a date, each with its date in words, if any."""
    language = base.info.language
    return sorted(
        (event.id, (event.when.words or {}).get(language, ""))
        for event in base.events.values()
        if event.when.basis == "undated"
    )


def on_one_source(base: Base) -> dict[str, list[str]]:
    """For each article, the keys of the facts that rest on it alone."""
    alone: defaultdict[str, list[str]] = defaultdict(list)
    for key, fact in _facts(base):
        sources = {cite.source for cite in fact.cites}
        if len(sources) == 1:
            alone[sources.pop()].append(key)
    return dict(sorted(alone.items()))


def disputed(base: Base) -> list[tuple[str, str]]:
    """The keys of the facts that are positions or have differing accounts, each with which."""
    found: list[tuple[str, str]] = []
    for key, fact in _facts(base):
        if fact.accounts:
            found.append((key, f"{len(fact.accounts)} accounts"))
        if fact.kind == "position":
            found.append((key, f"position of {fact.by}"))
    return found


@dataclass(frozen=True)
class ReportTable:
    """One table of the survey: its heading, its columns and its rows."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str | int, ...]]


def report_tables(base: Base) -> list[ReportTable]:
    """The whole survey of a base."""
    covered = coverage(base)
    articles = [
        (c.source.id, c.source.kind, len(c.cited), len(c.uncited), len(c.furniture))
        for c in covered
    ]
    alone = [(source, len(keys), " ".join(keys)) for source, keys in on_one_source(base).items()]
    return [
        ReportTable("What there is", ("of", "count"), counts(base)),
        ReportTable("Articles", ("article", "kind", "cited", "not cited", "furniture"), articles),
        ReportTable(
            "Paragraphs: how many facts, events and roles cite each (f furniture, ! none)",
            ("article", "paragraph:cited"),
            [(c.source.id, " ".join(_marks(c))) for c in covered],
        ),
        ReportTable("Undated events", ("event", "in words"), undated(base)),
        ReportTable("Facts that rest on one article", ("article", "count", "facts"), alone),
        ReportTable("Positions and differing accounts", ("fact", "how"), disputed(base)),
    ]


def _marks(covered: Coverage) -> Iterator[str]:
    for number in range(1, covered.source.paragraphs + 1):
        mark = "f" if number in covered.furniture else covered.cited.get(number, "!")
        yield f"{number}:{mark}"


_NUMBERS = ("count", "cited", "not cited", "furniture")


def show(base: Base, console: Console) -> None:
    """Print the survey: tables for a reader, lines with tabs for another program."""
    for report in report_tables(base):
        if console.is_terminal:
            console.print(_table(report))
        else:
            lines = ("\t".join(map(str, row)) for row in (report.columns, *report.rows))
            console.file.write("\n".join((report.title, *lines)) + "\n\n")


def _table(report: ReportTable) -> Table:
    table = Table(title=report.title, title_justify="left")
    for column in report.columns:
        justify = "right" if column in _NUMBERS else "left"
        # Names stay on one line; only the last column wraps.
        no_wrap = column != report.columns[-1]
        table.add_column(column, justify=justify, overflow="fold", no_wrap=no_wrap)
    for row in report.rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    return table
