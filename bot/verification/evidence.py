"""The claims in a text that a program can check, and whether paragraphs support them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from bot.facts.model import Source
from bot.parsing.quantities import Day, Quantity, compounds, dates, quantities
from bot.verification.mentions import Forms, Key, Mention, Word, capital_run, key, words

INFERRED = "`inferred` (in an event's date, `why`), and name it there"
"""Where a curator explains what follows from the articles though none prints it."""

_QUOTED = re.compile(r"[\"“]([^\"“”]+)[\"”]")
_PLACE = re.compile(r"\b(?:in|at|near)\s+(?:the\s+|central\s+)*$", re.IGNORECASE)
# `two articles`, `three paragraphs of the report`: our own count, which no article prints.
_OUR_COUNT = re.compile(r"^\s+(?:of (?:the|our)\s+)?(?:other\s+)?(?:article|paragraph|report)s?\b")

# `the two ministers`, `all three`: refers back and counts nothing new.
_BACK = re.compile(r"\b(?:the|these|those|all)\s+(?:other\s+)?$", re.IGNORECASE)
# `Seoul first, then Tokyo` is an adverb; `the first, in May` is an ordinal.
_ADVERBS = ("first", "second", "third")
_ORDERS = re.compile(r"(?:\b(?:the|its|his|her|their)|['’]s)\s+$", re.IGNORECASE)
_STOP = re.compile(r"[,.;:!?)]|$")


@dataclass(frozen=True)
class Paragraph:
    """What one paragraph of an article prints."""

    words: str
    """The keys of its words, each between two spaces."""
    dates: tuple[Day, ...]
    quantities: tuple[Quantity, ...]
    things: Mapping[str, frozenset[Key]]
    """The things that it names, each with the forms used."""

    def prints(self, run: Key) -> bool:
        """Whether it has exactly these words in a row."""
        return f" {' '.join(run)} " in self.words


@dataclass(frozen=True)
class Claim:
    """One figure, date, name or quotation of a text."""

    kind: str
    shown: str
    run: Key = ()
    quantity: Quantity | None = None
    day: Day | None = None
    things: frozenset[str] = frozenset()
    is_place: bool = False

    @property
    def may_be_inferred(self) -> bool:
        """Whether it may be missing from the paragraphs if the file says how it was inferred.

        Figures and dates can be worked out; a weekday, a name and a quotation cannot.
        """
        return self.quantity is not None or (self.day is not None and self.day.weekday is None)

    @property
    def worded(self) -> str:
        """The claim as faults name it."""
        return f"the {self.kind} “{self.shown}”"

    @property
    def remedy(self) -> str:
        """What to do if no article supports it."""
        if self.may_be_inferred:
            return f"leave it out, or say how it follows in {INFERRED}"
        if self.kind == "name":
            return "leave it out, or add it to `also` of what it names"
        return "leave it out"


class Reading:
    """Reads texts with the names of one base in mind.

    `always_capital` are words that are names even at a sentence's start.
    """

    def __init__(self, forms: Forms, always_capital: frozenset[str]) -> None:
        self.forms = forms
        self.always_capital = always_capital
        self.paragraph = lru_cache(maxsize=None)(self._paragraph)

    def _paragraph(self, text: str) -> Paragraph:
        read = words(text)
        return Paragraph(
            words=f" {' '.join(word.key for word in read)} ",
            dates=tuple(dates(text)),
            quantities=tuple(quantities(text)),
            things=self.forms.named(read),
        )

    def record(self, source: Source) -> Paragraph:
        """An article's record as a paragraph: its author, publisher and date."""
        read = self.paragraph(" | ".join(filter(None, (source.author, source.publisher))))
        return Paragraph(
            words=read.words,
            dates=tuple(dates(source.date or "")),
            quantities=(),
            things={**read.things, source.id: read.things.get(source.id, frozenset())},
        )


def in_year_of(source: Source | None, paragraph: Paragraph) -> Paragraph:
    """A paragraph of a dated article, whose dates without a year are those up to that date."""
    published = next(iter(dates(source.date or "")), None) if source else None
    if published is None or published.year is None or published.month is None:
        return paragraph
    upto = published.month, published.day or 31
    return replace(
        paragraph,
        dates=tuple(
            replace(day, year=published.year)
            if day.year is None and day.month and (day.month, day.day or 1) <= upto
            else day
            for day in paragraph.dates
        ),
    )


def is_supported(claim: Claim, paragraphs: Iterable[Paragraph]) -> bool:
    """Whether one of the paragraphs supports the claim."""
    return any(_supports(paragraph, claim) for paragraph in paragraphs)


def _supports(paragraph: Paragraph, claim: Claim) -> bool:
    if claim.quantity:
        return any(claim.quantity.agrees(quantity) for quantity in paragraph.quantities)
    if claim.day:
        return any(claim.day.agrees(day) for day in paragraph.dates)
    if not claim.things:
        return paragraph.prints(claim.run)
    named = [paragraph.things[thing] for thing in claim.things & paragraph.things.keys()]
    if claim.is_place:
        # Seoul can mean South Korea, but a paragraph with South Korea is no evidence for Seoul.
        return any(not forms or any(_overlap(claim.run, f) for f in forms) for forms in named)
    return bool(named)


def _overlap(one: Key, other: Key) -> bool:
    """Whether one name contains the other: Japan and Japanese, Korea and South Korean."""
    left, right = " ".join(one), " ".join(other)
    return left in right or right in left


def missing(
    text: str, paragraphs: Sequence[Paragraph], reading: Reading, is_place: bool = False
) -> Iterator[Claim]:
    """Every figure, date, name and quotation of a text that none of the paragraphs supports.

    `is_place` says that the text names a place and nothing else.
    """
    named, numbered = _missing_names(text, paragraphs, reading, is_place)
    compound = _compounds(text, reading.forms)
    plain = chain(_dates(text), _figures(text, numbered), compound, _quotations(text))
    yield from (claim for claim in plain if not is_supported(claim, paragraphs))
    yield from named


def _dates(text: str) -> Iterator[Claim]:
    yield from (Claim("date", day.shown, day=day) for day in dates(text))


def _figures(text: str, inside: Sequence[range]) -> Iterator[Claim]:
    """The figures that a text claims, without those inside a name."""
    for quantity in quantities(text):
        named = quantity.named and not any(quantity.start in span for span in inside)
        if named and not _counts_nothing(text, quantity):
            yield Claim("figure", quantity.shown, quantity=quantity)


def _compounds(text: str, forms: Forms) -> Iterator[Claim]:
    """Words that contain a number and are not a name in the base, such as two-plus-two."""
    for shown in compounds(text):
        if not forms.has(key(shown)):
            yield Claim("figure", shown, run=key(shown))


def _counts_nothing(text: str, quantity: Quantity) -> bool:
    """Whether a number claims nothing: our own count, a reference back, an adverb."""
    before, after = text[: quantity.start], text[quantity.start + len(quantity.shown) :]
    if quantity.ordinal:
        adverb = quantity.shown.lower() in _ADVERBS and _STOP.match(after)
        return bool(adverb and not _ORDERS.search(before))
    back = quantity.value in (2, 3) and not quantity.measure and _BACK.search(before)
    return bool(back or _OUR_COUNT.match(after))


def _quotations(text: str) -> Iterator[Claim]:
    for quoted in _QUOTED.finditer(text):
        runs = (key(part) for part in re.split(r"…|\.\.\.", quoted[1]))
        yield from (Claim("quotation", quoted[1], run=run) for run in runs if run)


def _missing_names(
    text: str, paragraphs: Sequence[Paragraph], reading: Reading, is_place: bool
) -> tuple[list[Claim], list[range]]:
    """The names that no paragraph supports, and where the text names actors."""
    read = words(text)
    dated = [range(day.start, day.start + len(day.shown)) for day in dates(text)]
    unsupported: list[Claim] = []
    spans: list[range] = []
    index = 0
    while index < len(read):
        word = read[index]
        begins = word.capital and (is_place or not word.opens or word.key in reading.always_capital)
        begins = begins and not any(word.start in span for span in dated)
        where = is_place or bool(_PLACE.search(text[: word.start]))
        options = _options(text, read, index, reading.forms, begins, where)
        found = next((o for o in options if is_supported(o.claim, paragraphs)), None)
        if found is None and (fault := next((o for o in options if o.required), None)):
            unsupported.append(fault.claim)
            found = fault
        if found and found.actor:
            spans.append(range(word.start, read[index + found.length - 1].end))
        index += found.length if found else 1
    return unsupported, spans


@dataclass(frozen=True)
class _Option:
    """One way to read the name that begins at a word."""

    claim: Claim
    length: int
    actor: bool
    required: bool
    """Whether the name is a fault if no way to read it is supported."""


def _options(
    text: str, read: list[Word], first: int, forms: Forms, begins: bool, is_place: bool
) -> list[_Option]:
    """The ways to read what begins at a word, the longest first; none if it is not a name.

    An actor's name is read as a whole. The name of an event or a topic may be read word by word,
    and words that name nothing in the base count as written.
    """
    options: list[_Option] = []
    actor: int | None = None
    for mention in forms.at(read, first):
        if actor is None and _is_name(read, mention) and not forms.runs_on(read, mention):
            is_actor = forms.is_actor(mention.form)
            options.append(_known(text, read, mention, is_actor, is_actor and is_place))
            actor = mention.end - first if is_actor else None
    if begins:
        lengths = range(capital_run(read, first), actor or 0, -1)
        required = actor is None
        options += [_plain(text, read, first, first + length, required) for length in lengths]
    return sorted(options, key=lambda option: -option.length)


def _known(text: str, read: list[Word], mention: Mention, actor: bool, is_place: bool) -> _Option:
    shown = text[read[mention.first].start : read[mention.end - 1].end]
    claim = Claim("name", shown, mention.form.key, things=mention.form.things, is_place=is_place)
    return _Option(claim, mention.end - mention.first, actor, required=actor)


def _plain(text: str, read: list[Word], first: int, end: int, required: bool) -> _Option:
    claim = Claim("name", text[read[first].start : read[end - 1].end], _run(read[first:end]))
    return _Option(claim, end - first, actor=False, required=required)


def _run(read: list[Word]) -> Key:
    return tuple(word.key for word in read)


def _is_name(read: list[Word], mention: Mention) -> bool:
    """Whether a known form is written as a name: with a capital that is not a sentence's first."""
    inside = read[mention.first : mention.end]
    return any(word.capital and (not word.opens or mention.form.capital) for word in inside)
