"""The catalogues: every text that the code reads is there in every language, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot.answers.changed_parts import PARTS
from bot.answers.commands import COMMANDS
from bot.asking.small_talk import Talk
from bot.cards.card import PartKey
from bot.compose.briefing_sections import SECTIONS
from bot.compose.briefing_size import SIZES
from bot.facts.model import ACTOR_KINDS, CLAIMS, EVENT_KINDS, SourceKind, ThingKind
from bot.state.audit_log import AuditAction
from bot.state.briefing_record import BriefingStatus
from bot.state.corrections import Settlement
from bot.state.digests import BlockReason, WhenEmpty
from bot.state.suggestions import SuggestionStatus
from bot.texts import catalogues
from bot.texts.catalogues import LANGUAGES, choose, words_in
from bot.ui.briefings.audit_log import PROBLEMS
from bot.ui.digests.overview import WEEKDAYS

BOT = Path(__file__).parent.parent / "bot"
_WITHOUT_TEXTS = {"facts", "matching", "state", "verification"}
ASKED_BY_TYPING = [command for command in COMMANDS.values() if not command.on_message]

MODERATING = (
    ("digest", "set", (
        "channel", "time", "timezone", "topics", "role", "when_empty", "weekdays", "publish", "tag",
    )),
    ("digest", "preview", ()),
    ("digest", "show", ()),
    ("digest", "pause", ("until",)),
    ("digest", "resume", ()),
    ("digest", "off", ()),
    ("digest", "now", ()),
    ("settings", "show", ()),
    ("settings", "language", ("language",)),
    ("settings", "role", ("role",)),
    ("settings", "approval", ("approval",)),
    ("settings", "log", ("channel",)),
    ("settings", "defaults", ("channel", "timezone")),
    ("settings", "reload", ()),
    ("settings", "delete", ()),
    ("briefing", "new", ("topic", "actor", "event", "start", "end", "language")),
    ("briefing", "list", ()),
    ("briefing", "show", ("briefing",)),
    ("briefing", "edit", ("briefing",)),
    ("briefing", "cancel", ("briefing",)),
    ("briefing", "history", ("briefing",)),
    ("briefing", "export", ("briefing",)),
    ("briefing", "corrections", ()),
)  # fmt: skip
"""Each command of moderators: its group, its name, its options."""

HEADED_ELSEWHERE = ("what", "differ", "open", "may")
"""Parts of a briefing whose headings have other keys."""

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "command.*": tuple(COMMANDS),
    "option.*.*": tuple(
        f"{command.name}.{option.name}" for command in ASKED_BY_TYPING for option in command.options
    ),
    "about.ask.*": (*(name for name in COMMANDS if name != "about"), "suggest"),
    "ask.talk.*": get_args(Talk),
    "about.mark.*": (
        "citation", "stated", "inferred", "planned", "claim", "account", "caution",
    ),
    "about.count.*": ("event", "actor", "topic", "source", "fact"),
    "actor-kind.*": ACTOR_KINDS,
    "date.*": ("spring", "summer", "autumn", "winter"),
    "event-kind.*": EVENT_KINDS,
    "kind.*": CLAIMS,
    "no-match.*": get_args(ThingKind),
    "ordinal.*": ("one", "two", "few", "other"),
    "other-kind.*": get_args(ThingKind),
    "part.*": get_args(PartKey),
    "source-kind.*": get_args(SourceKind),
    "*.command": ("digest.command", "settings.command", "briefing.command"),
    "*.command.*": tuple(f"{group}.command.{name}" for group, name, _ in MODERATING),
    "*.option.*.*": tuple(
        f"{group}.option.{name}.{option}"
        for group, name, options in MODERATING
        for option in options
    ),
    "briefing.section.*": tuple(each for each in SECTIONS if each not in HEADED_ELSEWHERE),
    "briefing.what.*": ("planned", "event", "person", "thing"),
    "briefing.step.*": get_args(AuditAction),
    "briefing.step.field.*": (
        "headline", "remarks", "language", "facts", "channel", "role", "publish", "tag", "when",
    ),
    "briefing.problem.*": PROBLEMS,
    "briefing.ui.list.*": ("no-channel", "no-role"),
    "briefing.ui.when.*": ("day", "time", "weekday", "unknown", "past", "too-far"),
    "briefing.ui.size.*": tuple(SIZES),
    "briefing.ui.status.*": (*get_args(BriefingStatus), "held"),
    "corrections.part.*": PARTS,
    "correction.button.*": get_args(Settlement),
    "correction.done.*": get_args(Settlement),
    "correction.settled.*": get_args(Settlement),
    "correction.problem.*": ("refused", "unknown"),
    "digest.last.*": ("leased", "failed", "unknown", "empty", "late"),
    "digest.warning.*": (*get_args(BlockReason), "unknown"),
    "digest.weekdays.*": tuple(WEEKDAYS),
    "digest.when_empty.*": get_args(WhenEmpty),
    "permission.*": (
        "view_channel", "send_messages", "create_posts", "send_messages_in_threads",
        "read_message_history", "mention_everyone",
    ),
    "permission.*.why": ("read_message_history.why", "mention_everyone.why"),
    "settings.approval.*": ("on", "off"),
    "settings.approval.*.help": ("on.help", "off.help"),
    "settings.step.*": (
        "role", "role.none", "approval.on", "approval.off", "log", "log.none", "delete",
    ),
    "setup.*": ("server", "digest"),
    "suggest.status.*": get_args(SuggestionStatus),
    "settings.language.*": ("discord", *LANGUAGES),
}  # fmt: skip
"""Keys that the code puts together, and every value that may stand for `*`."""


@dataclass(frozen=True)
class Reading:
    """A text that the code reads: its key, and the names of the values that it gives along."""

    key: str
    place: str
    values: frozenset[str] = frozenset()
    counted: bool = False
    open_ended: bool = False  # further values come as `**values`


HELPERS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "section": (1, ("",)),
    "refusal": (2, ("", ".help")),
    "change_from": (4, ("",)),
    "change_since": (3, ("",)),
    "refused": (1, ("", ".help")),
    "text": (0, ("",)),
}
"""Functions that read the text whose key they are given: which argument, and with what endings."""

NO_KEYS = {"string.extras['key']"}
"""First arguments that are a key which a helper was given before."""


@cache
def readings() -> list[Reading]:
    """Every text that the code below `bot/` reads. What it cannot follow, it fails on."""
    return [
        reading
        for path in sorted(BOT.rglob("*.py"))
        if not _WITHOUT_TEXTS & {*path.relative_to(BOT).parts}
        for reading in _Finder(path.relative_to(BOT).as_posix(), path.read_text("utf-8")).found()
    ]


class _Finder:
    """Finds the texts that one module reads."""

    def __init__(self, place: str, source: str) -> None:
        self.place = place
        self.tree = ast.parse(source)
        self.named = _assigned(self.tree)

    def found(self) -> Iterator[Reading]:
        for function in ast.walk(self.tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for call in _own_calls(function):
                    yield from self._read(call, {arg.arg for arg in function.args.args})

    def _read(self, call: ast.Call, parameters: set[str]) -> Iterator[Reading]:
        name = _called(call)
        position, endings = HELPERS.get(name, (0, ("",)))
        if name not in {*HELPERS, "words", "count"} or len(call.args) <= position:
            return
        given = {keyword.arg for keyword in call.keywords}
        for key in self._keys(call.args[position], parameters):
            for ending in endings:
                yield Reading(
                    key=key + ending,
                    place=f"{self.place}:{call.lineno}",
                    values=frozenset(value for value in given if value),
                    counted=name == "count",
                    open_ended=None in given,
                )

    def _keys(self, given: ast.expr, parameters: set[str]) -> Iterator[str]:
        """The keys that an argument may be; what is none of ours, or unclear, fails."""
        match given:
            case ast.Constant(value=str(key)):
                yield key
            case ast.JoinedStr(values=parts):
                yield from _expanded(parts)
            case ast.IfExp(body=one, orelse=other):
                yield from self._keys(one, parameters)
                yield from self._keys(other, parameters)
            case ast.Name(id=name) if name in self.named and name not in parameters:
                yield from self._keys(self.named[name], parameters)
            case ast.Name(id="key") if "key" in parameters:
                return  # a helper of HELPERS, which its callers give the key
            case ast.BoolOp(values=choices):
                for choice in choices:
                    yield from self._keys(choice, parameters)
            case _ if ast.unparse(given) in NO_KEYS:
                return
            case _:
                pytest.fail(f"{self.place}:{given.lineno}: which key is {ast.unparse(given)}?")


def _assigned(tree: ast.AST) -> dict[str, ast.expr]:
    """What the names of a module are set to, where that may be a key."""
    return {
        node.targets[0].id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant | ast.JoinedStr | ast.IfExp)
    }


def _own_calls(function: ast.AST) -> Iterator[ast.Call]:
    """The calls in a function, without those of functions inside it."""
    for node in ast.iter_child_nodes(function):
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _own_calls(node)


def _called(call: ast.Call) -> str:
    """`words`, `count` of words, or the name of a helper; otherwise nothing."""
    match call.func:
        case ast.Name(id="self"):  # the texts of a language, which read the typography themselves
            return "words"
        case ast.Name(id=name) | ast.Attribute(attr="words" as name):
            return name
        case ast.Attribute(value=ast.Name(id="words") | ast.Attribute(attr="words"), attr="count"):
            return "count"
        case ast.Call(func=ast.Name(id="words_in")):
            return "words"
        case _:
            return ""


def _expanded(parts: list[ast.expr]) -> Iterator[str]:
    """The keys of an f-string, by the declared values of its family."""
    family = "".join(
        part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "*"
        for part in parts
    )
    if family == "*.help":  # a helper's own, which HELPERS declares
        return
    assert family in FAMILIES, f"declare the values of the keys {family}"
    for value in FAMILIES[family]:
        yield family[: family.index("*")] + value


@cache
def _catalogue(language: str) -> Catalog:
    with (BOT / "texts" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def _messages(language: str) -> dict[str, Message]:
    """A catalogue's entries by key, without its header."""
    return {_key(message): message for message in _catalogue(language) if message.id}


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> tuple[str, ...]:
    """The text of an entry, or each of its plural forms."""
    text = message.string
    return (text,) if isinstance(text, str) else tuple(text or ())


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _texts() -> list[tuple[str, str, str]]:
    """Every text: its language, key and wording."""
    return [
        (language, key, form)
        for language in LANGUAGES
        for key, message in _messages(language).items()
        for form in _forms(message)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_the_code_reads_is_there(language: str) -> None:
    keys = _messages(language)
    assert not {f"{r.place} reads {r.key}" for r in readings() if r.key not in keys}


def test_no_text_is_there_that_nothing_reads() -> None:
    read = {reading.key for reading in readings()}
    assert not {key for language in LANGUAGES for key in _messages(language)} - read


def test_the_reading_of_the_code_sees_what_it_should() -> None:
    read = {reading.key for reading in readings()}
    assert {
        "page.more", "choose", "no-match.actor", "filter.no-date.help", "event-kind.summit",
        "option.timeline.from", "part.open", "about.count.fact", "error.unforeseen", "date.winter",
    } <= read  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_all_catalogues_hold_the_same_keys(language: str) -> None:
    assert set(_messages(language)) == set(_messages(LANGUAGES[0]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_stands_once_in_a_catalogue(language: str) -> None:
    # Babel quietly keeps the first of two.
    text = (BOT / "texts" / f"{language}.po").read_text("utf-8")
    keys = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert sorted(keys) == sorted(set(keys))
    assert set(keys) == set(_messages(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_fuzzy_or_its_own_key(language: str) -> None:
    for key, message in _messages(language).items():
        assert not message.fuzzy, key
        for form in _forms(message):
            assert form.strip() == form != "", key
            assert form != key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_counted_text_has_every_plural_form_and_no_other_text_has_any(language: str) -> None:
    counted = {reading.key for reading in readings() if reading.counted}
    for key, message in _messages(language).items():
        assert message.pluralizable == (key in counted), key
        assert len(_forms(message)) == (_catalogue(language).num_plurals if key in counted else 1)


def test_a_text_has_the_same_placeholders_in_every_language() -> None:
    for language, key, form in _texts():
        english = _forms(_messages("en")[key])[-1]  # the form for many, which says the number
        missing = _placeholders(english) ^ _placeholders(form)
        # `an undated article` may do without its number.
        singular = form == _forms(_messages(language)[key])[0] and language == "en"
        assert not missing - ({"n"} if singular else set()), (language, key)


def test_a_text_names_the_same_commands_in_every_language() -> None:
    english = {key: _commands(message) for key, message in _messages("en").items()}
    for language in LANGUAGES[1:]:
        for key, message in _messages(language).items():
            assert _commands(message) == english[key], (language, key)


def _commands(message: Message) -> set[str]:
    """The commands that a text names, such as `/digest set`."""
    of_groups = {key.rpartition(".")[2] for key in _messages("en") if ".command." in key}
    named = re.findall(r"(?<![\w>])(/[a-z]+)(?: ([a-z]+))?", " ".join(_forms(message)))
    return {f"{command} {word}" if word in of_groups else command for command, word in named}


def test_a_text_asks_for_no_value_that_the_code_does_not_give() -> None:
    texts = _messages("en")
    for reading in readings():
        given = {*reading.values, "n"} if reading.counted else reading.values
        asked = {name for form in _forms(texts[reading.key]) for name in _placeholders(form)}
        assert reading.open_ended or asked <= given, f"{reading.place}: {reading.key}"


PARTICLES = (
    "은|는|이|가|을|를|과|와|으로|로|아|야|이라|라|이나|나|이며|며|이고|이라고|라고|이라는|라는"
)
AFTER_PLACEHOLDER = re.compile(rf"\}}[”’」』》〉)\]\"']*({PARTICLES})(?![가-힣])")


def test_no_korean_particle_stands_directly_after_a_placeholder() -> None:
    # Which of a pair is right depends on the last sound of what is filled in.
    wrong = {key for _, key, form in _texts() if AFTER_PLACEHOLDER.search(form)}
    assert not wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("{a}은 사안입니다", True), ("“{a}”을 찾음", True), ("「{a}」(으)로", False), ("{n}건", False),
     ("{a} 이후", False), ("{a}에서", False), ("‘{a}’로.", True), ("{a}이라는 것", True)],
)  # fmt: skip
def test_the_rule_on_particles_sees_particles_only(text: str, wrong: bool) -> None:
    assert bool(AFTER_PLACEHOLDER.search(text)) == wrong


def test_descriptions_fit_what_discord_shows() -> None:
    menus = {f"command.{command.name}" for command in COMMANDS.values() if command.on_message}
    for language, key, form in _texts():
        if key.startswith(("command.", "option.")):
            assert len(form) <= (32 if key in menus else 100), (language, key)


@pytest.mark.parametrize(
    ("wished", "chosen"),
    [
        (("ko",), "ko"),
        (("ja",), "ja"),
        (("en-GB",), "en"),
        (("en-US",), "en"),
        (("ja_JP",), "ja"),
        (("KO-kr",), "ko"),
        (("fr",), "en"),
        (("fr", "ko"), "ko"),
        ((None, "ja"), "ja"),
        (("", "ja"), "ja"),
        ((None,), "en"),
        (("koi",), "en"),
        ((), "en"),
        (("-", "_"), "en"),
    ],
)
def test_the_first_wish_that_is_spoken_is_chosen(
    wished: tuple[str | None, ...], chosen: str
) -> None:
    assert choose(*wished) == chosen


def test_every_language_has_its_words() -> None:
    assert [words_in(language).language for language in LANGUAGES] == list(LANGUAGES)
    assert {path.stem for path in Path(catalogues.__file__).parent.glob("*.po")} == set(LANGUAGES)
    assert words_in("ko") is words_in("ko")


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 facts"), (1, "1 fact"), (2, "2 facts"), (21, "21 facts")]
)
def test_english_counts_one_and_many(number: int, said: str) -> None:
    assert words_in("en").count("about.count.fact", number) == said


@pytest.mark.parametrize("language", ["ko", "ja"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_korean_and_japanese_count_in_one_form(language: str, number: int) -> None:
    assert str(number) in words_in(language).count("about.count.fact", number)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "a, b and c"), ("ko", "a, b, c"), ("ja", "a、b、c")]
)
def test_lists_are_worded_in_the_readers_way(language: str, said: str) -> None:
    assert words_in(language).list(["a", "b", "c"]) == said


@pytest.mark.parametrize("items", [(), ("a",), ("a", "b")])
def test_a_list_may_be_short(items: tuple[str, ...]) -> None:
    assert words_in("en").list(items) == " and ".join(items)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "“a”: b (c; d)"), ("ko", "“a”: b(c, d)"), ("ja", "「a」：b（c、d）")],
)
def test_quotations_labels_and_brackets_are_set_in_the_readers_way(
    language: str, said: str
) -> None:
    ui = words_in(language)
    text = ui("typography.bracketed", text="b", remark=ui.series(["c", "d"]))
    assert ui("typography.labelled", label=ui("typography.quoted", text="a"), text=text) == said


UNTIDY = {
    "en": r"\w'\w|\"",
    "ko": r"\s\(|올[리라린릴렸]|회원님|미리 보기",  # a post is 게시물, and is posted: 게시하다
    "ja": r"[()“”‘’]|[ぁ-ヿ一-鿿][:;,]",
}
"""What a text of each language does not hold: another's typography, a second word for one idea."""


def test_each_language_has_its_own_typography_and_one_word_for_one_idea() -> None:
    assert not [
        (key, form) for language, key, form in _texts() if re.search(UNTIDY[language], form)
    ]


TYPESET = re.compile("[“”「」（）：]|^: | \\($|; $")


@pytest.mark.parametrize("folder", ["answers", "cards", "compose", "delivery", "ui"])
def test_typography_is_in_the_catalogues(folder: str) -> None:
    # `{name}: {value}` in Python would give every language the English colon and space.
    wrong = {
        f"{path.relative_to(BOT)}:{string.lineno}: {part.value!r}"
        for path in (BOT / folder).rglob("*.py")
        if path.name != "suggestion_stub.py"  # a file for the curator, in the base's language
        for string in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(string, ast.JoinedStr)
        for part in string.values
        if isinstance(part, ast.Constant) and TYPESET.search(str(part.value))
    }
    assert not wrong


def test_braces_in_what_is_filled_in_stay_as_they_are() -> None:
    assert "{x} %s {0}" in words_in("en")("choose", text="{x} %s {0}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_read_as_babel_reads_it(language: str) -> None:
    texts = catalogues.read_catalogue(BOT / "texts" / f"{language}.po")
    by_babel = {key: _forms(message) for key, message in _messages(language).items()}
    assert {key: tuple(forms) for key, forms in texts.items() if key} == by_babel
