"""The daily digest: over a year of the shipped base, and over a small base that changes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from bot.answers.context import AnswerContext
from bot.answers.service import AnswerService
from bot.cards.card import Card, Line, Question, all_cites
from bot.cards.plain import plain
from bot.cards.sizes import size
from bot.cards.wording import dated_words, short_date, short_name
from bot.cli.app import app
from bot.compose.digest import ComposedDigest, DigestHistory, compose
from bot.compose.digest_run import DigestReader, run
from bot.compose.message_budget import MessageBudget
from bot.config import Config
from bot.facts.build import build
from bot.facts.load import Base, Folders, load
from bot.facts.model import CLAIMS, Citation
from bot.facts.store import Filter, Store
from bot.facts.stories import Retelling, keys
from bot.facts.units import HEAD
from bot.texts.catalogues import LANGUAGES, words_in
from bot.ui.questions.replies import view
from tests.conftest import buttons, parts, texts
from tests.small_base import AGREEMENT, STORM, STORY, TOPIC, write_small_base
from tests.test_corrections import CHANGED

EN = words_in("en")
FIRST = date(2027, 1, 1)
YEAR = 366
NOW_WORDS = re.compile(
    r"\b(today|recently|yesterday|tomorrow|this week)\b"
    r"|오늘|최근|어제|내일|今日|本日|最近|昨日|明日",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Posted:
    """A digest, and the day on which a server got it."""

    day: date
    digest: ComposedDigest

    @property
    def card(self) -> Card:
        return self.digest.card


async def days(
    store: Store,
    language: str,
    first: date,
    number: int,
    topics: frozenset[str] = frozenset(),
    is_weekly: bool = False,
) -> list[Posted]:
    """What a server reads on consecutive days or weeks, from its first digest on."""
    reader = DigestReader(words_in(language), topics, is_weekly)
    posted = run(store, reader, first, number, DigestHistory())
    return [Posted(day, digest) async for day, digest in posted]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def years(service: AnswerService) -> Mapping[str, list[Posted]]:
    """A year of digests in English, and a quarter in each other language."""
    return {
        language: await days(service.store, language, FIRST, YEAR if language == "en" else 92)
        for language in LANGUAGES
    }


@pytest.fixture(scope="module")
def year(years: Mapping[str, list[Posted]]) -> list[Posted]:
    """A year of digests in English."""
    return years["en"]


@pytest.fixture(scope="module")
def base(config: Config) -> Base:
    """The shipped base as its files say it."""
    base, faults = load(Folders(config.facts, config.seeds))
    assert base
    assert not faults
    return base


def under(card: Card, key: str) -> list[Line]:
    """The lines under a heading, those of the parts below it included."""
    found: list[Line] = []
    inside = False
    for section in card.sections:
        inside = section.heading == words_in(card.language)(key) if section.heading else inside
        if inside and not section.small:
            found += section.lines
    return found


def lines(card: Card) -> Iterator[Line]:
    """Every line of a card, without its notes."""
    for section in card.sections:
        yield from section.lines


def text_of(service: AnswerService, card: Card) -> str:
    """The digest as a terminal shows it, without the lines on how old it is."""
    told = replace(card, sections=tuple(each for each in card.sections if not each.small))
    return plain(service.page(told), words_in(card.language))


def exact_days(base: Base) -> dict[str, date]:
    """The events of which the files give one exact day."""
    exact = {e.id: e.when.edtf or "" for e in base.events.values()}
    return {
        event_id: date.fromisoformat(edtf)
        for event_id, edtf in exact.items()
        if re.fullmatch(r"\d{4}-\d\d-\d\d", edtf)
    }


# The shipped base, over a year


def test_no_story_comes_again_until_every_one_has(base: Base, year: list[Posted]) -> None:
    told = [posted.digest.story for posted in year if posted.digest.story]
    number = len(base.stories)
    assert len(told) > 2 * number, "the year is too short to see a third round"
    assert set(told[:number]) == set(told[number : 2 * number]) == set(base.stories)


def test_neighbours_differ_in_kind(base: Base, year: list[Posted]) -> None:
    kinds = [base.stories[p.digest.story].kind for p in year[: len(base.stories)] if p.digest.story]
    assert all(one != other for one, other in pairwise(kinds))


def test_thirty_days_have_something_of_every_topic(base: Base, year: list[Posted]) -> None:
    stories = [base.stories[p.digest.story] for p in year[:30] if p.digest.story]
    assert {topic for story in stories for topic in story.topics} == set(base.topics)
    events = {f.partition("/")[0] for p in year[:30] for f in p.digest.facts} & set(base.events)
    assert len(events) > len(base.events) / 2


@pytest.mark.parametrize("first", [date(2026, 12, 1), date(2026, 12, 10), date(2027, 2, 15)])
async def test_thirty_days_have_every_central_story(
    service: AnswerService, base: Base, first: date
) -> None:
    told = {posted.digest.story for posted in await days(service.store, "en", first, 30)}
    assert {story.id for story in base.stories.values() if story.central} <= told


async def test_servers_that_begin_on_different_days_read_different_stories(
    service: AnswerService, year: list[Posted]
) -> None:
    later = await days(service.store, "en", FIRST + timedelta(days=1), 14)
    assert [p.digest.story for p in later] != [p.digest.story for p in year[:14]]


def test_a_story_has_its_headline_its_opening_and_what_it_lists_in_order(
    base: Base, year: list[Posted]
) -> None:
    posted = next(p for p in year if p.digest.story == "the-pact-that-nearly-ended")
    story = base.stories["the-pact-that-nearly-ended"]
    assert posted.card.title == "Seoul nearly ended an intelligence pact with Tokyo · 2019"
    assert (posted.card.subtitle or "").startswith("Daily digest · ")
    opening, *listed = [line for line in lines(posted.card) if line.cites]
    assert (opening.text, opening.cites) == (story.opening.says, story.opening.cites)
    retold = [line for line in story.lines() if isinstance(line, Retelling)]
    assert [line.text for line in listed] == [line.says for line in retold]
    assert [fact.key for line in listed for fact in line.rests_on] == list(keys(story.lines()))


async def test_a_weekly_digest_tells_more_of_a_story(service: AnswerService, base: Base) -> None:
    [posted] = await days(service.store, "en", FIRST, 1, is_weekly=True)
    story = base.stories[posted.digest.story or ""]
    told = tuple(fact.key for line in lines(posted.card) for fact in line.rests_on)
    extra = len(story.tells) - len(story.lines())
    assert told in [keys(story.lines(number)) for number in range(1, extra + 1)]
    name = service.store.info.title
    assert posted.card.subtitle == f"Weekly digest · 1 January 2027 · {name}"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_story_fits_a_message_by_the_day_and_by_the_week(
    service: AnswerService, base: Base, language: str
) -> None:
    for is_weekly in (False, True):
        posted = await days(
            service.store, language, FIRST, len(base.stories) + 6, is_weekly=is_weekly
        )
        assert {one.digest.story for one in posted} >= set(base.stories)
        for one in posted:
            assert sum(map(len, texts(view(service, one.card).to_components()))) <= 1_600


async def test_a_story_rests_for_four_weeks_even_if_there_is_no_other(
    service: AnswerService, base: Base
) -> None:
    topic = "japan-defence-policy"
    posted = await days(service.store, "en", date(2027, 1, 1), 57, frozenset({topic}))
    told = [one.day for one in posted if one.digest.story == "japans-new-defence"]
    assert told == [date(2027, 1, 1), date(2027, 1, 29), date(2027, 2, 26)]
    shown = {one.day: [line.text for line in lines(one.card)] for one in posted}
    again = EN("digest.told-before", date="1 January 2027")
    assert [day for day, texts in shown.items() if again in texts] == [date(2027, 1, 29)]
    unchanged = EN("digest.same", date="1 January 2027")
    assert shown[date(2027, 1, 29)][-1].startswith(unchanged)


async def test_a_day_between_says_when_the_next_story_comes_and_is_not_posted(
    service: AnswerService,
) -> None:
    topic = "japan-defence-policy"
    _, between = await days(service.store, "en", date(2027, 1, 1), 2, frozenset({topic}))
    assert (between.digest.story, between.digest.has_more_than_story) == (None, False)
    assert next(lines(between.card)).text == EN("digest.all-told", date="29 January 2027")


def test_a_story_ends_in_a_question_that_a_button_asks(base: Base, year: list[Posted]) -> None:
    for posted in year:
        if posted.digest.story:
            asked = base.stories[posted.digest.story].question["en"]
            first = posted.card.actions[0]
            assert (first.label, first.question) == (asked, Question("ask", {"question": asked}))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_question_is_answered_with_the_fact_that_its_story_names(
    service: AnswerService, base: Base, language: str
) -> None:
    for story in base.stories.values():
        asked = Question("ask", {"question": story.next_question(language)})
        card = await service.answer(asked, language)
        assert story.answer in card.unit_keys(), asked.options["question"]


async def test_a_server_of_one_topic_reads_what_is_wider_as_such_and_needs_no_button_to_it(
    service: AnswerService, base: Base
) -> None:
    posted = await days(service.store, "en", FIRST, 7, frozenset({"gsomia"}))
    chosen = service.store.things["gsomia"].name("en")
    wider = EN("digest.wider", topics=chosen)
    for one in posted:
        belongs = base.stories[one.digest.story or ""].topics[0] == "gsomia"
        assert (one.card.subtitle or "").endswith(chosen if belongs else wider)
        assert wider not in (one.card.subtitle or "") or not belongs
        assert Question("topic", {"name": "gsomia"}) not in [a.question for a in one.card.actions]


def test_a_terminal_shows_the_question_of_a_story_as_one(
    service: AnswerService, year: list[Posted]
) -> None:
    card = next(p.card for p in year if p.digest.story == "the-pact-that-nearly-ended")
    question, related = plain(service.page(card), EN).split("\n\n")[-2:]
    assert question == f"Question: {card.actions[0].label}"
    assert related.splitlines() == ["Related", *(f"- {a.label}" for a in card.actions[1:])]


def test_the_opinion_of_an_article_is_labelled_so_whether_or_not_a_line_names_it(
    service: AnswerService, year: list[Posted]
) -> None:
    told = [line for p in year for line in lines(p.card) if line.rests_on and line.label]
    own = EN("label.own-opinion", kind=EN("kind.opinion"))
    sources = service.store.sources
    labels = {
        line.label
        for line in told
        if all(f.fact.kind == "opinion" and f.fact.by in sources for f in line.rests_on)
    }
    assert labels == {own}
    assert any("Pollmann" in line.text for line in told if line.label == own)


async def test_a_story_with_three_dated_events_has_a_chart_of_them(
    service: AnswerService,
) -> None:
    pact = {"the-pact-that-nearly-ended"}
    others = {story.id: FIRST for story in await service.store.stories() if story.id not in pact}
    day = FIRST + timedelta(days=9)
    digest = await compose(service.store, EN, day, DigestHistory(stories=others))
    assert digest.story in pact
    assert digest.card.picture
    named = [mark.label for mark in digest.card.picture.chart.labelled]
    assert named[0] == "South Korea and Japan set up GSOMIA"
    assert len(named) == 6


def test_a_chart_follows_the_story_that_it_shows(
    service: AnswerService, base: Base, year: list[Posted]
) -> None:
    for posted in year:
        if posted.card.picture:
            [page] = service.pages(posted.card)
            assert page.lead == 1 + len(base.stories[posted.digest.story or ""].lines())
            assert posted.card.picture.chart.title in posted.card.title


async def test_a_chart_has_the_dated_events_of_a_story_and_cites_what_the_story_cites(
    service: AnswerService, base: Base, year: list[Posted]
) -> None:
    dated = {e.event.id for e in await service.store.events(Filter()) if e.dated.span}
    for posted in year:
        if not posted.digest.story or under(posted.card, "digest.on-this-day"):
            continue
        told = keys(base.stories[posted.digest.story].lines())
        events = {base.events[o].title for o in {k.partition("/")[0] for k in told} & dated}
        picture = posted.card.picture
        assert (picture is not None) == (len(events) >= 3), posted.digest.story
        if picture:
            marks = picture.chart.labelled
            assert {mark.label for mark in marks} == events
            cited = {cite.source for cite in all_cites(posted.card.sections)}
            assert {source for mark in marks for source in mark.sources} <= cited


def test_a_chart_names_as_its_last_event_what_began_last(year: list[Posted]) -> None:
    card = next(p.card for p in year if p.digest.story == "the-pact-that-nearly-ended")
    assert card.picture
    assert "Last: South Korea formally normalises GSOMIA" in card.picture.alt


@pytest.mark.parametrize(
    ("story", "said"),
    [
        (
            "two-summits-announced",
            "3 of the dates are inferred. 2 events still lay ahead when they were reported.",
        ),
        ("two-summits-announced", "(planned; a Sunday in 2023, after March)"),
        ("a-declaration-for-2025", "2 events still lay ahead when they were reported."),
        ("summit-in-tokyo", "2 of the dates are inferred. First:"),
        ("rulings-on-forced-labour", "Timeline, 4 dated events. First:"),
    ],
)
def test_a_chart_says_which_dates_are_inferred_and_what_lay_ahead(
    year: list[Posted], story: str, said: str
) -> None:
    card = next(p.card for p in year if p.digest.story == story)
    assert card.picture
    assert said in card.picture.alt


def test_what_is_old_says_so(year: list[Posted]) -> None:
    first, second = ([line.text for line in lines(posted.card)] for posted in year[:2])
    end = "The articles report no dated event after 2023."
    assert first[-1] == end
    assert second[-1] == f"Nothing new or corrected since yesterday. {end}"


def test_a_headline_without_a_date_says_that_its_article_has_none(
    base: Base, year: list[Posted]
) -> None:
    for posted in year[: len(base.stories)]:
        story = base.stories[posted.digest.story or ""]
        sources = {cite.source for cite in story.opening.cites}
        is_undated = not any(base.sources[source].date for source in sources)
        says_so = posted.card.title.endswith(" · from an undated article")
        assert says_so == (story.when is None and is_undated), story.id
        is_inferred = story.basis == "inferred"
        assert posted.card.title.endswith(" (inferred)") == is_inferred, story.id


def test_on_this_day_holds_the_events_of_that_day_and_no_other(
    base: Base, year: list[Posted]
) -> None:
    exact = exact_days(base)
    assert exact
    for posted in year:
        things = {
            (title(line), line.opening)
            for line in under(posted.card, "digest.on-this-day")
            if line.opening
        }
        assert things == {
            (base.events[event_id].title, f"{on.day} {on:%B} {on.year}")
            for event_id, on in exact.items()
            if (on.month, on.day) == (posted.day.month, posted.day.day)
        }, posted.day


def test_an_event_of_this_day_says_why_it_matters(base: Base, year: list[Posted]) -> None:
    [march] = [posted for posted in year if posted.day == date(2027, 3, 16)]
    told = under(march.card, "digest.on-this-day")
    assert [line.opening for line in told] == ["16 March 2023"] * 2
    assert title(told[0]) == "Yoon-Kishida summit in Tokyo", "that with most facts comes first"
    lead = base.events["tokyo-summit"].lead
    assert lead
    assert [(note.text, note.cites) for note in told[0].notes] == [(lead.says, lead.cites)]
    assert "tokyo-summit/mutual-visits" in march.digest.facts
    assert march.card.title == "Daily digest · 16 March 2027"


def test_events_known_to_a_month_come_once_in_their_month(base: Base, year: list[Posted]) -> None:
    due = Counter(
        (int(edtf[5:7]), f"{HEAD}{event.id}")
        for event in base.events.values()
        if re.fullmatch(r"\d{4}-[01]\d", edtf := event.when.edtf or "")
    )
    first = [posted for posted in year if posted.day.day == 1 and posted.day.year == FIRST.year]
    told = [(p.day, line) for p in year for line in under(p.card, "digest.this-month")]
    assert {day.day for day, _ in told} == {1}
    left_out = due - Counter((day.month, line.unit or "") for day, line in told)
    for month, unit in left_out:
        owners = {fact.partition("/")[0] for fact in first[month - 1].digest.facts}
        assert unit.removeprefix(HEAD) in owners, "the story of the day says it"


async def test_a_month_does_not_recall_what_the_story_of_its_first_day_tells(
    service: AnswerService,
) -> None:
    told = "japans-new-defence"
    others = {story.id: FIRST for story in await service.store.stories() if story.id != told}
    digest = await compose(service.store, EN, date(2027, 12, 1), DigestHistory(stories=others))
    assert digest.story == told
    recalled = [line.unit for line in under(digest.card, "digest.this-month")]
    assert recalled == [f"{HEAD}president-visit-2011"]


def title(line: Line) -> str:
    """The title in an event's line, without its marks and anniversary."""
    return re.split(r" · | \((?:planned|date inferred)", line.text)[0]


def test_an_anniversary_is_announced_once_in_the_week_before_unless_the_story_tells_it(
    base: Base, year: list[Posted]
) -> None:
    exact = exact_days(base)
    told = [(p.day, line) for p in year for line in under(p.card, "digest.coming-up")]
    announced = [title(line) for _, line in told]
    assert announced
    assert len(announced) == len(set(announced))
    story_on = {posted.day: posted.digest.story or "" for posted in year}
    for event_id, on in exact.items():
        if base.events[event_id].title not in announced:
            story = base.stories[story_on[on.replace(year=FIRST.year) - timedelta(days=7)]]
            assert any(key.startswith(f"{event_id}/") for key in keys(story.lines()))
    for day, line in told:
        [on] = {on for e, on in exact.items() if base.events[e].title == title(line)}
        assert timedelta(0) < on.replace(year=day.year) - day <= timedelta(days=7)
        assert line.text.endswith(f"{day.year - on.year} years on {on.day} {on:%B} {day.year}")
        assert line.opening == f"{on.day} {on:%B} {on.year}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_digest_of_a_year_is_one_message_within_discords_limits(
    service: AnswerService, years: Mapping[str, list[Posted]], language: str
) -> None:
    for posted in years[language]:
        assert_fits(service, posted.card)


def assert_fits(service: AnswerService, card: Card) -> None:
    """The card is one message that Discord takes, and nothing of it is cut."""
    components = view(service, card).to_components()
    assert sum(map(len, texts(components))) <= 4_000
    assert all(text.strip() for text in texts(components))
    assert len(list(parts(components))) <= 40
    pressed = [button["custom_id"] for button in buttons(components)]
    [page] = service.pages(card)
    offered = len(card.actions) + bool(page.asks_sources)
    assert len(pressed) == len(set(pressed)) == offered <= 6
    assert all(len(custom_id) <= 100 for custom_id in pressed)
    assert all(0 < len(button["label"]) <= 80 for button in buttons(components))
    assert [line for s in page.sections for line in s.lines] == list(lines(card)), "lines are lost"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_is_cited(years: Mapping[str, list[Posted]], language: str) -> None:
    for posted in years[language]:
        *told, age = posted.card.sections
        assert age.small, "how old the digest is cites nothing"
        for line in (line for section in told for line in section.lines):
            assert line.cites, f"{posted.day}: {line.text}"


def test_every_fact_keeps_its_label_its_caution_and_its_accounts(year: list[Posted]) -> None:
    retold = [line for posted in year for line in lines(posted.card) if line.unit is None]
    for line in (line for line in retold if line.rests_on):
        kinds = {fact.fact.kind for fact in line.rests_on} & {*CLAIMS}
        is_open = {fact.part == "open" for fact in line.rests_on}
        assert (bool(line.label), len(is_open)) == (bool(kinds) or is_open == {True}, 1), line.text
    told = [line for posted in year for line in lines(posted.card) if line.fact]
    for line in told:
        assert line.fact
        fact = line.fact.fact
        notes = [note.text for note in line.notes]
        assert notes == [*(each.says for each in fact.accounts), *filter(None, [fact.caution])]
        is_claim = fact.kind in ("position", "plan", "proposal", "opinion")
        assert bool(line.label) == (is_claim or line.fact.part == "open")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_event_is_dated_as_precisely_as_it_is_known(
    service: AnswerService, years: Mapping[str, list[Posted]], language: str
) -> None:
    said = words_in(language)
    events = await service.store.events(Filter())
    names = {
        service.store.things[e.event.id].name(language): dated_words(e.dated, said) for e in events
    }
    undated = {service.store.things[e.event.id].name(language) for e in events if not e.dated.span}
    assert undated
    for posted in years[language]:
        for line in lines(posted.card):
            of = [name for name in names if line.opening and line.text.startswith(name)]
            assert not of or line.opening in {names[name] for name in of}, posted.day
        for key in ("digest.on-this-day", "digest.this-month", "digest.coming-up"):
            told = [line.text for line in under(posted.card, key) if line.opening]
            assert not [text for text in told if text.startswith(tuple(undated))], posted.day


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_told_as_if_it_were_of_the_day_of_reading(
    service: AnswerService, years: Mapping[str, list[Posted]], language: str
) -> None:
    for posted in years[language]:
        assert not NOW_WORDS.search(text_of(service, posted.card)), posted.day


def test_a_day_with_a_story_alone_has_no_more_than_it(year: list[Posted]) -> None:
    headings = {EN(f"digest.{key}") for key in ("on-this-day", "this-month", "coming-up")}
    for posted in year:
        shown = {section.heading for section in posted.card.sections}
        assert posted.digest.has_more_than_story == bool(shown & headings), posted.day
    assert {posted.digest.has_more_than_story for posted in year} == {True, False}


async def test_topics_narrow_everything(service: AnswerService, base: Base) -> None:
    for topic in sorted(base.topics):
        heads = {f"{HEAD}{e.id}" for e in base.events.values() if topic in e.topics}
        posted = await days(service.store, "en", date(2027, 2, 25), 40, frozenset({topic}))
        told = {one.digest.story for one in posted if one.digest.story}
        assert told == {story.id for story in base.stories.values() if topic in story.topics}
        for one in posted:
            for key in ("digest.on-this-day", "digest.this-month", "digest.coming-up"):
                assert {line.unit for line in under(one.card, key) if line.unit} <= heads
            assert (one.card.subtitle or "").endswith(base.topics[topic].title)


async def test_a_topic_that_the_base_no_longer_has_leaves_nothing_to_tell(
    service: AnswerService,
) -> None:
    digest = await compose(
        service.store, EN, date(2027, 3, 16), DigestHistory(), frozenset({"gone"})
    )
    assert (digest.story, digest.has_more_than_story, digest.facts) == (None, False, {})
    assert next(lines(digest.card)).text == EN("digest.nothing")
    assert_fits(service, digest.card)


async def test_the_facts_of_a_digest_are_those_it_shows_with_their_versions(
    service: AnswerService, year: list[Posted]
) -> None:
    versions = await service.store.versions()
    for posted in year:
        assert {line.fact.key for line in lines(posted.card) if line.fact} <= set(
            posted.digest.facts
        )
        assert all(versions[key] == version for key, version in posted.digest.facts.items())


# The small base, as it changes

LATER = date(2026, 12, 1)
EVENTS = "facts/events/ferry-agreement.yaml"
TOPICS = "facts/topics/ferry-line.yaml"
STORY_FILE = "facts/stories/the-line.yaml"
KEY = "ferry-agreement/signed"
SIGNED = "Ilse Brandt and Tomas Lind signed the agreement on 4 May 2021."
ADDED = "added: 2026-11-22"


@asynccontextmanager
async def opened(folder: Path, files: Mapping[str, str] | None = None) -> AsyncGenerator[Store]:
    """The small base with some of its files written anew, built and open."""
    folders = write_small_base(folder)
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    store = await Store.open(build(folders, folder / "data").path)
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
async def held(tmp_path: Path) -> Mapping[str, str]:
    """The versions of the small base as it is at first."""
    async with opened(tmp_path / "at first") as store:
        return await store.versions()


def agreement(text: str) -> Mapping[str, str]:
    """The agreement's file with the first `added` replaced by other lines."""
    return {EVENTS: AGREEMENT.replace(ADDED, text, 1)}


REWORDED = """added: 2026-11-22
    was:
      - {date: 2026-11-25, said: "Brandt signed it in 2020.", why: "The year was wrong."}
      - {date: 2026-12-01, said: "Brandt signed it in 2021.", why: "Lind signed it, too."}"""
WITHDRAWN = """added: 2026-11-22
    withdrawn: {date: 2026-12-01, why: "Nobody signed it."}"""


async def news(
    store: Store, told: DigestHistory, day: date = LATER, key: str = "corrections"
) -> list[Line]:
    """What stands under a heading of a digest."""
    return under((await compose(store, EN, day, told)).card, f"digest.{key}")


async def seen_with(
    store: Store, held: Mapping[str, str], last_day: date, key: str, **parts: object
) -> DigestHistory:
    """What a server knows that last saw one fact with other parts."""
    shown = (await store.shown_facts([key]))[key].model_copy(update=parts)
    return DigestHistory(last_day, {**held, key: shown.version}, shown={key: shown})


async def test_a_first_digest_has_no_news(tmp_path: Path) -> None:
    async with opened(tmp_path, {STORY_FILE: STORY, **agreement(REWORDED)}) as store:
        digest = await compose(store, EN, LATER, DigestHistory())
        assert not under(digest.card, "digest.corrections")
        assert not under(digest.card, "digest.added")
        assert digest.story
        assert not digest.has_more_than_story


async def test_an_unchanged_base_has_no_news(tmp_path: Path, held: Mapping[str, str]) -> None:
    async with opened(tmp_path, {STORY_FILE: STORY}) as store:
        digest = await compose(store, EN, LATER, DigestHistory(LATER, held))
        assert not digest.has_more_than_story
        assert digest.story


async def test_a_rewording_shows_what_was_said_until_when_and_why(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    async with opened(tmp_path, agreement(REWORDED)) as store:
        told = await seen_with(
            store, held, date(2026, 11, 30), KEY, says="Brandt signed it in 2021."
        )
        [line] = await news(store, told)
    assert line.text == SIGNED
    assert line.opening == "1 December 2026 · Ferry agreement of Norhaven and Sudby"
    assert line.label == "Now"
    assert [(note.label, note.text) for note in line.notes] == [
        ("Until 1 December 2026", "“Brandt signed it in 2021.”"),
        ("Why", "Lind signed it, too."),
        ("Caution", "It was the third such agreement; the article says nothing of the other two."),
    ]


async def test_what_was_withdrawn_comes_first_and_then_the_latest(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    later = CHANGED["topics/ferry-line.yaml"].replace("2026-11-24", "2026-11-30")
    changed = {**CHANGED, "topics/ferry-line.yaml": later}
    told = {**held, KEY: "other details", "ferry-line/lorries": "other details"}
    async with opened(tmp_path, {f"facts/{name}": changed[name] for name in changed}) as store:
        found = await news(store, DigestHistory(date(2026, 11, 1), told))
    assert [line.opening.partition(" · ")[0] for line in found if line.opening] == [
        "26 November 2026", "30 November 2026", "25 November 2026",
    ]  # fmt: skip


async def test_whoever_missed_two_rewordings_is_told_both(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    async with opened(tmp_path, agreement(REWORDED)) as store:
        # The corrections came into this base after the days that they bear.
        told = await seen_with(
            store, held, date(2026, 12, 24), KEY, says="Brandt signed it in 2020."
        )
        [line] = await news(store, told, date(2026, 12, 25))
    assert [note.text for note in line.notes][:4] == [
        "“Brandt signed it in 2021.”", "Lind signed it, too.",
        "“Brandt signed it in 2020.”", "The year was wrong.",
    ]  # fmt: skip


async def test_a_change_of_details_alone_is_said_to_be_one(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    changed = AGREEMENT.replace("It was the third such agreement", "It was the third one")
    async with opened(tmp_path, {EVENTS: changed}) as store:
        [line] = await news(store, DigestHistory(date(2026, 11, 30), held))
    assert line.text == SIGNED
    assert [note.text for note in line.notes] == [
        EN("digest.changed"),
        "It was the third one; the article says nothing of the other two.",
    ]


async def test_a_moved_event_is_told_with_both_dates(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    async with opened(tmp_path / "before") as store:
        before = await store.shown_facts(await store.versions())
    moved = AGREEMENT.replace("edtf: 2021-05-04", "edtf: 2021-05-05")
    async with opened(tmp_path / "now", {EVENTS: moved}) as store:
        now = await store.versions()
        changed = {key: before[key] for key in held if held[key] != now[key]}
        assert set(changed) == {"ferry-agreement/signed", "ferry-agreement/gap"}
        found = await news(store, DigestHistory(date(2026, 11, 30), held, shown=changed))
    for line in found:
        assert (line.notes[0].label, line.notes[0].text) == ("Date", "4 May 2021 → 5 May 2021")


async def test_an_old_rewording_is_not_told_as_the_change_of_a_detail(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    async with opened(tmp_path, agreement(REWORDED)) as store:
        told = DigestHistory(
            date(2026, 12, 24), {**held, "ferry-agreement/signed": "another detail"}
        )
        [line] = await news(store, told, date(2026, 12, 25))
    assert line.notes[0].text == EN("digest.changed")
    assert "Brandt signed it" not in str(line.notes)


async def test_a_rewording_with_new_details_is_told_by_its_day(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    async with opened(tmp_path, agreement(REWORDED)) as store:
        told = DigestHistory(date(2026, 12, 1), {**held, "ferry-agreement/signed": "other details"})
        [line] = await news(store, told, date(2026, 12, 2))
    assert [note.text for note in line.notes][:2] == [
        "“Brandt signed it in 2021.”",
        "Lind signed it, too.",
    ]


async def test_a_withdrawn_fact_is_told_as_withdrawn_once_and_never_as_true(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    async with opened(tmp_path, agreement(WITHDRAWN)) as store:
        [line] = await news(store, DigestHistory(date(2026, 11, 30), held))
        assert (line.label, line.text) == ("Withdrawn", f"“{SIGNED}”")
        assert line.notes[0].text == "Nobody signed it."
        assert [cite.source for cite in line.all_cites()] == ["ferry-report"]
        told = DigestHistory(None, await store.versions())
        for day in (date(2027, 5, 4) + timedelta(days=n) for n in range(9)):
            digest = await compose(store, EN, day, told)
            assert SIGNED not in "".join(line.text for line in lines(digest.card))
            assert "ferry-agreement/signed" not in digest.facts
            told = DigestHistory(day, told.versions)


async def test_added_facts_bear_their_dates_and_labels_open_ones_last(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    known = {k: v for k, v in held.items() if k not in ("ferry-line/start", "storm-2014/ruins")}
    async with opened(tmp_path) as store:
        digest = await compose(store, EN, LATER, DigestHistory(date(2026, 11, 30), known))
    told = under(digest.card, "digest.added")
    assert [(line.opening, line.label) for line in told] == [
        (None, None),
        (None, "Not established"),
    ]
    assert "November 2014" in told[0].text
    assert {"ferry-line/start", "storm-2014/ruins"} <= set(digest.facts)
    assert digest.has_more_than_story


async def test_what_the_base_no_longer_holds_and_what_came_withdrawn_is_no_news(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    known = {k: v for k, v in held.items() if k != "ferry-agreement/signed"}
    async with opened(tmp_path, agreement(WITHDRAWN)) as store:
        told = DigestHistory(date(2026, 11, 30), {**known, "ferry-line/deleted": "x"})
        assert not (await compose(store, EN, LATER, told)).has_more_than_story


def many_facts(number: int) -> str:
    """A topic with many long facts, each with a caution."""
    one = """\
  - id: f{0}
    says: Number {0} of the council's crossings. {1}
    kind: background
    cites: [{{source: ferry-report, paragraph: 6}}]
    caution: Number {0} is not sure. {1}
    added: 2026-11-22
"""
    facts = "".join(one.format(n, "It carried lorries. " * 11) for n in range(number))
    return TOPIC.replace("facts:\n", f"facts:\n{facts}", 1)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_news_without_end_fit_one_message_and_the_rest_is_counted(
    tmp_path: Path, held: Mapping[str, str], language: str
) -> None:
    files = {TOPICS: many_facts(60), **agreement(WITHDRAWN)}
    async with opened(tmp_path, files) as store:
        half = {f"ferry-line/f{n}": "another" for n in range(30)}
        told = DigestHistory(date(2026, 11, 30), {**held, **half})
        digest = await compose(store, words_in(language), date(2027, 5, 4), told)
        assert_fits(AnswerService(store), digest.card)
        sure = under(digest.card, "digest.corrections")
        assert SIGNED in sure[0].text, "what is withdrawn comes first"
        for key, more, number in (
            ("digest.corrections", "digest.more-corrections", 31),
            ("digest.added", "digest.more-facts", 30),
        ):
            *told_lines, last = under(digest.card, key)
            assert told_lines, key
            assert last.text == words_in(language).count(more, number - len(told_lines))
        assert under(digest.card, "digest.on-this-day")


async def test_a_message_holds_as_much_as_it_is_counted_for(tmp_path: Path) -> None:
    cited = Line("", (Citation(source="ferry-report", paragraph=4),))
    async with opened(tmp_path) as store:
        context = AnswerContext(store, EN, {})
        source = store.sources["ferry-report"]
        named = len(short_name(source, EN)) + len(short_date(source, EN)) + 10
        for room, taken in ((named + size(cited), True), (named + size(cited) - 1, False)):
            budget = MessageBudget(context, "title", most=room + len("title") + 10)
            assert budget.take(cited) == taken


async def test_a_story_waits_for_a_day_with_room(tmp_path: Path, held: Mapping[str, str]) -> None:
    async with opened(tmp_path, {STORY_FILE: STORY}) as store:
        news = dict.fromkeys(list(held)[:4], "another")
        full = await compose(store, EN, LATER, DigestHistory(LATER, news))
        assert full.has_more_than_story
        assert full.story is None
        assert (await compose(store, EN, LATER, DigestHistory(LATER, held))).story == "the-line"


async def test_a_story_leaves_out_what_was_withdrawn(tmp_path: Path) -> None:
    async with opened(tmp_path, {STORY_FILE: STORY, **agreement(WITHDRAWN)}) as store:
        digest = await compose(store, EN, LATER, DigestHistory())
    assert digest.story == "the-line"
    assert KEY not in digest.facts
    assert SIGNED not in "".join(line.text for line in lines(digest.card))


RETOLD = """
  - says: The mayors of both towns signed the agreement in the May of that year.
    rests_on: [ferry-agreement/signed]
  - says: Of the first boat nobody has given a day.
    rests_on: [ferry-line/start]
  - says: Some forty lorries a day were to cross, said the man of the harbour.
    rests_on: [ferry-line/lorries]
"""


@pytest.fixture
def retold() -> Mapping[str, str]:
    """The small base with a story that tells most of its facts in its own words."""
    told = "\n  - ferry-agreement/signed\n  - ferry-line/lorries\n  - ferry-line/start\n"
    assert told in STORY
    return {STORY_FILE: STORY.replace(told, RETOLD)}


async def test_a_line_in_a_storys_own_words_has_the_label_and_the_citations_of_its_facts(
    tmp_path: Path, retold: Mapping[str, str]
) -> None:
    async with opened(tmp_path, retold) as store:
        digest = await compose(store, EN, LATER, DigestHistory())
        told = [line for line in lines(digest.card) if line.rests_on]
        facts = {fact.key: fact.fact for fact in await store.every_fact()}
    assert [(line.label, line.text) for line in told] == [
        (None, "The mayors of both towns signed the agreement in the May of that year."),
        (
            "Position, Harbour Council",
            "Some forty lorries a day were to cross, said the man of the harbour.",
        ),
        ("Not established", "Of the first boat nobody has given a day."),
    ], "what is not known comes last"
    for line in told:
        [fact] = line.rests_on
        assert line.cites == facts[fact.key].cites
    assert {fact.key for line in told for fact in line.rests_on} <= set(digest.facts)


@pytest.mark.parametrize(("when", "opening"), [(" in November 2014", None), ("", "November 2014")])
async def test_a_fact_of_a_story_is_dated_unless_its_year_is_named(
    tmp_path: Path, when: str, opening: str | None
) -> None:
    storm = STORM.replace(" in November 2014", when, 1)
    files = {STORY_FILE: STORY, "facts/events/storm-2014.yaml": storm}
    async with opened(tmp_path, files) as store:
        digest = await compose(store, EN, LATER, DigestHistory())
    (told,) = [line for line in lines(digest.card) if "ruined the pier" in line.text]
    assert told.opening == opening


async def test_a_story_may_tell_an_event_as_it_is(tmp_path: Path) -> None:
    story = STORY.replace(
        "  - ferry-agreement/signed\n", "  - ferry-agreement\n  - ferry-agreement/signed\n"
    )
    async with opened(tmp_path, {STORY_FILE: story}) as store:
        digest = await compose(store, EN, LATER, DigestHistory())
    told = [f"{line.opening}: {line.text}" for line in lines(digest.card)]
    assert "4 May 2021: Ferry agreement of Norhaven and Sudby" in told


async def test_a_line_goes_when_a_fact_that_it_rests_on_is_withdrawn(
    tmp_path: Path, retold: Mapping[str, str]
) -> None:
    async with opened(tmp_path, {**retold, **agreement(WITHDRAWN)}) as store:
        digest = await compose(store, EN, LATER, DigestHistory())
    told = [line.text for line in lines(digest.card)]
    assert "Of the first boat nobody has given a day." in told
    assert not any("The mayors" in text for text in told)


EDTF = "when: {edtf: 2021-05-04, basis: stated}"


@pytest.mark.parametrize(
    ("when", "day", "told"),
    [
        ("{edtf: 2021-05-04, basis: stated}", date(2026, 5, 4), True),
        ("{edtf: 2021-05-04, basis: stated}", date(2021, 5, 4), False),
        ("{edtf: 2021-05-04, basis: stated}", date(2020, 5, 4), False),
        ("{edtf: 2021-05-04, basis: stated}", date(2026, 5, 5), False),
        ("{edtf: 2021-05-04~, basis: stated}", date(2026, 5, 4), False),
        ("{edtf: '2021-05-04?', basis: stated}", date(2026, 5, 4), False),
        ("{edtf: 2021-05-04/2021-05-05, basis: stated}", date(2026, 5, 4), False),
        ("{edtf: 2021-05, basis: stated}", date(2026, 5, 4), False),
        ("{edtf: 2021-05, basis: stated}", date(2026, 5, 1), False),
        ("{basis: undated}", date(2026, 5, 4), False),
        ("{edtf: 2020-02-29, basis: stated}", date(2024, 2, 29), True),
        ("{edtf: 2020-02-29, basis: stated}", date(2024, 2, 28), False),
        ("{edtf: 2020-02-29, basis: stated}", date(2023, 2, 28), True),
        ("{edtf: 2020-02-29, basis: stated}", date(2023, 3, 1), False),
    ],
)
async def test_only_an_exact_day_recurs(tmp_path: Path, when: str, day: date, told: bool) -> None:
    async with opened(tmp_path, {EVENTS: AGREEMENT.replace(EDTF, f"when: {when}")}) as store:
        assert bool(await news(store, DigestHistory(), day, "on-this-day")) == told


async def test_a_planned_event_and_an_inferred_day_are_marked(tmp_path: Path) -> None:
    inferred = "when: {edtf: 2021-05-04, basis: inferred, why: It was the day after the third.}"
    planned = AGREEMENT.replace(EDTF, f"status: planned\n{inferred}")
    async with opened(tmp_path, {EVENTS: planned}) as store:
        thing, *_ = await news(store, DigestHistory(), date(2026, 5, 4), "on-this-day")
        assert thing.text.endswith("(planned; date inferred)")
        assert not await news(store, DigestHistory(), date(2026, 5, 1), "coming-up"), (
            "no anniversary"
        )


@pytest.mark.parametrize(
    ("edtf", "told"),
    [("2014-11", True), ("2014-11~", False), ("2014-11/2014-12", False), ("2014", False),
     ("2026-11", False), ("2014-11-02", False), ("2014-23", False)],
)  # fmt: skip
async def test_only_what_is_known_to_the_month_is_of_the_month(
    tmp_path: Path, edtf: str, told: bool
) -> None:
    storm = {"facts/events/storm-2014.yaml": STORM.replace("edtf: 2014-11", f"edtf: {edtf}")}
    async with opened(tmp_path, storm) as store:
        of_month = await news(store, DigestHistory(), date(2026, 11, 20), "this-month")
    assert [(line.opening, line.text) for line in of_month] == (
        [(None, "A storm in November 2014 ruined the pier for 150 days, said the Harbour Council.")]
        if told
        else []
    )


async def test_an_event_of_the_month_says_why_it_matters_and_how_it_is_known(
    tmp_path: Path,
) -> None:
    lead = (
        "lead: {says: The storm cut the towns off., cites: [{source: ferry-report, paragraph: 5}]}"
    )
    why = "basis: inferred, why: It is said so"
    planned = STORM.replace("basis: stated", why).replace(
        "when:", f"{lead}\nstatus: planned\nwhen:"
    )
    async with opened(tmp_path, {"facts/events/storm-2014.yaml": planned}) as store:
        [line] = await news(store, DigestHistory(), date(2026, 11, 20), "this-month")
    assert (line.opening, line.text) == (
        "November 2014",
        "The storm cut the towns off. (planned; date inferred)",
    )
    assert [cite.paragraph for cite in line.cites] == [5]


@pytest.mark.parametrize(
    ("edtf", "end"),
    [
        ("2021-05-04", "4 May 2021"),
        ("2021-05/2022-01", "2022"),
        ("2022-03/..", "2022"),
        ("../2014-01", "November 2014"),
    ],
)
async def test_no_event_that_has_a_date_is_later_than_a_digest_says(
    tmp_path: Path, edtf: str, end: str
) -> None:
    changed = AGREEMENT.replace("edtf: 2021-05-04", f"edtf: {edtf}")
    async with opened(tmp_path, {EVENTS: changed}) as store:
        card = (await compose(store, EN, LATER, DigestHistory())).card
    assert [line.text for line in lines(card)][-1] == EN("digest.end", date=end)


@pytest.mark.parametrize(
    ("last", "told"),
    [(None, True), (date(2026, 11, 3), False), (date(2026, 10, 31), True),
     (date(2025, 11, 30), True)],
)  # fmt: skip
async def test_the_month_comes_with_its_first_digest(
    tmp_path: Path, last: date | None, told: bool
) -> None:
    async with opened(tmp_path) as store:
        assert (
            bool(await news(store, DigestHistory(last), date(2026, 11, 20), "this-month")) == told
        )


@pytest.mark.parametrize(
    ("last", "day", "told"),
    [
        (None, date(2026, 4, 27), True),
        (None, date(2026, 4, 26), False),
        (None, date(2026, 5, 3), True),
        (None, date(2026, 5, 4), False),
        (date(2026, 4, 26), date(2026, 4, 27), True),
        (date(2026, 4, 27), date(2026, 4, 28), False),
        (date(2026, 4, 20), date(2026, 5, 3), True),
        (date(2026, 5, 3), date(2026, 5, 4), False),
        (date(2025, 5, 1), date(2026, 4, 30), True),
        (None, date(2021, 5, 1), False),
    ],
)
async def test_an_anniversary_comes_up_once(
    tmp_path: Path, last: date | None, day: date, told: bool
) -> None:
    async with opened(tmp_path) as store:
        coming = await news(store, DigestHistory(last), day, "coming-up")
    assert [(line.opening, line.text) for line in coming] == (
        [("4 May 2021", "Ferry agreement of Norhaven and Sudby · 5 years on 4 May 2026")]
        if told
        else []
    )


async def test_the_ends_of_the_calendar_have_their_digests(tmp_path: Path) -> None:
    async with opened(tmp_path, {STORY_FILE: STORY}) as store:
        for day in (date.min, date.max):
            assert (await compose(store, EN, day, DigestHistory())).story


# The verb


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--date", "2027-03-16"), 0, "Daily digest · 16 March 2027"),
        ((), 0, date.today().strftime("%B %Y")),
        (("--date", "2027-03-16", "--language", "ja"), 0, "この日の出来事"),
        (("--date", "2027-03-15", "--topics", " gsomia, cuba-ties"), 0, "Daily digest · 15 March"),
        (("--date", "2027-03-16", "--days", "2", "--weekly"), 0, "── 2027-03-23 ──"),
        (("--date", "2027-03-16", "--topics", "gsomia,nope"), 2, "No topic `nope`; there are "),
        (("--date", "2027-02-30"), 2, "`2027-02-30` is not a day of the calendar; write it as"),
        (("--date", "2027-03-16", "--language", "fr"), 2, "No language `fr`"),
    ],
)
def test_the_verb_prints_a_digest_or_says_what_is_wrong(
    config: Config, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"facts: {config.facts}\nseeds: {config.seeds}\ndata: {config.data}\n", "utf-8")
    ended = CliRunner().invoke(app, ["digest", "--config", str(path), *arguments])
    assert ended.exit_code == code, ended.output
    assert said in ended.output
    assert code == 0 or ended.output.count("\n") == 1
