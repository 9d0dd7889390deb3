"""Words that describe an event besides its names: where and when it was, who took part, its kind.

People type these words together ("talks in Seoul, April 2023"), in their own language, so they help
to find the event. They are not names: other events share the place, or the month.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import cast, get_args

from babel import Locale

from bot.facts.dates import Span
from bot.facts.model import Actor, Event, EventKind, Language
from bot.parsing.cities import city_names

_KIND_WORDS: Mapping[EventKind, str] = {
    "summit": "summit, meeting, talks, 정상회담, 정상회의, 회담, 首脳会談, 会談, サミット",
    "talks": "talks, meeting, dialogue, 회담, 회의, 협의, 대화, 会談, 会合, 協議, 対話",
    "visit": "visit, trip, meeting, 방문, 회담, 訪問, 会談",
    "agreement": "agreement, deal, 합의, 협정, 合意, 協定",
    "announcement": "announcement, 발표, 発表",
    "measure": "measure, step, 조치, 措置",
    "ruling": "ruling, verdict, 판결, 判決",
    "statement": "statement, 발언, 성명, 発言, 声明",
    "test": "test, launch, 시험, 발사, 実験, 発射",
    "exercise": "exercise, drills, 훈련, 訓練, 演習",
    "incident": "incident, 사건, 事件",
    "conflict": "conflict, 분쟁, 紛争",
    "institution": "founding, 설립, 設立",
    "appointment": "appointment, inauguration, 취임, 임명, 就任, 任命",
    "anniversary": "anniversary, 기념일, 周年",
}
_SEASONS = {
    3: "spring, 봄, 春",
    6: "summer, 여름, 夏",
    9: "autumn, fall, 가을, 秋",
    12: "winter, 겨울, 冬",
}
_LANGUAGES: tuple[Language, ...] = get_args(Language)
_MOST_MONTHS = 2  # in a longer span, no single month says much


def keywords(event: Event, span: Span | None, actors: Mapping[str, Actor]) -> tuple[str, ...]:
    """The words of an event's date, participants and kind, in each language."""
    words = [*kind_words(event.kind), *(date_words(span) if span else ())]
    for part in event.who:
        actor = actors[part.actor]
        words += (*_forms(actor), *(role.title for role in actor.roles))
    return tuple(dict.fromkeys(words))


def kind_words(kind: EventKind) -> list[str]:
    """What an event of a kind is called, in each language."""
    return _words_of(_KIND_WORDS[kind])


def places(event: Event) -> tuple[str, ...]:
    """The place of an event, and its city in each language."""
    if not event.where:
        return ()
    parts = [part.strip() for part in event.where.split(",")]
    cities = (name for part in parts for name in city_names(part))
    return tuple(dict.fromkeys((event.where, *cities)))


def _words_of(listed: str) -> list[str]:
    return listed.split(", ")


def _forms(actor: Actor) -> Iterable[str]:
    """An actor's names; for states and groups without other forms, such as the capital.

    An event with a state need not have been in its capital.
    """
    if actor.kind in ("state", "group"):
        usual = (names[0] for names in actor.names.values() if names)
        return (actor.name, *(form for form in actor.also if form.startswith(actor.name)), *usual)
    return (actor.name, *actor.also, *(form for forms in actor.names.values() for form in forms))


def date_words(span: Span) -> Iterator[str]:
    """How people write the years, months and day of a date, in each language."""
    ends = [moment.start for moment in (span.begins, span.ends) if moment]
    for year in dict.fromkeys(end.year for end in ends):
        yield from _counted(year, "년", "年")
    for month in _months(span):
        yield from _month_words(month)
    if span.precision == "season":
        yield from _words_of(_SEASONS[ends[0].month])
    if span.is_day:
        yield from _counted(ends[0].day, "일", "日")


@lru_cache(maxsize=1024)  # many events share a year, and so its texts in memory
def _counted(number: int, korean: str, japanese: str) -> tuple[str, str, str]:
    return f"{number}", f"{number}{korean}", f"{number}{japanese}"


@cache
def _month_words(month: int) -> tuple[str, ...]:
    """A month as it is written in 2023-03-16, and its names."""
    words = [f"{month:02}"]
    for language in _LANGUAGES:
        named = cast(Mapping[str, Mapping[int, str]], Locale.parse(language).months["format"])
        words += dict.fromkeys((named["wide"][month], named["abbreviated"][month]))
    return tuple(words)


def _months(span: Span) -> Iterable[int]:
    """The months that a span touches, if they are few."""
    if not span.begins or not span.ends:
        return ()
    first, last = date.fromordinal(span.first), date.fromordinal(span.last)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    few = range(count) if count <= _MOST_MONTHS else ()
    return [(first.month - 1 + number) % 12 + 1 for number in few]
