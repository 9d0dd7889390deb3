"""`ask`: lines become questions, bad ones sentences, and answers are what Discord shows."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.answers.commands import COMMANDS
from bot.answers.lifecycle import open_service
from bot.answers.service import AnswerService
from bot.answers.typed_questions import BadQuestion, parse
from bot.cards.card import Card, Question
from bot.cards.pages import CutCard, Page
from bot.cards.plain import plain
from bot.facts.build import build
from bot.facts.load import Folders
from bot.terminal import Refusal, Reply, ask, ask_all
from bot.texts.catalogues import LANGUAGES, words_in
from bot.ui.questions.replies import view
from tests.conftest import buttons, parts
from tests.small_base import write_small_base

KEYS = [
    "command", "options", "found", "tier", "thing", "facts", "text", "pages", "citations",
    "choices",
]  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folders, Path]:
    """The small base, built once."""
    folder = tmp_path_factory.mktemp("base")
    folders = write_small_base(folder)
    build(folders, folder / "var")
    return folders, folder / "var"


@pytest.fixture
async def small(base: tuple[Folders, Path]) -> AsyncIterator[AnswerService]:
    """The desk over the small base."""
    service = await open_service(*base)
    yield service
    await service.store.close()


on_shipped = pytest.mark.asyncio(loop_scope="session")
"""For tests of the desk over the shipped base, which is opened once for all tests."""


@pytest.mark.parametrize(
    ("line", "command", "options"),
    [
        ("/event tokyo summit", "event", {"name": "tokyo summit"}),
        ("when was the 2+2?", "ask", {"question": "when was the 2+2?"}),
        ("  /event   tokyo summit  \n", "event", {"name": "tokyo summit"}),
        ("/EVENT tokyo", "event", {"name": "tokyo"}),
        ("/event name:tokyo summit", "event", {"name": "tokyo summit"}),
        ('/event name:"tokyo summit"', "event", {"name": "tokyo summit"}),
        ("/event name: tokyo summit", "event", {"name": "tokyo summit"}),
        ("/event tokyo private:true", "event", {"name": "tokyo", "private": "true"}),
        ("/event", "event", {}),
        ("/event 12:30 in Tokyo", "event", {"name": "12:30 in Tokyo"}),
        ("/event from:here", "event", {"name": "from:here"}),
        ("/actor 기시다", "actor", {"name": "기시다"}),
        ("/about", "about", {}),
        ("/about private:true", "about", {"private": "true"}),
        ("/source", "source", {}),
        ("/timeline", "timeline", {}),
        ("/timeline 2023-03", "timeline", {"from": "2023-03"}),
        ("/timeline from:2023-03 actor:yoon", "timeline", {"from": "2023-03", "actor": "yoon"}),
        ("/timeline from:16 March 2023 to:2023년 4월 topic:gsomia", "timeline",
         {"from": "16 March 2023", "to": "2023년 4월", "topic": "gsomia"}),
        ("/timeline to:2023 from:2022", "timeline", {"from": "2022", "to": "2023"}),
        ("/timeline from:", "timeline", {"from": ""}),
        ('{"command": "event", "options": {"name": "tokyo"}}', "event", {"name": "tokyo"}),
        ('{"command": "/event", "options": {"name": "tokyo"}}', "event", {"name": "tokyo"}),
        ('{"command": "about"}', "about", {}),
        ('{"command": "about", "options": null}', "about", {}),
        ('{"command": "timeline", "options": {"from": 2023}}', "timeline", {"from": "2023"}),
        ('{"options": {"name": "a:b \\n c"}, "command": "actor"}', "actor", {"name": "a:b \n c"}),
        ('{"command": "event", "options": {"name": "\\ud800x"}}', "event", {"name": "?x"}),
        ('{"command": "event", "options": {"name": "\\ud83c\\udf89"}}', "event", {"name": "🎉"}),
    ],
)  # fmt: skip
def test_a_line_is_read_as_a_question(line: str, command: str, options: dict[str, str]) -> None:
    question = parse(line)
    assert (question.command, question.options, question.page) == (command, options, 1)


def test_json_may_name_a_page() -> None:
    assert parse('{"command": "about", "page": 2}').page == 2


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/evnt tokyo", "no command /evnt; there are: /ask, /event"),
        ("/", "no command /; there are: /ask"),
        ("//event tokyo", "no command //event"),
        ("/event\u200b tokyo", "no command /event"),
        ("/" + "x" * 5000, "no command /xxx"),
        ("/about tokyo", "/about takes no name"),
        ("{", 'not JSON; write {"command": "event"'),
        ('{"command": "event",}', "not JSON; write"),
        ('{"a":' * 100_000, "not JSON; write"),
        ('{"command": "event", "options": {"name": ' + "9" * 5000 + "}}", "not JSON; write"),
        ("{}", '"command" is missing; it is one of: ask, event'),
        ('{"command": 5}', '"command" is missing'),
        ('{"command": "evnt"}', "no command /evnt; there are: /ask"),
        ('{"command": "\\ud800"}', "no command /?; there are"),
        ('{"command": "event", "options": ["a"]}', '"options" must be an object, such as'),
        ('{"command": "event", "options": {"nam": "a"}}',
         "/event has no option `nam`; it has: name, private"),
        ('{"command": "event", "options": {"\\ud800": "a"}}', "/event has no option `?`"),
        ('{"command": "event", "options": {"' + "x" * 5000 + '": "a"}}',
         "/event has no option `xxx"),
        ('{"command": "event", "options": {"name": null}}', "option `name` must be text"),
        ('{"command": "event", "options": {"name": ["a"]}}', "option `name` must be text"),
        ('{"command": "event", "options": {"name": 1.5}}', "option `name` must be text"),
        ('{"command": "about", "page": 0}', '"page" must be a whole number from 1'),
        ('{"command": "about", "page": "2"}', '"page" must be a whole number from 1'),
        ('{"command": "about", "page": true}', '"page" must be a whole number from 1'),
        ('{"command": "about", "page": 1e400}', '"page" must be a whole number from 1'),
    ],
)  # fmt: skip
def test_a_line_that_asks_nothing_says_what_to_write(line: str, sentence: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        parse(line)
    assert str(caught.value).startswith(sentence)
    assert len(str(caught.value)) < 300
    str(caught.value).encode()


async def _run(
    service: AnswerService, lines: list[str], language: str = "en"
) -> list[Reply | Refusal]:
    return [reply async for reply in ask_all(service, lines, language)]


async def test_bad_lines_are_refused_by_number_and_the_run_goes_on(small: AnswerService) -> None:
    lines = [
        "/event ferry-agreement", "", "/nonsense", "{", "   \n", '{"command": "actor"}',
        '{"command": "event", "options": {"name": 5, "page": 1}}', "/topic ferry-line",
    ]  # fmt: skip
    replies = await _run(small, lines)
    refused = [reply.line for reply in replies if isinstance(reply, Refusal)]
    asked = [reply for reply in replies if isinstance(reply, Reply)]
    assert refused == [3, 4, 7]
    assert [reply.command for reply in asked] == ["event", "actor", "topic"]
    assert [reply.found for reply in asked] == [True, False, True]


async def test_a_refusal_is_one_json_object_with_its_line_and_input(small: AnswerService) -> None:
    (refusal,) = await _run(small, ["/xyz " * 500])
    assert list(json.loads(refusal.json())) == ["error", "line", "input"]
    assert "\n" not in refusal.json()
    assert len(refusal.json()) < 500


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_reply_is_one_json_object_with_the_promised_keys(
    small: AnswerService, name: str
) -> None:
    question = {"command": name, "options": {o.name: "ferry" for o in COMMANDS[name].options}}
    (reply,) = await _run(small, [json.dumps(question)])
    told = json.loads(reply.json())
    assert list(told) == KEYS
    assert told["command"] == name
    assert told["options"] == question["options"]
    assert isinstance(told["found"], bool)
    assert told["text"] == told["pages"][0]
    assert "\n" not in reply.json()
    for cite in told["citations"]:
        assert list(cite) == ["source", "paragraph"]
    for choice in told["choices"]:
        assert list(choice) == ["label", "command", "options"]


@pytest.mark.parametrize(
    ("line", "tier", "thing", "facts"),
    [
        ("/event ferry deal", "answer", "ferry-agreement", ["h:ferry-agreement"]),
        ("/actor brandt", "answer", "ilse-brandt", ["r:ilse-brandt"]),
        ("/source ferry-report", "answer", "ferry-report", ["s:ferry-report"]),
        ("/topic ferry-line", "answer", "ferry-line", ["ferry-line/lorries"]),
        ("/timeline", "answer", None, ["h:storm-2014"]),
        ("/event zzz", "none", None, []),
    ],
)
async def test_a_reply_says_what_it_shows_and_how_sure_that_is(
    small: AnswerService, line: str, tier: str, thing: str | None, facts: list[str]
) -> None:
    (reply,) = await _run(small, [line])
    assert isinstance(reply, Reply)
    assert (reply.tier, reply.thing) == (tier, thing)
    assert reply.facts[: len(facts) or None] == facts


@on_shipped
async def test_a_reply_shows_the_page_that_was_asked_for(service: AnswerService) -> None:
    question = '{"command": "timeline", "page": %d}'
    first, second, beyond = await _run(service, [question % page for page in (1, 2, 999)])
    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert isinstance(beyond, Reply)
    assert len(first.pages) > 2
    assert (first.text, second.text) == (first.pages[0], first.pages[1])
    assert beyond.text == first.pages[-1]


@pytest.mark.parametrize(
    "line",
    ["/actor kim", "/event summit", "/event GSOMIA", "/timeline from:2023 actor:kim",
     "/actor Fumio Tanaka"],
)  # fmt: skip
@on_shipped
async def test_choices_can_be_asked_as_they_stand(service: AnswerService, line: str) -> None:
    (reply,) = await _run(service, [line])
    assert isinstance(reply, Reply)
    assert not reply.found
    assert reply.choices
    for choice in reply.choices:
        (answer,) = await _run(service, [json.dumps(choice)])
        assert isinstance(answer, Reply)
        assert answer.command == choice["command"]
        assert answer.found or answer.text.startswith("No event matches"), choice


async def _same_as_service(service: AnswerService, question: Question, language: str) -> Card:
    """The card of a question, for which `ask` must say what the desk answers."""
    card = await service.answer(question, language)
    reply = await ask(service, question, language)
    assert reply.pages == [plain(page, words_in(language)) for page in service.pages(card)]
    assert reply.text == plain(service.page(card), words_in(language))
    assert reply.found == card.found
    assert reply.citations == [
        {"source": cite.source, "paragraph": cite.paragraph} for cite in card.citations()
    ]
    return card


LEADING = re.compile(r"^\s*(?:- )?(?:-# |##+ )?", re.MULTILINE)


def _bare(text: str) -> str:
    """Discord's markdown as its readers see it."""
    unmarked = re.sub(r"(?<!\\)\*", "", LEADING.sub("", text).replace("\u200b", ""))
    return re.sub(r"\\(.)", r"\1", unmarked)


def _tokens(text: str) -> list[str]:
    """The words and marks of a text, in order."""
    return re.findall(r"[\w¶]+|[\[\]“”]", text)


MARK = re.compile(r"\[\d+ ¶[^\]]*\]")


def _short_marks(text: str) -> str:
    """A text whose citation marks give no paragraphs, as on Discord: `[1][2]`."""
    return MARK.sub(lambda mark: "".join(f"[{n}]" for n in re.findall(r"(\d+) ¶", mark[0])), text)


def _told(page: Page, language: str) -> list[str]:
    """What the terminal tells on a page, apart from its sources and from what leads on."""
    card = replace(page.card, choices=(), actions=(), related=(), one_page=True)
    alone = replace(page, cut=CutCard(card, words_in(language)), sources=())
    return _tokens(_short_marks(plain(alone, words_in(language))))


def _shown(service: AnswerService, card: Card) -> list[str]:
    """What Discord tells on a card's page; its choices and what leads on are buttons there."""
    components: list[dict[str, Any]] = view(service, card, pictured=True).to_components()
    labels = [button["label"] for button in buttons(components)]
    offered = [choice.label for choice in (*card.choices, *card.actions)]
    assert [label for label in labels if label in offered] == offered
    above = _read(components)[: -1 if service.page(card).sources else None]
    return _tokens("\n".join(map(_bare, above)))


def _read(components: list[dict[str, Any]]) -> list[str]:
    """The texts of a message, and in its place what a picture shows."""
    read = [[part.get("content"), *map(_alt, part.get("items", ()))] for part in parts(components)]
    return [text for found in read for text in found if text]


def _alt(item: dict[str, Any]) -> str:
    return item["description"]


async def _check_both(service: AnswerService, question: Question, language: str) -> None:
    """The terminal and Discord say the same words, on every page of an answer."""
    card = await _same_as_service(service, question, language)
    for page in range(1, len(service.pages(card)) + 1):
        turned = await _same_as_service(service, question.turned(page), language)
        assert _told(service.page(turned), language) == _shown(service, turned)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_terminal_and_discord_say_the_same_of_everything(
    small: AnswerService, language: str
) -> None:
    named = [Question(thing.kind, {"name": thing.id}) for thing in small.store.things.values()]
    general = [
        Question("about"), Question("source"), Question("timeline"),
        Question("timeline", {"from": "2014", "to": "2015-01"}),
        Question("search", {"text": "pier storm"}),
        Question("find", {"text": "Ilse Brandt signed in 2021, after 150 days."}),
    ]  # fmt: skip
    for question in (*named, *general):
        await _check_both(small, question, language)


HOSTILE = "**b** _i_ ~~s~~ `c` ||p|| > q # h [a](http://b.c) <@123> @everyone <#1> \\ * "


@pytest.mark.parametrize(
    "question",
    [
        Question("event"),
        Question("event", {"name": "zzzqqq"}),
        Question("event", {"name": "harbour council"}),
        Question("actor", {"name": HOSTILE}),
        Question("topic", {"name": "- # ```sql\nDROP"}),
        Question("timeline", {"from": HOSTILE}),
        Question("timeline", {"from": "2022", "to": "2021"}),
        Question("timeline", {"from": "2031"}),
        Question("search", {"text": "the *"}),
        Question("search", {"text": "zzzqqq __x__"}),
        Question("source", {"name": "1. a\n2. b"}),
    ],
)
async def test_terminal_and_discord_say_the_same_of_what_is_not_found(
    small: AnswerService, question: Question
) -> None:
    await _check_both(small, question, "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "line",
    ["/event tokyo summit", "/actor 기시다", "/topic gsomia", "/actor kim", "/source thaw-drivers",
     "/timeline from:2023-03 to:2023-04", "/search compensation"],
)  # fmt: skip
@on_shipped
async def test_terminal_and_discord_say_the_same_from_the_shipped_base(
    service: AnswerService, line: str, language: str
) -> None:
    await _check_both(service, parse(line), language)


def test_a_page_may_be_asked_for_in_slash_text() -> None:
    assert parse("/event tokyo summit page:2") == Question("event", {"name": "tokyo summit"}, 2)
    assert parse("/timeline from:2023 page:3") == Question("timeline", {"from": "2023"}, 3)


def test_a_key_that_no_question_has_is_refused() -> None:
    with pytest.raises(BadQuestion, match="pagee"):
        parse('{"command": "about", "pagee": 2}')
