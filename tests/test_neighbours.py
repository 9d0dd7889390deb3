"""What is done to one thing in the state leaves all others as they were, in any server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.state.audit_log import AuditEntry
from bot.state.briefing_plan import BriefingPlan, BriefingText
from bot.state.briefing_record import Briefing
from bot.state.corrections import Correction
from bot.state.digest_progress import Occurrence
from bot.state.leases import Lease
from bot.state.posts import Contents, MessageRef, Slot
from bot.state.public_answers import PublicAnswer
from bot.state.state import State
from bot.state.suggestions import Suggestion
from bot.state.tables import metadata
from tests.test_scheduler import state_url
from tests.test_state import CONFIG, LEASE, NOW, OTHER, SERVER, TODAY, Open, open_state, state

__all__ = ["open_state", "state", "state_url"]

LATER = NOW + timedelta(hours=1)
MEMBER = 2
PLAN = BriefingPlan(BriefingText("storm", None, None, "en", "The storm", ("storm/closed",)))
CHANGED = replace(PLAN, text=replace(PLAN.text, headline="The storm of November"))
CONTENTS = Contents({"storm/closed": "v1"}, None, "base")
NEWER = Contents({"storm/closed": "v2", "storm/open": "v1"}, None, "base-2")
FAILED = AuditEntry(LATER, None, "uncorrected", "refused")


@dataclass(frozen=True)
class Things:
    """A posted briefing whose facts were corrected, the reply that is on its way, a suggestion."""

    state: State
    other_process: State
    server_id: int
    briefing: Briefing
    slot: Slot
    correction: Correction
    reply: Slot
    lease: Lease
    suggestion: Suggestion

    @property
    def ids(self) -> set[object]:
        """What its rows are known by."""
        return {
            self.briefing.briefing_id,
            self.slot.post_id,
            self.correction.correction_id,
            self.reply.post_id,
            self.suggestion.suggestion_id,
        }


async def things(state: State, other_process: State, server_id: int, number: int) -> Things:
    """One of everything in a server."""
    briefing = await state.briefings.begin(server_id, PLAN, "base", MEMBER, NOW)
    slot = Slot(server_id, "briefing", TODAY, NOW, 10, briefing.briefing_id)
    await state.leases.acquire(slot, CONTENTS, NOW, LEASE)
    await state.posts.record(slot, MessageRef(number, 10), None, NOW, publish=True)
    find = state.corrections.open_for_post
    correction = await find(server_id, slot.post_id, {"storm/closed": "v2"}, NOW)
    reply = Slot(server_id, "correction", TODAY, NOW, 10, correction.correction_id)
    lease = await state.leases.acquire(reply, NEWER, NOW, LEASE)
    assert isinstance(lease, Lease)
    make = state.suggestions.make
    suggestion = await make(server_id, number, None, "It is wrong.", "A book", NOW)
    return Things(
        state, other_process, server_id, briefing, slot, correction, reply, lease, suggestion
    )


async def rows(state: State) -> list[tuple[str, dict[str, object]]]:
    """Every row of every table, the table's name first."""
    found: list[tuple[str, dict[str, object]]] = []
    async with state.database.transaction() as connection:
        for table in metadata.sorted_tables:
            kept = await connection.execute(select(table))
            found += [(table.name, dict(row)) for row in kept.mappings()]
    return found


def rows_with(
    found: list[tuple[str, dict[str, object]]], ids: set[object]
) -> list[tuple[str, dict[str, object]]]:
    """The rows in which one of these ids is."""
    return [row for row in found if any(value in ids for value in _plain(row[1]))]


def _plain(row: dict[str, object]) -> list[object]:
    return [value for value in row.values() if isinstance(value, (str, int))]


Step = Callable[[Things], Awaitable[object]]


def settled(settlement: str) -> Step:
    """A moderator settles the correction."""
    return lambda own: own.state.corrections.settle(
        own.correction.correction_id,
        settlement,  # type: ignore[arg-type]
        own.briefing.briefing_id,
        MEMBER,
        LATER,
    )


async def edited(own: Things) -> object:
    """A moderator changes the posted briefing."""
    return await own.state.post_edits.make(own.briefing, CHANGED, MEMBER, LATER)


async def end_edit(own: Things) -> object:
    """The post says what the briefing does."""
    present = await own.state.briefings.get(own.briefing.briefing_id)
    assert present
    return await own.state.post_edits.end(present, LATER)


async def end_edit_after_change(own: Things) -> None:
    """The briefing is changed, and its post edited."""
    await edited(own)
    await end_edit(own)


async def nothing(_: Things) -> None:
    """Nothing comes before it."""


STEPS: dict[str, tuple[Step, Step]] = {
    "take over": (
        nothing,
        lambda own: own.other_process.leases.acquire(own.reply, CONTENTS, LATER, LEASE),
    ),
    "renew": (nothing, lambda own: own.state.leases.renew(own.lease, NOW, 2 * LEASE)),
    "replace": (nothing, lambda own: own.state.leases.replace(own.lease, CONTENTS, 11)),
    "postpone": (nothing, lambda own: own.state.leases.postpone(own.lease, LATER)),
    "release": (nothing, lambda own: own.state.leases.release(own.lease)),
    "record": (
        nothing,
        lambda own: own.state.posts.record(own.reply, MessageRef(9, 10), None, LATER, False),
    ),
    "end": (nothing, lambda own: own.state.posts.end(own.reply, "failed", "late", LATER)),
    "reopen post": (
        lambda own: own.state.posts.end(own.reply, "failed", "late", LATER),
        lambda own: own.state.posts.reopen(own.reply.post_id),
    ),
    "replace facts": (nothing, lambda own: own.state.posts.replace_facts(own.slot.post_id, NEWER)),
    "publish": (nothing, lambda own: own.state.posts.mark_published(own.slot.post_id, True)),
    "rewrite": (
        nothing,
        lambda own: own.state.briefings.rewrite(own.briefing, CHANGED, "base-2", 3, LATER),
    ),
    "rewrite posted": (nothing, edited),
    "review": (
        nothing,
        lambda own: own.state.briefings.mark_reviewed(own.briefing, "base-2", LATER),
    ),
    "begin posting": (nothing, lambda own: own.state.briefings.begin_posting(own.briefing, LATER)),
    "end edit": (edited, end_edit),
    "end an old edit": (
        end_edit_after_change,
        lambda own: own.state.post_edits.end(own.briefing, LATER),
    ),
    "move": (
        nothing,
        lambda own: own.state.briefings.move(own.briefing, "ready", "scheduled", LATER, MEMBER),
    ),
    "delete post": (
        edited,
        lambda own: own.state.post_edits.mark_deleted(
            own.briefing.briefing_id, own.slot.post_id, MessageRef(1, 10), MEMBER, LATER
        ),
    ),
    "add entry": (
        nothing,
        lambda own: own.state.briefings.add_audit_entry(own.briefing.briefing_id, FAILED),
    ),
    "find again": (
        nothing,
        lambda own: own.state.corrections.open_for_post(
            own.server_id, own.slot.post_id, {"storm/closed": "v3"}, LATER
        ),
    ),
    "supersede": (
        nothing,
        lambda own: own.state.corrections.supersede(own.correction.correction_id, LATER),
    ),
    "dismiss": (nothing, settled("dismissed")),
    "post correction": (
        lambda own: own.state.posts.end(own.reply, "failed", "refused", LATER),
        settled("posted"),
    ),
    "edit correction": (nothing, settled("edited")),
    "reopen correction": (
        settled("posted"),
        lambda own: own.state.corrections.reopen(
            own.correction.correction_id, own.briefing.briefing_id, FAILED
        ),
    ),
    "reopen edited": (
        settled("edited"),
        lambda own: own.state.corrections.reopen_edited(own.slot.post_id, LATER),
    ),
    "record edit": (
        nothing,
        lambda own: own.state.corrections.record_edit(
            own.server_id, own.slot.post_id, {"storm/closed": "v3"}, LATER
        ),
    ),
    "decide": (
        nothing,
        lambda own: own.state.suggestions.decide(
            own.server_id, own.suggestion.suggestion_id, "accepted", MEMBER, LATER
        ),
    ),
    "delete suggestion": (
        nothing,
        lambda own: own.state.suggestions.delete(
            own.server_id, own.suggestion.member_id, own.suggestion.suggestion_id
        ),
    ),
    "settle suggestion": (
        lambda own: own.state.suggestions.decide(
            own.server_id, own.suggestion.suggestion_id, "accepted", MEMBER, LATER
        ),
        lambda own: own.state.suggestions.settle([own.suggestion.suggestion_id]),
    ),
}
"""What may be done to one thing, after what was done to all of them before."""


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_changes_the_thing_that_it_is_for_alone(
    state: State, open_state: Open, step: str
) -> None:
    other_process = await open_state()
    own, *others = [
        await things(state, other_process, server_id, number)
        for number, server_id in enumerate((SERVER, SERVER, OTHER), start=1)
    ]
    before, act = STEPS[step]
    for each in (own, *others):
        await before(each)
    held = await rows(state)
    await act(own)
    now = await rows(state)
    assert now != held
    for other in others:
        theirs = rows_with(held, other.ids)
        assert len(theirs) >= len(other.ids)
        assert rows_with(now, other.ids) == theirs


SERVER_STEPS: dict[str, Callable[[State], Awaitable[object]]] = {
    "pause": lambda state: state.digests.pause(SERVER, "moderator"),
    "stop": lambda state: state.digests.pause_and_warn(SERVER, "no-channel", CONFIG, LATER),
    "resume": lambda state: state.digests.resume(SERVER, LATER, TODAY),
    "advance": lambda state: state.digests.advance(SERVER, TODAY, Occurrence(LATER, TODAY)),
    "put": lambda state: state.digests.put(SERVER, CONFIG, LATER, TODAY),
    "remove": lambda state: state.digests.remove(SERVER),
    "language": lambda state: state.settings.choose_language(SERVER, "ja"),
    "left": lambda state: state.settings.left([SERVER], NOW),
    "delete": lambda state: state.settings.delete(SERVER, LATER),
    "forget": lambda state: state.forget_server(SERVER, LATER),
}


@pytest.mark.parametrize("step", SERVER_STEPS)
async def test_a_step_changes_the_server_that_it_is_for_alone(state: State, step: str) -> None:
    other = None
    for number, server_id in enumerate((SERVER, OTHER), start=1):
        await state.digests.put(server_id, CONFIG, NOW, TODAY)
        other = await things(state, state, server_id, number)
        state.public_answers.note(PublicAnswer(number, server_id, 10, {"storm/closed": "v1"}, NOW))
    await state.public_answers.write()
    held = await rows(state)
    await SERVER_STEPS[step](state)
    now = await rows(state)
    assert now != held
    assert other
    theirs = rows_with(held, {*other.ids, OTHER})
    assert rows_with(now, {*other.ids, OTHER}) == theirs
    assert await state.public_answers.facts(2) == {"storm/closed": "v1"}


async def test_another_servers_things_are_not_there_to_decide_on(state: State) -> None:
    own = await things(state, state, SERVER, 1)
    suggestion_id = own.suggestion.suggestion_id
    assert await state.suggestions.get(OTHER, suggestion_id) is None
    assert not await state.suggestions.decide(OTHER, suggestion_id, "accepted", MEMBER, LATER)
    await state.suggestions.delete(OTHER, 1, suggestion_id)
    await state.suggestions.delete(SERVER, 9, suggestion_id)
    assert await state.suggestions.get(SERVER, suggestion_id) == own.suggestion
    assert await state.suggestions.settle([suggestion_id]) == frozenset(), "it was not accepted"


async def test_answers_that_were_dropped_while_they_are_written_are_not_kept(state: State) -> None:
    state.public_answers.note(PublicAnswer(1, SERVER, 10, {"storm/closed": "v1"}, NOW))
    begin = state.database.transaction

    def drop_first() -> object:
        state.public_answers.drop(SERVER)
        return begin()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state.database, "transaction", drop_first)
        await state.public_answers.write()
    assert [name for name, _ in await rows(state) if name in ("answer", "server")] == []


async def test_a_fault_of_the_program_is_not_taken_for_the_databases(state: State) -> None:
    with pytest.raises(KeyError):
        async with state.database.transaction():
            raise KeyError("a fault of ours")


def test_the_id_of_a_post_is_its_own() -> None:
    digest = Slot(SERVER, "digest", TODAY, NOW, 10)
    named = Slot(SERVER, "offer", TODAY, NOW, 10, "a")
    different = [
        digest,
        replace(digest, server_id=OTHER),
        replace(digest, day=TODAY + timedelta(days=1)),
        named,
        replace(named, name="b"),
        replace(named, kind="correction"),
    ]
    assert len({each.post_id for each in different}) == len(different)
    moved = replace(named, day=TODAY + timedelta(days=1), due_at=LATER, channel_id=11)
    assert moved.post_id == named.post_id, "its day, time and channel may be changed"
