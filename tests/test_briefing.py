"""Briefings over the real base: whole in one message, cited, labelled, and never over-claimed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date
from itertools import chain, combinations
from pathlib import Path

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from bot.answers.filters import Filters
from bot.answers.lifecycle import open_service
from bot.answers.service import AnswerService
from bot.cards.card import Line
from bot.cli.app import app
from bot.cli.briefings import more_facts
from bot.compose import briefing
from bot.compose.briefing import (
    LONGEST_HEADLINE,
    LONGEST_REMARKS,
    BriefingDraft,
    ComposedBriefing,
    Subject,
    candidates,
    compose,
)
from bot.compose.briefing_material import gather
from bot.compose.briefing_size import SIZES, SizeName
from bot.config import Config
from bot.facts.build import build
from bot.facts.model import CLAIMS
from bot.facts.store import Filter, Store
from bot.texts.catalogues import LANGUAGES, Words, words_in
from bot.ui.components import markdown
from bot.ui.questions.replies import view
from tests.conftest import parts, texts
from tests.small_base import AGREEMENT, STORM, TOPIC, write_small_base

UI = words_in("en")
PERIODS = (
    Subject(first=date(2023, 3, 1), last=date(2023, 4, 30)),
    Subject(first=date(2019, 1, 1), last=date(2019, 12, 31)),
    Subject(first=date(2023, 8, 1)),
    Subject(last=date(2000, 12, 31)),
)
REMARKS = "A remark of mine. " * 16

_proposed: dict[tuple[Store, str, Subject, SizeName], BriefingDraft] = {}


async def propose(
    store: Store, words: Words, subject: Subject, size: SizeName = "standard"
) -> BriefingDraft:
    """The draft that is proposed. To choose its facts takes long, so that is done once for each."""
    given = store, words.language, subject, size
    if given not in _proposed:
        _proposed[given] = await briefing.propose(store, words, subject, size)
    return _proposed[given]


def _subjects(service: AnswerService, *kinds: str) -> list[Subject]:
    """Every topic, actor and event of the base (or only some kinds), and a few periods."""
    wanted = kinds or ("topic", "actor", "event")
    things = [Subject(thing.id) for thing in service.store.things.values() if thing.kind in wanted]
    return things if kinds else [*things, *PERIODS]


async def _briefing(
    service: AnswerService, subject: Subject, language: str = "en"
) -> ComposedBriefing:
    draft = await propose(service.store, words_in(language), subject)
    return await compose(service.store, words_in(language), subject, draft)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def briefings(service: AnswerService) -> list[tuple[Subject, ComposedBriefing]]:
    """The briefing on everything, as it is proposed, in English."""
    return [(subject, await _briefing(service, subject)) for subject in _subjects(service)]


def _lines(composed: ComposedBriefing, heading: str | None = None) -> Iterator[Line]:
    for section in composed.card.sections:
        if heading in (None, section.heading):
            yield from section.lines


def _assert_is_one_message(service: AnswerService, composed: ComposedBriefing) -> None:
    """Discord gets the whole briefing, within its limits."""
    (page,) = service.pages(composed.card)
    assert page.sections == composed.card.sections
    components = view(service, composed.card).to_components()
    assert sum(map(len, texts(components))) <= 4_000
    assert len(list(parts(components))) <= 40


def test_every_briefing_is_whole_in_one_message(
    service: AnswerService, briefings: list[tuple[Subject, ComposedBriefing]]
) -> None:
    for _, composed in briefings:
        _assert_is_one_message(service, composed)
        assert not composed.missing
        assert not composed.left_out


@pytest.mark.parametrize("language", LANGUAGES[1:])
async def test_so_is_every_topics_in_the_other_languages(
    service: AnswerService, language: str
) -> None:
    for subject in _subjects(service, "topic"):
        composed = await _briefing(service, subject, language)
        _assert_is_one_message(service, composed)
        assert not composed.left_out
        assert composed.card.title.endswith(words_in(language)("briefing.headline", subject=""))


def test_every_statement_is_cited(briefings: list[tuple[Subject, ComposedBriefing]]) -> None:
    for subject, composed in briefings:
        for line in _lines(composed):
            assert line.cites, (subject, line.text)


async def test_a_draft_tells_some_of_what_there_is_in_reading_order(service: AnswerService) -> None:
    for subject in _subjects(service):
        keys = [record.key for record in await candidates(service.store, subject)]
        draft = await propose(service.store, UI, subject)
        assert [key for key in keys if key in draft.facts] == list(draft.facts)
        assert bool(draft.facts) == bool(keys), subject


async def test_facts_are_told_as_the_base_has_them(
    service: AnswerService, briefings: list[tuple[Subject, ComposedBriefing]]
) -> None:
    for subject, composed in briefings:
        records = {r.key: r for r in await candidates(service.store, subject)}
        told = {line.fact.key: line for line in _lines(composed) if line.fact}
        headed = _lines(composed, UI("briefing.section.planned"))
        planned = {line.fact.key for line in headed if line.fact}
        assert composed.facts == {key: records[key].version for key in composed.facts}
        for key in composed.facts:
            fact = records[key].fact
            assert fact.withdrawn is None
            line = told[key]
            assert line.text.replace(f" ({UI('mark.inferred-year')})", "") == fact.says
            assert line.cites[: len(fact.cites)] == fact.cites
            assert fact.caution is None or fact.caution in {note.text for note in line.notes}
            if fact.kind in CLAIMS and fact.by and key not in planned:
                assert (line.label or "").startswith(UI(f"kind.{fact.kind}")), key


async def test_accounts_stand_side_by_side_where_sources_differ(
    service: AnswerService, briefings: list[tuple[Subject, ComposedBriefing]]
) -> None:
    for subject, composed in briefings:
        records = {r.fact.says: r.fact for r in await candidates(service.store, subject)}
        differing = list(_lines(composed, UI("part.differ")))
        for line in differing:
            accounts = [(account.says, (account,)) for account in records[line.text].accounts]
            assert [(note.text, note.cites) for note in line.notes][: len(accounts)] == accounts


async def test_a_line_that_shows_a_date_cites_what_gives_it(
    service: AnswerService, briefings: list[tuple[Subject, ComposedBriefing]]
) -> None:
    for _, composed in briefings:
        for line in _lines(composed):
            if line.opening and line.fact:
                event = await service.store.event(line.fact.owner)
                assert event
                assert all(cite in line.cites for cite in event.cites)


async def test_each_date_that_is_worked_out_says_so(
    briefings: list[tuple[Subject, ComposedBriefing]],
) -> None:
    for _, composed in briefings:
        for line in _lines(composed):
            if line.opening and line.fact and line.fact.dated:
                is_inferred = line.fact.dated.when.basis == "inferred"
                assert (UI("mark.inferred") in line.opening) == is_inferred, line.opening


async def test_no_line_says_its_date_twice(
    briefings: list[tuple[Subject, ComposedBriefing]],
) -> None:
    doubled = ("On a Wednesday", "In the week", "By 2019")
    lines = [line for _, each in briefings for line in _lines(each)]
    told = [line for line in lines if line.text.startswith(doubled)]
    assert told
    for line in told:
        assert not re.search("wednesday|week|by 2019", (line.opening or "").lower())


async def test_a_headline_is_the_same_in_every_size_and_claims_no_more_than_the_articles(
    service: AnswerService,
) -> None:
    for subject in (Subject("gsomia"), Subject("tokyo-summit"), *PERIODS):
        drafts = [await propose(service.store, UI, subject, size) for size in SIZES]
        (headline,) = {draft.headline for draft in drafts}
        assert headline == UI("briefing.headline", subject=headline.partition(":")[0])


async def test_a_full_draft_has_all_of_a_standard_one(service: AnswerService) -> None:
    for subject in (*_subjects(service, "topic"), Subject("tokyo-summit"), *PERIODS):
        standard, full = [
            {*(await propose(service.store, UI, subject, size)).facts}
            for size in ("standard", "full")
        ]
        assert standard <= full, subject


async def test_what_was_planned_is_never_told_as_done(
    service: AnswerService, briefings: list[tuple[Subject, ComposedBriefing]]
) -> None:
    planned = {
        record.event.id
        for record in await service.store.events(Filter())
        if record.event.status == "planned"
    }
    begins = UI("briefing.planned", date="")
    seen: set[str] = set()
    for subject, composed in briefings:
        for record in await candidates(service.store, subject):
            if record.owner in planned and record.key in composed.facts:
                is_own = record.owner == subject.thing
                parts = ("what.planned",) if is_own else ("section.planned", "section.background")
                careful = [
                    line for part in parts for line in _lines(composed, UI(f"briefing.{part}"))
                ]
                (line,) = [each for each in careful if each.fact and each.fact.key == record.key]
                is_dated = record.dated and record.owner != subject.thing
                assert (line.opening or "").startswith(begins) or not is_dated, record.key
                seen.add(record.owner)
    assert seen == planned


async def test_the_briefing_on_a_planned_event_says_so_in_its_headline(
    service: AnswerService,
) -> None:
    draft = await propose(service.store, UI, Subject("hiroshima-trilateral"))
    assert UI("mark.planned") in draft.headline


async def test_every_topic_says_what_is_not_established(service: AnswerService) -> None:
    for subject in _subjects(service, "topic"):
        composed = await _briefing(service, subject)
        assert list(_lines(composed, UI("part.open"))), subject


async def test_a_date_is_shown_once_and_only_where_the_sentence_has_none(
    service: AnswerService,
) -> None:
    composed = await _briefing(service, PERIODS[0])
    openings = [line.opening for line in _lines(composed, UI("briefing.section.happened"))]
    assert openings[0] == "6 March 2023"
    assert openings.count("16 March 2023") == 1
    (led,) = _lines(await _briefing(service, PERIODS[1]), UI("briefing.section.led"))
    assert "2018" in led.text
    assert led.opening is None


async def test_a_sentence_whose_year_is_worked_out_says_so(service: AnswerService) -> None:
    composed = await _briefing(service, Subject("japan-defence-policy"))
    remark = UI("mark.inferred-year")
    marked = [line.text for line in _lines(composed) if remark in line.text]
    assert marked[0].startswith(f"In December 2022 ({remark}) ")
    assert any(f"By April 2023 ({remark}) " in text for text in marked[1:])


async def test_every_line_with_a_year_that_is_worked_out_says_so(service: AnswerService) -> None:
    composed = await _briefing(service, Subject("missile-tests-since-2022"))
    own = [line.text for line in _lines(composed) if "2023" in line.text]
    assert len(own) > 1
    assert all(f"2023 ({UI('mark.inferred-year')})" in text for text in own)


async def test_a_sentence_with_a_year_of_its_own_is_not_dated_by_the_years_around_it(
    service: AnswerService,
) -> None:
    composed = await _briefing(service, Subject("missile-tests-since-2022"))
    (own,) = [line for line in _lines(composed) if "tested in 2023" in line.text]
    assert own.opening is None


async def test_a_period_tells_what_was_said_in_it(service: AnswerService) -> None:
    composed = await _briefing(service, Subject(first=date(2023, 3, 1), last=date(2023, 3, 31)))
    said = [line.fact.key for line in _lines(composed, UI("briefing.section.said")) if line.fact]
    assert said == ["march-press-conference/zero-sum"]


async def test_what_an_event_planned_itself_says_what_it_was(service: AnswerService) -> None:
    composed = await _briefing(service, Subject("japan-security-documents"))
    what = [line.fact.key for line in _lines(composed, UI("briefing.what.event")) if line.fact]
    assert what == [f"japan-security-documents/{key}" for key in ("revise", "counterstrike")]


async def test_what_came_of_an_act_is_told_as_what_followed(service: AnswerService) -> None:
    composed = await _briefing(service, Subject("rulings-2018"))
    after = [
        line.fact.key for line in _lines(composed, UI("briefing.section.followed")) if line.fact
    ]
    assert {"rulings-2018/angered", "rulings-2018/pause"} <= {*after}


async def test_where_a_topic_stood_before_later_events_is_told_at_its_time(
    service: AnswerService,
) -> None:
    material = await gather(service.store, Subject("south-korea"))
    assert material.sections["gsomia/normal"] == "happened"
    keys = [fact.key for fact in material.facts]
    assert keys.index("tokyo-summit/mend") < keys.index("gsomia/normal")
    assert keys.index("gsomia/normal") < keys.index("seoul-strategic-dialogue/held")


async def test_a_period_tells_first_what_most_of_its_subjects_list(service: AnswerService) -> None:
    period = Subject(first=date(2023, 1, 1), last=date(2023, 12, 31))
    keys = [fact.key for fact in (await gather(service.store, period)).ranked]
    assert keys.index("gsomia/talks") < keys.index("gsomia/how")


async def test_a_period_has_only_what_is_dated_in_it(service: AnswerService) -> None:
    for subject in PERIODS:
        period = Filters.between(subject.first, subject.last)
        dated = [f"briefing.section.{each}" for each in ("happened", "said", "care", "background")]
        composed = await _briefing(service, subject)
        for line in chain.from_iterable(_lines(composed, UI(key)) for key in dated):
            assert line.fact
            event = await service.store.event(line.fact.owner)
            assert event, line.text
            assert not period.may_miss(event.dated.span), line.text


@pytest.mark.parametrize(
    ("first", "last", "named"),
    [
        (date(2019, 1, 1), date(2019, 12, 31), "2019"),
        (date(2019, 3, 1), date(2019, 4, 30), "March–April 2019"),
        (date(2019, 3, 1), date(2019, 3, 30), "1–30 March 2019"),
        (None, date(2019, 12, 31), "until 31 December 2019"),
    ],
)
def test_whole_months_and_years_are_called_so(
    first: date | None, last: date | None, named: str
) -> None:
    assert Filters.between(first, last).worded(UI) == named


async def test_an_events_briefing_begins_with_what_happened_and_when(
    service: AnswerService,
) -> None:
    for event_id, begins in (("tokyo-summit", "16 March 2023"), ("camp-david-summit", "August")):
        first = next(_lines(await _briefing(service, Subject(event_id))))
        assert first.fact
        assert first.fact.owner == event_id
        assert (first.opening or "").startswith(begins)


async def test_what_curators_put_first_of_an_actor_may_be_of_any_event(
    service: AnswerService,
) -> None:
    draft = await propose(service.store, UI, Subject("yoon-suk-yeol"))
    assert "compensation-plan/announced" in draft.facts


async def test_no_draft_says_the_same_twice(
    service: AnswerService, briefings: list[tuple[Subject, ComposedBriefing]]
) -> None:
    for subject, composed in briefings:
        records = await candidates(service.store, subject)
        told = [r.fact for r in records if r.key in composed.facts and r.part != "open"]
        said = [set(re.findall(r"[a-z]{5,}", fact.says.lower())) for fact in told]
        for one, other in combinations(said, 2):
            assert len(one & other) < 0.7 * len(one | other), (subject, one, other)


@pytest.mark.parametrize("size", SIZES)
async def test_a_draft_has_its_size_in_every_language(
    service: AnswerService, size: SizeName
) -> None:
    for subject in (*_subjects(service, "topic"), Subject("tokyo-summit"), *PERIODS):
        for language in LANGUAGES:
            spoken = words_in(language)
            draft = await propose(service.store, spoken, subject, size)
            composed = await compose(service.store, spoken, subject, draft)
            assert draft.facts
            assert composed.length <= SIZES[size], (subject, language)
            assert composed.length >= _seen(service, composed) - 2, (subject, language)
            assert not _opens_with_a_claim(composed), (subject, size)
            every = await candidates(service.store, subject)
            assert composed.more == len(every) - len(draft.facts)


def _seen(service: AnswerService, composed: ComposedBriefing) -> int:
    """The characters of a briefing that Discord shows, without buttons and line breaks."""
    (page,) = service.pages(composed.card)
    spoken = words_in(composed.card.language)
    sections = (markdown.section(page, part, spoken, links=False) for part in page.sections)
    text = "\n".join([markdown.heading(page), *sections, markdown.sources(page, spoken)])
    return len(re.sub(r"\*\*|\*|^## |^ *-# |\\\\", "", text, flags=re.MULTILINE))


async def test_a_longer_draft_has_what_a_shorter_one_has(service: AnswerService) -> None:
    drafts = [await propose(service.store, UI, Subject("gsomia"), size) for size in SIZES]
    short, standard, full = (set(draft.facts) for draft in drafts)
    assert short < standard < full
    assert {
        "gsomia/what", "export-curbs-2019/imposed", "gsomia-termination-2019/nearly",
        "gsomia-suspension-2019/suspended", "gsomia-normalised/normalised", "gsomia/how",
    } <= standard  # fmt: skip


async def test_the_summits_draft_has_both_senses_of_the_first_since_2011(
    service: AnswerService,
) -> None:
    draft = await propose(service.store, UI, Subject("tokyo-summit"), "full")
    composed = await compose(service.store, UI, Subject("tokyo-summit"), draft)
    (line,) = _lines(composed, UI("part.differ"))
    senses = " ".join(note.text for note in line.notes)
    assert "first visit since December 2011" in senses
    assert "first official summit that Japan hosted since 2011" in senses


async def test_no_briefing_opens_with_a_claim(
    briefings: list[tuple[Subject, ComposedBriefing]],
) -> None:
    for subject, composed in briefings:
        assert not _opens_with_a_claim(composed), subject


def _opens_with_a_claim(composed: ComposedBriefing) -> bool:
    first = next(_lines(composed)).fact
    return first is not None and first.fact.kind in ("opinion", "position", "proposal")


async def test_a_proposed_draft_leaves_room_for_signed_remarks(service: AnswerService) -> None:
    for subject in (*_subjects(service, "topic"), *PERIODS):
        draft = await propose(service.store, UI, subject)
        composed = await compose(service.store, UI, subject, draft, REMARKS, "M" * 32)
        assert not composed.left_out, subject
        _assert_is_one_message(service, composed)


async def test_remarks_stand_last_signed_and_without_markup(service: AnswerService) -> None:
    subject = Subject("gsomia")
    draft = await propose(service.store, UI, subject)
    remarks = "See you *all*.\n# Tomorrow @everyone\n\n> at noon"
    composed = await compose(service.store, UI, subject, draft, remarks, "Mod_1")
    last = composed.card.sections[-1]
    assert last.heading == UI("briefing.remarks", author="Mod_1")
    assert [line.text for line in last.lines] == [
        "See you *all*.", "# Tomorrow @everyone", "> at noon",
    ]  # fmt: skip
    shown = "\n".join(texts(view(service, composed.card).to_components()))
    assert "\n# " not in shown
    assert "\n> " not in shown
    assert "@everyone" not in shown
    assert r"\*all\*" in shown


async def test_blank_remarks_make_no_part(service: AnswerService) -> None:
    subject = Subject("gsomia")
    draft = await propose(service.store, UI, subject)
    composed = await compose(service.store, UI, subject, draft, " \n\u200b", "Mod")
    assert composed == await compose(service.store, UI, subject, draft)


async def test_what_has_no_room_is_reported_and_not_told(service: AnswerService) -> None:
    subject = Subject("rapprochement")
    keys = tuple(record.key for record in await candidates(service.store, subject))
    composed = await compose(service.store, UI, subject, BriefingDraft("All of it", keys))
    _assert_is_one_message(service, composed)
    assert composed.left_out
    assert {*composed.facts, *composed.left_out} == set(keys)
    assert not {*composed.facts} & {*composed.left_out}


async def test_facts_are_taken_up_in_the_order_of_the_draft(service: AnswerService) -> None:
    subject = Subject("rapprochement")
    keys = [record.key for record in await candidates(service.store, subject)]
    composed = await compose(
        service.store, UI, subject, BriefingDraft("Last first", tuple(reversed(keys)))
    )
    assert keys[-1] in composed.facts
    assert keys[0] in composed.left_out


@pytest.mark.parametrize("remarks", ["*" * LONGEST_REMARKS, "\n".join("1." for _ in range(100))])
async def test_a_message_is_never_too_long_whatever_is_written(
    service: AnswerService, remarks: str
) -> None:
    for subject in _subjects(service, "topic"):
        keys = tuple(record.key for record in await candidates(service.store, subject))
        draft = BriefingDraft("_" * LONGEST_HEADLINE, keys)
        _assert_is_one_message(
            service, await compose(service.store, UI, subject, draft, remarks, "*")
        )


@pytest.mark.parametrize(
    ("headline", "remarks"),
    [("x" * (LONGEST_HEADLINE + 1), None), ("x", "x" * (LONGEST_REMARKS + 1))],
)
async def test_what_would_have_to_be_cut_is_refused(
    service: AnswerService, headline: str, remarks: str | None
) -> None:
    with pytest.raises(ValueError, match="cut"):
        await compose(service.store, UI, Subject("gsomia"), BriefingDraft(headline, ()), remarks)


async def test_the_headline_is_the_moderators_own(service: AnswerService) -> None:
    subject = Subject("gsomia")
    draft = replace(await propose(service.store, UI, subject), headline="  Where the\npact stands ")
    assert (await compose(service.store, UI, subject, draft)).card.title == "Where the pact stands"
    blank = await compose(service.store, UI, subject, replace(draft, headline="  "))
    assert blank.card.title == (await propose(service.store, UI, subject)).headline


async def test_one_may_read_on_from_a_briefing(
    service: AnswerService, briefings: list[tuple[Subject, ComposedBriefing]]
) -> None:
    for subject, composed in briefings:
        (action,) = composed.card.actions
        assert (await service.answer(action.question, "en")).found, subject


async def test_what_only_may_fall_in_a_period_stands_apart(service: AnswerService) -> None:
    subject = PERIODS[0]
    assert not list(_lines(await _briefing(service, subject), UI("timeline.may")))
    draft = await propose(service.store, UI, subject)
    added = replace(draft, facts=(*draft.facts[:3], "seoul-trade-step/step"))
    composed = await compose(service.store, UI, subject, added)
    (line,) = _lines(composed, UI("timeline.may"))
    assert "preferential trade status" in line.text


async def test_an_office_is_a_sentence_as_of_one_article(service: AnswerService) -> None:
    said = {
        "fumio-kishida": "Fumio Kishida was prime minister of Japan, as of the article of 21 March"
        " 2023.",
        "lim-soo-suk": "Lim Soo-suk was spokesperson of the South Korean Foreign Ministry, as of an"
        " undated article.",
        "takeo-akiba": "Takeo Akiba was the Japanese counterpart of South Korea's national security"
        " adviser, as of an undated article.",
    }
    cited: dict[str, list[int]] = {}
    for actor, sentence in said.items():
        composed = await _briefing(service, Subject(actor))
        (line,) = _lines(composed, UI("briefing.what.person"))
        assert line.text == sentence
        assert len({cite.source for cite in line.cites}) == 1
        cited[actor] = [cite.paragraph for cite in line.cites]
    assert cited["fumio-kishida"] == [5, 12], "what says who he was, and what dates it"


async def test_what_happened_without_a_date_says_so(service: AnswerService) -> None:
    composed = await _briefing(service, Subject("sung-kim"))
    (line, *_) = _lines(composed, UI("briefing.section.happened"))
    assert line.opening == "Undated, before 2025 (inferred)"


async def test_sources_with_long_names_count_as_well(tmp_path: Path) -> None:
    folders = write_small_base(tmp_path)
    names = [f"source-{number}" for number in range(15)]
    record = (folders.seeds / "ferry-report.yaml").read_text("utf-8")
    for name in names:
        long = record.replace("ferry-report", name).replace("title: Port", f"title: {name * 20}")
        (folders.seeds / f"{name}.yaml").write_text(long, "utf-8")
    facts = "".join(
        f"  - id: fact-{start}\n    says: It rests on much.\n    kind: background\n"
        f"    cites: [{', '.join(f'{{source: {name}, paragraph: 4}}' for name in cited)}]\n"
        "    added: 2026-11-22\n"
        for start in range(0, 15, 5)
        if (cited := names[start : start + 5])
    )
    topic = f"id: much\ntitle: Much\nfacts:\n{facts}"
    (folders.facts / "topics/much.yaml").write_text(topic, "utf-8")
    build(folders, tmp_path / "var")
    service = await open_service(folders, tmp_path / "var")
    try:
        keys = tuple(f"much/fact-{start}" for start in range(0, 15, 5))
        draft = BriefingDraft("Much", keys)
        composed = await compose(service.store, UI, Subject("much"), draft)
        _assert_is_one_message(service, composed)
        assert composed.left_out == keys[2:]
    finally:
        await service.store.close()


# ---- A base in which facts were changed ------------------------------------------------------


def _changed(text: str, says: str, change: str) -> str:
    return re.sub(rf"^(    says: {says}.*)$", rf"\1\n    {change}", text, flags=re.MULTILINE)


@pytest.fixture
async def changed(tmp_path: Path) -> AsyncIterator[AnswerService]:
    """The desk over the small base, in which one fact was reworded and one was withdrawn."""
    folders = write_small_base(tmp_path)
    reworded = "was: [{date: 2026-11-23, said: They signed on 5 May 2021., why: A slip.}]"
    withdrawn = "withdrawn: {date: 2026-11-26, why: It was counted otherwise.}"
    for name, text in (
        ("events/ferry-agreement.yaml", _changed(AGREEMENT, "Ilse Brandt", reworded)),
        ("events/storm-2014.yaml", _changed(STORM, "A storm", withdrawn)),
        ("topics/ferry-line.yaml", TOPIC),
    ):
        (folders.facts / name).write_text(text, "utf-8")
    build(folders, tmp_path / "var")
    service = await open_service(folders, tmp_path / "var")
    yield service
    await service.store.close()


async def test_a_corrected_fact_says_so_and_a_withdrawn_one_is_named(
    changed: AnswerService,
) -> None:
    composed = await _briefing(changed, Subject("ferry-line"))
    (withdrawn,) = _lines(composed, UI("briefing.section.care"))
    assert withdrawn.label == UI("corrections.withdrawn")
    assert withdrawn.text.startswith("“A storm in November 2014")
    (reworded,) = [line for line in _lines(composed) if line.text.startswith("Ilse Brandt")]
    assert "A slip." in [note.text for note in reworded.notes]


async def test_what_is_withdrawn_or_gone_is_reported_and_not_told(changed: AnswerService) -> None:
    subject = Subject("ferry-line")
    draft = await propose(changed.store, UI, subject)
    assert "storm-2014/ruins" not in draft.facts
    keys = ("storm-2014/ruins", *draft.facts, "nobody/knows")
    composed = await compose(changed.store, UI, subject, replace(draft, facts=keys))
    assert composed.missing == ("storm-2014/ruins", "nobody/knows")
    assert tuple(composed.facts) == draft.facts
    ruins = "A storm in November 2014 ruined"
    assert not [line for line in _lines(composed) if line.text.startswith(ruins)]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("GSOMIA",), 0, "GSOMIA, the military intelligence pact: what the articles say"),
        (("tokyo-summit", "--size", "short", "--language", "ko"), 0, "합의 내용"),
        (("--from", "2019", "--to", "2019"), 0, "2019: what the articles say"),
        (("gsomia normalised", "--size", "short"), 0, "South Korea formally normalises GSOMIA"),
        (("nobody at all",), 2, "No topic, actor or event is called `nobody at all`."),
        (("two-plus-two talks",), 2, "two-plus-two-april"),
        (("gsomia", "--from", "2019"), 2, "Name a topic, an actor or an event, or give a period"),
        (("--from", "soon"), 2, "No date: `soon`"),
        (("--from", "2024", "--to", "2020"), 2, "The period ends before it begins."),
    ],
)
def test_the_verb_prints_a_briefing_or_says_what_is_wrong(
    config: Config, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"facts: {config.facts}\nseeds: {config.seeds}\ndata: {config.data}\n", "utf-8")
    ended = CliRunner().invoke(app, ["briefing", "--config", str(path), *arguments])
    assert ended.exit_code == code, ended.output
    assert said in ended.output


@pytest.mark.parametrize(("count", "said"), [(0, "0 more facts"), (1, "1 more fact")])
def test_the_verb_counts_what_else_there_is(count: int, said: str) -> None:
    assert more_facts(count) == said
