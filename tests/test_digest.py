"""The daily digest: over a year of the shipped base, and over a small base that changes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from bot.answers.service import AnswerService
from bot.cards.card import Card, Line
from bot.cards.plain import plain
from bot.cards.wording import dated_words
from bot.cli.app import app
from bot.compose.digest import ComposedDigest, DigestHistory, compose
from bot.config import Config
from bot.facts.build import build
from bot.facts.load import Base, Folders, load
from bot.facts.model import Event
from bot.facts.store import Filter, Store
from bot.texts.catalogues import LANGUAGES, words
from bot.ui.questions.replies import view
from tests.conftest import buttons, parts, texts
from tests.small_base import AGREEMENT, STORM, TOPIC, record_of, write_small_base

EN = words("en")
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
    store: Store, language: str, first: date, number: int, topics: frozenset[str] = frozenset()
) -> list[Posted]:
    """What a server is told on consecutive days, from its first digest on."""
    told, posted = DigestHistory(), list[Posted]()
    held, facts_of_the_day = await store.versions(), dict[str, date]()
    for day in (first + timedelta(days=n) for n in range(number)):
        digest = await compose(store, words(language), day, told, topics)
        posted.append(Posted(day, digest))
        if digest.fact_of_the_day:
            facts_of_the_day = {**facts_of_the_day, digest.fact_of_the_day: day}
        told = DigestHistory(day, held, facts_of_the_day)
    return posted


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def years(service: AnswerService) -> Mapping[str, list[Posted]]:
    """A year of digests in each language."""
    return {language: await days(service.store, language, FIRST, YEAR) for language in LANGUAGES}


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
        inside = section.heading == words(card.language)(key) if section.heading else inside
        if inside:
            found += section.lines
    return found


def lines(card: Card) -> Iterator[Line]:
    """Every line of a card, without its notes."""
    for section in card.sections:
        yield from section.lines


def text_of(service: AnswerService, card: Card) -> str:
    """The digest as a terminal shows it."""
    return plain(service.page(card), words(card.language))


def exact_days(base: Base) -> dict[str, date]:
    """The events of which the files give one exact day."""
    exact = {e.id: e.when.edtf or "" for e in base.events.values()}
    return {
        event_id: date.fromisoformat(edtf)
        for event_id, edtf in exact.items()
        if re.fullmatch(r"\d{4}-\d\d-\d\d", edtf)
    }


# The shipped base, over a year


def test_no_fact_is_in_focus_again_until_every_one_has_been(base: Base, year: list[Posted]) -> None:
    able = {
        f"{owner}/{fact.id}"
        for owner, (part, _), fact in base.facts()
        if not fact.withdrawn and part != "open" and fact.kind != "role"
    }
    came = [posted.digest.fact_of_the_day for posted in year]
    assert len(able) < YEAR, "the year is too short to see a second round"
    assert set(came[: len(able)]) == able
    assert came[len(able) :] == came[: YEAR - len(able)]


def test_the_facts_in_focus_do_not_dwell_on_one_thing(year: list[Posted]) -> None:
    owners = [(posted.digest.fact_of_the_day or "").partition("/")[0] for posted in year]
    assert all(len(set(owners[n : n + 7])) == 7 for n in range(120))
    assert owners[:30] != sorted(owners[:30])


def test_what_happened_comes_before_what_is_said_of_it(base: Base, year: list[Posted]) -> None:
    kinds = {f"{owner}/{fact.id}": fact.kind for owner, _, fact in base.facts()}
    first = [kinds[posted.digest.fact_of_the_day or ""] for posted in year[:20]]
    assert sum(kind in ("event", "agreement") for kind in first) >= 15


async def test_servers_that_begin_on_different_days_read_different_rows(
    service: AnswerService, year: list[Posted]
) -> None:
    later = await days(service.store, "en", FIRST + timedelta(days=1), 5)
    assert [p.digest.fact_of_the_day for p in later] != [p.digest.fact_of_the_day for p in year[:5]]


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


def test_an_event_of_this_day_is_told_with_its_first_facts(year: list[Posted]) -> None:
    [march] = [posted for posted in year if posted.day == date(2027, 3, 16)]
    told = under(march.card, "digest.on-this-day")
    assert [line.opening for line in told] == ["16 March 2023", None, None] * 2
    assert title(told[0]) == "Yoon-Kishida summit in Tokyo", "the most told of stands first"
    assert "tokyo-summit/mutual-visits" in march.digest.facts


def test_events_known_to_a_month_come_once_in_their_month(base: Base, year: list[Posted]) -> None:
    due = Counter(
        (int(edtf[5:7]), event.title)
        for event in base.events.values()
        if re.fullmatch(r"\d{4}-[01]\d", edtf := event.when.edtf or "")
    )
    told = [
        (posted.day, line)
        for posted in year
        for line in under(posted.card, "digest.this-month")
        if posted.day.year == FIRST.year
    ]
    assert Counter((day.month, title(line)) for day, line in told) == due
    assert {day.day for day, _ in told} == {1}


def title(line: Line) -> str:
    """The title in an event's line, without its marks and anniversary."""
    return re.split(r" · | \((?:planned|date inferred)", line.text)[0]


def test_an_anniversary_is_announced_once_in_the_week_before(
    base: Base, year: list[Posted]
) -> None:
    exact = exact_days(base)
    told = [(p.day, line) for p in year for line in under(p.card, "digest.coming-up")]
    assert Counter(title(line) for _, line in told) == Counter(base.events[e].title for e in exact)
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
        for line in lines(posted.card):
            assert line.cites, f"{posted.day}: {line.text}"


def test_every_fact_in_focus_is_told_in_full(base: Base, year: list[Posted]) -> None:
    facts = {f"{owner}/{fact.id}": fact for owner, _, fact in base.facts()}
    for posted in year:
        fact = facts[posted.digest.fact_of_the_day or ""]
        [line] = [line for line in lines(posted.card) if line.text == fact.says]
        notes = [note.text for note in line.notes]
        told = [fact.inferred, *(account.says for account in fact.accounts), fact.caution]
        assert notes == [text for text in told if text]
        assert bool(line.label) == (fact.kind in ("position", "plan", "proposal", "opinion"))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_event_is_dated_as_precisely_as_it_is_known(
    service: AnswerService, years: Mapping[str, list[Posted]], language: str
) -> None:
    said = words(language)
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


def test_what_came_before_and_after_surely_did(base: Base, year: list[Posted]) -> None:
    """By the last and first day that the files leave open, or by what they say of the two."""
    by_title = {event.title: event for event in base.events.values()}
    seen = 0
    for posted in year:
        owner = base.events.get((posted.digest.fact_of_the_day or "").partition("/")[0])
        for line in under(posted.card, "digest.focus"):
            if owner and line.label in ("Before", "After"):
                found = next(t for t in sorted(by_title, key=len, reverse=True) if t in line.text)
                pair = (by_title[found], owner)
                assert_in_order(*(pair if line.label == "Before" else pair[::-1]))
                seen += 1
    assert seen > 50


def assert_in_order(one: Event, other: Event) -> None:
    said = other.when.after == one.id or one.when.before == other.id
    first, second = (edtf_days(event.when.edtf or "") for event in (one, other))
    assert said or first[1] < second[0], (one.id, other.id)


def edtf_days(edtf: str) -> tuple[str, str]:
    """The first and last day of a date, as text that sorts."""
    start, _, end = edtf.partition("/")
    seasons = {"21": ("03", "05"), "22": ("06", "08"), "23": ("09", "11"), "24": ("12", "12")}

    def bound(text: str, last: bool) -> str:
        if text in ("", ".."):
            return "9999" if last else "0000"
        month = seasons.get(text[5:7], (text[5:7], text[5:7]))[last] or ("12" if last else "01")
        return f"{text[:4]}-{month}-{text[8:] or ('31' if last else '01')}"

    return bound(start, last=False), bound(end or start, last=True)


def test_a_day_with_the_fact_in_focus_alone_is_not_worth_posting(year: list[Posted]) -> None:
    for posted in year:
        headings = [section.heading for section in posted.card.sections if section.heading]
        news = [heading for heading in headings if not heading.startswith(EN("digest.focus"))]
        assert posted.digest.worth_posting == bool(news), posted.day
    assert {posted.digest.worth_posting for posted in year} == {True, False}


async def test_topics_narrow_everything(service: AnswerService, base: Base) -> None:
    for topic in sorted(base.topics):
        own = {event.id for event in base.events.values() if topic in event.topics}
        mine = {
            f"{owner}/{fact.id}"
            for owner, _, fact in base.facts()
            if owner in {topic, *own} or topic in fact.about
        }
        titles = tuple(base.events[event_id].title for event_id in own)
        posted = await days(service.store, "en", date(2027, 2, 25), 40, frozenset({topic}))
        for one in posted:
            assert set(one.digest.facts) <= mine, topic
            for key in ("digest.on-this-day", "digest.this-month", "digest.coming-up"):
                assert all(
                    line.text.startswith(titles) for line in under(one.card, key) if line.opening
                )
        assert len({one.digest.fact_of_the_day for one in posted}) > 1, topic
        assert EN("digest.title", date="25 February 2027") == posted[0].card.title
        assert posted[0].card.subtitle == base.topics[topic].title


async def test_every_fact_of_a_chosen_topic_comes_whoever_owns_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        posted = await days(store, "en", LATER, 5, frozenset({"ferry-line"}))
    assert {one.digest.fact_of_the_day for one in posted} == {
        "ferry-agreement/signed", "ferry-agreement/gap",  # of an event of the topic
        "storm-2014/ruins",  # told of the topic, and of an event that is not its
        "ferry-line/lorries", "ferry-line/opposed",
    }  # fmt: skip


async def test_a_topic_that_the_base_no_longer_has_leaves_nothing_to_tell(
    service: AnswerService,
) -> None:
    digest = await compose(
        service.store, EN, date(2027, 3, 16), DigestHistory(), frozenset({"gone"})
    )
    assert (digest.fact_of_the_day, digest.worth_posting, digest.facts) == (None, False, {})
    assert [line.text for line in lines(digest.card)] == [EN("digest.nothing")]
    assert_fits(service, digest.card)


async def test_the_facts_of_a_digest_are_those_it_shows_with_their_versions(
    service: AnswerService, year: list[Posted]
) -> None:
    versions = await service.store.versions()
    facts = {record.key: record.fact for record in await service.store.every_fact()}
    for posted in year:
        said = {line.text for line in lines(posted.card)}
        shown = {key for key, fact in facts.items() if fact.says in said}
        assert set(posted.digest.facts) <= shown
        assert {facts[key].says for key in posted.digest.facts} == said & {
            fact.says for fact in facts.values()
        }
        assert all(versions[key] == version for key, version in posted.digest.facts.items())
        assert posted.digest.fact_of_the_day in posted.digest.facts


# The small base, as it changes

LATER = date(2026, 12, 1)
EVENTS = "facts/events/ferry-agreement.yaml"
TOPICS = "facts/topics/ferry-line.yaml"
KEY = "ferry-agreement/signed"
SIGNED = "Ilse Brandt and Tomas Lind signed the agreement on 4 May 2021."
ADDED = "added: 2026-11-22"


@asynccontextmanager
async def opened(folder: Path, files: Mapping[str, str] | None = None) -> AsyncGenerator[Store]:
    """The small base with some of its files written anew, built and open."""
    folders = write_small_base(folder)
    for name, text in (files or {}).items():
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
    async with opened(tmp_path, agreement(REWORDED)) as store:
        digest = await compose(store, EN, LATER, DigestHistory())
        assert not under(digest.card, "digest.corrections")
        assert not under(digest.card, "digest.added")
        assert digest.fact_of_the_day
        assert not digest.worth_posting


async def test_an_unchanged_base_has_no_news(tmp_path: Path, held: Mapping[str, str]) -> None:
    async with opened(tmp_path) as store:
        digest = await compose(store, EN, LATER, DigestHistory(LATER, held))
        assert (digest.worth_posting, [*digest.facts]) == (False, [digest.fact_of_the_day])


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
            assert digest.fact_of_the_day
            told = DigestHistory(
                day, told.versions, {**told.facts_of_the_day, digest.fact_of_the_day: day}
            )


async def test_added_facts_stand_with_their_dates_and_labels_open_ones_last(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    known = {k: v for k, v in held.items() if k not in ("ferry-line/start", "storm-2014/ruins")}
    async with opened(tmp_path) as store:
        digest = await compose(store, EN, LATER, DigestHistory(date(2026, 11, 30), known))
    told = under(digest.card, "digest.added")
    assert [(line.opening, line.label) for line in told] == [
        ("November 2014", None),
        (None, "Not established"),
    ]
    assert {"ferry-line/start", "storm-2014/ruins"} <= set(digest.facts)
    assert digest.fact_of_the_day not in ("ferry-line/start", "storm-2014/ruins")
    assert digest.worth_posting


async def test_what_the_base_no_longer_holds_and_what_came_withdrawn_is_no_news(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    known = {k: v for k, v in held.items() if k != "ferry-agreement/signed"}
    async with opened(tmp_path, agreement(WITHDRAWN)) as store:
        told = DigestHistory(date(2026, 11, 30), {**known, "ferry-line/deleted": "x"})
        assert not (await compose(store, EN, LATER, told)).worth_posting


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
        digest = await compose(store, words(language), date(2027, 5, 4), told)
        assert_fits(AnswerService(store), digest.card)
        sure = under(digest.card, "digest.corrections")
        assert SIGNED in sure[0].text, "what is withdrawn comes first"
        for key, more, number in (
            ("digest.corrections", "digest.more-corrections", 31),
            ("digest.added", "digest.more-facts", 30),
        ):
            *told_lines, last = under(digest.card, key)
            assert told_lines, key
            assert last.text == words(language).count(more, number - len(told_lines))
        assert under(digest.card, "digest.on-this-day")


async def test_the_sources_below_take_room_too(tmp_path: Path) -> None:
    many = [f"report-{n}" for n in range(12)]
    facts = "".join(
        f"""\
  - id: f{n}
    says: Number {n} of the council's crossings.
    kind: background
    cites: [{", ".join(f"{{source: {source}, paragraph: 6}}" for source in many)}]
    added: 2026-11-22
"""
        for n in range(3)
    )
    write_small_base(tmp_path)
    for source in many:
        record = record_of(source, 9).replace("ferry-report", source)
        long = f"title: {source} {'Port towns reopen ferry line, ' * 15}"
        (tmp_path / f"seeds/{source}.yaml").write_text(re.sub("title: .*", long, record), "utf-8")
    async with opened(
        tmp_path, {TOPICS: TOPIC.replace("facts:\n", f"facts:\n{facts}", 1)}
    ) as store:
        told = DigestHistory()
        for n in range(12):
            digest = await compose(store, EN, LATER + timedelta(days=n), told)
            assert_fits(AnswerService(store), digest.card)
            assert digest.fact_of_the_day, "a fact that fits no message holds up the others"
            assert not digest.fact_of_the_day.startswith("ferry-line/f")
            told = DigestHistory(
                None,
                None,
                {**told.facts_of_the_day, digest.fact_of_the_day: LATER + timedelta(days=n)},
            )


async def test_a_fact_waits_for_a_day_with_room_and_none_comes_twice_meanwhile(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    async with opened(tmp_path, {TOPICS: many_facts(9)}) as store:
        now = await store.versions()
        long, short = "ferry-line/f0", "storm-2014/ruins"
        changed = {f"ferry-line/f{n}": "another" for n in range(1, 4)}

        async def fact_of_the_day(told: DigestHistory) -> str | None:
            return (await compose(store, EN, LATER, told)).fact_of_the_day

        seen = dict.fromkeys(set(now) - {long}, date(2026, 11, 1))
        assert await fact_of_the_day(DigestHistory(LATER, {**now, **changed}, seen)) is None
        assert await fact_of_the_day(DigestHistory(LATER, now, seen)) == long
        seen = dict.fromkeys(set(now) - {short}, date(2026, 11, 1))
        assert await fact_of_the_day(DigestHistory(LATER, {**now, **changed}, seen)) == short, (
            "it had room"
        )


async def test_what_the_message_shows_already_is_not_in_focus_as_well(
    tmp_path: Path, held: Mapping[str, str]
) -> None:
    ruins = "storm-2014/ruins"
    async with opened(tmp_path) as store:
        seen = dict.fromkeys(set(held) - {ruins}, date(2026, 11, 1))
        without = {key: version for key, version in held.items() if key != ruins}
        digest = await compose(store, EN, LATER, DigestHistory(LATER, without, seen))
        assert (digest.fact_of_the_day, set(digest.facts)) == (None, {ruins})
        assert (
            await compose(store, EN, LATER, DigestHistory(LATER, held, seen))
        ).fact_of_the_day == ruins


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
        [("November 2014", "Storm that closed the ferry line")] if told else []
    )


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
    async with opened(tmp_path) as store:
        for day in (date.min, date.max):
            assert (await compose(store, EN, day, DigestHistory())).fact_of_the_day


# The verb


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--date", "2027-03-16"), 0, "Daily digest · 16 March 2027"),
        ((), 0, date.today().strftime("%B %Y")),
        (("--date", "2027-03-16", "--language", "ja"), 0, "この日の出来事"),
        (("--date", "2027-03-16", "--topics", " gsomia, cuba-ties"), 0, "In focus"),
        (("--date", "2027-03-16", "--topics", "gsomia,nope"), 2, "No topic `nope`; there are "),
        (("--date", "2027-02-30"), 2, "`2027-02-30` is no day of the calendar; write it as"),
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
