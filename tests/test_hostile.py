"""Whatever people type: an answer or a plain sentence, and an echo shown letter by letter."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from itertools import cycle
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.commands import COMMANDS
from bot.answers.context import Command, Option
from bot.answers.service import AnswerService
from bot.cards.card import Card, Question
from bot.facts.model import ThingKind
from bot.parsing.typed_text import clean_text, unstacked
from bot.texts.catalogues import LANGUAGES, choose, words_in
from bot.ui.components import custom_ids
from bot.ui.components.markdown import escape
from bot.ui.components.messages import UserError
from bot.ui.components.submitted import id_of, require_offered, require_storable
from bot.ui.questions.replies import view
from tests.conftest import Server, buttons, parts, texts

HOSTILE = (
    "",
    " ",
    "x",
    "ㅇ",
    "x" * 4_000,
    "summit " * 571,
    "기" * 4_000,
    "🎌",
    "🎌👨‍👩‍👧‍👦🇰🇷🏳️‍🌈",
    "\u200b\u200d\ufeff",
    "to\u200bkyo\u2060 sum\u00admit",
    "\u202etimmus oykot\u202c",
    "\u2066\u2067\u2069\u200f",
    "a\u0301\u0301\u0301\u0301" * 40,
    "\ud800",
    "tokyo \udfff summit",
    "\x00\x1b[31m\x07",
    "one\ntwo\r\nthree\u2028four",
    "@everyone",
    "@here look",
    "<@123456789012345678>",
    "<@!123456789012345678>",
    "<@&123456789012345678>",
    "<#123456789012345678>",
    "</event:123456789012345678>",
    "<t:0>",
    "<t:0:R>",
    "<:a:1>",
    "<a:party:123456789012345678>",
    "<id:customize>",
    ":smile: :flag_kr:",
    "**bold** and *it*",
    "*one star",
    "__under__ snake_case _x_",
    "~~gone~~",
    "||hidden||",
    "`code`",
    "```py\nprint(1)\n```",
    "# x",
    "### x",
    "-# x",
    "> x",
    ">>> x",
    "- x",
    "* x",
    "1. x",
    "[a](https://b.example)",
    "[a](<https://b.example>)",
    "https://b.example/x_y",
    "discord://-/settings",
    "\\",
    "\\*not\\*",
    "\\`\\",
    "'; DROP TABLE fact; --",
    '" OR 1=1 NEAR(x, 2) says:x*',
    "says: {a: [b, c]}",
    "!!python/object/apply:os.system [ls]",
    "&a *a",
    ".*[(+?{^$|",
    "(a+)+$",
    "{0} {x} {text!r} {0.__class__}",
    "%s %(text)s %n $x ${x}",
    "tokyo-summit",
    "yoon-suk-yeol",
    "gsomia",
    "thaw-drivers",
    "event:1:tokyo-summit",
    "~aaaaaaaa",
    "/event tokyo summit",
    "../../etc/passwd",
    "None",
    "-1",
    "1e999",
    "9999-99-99",
    "0000",
    "２０２３年３月",
)
"""Texts that have broken bots, their layout, or the peace of a server."""

OPTIONS = [(command, option) for command in COMMANDS.values() for option in command.options]

EVIL = st.one_of(
    st.text(max_size=300),
    st.text(st.characters(categories=["Cs", "Cf", "Mn", "Zs", "Po", "Ps", "Sm"]), max_size=80),
    st.text("*_~|`#>-+.[]()<>@:/\\&!1 \n\u200b\u202eah", max_size=40),
    st.lists(st.sampled_from(HOSTILE), max_size=4).map(" ".join),
)


def question(command: Command, option: Option, text: str) -> Question:
    """A question with this text in one option, and something sound in those that it also needs."""
    needed = {o.name: "compensation" for o in command.options if o.required}
    return Question(command.name, {**needed, option.name: text})


async def assert_is_sound(service: AnswerService, asked: Question, language: str) -> None:
    """The answer fits a message, its text is all there, and nothing in its title is markup."""
    card = await service.answer(asked, language)
    components = view(service, card).to_components()
    for each in texts(components):
        # No control, and nothing that turns the direction. What is ours: line breaks, spaces that
        # keep a citation together, and the mark that keeps a mention from being one.
        typed = each.replace("@\u200b", "@").replace("\n", " ").replace("\xa0", " ")
        assert typed.isprintable(), repr(each)
    assert sum(map(len, texts(components))) <= 4_000
    assert len(list(parts(components))) <= 40
    ids = [button["custom_id"] for button in buttons(components)]
    assert len(set(ids)) == len(ids)
    assert all(len(custom_id) <= 100 for custom_id in ids)
    assert all(1 <= len(button["label"]) <= 80 for button in buttons(components))
    for custom_id in ids:
        if custom_id.startswith("suggest:ask:") or re.search("=[0-9a-f]{8}", custom_id):
            continue  # the message shows what it is about
        match = re.fullmatch(custom_ids.TEMPLATE, custom_id)
        assert match, custom_id
        assert custom_ids.decode(match, service), custom_id
    assert_title_is_plain(card, texts(components)[0])


def assert_title_is_plain(card: Card, heading: str) -> None:
    """A card's first text is its title and at most one more line, neither with markup inside."""
    first, *rest = heading.split("\n")
    assert len(rest) == (1 if card.subtitle else 0)
    assert_shows(first.removeprefix("## "), card.title)
    if card.subtitle:
        assert_shows(rest[0].removeprefix("-# "), card.subtitle)


def assert_shows(markdown: str, text: str) -> None:
    """Discord shows the markdown as the text, letter by letter."""
    shown, active = read(markdown)
    assert active == []
    assert shown.replace("@\u200b", "@") == text.replace("@\u200b", "@")


ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
ACTIVE = re.compile(
    r"""
    [*_`] | ~~ | \|\|                                # emphasis, code, strike, spoiler
    | ^[ ]*(?:\#{1,3}|-\#|>{1,3}|[-+]|\d+\.)(?:\s|$) # heading, small print, quote, list
    | <(?:[@#:/]|a:|t:|id:|\w+://)                   # mention, emoji, command, time, link
    | @(?:everyone|here)\b
    | \[[^\]]*\]\(                                   # a link under another name
    | \b\w+://\S                                     # a link
    | :[\w+~-]+:                                     # an emoji by its name
    """,
    re.VERBOSE | re.MULTILINE,
)
HIDDEN = "\ue000"


def read(markdown: str) -> tuple[str, list[str]]:
    """What Discord shows of some markdown, and what in it is more than letters.

    A backslash hides the character behind it from the parser, and is not shown itself.
    """
    hidden = iter(ESCAPED.findall(markdown))
    bare = ESCAPED.sub(HIDDEN, markdown)
    shown = re.sub(HIDDEN, lambda _: next(hidden), bare)
    return shown, [match[0] for match in ACTIVE.finditer(bare)]


@pytest.mark.parametrize(
    ("markdown", "shown", "active"),
    [
        (r"a\*b", "a*b", 0),
        ("a*b", "a*b", 1),
        (r"\\*b", r"\*b", 1),
        (r"\<@1>", "<@1>", 0),
        ("<@1>", "<@1>", 1),
        ("# a", "# a", 1),
        (r"\# a", "# a", 0),
        ("1. a", "1. a", 1),
        ("[a](b)", "[a](b)", 1),
        ("https://a.example", "https://a.example", 1),
        (r"https\://a.example", "https://a.example", 0),
        ("at 12:30", "at 12:30", 0),
        (":a:", ":a:", 1),
    ],
)
def test_the_reading_of_markdown_tells_letters_from_markup(
    markdown: str, shown: str, active: int
) -> None:
    assert read(markdown)[0] == shown
    assert len(read(markdown)[1]) == active


@pytest.mark.parametrize("text", [*map(clean_text, HOSTILE)])
def test_an_escaped_text_is_shown_letter_by_letter(text: str) -> None:
    assert_shows(escape(text), text)


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(EVIL.map(clean_text))
def test_any_escaped_text_is_shown_letter_by_letter(text: str) -> None:
    assert_shows(escape(text), text)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_option_takes_every_hostile_text(service: AnswerService, language: str) -> None:
    for command, option in OPTIONS:
        for text in HOSTILE:
            await assert_is_sound(service, question(command, option, text), language)


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(EVIL, st.sampled_from(OPTIONS), st.sampled_from(LANGUAGES))
async def test_every_option_takes_any_text(
    service: AnswerService, text: str, where: tuple[Command, Option], language: str
) -> None:
    await assert_is_sound(service, question(*where, text), language)


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(st.sampled_from(list(COMMANDS.values())), st.data())
async def test_all_options_at_once_take_any_text(
    service: AnswerService, command: Command, data: st.DataObject
) -> None:
    names = st.sampled_from(("kim", "talks", "gsomia", "diplomat", "2023-3", "x" * 200, "a:b" * 60))
    given = {o.name: data.draw(st.one_of(names, EVIL)) for o in command.options}
    await assert_is_sound(service, Question(command.name, given), "en")


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(EVIL, st.sampled_from(("event", "actor", "topic", "source")))
def test_suggestions_take_any_text(service: AnswerService, text: str, kind: ThingKind) -> None:
    for typed in (text, text[:3]):
        choices = service.complete(kind, typed, choose("en"))
        assert len(choices) <= 25
        assert all(1 <= len(choice.label) <= 100 for choice in choices)


MARKS = "\u0301\u0489\u1ab0\u1dc0\u20d2\u20e0\u0e49\u0e38\u064b\u0591\u0951\u3099\ufe20\U0001d167"


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("shown", [clean_text, escape])
def test_marks_are_not_stacked_over_other_lines(mark: str, shown: Callable[[str], str]) -> None:
    assert shown(f"a{mark * 40} b") == f"a{mark * 2} b"
    assert shown(f"a{mark}\u0301\u20e0{mark} b") == f"a{mark}\u0301 b"
    assert shown(f"a{mark}b{mark * 2}") == f"a{mark}b{mark * 2}"
    for joiner in "\u200b\u200d\u2060\u202e":
        stacked = shown(f"a{f'{mark}{joiner}' * 40} b")
        assert stacked.count(mark) == 2, f"parted by U+{ord(joiner):04X}"


def test_no_mark_is_taken_for_a_letter() -> None:
    marks = [chr(code) for code in range(0x110000) if category(chr(code)) in {"Mn", "Me"}]
    assert all(unstacked(f"a{mark * 3}") == f"a{mark * 2}" for mark in marks)


@pytest.mark.parametrize(
    "text", ["\u1ec7", "e\u0323\u0302", "\u0e17\u0e35\u0e48", "1\ufe0f\u20e3", "기"]
)
def test_letters_keep_the_marks_that_people_write(text: str) -> None:
    assert clean_text(text) == escape(text) == text


@pytest.mark.parametrize(
    ("text", "character"),
    [("a\0b", "U+0000"), ("a\ud800", "U+D800"), ("\udfff\0", "U+DFFF"), ("🎌\x1b\ufeff", None)],
)
def test_what_no_database_keeps_is_refused_by_name(text: str, character: str | None) -> None:
    with pytest.raises(UserError) if character else nullcontext() as refused:
        require_storable(words_in("en"), "fine", text)
    assert not character or character in str(refused and refused.value)


def test_what_was_not_offered_is_refused_by_name() -> None:
    require_offered(words_in("en"), ["ko", "en"], LANGUAGES)
    with pytest.raises(UserError, match="“fr” is not one of the choices"):
        require_offered(words_in("en"), ["ko", "fr"], LANGUAGES)


@pytest.mark.parametrize("value", ["", "x", "-1", "１", "1.5", "9" * 19, "9" * 6_000, "\ud800"])
def test_what_is_no_id_is_refused_by_name(value: str) -> None:
    with pytest.raises(UserError) as refused:
        id_of(words_in("en"), value)
    assert clean_text(value)[:50] in str(refused.value)


def test_an_unpaired_half_of_a_letter_or_a_control_is_never_shown() -> None:
    for text in HOSTILE:
        assert clean_text(text).isprintable(), repr(text)
        clean_text(text).encode()


async def test_discord_gets_a_sound_reply_to_every_hostile_text(server: Server) -> None:
    # simcord slows down with each interaction, so each text goes to one option, in turns.
    asked = cycle((command, option) for command, option in OPTIONS if not command.on_message)
    for text, (command, option) in zip(HOSTILE, asked, strict=False):
        given = question(command, option, text).options
        result = await server.asker.slash(server.channel, command.name, **given)
        assert result.acknowledged, (command.name, option.name, text)
        assert result.response is not None
        assert not result.response.content, "an error's sentence, where a card was due"
        assert not result.response.message.mentions
        assert not result.response.message.mention_everyone
    sent = [r.json for r in server.env.http_requests if r.path.endswith("/callback")]
    assert len(sent) == len(HOSTILE)
    assert all(body and body["data"]["allowed_mentions"] == {"parse": []} for body in sent)


async def test_a_message_may_hold_every_hostile_text(server: Server) -> None:
    (menu,) = (command.name for command in COMMANDS.values() if command.on_message)
    for text in HOSTILE[::5]:
        message = await server.reader.send(server.channel, text[:2_000] or "x")
        result = await server.asker.context_menu(
            server.channel, words_in("en")(f"command.{menu}"), message
        )
        assert result.acknowledged
        assert result.response is not None
        assert result.response.ephemeral
