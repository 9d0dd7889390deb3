"""Briefings, corrections and public answers in the database: each change touches what it names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.audit_log import FAILURES, AuditAction, AuditEntry, insert_audit_entry
from bot.state.briefing_plan import BriefingPlan, BriefingText, PlanChanges, PostingTime
from bot.state.briefing_record import Briefing, EditConflict
from bot.state.database import Database
from bot.state.digests import Target
from bot.state.errors import DatabaseUnavailable
from bot.state.notices import Notice
from bot.state.posts import Contents, MessageRef, PostKind, Slot
from bot.state.public_answers import PublicAnswer
from bot.state.state import State

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SERVER, OTHER = 7, 8
AUTHOR, EDITOR = 1, 2
MESSAGE = MessageRef(5, 6)
PLAN = BriefingPlan(
    BriefingText("summit", None, None, "en", "The summit", ("summit/talks", "summit/end"), "Ours"),
    Target(10, 11, publish=True, tag_id=12),
    PostingTime(datetime(2026, 11, 22, 18, 0), "Asia/Seoul", NOW),
)
REWORDED = replace(PLAN, text=replace(PLAN.text, headline="Two days", facts=("summit/talks",)))
REWORDING: PlanChanges = {
    "headline": ("The summit", "Two days"),
    "facts": (["summit/end"], []),
}
CHANGED = {"summit/talks": "v2"}
CHANGED_AGAIN = {"summit/talks": "v3"}


@pytest.fixture
async def state(bot_state_url: str) -> AsyncIterator[State]:
    """An open state that knows two servers."""
    opened = await State.open(bot_state_url)
    for server_id in (SERVER, OTHER):
        await opened.settings.choose_role(server_id, None)
    yield opened
    await opened.close()


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One item for each change that is announced to the other processes."""
    calls: list[str] = []

    async def announce(_: Database, __: AsyncConnection) -> None:
        calls.append("announced")

    monkeypatch.setattr(Database, "announce", announce)
    return calls


async def draft(state: State, server_id: int = SERVER, at: datetime = NOW) -> Briefing:
    """A new draft."""
    return await state.briefings.begin(server_id, PLAN, "base", AUTHOR, at)


async def ready(state: State, server_id: int = SERVER) -> Briefing:
    """A briefing that is approved and due."""
    made = await draft(state, server_id)
    return await state.briefings.move(
        made, "ready", "approved", NOW, EDITOR, approver_id=EDITOR, due_at=NOW, reason="late"
    )


async def posted(state: State) -> Briefing:
    """A briefing that is posted."""
    return await state.briefings.move(await ready(state), "posted", "posted", NOW, None)


async def send(state: State, name: str, kind: PostKind = "briefing", at: datetime = NOW) -> str:
    """Record a post as sent; its id."""
    slot = Slot(SERVER, kind, NOW.date(), NOW, 10, name)
    await state.leases.acquire(slot, Contents({"summit/talks": "v1"}, None, "base"), NOW, MINUTE)
    await state.posts.record(slot, MESSAGE, None, at, publish=False)
    return slot.post_id


async def actions(state: State, briefing: Briefing) -> list[str]:
    """What was done to a briefing."""
    return [entry.kind for entry in await state.briefings.audit_log(briefing.briefing_id)]


async def last_changes(state: State, briefing: Briefing) -> PlanChanges | None:
    """What was changed last of a briefing."""
    return (await state.briefings.audit_log(briefing.briefing_id))[-1].changes


async def present(state: State, briefing: Briefing) -> Briefing:
    """A briefing as it is now."""
    found = await state.briefings.get(briefing.briefing_id)
    assert found
    return found


class TestBriefings:
    """Drafts, their changes and their log."""

    async def test_come_back_as_they_were_begun(self, state: State) -> None:
        made = await draft(state)
        assert await state.briefings.get(made.briefing_id) == made
        assert await state.briefings.get("another") is None
        assert await state.briefings.audit_log(made.briefing_id) == (
            AuditEntry(NOW, AUTHOR, "began"),
        )

    async def test_of_a_server_come_latest_change_first(self, state: State) -> None:
        first, second = await draft(state), await draft(state, at=NOW + MINUTE)
        await draft(state, OTHER)
        assert await state.briefings.of_server(SERVER) == (second, first)
        assert await state.briefings.of_server(SERVER, most=1) == (second,)

    async def test_are_due_while_ready_and_the_bot_is_there(self, state: State) -> None:
        await draft(state)
        await posted(state)
        due, posting = await ready(state), await ready(state)
        await state.briefings.begin_posting(posting, NOW)
        await ready(state, OTHER)
        await state.settings.left([OTHER], NOW)
        assert await state.briefings.next_due() == {due.briefing_id: NOW, posting.briefing_id: NOW}

    async def test_are_drafts_again_when_rewritten(self, state: State) -> None:
        old, other = await ready(state), await ready(state)
        new = await state.briefings.rewrite(old, REWORDED, "base-2", EDITOR, NOW + MINUTE)
        assert new == replace(
            old, version=old.version + 1, status="draft", plan=REWORDED, author_id=EDITOR,
            changed_by=EDITOR, approver_id=None, due_at=None, base_version="base-2", reason=None,
            changed_at=NOW + MINUTE,
        )  # fmt: skip
        assert await present(state, new) == new
        assert await present(state, other) == other
        entry = AuditEntry(NOW + MINUTE, EDITOR, "edited", None, REWORDING)
        assert (await state.briefings.audit_log(old.briefing_id))[-1] == entry
        assert "edited" not in await actions(state, other)

    async def test_keep_their_author_when_only_the_target_changes(self, state: State) -> None:
        elsewhere = replace(PLAN, target=Target(20), when=None)
        new = await state.briefings.rewrite(await draft(state), elsewhere, "base", EDITOR, NOW)
        assert (new.author_id, new.changed_by, new.plan) == (AUTHOR, EDITOR, elsewhere)
        changes = await last_changes(state, new)
        assert changes == {
            "channel": (10, 20), "role": (11, None), "publish": (True, False), "tag": (12, None),
            "when": ("2026-11-22 18:00 Asia/Seoul", None),
        }  # fmt: skip

    async def test_that_are_posted_stay_so_when_rewritten(self, state: State) -> None:
        old = await posted(state)
        new = await state.post_edits.make(old, REWORDED, EDITOR, NOW)
        assert new == replace(
            old, version=old.version + 1, plan=REWORDED, changed_by=EDITOR, edited_by=EDITOR,
            edit_at=NOW,
        )  # fmt: skip
        again = await state.post_edits.make(new, PLAN, EDITOR, NOW + DAY)
        assert again.edit_at == NOW, "the first edit is still to be made"

    async def test_refuse_a_change_of_an_older_version(self, state: State) -> None:
        old = await draft(state)
        new = await state.briefings.mark_reviewed(old, "base-2", NOW)
        assert new.base_version == "base-2"
        with pytest.raises(EditConflict) as conflict:
            await state.briefings.move(old, "cancelled", "cancelled", NOW, AUTHOR)
        assert conflict.value.present == new
        assert await present(state, old) == new
        assert await actions(state, old) == ["began"]

    async def test_have_their_posts_edited(self, state: State) -> None:
        edited = await state.post_edits.make(await posted(state), REWORDED, EDITOR, NOW)
        other = await state.post_edits.make(await posted(state), REWORDED, EDITOR, NOW)
        assert await last_changes(state, other) == REWORDING
        await posted(state)
        assert await state.post_edits.due() == {edited.briefing_id: NOW, other.briefing_id: NOW}
        await state.post_edits.end(edited, NOW)
        assert await state.post_edits.due() == {other.briefing_id: NOW}
        await state.settings.left([SERVER], NOW)
        assert await state.post_edits.due() == {}

    async def test_are_edited_again_if_they_changed_meanwhile(self, state: State) -> None:
        old = await state.post_edits.make(await posted(state), REWORDED, EDITOR, NOW)
        new = await state.post_edits.make(old, PLAN, EDITOR, NOW + MINUTE)
        await state.post_edits.end(old, NOW + DAY)
        assert await state.post_edits.due() == {new.briefing_id: NOW}, "the later edit remains"
        await state.post_edits.end(new, NOW + DAY)
        await state.post_edits.end(old, NOW + DAY)
        assert await state.post_edits.due() == {new.briefing_id: NOW + DAY}, "it was undone"

    async def test_are_approved_by_another_than_wrote_or_changed_them(self, state: State) -> None:
        old = await draft(state)
        assert [old.may_be_approved_by(each) for each in (AUTHOR, EDITOR)] == [False, True]
        elsewhere = replace(PLAN, target=Target(20))
        new = await state.briefings.rewrite(old, elsewhere, "base", EDITOR, NOW)
        assert [new.may_be_approved_by(each) for each in (AUTHOR, EDITOR, 3)] == [
            False, False, True,
        ]  # fmt: skip

    async def test_keep_what_is_posted_until_a_proposed_edit_is_approved(
        self, state: State
    ) -> None:
        old = await posted(state)
        new = await state.post_edits.propose(old, REWORDED, EDITOR, NOW)
        assert (new.plan, new.as_posted().plan) == (REWORDED, PLAN)
        assert await last_changes(state, new) == REWORDING
        assert await state.post_edits.due() == {}
        assert [new.may_be_approved_by(each) for each in (AUTHOR, EDITOR)] == [True, False]
        await state.post_edits.approve(new, AUTHOR, NOW)
        approved = await present(state, new)
        assert (approved.as_posted().plan, approved.edited_by) == (REWORDED, EDITOR)
        assert await state.post_edits.due() == {new.briefing_id: NOW}
        assert (await actions(state, new))[-2:] == ["proposed", "accepted"]

    async def test_are_edited_no_later_for_an_edit_that_is_approved_meanwhile(
        self, state: State
    ) -> None:
        edited = await state.post_edits.make(await posted(state), REWORDED, EDITOR, NOW)
        proposed = await state.post_edits.propose(edited, PLAN, EDITOR, NOW)
        await state.post_edits.approve(proposed, AUTHOR, NOW + MINUTE)
        assert await state.post_edits.due() == {edited.briefing_id: NOW}

    async def test_keep_what_is_posted_through_several_proposals(self, state: State) -> None:
        first = await state.post_edits.propose(await posted(state), REWORDED, EDITOR, NOW)
        fewer = replace(REWORDED, text=replace(REWORDED.text, remarks=None))
        second = await state.post_edits.propose(first, fewer, AUTHOR, NOW)
        assert (second.plan, second.as_posted().plan) == (fewer, PLAN)
        assert [second.may_be_approved_by(each) for each in (AUTHOR, EDITOR)] == [False, True]
        back = await state.post_edits.propose(second, PLAN, AUTHOR, NOW)
        assert back.posted_text is None, "nothing is left to approve"

    async def test_are_as_posted_when_a_proposed_edit_is_dropped(self, state: State) -> None:
        old = await posted(state)
        proposed = await state.post_edits.propose(old, REWORDED, EDITOR, NOW)
        dropped = await state.post_edits.drop(proposed, AUTHOR, NOW)
        assert (dropped.plan, dropped.posted_text, dropped.edited_by) == (PLAN, None, None)
        assert await state.post_edits.due() == {}

    async def test_are_as_posted_when_the_post_is_deleted(self, state: State) -> None:
        proposed = await state.post_edits.propose(await posted(state), REWORDED, EDITOR, NOW)
        post_id = await send(state, "one")
        await state.post_edits.mark_deleted(proposed.briefing_id, post_id, MESSAGE, EDITOR, NOW)
        found = await present(state, proposed)
        assert (found.plan, found.posted_text) == (PLAN, None)

    async def test_lose_their_post_and_its_corrections(self, state: State) -> None:
        briefing = await state.post_edits.make(await posted(state), PLAN, AUTHOR, NOW)
        other = await state.post_edits.make(await posted(state), PLAN, AUTHOR, NOW)
        post_id, kept_id = await send(state, "one"), await send(state, "two")
        lost = await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW)
        kept = await state.corrections.open_for_post(SERVER, kept_id, CHANGED, NOW)
        await state.post_edits.mark_deleted(briefing.briefing_id, post_id, MESSAGE, EDITOR, NOW)
        assert await state.corrections.list_open() == (kept,)
        dismissed = replace(lost, status="dismissed", member_id=EDITOR)
        assert await state.corrections.get(lost.correction_id) == dismissed
        assert await state.post_edits.due() == {other.briefing_id: NOW}
        deleted, sent = await state.posts.get(post_id), await state.posts.get(kept_id)
        assert deleted
        assert sent
        assert (deleted.status, sent.status) == ("deleted", "sent")
        assert (await state.briefings.audit_log(briefing.briefing_id))[-1] == AuditEntry(
            NOW, EDITOR, "deleted", "6/5"
        )

    async def test_that_ended_are_forgotten(self, state: State) -> None:
        ended, unfinished = await posted(state), await draft(state)
        await state.briefings.forget(NOW)
        assert await present(state, ended), "not before the instant"
        await state.briefings.forget(NOW + timedelta(microseconds=1))
        assert await state.briefings.get(ended.briefing_id) is None
        assert await state.briefings.audit_log(ended.briefing_id) == ()
        assert await present(state, unfinished) == unfinished


class TestCorrections:
    """What changed of a post, and what was decided about it."""

    async def test_are_found_once(self, state: State) -> None:
        post_id = await send(state, "one")
        found = await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW)
        assert found.facts == CHANGED
        assert await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW + DAY) == found
        assert await state.corrections.get(found.correction_id) == found
        assert await state.corrections.get("another") is None

    async def test_are_replaced_by_what_changes_later(self, state: State) -> None:
        post_id, other_id = await send(state, "one"), await send(state, "two")
        other = await state.corrections.open_for_post(SERVER, other_id, CHANGED, NOW)
        first = await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW + MINUTE)
        second = await state.corrections.open_for_post(
            SERVER, post_id, CHANGED_AGAIN, NOW + 2 * MINUTE
        )
        assert await state.corrections.list_open() == (other, second)
        await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW + DAY)
        assert await state.corrections.list_open() == (other, first), "it was changed back"

    async def test_that_a_moderator_dismissed_stay_so(self, state: State) -> None:
        briefing, post_id = await posted(state), await send(state, "one")
        found = await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW)
        key, settle = found.correction_id, state.corrections.settle
        assert await settle(key, "dismissed", briefing.briefing_id, EDITOR, NOW)
        again = await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW + DAY)
        assert (again.status, again.member_id) == ("dismissed", EDITOR)
        assert not await settle(key, "posted", briefing.briefing_id, AUTHOR, NOW)
        assert (await actions(state, briefing)).count("corrected") == 1
        await state.corrections.supersede(key, NOW)
        assert await state.corrections.get(key) == again

    async def test_are_open_for_each_server(self, state: State) -> None:
        first = await state.corrections.open_for_post(OTHER, await send(state, "one"), CHANGED, NOW)
        second = await state.corrections.open_for_post(
            SERVER, await send(state, "two"), CHANGED, NOW - DAY
        )
        assert await state.corrections.list_open() == (second, first)
        assert await state.corrections.list_open(OTHER) == (first,)
        await state.corrections.supersede(first.correction_id, NOW)
        assert await state.corrections.list_open() == (second,)

    async def test_settled_by_moderators_give_the_latest_versions(self, state: State) -> None:
        briefing, post_id = await posted(state), await send(state, "one")
        for number, facts in enumerate((CHANGED_AGAIN, CHANGED)):
            at = NOW + number * MINUTE
            found = await state.corrections.open_for_post(SERVER, post_id, facts, at)
            key = found.correction_id
            await state.corrections.settle(key, "dismissed", briefing.briefing_id, EDITOR, at)
        await state.corrections.open_for_post(SERVER, post_id, {"summit/end": "v9"}, NOW)
        assert await state.corrections.settled_facts(post_id) == CHANGED
        assert await state.corrections.settled_facts(await send(state, "two")) == {}

    async def test_by_an_edit_schedule_one(self, state: State) -> None:
        briefing, other, post_id = await posted(state), await posted(state), await send(state, "1")
        for facts, at in ((CHANGED, NOW), (CHANGED_AGAIN, NOW + DAY)):
            found = await state.corrections.open_for_post(SERVER, post_id, facts, at)
            key = found.correction_id
            assert await state.corrections.settle(key, "edited", briefing.briefing_id, EDITOR, at)
        assert await state.post_edits.due() == {briefing.briefing_id: NOW}
        assert (await present(state, briefing)).version == briefing.version + 2
        assert await present(state, other) == other

    async def test_by_a_reply_wait_for_their_own(self, state: State) -> None:
        briefing, keys = await posted(state), list[str]()
        for name in ("one", "two"):
            found = await state.corrections.open_for_post(
                SERVER, await send(state, name), CHANGED, NOW
            )
            keys.append(found.correction_id)
            await state.corrections.settle(keys[-1], "posted", briefing.briefing_id, EDITOR, NOW)
        await send(state, keys[0], kind="correction")
        assert [each.correction_id for each in await state.corrections.unposted()] == [keys[1]]

    async def test_by_a_reply_are_unposted_until_it_is_sent(self, state: State) -> None:
        briefing, post_id = await posted(state), await send(state, "one")
        found = await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW)
        key = found.correction_id
        slot = Slot(SERVER, "correction", NOW.date(), NOW, 10, key)
        await state.posts.end(slot, "failed", "refused", NOW)
        assert await state.corrections.unposted() == ()
        assert await state.corrections.settle(key, "posted", briefing.briefing_id, EDITOR, NOW)
        assert await state.posts.get(slot.post_id) is None, "a failed reply is made again"
        settled = await state.corrections.get(key)
        assert settled
        assert await state.corrections.unposted() == (settled,)
        await state.leases.acquire(slot, Contents(CHANGED, None, "base"), NOW, MINUTE)
        assert await state.corrections.unposted() == (settled,)
        await state.posts.record(slot, MESSAGE, None, NOW, publish=False)
        assert await state.corrections.unposted() == ()

    async def test_by_a_reply_that_is_made_keep_it(self, state: State) -> None:
        briefing, post_id = await posted(state), await send(state, "one")
        found = await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW)
        key = found.correction_id
        slot = Slot(SERVER, "correction", NOW.date(), NOW, 10, key)
        await state.leases.acquire(slot, Contents(CHANGED, None, "base"), NOW, MINUTE)
        for status in ("leased", "sent"):
            if status == "sent":
                await state.posts.record(slot, MESSAGE, None, NOW, publish=False)
            assert await state.corrections.settle(key, "posted", briefing.briefing_id, EDITOR, NOW)
            reply = await state.posts.get(slot.post_id)
            assert reply
            assert reply.status == status
            failed = AuditEntry(NOW, None, "uncorrected", "refused")
            await state.corrections.reopen(key, briefing.briefing_id, failed)

    async def test_are_reopened_once_if_their_reply_failed(self, state: State) -> None:
        briefing, post_id = await posted(state), await send(state, "one")
        found = await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW)
        key, failed = found.correction_id, AuditEntry(NOW, None, "uncorrected", "refused")
        reopen = state.corrections.reopen
        assert not await reopen(key, briefing.briefing_id, failed), "it is open"
        await state.corrections.settle(key, "posted", briefing.briefing_id, EDITOR, NOW)
        assert await reopen(key, briefing.briefing_id, failed)
        assert await state.corrections.list_open() == (found,)
        assert (await actions(state, briefing)).count("uncorrected") == 1

    async def test_of_a_deleted_post_are_not_reopened(self, state: State) -> None:
        briefing, post_id = await posted(state), await send(state, "one")
        found = await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW)
        key, failed = found.correction_id, AuditEntry(NOW, None, "uncorrected", "refused")
        await state.corrections.settle(key, "posted", briefing.briefing_id, EDITOR, NOW)
        await state.post_edits.mark_deleted(briefing.briefing_id, post_id, MESSAGE, EDITOR, NOW)
        assert not await state.corrections.reopen(key, briefing.briefing_id, failed)
        assert await state.corrections.list_open() == ()

    async def test_by_an_edit_that_failed_are_reopened(self, state: State) -> None:
        briefing = await posted(state)
        found = {
            name: await state.corrections.open_for_post(
                SERVER, await send(state, name), CHANGED, NOW
            )
            for name in ("failed", "earlier", "other")
        }
        for name, each in found.items():
            at = NOW if name == "earlier" else NOW + MINUTE
            key = each.correction_id
            await state.corrections.settle(key, "edited", briefing.briefing_id, EDITOR, at)
        for name in ("failed", "earlier"):
            await state.corrections.reopen_edited(found[name].post_id, NOW + MINUTE)
        assert await state.corrections.list_open() == (found["failed"],)

    async def test_are_recorded_by_an_edit(self, state: State) -> None:
        briefing, post_id, other_id = (
            await posted(state), await send(state, "one"), await send(state, "two"),
        )  # fmt: skip
        assert await state.corrections.corrected_at(post_id) is None
        replied = await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW)
        key = replied.correction_id
        await state.corrections.settle(key, "posted", briefing.briefing_id, EDITOR, NOW)
        await state.corrections.open_for_post(SERVER, post_id, {"summit/end": "v2"}, NOW)
        other = await state.corrections.open_for_post(SERVER, other_id, CHANGED, NOW)
        await state.corrections.record_edit(SERVER, post_id, CHANGED_AGAIN, NOW + MINUTE)
        assert await state.corrections.list_open() == (other,)
        assert await state.corrections.corrected_at(post_id) == NOW + MINUTE
        assert await state.corrections.corrected_at(other_id) is None
        await state.corrections.record_edit(SERVER, post_id, CHANGED, NOW + DAY)
        kept = await state.corrections.get(key)
        assert kept
        assert (kept.status, kept.member_id) == ("posted", EDITOR), "a reply stays a reply"


class TestPublicAnswers:
    """Answers wait in memory, and are written together."""

    ANSWER = PublicAnswer(100, SERVER, 10, {"summit/talks": "v1", "summit/end": "v2"}, NOW)

    async def test_are_known_before_and_after_they_are_written(self, state: State) -> None:
        state.public_answers.note(self.ANSWER)
        state.public_answers.note(replace(self.ANSWER, message_id=101, facts={}))
        assert await state.public_answers.facts(100) == self.ANSWER.facts
        await state.public_answers.write()
        assert await state.public_answers.facts(100) == self.ANSWER.facts
        assert await state.public_answers.facts(101) == {}

    async def test_are_written_once(self, state: State) -> None:
        for facts in (self.ANSWER.facts, {"summit/talks": "v9"}):
            state.public_answers.note(replace(self.ANSWER, facts=facts))
            await state.public_answers.write()
        assert await state.public_answers.facts(100) == self.ANSWER.facts

    async def test_of_a_server_are_dropped_with_it(self, state: State) -> None:
        state.public_answers.note(self.ANSWER)
        state.public_answers.note(replace(self.ANSWER, message_id=101, server_id=OTHER))
        await state.forget_server(SERVER, NOW)
        await state.public_answers.write()
        assert await state.public_answers.facts(100) == {}
        assert await state.public_answers.facts(101) == self.ANSWER.facts
        assert await state.settings.load() is None
        assert state.settings.present() == {OTHER}

    async def test_that_another_process_noted_are_not_written_after_a_deletion(
        self, state: State, bot_state_url: str
    ) -> None:
        other = await State.open(bot_state_url)
        other.public_answers.note(self.ANSWER)
        later = replace(self.ANSWER, message_id=101, answered_at=NOW + 2 * MINUTE)
        other.public_answers.note(later)
        await state.forget_server(SERVER, NOW + MINUTE)
        await other.public_answers.write()
        assert await state.public_answers.facts(100) == {}
        assert await state.public_answers.facts(101) == self.ANSWER.facts, "it was given later"
        await other.close()

    async def test_wait_while_the_database_is_unavailable(
        self, state: State, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.state.public_answers._MOST_WAITING", 1)
        state.public_answers.note(self.ANSWER)
        state.public_answers.note(replace(self.ANSWER, message_id=101))
        with monkeypatch.context() as broken:
            broken.setattr("bot.state.public_answers.insert_facts", _unavailable)
            with pytest.raises(DatabaseUnavailable):
                await state.public_answers.write()
        await state.public_answers.write()
        assert await state.public_answers.facts(100) == self.ANSWER.facts
        assert await state.public_answers.facts(101) == {}, "there was no space for it"

    async def test_are_forgotten_after_an_instant(self, state: State) -> None:
        state.public_answers.note(self.ANSWER)
        await state.public_answers.write()
        await state.public_answers.forget(NOW)
        assert await state.public_answers.facts(100) == self.ANSWER.facts
        await state.public_answers.forget(NOW + MINUTE)
        assert await state.public_answers.facts(100) == {}


async def _unavailable(*_: object) -> None:
    raise DatabaseUnavailable("gone")


async def test_changes_of_what_is_due_are_announced(state: State, announced: list[str]) -> None:
    """The scheduler of another process reads again what is due only if it is notified."""
    briefing = await posted(state)
    post_id = await send(state, "one")
    found = await state.corrections.open_for_post(SERVER, post_id, CHANGED, NOW)
    for change in (
        state.briefings.move(briefing, "posted", "posted", NOW, None),
        state.corrections.settle(found.correction_id, "edited", briefing.briefing_id, EDITOR, NOW),
        state.post_edits.end(briefing, NOW),
        state.post_edits.mark_deleted(briefing.briefing_id, post_id, MESSAGE, EDITOR, NOW),
        state.settings.choose_role(SERVER, 1),
        state.settings.left([SERVER], NOW),
    ):
        announced.clear()
        await change
        assert announced == ["announced"], change
    await state.settings.load()
    for change in (
        state.settings.returned([SERVER]),
        state.settings.purge(SERVER, NOW),
        state.digests.pause(SERVER, "moderator"),
        state.digests.remove(SERVER),
        state.settings.delete(SERVER, NOW),
    ):
        announced.clear()
        await change
        assert announced == ["announced"], change


class TestNotices:
    """What moderators are to read, until it is delivered."""

    async def test_tell_each_step_where_there_is_a_log_channel(self, state: State) -> None:
        await state.settings.choose_log(SERVER, 99)
        await draft(state)
        await draft(state, OTHER)
        (notice_id,) = await state.notices.due_in(SERVER)
        found = await state.notices.get(notice_id)
        assert found
        assert found.kind == "entry"
        assert await state.notices.due_in(OTHER) == ()

    @pytest.mark.parametrize("failure", FAILURES)
    async def test_tell_failures_without_one(self, state: State, failure: AuditAction) -> None:
        made = await draft(state)
        async with state.database.transaction() as connection:
            await insert_audit_entry(connection, made.briefing_id, AuditEntry(NOW, None, failure))
        assert len(await state.notices.due_in(SERVER)) == 1

    async def test_that_reached_nobody_are_kept_for_the_next_moderator(self, state: State) -> None:
        first, second = (Notice(SERVER, "digest", NOW + n * MINUTE, detail="x") for n in range(2))
        for made in (first, second):
            await state.notices.add(made)
        await state.notices.mark_unreached(first.notice_id)
        assert await state.notices.unreached(SERVER) == (first,)
        assert await state.notices.due() == await state.notices.due_in(SERVER)
        assert await state.notices.due() == (second.notice_id,)

    async def test_come_in_the_order_in_which_they_were_made(self, state: State) -> None:
        later = Notice(SERVER, "digest", NOW + MINUTE, notice_id="a")
        earlier = Notice(SERVER, "digest", NOW, notice_id="b")
        for made in (later, earlier):
            await state.notices.add(made)
        assert await state.notices.due() == ("b", "a")
