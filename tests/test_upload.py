"""What the bot uploads to Discord and asks of it: rules that simcord does not check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import discord
import pytest_asyncio
import simcord

from bot.answers.commands import COMMANDS, PRIVATE
from bot.answers.context import Option
from bot.config import Config
from bot.runtime.client import Factdesk
from bot.texts.catalogues import LANGUAGES, words_in

Json = dict[str, Any]

CHAT_INPUT, MESSAGE_MENU = 1, 3
BRIEF = "Brief this"
SUBCOMMAND, STRING, BOOLEAN = 1, 3, 5

GROUPS = {
    "digest": ["set", "preview", "show", "pause", "resume", "off", "now"],
    "briefing": ["new", "list", "show", "edit", "cancel", "history", "export", "corrections"],
    "settings": ["show", "language", "role", "approval", "log", "defaults", "reload", "delete"],
}
"""The commands of moderators, by their group."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def uploaded(config: Config) -> list[Json]:
    """The commands as Discord receives them."""
    bot = Factdesk(config)
    try:
        async with simcord.run(bot) as env:
            puts = [r.json for r in env.http_requests if r.method == "PUT" and "commands" in r.path]
    finally:
        await bot.close()
    assert len(puts) == 1
    return cast(list[Json], puts[0])


def slash(uploaded: list[Json]) -> list[Json]:
    """The slash commands among those uploaded."""
    return [command for command in uploaded if command.get("type", CHAT_INPUT) == CHAT_INPUT]


def groups(uploaded: list[Json]) -> list[Json]:
    """The groups of commands among those uploaded."""
    return [c for c in slash(uploaded) if any(o["type"] == SUBCOMMAND for o in taken(c))]


def questions(uploaded: list[Json]) -> list[Json]:
    """The slash commands that ask something."""
    return [command for command in slash(uploaded) if command["name"] in COMMANDS]


def runnable(uploaded: list[Json]) -> list[Json]:
    """Everything that people run: commands by themselves, and those of each group."""
    made = groups(uploaded)
    alone = [command for command in slash(uploaded) if command not in made]
    return [*alone, *(subcommand for group in made for subcommand in taken(group))]


def taken(command: Json) -> list[Json]:
    """The options of a command; a group's are its commands."""
    return command.get("options") or []


def described(uploaded: list[Json]) -> Iterator[Json]:
    """Every slash command and every group, and every option of each."""
    yield from groups(uploaded)
    for command in runnable(uploaded):
        yield command
        yield from taken(command)


def in_each_language(thing: Json, field: str) -> dict[str, str]:
    """A field's text by locale, the one for all others under an empty locale."""
    return {"": thing[field], **(thing.get(f"{field}_localizations") or {})}


def test_there_are_no_more_commands_than_discord_takes(uploaded: list[Json]) -> None:
    kinds = [command.get("type", CHAT_INPUT) for command in uploaded]
    assert kinds.count(1) <= 100
    assert kinds.count(2) <= 15
    assert kinds.count(3) <= 15
    assert set(kinds) <= {1, 2, 3}


def test_names_of_slash_commands_and_options_are_short_lower_case_words(
    uploaded: list[Json],
) -> None:
    for thing in described(uploaded):
        for name in in_each_language(thing, "name").values():
            assert re.fullmatch(r"[-_\w]{1,32}", name), name
            assert name == name.lower()
        assert re.fullmatch(r"[a-z0-9_-]{1,32}", thing["name"])


def test_names_of_menu_commands_fit(uploaded: list[Json]) -> None:
    for command in uploaded:
        assert all(1 <= len(name) <= 32 for name in in_each_language(command, "name").values())


def test_no_name_stands_twice(uploaded: list[Json]) -> None:
    kinds = [(command.get("type", CHAT_INPUT), command["name"]) for command in uploaded]
    assert len(kinds) == len(set(kinds))
    for command in (*groups(uploaded), *runnable(uploaded)):
        names = [option["name"] for option in taken(command)]
        assert len(names) == len(set(names)), command["name"]


def test_every_description_is_there_and_fits_in_each_language(uploaded: list[Json]) -> None:
    for thing in described(uploaded):
        told = in_each_language(thing, "description")
        assert {"", *LANGUAGES[1:]} <= set(told), thing["name"]
        for locale, text in told.items():
            assert 1 <= len(text) <= 100, (thing["name"], locale)
            assert text.strip() == text
            assert "command." not in text, "a key without its text"
            assert "option." not in text, "a key without its text"


def test_localisations_are_in_locales_that_discord_knows(uploaded: list[Json]) -> None:
    known = {locale.value for locale in discord.Locale}
    for thing in (*uploaded, *described(uploaded)):
        for field in ("name", "description"):
            assert set(thing.get(f"{field}_localizations") or {}) <= known, thing["name"]


def test_required_options_stand_before_the_others(uploaded: list[Json]) -> None:
    for command in runnable(uploaded):
        required = [option.get("required", False) for option in taken(command)]
        assert required == sorted(required, reverse=True), command["name"]


def test_options_and_their_choices_keep_within_limits(uploaded: list[Json]) -> None:
    assert all(len(made["options"]) <= 25 for made in groups(uploaded))
    for command in runnable(uploaded):
        assert len(taken(command)) <= 25
        for option in taken(command):
            choices: list[Json] = option.get("choices") or []
            assert len(choices) <= 25
            assert not (choices and option.get("autocomplete")), "Discord takes one or the other"
            for choice in choices:
                names = in_each_language(choice, "name").values()
                assert all(1 <= len(name) <= 100 for name in names)
                assert len(str(choice["value"])) <= 100


def test_each_command_keeps_within_discords_8000_characters(uploaded: list[Json]) -> None:
    for command in slash(uploaded):
        assert weight(command) <= 8_000, command["name"]


def weight(thing: Json) -> int:
    """The characters that Discord counts; of localised texts, the longest."""
    own = sum(
        max(map(len, in_each_language(thing, field).values()))
        for field in ("name", "description")
        if field in thing
    )
    own += len(str(thing.get("value", "")))
    inner = (*(thing.get("options") or ()), *(thing.get("choices") or ()))
    return own + sum(map(weight, inner))


def test_the_weight_of_a_command_counts_the_longest_language_and_all_that_is_inside() -> None:
    choice = {"name": "ab", "value": "abc"}
    option = {"name": "o", "description": "d", "choices": [choice]}
    command = {
        "name": "n",
        "description": "four",
        "description_localizations": {"ko": "sixsix", "ja": "x"},
        "options": [option],
    }
    assert weight(command) == 1 + 6 + 1 + 1 + 2 + 3


def test_the_upload_is_the_table_of_questions(uploaded: list[Json]) -> None:
    table = [command.name for command in COMMANDS.values() if not command.on_message]
    assert [command["name"] for command in questions(uploaded)] == table
    for command in questions(uploaded):
        expected = [*COMMANDS[command["name"]].options, PRIVATE]
        assert [as_uploaded(option) for option in expected] == [
            (o["name"], o["type"], o.get("required", False), o.get("autocomplete", False))
            for o in command["options"]
        ]


def test_what_is_asked_on_messages_stands_in_their_menu_in_each_language(
    uploaded: list[Json],
) -> None:
    menus = [command for command in uploaded if command.get("type") == MESSAGE_MENU]
    asked = [command.name for command in COMMANDS.values() if command.on_message]
    names = [words_in("en")(f"command.{name}") for name in asked]
    assert [menu["name"] for menu in menus] == [*names, BRIEF], "and moderators brief from there"
    for menu in menus:
        assert {"", *LANGUAGES[1:]} <= set(in_each_language(menu, "name"))


def as_uploaded(option: Option) -> tuple[str, int, bool, bool]:
    """Name and type of an option of the table, whether it is required, and whether it suggests."""
    names_a_thing = option.kind in ("event", "actor", "topic", "source")
    kind = BOOLEAN if option.kind == "flag" else STRING
    return option.name, kind, option.required, names_a_thing


def test_questions_can_be_asked_anywhere_and_all_else_in_servers_that_added_the_bot(
    uploaded: list[Json],
) -> None:
    for command in uploaded:
        is_menu = command.get("type") == MESSAGE_MENU and command["name"] != BRIEF
        anywhere = is_menu or command["name"] in COMMANDS
        assert command["contexts"] == ([0, 1, 2] if anywhere else [0]), command["name"]
        assert command["integration_types"] == ([0, 1] if anywhere else [0]), command["name"]


def test_members_need_no_permission_for_the_questions(uploaded: list[Json]) -> None:
    for command in questions(uploaded):
        assert command.get("default_member_permissions") is None
        assert not command.get("nsfw")


def test_moderators_commands_are_shown_to_those_with_manage_server_in_servers_alone(
    uploaded: list[Json],
) -> None:
    made = [group for group in groups(uploaded) if group["name"] in GROUPS]
    assert {group["name"]: [sub["name"] for sub in taken(group)] for group in made} == GROUPS
    for group in made:
        wanted = discord.Permissions(manage_guild=True).value
        assert int(group["default_member_permissions"]) == wanted
        assert group["dm_permission"] is False
        assert all(sub["type"] == SUBCOMMAND for sub in group["options"])


def test_the_choices_of_moderators_commands_are_in_each_language(uploaded: list[Json]) -> None:
    named: list[Json] = []
    for command in runnable(uploaded):
        for option in taken(command):
            named += option.get("choices") or []
    assert len(named) >= 16
    for choice in named:
        assert {"ko", "ja"} <= set(in_each_language(choice, "name")), choice["name"]


async def test_the_bot_asks_for_nothing_but_the_servers_it_is_in(config: Config) -> None:
    bot = Factdesk(config)
    assert bot.intents.value == 1


async def test_whatever_the_bot_sends_mentions_nobody(config: Config) -> None:
    bot = Factdesk(config)
    assert bot.allowed_mentions is not None
    assert bot.allowed_mentions.to_dict() == {"parse": []}
