"""The cards: what they say of a small base in which everything that can happen happens once."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot import __version__
from bot.answers import thing_card
from bot.answers.context import AnswerContext
from bot.answers.fact_lines import fact_line
from bot.answers.filters import Filters
from bot.answers.lifecycle import open_service
from bot.answers.questions import timeline
from bot.answers.service import AnswerService
from bot.answers.things_to_ask import things_to_ask
from bot.cards.card import Card, Line, Question, Section
from bot.cards.wording import choice_label
from bot.config import Host
from bot.facts.build import build
from bot.facts.dates import parse_date
from bot.facts.load import Folders
from bot.parsing.dates import periods_in
from bot.texts.catalogues import words_in
from tests.small_base import ABSENT, write_small_base

CITES = "cites: [{source: ferry-report, paragraph: 4}]"
FURTHER = {
    "events/first-run.yaml": f"""\
id: first-run
title: First run of the ferry
kind: measure
status: planned
when: {{edtf: 2021-11/2021-12, basis: inferred, why: The work ends before the winter storms.}}
who: [{{actor: greta-holm, as: spokesperson}}]
topics: [ferry-line]
{CITES}
facts:
  - id: forty
    says: It is to carry forty lorries a day.
    kind: plan
    by: greta-holm
    about: [ferry-line, harbour-council]
    {CITES}
    added: 2026-11-22
""",
    "events/fishermen-meet.yaml": f"""\
id: fishermen-meet
title: Fishermen meet
kind: talks
when:
  basis: undated
  words: {{en: "a Tuesday, before the agreement"}}
  after: storm-2014
  before: ferry-agreement
topics: [ferry-line]
{CITES}
facts:
  - id: vote
    says: They asked for a vote.
    kind: position
    by: ferry-report
    about: [tomas-lind]
    cites: [{{source: ferry-report, paragraph: 7}}, {{source: harbour-log, paragraph: 2}}]
    accounts:
      - {{source: ferry-report, paragraph: 7, says: They asked Lind.}}
      - {{source: harbour-log, paragraph: 2, says: They asked nobody in particular.}}
    was:
      - {{date: 2026-11-22, said: They asked for two votes., why: It was one.}}
      - {{date: 2026-11-23, said: They asked for three votes., why: It was still one.}}
    added: 2026-11-22
""",
    "events/no-when.yaml": f"""\
id: no-when
title: Launch of a boat
kind: incident
when: {{basis: undated}}
{CITES}
facts:
  - {{id: note, says: A boat was launched., kind: event, {CITES}, added: 2026-11-22}}
  - {{id: line-open, says: The article does not say when the ferry line will open again.,
     kind: background, about: [ferry-line], {CITES}, added: 2026-11-22}}
""",
    "actors/greta-holm.yaml": f"""\
id: greta-holm
name: Greta Holm
kind: person
names: {{ko: [그레타 홀름]}}
disambiguate: of the Harbour Council
roles:
  - {{title: Spokesperson, of: harbour-council, cites: [{{source: harbour-log, paragraph: 1}},
     {{source: ferry-report, paragraph: 6}}]}}
facts:
  - {{id: silent, says: She gave no date for it., kind: background, {CITES}, added: 2026-11-22}}
""",
    "actors/ilse-lund.yaml": "id: ilse-lund\nname: Ilse Lund\nkind: person\n",
}
LEAD = """\
lead:
  says: The ferry line is to open again; when the first boat will run, the article does not say.
  cites: [{source: ferry-report, paragraph: 6}]
order: [storm-2014/ruins, no-when/line-open, ferry-line/lorries]
"""
LOG = f"""\
id: harbour-log
title: Log of the harbour
kind: aggregator
date: 2021-06
quality: Short, and without an author.
url: https://example.org/log
archive_url: https://example.net/log
sha256: {"0" * 64}
paragraphs: 3
"""


UI = words_in("en")
PLAN = UI("label.of-actor", kind=UI("kind.plan"), actor="Greta Holm")
FIRST_RUN = f"First run of the ferry ({UI('mark.planned')}; {UI('mark.inferred')})"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folders, Path]:
    """The small base with more of everything, built once."""
    folder = tmp_path_factory.mktemp("base")
    folders = write_small_base(folder)
    topic = folders.facts / "topics/ferry-line.yaml"
    topic.write_text(topic.read_text("utf-8").replace("facts:", f"{LEAD}facts:", 1), "utf-8")
    for name, text in FURTHER.items():
        (folders.facts / name).write_text(text, "utf-8")
    (folders.seeds / "harbour-log.yaml").write_text(LOG, "utf-8")
    build(folders, folder / "var")
    return folders, folder / "var"


@pytest.fixture
async def service(base: tuple[Folders, Path]) -> AsyncIterator[AnswerService]:
    """The desk over that base."""
    service = await open_service(*base)
    yield service
    await service.store.close()


async def _ask(service: AnswerService, command: str, language: str = "en", **options: str) -> Card:
    named = {name.rstrip("_"): value for name, value in options.items()}
    return await service.answer(Question(command, named), language)


def _section(card: Card, heading: str | None) -> Section:
    """The one section under a heading."""
    (section,) = [section for section in card.sections if section.heading == heading]
    return section


def _lines(card: Card, heading: str | None) -> list[Line]:
    return list(_section(card, heading).lines)


def _part(card: Card, key: str) -> list[Line]:
    """The lines of a part."""
    (part,) = [part for part in card.parts if part.key == key]
    return [line for section in part.sections for line in section.lines]


def _said(line: Line) -> str:
    """A line as it is read, without its citation marks."""
    return ": ".join(filter(None, [line.opening, line.label, line.text]))


def _all_said(card: Card, heading: str | None) -> list[str]:
    return [_said(line) for line in _lines(card, heading)]


def _headings(card: Card) -> list[str | None]:
    return [section.heading for section in card.sections]


def _cited(line: Line) -> list[tuple[str, int]]:
    return [(cite.source, cite.paragraph) for cite in line.cites]


async def test_an_event_begins_with_when_where_and_who_cited(service: AnswerService) -> None:
    card = await _ask(service, "event", name="ferry deal")
    (when,) = card.sections[0].lines
    who = "Ilse Brandt (mayor of Norhaven) and Tomas Lind"
    assert when.text == f"{UI('event.date-place', date='4 May 2021', place='Norhaven')} · {who}"
    assert _cited(when) == [("ferry-report", 4)]
    assert card.title == "Ferry agreement of Norhaven and Sudby"
    assert card.subtitle == UI("event-kind.agreement")


async def test_an_inferred_date_says_so_and_how_it_is_known(service: AnswerService) -> None:
    card = await _ask(service, "event", name="first-run")
    assert (
        card.sections[0]
        .lines[0]
        .text.startswith(
            UI("typography.bracketed", text="November–December 2021", remark=UI("mark.inferred"))
        )
    )
    (basis,) = card.sections[-1].lines
    assert basis.text == "The work ends before the winter storms."
    assert basis.label == UI("basis.inferred")


async def test_what_was_planned_is_called_planned(service: AnswerService) -> None:
    card = await _ask(service, "event", name="first-run")
    assert card.subtitle == f"{UI('event-kind.measure')} · {UI('event.planned')}"
    (plan,) = _part(card, "said")
    assert plan.label == PLAN
    assert plan.text == "It is to carry forty lorries a day."


async def test_an_undated_event_says_so_and_what_it_came_after_and_before(
    service: AnswerService,
) -> None:
    card = await _ask(service, "event", name="fishermen-meet")
    assert card.sections[0].lines[0].text == "a Tuesday, before the agreement"
    assert _all_said(card, UI("event.around")) == [
        "November 2014: Storm that closed the ferry line",
        "4 May 2021: Ferry agreement of Norhaven and Sudby",
        f"November–December 2021: First run of the ferry ({UI('mark.planned')})",
    ]
    assert card.sections[-1].lines[0].text == UI("basis.undated")
    bare = await _ask(service, "event", name="no-when")
    assert bare.sections[0].lines[0].text == UI("date.undated")
    assert UI("event.around") not in _headings(bare)


async def test_rival_accounts_stand_side_by_side_each_with_its_citation(
    service: AnswerService,
) -> None:
    card = await _ask(service, "event", name="fishermen-meet")
    (vote,) = _part(card, "differ")
    assert [(note.text, _cited(note)) for note in vote.notes[:2]] == [
        ("They asked Lind.", [("ferry-report", 7)]),
        ("They asked nobody in particular.", [("harbour-log", 2)]),
    ]
    assert [note.label for note in vote.notes[:2]] == [UI("note.account"), None]
    assert vote.label == UI("label.of-source", kind=UI("kind.position"))


async def test_the_opinion_of_an_article_tells_it_apart_from_others(service: AnswerService) -> None:
    (vote,) = _part(await _ask(service, "event", name="fishermen-meet"), "differ")
    assert vote.fact
    context, kind = AnswerContext(service.store, UI, {}), UI("kind.opinion")
    wanted = {
        "ferry-report": UI("label.opinion-undated", kind=kind),
        "harbour-log": UI("label.opinion-of", kind=kind, date="June 2021"),
    }
    for source, label in wanted.items():
        opinion = vote.fact.fact.model_copy(update={"kind": "opinion", "by": source})
        line = fact_line(context, vote.fact.model_copy(update={"fact": opinion}))
        assert line.label == label


async def test_a_corrected_fact_says_when_and_why_it_was_corrected_last(
    service: AnswerService,
) -> None:
    card = await _ask(service, "event", name="fishermen-meet")
    (vote,) = _part(card, "differ")
    corrected = UI("note.corrected", date="23 November 2026")
    assert [(note.label, note.text) for note in vote.notes[2:]] == [
        (corrected, "It was still one.")
    ]


async def test_a_caution_and_how_something_follows_stand_below_the_fact(
    service: AnswerService,
) -> None:
    card = await _ask(service, "event", name="ferry deal")
    signed, gap = _part(card, "known")
    assert [note.label for note in signed.notes] == [UI("note.caution")]
    assert [note.label for note in gap.notes] == [UI("note.inferred")]


async def test_related_things_are_offered_and_open_as_they_stand(service: AnswerService) -> None:
    card = await _ask(service, "event", name="ferry deal")
    related = [thing.id for thing in card.related]
    assert related[:2] == ["fishermen-meet", "first-run"]
    assert {"ferry-line", "ilse-brandt", "tomas-lind"} <= set(related)
    assert "ferry-agreement" not in related
    label = service.label(related[0], "en")
    assert label == "Fishermen meet · a Tuesday, before the agreement"
    for thing in card.related:
        assert (await _ask(service, thing.kind, name=thing.id)).found


async def test_a_lead_comes_first_and_is_not_said_twice(service: AnswerService) -> None:
    card = await _ask(service, "topic", name="ferry-line")
    assert card.subtitle == UI("topic.kind")
    lead, *facts = [line for section in card.sections for line in section.lines]
    assert lead.text == (
        "The ferry line is to open again; when the first boat will run, the article does not say."
    )
    assert _cited(lead) == [("ferry-report", 6)]
    summed_up = {fact.key for fact in lead.rests_on}
    assert summed_up == {"ferry-line/lorries", "ferry-line/start"}
    assert [line.fact.key for line in facts if line.fact] == [
        "storm-2014/ruins",
        "ferry-line/lorries",
    ], "what the topic's order names, in that order, but for what the lead says"
    assert summed_up <= service.page(card).facts().keys(), "a correction of them reaches the post"


async def test_an_actors_roles_are_as_of_their_articles(service: AnswerService) -> None:
    card = await _ask(service, "actor", name="holm")
    (role,) = card.sections[0].lines
    assert card.sections[0].small, "it is in small print, as it is not what was asked for"
    title = UI("typography.bracketed", text="Spokesperson", remark="Harbour Council")
    dated = UI("actor.article-of", date="June 2021")
    articles = f"{dated} and {UI.count('actor.undated-articles', 1)}"
    assert role.text == UI("actor.as-of", role=title, articles=articles)
    assert _cited(role) == [("harbour-log", 1), ("ferry-report", 6)]
    kind, shown_for = UI("actor-kind.person"), UI("shown-for", text="holm")
    assert card.subtitle == f"{shown_for} · {kind} · of the Harbour Council · 그레타 홀름"


async def test_a_card_is_made_once_for_all_its_pages_and_parts(service: AnswerService) -> None:
    asked = Question("actor", {"name": "greta-holm"})
    first, second = [await service.answer(asked, "en") for _ in range(2)]
    assert first.sections is second.sections


async def test_what_an_actor_did_and_said_stand_apart(service: AnswerService) -> None:
    card = await _ask(service, "actor", name="holm")
    assert [line.text for line in _part(card, "known")] == ["She gave no date for it."]
    (said,) = _part(card, "said")
    assert (said.label, said.text) == (PLAN, "It is to carry forty lorries a day.")
    assert [_said(line) for line in _part(card, "took-part")] == [
        f"November–December 2021: {FIRST_RUN} — spokesperson"
    ]


async def test_what_others_said_of_an_actor_stands_under_a_heading_of_its_own(
    service: AnswerService,
) -> None:
    card = await _ask(service, "actor", name="harbour-council")
    (part,) = [part for part in card.parts if part.key == "said"]
    own, others = part.sections
    assert own.heading is None
    assert {line.fact and line.fact.fact.by for line in own.lines} == {"harbour-council"}
    assert others.heading == UI("part.said-by-others")
    assert [line.fact and line.fact.fact.by for line in others.lines] == ["greta-holm"]


async def test_what_is_told_elsewhere_of_a_topic_stands_under_a_heading_of_its_own(
    service: AnswerService,
) -> None:
    card = await _ask(service, "topic", name="ferry-line")
    (part,) = [part for part in card.parts if part.key == "said"]
    own, elsewhere = part.sections
    assert (own.heading, elsewhere.heading) == (None, UI("part.elsewhere"))
    assert {line.fact and line.fact.owner for line in own.lines} == {"ferry-line"}
    assert "ferry-line" not in {line.fact and line.fact.owner for line in elsewhere.lines}


async def test_a_label_names_who_claims_something_only_if_the_text_does_not(
    service: AnswerService,
) -> None:
    card = await _ask(service, "topic", name="ferry-line")
    labels = {line.text: line.label for line in _part(card, "said")}
    named = 'Greta Holm said that the "crossing of hope" would carry some forty lorries every day.'
    unnamed = "It is to carry forty lorries a day."
    assert labels[unnamed] == PLAN
    assert labels[named] == UI(
        "label.of-actor", kind=UI("kind.position"), actor="Harbour Council"
    ), "it is the council's position, and the text names its spokesperson"


async def test_what_happened_at_an_event_bears_its_date_once(service: AnswerService) -> None:
    card = await _ask(service, "actor", name="ilse brandt")
    assert [_said(line) for line in _part(card, "known")] == [
        "Ilse Brandt and Tomas Lind signed the agreement on 4 May 2021."
    ]


async def test_an_actor_of_whom_nothing_is_told_has_a_card(service: AnswerService) -> None:
    card = await _ask(service, "actor", name="ilse-lund")
    assert card.found
    assert card.sections == card.parts == ()
    assert len(service.pages(card)) == 1


async def test_each_fact_is_in_one_part(service: AnswerService) -> None:
    card = await _ask(service, "topic", name="ferry-line")
    texts = [line.text for part in card.parts for line in _part(card, part.key)]
    assert len(texts) == len(set(texts))
    assert [part.key for part in card.parts] == ["known", "said", "differ", "open"]
    assert [line.text for line in _part(card, "open")] == [
        "The article does not say when the first boat will run."
    ]
    assert card.actions[0].question == Question("timeline", {"topic": "ferry-line"})
    assert card.actions[0].label == f"{UI('timeline.title')} 3"


async def test_a_part_says_on_its_button_how_much_it_holds(service: AnswerService) -> None:
    card = await _ask(service, "event", name="ferry deal")
    (turn,) = service.page(card).turns
    assert (turn.label, turn.question) == (
        f"{UI('part.known')} 2",
        card.question.turned(1, "known"),
    )
    known = service.page(await service.answer(turn.question, "en"))
    assert known.subtitle == UI("part.known")
    assert [action.label for action in known.turns] == [UI("page.overview")]


async def test_the_sources_of_a_page_give_paragraphs_and_what_the_copies_are_like(
    service: AnswerService,
) -> None:
    asked = Question("event", {"name": "fishermen-meet"}, part="differ", sources=True)
    card = await service.answer(asked, "en")
    report, log, lines = card.sections
    assert report.lines[0].text.startswith("[1] “Port towns reopen ferry line")
    assert report.lines[1].text.endswith(" · ¶7")
    assert log.lines[2].text == "Short, and without an author."
    assert [line.text for line in lines.lines] == ["They asked for a vote. [1 ¶7; 2 ¶2]"]
    (back,) = service.page(card).turns
    assert back.question == replace(asked, sources=False)


async def test_a_timeline_groups_by_year_and_does_not_repeat_it(service: AnswerService) -> None:
    card = await _ask(service, "timeline")
    assert card.subtitle == f"The Norhaven ferry · {UI.count('timeline.events', 5)}"
    assert _headings(card) == ["2014", UI("timeline.undated"), "2021", UI("timeline.undated")]
    assert _all_said(card, "2014") == ["November: Storm that closed the ferry line"]
    assert _all_said(card, "2021") == [
        "4 May: Ferry agreement of Norhaven and Sudby",
        f"November–December: {FIRST_RUN}",
    ]
    apart = [s for s in card.sections if s.heading == UI("timeline.undated")]
    assert [_said(line) for section in apart for line in section.lines] == [
        "a Tuesday, before the agreement: Fishermen meet",
        f"{UI('date.undated')}: Launch of a boat",
    ]


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        ("2014-11", "2014-11", {"Storm that closed the ferry line": False,
                                "Fishermen meet": True}),
        ("2014-11-03", "", {"Storm that closed the ferry line": True, "Fishermen meet": True,
                            "Ferry agreement of Norhaven and Sudby": False,
                            "First run of the ferry": False}),
        ("2021-12", "", {"First run of the ferry": True}),
        ("2021", "2021", {"Ferry agreement of Norhaven and Sudby": False,
                          "First run of the ferry": False, "Fishermen meet": True}),
        ("", "2010", {}),
    ],
)  # fmt: skip
async def test_a_filter_sets_apart_what_may_as_well_lie_outside_it(
    service: AnswerService, start: str, end: str, shown: dict[str, bool]
) -> None:
    card = await _ask(service, "timeline", from_=start, to=end)
    apart = {
        line.text.partition(" (")[0]: section.heading == UI("timeline.may")
        for section in card.sections
        for line in section.lines
    }
    assert apart == shown
    assert card.found == bool(shown)


async def test_a_timeline_of_many_events_shows_the_first_and_says_how_many_there_are(
    service: AnswerService, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await _ask(service, "timeline", actor="ilse-brandt")
    monkeypatch.setattr(timeline, "_MOST", 3)
    card = await _ask(service, "timeline")
    first = UI("timeline.first", number=3, total=5)
    assert card.subtitle == f"The Norhaven ferry · {first}"
    assert sum(len(section.lines) for section in card.sections) == 3
    assert (await _ask(service, "timeline", actor="ilse-brandt")).subtitle == whole.subtitle


async def test_a_chart_says_how_many_events_are_inferred_ahead_and_undated(
    service: AnswerService,
) -> None:
    picture = (await _ask(service, "timeline")).picture
    assert picture
    for key, number in (("inferred", 1), ("ahead", 1), ("undated", 2)):
        assert UI.count(f"picture.alt.{key}", number) in picture.alt


async def test_a_timeline_of_no_events_says_which_filters_left_none(service: AnswerService) -> None:
    card = await _ask(service, "timeline", from_="1999", to="2001", actor="ilse-brandt")
    assert not card.found
    assert card.title == UI("timeline.empty", filters="1999–2001 · Ilse Brandt")


async def test_a_period_that_ends_before_it_begins_is_explained(service: AnswerService) -> None:
    card = await _ask(service, "timeline", from_="May 2021", to="2020")
    assert not card.found
    assert card.title == UI("filter.backwards", start="2021-05", end="2020")
    assert card.subtitle == UI("filter.backwards.help")


async def test_a_period_inside_one_year_may_begin_and_end_in_it(service: AnswerService) -> None:
    card = await _ask(service, "timeline", from_="2021-06", to="2021")
    assert card.found


async def test_a_date_that_is_none_is_explained_and_not_guessed(service: AnswerService) -> None:
    card = await _ask(service, "timeline", from_="31 April 2021")
    assert not card.found
    assert card.title == UI("filter.no-date", text="31 April 2021")
    assert card.subtitle == UI("filter.no-date.help", option="from")
    assert "2023-03-16" in UI("filter.no-date.help", option="from")


async def test_a_timelines_question_is_kept_in_its_canonical_form(service: AnswerService) -> None:
    card = await _ask(
        service, "timeline", to="2021년 12월", from_="May 2021", topic="norhaven ferry"
    )
    assert dict(card.question.options) == {
        "from": "2021-05",
        "to": "2021-12",
        "topic": "ferry-line",
    }
    count = f"{UI.count('timeline.events', 2)} · {UI.count('timeline.events-may', 1)}"
    assert card.subtitle == f"May–December 2021 · Ferry line · {count}"


async def test_a_source_says_what_its_copy_shows_and_what_it_lacks(service: AnswerService) -> None:
    card = await _ask(service, "source", name="harbour log")
    assert [line.text for line in _lines(card, None)] == [
        UI("source.no-author"),
        UI("source.no-publisher"),
        "June 2021",
        "Short, and without an author.",
        UI.count("source.drawn", 1, paragraphs=3),
        "https://example.org/log",
        "https://example.net/log",
    ]
    addresses = [line for line in _lines(card, None) if line.link]
    assert [line.label for line in addresses] == [UI("source.url"), UI("source.archive")]
    assert all(line.link == line.text for line in addresses)
    assert card.subtitle == UI("source-kind.aggregator")
    (fact,) = _part(card, "differ")
    assert fact.text == "They asked for a vote."
    other = await _ask(service, "source", name="port towns reopen")
    told = [line.text for line in _lines(other, None)]
    assert told[:3] == ["Per Olsen", "The Coast Gazette", UI("source.no-date")]


async def test_all_sources_are_listed_and_open(service: AnswerService) -> None:
    card = await _ask(service, "source")
    assert card.found
    assert card.title == UI("source.all")
    assert len(_lines(card, None)) == 2
    assert [action.question.options["name"] for action in card.actions] == [
        "ferry-report", "harbour-log",
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["event", "actor", "topic", "source"])
async def test_a_name_that_matches_nothing_is_not_guessed(
    service: AnswerService, command: str
) -> None:
    card = await _ask(service, command, name="zzzqqq")
    assert (card.found, card.choices, card.actions, card.sections) == (False, (), (), ())
    assert "“zzzqqq”" in card.title
    assert card.subtitle


async def test_a_name_of_several_offers_each(service: AnswerService) -> None:
    card = await _ask(service, "actor", name="ilse")
    assert not card.found
    assert card.title == UI("choose", text="ilse")
    ids = {choice.question.options["name"] for choice in card.choices}
    assert ids == {"ilse-brandt", "ilse-lund"}
    for choice in card.choices:
        assert (await service.answer(choice.question, "en")).found


async def test_the_very_name_of_another_kind_counts_among_near_and_absent_ones(
    tmp_path: Path,
) -> None:
    folders = write_small_base(tmp_path)
    for name in ("no-when", "no-place"):
        boat = FURTHER["events/no-when.yaml"].replace("no-when", name)
        boat = boat.replace("Launch of a boat", f"Ilse\ndisambiguate: {name}")
        (folders.facts / f"events/{name}.yaml").write_text(boat, "utf-8")
    (folders.facts / "actors/ilse-lund.yaml").write_text(FURTHER["actors/ilse-lund.yaml"], "utf-8")
    absent = f"{ABSENT}  sudbei: {{en: [Sudbei], lacks: only its English name is known}}\n"
    folders.absent.write_text(absent, "utf-8")
    service = await open_service(folders, tmp_path / "var")
    several = await _ask(service, "actor", name="ilse")
    events = await _ask(service, "event", name="ilse")
    actor = await _ask(service, "topic", name="sudby")
    await service.store.close()
    ids = {choice.question.options["name"] for choice in several.choices}
    assert ids == {"ilse-brandt", "ilse-lund", "no-when", "no-place"}
    ids = [choice.question.options["name"] for choice in events.choices]
    assert sorted(ids) == ["no-place", "no-when"], "each once"
    assert actor.title == "Sudby"


async def test_a_choice_keeps_the_other_filters(service: AnswerService) -> None:
    card = await _ask(service, "timeline", from_="May 2021", actor="ilse", topic="norhaven ferry")
    assert not card.found
    for choice in card.choices:
        assert choice.question.command == "timeline"
        assert choice.question.options["from"] == "2021-05"
        assert choice.question.options["topic"] in ("norhaven ferry", "ferry-line")


async def test_a_near_name_is_offered_and_not_taken(service: AnswerService) -> None:
    card = await _ask(service, "actor", name="Greta Hansen")
    assert not card.found
    assert [choice.question.options["name"] for choice in card.choices] == ["greta-holm"]


@pytest.mark.parametrize(
    ("command", "name", "leads_to"),
    [
        ("event", "Ilse Brandt", "actor"),
        ("actor", "ferry deal", "event"),
        ("topic", "harbour council", "actor"),
        ("event", "log of the harbour", "source"),
    ],
)
async def test_a_name_of_another_kind_is_answered_there_and_then(
    service: AnswerService, command: str, name: str, leads_to: str
) -> None:
    card = await _ask(service, command, name=name)
    assert card.found
    assert card.question.command == leads_to
    assert (card.subtitle or "").startswith(UI(f"other-kind.{leads_to}", text=card.title))


@pytest.mark.parametrize("typed", ["ferry deal", "ferry-agreement"])
async def test_a_filter_takes_no_other_kind_and_leads_there(
    service: AnswerService, typed: str
) -> None:
    card = await _ask(service, "timeline", actor=typed)
    assert not card.found
    assert card.title == UI("other-kind.event", text=typed)
    (choice,) = card.choices
    assert choice.question == Question("event", {"name": "ferry-agreement"})


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("actor", {"name": "ilse brnadt"}),
        ("event", {"name": "fery agreement"}),
        ("topic", {"name": "fery line"}),
        ("source", {"name": "log of the harbor"}),
        ("timeline", {"actor": "ilse brnadt"}),
        ("search", {"text": "ferry", "actor": "ilse brnadt"}),
    ],
)
async def test_whatever_was_not_typed_as_it_stands_says_so(
    service: AnswerService, command: str, options: dict[str, str]
) -> None:
    card = await _ask(service, command, **options)
    assert card.found
    typed = options.get("name") or options["actor"]
    assert (card.subtitle or "").startswith(UI("shown-for", text=typed))


@pytest.mark.parametrize("command", ["event", "actor", "topic"])
@pytest.mark.parametrize("name", ["", " ", "\u200b\u202e"])
async def test_a_name_that_is_missing_is_asked_for(
    service: AnswerService, command: str, name: str
) -> None:
    card = await _ask(service, command, name=name)
    assert not card.found
    assert card.title == UI("ask.missing-option", command=command, option="name")


@pytest.mark.parametrize(
    ("language", "title", "when"),
    [("ko", "페리 협정", "2021년 5월 4일"), ("ja", "フェリー協定", "2021年5月4日")],
)
async def test_names_and_dates_follow_the_reader_and_facts_the_base(
    service: AnswerService, language: str, title: str, when: str
) -> None:
    card = await _ask(service, "event", language, name="ferry-agreement")
    assert card.title == title
    assert "Ferry agreement of Norhaven and Sudby" in (card.subtitle or "")
    assert when in card.sections[0].lines[0].text
    texts = [line.text for line in _part(card, "known")]
    assert "Ilse Brandt and Tomas Lind signed the agreement on 4 May 2021." in texts


async def test_every_line_of_an_answer_is_cited(service: AnswerService) -> None:
    for thing in service.store.things.values():
        card = await service.answer(Question(thing.kind, {"name": thing.id}), "en")
        record = card.sections[:1] if thing.kind == "source" else ()
        for section in card.all_sections():
            for line in section.lines:
                assert line.cites or section in record or section is card.sections[-1], line


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("It closed in 2014.", ["2014"]),
        ("Groß: on 3 November 2014 and in May 2021", ["3 November 2014", "May 2021"]),
        ("２０１４年１１月", ["2014年11月"]),
        ("150000 people, phone 12345678", []),
    ],
)
def test_dates_of_a_message_are_read_whole_or_not_at_all(message: str, said: list[str]) -> None:
    assert [shown for shown, _ in periods_in(message)] == said


async def test_only_the_lines_of_the_page_that_is_shown_are_searched_for_words(
    service: AnswerService,
) -> None:
    card = await _ask(service, "search", text="ferry")
    shown = service.page(card)
    lines = [line for section in shown.sections for line in section.lines]
    found = [line.text[start:end].casefold() for line in lines for start, end in line.matches]
    assert {word[:4] for word in found} == {"ferr"}
    assert not any(line.matches for section in card.sections for line in section.lines)


async def test_a_search_that_a_filter_leaves_empty_names_the_filter(service: AnswerService) -> None:
    card = await _ask(service, "search", text="ferry", to="1990")
    assert not card.found
    assert card.title == UI("search.none-here", text="ferry", filters="until 1990")


async def test_a_message_without_text_names_nothing(service: AnswerService) -> None:
    card = await _ask(service, "find", text="")
    assert not card.found
    assert card.title == UI("find.none")


async def test_what_somebody_wrote_in_a_message_is_not_kept(service: AnswerService) -> None:
    question = Question("find", {"text": "Ilse Brandt met somebody unheard of"})
    assert (await service.answer(question, "en")).found
    assert "unheard" not in repr(_remembered(service))


async def test_the_cards_asked_for_lately_are_remembered(
    service: AnswerService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.answers.service._REMEMBERED", 2)
    for name in ("ferry-agreement", "storm-2014", "ferry-agreement", "first-run"):
        await _ask(service, "event", name=name)
    kept = " ".join(card.question.options["name"] for card in _remembered(service).values())
    assert kept == "ferry-agreement first-run"


async def test_only_so_many_labels_are_kept(
    service: AnswerService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.answers.service._LABELS", 2)
    service.swap(service.store)
    for name in ("ferry-agreement", "storm-2014", "first-run"):
        assert service.label(name, "en")
    assert vars(service)["_base"].label.cache_info().currsize == 2


async def test_a_base_before_is_given_back_without_looking_for_cycles(
    base: tuple[Folders, Path],
) -> None:
    """The garbage collector does not look through a base."""
    service = await open_service(*base)
    other = await open_service(*base)
    await _ask(service, "ask", question="when was the ferry agreement signed")
    await _ask(service, "event", name="the 2014 storm at sea")
    assert service.label("storm-2014", "en")
    before = weakref.ref(service.store)
    gc.disable()
    try:
        await service.swap(other.store).close()
        assert before() is None
    finally:
        gc.enable()
    await other.store.close()


async def test_related_things_that_are_equally_close_come_in_the_order_of_their_ids(
    service: AnswerService,
) -> None:
    store = service.store
    facts = await store.facts_about("ferry-line")
    for fact in facts:
        related = thing_card.related(
            AnswerContext(store, UI, {}), store.things["ferry-line"], [fact]
        )
        named = [thing.id for thing in related]
        assert named == sorted(named)
    assert max(len(fact.things) for fact in facts) > 2


async def test_what_a_message_is_compared_with_is_not_repeated_below(
    service: AnswerService,
) -> None:
    card = await _ask(service, "find", text="The pier of the ferry line was in ruins for 150 days")
    (compared,) = _lines(card, UI("find.figures", said="150 days"))
    others = _lines(card, UI("find.facts"))
    assert compared.text.startswith("A storm in November 2014 ruined the pier for 150 days")
    assert compared not in others
    assert len(others) == 5


async def test_a_fact_bears_its_date_in_the_words_of_its_reader(service: AnswerService) -> None:
    asked = Question("ask", {"question": "what did the storm do to the pier?"})
    for language, opening in (("en", None), ("ko", "2014년 11월")):
        card = await service.answer(asked, language)
        first = next(line for section in card.sections for line in section.lines)
        assert first.opening == opening
        assert "in November 2014" in first.text


@pytest.mark.parametrize(
    ("thing", "disambiguate", "language", "told_apart_by"),
    [
        ("ferry-agreement", None, "en", "4 May 2021"),
        ("ferry-agreement", "the third", "en", "the third"),
        ("ferry-agreement", "the third", "ko", "2021년 5월 4일"),
        ("greta-holm", "of the Harbour Council", "ko", "of the Harbour Council"),
        ("ilse-brandt", None, "en", "Mayor of Norhaven"),
    ],
)
async def test_a_choice_tells_things_apart_in_the_readers_language_if_it_can(
    service: AnswerService, thing: str, disambiguate: str | None, language: str, told_apart_by: str
) -> None:
    record = service.store.things[thing].model_copy(update={"disambiguate": disambiguate})
    name = record.name(language)
    assert choice_label(record, words_in(language)) == f"{name} · {told_apart_by}"


@pytest.mark.parametrize(
    ("command", "typed", "title"),
    [
        ("event", "Ferry agreement of Norhaven and Sudby · 4 May 2021", "Ferry agreement"),
        ("event", "no-when", "Launch of a boat"),
        ("actor", "no-when", "Launch of a boat"),
        ("event", "the old pier at night", "The articles do not mention Old Pier"),
        ("event", "eastprot", "The articles do not mention Eastport"),
    ],
)
async def test_a_name_is_looked_up_as_clients_send_it(
    service: AnswerService, command: str, typed: str, title: str
) -> None:
    card = await _ask(service, command, name=typed)
    assert card.title.startswith(title)
    assert not card.choices
    assert UI("shown-for", text=typed) not in (card.subtitle or ""), "it was typed exactly"


async def test_a_message_that_names_an_event_is_set_beside_its_date_alone(
    service: AnswerService,
) -> None:
    card = await _ask(service, "find", text="The ferry deal and the ferry line in November 2014")
    heading = UI("find.dates", said="November 2014")
    assert _all_said(card, heading) == ["4 May 2021: Ferry agreement of Norhaven and Sudby"]


async def test_a_card_made_while_another_base_is_opened_is_made_again_from_that_base(
    base: tuple[Folders, Path], service: AnswerService
) -> None:
    other = await open_service(*base)
    question = Question("event", {"name": "ferry deal"})
    answer = asyncio.create_task(service.answer(question, "en"))
    await asyncio.sleep(0)  # the card is being made
    previous = service.swap(other.store)
    card = await answer
    await previous.close()
    assert card.found
    assert card in _remembered(service).values()


def _remembered(service: AnswerService) -> Mapping[object, Card]:
    """The cards that the service gives again without making them."""
    return vars(service)["_base"].cards


async def test_about_names_the_versions_and_whoever_runs_the_bot(
    base: tuple[Folders, Path],
) -> None:
    page, form = "https://example.org/privacy_page", "https://example.org/report"
    worded = ["Hosted by: The *Example*", f"Privacy: {page}", f"{UI('about.report')}: {form}"]
    for host, of_host in ((Host(), []), (Host("The *Example*", page, form), worded)):
        service = await open_service(*base, host)
        imprint = (await _ask(service, "about")).sections[1]
        await service.store.close()
        assert [_said(line) for line in imprint.lines] == [
            f"Factdesk {__version__}, base {service.store.fingerprint[:8]}",
            "The base was last changed on 23 November 2026.",
            *of_host,
        ]
        assert [line.link for line in imprint.lines if line.link] == [page, form][: len(of_host)]


@pytest.mark.parametrize(
    ("edtf", "share"), [("2015-04-21/2015-05-10", 0.5), ("2015-04", 1), ("2015-05-01", 0)]
)
def test_a_date_is_in_a_period_by_the_share_of_its_days(edtf: str, share: float) -> None:
    april = Filters.between(date(2015, 4, 1), date(2015, 4, 30))
    assert april.share(parse_date(edtf)) == share


async def test_a_search_says_what_it_took_a_typed_word_for(service: AnswerService) -> None:
    card = await _ask(service, "search", text="lorrries a day")
    assert card.found
    assert UI("search.repaired", typed="lorrries", taken="lorries") in (card.subtitle or "")


async def test_a_base_without_stories_has_its_best_known_event_asked_about(
    service: AnswerService,
) -> None:
    asked = await things_to_ask(service.store, UI, 3)
    event = "Launch of a boat"
    assert asked == (UI("greeting.question", event=event),), "of the short names"
