"""Members' suggestions: made, limited, decided on, deleted, and given to the curator as YAML."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from simcord import InteractionResult, MemberActor, ResponseMessage
from sqlalchemy import select, update
from structlog.testing import capture_logs
from typer.testing import CliRunner

from bot import documents
from bot.cards.limits import CHOICES, TEXT
from bot.cli.app import app
from bot.compose.suggestion_stub import stub
from bot.config import Config
from bot.delivery.retention import enforce_retention
from bot.facts.load import Base, Folders, load
from bot.state.state import State
from bot.state.suggestions import MOST, Suggestion, TooMany
from bot.state.tables import suggestion_sent
from bot.texts.catalogues import LANGUAGES, words_in
from bot.ui.suggestions.form import FORM
from tests.conftest import Server, buttons, texts
from tests.moderating import ModeratedServer, ids, lines, moderated, private
from tests.test_commands import speak
from tests.test_digest_commands import break_state

HERE, ELSEWHERE, MEMBER, OTHER, KEEPER = 11, 12, 21, 22, 31
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = timedelta(days=1)
RECEIVED = "### Your suggestion has reached the moderators."
REFUSED = ["### Only moderators can do this.", "You need the permission **Manage Server**."]
WROTE = {"text": "The day is wrong.", "source": "https://example.org/a, page 3"}

HOSTILE = (
    "```\n- id: evil\n\tsays: *&!tag\r# x\x0b- a\x0c- b\x85- c\u2028- d\u2029- e\0\x1b[31m"
    "\u202e\ud800\ufffe'\"{[%@`: #\n---\n...\n?\n"
    "@everyone <@145607444607795200> <#2> <@&3> [a](https://b.c)\n# h"
)


@pytest.fixture
def mod(server: Server) -> ModeratedServer:
    """The server with somebody who has Manage Server."""
    return moderated(server)


async def opened(
    member: MemberActor, server: Server, about: str | None = None
) -> InteractionResult:
    """The form that `/suggest` opens."""
    options = {} if about is None else {"about": about}
    shown = await member.slash(server.channel, "suggest", **options)
    assert shown.modal, "no form was opened"
    return shown


async def suggest(
    member: MemberActor, server: Server, about: str | None = None, **entered: Any
) -> ResponseMessage:
    """Fill in the form; the private reply."""
    shown = await opened(member, server, about)
    return private(await member.submit_modal(shown, {**WROTE, **entered}))


def fields(shown: InteractionResult) -> dict[str, dict[str, Any]]:
    """The fields of a form, by their ids."""
    assert shown.modal
    parts = [part["component"] for part in shown.modal["components"] if "component" in part]
    return {part["custom_id"]: part for part in parts}


def button(message: ResponseMessage, act: str) -> str:
    """The custom id of the one button of a reply that does this."""
    (found,) = [each for each in ids(message) if each.startswith(f"suggest:{act}:")]
    return found


async def press(member: MemberActor, message: ResponseMessage, act: str) -> list[str]:
    """Press a button of a private reply, which then says something else."""
    pressed = await member.click(message, custom_id=button(message, act))
    assert pressed.response
    assert pressed.response.id == message.id
    return lines(message)


# --- made


async def test_what_a_member_suggests_is_confirmed_to_them_alone_and_kept(
    mod: ModeratedServer,
) -> None:
    asker = mod.server.asker
    message = await suggest(asker, mod.server, "tokyo summit", text=" One  line.\n\nAnother. ")
    said = lines(message)
    assert said[:5] == [
        RECEIVED,
        "**About**: Yoon-Kishida summit in Tokyo",
        "> One line.",
        "> Another.",
        r"**Source**: https\://example.org/a, page 3",
    ]
    assert "curator" in said[5]
    assert "/suggestions mine" in said[6]
    (kept,) = await mod.server.bot.state.suggestions.waiting(mod.server.bot.guilds[0].id)
    assert (kept.member_id, kept.thing) == (asker.id, "tokyo-summit")
    assert (kept.text, kept.source) == ("One line.\nAnother.", WROTE["source"])
    assert ids(message) == [f"suggest:delete:{kept.suggestion_id}"]


async def test_one_fact_of_the_thing_can_be_chosen(mod: ModeratedServer) -> None:
    asker, server = mod.server.asker, mod.server
    options = fields(await opened(asker, server, "tokyo-summit"))["fact"]["options"]
    keys = [option["value"] for option in options]
    assert keys == [f.key for f in await server.bot.service.store.facts("tokyo-summit")][:CHOICES]
    said = lines(await suggest(asker, server, "tokyo-summit", fact=[keys[1]]))
    assert said[1] == f"**About**: Yoon-Kishida summit in Tokyo ({keys[1]})"
    (kept,) = await server.bot.state.suggestions.waiting(server.bot.guilds[0].id)
    assert kept.thing == keys[1]


async def test_what_the_desk_lacks_needs_no_thing(mod: ModeratedServer) -> None:
    shown = await opened(mod.server.asker, mod.server)
    assert set(fields(shown)) == {"text", "source"}
    assert lines(await suggest(mod.server.asker, mod.server))[1] == (
        "**About**: something that is not in the base"
    )


async def test_every_thing_has_a_form_that_discord_takes(mod: ModeratedServer) -> None:
    for thing in mod.server.bot.service.store.things.values():
        if thing.kind == "source":
            continue
        shown = await opened(mod.server.asker, mod.server, thing.id)
        assert shown.modal
        assert FORM.fullmatch(shown.modal["custom_id"])
        assert len(fields(shown).get("fact", {"options": []})["options"]) <= CHOICES
        assert not mod.server.bot._connection._view_store._modals  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_form_fits_in_each_language(
    mod: ModeratedServer, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    speak(monkeypatch, reader=language, guild="en-US")
    # simcord refuses a form that is too long for Discord.
    await suggest(mod.server.asker, mod.server, "tokyo-summit")
    assert len(words_in(language)("suggest.form")) <= 45


async def test_names_are_offered_while_one_types(server: Server) -> None:
    async def offered(typed: str) -> list[str]:
        found = await server.asker.autocomplete(server.channel, "suggest", "about", typed)
        return [choice["value"] for choice in found]

    things = server.bot.service.store.things
    first = await offered("")
    assert len(first) == CHOICES
    assert {things[thing].kind for thing in first} <= {"event", "actor", "topic"}
    assert (await offered("tokyo summ"))[0] == "tokyo-summit"
    assert "fumio-kishida" in await offered("기시다")
    assert await offered("zzzqqq") == []


async def test_a_name_that_is_not_clear_is_asked_about(mod: ModeratedServer) -> None:
    asker, channel = mod.server.asker, mod.server.channel
    message = private(await asker.slash(channel, "suggest", about="kim"))
    assert lines(message) == ["### Which one do you mean by “kim”?"]
    await mod.server.restart()
    thing = ids(message)[0].removeprefix("suggest:about:")
    shown = await asker.click(message, custom_id=ids(message)[0])
    assert shown.modal
    assert shown.modal["custom_id"] == f"suggest:form:{thing}"
    assert private(await asker.submit_modal(shown, WROTE))
    none = lines(private(await asker.slash(channel, "suggest", about="@everyone zzzqqq")))
    assert none[0] == "### Nothing here matches “@\u200beveryone zzzqqq”."
    assert "leave `about` out" in none[1]


async def test_a_form_that_was_open_while_the_bot_restarted_is_kept(
    mod: ModeratedServer,
) -> None:
    shown = await opened(mod.server.asker, mod.server, "tokyo-summit")
    await mod.server.restart()
    said = lines(private(await mod.server.asker.submit_modal(shown, WROTE)))
    assert said[0] == RECEIVED


async def test_two_members_fill_in_the_same_form_at_once(mod: ModeratedServer) -> None:
    members = [mod.server.asker, mod.server.reader]
    shown = [await opened(member, mod.server, "tokyo-summit") for member in members]
    for member, form in zip(members, shown, strict=True):
        private(await member.submit_modal(form, WROTE))
    assert len(await mod.server.bot.state.suggestions.waiting(mod.server.bot.guilds[0].id)) == 2


@pytest.mark.parametrize("entered", [{"text": " \u200b\n "}, {"source": "\u3164 "}])
async def test_what_says_nothing_is_given_back(
    mod: ModeratedServer, entered: dict[str, str]
) -> None:
    refused = await suggest(mod.server.asker, mod.server, **entered)
    assert lines(refused)[0] == "### A suggestion needs a text and a source."
    again = await mod.server.asker.click(refused, custom_id=ids(refused)[0])
    left = "text" if "source" in entered else "source"
    assert fields(again)[left]["value"] == WROTE[left]
    assert await mod.ask("suggestions queue") == ["### No suggestion is waiting."]


async def test_whoever_reached_the_limit_is_told_when_the_next_is_possible(
    mod: ModeratedServer,
) -> None:
    asker, server = mod.server.asker, mod.server
    for _ in range(MOST):
        assert lines(await suggest(asker, server))[0] == RECEIVED
    said = lines(await suggest(asker, server, text="One too many."))
    assert said[0] == f"### You have made {MOST} suggestions here within 24 hours."
    (oldest, *_) = await server.bot.state.suggestions.by_member(server.bot.guilds[0].id, asker.id)
    assert f"<t:{int((oldest.made_at + DAY).timestamp())}:R>" in said[1]
    assert "> One too many." in said, "what was written is not lost"
    other = await suggest(server.reader, server)
    assert lines(other)[0] == RECEIVED
    async with server.bot.state.database.transaction() as connection:
        earlier = server.env.now() - DAY
        await connection.execute(update(suggestion_sent).values(sent_at=earlier))
    assert lines(await suggest(asker, server))[0] == RECEIVED


async def test_of_many_facts_any_is_found_by_its_words(mod: ModeratedServer) -> None:
    store = mod.server.bot.service.store
    things = [(thing, await store.facts(thing)) for thing in sorted(store.things)]
    thing, facts = max(things, key=lambda each: len(each[1]))
    assert len(facts) > 25
    last = facts[-1]
    assert "fact" not in fields(await opened(mod.server.asker, mod.server, thing))
    words = " ".join(last.fact.says.split()[:8])
    said = lines(await suggest(mod.server.asker, mod.server, thing, words=words))
    assert said[1].endswith(f"({last.key})")
    said = lines(await suggest(mod.server.asker, mod.server, thing, words="zzz qqq"))
    assert "/" not in said[1], "it is about the thing as a whole"


# --- the queue


async def test_moderators_see_the_oldest_first_and_turn_pages(
    mod: ModeratedServer,
) -> None:
    server = mod.server
    for text in ("First.", "Second.", "Third."):
        await suggest(server.asker, server, "tokyo-summit", text=text)
        await mod.advance(minutes=1)
    queue = await mod.run("suggestions queue")
    assert lines(queue)[:5] == [
        "### Suggestion 1 of 3",
        "**About**: Yoon-Kishida summit in Tokyo",
        "> First.",
        r"**Source**: https\://example.org/a, page 3",
        lines(queue)[4],
    ]
    assert lines(queue)[4].startswith(f"**From**: <@{server.asker.id}> · <t:")
    await server.restart()
    assert (await press(mod.moderator, queue, "queue"))[2] == "> Second."
    back, more = [each for each in ids(queue) if each.startswith("suggest:queue:")]
    assert lines_of(await mod.moderator.click(queue, custom_id=more))[2] == "> Third."
    assert back != more
    assert [b["label"] for b in buttons(queue.components)] == ["Accept", "Decline", "Back (2/3)"]


def lines_of(result: InteractionResult) -> list[str]:
    """The lines of the reply to a press."""
    assert result.response
    return lines(result.response)


async def test_a_decision_shows_what_waits_next_and_the_member_sees_it(
    mod: ModeratedServer,
) -> None:
    server = mod.server
    for text in ("First.", "Second."):
        await suggest(server.asker, server, text=text)
        await mod.advance(minutes=1)
    queue = await mod.run("suggestions queue")
    await server.restart()
    said = await press(mod.moderator, queue, "accept")
    assert said[:2] == ["### Suggestion 1 of 1", "Accepted and passed on to the curator."]
    assert "> Second." in said
    said = await press(mod.moderator, queue, "decline")
    assert said == ["### No suggestion is waiting.", "Declined."]
    assert ids(queue) == []
    mine = private(await server.asker.slash(server.channel, "suggestions mine"))
    assert lines(mine)[0] == "### Your suggestion 1 of 2"
    assert lines(mine)[-1] == "**Status**: declined"
    said = await press(server.asker, mine, "mine")
    assert said[-1] == "**Status**: accepted and passed on to the curator"
    (accepted,) = await server.bot.state.suggestions.accepted()
    assert (accepted.text, accepted.decided_by) == ("First.", mod.moderator.id)


async def test_of_two_moderators_the_first_decides(mod: ModeratedServer) -> None:
    server = mod.server
    guild = server.channel.guild
    assert guild
    role = guild.create_role("helpers")
    await mod.ask("settings role", role=role)
    helper = guild.add_member(server.env.create_user("helper"), roles=[role])
    await suggest(server.asker, server)
    seen = [
        private(await member.slash(server.channel, "suggestions queue"))
        for member in (mod.moderator, helper)
    ]
    await press(mod.moderator, seen[0], "decline")
    said = await press(helper, seen[1], "accept")
    assert said[1] == f"<@{mod.moderator.id}> had already declined it."
    assert await server.bot.state.suggestions.accepted() == ()


async def test_whoever_may_not_is_refused_at_the_command_and_at_each_press(
    mod: ModeratedServer,
) -> None:
    server = mod.server
    guild = server.channel.guild
    assert guild
    role = guild.create_role("helpers")
    await mod.ask("settings role", role=role)
    helper = guild.add_member(server.env.create_user("helper"), roles=[role])
    for text in ("First.", "Second."):
        await suggest(server.asker, server, text=text)
    queue = private(await helper.slash(server.channel, "suggestions queue"))
    await mod.ask("settings role")
    shown = lines(queue)
    for act in ("accept", "decline", "queue"):
        refused = private(await helper.click(queue, custom_id=button(queue, act)))
        assert lines(refused) == REFUSED, act
    asked = await server.asker.slash(server.channel, "suggestions queue")
    assert lines(private(asked)) == REFUSED
    assert lines(queue) == shown
    assert len(await server.bot.state.suggestions.waiting(server.bot.guilds[0].id)) == 2


async def test_what_was_deleted_meanwhile_is_told(mod: ModeratedServer) -> None:
    made = await suggest(mod.server.asker, mod.server)
    queue = await mod.run("suggestions queue")
    await press(mod.server.asker, made, "delete")
    said = await press(mod.moderator, queue, "accept")
    assert said == ["### No suggestion is waiting.", "That suggestion no longer exists."]


# --- deleted


async def test_a_member_deletes_their_own_at_once(mod: ModeratedServer) -> None:
    server = mod.server
    for text in ("First.", "Second."):
        made = await suggest(server.asker, server, text=text)
        await mod.advance(minutes=1)
    await server.restart()
    said = await press(server.asker, made, "delete")
    assert said[:2] == ["### Your suggestion 1 of 1", "The suggestion is deleted."]
    mine = private(await server.asker.slash(server.channel, "suggestions mine"))
    assert "> First." in lines(mine)
    said = await press(server.asker, mine, "delete")
    assert said[:2] == ["### You have no suggestions here.", "The suggestion is deleted."]
    assert await mod.ask("suggestions queue") == ["### No suggestion is waiting."]
    asked = await server.reader.slash(server.channel, "suggestions mine")
    assert lines(private(asked))[0] == "### You have no suggestions here."


async def test_they_go_with_everything_else_about_the_server(
    mod: ModeratedServer,
) -> None:
    await suggest(mod.server.asker, mod.server)
    question = await mod.run("settings delete")
    await mod.press(question, "settings:delete")
    assert await mod.ask("suggestions queue") == ["### No suggestion is waiting."]


# --- hostile, away


async def test_whatever_is_written_is_shown_letter_by_letter_and_mentions_nobody(
    mod: ModeratedServer,
) -> None:
    text = HOSTILE.replace("\ud800", "")  # Discord sends no half characters
    made = await suggest(mod.server.asker, mod.server, text=text, source="<@&1> `a` [b](c)")
    queue = await mod.run("suggestions queue")
    mine = private(await mod.server.asker.slash(mod.server.channel, "suggestions mine"))
    for message in (made, queue, mine):
        told = "\n".join(texts(message.components))
        assert "@everyone" not in told
        ours = told.replace(f"<@{mod.server.asker.id}>", "")
        assert not re.search(r"(?<!\\)<[@#]|[\u202e\x85\u2028]", ours)
        assert "\n> \\# h\n" in told
        assert r"\[b](c)" in told
    sent = [r.json for r in mod.server.env.http_requests if "callback" in r.path and r.json]
    mentions = [body.get("data", {}).get("allowed_mentions") for body in sent if body.get("data")]
    assert {str(each) for each in mentions} <= {"None", "{'parse': []}"}


async def test_the_longest_suggestion_fits_a_message(mod: ModeratedServer) -> None:
    worst = "\n".join(["*" * 1] * 500)
    for text in ("*" * 1_000, worst, "@" * 1_000):
        made = await suggest(
            mod.server.asker,
            mod.server,
            "tokyo-summit",
            text=text,
            source="_" * 300,
        )
        assert sum(map(len, texts(made.components))) <= TEXT
    queue = await mod.run("suggestions queue")
    assert sum(map(len, texts(queue.components))) <= TEXT


async def test_a_state_that_is_away_is_told_plainly_and_loses_no_words(
    mod: ModeratedServer, tmp_path: Path
) -> None:
    asker, server = mod.server.asker, mod.server
    made = await suggest(asker, server)
    queue = await mod.run("suggestions queue")
    await break_state(server, tmp_path)
    away = ["### Suggestions cannot be reached right now."]
    with capture_logs():
        said = lines(await suggest(asker, server))
        assert said[:1] == away
        assert "> The day is wrong." in said
        asked = await asker.slash(server.channel, "suggestions mine")
        assert lines(private(asked))[:1] == away
        pressed = await asker.click(made, custom_id=button(made, "delete"))
        assert [lines(each)[:1] for each in pressed.followups] == [away]
        pressed = await mod.moderator.click(queue, custom_id=button(queue, "accept"))
        assert [lines(each)[:1] for each in pressed.followups] == [away]
        assert (await mod.ask("suggestions queue"))[
            0
        ] == "### The settings cannot be reached right now."


# --- kept


Open = Callable[[], Awaitable[State]]


@pytest.fixture
async def open_state(state_url: str) -> AsyncIterator[Open]:
    """Opens the test's database, each time as a process of its own would."""
    async with AsyncExitStack() as opened:

        async def open_it() -> State:
            state = await State.open(state_url)
            opened.push_async_callback(state.close)
            return state

        yield open_it


async def make(state: State, at: datetime = NOW, member_id: int = MEMBER) -> Suggestion:
    """A suggestion of a member."""
    return await state.suggestions.make(HERE, member_id, "tokyo-summit", "Wrong.", "A book", at)


async def test_the_limit_holds_for_any_24_hours_and_each_member(open_state: Open) -> None:
    state = await open_state()
    made = [await make(state, NOW + timedelta(hours=n)) for n in range(MOST)]
    late = NOW + timedelta(hours=23)
    with pytest.raises(TooMany) as refused:
        await make(state, late)
    assert refused.value.next_at == NOW + DAY
    await make(state, late, member_id=OTHER)
    await state.suggestions.make(ELSEWHERE, MEMBER, None, "Wrong.", "A book", late)
    made.append(await make(state, NOW + DAY))
    assert await state.suggestions.by_member(HERE, MEMBER) == tuple(made)


async def test_what_was_sent_counts_and_not_what_is_left(open_state: Open) -> None:
    state = await open_state()
    for _ in range(MOST):
        made = await make(state)
        await state.suggestions.delete(HERE, MEMBER, made.suggestion_id)
    almost = NOW + DAY - timedelta(seconds=1)
    await state.suggestions.forget_sent(almost)
    with pytest.raises(TooMany):
        await make(state, almost)
    await make(state, NOW + DAY)


async def test_when_suggestions_were_sent_is_forgotten_after_24_hours(open_state: Open) -> None:
    state = await open_state()
    await make(state)
    await make(state, NOW + timedelta(hours=1))
    await enforce_retention(state, "base", NOW + DAY)
    async with state.database.transaction() as connection:
        kept = (await connection.execute(select(suggestion_sent.c.sent_at))).scalars().all()
    assert kept == [NOW + timedelta(hours=1)]


async def test_a_member_who_left_is_forgotten_everywhere(open_state: Open) -> None:
    state = await open_state()
    await make(state)
    await state.suggestions.make(ELSEWHERE, MEMBER, None, "Wrong.", "A book", NOW)
    kept = await make(state, member_id=OTHER)
    assert await state.suggestions.forget_member(MEMBER) == 2
    assert await state.suggestions.by_member(ELSEWHERE, MEMBER) == ()
    assert await state.suggestions.waiting(HERE) == (kept,)


async def test_the_limit_holds_where_two_processes_count_at_once(open_state: Open) -> None:
    states = [await open_state(), await open_state()]
    tried = await asyncio.gather(
        *(make(states[n % 2]) for n in range(3 * MOST)), return_exceptions=True
    )
    assert [type(each) for each in tried].count(TooMany) == 2 * MOST
    assert len(await states[0].suggestions.waiting(HERE)) == MOST


async def test_a_decision_is_made_once_even_at_the_same_time(open_state: Open) -> None:
    states = [await open_state(), await open_state()]
    made = await make(states[0])
    decided = await asyncio.gather(
        *(
            state.suggestions.decide(HERE, made.suggestion_id, decision, KEEPER + n, NOW)
            for n, state in enumerate(states)
            for decision in ("accepted", "declined")
        )
    )
    assert sorted(decided) == [False, False, False, True]


async def test_nothing_reaches_over_servers_or_members(open_state: Open) -> None:
    suggestions = (state := await open_state()).suggestions
    made = await make(state)
    assert not await suggestions.decide(ELSEWHERE, made.suggestion_id, "accepted", KEEPER, NOW)
    await suggestions.delete(HERE, OTHER, made.suggestion_id)
    await suggestions.delete(ELSEWHERE, MEMBER, made.suggestion_id)
    assert await suggestions.get(ELSEWHERE, made.suggestion_id) is None
    assert await suggestions.waiting(ELSEWHERE) == ()
    assert await suggestions.get(HERE, made.suggestion_id) == made


async def test_the_curator_settles_accepted_ones_alone(open_state: Open) -> None:
    suggestions = (state := await open_state()).suggestions
    accepted, waiting = await make(state), await make(state)
    await suggestions.decide(HERE, accepted.suggestion_id, "accepted", KEEPER, NOW)
    ids = [accepted.suggestion_id, waiting.suggestion_id, "00000000"]
    assert await suggestions.settle(ids) == {accepted.suggestion_id}
    assert await suggestions.by_member(HERE, MEMBER) == (waiting,)


async def test_they_are_forgotten_with_their_server(open_state: Open) -> None:
    state = await open_state()
    made = await make(state)
    await state.settings.left([HERE], NOW)
    assert await state.settings.purge(HERE, NOW + DAY)
    assert await state.suggestions.get(HERE, made.suggestion_id) is None


# --- for the curator


@pytest.fixture(scope="module")
def base(config: Config) -> Base:
    """The shipped base as its files say it."""
    base, _ = load(Folders(config.facts, config.seeds))
    assert base
    return base


SUGGESTION = Suggestion(
    "1a2b3c4d", HERE, MEMBER, "tokyo-summit", "It was\ntwo days.", "A book", "accepted", NOW
)


def pasted(text: str, folder: Path) -> Any:
    """The stubs as the project reads them, once they are pasted into a file."""
    file = folder / "pasted.yaml"
    file.write_text(f"id: tokyo-summit\nfacts:\n{text}\n", "utf-8", newline="")
    document, faults = documents.read(file, "pasted.yaml")
    assert faults == []
    assert document
    assert set(document.data) == {"id", "facts"}
    return document.data["facts"]


EMPTY = {
    "id": None,
    "says": None,
    "kind": None,
    "cites": [{"source": None, "paragraph": None}],
    "added": "2026-12-01",
}


def test_a_stub_says_what_was_suggested_in_comments_and_claims_nothing(base: Base) -> None:
    assert (
        stub(SUGGESTION, base, date(2026, 12, 1))
        == """\
# Suggestion 1a2b3c4d of 2026-11-22, about tokyo-summit (event)
# From server 11
# It says:
#   It was
#   two days.
# Source: A book
# facts/events/tokyo-summit.yaml
- id:
  says:
  kind:
  cites: [{source: , paragraph: }]
  added: 2026-12-01
"""
    )


def test_a_stub_shows_what_the_fact_says_at_present(base: Base) -> None:
    owner, _, fact = next(base.facts())
    made = stub(replace(SUGGESTION, thing=f"{owner}/{fact.id}"), base, date(2026, 12, 1))
    assert f"about {owner}/{fact.id} (" in made
    assert fact.says.split()[0] in made.split("# The fact says:")[1]


def test_a_long_suggestion_is_wrapped_to_the_width_of_a_file(base: Base) -> None:
    for text in ("x " * 200, "xx " * 200):
        made = stub(replace(SUGGESTION, text=text), base, date(2026, 12, 1))
        assert 96 < max(map(len, made.splitlines())) <= 100


@pytest.mark.parametrize(
    ("thing", "said"),
    [(None, "about something that the base lacks"), ("gone", "about gone (not in the base any")],
)
def test_a_stub_of_what_no_file_holds_names_none(base: Base, thing: str | None, said: str) -> None:
    made = stub(replace(SUGGESTION, thing=thing), base, date(2026, 12, 1))
    assert said in made
    assert "# facts/" not in made


@pytest.mark.parametrize("field", ["text", "source", "thing"])
@pytest.mark.parametrize("hostile", [HOSTILE, "x" * 1_000, "가 " * 500, "- id: evil", ""])
def test_no_text_breaks_out_of_its_comment(
    base: Base, tmp_path: Path, field: str, hostile: str
) -> None:
    made = stub(replace(SUGGESTION, **{field: hostile}), base, date(2026, 12, 1))
    assert pasted(made, tmp_path) == [EMPTY]
    assert len([line for line in made.splitlines() if not line.startswith("# ")]) == 5


# --- the verb


def settings(folder: Path) -> Path:
    """A config file over the shipped base whose state stands in a folder."""
    root = Path(__file__).parent.parent
    file = folder / "config.yaml"
    file.write_text(
        f"facts: {root / 'facts'}\nseeds: {root / 'seeds'}\ndata: {folder / 'data'}\n", "utf-8"
    )
    return file


async def fill_state(folder: Path) -> list[str]:
    """Put accepted and other suggestions into that state; the ids of the accepted ones."""
    state = await State.open(f"sqlite:///{folder / 'data' / 'state.db'}")
    made = [await make(state, NOW + timedelta(hours=n)) for n in range(4)]
    for each in made[:2]:
        await state.suggestions.decide(HERE, each.suggestion_id, "accepted", KEEPER, NOW)
    await state.suggestions.decide(HERE, made[2].suggestion_id, "declined", KEEPER, NOW)
    await state.close()
    return [each.suggestion_id for each in made[:2]]


def run(folder: Path, *arguments: str) -> Any:
    return CliRunner().invoke(
        app, ["suggestions", "--config", str(folder / "config.yaml"), *arguments]
    )


def test_the_verb_prints_accepted_ones_and_forgets_those_that_are_done(tmp_path: Path) -> None:
    settings(tmp_path)
    first, second = asyncio.run(fill_state(tmp_path))
    shown = run(tmp_path)
    assert shown.exit_code == 0
    assert len(pasted(shown.stdout, tmp_path)) == 2
    assert shown.stdout.index(f"Suggestion {first}") < shown.stdout.index(f"Suggestion {second}")
    settled = run(tmp_path, "--done", first)
    assert (settled.exit_code, settled.stdout) == (0, f"Forgot {first}.\n")
    again = run(tmp_path, "--done", first, "--done", second)
    assert (again.exit_code, again.stdout) == (2, f"Forgot {second}.\n")
    assert again.stderr == f"No accepted suggestion `{first}`.\n"
    none = run(tmp_path)
    assert (none.exit_code, none.stdout, none.stderr) == (0, "", "No suggestion is accepted.\n")


def test_the_verb_makes_no_state_where_there_is_none(tmp_path: Path) -> None:
    settings(tmp_path)
    assert run(tmp_path).stderr == "No suggestion is accepted.\n"
    assert run(tmp_path, "--done", "00000000").exit_code == 2
    assert not (tmp_path / "data").exists()
