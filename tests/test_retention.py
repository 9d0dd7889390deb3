"""What the privacy page promises is deleted, by a scheduler that runs: each kind after its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.delivery.delivery_errors import Unauthorized
from bot.delivery.retention import forget_left_servers
from bot.state.audit_log import AuditAction
from bot.state.briefing_plan import BriefingPlan, BriefingText
from bot.state.briefing_record import Briefing, BriefingStatus
from bot.state.notices import Notice
from bot.state.posts import Contents, MessageRef, Slot
from bot.state.public_answers import PublicAnswer
from tests.databases import stories_of
from tests.test_scheduler import DAY, HOUR, NOW, SERVER, World, state_url, world

__all__ = ["state_url", "world"]

KEPT = 90 * DAY
MEMBER = 2
PLAN = BriefingPlan(BriefingText("storm", None, None, "en", "The storm", ("storm/closed",)))


async def briefing(world: World, status: BriefingStatus, action: AuditAction) -> Briefing:
    """A briefing that a moderator brought to a status at noon."""
    draft = await world.state.briefings.begin(SERVER, PLAN, "base", MEMBER, NOW)
    return await world.state.briefings.move(draft, status, action, NOW, MEMBER)


async def run_at(world: World, *instants: datetime) -> None:
    """Let a scheduler begin at each instant, tidy up and end."""
    for instant in instants:
        await world.time.until(instant)
        await world.begin()
        await world.end()


async def test_a_briefing_is_forgotten_ninety_days_after_it_was_posted_or_cancelled(
    world: World,
) -> None:
    posted = await briefing(world, "posted", "posted")
    cancelled = await briefing(world, "cancelled", "cancelled")
    await run_at(world, NOW + KEPT)
    assert await world.state.briefings.get(posted.briefing_id)
    assert await world.state.briefings.audit_log(posted.briefing_id)
    await run_at(world, NOW + KEPT + HOUR)
    assert await world.state.briefings.get(posted.briefing_id) is None
    assert await world.state.briefings.get(cancelled.briefing_id) is None
    assert await world.state.briefings.audit_log(posted.briefing_id) == ()


async def test_a_briefing_that_was_changed_since_is_kept_longer(world: World) -> None:
    posted = await briefing(world, "posted", "posted")
    amended = replace(PLAN, text=replace(PLAN.text, headline="The storm of November"))
    await world.state.post_edits.make(posted, amended, MEMBER, NOW + 10 * DAY)
    await run_at(world, NOW + KEPT + 9 * DAY)
    assert await world.state.briefings.get(posted.briefing_id)
    await run_at(world, NOW + KEPT + 11 * DAY)
    assert await world.state.briefings.get(posted.briefing_id) is None


async def test_a_briefing_that_has_not_ended_is_kept(world: World) -> None:
    unfinished = [
        await world.state.briefings.begin(SERVER, PLAN, "base", MEMBER, NOW),
        await briefing(world, "waiting", "asked"),
        await briefing(world, "blocked", "blocked"),
    ]
    await run_at(world, NOW + 2 * KEPT)
    for each in unfinished:
        assert await world.state.briefings.get(each.briefing_id) == each


async def test_a_public_answer_is_forgotten_after_ninety_days(world: World) -> None:
    for number, at in enumerate((NOW, NOW + DAY), start=1):
        world.state.public_answers.note(
            PublicAnswer(number, SERVER, 10, {"storm/closed": "v1"}, at)
        )
    await world.state.public_answers.write()
    await run_at(world, NOW + KEPT)
    assert await world.state.public_answers.facts(1) == {"storm/closed": "v1"}
    await run_at(world, NOW + KEPT + HOUR)
    assert await world.state.public_answers.facts(1) == {}
    assert await world.state.public_answers.facts(2) == {"storm/closed": "v1"}


async def test_a_notice_that_reached_nobody_is_forgotten_after_ninety_days(world: World) -> None:
    notice = Notice(SERVER, "request", NOW)
    await world.state.notices.add(notice)
    await world.state.notices.mark_unreached(notice.notice_id)
    await run_at(world, NOW + KEPT)
    assert await world.state.notices.unreached(SERVER) == (notice,)
    await run_at(world, NOW + KEPT + HOUR)
    assert await world.state.notices.unreached(SERVER) == ()


async def test_the_facts_of_a_post_go_with_it_but_not_the_day_of_its_story(
    world: World,
) -> None:
    slot = Slot(SERVER, "digest", date(2026, 11, 22), NOW, 10)
    await world.set_up()
    await world.state.leases.acquire(slot, Contents({"storm/closed": "v1"}, None, "e"), NOW, HOUR)
    await world.state.posts.record(slot, MessageRef(1, 10), "the-storm", NOW, publish=False)
    await world.end()
    await world.state.digests.pause(SERVER, "moderator")
    await run_at(world, NOW + KEPT)
    assert await world.state.posts.facts(slot.post_id) == {"storm/closed": "v1"}
    await run_at(world, NOW + KEPT + HOUR)
    assert await world.state.posts.get(slot.post_id) is None
    assert await world.state.posts.facts(slot.post_id) == {}
    assert await stories_of(world.state, SERVER) == {"the-storm": slot.day}


async def test_a_base_that_nothing_rests_on_is_forgotten_and_what_its_facts_showed(
    world: World,
) -> None:
    await world.state.briefings.begin(SERVER, PLAN, "used", MEMBER, NOW)
    for base, version in (("used", "v1"), ("unused", "v2")):
        await world.state.base_versions.remember(base, {"storm/closed": version}, {version: "{}"})
    await run_at(world, NOW)
    other = await world.open_state()
    assert await other.base_versions.facts("used") == {"storm/closed": "v1"}
    assert await other.base_versions.facts("unused") is None
    assert await other.fact_versions.shown(["v1", "v2"]) == {"v1": "{}"}


async def test_a_refused_token_is_no_answer_about_a_server(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_: int) -> bool:
        raise Unauthorized

    await world.set_up()
    await world.state.settings.left([SERVER], NOW)
    monkeypatch.setattr(world.membership, "has_left", refuse)
    with pytest.raises(Unauthorized):
        await forget_left_servers(world.state, world.membership, NOW + 31 * DAY)
    assert await world.state.digests.get(SERVER)


async def test_what_is_old_is_looked_for_once_a_day(world: World) -> None:
    """A row stays up to a day longer, as the privacy page says; and no longer."""
    posted = await briefing(world, "posted", "posted")
    await world.time.until(NOW + KEPT - HOUR)
    await world.begin()
    await world.time.until(NOW + KEPT + 22 * HOUR)
    assert await world.state.briefings.get(posted.briefing_id), "the day is not over"
    await world.time.until(NOW + KEPT + timedelta(days=1, hours=1))
    assert await world.state.briefings.get(posted.briefing_id) is None
