"""The real bot over the real base, as members meet it: commands, suggestions, buttons, restarts."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord import ui
from simcord import InteractionResult, MemberActor, ResponseMessage
from simcord import interactions as simcord_interactions
from structlog.testing import capture_logs

from bot.answers.commands import COMMANDS
from bot.answers.context import Option
from bot.cards.limits import CHOICE_LABEL, CHOICES
from bot.config import Config
from bot.state.settings import Settings
from bot.texts.catalogues import words_in
from bot.ui.components.client import Interaction
from bot.ui.components.language import reply_language
from bot.ui.questions.shown_text import shown_text
from tests.conftest import Server, buttons, parts, texts
from tests.moderating import private

ASKED: dict[str, dict[str, Any]] = {
    "ask": {"question": "where was the tokyo summit?"},
    "event": {"name": "tokyo summit"},
    "actor": {"name": "기시다"},
    "topic": {"name": "gsomia"},
    "timeline": {"from": "2023-03", "to": "2023년 4월", "actor": "yoon suk yeol"},
    "search": {"text": "compensation"},
    "source": {"name": "diplomat"},
    "corrections": {},
    "about": {},
}
"""One answerable question of each command."""

NAMELESS: dict[str, dict[str, Any]] = {
    "ask": {"question": "zzzqqq"},
    "event": {"name": "zzzqqq"},
    "actor": {"name": "zzzqqq"},
    "topic": {"name": "zzzqqq"},
    "timeline": {"topic": "zzzqqq"},
    "search": {"text": "zzzqqq"},
    "source": {"name": "zzzqqq"},
    "corrections": {"topic": "zzzqqq"},
}
"""One question of each command that has no answer."""

PRESSED: tuple[tuple[str, dict[str, Any]], ...] = (
    *ASKED.items(),
    ("event", {"name": "tokyo-summit"}),
    ("actor", {"name": "kim"}),
    ("actor", {"name": "tokyo-summit"}),
    ("timeline", {}),
    ("timeline", {"actor": "kim", "from": "2017-3-1"}),
    ("source", {}),
)
"""Questions whose replies together have every kind of button."""


def reply(result: InteractionResult) -> ResponseMessage:
    """The reply to an interaction, which must have come."""
    assert result.acknowledged
    assert not result.deferred
    assert result.response is not None
    return result.response


def title(message: ResponseMessage) -> str:
    """The title of a reply, as one reads it."""
    heading = texts(message.components)[0].splitlines()[0].removeprefix("## ")
    return re.sub(r"\\(.)", r"\1", heading)


async def press(member: MemberActor, message: ResponseMessage, label: str) -> InteractionResult:
    """Press the only button whose label begins so."""
    found = [b["custom_id"] for b in buttons(message.components) if b["label"].startswith(label)]
    assert len(found) == 1, [button["label"] for button in buttons(message.components)]
    return await member.click(message, custom_id=found[0])


def test_each_command_is_tried_here() -> None:
    slash = {command.name for command in COMMANDS.values() if not command.on_message}
    assert set(ASKED) == slash
    assert set(NAMELESS) == {name for name in slash if COMMANDS[name].options}


async def test_every_command_answers_publicly_and_mentions_nobody(server: Server) -> None:
    for command, options in ASKED.items():
        message = reply(await server.asker.slash(server.channel, command, **options))
        assert not message.ephemeral, command
        assert message.flags.components_v2
        assert len(texts(message.components)) > 1, command
    sent = [r.json for r in server.env.http_requests if r.path.endswith("/callback")]
    assert len(sent) == len(ASKED)
    assert all(body and body["data"]["allowed_mentions"] == {"parse": []} for body in sent)


async def test_every_command_answers_only_the_asker_where_private_is_true(server: Server) -> None:
    for command, options in ASKED.items():
        in_public = reply(await server.asker.slash(server.channel, command, **options))
        options = {**options, "private": True}
        message = reply(await server.asker.slash(server.channel, command, **options))
        assert message.ephemeral, command
        assert texts(message.components) == texts(in_public.components)


async def test_what_has_no_answer_is_told_to_the_asker_alone(server: Server) -> None:
    for command, options in NAMELESS.items():
        message = reply(await server.asker.slash(server.channel, command, **options))
        assert message.ephemeral, command
        assert "zzzqqq" in texts(message.components)[0]


async def test_choices_between_several_names_are_shown_to_the_asker_alone(server: Server) -> None:
    message = reply(await server.asker.slash(server.channel, "actor", name="kim"))
    assert message.ephemeral
    assert title(message) == "Which one do you mean by “kim”?"
    assert 2 <= len(buttons(message.components)) <= 5


async def test_a_period_that_makes_no_sense_is_explained(server: Server) -> None:
    for said, options in (
        ("“soon” is not a date", {"from": "soon"}),
        ("“2023-02-30” is not a date", {"to": "2023-02-30"}),
        ("ends before it begins", {"from": "2023", "to": "2022"}),
        ("No event matches", {"from": "1801", "to": "1802", "actor": "kim dae-jung"}),
    ):
        message = reply(await server.asker.slash(server.channel, "timeline", **options))
        assert message.ephemeral
        assert said in title(message)
        assert "-# " in texts(message.components)[0], "what to do next"


async def test_every_name_is_suggested_while_one_types(server: Server) -> None:
    things = server.bot.service.store.things
    for command, option in suggesting():

        async def typed(text: str, command: str = command, name: str = option.name) -> list[str]:
            choices = await server.asker.autocomplete(server.channel, command, name, text)
            assert len(choices) <= CHOICES
            assert all(1 <= len(choice["name"]) <= CHOICE_LABEL for choice in choices)
            return [choice["value"] for choice in choices]

        of_kind = [thing for thing in things.values() if thing.kind == option.kind]
        assert len(await typed("")) == min(CHOICES, len(of_kind)), command
        assert await typed("zzzqqq") == []
        for thing in of_kind[:3]:
            assert thing.id in (await typed(thing.label[:12]))[:3], thing.label
        values = [
            *await typed(""),
            *await typed("e"),
            *await typed("일본"),
            *await typed("x" * 4_000),
        ]
        assert {things[value].kind for value in values} == {option.kind}


def suggesting() -> list[tuple[str, Option]]:
    """Every option that suggests names, with its command."""
    kinds = ("event", "actor", "topic", "source")
    return [
        (command.name, option)
        for command in COMMANDS.values()
        for option in command.options
        if option.kind in kinds
    ]


async def test_each_suggestion_and_its_label_are_answered(server: Server) -> None:
    for command, option in suggesting():
        if not option.required:
            continue
        for choice in await server.asker.autocomplete(server.channel, command, option.name, ""):
            wanted = server.bot.service.store.things[choice["value"]].label
            # Clients may send what a suggestion says instead of what it stands for.
            for given in (choice["value"], choice["name"]):
                message = reply(
                    await server.asker.slash(server.channel, command, **{option.name: given})
                )
                assert title(message) == wanted, given


async def test_every_button_answers_the_presser_privately_before_and_after_a_restart(
    server: Server,
) -> None:
    asked = [await server.asker.slash(server.channel, c, **options) for c, options in PRESSED]
    messages = [reply(result) for result in asked]
    before = [await pressed(server, message) for message in messages]
    await server.restart()
    assert [await pressed(server, message) for message in messages] == before
    labels = [label for answers in before for label in answers]
    parts = {re.sub(r" \d+$", "", label) for label in labels}
    assert {"Known", "Said", "Timeline", "Sources"} <= parts
    assert any(re.fullmatch(r"\d{4} ›", label) for label in labels), "the next page of a timeline"
    assert len(labels) > 20


async def pressed(server: Server, message: ResponseMessage) -> dict[str, list[str]]:
    """Press each button of a reply as whoever sees it; return the answers by label."""
    # What has no answer is seen by the asker alone; everything else is pressed by somebody else.
    presser = server.asker if message.ephemeral else server.reader
    answers: dict[str, list[str]] = {}
    for button in buttons(message.components):
        shown = texts(message.components)
        answer = reply(await presser.click(message, custom_id=button["custom_id"]))
        assert answer.ephemeral
        assert title(answer).startswith(announced(message, button["label"])), button["label"]
        assert texts(message.components) == shown, "the reply that was pressed stays as it was"
        answers[button["label"]] = texts(answer.components)
    return answers


def announced(message: ResponseMessage, label: str) -> tuple[str, ...]:
    """How the title of the answer may begin, after what a button's label promises."""
    if label == "Sources" or label.startswith("Timeline "):
        return (label.partition(" ")[0],)
    if label.partition(" ")[0] in ("Known", "Said", "Took", "Sources", "Not") or "›" in label:
        return (title(message),)
    chooses_a_filter = buttons(message.components)[0]["custom_id"].startswith("timeline:")
    name = label.partition(" · ")[0].rstrip("…")
    return ("Timeline", "No event matches") if chooses_a_filter else (name,)


@pytest.mark.parametrize("restarted", [False, True])
async def test_pages_turn_in_place_within_a_private_reply(server: Server, restarted: bool) -> None:
    asking = server.asker.slash(server.channel, "timeline", private=True)
    message = reply(await asking)
    first = texts(message.components)
    if restarted:
        await server.restart()
    seen = [first]
    for turn in ("t2", "t3", "t2", "t1"):
        result = await turned(server.asker, message, turn)
        assert reply(result).id == message.id
        assert result.followups == []
        assert message.ephemeral
        seen.append(texts(message.components))
    assert seen[0] == seen[4] != seen[1] == seen[3] != seen[2] != seen[0]


async def turned(member: MemberActor, message: ResponseMessage, turn: str) -> InteractionResult:
    """Press the button that leads to a page of a timeline."""
    return await member.click(message, custom_id=f"timeline:{turn}::::")


@pytest.mark.parametrize("restarted", [False, True])
async def test_parts_and_sources_replace_one_another_within_a_private_reply(
    server: Server, restarted: bool
) -> None:
    asking = server.asker.slash(server.channel, "event", name="tokyo-summit", private=True)
    message = reply(await asking)
    overview = texts(message.components)
    if restarted:
        await server.restart()
    for label, below in (
        ("Known", "-# Known"),
        ("Sources", "-# Yoon-Kishida summit in Tokyo · Known"),
    ):
        assert reply(await press_exactly(server.asker, message, label)).id == message.id
        assert below in texts(message.components)[0]
    assert "¶" in "".join(texts(message.components))
    await press_exactly(server.asker, message, "Back")
    assert "-# Known" in texts(message.components)[0]
    await press_exactly(server.asker, message, "Overview")
    assert texts(message.components) == overview


async def press_exactly(
    member: MemberActor, message: ResponseMessage, label: str
) -> InteractionResult:
    """Press the button with this label, apart from the number behind it."""
    (custom_id,) = (
        b["custom_id"]
        for b in buttons(message.components)
        if b["label"].rstrip(" 0123456789") == label
    )
    return await member.click(message, custom_id=custom_id)


async def test_what_is_picked_in_the_menu_is_answered_privately(server: Server) -> None:
    public = reply(await server.asker.slash(server.channel, "event", name="tokyo-summit"))
    before = texts(public.components)
    (menu,) = (part for part in parts(public.components) if part.get("options"))
    option = menu["options"][0]
    answer = reply(
        await server.reader.select(public, [option["value"]], custom_id=menu["custom_id"])
    )
    assert answer.ephemeral
    assert option["label"].startswith(title(answer))
    assert texts(public.components) == before


async def test_pages_opened_from_a_public_reply_turn_privately_and_leave_it_alone(
    server: Server,
) -> None:
    public = reply(await server.asker.slash(server.channel, "timeline"))
    shown = texts(public.components)
    private = reply(await turned(server.reader, public, "t2"))
    assert private.id != public.id
    second = texts(private.components)
    assert reply(await turned(server.reader, private, "t3")).id == private.id
    assert texts(private.components) not in (shown, second)
    assert texts(public.components) == shown


async def test_a_message_is_asked_about_from_its_menu_and_answered_privately(
    server: Server,
) -> None:
    said = await server.reader.send(server.channel, "Was it at the Tokyo summit in March 2023?")
    forwarded = await server.reader.forward(said, server.channel)
    nothing = await server.reader.send(server.channel, "Good morning, everybody")
    empty = await server.reader.send(server.channel, attachments=[("picture.png", b"")])
    for menu in menus(server):
        for message in (said, forwarded):
            found = reply(await server.asker.context_menu(server.channel, menu, message))
            assert found.ephemeral
            opened = reply(await press(server.asker, found, "Yoon-Kishida summit in Tokyo"))
            assert title(opened) == "Yoon-Kishida summit in Tokyo"
        for message in (nothing, empty):
            none = reply(await server.asker.context_menu(server.channel, menu, message))
            assert none.ephemeral
            assert buttons(none.components) == []


def test_all_that_a_reader_sees_of_a_message_is_its_text() -> None:
    """Its embeds, what another bot displays, its poll, and the same of what it forwards."""
    field = SimpleNamespace(name="Where", value="Tokyo")
    embed = SimpleNamespace(title="Summit", description=None, fields=[field])
    box = SimpleNamespace(children=[SimpleNamespace(content="Displayed")])
    inner = SimpleNamespace(content="Forwarded", embeds=[embed], components=[box])
    poll = SimpleNamespace(question="When?", answers=[SimpleNamespace(text="March 2023")])
    outer = SimpleNamespace(
        content="", embeds=[], components=[], poll=poll, message_snapshots=[inner]
    )
    shown = shown_text(cast("discord.Message", outer))
    expected = ["When?", "March 2023", "Forwarded", "Summit", "Where", "Tokyo", "Displayed"]
    assert shown.splitlines() == expected


async def test_a_public_answer_tells_from_its_menu_that_nothing_was_corrected_since(
    server: Server,
) -> None:
    public = reply(await server.asker.slash(server.channel, "event", name="tokyo-summit"))
    for menu in menus(server):
        told = private(await server.reader.context_menu(server.channel, menu, public))
        assert texts(told.components)[0].splitlines() == [
            "## Corrected since",
            "-# Nothing in this post has been corrected since.",
        ]


def menus(server: Server) -> list[str]:
    """The names of the entries in the menu of messages that all members have."""
    names = [c.name for c in server.bot.tree.get_commands(type=discord.AppCommandType.message)]
    found = [name for name in names if name != "Brief this"]  # that is for moderators
    assert found
    return found


async def test_buttons_whose_answer_is_no_more_still_lead_somewhere(server: Server) -> None:
    """An older version of the bot may have posted them, over an older base."""
    leads = {
        "gone:1:tokyo-summit": "Factdesk: facts with their sources",
        "event:1:a:b:c:d": "Factdesk: facts with their sources",
        "about:t9:x": "Factdesk: facts with their sources",
        "event:1:~aaaaaaaa": "No event matches",
        "event:t4:gone-from-the-base": "No event matches",
        "event:t99:tokyo-summit": "Yoon-Kishida summit in Tokyo",
        "search:t9:compensation": "Facts that contain “compensation”",
    }
    message = await post(server, list(leads))
    for custom_id, lead in leads.items():
        answer = reply(await server.reader.click(message, custom_id=custom_id))
        assert answer.ephemeral
        assert title(answer).startswith(lead), custom_id
        if "t99" in custom_id:
            last = words_in("en")("part.open")
            assert last in texts(answer.components)[0], "of the pages that there are, the last one"


async def post(server: Server, custom_ids: list[str]) -> discord.Message:
    """Have the bot post a message with these buttons, and start anew without knowing of it."""
    layout = ui.LayoutView(timeout=None)
    for custom_id in custom_ids:
        row: ui.ActionRow[Any] = ui.ActionRow()
        row.add_item(ui.Button(label=custom_id, custom_id=custom_id))
        layout.add_item(row)
    channel = server.bot.get_channel(server.channel.id)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.send(view=layout)
    await server.restart()
    return message


class Broken(Exception):
    """What an answer is made to raise."""


def break_answers(server: Server, patch: pytest.MonkeyPatch) -> None:
    """Have the running bot fail at whatever it is asked."""

    async def fail(*_: object) -> None:
        raise Broken("the secret inside")

    patch.setattr(server.bot.replies, "reply", fail)


def assert_is_an_apology(answer: ResponseMessage, logs: list[Any]) -> None:
    """The answer is private and plain, and names the code under which the error is logged."""
    assert answer.ephemeral
    entries = [entry for entry in logs if entry["log_level"] == "error"]
    assert len(entries) == 1
    assert isinstance(entries[0]["exc_info"], Broken)
    assert entries[0]["code"] in answer.content
    for leak in ("secret", "Broken", "Traceback", "Error", "\n"):
        assert leak not in answer.content


async def test_a_command_that_breaks_says_so_privately_with_the_code_of_the_log(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_answers(server, monkeypatch)
    for command, options in ASKED.items():
        with capture_logs() as logs:
            answer = reply(await server.asker.slash(server.channel, command, **options))
        assert_is_an_apology(answer, logs)
        assert [entry.get("command") for entry in logs] == [command]
    server.errors = len(ASKED)


async def test_a_button_that_breaks_says_so_privately_with_the_code_of_the_log(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [
        reply(await server.asker.slash(server.channel, "event", name="tokyo-summit", private=only))
        for only in (False, True)
    ]
    shown = [texts(message.components) for message in messages]
    for _ in range(2):
        break_answers(server, monkeypatch)
        for message in messages:
            for button in buttons(message.components):
                with capture_logs() as logs:
                    pressing = server.asker.click(message, custom_id=button["custom_id"])
                    answer = reply(await pressing)
                assert_is_an_apology(answer, logs)
        await server.restart()
    assert [texts(message.components) for message in messages] == shown


async def test_a_menu_entry_that_breaks_says_so_privately_with_the_code_of_the_log(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = await server.reader.send(server.channel, "The Tokyo summit")
    break_answers(server, monkeypatch)
    for menu in menus(server):
        with capture_logs() as logs:
            answer = reply(await server.asker.context_menu(server.channel, menu, said))
        assert_is_an_apology(answer, logs)
        server.errors += 1


@pytest.mark.parametrize(("code", "logged"), [(10062, ["error"]), (40060, [])])
async def test_an_answer_that_discord_refuses_is_not_tried_a_second_time(
    server: Server, code: int, logged: list[str]
) -> None:
    """10062 came too late; 40060 was shown already although Discord's first reply was an error."""
    server.env.inject_error("POST", "/interactions/*", status=404, code=code)
    with capture_logs() as logs:
        result = await server.asker.slash(server.channel, "about")
    assert [entry["log_level"] for entry in logs] == logged
    assert not result.acknowledged
    assert result.followups == []
    server.errors = 1


@pytest.mark.parametrize(
    ("reader", "guild", "public", "private"),
    [
        ("ja", "ko", "ko", "ja"),
        ("ko", "en-GB", "en", "ko"),
        ("fr", "ja", "ja", "en"),
        ("ko", "fr", "ja", "ko"),  # the host's language, where nobody reads the server's
        ("ko", None, "ko", "ko"),
    ],
)
def test_public_replies_speak_the_servers_language_and_private_ones_the_readers(
    config: Config, reader: str, guild: str | None, public: str, private: str
) -> None:
    def chosen(server_id: int) -> Settings:
        return Settings(server_id)

    nothing_chosen = SimpleNamespace(settings=SimpleNamespace(of=chosen))
    host = SimpleNamespace(
        config=config.model_copy(update={"language": "ja"}), state=nothing_chosen
    )
    interaction = cast(
        Interaction, SimpleNamespace(locale=reader, guild_locale=guild, guild_id=1, client=host)
    )
    assert reply_language(interaction, private=False) == public
    assert reply_language(interaction, private=True) == private


def speak(patch: pytest.MonkeyPatch, reader: str, guild: str) -> None:
    """Have simcord's interactions come in these languages, where it knows none but English."""
    real: Callable[..., tuple[Any, dict[str, Any]]] = simcord_interactions.base_payload

    def spoken(*args: Any, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        record, payload = real(*args, **kwargs)
        return record, {**payload, "locale": reader, "guild_locale": guild}

    patch.setattr(simcord_interactions, "base_payload", spoken)


async def test_a_public_reply_does_not_tell_which_language_its_asker_reads(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, reader="ja", guild="ko")
    public = reply(await server.asker.slash(server.channel, "timeline"))
    assert title(public) == "연표"
    (following,) = [b["label"] for b in buttons(public.components) if b["label"].endswith(" ›")]
    assert title(reply(await press(server.reader, public, following))) == "年表"
    none = reply(await server.asker.slash(server.channel, "event", name="zzzqqq"))
    assert none.ephemeral
    assert title(none) == "「zzzqqq」に一致する出来事はありません。"


async def test_suggestions_are_in_the_readers_language(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, reader="ko", guild="ja")
    choices = await server.asker.autocomplete(server.channel, "actor", "name", "kishida")
    assert choices[0]["name"].startswith("기시다 후미오")


async def test_an_answer_outside_servers_needs_no_server(server: Server) -> None:
    user = server.env.create_user("alone")
    message = reply(await user.slash("timeline"))
    assert title(message) == "Timeline"
    custom_id = buttons(message.components)[0]["custom_id"]
    before = texts(message.components)
    assert texts(reply(await user.click(message, custom_id=custom_id)).components) != before


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_no_test_reaches_further_than_this_machine(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with (
        socket.socket(family) as outward,
        pytest.raises(pytest.fail.Exception, match=re.escape(host)),
    ):
        outward.connect((host, 80))
    with pytest.raises(pytest.fail.Exception, match=r"discord\.com"):
        socket.getaddrinfo("discord.com", 443)
