"""Citations, sources and dates in words, never more precise than what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from babel.dates import format_date, format_skeleton

from bot.facts.dates import Moment, Span
from bot.facts.model import Citation
from bot.facts.records import Dated, SourceRecord
from bot.texts.catalogues import Words

_SEASONS = {3: "spring", 6: "summer", 9: "autumn", 12: "winter"}


def citation_marks(cites: Iterable[Citation], numbers: Mapping[str, int]) -> str:
    """`[1 ¶5, ¶7; 2 ¶21]`: the numbers of sources, and paragraphs in each; empty without cites."""
    paragraphs: dict[int, set[int]] = {}
    for cite in cites:
        paragraphs.setdefault(numbers[cite.source], set()).add(cite.paragraph)
    parts = [
        f"{number} " + ", ".join(f"¶{p}" for p in sorted(paragraphs[number]))
        for number in sorted(paragraphs)
    ]
    return f"[{'; '.join(parts)}]" if parts else ""


def source_line(record: SourceRecord, number: int, paragraphs: list[int], words: Words) -> str:
    """One source in full: title, author, publisher, date and paragraphs, or what the copy lacks."""
    cited = ", ".join(f"¶{paragraph}" for paragraph in paragraphs)
    title = words("typography.quoted", text=record.source.title)
    return f"[{number}] {title} · {imprint(record, words)} · {cited}"


def imprint(record: SourceRecord, words: Words) -> str:
    """Author, publisher and date of a source, each as its copy shows it, or that it is missing."""
    if not record.source.publisher and not record.span:
        parts = [record.source.author, words("source.no-imprint")]
    else:
        parts = [
            record.source.author,
            record.source.publisher or words("source.no-publisher"),
            span_words(record.span, words) if record.span else words("source.no-date"),
        ]
    return " · ".join(part for part in parts if part)


def dated_words(dated: Dated, words: Words) -> str:
    """A date as the sources allow: a day, a month, `a Monday in April 2023`, or undated."""
    chosen = next(
        (w for known, w in (dated.when.words or {}).items() if known == words.language), None
    )
    if chosen:
        return chosen
    return span_words(dated.span, words) if dated.span else words("date.undated")


@lru_cache(maxsize=8192)  # Babel takes longer for one date than a whole card may
def span_words(span: Span, words: Words) -> str:
    """A span of days in words, with the precision that it was given in."""
    start = moment_words(span.begins, words) if span.begins else ""
    end = moment_words(span.ends, words) if span.ends else ""
    if not end:
        text = words("date.since", start=start)
    elif not start:
        text = words("date.until", end=end)
    else:
        text = words("date.from-to", start=start, end=end) if span.is_interval else start
    if span.approximate:
        text = words("date.approximate", date=text)
    return words("date.uncertain", date=text) if span.uncertain else text


def moment_words(moment: Moment, words: Words) -> str:
    """One date in words: `16 March 2023`, `March 2023`, `summer 2019`, `2023`, `the 2020s`."""
    start = moment.start
    match moment.precision:
        case "day":
            return day_words(start, words)
        case "month":
            return month_words(start, words)
        case "season":
            return words(f"date.{_SEASONS[start.month]}", year=year_words(start, words))
        case "year":
            return year_words(start, words)
        case "decade":
            return words("date.decade", year=start.year)
        case "century":
            return words("date.century", number=start.year // 100 + 1)


def day_words(day: date, words: Words) -> str:
    """A day in full: `16 March 2023`, `2023년 3월 16일`."""
    if words.language == "en":
        # Babel's `en` is American; the order of the rest of the world needs no comma.
        return format_date(day, "d MMMM y", locale=words.locale)
    return format_date(day, "long", locale=words.locale)


@lru_cache(maxsize=1024)
def month_words(day: date, words: Words) -> str:
    """The month of a day: `March 2023`, `2023년 3월`."""
    return format_skeleton("yMMMM", day, locale=words.locale)


@lru_cache(maxsize=1024)
def year_words(day: date, words: Words) -> str:
    """The year of a day: `2023`, `2023년`."""
    return format_skeleton("y", day, locale=words.locale)
