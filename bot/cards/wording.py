"""Citations, sources and dates in words, never more precise than what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel.dates import format_date, format_interval, format_skeleton

from bot.cards.limits import CHOICE_LABEL, shorten
from bot.facts.dates import FINEST, Moment, Span
from bot.facts.model import Citation
from bot.facts.records import Dated, SourceRecord, ThingRecord
from bot.texts.catalogues import Words

HINT = " · "
"""What is between a thing's name and what tells it apart."""

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


@dataclass(frozen=True)
class CitedSource:
    """A source as a page cites it: its number on the card, and the cited paragraphs."""

    number: int
    record: SourceRecord
    paragraphs: tuple[int, ...] = ()


def source_line(cited: CitedSource, words: Words) -> str:
    """One source in full: title, author, publisher, date and paragraphs, or what the copy lacks."""
    title = words("typography.quoted", text=cited.record.source.title)
    return f"[{cited.number}] {title} · {imprint(cited.record, words)} · {paragraphs(cited)}"


def paragraphs(cited: CitedSource) -> str:
    """The cited paragraphs of a source: `¶5, ¶7`."""
    return ", ".join(f"¶{paragraph}" for paragraph in cited.paragraphs)


def short_name(record: SourceRecord, words: Words) -> str:
    """A source in a word or two: its publisher, or else its title in short."""
    source = record.source
    title = source.short or shorten(source.title, _SHORT_TITLE)
    return source.publisher or words("typography.quoted", text=title)


def short_date(record: SourceRecord, words: Words) -> str:
    """The date of a source beside its short name, or what its copy lacks."""
    if record.span is None:
        return words("source.undated" if record.source.publisher else "source.without-imprint")
    if record.span.is_day and record.span.begins:
        return _short_day(record.span.begins.start, words)
    return span_words(record.span, words)


@lru_cache(maxsize=1024)
def _short_day(day: date, words: Words) -> str:
    return format_skeleton("yMMMd", day, locale=_locale(words))


_SHORT_TITLE = 30


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


def dated_words(dated: Dated, words: Words, year: int | None = None) -> str:
    """A date as the sources allow: a day, a month, `a Monday in April 2023`, or undated.

    `year` is one that a heading names already: the date does not repeat it.
    """
    chosen = next(
        (w for known, w in (dated.when.words or {}).items() if known == words.language), None
    )
    if chosen is None:
        chosen = span_words(dated.span, words) if dated.span else words("date.undated")
    return _without_year(chosen, year, words) if year else chosen


@lru_cache(maxsize=1024)
def _without_year(text: str, year: int, words: Words) -> str:
    """A date in words without the year behind or before its months and seasons; empty if alone."""
    for with_year, without in _parts_of_year(words):
        text = text.replace(with_year.format(year=year), without)
    return "" if text == year_words(date(year, 1, 1), words) else text


@lru_cache(maxsize=16)
def _parts_of_year(words: Words) -> tuple[tuple[str, str], ...]:
    """The months and seasons of any year in words, each with its `{year}` and without."""
    sample = 2000
    spoken = year_words(date(sample, 1, 1), words)
    months = [date(sample, month, 1) for month in range(1, 13)]
    parts = (
        *((month_words(m, words), format_date(m, "LLLL", words.locale)) for m in months),
        *(
            (words(f"date.{season}", year=spoken), words(f"date.{season}", year="").strip())
            for season in _SEASONS.values()
        ),
    )
    return tuple((text.replace(str(sample), "{year}"), without) for text, without in parts)


def choice_label(thing: ThingRecord, words: Words, limit: int = CHOICE_LABEL) -> str:
    """A thing's name and what tells it apart (date, role), in at most `limit` characters."""
    name = thing.name(words.language)
    hint = _hint(thing, words, is_translated=name != thing.label)
    if not hint:
        return shorten(name, limit)
    left = limit - len(name) - len(HINT)
    return f"{name}{HINT}{shorten(hint, left)}" if left >= 8 else shorten(name, limit)


def _hint(thing: ThingRecord, words: Words, *, is_translated: bool) -> str | None:
    """What tells a thing apart, in the reader's language if its name is and its date is known."""
    if thing.disambiguate and not (is_translated and thing.dated):
        return thing.disambiguate
    date = dated_words(thing.dated, words) if thing.dated else None
    return date or thing.disambiguate or thing.role


@lru_cache(maxsize=8192)  # Babel takes longer for one date than a whole card may
def span_words(span: Span, words: Words) -> str:
    """A span of days in words, with the precision that it was given in."""
    if span.begins and span.ends:
        pair = span.begins, span.ends
        text = _interval(*pair, words) if span.is_interval else moment_words(span.begins, words)
    elif span.begins:
        text = words("date.since", start=moment_words(span.begins, words))
    else:
        assert span.ends, "a span has at least one end"
        text = words("date.until", end=moment_words(span.ends, words))
    if span.approximate:
        text = words("date.approximate", date=text)
    return words("date.uncertain", date=text) if span.uncertain else text


def _interval(begins: Moment, ends: Moment, words: Words) -> str:
    """Two dates as one: `16–17 March 2023`, `March–April 2023`, `1910–1945`."""
    first, last = begins.start, ends.start
    is_month = (first.year, first.month) == (last.year, last.month)
    match begins.precision, ends.precision:
        case "day", "day" if is_month:
            month = month_words(first, words)
            return words("date.days", month=month, first=first.day, last=last.day)
        case "month", "month":
            return _joined(first, last, "yMMMM", words)
        case "year", "year":
            return _joined(first, last, "y", words)
        case _:
            start, end = moment_words(begins, words), moment_words(ends, words)
            return words("date.from-to", start=start, end=end)


def _joined(first: date, last: date, skeleton: str, words: Words) -> str:
    """Two dates as the language joins them; in print, English has no spaces around the dash."""
    return format_interval(first, last, skeleton, locale=_locale(words)).replace("\u2009", "")


@lru_cache(maxsize=8192)
def brief_date(span: Span, words: Words, with_year: bool) -> str:
    """A span of days in few letters, as beside a chart: `16 Mar`, `Mar–Dec`, `1910–1945`."""
    if not span.begins or not span.ends:
        return span_words(span, words)
    precision = max(span.begins.precision, span.ends.precision, key=FINEST.index)
    skeleton = {"day": "MMMd", "month": "MMM"}.get(precision)
    if not skeleton and precision != "year":
        return span_words(span, words)
    skeleton = f"y{skeleton or ''}" if with_year or not skeleton else skeleton
    if span.is_interval:
        last = date.fromordinal(span.last)
        text = _joined(span.begins.start, last, skeleton, words)
    else:
        text = format_skeleton(skeleton, span.begins.start, locale=_locale(words))
    return words("date.approximate", date=text) if span.approximate else text


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
            return words("date.century", number=words.ordinal(start.year // 100 + 1))


def day_words(day: date, words: Words) -> str:
    """A day in full: `16 March 2023`, `2023년 3월 16일`."""
    return format_date(day, "long", locale=_locale(words))


def _locale(words: Words) -> str:
    """The locale of dates: Babel's `en` is American, with a comma in a date."""
    return "en_GB" if words.language == "en" else words.language


@lru_cache(maxsize=1024)
def month_words(day: date, words: Words) -> str:
    """The month of a day: `March 2023`, `2023년 3월`."""
    return format_skeleton("yMMMM", day, locale=words.locale)


@lru_cache(maxsize=64)  # every chart has all twelve
def month_name(month: int, words: Words) -> str:
    """A month in few letters: `Mar`, `3월`."""
    return format_date(date(2000, month, 1), "LLL", locale=_locale(words))


@lru_cache(maxsize=1024)
def year_words(day: date, words: Words) -> str:
    """The year of a day: `2023`, `2023년`."""
    return format_skeleton("y", day, locale=words.locale)
