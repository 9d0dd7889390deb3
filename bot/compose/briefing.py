"""The briefing: a cited, dated summary that a moderator posts under their own name.

It tells a topic, an actor, an event or a period in one message: what matters, in order of time,
where sources differ, what is not established, and which claims call for care.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Literal, get_args

from bot.answers.context import AnswerContext
from bot.answers.fact_lines import as_of, event_line, fact_line
from bot.answers.filters import Filters
from bot.answers.questions.corrections import change_line, last_change
from bot.answers.service import clean_text
from bot.cards.card import Action, Card, Line, Question, Section
from bot.cards.limits import BUTTON_LABEL, TEXT, shorten
from bot.cards.pages import page
from bot.cards.plain import plain
from bot.cards.wording import dated_words
from bot.facts.model import CLAIMS, FactKind
from bot.facts.records import Dated, EventRecord, FactRecord, ThingRecord
from bot.facts.store import Filter, Store
from bot.matching.fulltext import words_of
from bot.matching.normalize import MINOR
from bot.parsing.dates import Period
from bot.texts.catalogues import LANGUAGES, Words
from bot.texts.catalogues import words as words_in

LONGEST_HEADLINE = 150
LONGEST_REMARKS = 300
"""Characters that a moderator may write; a proposed draft leaves room for them."""

_MOST = 12  # facts of a proposed draft: what members read to the end
_CHANGES = 2  # corrected facts that are told of
_LONGEST_CHANGE = 600  # characters of one; a longer story is told by /corrections
_IN_SHORT = 100  # characters of a fact on which accounts differ
_AROUND = 250  # characters above the card: who is told, who posts it, what it is shown for
_MARKUP = 5  # characters that Discord's markup adds to a line of plain text
_SIGNS = frozenset("\\*_`~|<>[:@#+-.")  # characters that are escaped where they may be markup
_AUTHOR = 32  # characters of a name on Discord


@dataclass(frozen=True)
class Subject:
    """What a briefing is about: a topic, actor or event of the base by its id, or a period.

    A period may be open at one end.
    """

    thing: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class BriefingDraft:
    """What a moderator begins with and may change: the headline, and the keys of the facts."""

    headline: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class ComposedBriefing:
    """A briefing ready to be posted.

    `facts` are the versions of the facts that it tells, by key. `missing` are keys of the draft
    that the base does not answer, `left_out` those that the message has no room for.
    """

    card: Card
    facts: Mapping[str, str]
    missing: tuple[str, ...]
    left_out: tuple[str, ...]


async def propose(store: Store, words: Words, subject: Subject) -> BriefingDraft:
    """A headline, and the facts that tell a subject best in one message, in reading order.

    The facts are the same in every language, so a draft may change its language later on.
    """
    spoken = {language: await _gather(store, words_in(language), subject) for language in LANGUAGES}
    told: list[FactRecord] = []
    for record in _ranked(spoken[LANGUAGES[0]]):
        if all(_has_room(material, [*told, record]) for material in spoken.values()):
            told.append(record)
        if len(told) == _MOST:
            break
    material = spoken[words.language]
    return BriefingDraft(
        _headline(material), tuple(record.key for record in _in_order(material, told))
    )


def _has_room(material: _Material, facts: Sequence[FactRecord]) -> bool:
    """Whether a message holds these facts and the longest remarks besides."""
    remarks, author = "x" * LONGEST_REMARKS, "x" * _AUTHOR
    return _fits(material, _card(material, _headline(material), facts, remarks, author))


async def candidates(store: Store, words: Words, subject: Subject) -> tuple[FactRecord, ...]:
    """Every fact that a briefing on a subject may tell, in reading order."""
    return (await _gather(store, words, subject)).facts


async def compose(
    store: Store,
    words: Words,
    subject: Subject,
    draft: BriefingDraft,
    remarks: str | None = None,
    author: str | None = None,
) -> ComposedBriefing:
    """The briefing as it will be posted, and what of the draft it could not take up.

    Facts are taken up in the order of the draft while there is room, and stand in reading order.
    Raises ValueError where the headline or the remarks are longer than they may be.
    """
    if len(draft.headline) > LONGEST_HEADLINE or len(remarks or "") > LONGEST_REMARKS:
        raise ValueError("a headline or remarks that would have to be cut")
    material = await _gather(store, words, subject)
    by_key = {record.key: record for record in material.facts}
    headline = clean_text(draft.headline, LONGEST_HEADLINE) or _headline(material)
    keys = dict.fromkeys(draft.facts)
    told: list[FactRecord] = []
    left_out: list[str] = []
    for key in filter(by_key.__contains__, keys):
        if _fits(material, _card(material, headline, [*told, by_key[key]], remarks, author)):
            told.append(by_key[key])
        else:
            left_out.append(key)
    return ComposedBriefing(
        card=_card(material, headline, told, remarks, author),
        facts={record.key: record.fact.version for record in told},
        missing=tuple(key for key in keys if key not in by_key),
        left_out=tuple(left_out),
    )


# ---- What there is to tell -------------------------------------------------------------------


@dataclass(frozen=True)
class _Material:
    """All that a briefing on a subject is made from.

    `facts` are in reading order, `telling` those of them that a draft chooses from. `events` are
    all of the base, in order of time. `changes` tell of corrected facts.
    """

    context: AnswerContext
    subject: Subject
    period: Filters
    events: Mapping[str, EventRecord]
    facts: tuple[FactRecord, ...]
    telling: tuple[FactRecord, ...]
    changes: tuple[Line, ...]


async def _gather(store: Store, words: Words, subject: Subject) -> _Material:
    context = AnswerContext(store, words, {})
    period = Filters(_day(subject.first), _day(subject.last), {})
    events = {record.event.id: record for record in await store.events(Filter())}
    within = await _events(store, subject, period)
    facts = {fact.key: fact for fact in await store.facts(subject.thing or "")}
    telling = list(facts.values())
    for event in within:
        own = [fact for fact in await store.facts(event.event.id) if fact.owner == event.event.id]
        if not subject.thing and not period.may_miss(event.dated.span):
            telling += own
        elif subject.thing and not any(fact.key in facts for fact in own):
            telling += own[:1]  # part of the story, though it does not name the subject
        for fact in own:  # in the order of their file, those that name the subject among them
            facts[fact.key] = facts.pop(fact.key, fact)
    places = {event_id: place for place, event_id in enumerate(events)}

    def place(fact: FactRecord) -> tuple[int, int]:
        return _PARTS.index(_part(events, fact)), places.get(fact.owner, -1)

    return _Material(
        context=context,
        subject=subject,
        period=period,
        events=events,
        facts=tuple(sorted(facts.values(), key=place)),
        telling=tuple(sorted(telling, key=place)),
        changes=tuple(await _changes(context, subject, {event.event.id for event in within})),
    )


def _day(day: date | None) -> Period | None:
    return Period(day, day, day.isoformat()) if day else None


async def _events(store: Store, subject: Subject, period: Filters) -> tuple[EventRecord, ...]:
    """The events of a topic, an actor or a period, in order of time; none where it is an event."""
    if subject.thing is None:
        return await store.events(period.filter)
    thing_record = store.things.get(subject.thing)  # another base may have been opened since
    match thing_record.kind if thing_record else None:
        case "topic":
            return await store.events(Filter(topic=subject.thing))
        case "actor":
            return await store.events(Filter(actor=subject.thing))
        case _:
            return ()


async def _changes(context: AnswerContext, subject: Subject, within: set[str]) -> list[Line]:
    """The latest corrections of the subject's facts that can be told in short."""
    changed = await context.store.changed(subject.thing)
    told = [record for record in changed if subject.thing or record.owner in within]
    told.sort(key=lambda record: last_change(record.fact), reverse=True)
    lines = (change_line(context, record) for record in told)
    return [line for line in lines if _length(line) <= _LONGEST_CHANGE][:_CHANGES]


def _length(line: Line) -> int:
    return len(line.text) + sum(map(_length, line.notes))


# ---- Which part of a briefing a fact stands in -----------------------------------------------

_Part = Literal["short", "story", "open", "care"]
_PARTS: tuple[_Part, ...] = get_args(_Part)


def _part(events: Mapping[str, EventRecord], record: FactRecord) -> _Part:
    event = events.get(record.owner)
    if record.part == "open":
        return "open"
    if _needs_care(record, event):
        return "care"
    return "story" if event else "short"


def _needs_care(record: FactRecord, event: EventRecord | None) -> bool:
    """Whether a fact may be repeated as more than it is.

    That is what is told of a planned event, and a claim that has a caution. What an announcement
    announced is what happened, and stands in the story.
    """
    if event and event.event.status == "planned":
        return True
    if event and event.event.kind == "announcement" and record.fact.kind == "plan":
        return False
    return record.fact.kind in CLAIMS and record.fact.caution is not None


# ---- Choosing --------------------------------------------------------------------------------
# Points, found by reading the drafts of every topic of a base. What they weigh is said beside them.

_KINDS: Mapping[FactKind, float] = {
    "event": 4, "agreement": 4, "figure": 3, "plan": 3, "proposal": 3, "position": 2,
    "background": 2, "role": 2, "opinion": 1,
}  # fmt: skip
_CLAIM = 3  # a claim that calls for care, whatever its kind, unless it is an opinion
_PLANNED = 2  # more: that something is planned, as it may be repeated as held
_OWN: Mapping[str, float] = {"facts": 3, "stands": 6, "open": 2}  # more: by the subject's lists
_DEFINES = 4  # more: the first of each of these lists
_ELSEWHERE = -2  # what does not name the subject
_ASIDE = -3  # an opinion that another topic or actor holds
_FIRST = 1  # the first fact of a list, as curators put what matters first
_LATER = -0.5  # each place further down
_SOURCE = 0.7  # each article that carries it
_TOUCHING, _MOST_TOUCHING = 0.35, 4  # each fact that is told of the same event, and all of them
_UNDATED = -3
_LETTER = -1 / 160  # each character that it takes to read

_AGAIN, _AGAIN_IN_STORY = 2.5, 0.4  # less: each fact before it in the same part
_SAME_EVENT = 3  # less: each fact of the same event before it in the story
_LIKENESS = 14  # less: times the square of its likeness to another
_NEW_PART = 3  # more: the first in its part
_NEW_SOURCE = 1  # more: brings in an article
_FIRST_ACCOUNTS = 2  # more: the first on which sources differ
_TOO_LITTLE = -6  # points below which a fact is not worth its place
_SAME = 0.5  # likeness beyond which two facts say the same
_STEM = 5  # letters that the forms of a word have in common, more often than not


def _ranked(material: _Material) -> Iterator[FactRecord]:
    """The facts that a draft chooses from, the most telling first, and none twice in other words.

    After each, what stands in the same part, comes from the same event or says nearly the same
    tells less, and what brings in another article tells more.
    """
    worth = {record.key: _worth(material, record) for record in material.telling}
    marks = _marks(material)
    likeness = dict.fromkeys(worth, 0.0)  # to the most alike of the facts that were told
    left: list[FactRecord] = list(material.telling)
    told: list[FactRecord] = []

    def points(record: FactRecord) -> float:
        alike = _LIKENESS * likeness[record.key] ** 2
        return worth[record.key] + _news(material, record, told) - alike

    while left:
        best = max(left, key=points)
        if points(best) < _TOO_LITTLE:
            return
        told.append(best)
        yield best
        for other in left:
            alike = _alike(marks[best.key], marks[other.key]) if other.part != "open" else 0.0
            likeness[other.key] = max(likeness[other.key], alike)
        left = [other for other in left if other is not best and likeness[other.key] <= _SAME]


def _worth(material: _Material, record: FactRecord) -> float:
    """How much a fact tells by itself: what it is, how much hangs on it, what it costs to read."""
    fact, part = record.fact, _part(material.events, record)
    listed = [f.key for f in material.telling if (f.owner, f.part) == (record.owner, record.part)]
    place = listed.index(record.key)
    points = _CLAIM if part == "care" and fact.kind != "opinion" else _KINDS[fact.kind]
    points += _LATER * place if place else _FIRST
    points += _LETTER * _length(fact_line(material.context, record))
    if part != "open":  # what is not established cites where it is missing
        points += _SOURCE * len({cite.source for cite in fact.cites})
    return points + _standing(material, record) + _closeness(material, record, place)


def _standing(material: _Material, record: FactRecord) -> float:
    """How much a fact tells for the event that it belongs to."""
    event = material.events.get(record.owner)
    if event is None:
        return 0
    of_event = [f for f in material.facts if record.owner in (f.owner, *f.fact.about)]
    points = min(_MOST_TOUCHING, _TOUCHING * len(of_event))
    if event.dated.span is None:
        points += _UNDATED
    first = next(f for f in material.facts if f.owner == record.owner)
    is_plan = event.event.status == "planned" and record.key == first.key
    return points + _PLANNED * is_plan


def _closeness(material: _Material, record: FactRecord, place: int) -> float:
    """How much a fact tells for standing at this place of a list of the subject, or elsewhere."""
    thing = material.subject.thing
    if record.owner == thing:
        return _OWN[record.part] + (0 if place else _DEFINES)
    if thing not in (None, *record.things):
        return _ELSEWHERE
    is_aside = record.fact.kind == "opinion" and record.owner not in material.events
    return _ASIDE if is_aside else 0


def _news(material: _Material, record: FactRecord, told: Sequence[FactRecord]) -> float:
    """How much more a fact tells after others for being new, or less for being more of the same."""
    part, is_opinion = _part(material.events, record), record.fact.kind == "opinion"
    before = sum(_part(material.events, other) == part for other in told)
    points = -before * (_AGAIN_IN_STORY if part == "story" else _AGAIN)
    if part == "story" and record.owner != material.subject.thing:
        points -= _SAME_EVENT * sum(other.owner == record.owner for other in told)
    if not before and not is_opinion:
        points += _NEW_PART
    if record.fact.accounts and not any(other.fact.accounts for other in told):
        points += _FIRST_ACCOUNTS
    sources = {cite.source for other in told for cite in other.fact.cites}
    brings_source = any(cite.source not in sources for cite in record.fact.cites)
    return points + _NEW_SOURCE * brings_source


def _marks(material: _Material) -> dict[str, set[object]]:
    """What each fact is known by: its paragraphs, and how its words begin; names tell nothing."""
    names = {
        word
        for thing_record in material.context.store.things.values()
        for word in _name_words(thing_record)
    }
    marks: dict[str, set[object]] = {}
    for record in material.telling:
        paragraphs = {(cite.source, cite.paragraph) for cite in record.fact.cites}
        marks[record.key] = {*paragraphs, *(_beginnings(record.fact.says) - names)}
    return marks


def _name_words(thing_record: ThingRecord) -> set[str]:
    return _beginnings(" ".join(thing_record.forms)) if thing_record.kind == "actor" else set()


def _beginnings(text: str) -> set[str]:
    return {word[:_STEM] for word in words_of(text) - MINOR}


def _alike(one: set[object], other: set[object]) -> float:
    """How much two facts have in common of what they are known by: 0 nothing, 1 all."""
    return 2 * len(one & other) / max(1, len(one) + len(other))


# ---- Composing -------------------------------------------------------------------------------


def _headline(material: _Material) -> str:
    """What the briefing is on."""
    words, thing = material.context.words, material.subject.thing
    if thing is None:
        return words("briefing.headline", subject=material.period.worded(words))
    thing_record, event = material.context.store.things.get(thing), material.events.get(thing)
    name = thing_record.name(words.language) if thing_record else thing
    if event and event.event.status == "planned":
        name = words("event.marked", event=name, marks=words("mark.planned"))
    return words("briefing.headline", subject=name)


def _card(
    material: _Material,
    headline: str,
    facts: Iterable[FactRecord],
    remarks: str | None,
    author: str | None,
) -> Card:
    """The briefing on these facts, cut nowhere, however long it is."""
    sections = tuple(_sections(material, _in_order(material, facts)))
    card = Card(
        question=_question(material),
        language=material.context.words.language,
        title=headline,
        found=True,
        sections=(*sections, *_remarks(material.context, remarks, author)),
        actions=tuple(_onward(material)),
        one_page=True,
    )
    return replace(card, subtitle=_subtitle(material.context, card))


def _in_order(material: _Material, facts: Iterable[FactRecord]) -> list[FactRecord]:
    wanted = {fact.key for fact in facts}
    return [fact for fact in material.facts if fact.key in wanted]


def _question(material: _Material) -> Question:
    """The question whose answer tells all of the subject."""
    thing = material.subject.thing
    if thing is None:
        dates = material.period.options.items()
        return Question("timeline", {option: iso for option, iso in dates if iso})
    thing_record = material.context.store.things.get(
        thing
    )  # another base may have been opened since
    return Question(thing_record.kind, {"name": thing}) if thing_record else Question("about")


def _onward(material: _Material) -> Iterator[Action]:
    """The button that leads to all that is told of the subject."""
    thing, words = material.subject.thing, material.context.words
    thing_record = material.context.store.things.get(thing or "")
    if thing is None:
        yield Action(words("timeline.title"), _question(material))
    elif thing_record:
        label = words("briefing.onward", name=thing_record.name(words.language))
        yield Action(shorten(label, BUTTON_LABEL), _question(material))


def _subtitle(context: AnswerContext, card: Card) -> str:
    """What the briefing rests on: the base, and the dates of the cited articles."""
    title = context.store.info.title
    cited = list(dict.fromkeys(cite.source for cite in card.citations()))
    if not cited:
        return title
    return context.words("briefing.basis", base=title, articles=as_of(context, cited))


def _sections(material: _Material, facts: Sequence[FactRecord]) -> Iterator[Section]:
    """The facts by part, in reading order, and how the articles differ on any of them."""
    context, words = material.context, material.context.words
    parts = {part: [f for f in facts if _part(material.events, f) == part] for part in _PARTS}
    yield from _section(words("briefing.short"), (_told(context, f) for f in parts["short"]))
    for heading in (words("briefing.story"), words("timeline.undated"), words("timeline.may")):
        under = [fact for fact in parts["story"] if _heading(material, fact) == heading]
        yield from _section(heading, _story(material, under))
    yield from _section(
        words("briefing.differ"), (_accounts(context, f) for f in facts if f.fact.accounts)
    )
    yield from _section(words("open"), (_told(context, f) for f in parts["open"]))
    claims = (_claim(material, fact) for fact in parts["care"])
    yield from _section(words("briefing.care"), (*claims, *material.changes))


def _section(heading: str, lines: Iterable[Line]) -> Iterator[Section]:
    if told := tuple(lines):
        yield Section(told, heading)


def _heading(material: _Material, record: FactRecord) -> str:
    """What a fact of an event stands under: in order of time, or apart where its time is open."""
    words, span = material.context.words, material.events[record.owner].dated.span
    if material.period.may_miss(span):
        return words("timeline.may")
    return words("briefing.story") if span else words("timeline.undated")


def _story(material: _Material, facts: Iterable[FactRecord]) -> Iterator[Line]:
    """Events' facts in order of time, each event dated once: by its first fact, or by its title."""
    for owner, group in groupby(facts, key=lambda fact: fact.owner):
        first, *rest = group
        if not first.dated:
            yield event_line(material.context, material.events[owner])
            yield _told(material.context, first)
        else:
            yield replace(_told(material.context, first), lead=_date(material, first.dated))
        yield from (_told(material.context, fact) for fact in rest)


def _date(material: _Material, dated: Dated) -> str:
    """A date in words, marked where it is worked out."""
    words = material.context.words
    date_ = dated_words(dated, words)
    if dated.when.basis != "inferred":
        return date_
    return words("briefing.date", date=date_, mark=words("mark.inferred"))


def _told(context: AnswerContext, record: FactRecord) -> Line:
    """A fact as a line; how articles word it differently stands in a part of its own."""
    same = record.fact.model_copy(update={"accounts": ()})
    return fact_line(context, record.model_copy(update={"fact": same}))


def _accounts(context: AnswerContext, record: FactRecord) -> Line:
    """How the articles word a fact, below the fact in short."""
    accounts = record.fact.accounts
    notes = tuple(Line(account.says, cites=(account,)) for account in accounts)
    return Line(shorten(record.fact.says, _IN_SHORT), cites=record.fact.cites, notes=notes)


def _claim(material: _Material, record: FactRecord) -> Line:
    """A claim with whose it is, and for which date something was planned."""
    line, event = _told(material.context, record), material.events.get(record.owner)
    if event and event.event.status == "planned":
        date_ = _date(material, event.dated)
        return replace(line, lead=material.context.words("briefing.planned", date=date_))
    return replace(line, lead=_date(material, record.dated) if record.dated else None)


def _remarks(context: AnswerContext, remarks: str | None, author: str | None) -> Iterator[Section]:
    """What the moderator adds, set apart and signed."""
    texts = [clean_text(text, LONGEST_REMARKS) for text in (remarks or "").splitlines()]
    lines = tuple(Line(text) for text in texts if text)
    if lines:
        name = clean_text(author or "", _AUTHOR)
        key = "briefing.remarks" if name else "briefing.remarks-unsigned"
        yield Section(lines, context.words(key, author=name), listed=False)


def _fits(material: _Material, card: Card) -> bool:
    """Whether a message shows the whole card."""
    store, words = material.context.store, material.context.words
    only = page(card, store.sources, words)
    if only.sections != card.sections:
        return False
    return sum(map(_longest, plain(only, words).splitlines())) <= TEXT - _AROUND


def _longest(line: str) -> int:
    """The characters that a line of plain text may have as markdown."""
    return len(line) + sum(char in _SIGNS for char in line) + _MARKUP
