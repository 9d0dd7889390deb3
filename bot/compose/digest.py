"""The daily digest: what changed in the base, what the day recalls, and one fact in focus.

It is composed from the base, a day and what a server was told before; it knows neither Discord nor
where any of that is kept.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain

from bot.answers.change_lines import change_line, last_change
from bot.answers.context import AnswerContext
from bot.answers.fact_lines import event_line, fact_line
from bot.answers.resolve import choice_label
from bot.cards.card import Action, Card, Line, Question, Section
from bot.cards.limits import BUTTON_LABEL, BUTTONS_IN_ROW
from bot.cards.wording import day_words
from bot.compose import fact_of_the_day
from bot.compose.fact_of_the_day import ESSENTIAL
from bot.compose.message_budget import (
    MessageBudget,
    Passage,
    PassageGroup,
    Variants,
    allocate,
    first_that_fits,
    sections,
)
from bot.facts.dates import Precision
from bot.facts.model import Fact, Wording
from bot.facts.records import EventRecord, FactRecord
from bot.facts.store import Filter, Store
from bot.texts.catalogues import Words

_MOST = 4  # pieces of one part; more are counted
_FACTS_OF_EVENT = 2
_AHEAD = 7  # days


@dataclass(frozen=True)
class DigestHistory:
    """What a server has been told by earlier digests.

    `last` is the local day of its last digest. `held` are the versions of all facts, by key, as the
    base stood then; without them nothing counts as new. `facts_of_the_day` are the local days on
    which facts were last in focus, by key.
    """

    last: date | None = None
    held: Mapping[str, str] | None = None
    facts_of_the_day: Mapping[str, date] = field(default_factory=dict[str, date])


@dataclass(frozen=True)
class ComposedDigest:
    """A digest, with the versions of the facts that it shows and the key of the one in focus.

    It is not `worth_posting` where it holds nothing but the fact in focus, or not even that.
    """

    card: Card
    facts: Mapping[str, str]
    fact_of_the_day: str | None
    worth_posting: bool


@dataclass(frozen=True)
class _Scope:
    """What a digest may tell of: the base, narrowed to the chosen topics.

    `facts` hold withdrawn ones; `events` are in order of time. `all_events` are not narrowed, as a
    fact of a chosen topic may belong to an event of another.
    """

    context: AnswerContext
    facts: Sequence[FactRecord]
    events: Sequence[EventRecord]
    all_events: Mapping[str, EventRecord]
    versions: Mapping[str, str]


async def compose(
    store: Store, words: Words, day: date, told: DigestHistory, topics: frozenset[str] = frozenset()
) -> ComposedDigest:
    """The digest of a day: one message, of the facts and events of some topics or, without, of all.

    What the message has no room for is counted. The fact in focus takes what room the rest leaves;
    on a day full of news there may be none.
    """
    scope = await _scope(store, words, topics)
    title = words("digest.title", date=day_words(day, words))
    subtitle = _subtitle(scope.context, topics)
    budget = MessageBudget(scope.context, title, subtitle, words("related"))
    parts = list(_parts(scope, day, told))
    taken = allocate(budget, parts, _MOST)
    news = [passage for passages in taken for passage in passages]
    facts_of_the_day = _focused(scope, budget, news, day, told)
    shown = [record.key for passage in news for record in passage.facts]
    if facts_of_the_day:
        shown += [record.key for record in facts_of_the_day.facts]
    return ComposedDigest(
        card=Card(
            question=Question("about"),  # it has one page, and nothing asks it again
            language=words.language,
            title=title,
            found=True,
            subtitle=subtitle,
            sections=(
                *chain.from_iterable(map(PassageGroup.sections, parts, taken)),
                *_focus_sections(scope, facts_of_the_day, found=bool(parts)),
            ),
            actions=tuple(_actions(scope.context, news, facts_of_the_day)),
            one_page=True,
        ),
        facts={key: scope.versions[key] for key in shown},
        fact_of_the_day=facts_of_the_day.facts[0].key if facts_of_the_day else None,
        worth_posting=bool(parts),
    )


async def _scope(store: Store, words: Words, topics: frozenset[str]) -> _Scope:
    events = await store.events(Filter())
    by_id = {event.event.id: event for event in events}
    facts = await store.every_fact()
    if topics:
        events = tuple(event for event in events if topics & {*event.event.topics})
        chosen = topics | {event.event.id for event in events}
        facts = tuple(r for r in facts if topics & r.things or r.owner in chosen)
    return _Scope(AnswerContext(store, words, {}), facts, events, by_id, await store.versions())


def _subtitle(context: AnswerContext, topics: frozenset[str]) -> str:
    """What the base is about, or the topics that were chosen of it."""
    names = [context.name(topic) for topic in sorted(topics) if topic in context.store.things]
    return context.words.list(names) if names else context.store.info.title


def _parts(scope: _Scope, day: date, told: DigestHistory) -> Iterator[PassageGroup]:
    """What there is to tell besides the fact in focus, the weightiest first."""
    words = scope.context.words

    def more_events(number: int) -> str:
        return words.count("digest.more-events", number)

    yield from _part(
        words("digest.corrections"),
        _corrections(scope, told),
        lambda number: words.count("digest.more-corrections", number),
    )
    yield from _part(words("digest.on-this-day"), _on_this_day(scope, day), more_events)
    yield from _part(
        words("digest.added"),
        _added(scope, told),
        lambda number: words.count("digest.more-facts", number),
    )
    yield from _part(words("digest.this-month"), _this_month(scope, day, told), more_events)
    yield from _part(words("digest.coming-up"), _coming_up(scope, day, told), more_events)


def _part(
    heading: str, offers: Iterable[Variants], more: Callable[[int], str]
) -> Iterator[PassageGroup]:
    """The part, where it has anything to offer."""
    if found := tuple(offers):
        yield PassageGroup(heading, found, more)


def _corrections(scope: _Scope, told: DigestHistory) -> Iterator[Variants]:
    """What was withdrawn or changed since the last digest; withdrawn first, then the latest."""
    held = told.held or {}
    now = scope.versions
    changed = [r for r in scope.facts if held.get(r.key, now[r.key]) != now[r.key]]
    changed.sort(key=lambda r: (r.fact.withdrawn is not None, _last_change(r.fact)), reverse=True)
    for record in changed:
        yield (_piece(record, _correction(scope.context, record, held[record.key], told.last)),)


def _correction(context: AnswerContext, record: FactRecord, held: str, last: date | None) -> Line:
    """What a fact says now, what it said when the server last had it, and why it changed."""
    unseen = record.fact.model_copy(update={"was": _reworded(record.fact, held, last)})
    told = record.model_copy(update={"fact": unseen})
    if unseen.was or unseen.withdrawn:
        return change_line(context, told)
    line = fact_line(context, told)
    changed = Line(context.words("digest.changed"))
    return replace(line, lead=context.name(record.owner), notes=(changed, *line.notes))


def _reworded(fact: Fact, held: str, last: date | None) -> tuple[Wording, ...]:
    """The wording that a server was told, and those that it missed; none if only details changed.

    The wording that gives the version it holds is the one it was told. Where a detail changed as
    well none does, and the day of its last digest has to tell.
    """
    for index, wording in enumerate(fact.was):
        if fact.model_copy(update={"says": wording.said, "withdrawn": None}).version == held:
            return fact.was[index:]
    return tuple(wording for wording in fact.was if last is None or wording.date >= last)


def _last_change(fact: Fact) -> date:
    """The day of a fact's last change, or the first of all days where none is recorded."""
    return last_change(fact) if fact.was or fact.withdrawn else date.min


def _added(scope: _Scope, told: DigestHistory) -> Iterator[Variants]:
    """Facts that the base did not hold at the last digest; what happened first, then the rest."""
    held = told.held
    if held is None:
        return
    added = [r for r in scope.facts if r.key not in held and not r.fact.withdrawn]
    for record in sorted(added, key=lambda r: (r.part == "open", r.fact.kind not in ESSENTIAL)):
        line = fact_line(scope.context, record, dated=True)
        if record.part == "open":
            line = replace(line, label=scope.context.words("open"))
        yield (_piece(record, line),)


def _on_this_day(scope: _Scope, day: date) -> Iterator[Variants]:
    """The events of this day in earlier years, the most told of first.

    Each comes with its first facts or, where room is short, without.
    """
    recurring = [e for e in scope.events if (on := _known(e, "day")) and _recurs(on, day)]
    importance = list(scope.context.store.things)
    for event in sorted(recurring, key=lambda event: importance.index(event.event.id)):
        told = [r for r in scope.facts if r.owner == event.event.id and not r.fact.withdrawn]
        told = sorted(told, key=lambda r: r.fact.kind not in ESSENTIAL)[:_FACTS_OF_EVENT]
        lines = tuple(fact_line(scope.context, record) for record in told)
        head = event_line(scope.context, event)
        yield (
            Passage(event.event.id, lines, tuple(told), head),
            Passage(event.event.id, (), (), head),
        )


def _this_month(scope: _Scope, day: date, told: DigestHistory) -> Iterator[Variants]:
    """Events of this month in earlier years of which no day is known; once in a month."""
    if told.last and (told.last.year, told.last.month) == (day.year, day.month):
        return
    for event in scope.events:
        on = _known(event, "month")
        if on and on.month == day.month and on.year < day.year:
            yield (Passage(event.event.id, (event_line(scope.context, event),)),)


def _coming_up(scope: _Scope, day: date, told: DigestHistory) -> Iterator[Variants]:
    """Events of a day in the coming week that the last digest did not yet look ahead to.

    What was only planned has no anniversary.
    """
    seen = max(day.toordinal(), told.last.toordinal() + _AHEAD if told.last else 0)
    end = min(day.toordinal() + _AHEAD, date.max.toordinal())
    exact = [(e, on) for e in scope.events if (on := _known(e, "day"))]
    for coming in map(date.fromordinal, range(seen + 1, end + 1)):
        for event, on in exact:
            if _recurs(on, coming) and event.event.status != "planned":
                line = _anniversary(scope.context, event, on, coming)
                yield (Passage(event.event.id, (line,)),)


def _anniversary(context: AnswerContext, event: EventRecord, on: date, coming: date) -> Line:
    """An event's line with how many years it will be, and when."""
    line, words = event_line(context, event), context.words
    years = coming.year - on.year
    day = day_words(coming, words)
    return replace(line, text=words.count("digest.anniversary", years, event=line.text, date=day))


def _known(event: EventRecord, precision: Precision) -> date | None:
    """The first day of an event's date, where it is known for sure and to just this precision."""
    span = event.dated.span
    if span is None or span.is_interval or span.precision != precision:
        return None
    return None if span.approximate or span.uncertain else date.fromordinal(span.first)


def _recurs(on: date, day: date) -> bool:
    """Whether a day is that of an earlier year; 29 February is on the 28th where there is none."""
    leapt = (on.month, on.day) == (2, 29) and not isleap(day.year)
    return on.year < day.year and (day.month, day.day) == (on.month, 28 if leapt else on.day)


def _focused(
    scope: _Scope, budget: MessageBudget, news: Sequence[Passage], day: date, told: DigestHistory
) -> Passage | None:
    """The fact in focus, with its story where there is room.

    It is none that the message shows already. No fact comes again before all have come: one that
    does not fit beside the news is waited for, unless no message at all has room for it.
    """
    facts = [record for record in scope.facts if fact_of_the_day.qualifies(record)]
    shown = {record.key for passage in news for record in passage.facts}
    row = fact_of_the_day.in_turn(facts, scope.all_events, told.facts_of_the_day, day)
    for turn in (
        [record for record in row if record.key not in told.facts_of_the_day],
        [record for record in row if record.key in told.facts_of_the_day],
    ):
        for record in turn:
            if record.key not in shown and (passage := _place_focus(scope, budget, record)):
                return passage
        if any(_place_focus(scope, budget.emptied(), record) for record in turn):
            return None
    return None


def _place_focus(scope: _Scope, budget: MessageBudget, record: FactRecord) -> Passage | None:
    """A fact under the heading of the one in focus, in the fullest form that fits."""
    forms = fact_of_the_day.forms(scope.context, record, scope.all_events, scope.events)
    return first_that_fits(budget, forms, Line(_fact_of_the_day_heading(scope, record.owner)))


def _fact_of_the_day_heading(scope: _Scope, owner: str) -> str:
    """An event stands below the heading with its date; any other owner is named in it."""
    words = scope.context.words
    if owner in scope.all_events:
        return words("digest.focus")
    return words("digest.focus-on", name=scope.context.name(owner))


def _focus_sections(scope: _Scope, passage: Passage | None, found: bool) -> Iterator[Section]:
    """The fact in focus under its heading; without any news, too, a line that says so."""
    if passage:
        yield from sections(_fact_of_the_day_heading(scope, passage.thing), (passage,))
    elif not found:
        yield Section((Line(scope.context.words("digest.nothing")),), listed=False)


def _actions(
    context: AnswerContext, news: Sequence[Passage], facts_of_the_day: Passage | None
) -> Iterator[Action]:
    """Buttons to what the digest tells of, the fact in focus first."""
    things = [
        passage.thing for passage in (*([facts_of_the_day] if facts_of_the_day else []), *news)
    ]
    for thing in list(dict.fromkeys(things))[:BUTTONS_IN_ROW]:
        head = context.store.things[thing]
        label = choice_label(head, context.words, BUTTON_LABEL)
        yield Action(label, Question(head.kind, {"name": thing}))


def _piece(record: FactRecord, line: Line) -> Passage:
    return Passage(record.owner, (line,), (record,))
