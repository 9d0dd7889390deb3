"""Where the lines of a card come from: each line's paragraphs, and the record of each source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.cards.card import Card, Line, Section, bare_cite
from bot.cards.limits import shorten
from bot.cards.pages import Page, cited_sources, pictured
from bot.cards.wording import CitedSource, citation_marks, imprint, paragraphs
from bot.facts.records import SourceRecord
from bot.texts.catalogues import Words

_IN_SHORT = 60  # characters of a line, enough to find it again


def sources_card(
    card: Card, shown: Sequence[Page], sources: Mapping[str, SourceRecord], words: Words
) -> Card:
    """The card of the sources of some pages of a card, its overview or one of its parts."""
    sections = [part for page in shown for part in pictured(page.sections, page.picture)]
    cited = cited_sources(sections, shown[0].numbers, sources)
    return Card(
        question=card.question,
        language=card.language,
        title=words("sources.heading"),
        found=True,
        subtitle=" · ".join(filter(None, [card.title, shown[0].part and shown[0].part.label])),
        sections=(
            *(_record(source, words) for source in cited),
            Section(tuple(_paragraph_lines(sections, shown[0].numbers)), words("sources.lines")),
        ),
    )


def _record(cited: CitedSource, words: Words) -> Section:
    """What is known of an article and of our copy, and the paragraphs that are cited."""
    source = cited.record.source
    title = f"[{cited.number}] {words('typography.quoted', text=source.title)}"
    lines = (
        Line(title, link=cited.record.address),
        Line(f"{imprint(cited.record, words)} · {paragraphs(cited)}"),
        Line(source.quality, label=words("source.copy")),
    )
    return Section(lines, listed=False, whole=True)


def _paragraph_lines(sections: Iterable[Section], numbers: Mapping[str, int]) -> Iterator[Line]:
    """The beginning of each line with its paragraphs."""
    for section in sections:
        for line in section.lines:
            if cites := [bare_cite(cite) for cite in line.all_cites()]:
                yield Line(f"{shorten(line.text, _IN_SHORT)} {citation_marks(cites, numbers)}")
