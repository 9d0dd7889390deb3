"""Every card of the real base, in every language and page: cited, and within the limits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import pytest
import pytest_asyncio

from bot.answers.commands import COMMANDS
from bot.answers.service import AnswerService
from bot.cards.card import (
    Action,
    Card,
    ComposedLines,
    Line,
    PartKey,
    Question,
    Section,
    bare_cite,
)
from bot.cards.limits import FIRST_PAGE, MOST_PAGES, PICTURE, shorten
from bot.cards.pages import Page
from bot.cards.wording import choice_label
from bot.config import Config
from bot.facts.fact_row import FactRow
from bot.facts.load import Base, Folders, load
from bot.facts.model import CLAIMS, Fact
from bot.facts.records import FactRecord
from bot.facts.store import Store
from bot.texts.catalogues import LANGUAGES, words_in
from bot.ui.components import custom_ids
from bot.ui.questions.replies import view
from tests.conftest import buttons, parts, texts

MARKS = re.compile(r"((?:\[\d+\])+)$")
SOURCE = re.compile(r"\[(\d+)\] (.+), ")
PHONE = 820
"""Characters on a thing's first screen above its sources."""

ACTION_ROW = 1


@dataclass(frozen=True, repr=False)
class Shown:
    """One page of one card as Discord gets it."""

    card: Card
    page: Page
    components: list[dict[str, Any]]

    def __repr__(self) -> str:
        asked = self.card.question
        return f"/{asked.command} {dict(asked.options)} {self.card.language} p{self.page.number}"

    @property
    def actions(self) -> Sequence[Action]:
        """What its buttons ask, in the order in which they stand."""
        return (*self.page.turns, *self.card.choices, *self.card.actions)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cards(service: AnswerService) -> list[Card]:
    """Every card that somebody can come to without typing a word of their own."""
    asked = list(questions(service))
    return [
        await service.answer(question, language) for question in asked for language in LANGUAGES
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def source_cards(service: AnswerService, cards: list[Card]) -> list[Card]:
    """The card of the sources of each overview and part, in the base's language."""
    return [
        await service.answer(card.question.turned(1, part, sources=True), "en")
        for card in cards
        if card.language == "en" and card.citations()
        for part in every_part(card)
    ]


def every_part(card: Card) -> list[PartKey | None]:
    """The overview of a card, and its parts."""
    return [None, *(part.key for part in card.parts)]


def questions(service: AnswerService) -> Iterator[Question]:
    """Each thing's own card, each timeline of one thing, and the cards that need no name."""
    for thing in service.store.things.values():
        yield Question(thing.kind, {"name": thing.id})
        if thing.kind in ("actor", "topic"):
            yield Question("timeline", {thing.kind: thing.id})
    yield from (Question(command) for command in ("timeline", "source", "about"))
    yield Question("timeline", {"from": "2023-03", "to": "2023-04"})


@pytest.fixture(scope="module")
def shown(service: AnswerService, cards: list[Card]) -> list[Shown]:
    """Every page of every card."""
    return [
        Shown(card, page, as_sent(service, card, page))
        for card in cards
        for page in service.pages(card)
    ]


def as_sent(service: AnswerService, card: Card, page: Page) -> list[dict[str, Any]]:
    """The components of a page, as they are sent."""
    turned = replace(card, question=card.question.turned(page.number))
    return view(service, turned).to_components()


@pytest.fixture(scope="module")
def base(config: Config) -> Base:
    """The base as its files say it, not as it was built."""
    base, faults = load(Folders(config.facts, config.seeds))
    assert not faults
    assert base is not None
    return base


def test_every_thing_of_the_base_has_a_card_in_every_language(
    base: Base, cards: list[Card]
) -> None:
    answered = Counter(
        (card.question.command, card.question.options["name"])
        for card in cards
        if card.found and "name" in card.question.options
    )
    assert answered == {(kind, thing.id): len(LANGUAGES) for kind, thing in base.things()}


def test_texts_keep_within_4000_characters_a_message(shown: list[Shown]) -> None:
    for one in shown:
        assert sum(map(len, texts(one.components))) <= 4_000, one
        assert all(text.strip() for text in texts(one.components)), one


def test_components_keep_within_40_a_message(shown: list[Shown]) -> None:
    for one in shown:
        assert len(list(parts(one.components))) <= 40, one


def test_custom_ids_fit_and_are_different_within_a_message(shown: list[Shown]) -> None:
    for one in shown:
        ids = [button["custom_id"] for button in buttons(one.components)]
        assert all(1 <= len(custom_id) <= 100 for custom_id in ids), one
        assert len(set(ids)) == len(ids), one


def test_buttons_say_what_they_do_and_stand_five_to_a_row_at_most(shown: list[Shown]) -> None:
    for one in shown:
        assert all(1 <= len(button["label"]) <= 80 for button in buttons(one.components)), one
        rows = [part for part in parts(one.components) if part["type"] == ACTION_ROW]
        assert all(1 <= len(row["components"]) <= 5 for row in rows), one


def test_more_buttons_than_fit_a_row_make_further_rows(service: AnswerService) -> None:
    things = list(service.store.things.values())[:12]
    choices = tuple(
        Action(thing.label, Question(thing.kind, {"name": thing.id})) for thing in things
    )
    card = Card(Question("about"), "en", "Many", found=False, choices=choices)
    rows = [p for p in parts(view(service, card).to_components()) if p["type"] == ACTION_ROW]
    assert [len(row["components"]) for row in rows] == [5, 5, 2]


def test_every_button_asks_what_its_action_means(
    service: AnswerService, shown: list[Shown]
) -> None:
    for one in shown:
        asked = [decoded(service, button["custom_id"]) for button in buttons(one.components)]
        turns = [(action.question, True) for action in one.page.turns]
        onward = [(action.question, False) for action in one.actions[len(turns) :]]
        sources = one.page.asks_sources
        assert asked == turns + onward + ([(sources, True)] if sources else []), one


def test_every_choice_of_the_menu_asks_what_it_says(
    service: AnswerService, shown: list[Shown]
) -> None:
    for one in shown:
        options = [option for part in parts(one.components) for option in part.get("options", ())]
        related = one.card.related if one.page.part is None else ()
        asked = [decoded(service, option["value"]) for option in options]
        about = [Question(thing.kind, {"name": thing.id}) for thing in related]
        assert asked == [(question, False) for question in about], one
        words = words_in(one.card.language)
        labels = [choice_label(thing, words) for thing in related]
        assert [option["label"] for option in options] == labels
        assert all(len(option["label"]) <= 100 for option in options), one


def decoded(service: AnswerService, custom_id: str) -> tuple[Question, bool] | None:
    """The question that a press on a button asks."""
    match = re.fullmatch(custom_ids.TEMPLATE, custom_id)
    assert match, custom_id
    return custom_ids.decode(match, service)


def test_the_longest_question_fits_a_custom_id(service: AnswerService) -> None:
    for command in COMMANDS.values():
        options = {option.name: longest(service, option.kind) for option in command.options}
        question = Question(command.name, options, page=99)
        custom_id = custom_ids.encode(question, service, turn=True)
        assert len(custom_id) <= 100, custom_id
        assert decoded(service, custom_id) == (question, True)


def longest(service: AnswerService, kind: str) -> str:
    """The longest value of an option of this kind that a custom id holds as it is."""
    ids = [thing.id for thing in service.store.things.values() if thing.kind == kind]
    return max(ids, key=len) if ids else {"date": "2023-03-16"}.get(kind, "w" * 30)


def test_names_that_still_have_to_be_understood_fit_a_custom_id_too(service: AnswerService) -> None:
    for command in COMMANDS.values():
        options = {
            option.name: longest(service, option.kind)
            if option.kind in ("date", "text")
            else "가:나" * 60
            for option in command.options
        }
        custom_id = custom_ids.encode(Question(command.name, options), service)
        assert len(custom_id) <= 100, custom_id
        question, _ = decoded(service, custom_id) or (None, None)
        assert question
        assert set(question.options) == set(options), "an option got lost"


def test_each_page_leads_to_the_overview_the_other_parts_and_its_neighbours(
    service: AnswerService, shown: list[Shown]
) -> None:
    for one in shown:
        pages = service.pages(one.card)
        reached = {
            service.page(replace(one.card, question=action.question)).number
            for action in one.page.turns
        }
        first = {
            next(p.number for p in pages if p.part == part) for part in (None, *one.card.parts)
        }
        neighbours = {p.number for p in pages if p.part == one.page.part} & {
            one.page.number - 1,
            one.page.number + 1,
        }
        expected = (first - {next(p.number for p in pages if p.part == one.page.part)}) | neighbours
        assert reached == expected, one


def test_the_pages_of_a_card_hold_its_lines_once_in_order_and_count_the_rest(
    service: AnswerService, cards: list[Card]
) -> None:
    for card in cards:
        pages = service.pages(card)
        for part in (None, *card.parts):
            sections = part.sections if part else card.sections
            every = [line for section in sections for line in section.lines]
            of_part = [page for page in pages if page.part == part]
            paged = [line for page in of_part for part_ in page.sections for line in part_.lines]
            left_out = [line for line in paged if line not in every]
            paged = [line for line in paged if line in every]
            assert paged == every[: len(paged)], card.question
            missing = len(every) - len(paged)
            more = words_in(card.language).count("page.left-out", missing)
            assert [line.text for line in left_out] == ([more] if missing else []), card.question


def test_what_is_not_composed_yet_cites_what_its_lines_will(cards: list[Card]) -> None:
    sections = [section for card in cards for section in card.all_sections()]
    assert any(isinstance(section.lines, ComposedLines) for section in sections)
    for section in sections:
        cited = [cite for line in section.lines for cite in line.all_cites()]
        assert list(map(bare_cite, section.all_cites())) == list(map(bare_cite, cited))
        sources = dict.fromkeys(cite.source for cite in cited)
        assert list(dict.fromkeys(section.sources())) == list(sources)


async def test_a_card_decodes_few_of_the_facts_in_its_parts(
    service: AnswerService, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []
    record = Store.record

    def noted(store: Store, row: FactRow) -> FactRecord:
        decoded.append(row.key)
        return record(store, row)

    monkeypatch.setattr(Store, "record", noted)
    topic = next(service.store.things.of_kind("topic"))
    fresh = AnswerService(service.store)
    card = await fresh.answer(Question("topic", {"name": topic.id}), "en")
    assert {*fresh.page(card).facts()} <= {*decoded}
    assert len({*decoded}) < sum(part.lines for part in card.parts) / 2


def test_a_page_composes_the_lines_of_no_other_part(
    service: AnswerService, cards: list[Card]
) -> None:
    def refuse(fact: FactRecord) -> Line:
        raise AssertionError(fact.key)

    card = next(card for card in cards if len(card.parts) > 1)
    shown = service.page(card)
    sections = [section for part in card.parts for section in part.sections]
    facts = [line.fact for section in sections for line in section.lines if line.fact]
    assert facts
    unread = [replace(p, sections=(Section(ComposedLines(refuse, facts)),)) for p in card.parts]
    assert service.page(replace(card, parts=tuple(unread))).sections == shown.sections


def test_no_thing_has_more_than_six_pages(service: AnswerService, cards: list[Card]) -> None:
    for card in cards:
        if card.parts:
            assert len(service.pages(card)) <= MOST_PAGES, card.question


def test_a_first_screen_fits_a_phone(shown: list[Shown]) -> None:
    for one in shown:
        if one.page.number == 1 and one.card.question.command in ("event", "actor", "topic"):
            assert len(body(one)) <= PHONE, one
        elif one.page.number == 1 and sum(len(part.lines) for part in one.page.sections) > 1:
            assert len(body(one)) <= FIRST_PAGE * 1.1, one


def test_sources_take_about_a_fifth_of_a_first_screen(shown: list[Shown]) -> None:
    shares = [
        len(texts(one.components)[-1])
        / (len("".join(texts(one.components))) + (PICTURE if one.page.picture else 0))
        for one in shown
        if one.page.number == 1
        and one.page.sources
        and one.card.question.command in ("event", "actor", "topic")
    ]
    assert median(shares) <= 0.2
    assert max(shares) <= 0.4, "five sources under a short text"


def body(one: Shown) -> str:
    """What a page says above its sources, without markup."""
    above = texts(one.components)[: -1 if one.page.sources else None]
    return re.sub(r"[*\\]|^ *-#? |^## ", "", "\n".join(above), flags=re.MULTILINE)


def test_every_statement_is_cited_where_it_stands(shown: list[Shown]) -> None:
    for one in shown:
        for line in statements(one):
            assert MARKS.search(line), f"{one}: {line}"


def statements(one: Shown) -> Iterator[str]:
    """The lines of a page that state something, as Discord gets them: no headings, no notes.

    The help states nothing, and of the sources' own cards only the listed facts do.
    """
    asked = one.card.question
    if asked.command == "about" or not one.card.found or asked == Question("source"):
        return
    for text in texts(one.components)[1:]:
        for line in text.splitlines():
            is_heading = line.startswith("**") and line.endswith("**")
            is_listed = line.startswith("- ")
            if is_listed or not (
                is_heading or line.lstrip().startswith("-# ") or asked.command == "source"
            ):
                yield line


def test_every_citation_has_its_source_on_the_same_page(shown: list[Shown]) -> None:
    for one in shown:
        small_print = texts(one.components)[-1] if one.page.sources else ""
        listed = set(re.findall(r"\[(\d+)\] ", small_print))
        above = "\n".join(texts(one.components)[1 : -1 if one.page.sources else None])
        marks = [m[1] for line in above.splitlines() if (m := MARKS.search(line))]
        assert set(re.findall(r"\d+", "".join(marks))) | in_picture(one.page) == listed, one


def in_picture(page: Page) -> set[str]:
    """The numbers of the sources that the picture of a page rests on."""
    lines = page.picture.lines if page.picture else ()
    return {str(page.numbers[cite.source]) for line in lines for cite in line.all_cites()}


async def test_the_sources_of_a_page_give_every_paragraph_behind_it(
    service: AnswerService, source_cards: list[Card]
) -> None:
    for card in source_cards:
        asked = replace(card.question, sources=False)
        whole = await service.answer(asked, card.language)
        said = "\n".join(line.text for section in card.sections for line in section.lines)
        for page in service.pages(whole):
            if (page.part.key if page.part else None) != asked.part:
                continue
            for cited in page.sources:
                assert cited.record.source.title in said, card.question
                assert cited.record.source.quality in said, card.question
            for section in page.sections:
                for line in section.lines:
                    if line.cites:
                        assert shorten(line.text, 60) in said, card.question


def plainly(text: str) -> str:
    """The text without the backslashes that keep Discord from reading it as markup."""
    return re.sub(r"\\([^\w\s])", r"\1", text)


def test_every_fact_stands_on_the_card_of_each_thing_that_it_is_told_of(
    base: Base, cards: list[Card]
) -> None:
    told = {
        (card.question.options["name"], card.language): {line.text: line for line in lines(card)}
        for card in cards
        if card.question.command != "timeline" and "name" in card.question.options
    }
    for owner, _, fact in base.facts():
        for thing in things_of(owner, fact):
            for language in LANGUAGES:
                line = told[thing, language].get(fact.says)
                if fact.withdrawn:
                    assert line is None, f"{owner}/{fact.id} is withdrawn"
                else:
                    assert line, f"{owner}/{fact.id} is not on the card of {thing}"
                    assert_is_told_in_full(fact, line, language)


def things_of(owner: str, fact: Fact) -> set[str]:
    """The ids of all that a fact is told of: owner, subjects, who claims it, and its sources."""
    return {owner, *fact.about, *(cite.source for cite in fact.cites)} | {fact.by or owner}


def assert_is_told_in_full(fact: Fact, line: Line, language: str) -> None:
    """The line cites what the fact cites, and tells what qualifies it."""
    assert line.cites == fact.cites
    notes = {note.text for note in line.notes}
    assert {fact.caution or "", fact.inferred or ""} <= notes | {""}, fact.id
    for account in fact.accounts:
        note = next(note for note in line.notes if note.text == account.says)
        assert note.cites == (account,)
    if fact.kind in CLAIMS and fact.by:
        kind = words_in(language)(f"kind.{fact.kind}")
        assert line.label is not None
        assert kind in line.label, fact.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_things_are_offered_under_one_label(service: AnswerService, language: str) -> None:
    things = service.store.things.values()
    labels = Counter((thing.kind, choice_label(thing, words_in(language))) for thing in things)
    assert labels.most_common(1)[0][1] == 1


def test_a_claim_names_whose_it_is_once_in_its_label_or_its_sentence(
    service: AnswerService, cards: list[Card]
) -> None:
    for card in cards:
        for line in lines(card):
            fact = line.fact.fact if line.fact else None
            if fact and fact.kind in CLAIMS and fact.by:
                says, names = fact.says.casefold(), speaker_names(service, fact.by)
                in_sentence = any(name.casefold() in says for name in names)
                in_label = line.label != words_in(card.language)(f"kind.{fact.kind}")
                assert in_label != in_sentence, fact.id


def speaker_names(service: AnswerService, by: str) -> tuple[str, ...]:
    """How a sentence may name the actor or the article that makes a claim."""
    if source := service.store.sources.get(by):
        return source.source.also
    return service.store.things[by].forms


def lines(card: Card) -> Iterator[Line]:
    """Every line of a card's parts, without its notes."""
    for part in card.parts:
        for section in part.sections:
            yield from section.lines


def test_every_fact_can_be_read_on_the_pages_that_discord_gets(
    base: Base, shown: list[Shown]
) -> None:
    written = {
        language: plainly(
            "\n".join(
                text
                for one in shown
                if one.card.language == language
                for text in texts(one.components)
            )
        )
        for language in LANGUAGES
    }
    for owner, _, fact in base.facts():
        for language in LANGUAGES:
            assert (fact.says in written[language]) != bool(fact.withdrawn), f"{owner}/{fact.id}"
