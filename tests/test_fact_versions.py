"""Versions of facts over an upgrade: what release 0.2.0 wrote calls for no needless correction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.answers.lifecycle import open_service
from bot.answers.service import AnswerService
from bot.delivery.fact_versions import adopt_versions, remember_base, seen_facts
from bot.delivery.jobs.corrections import PendingCorrections
from bot.state.briefing_plan import BriefingPlan, BriefingText
from bot.state.posts import Contents, MessageRef, Slot
from bot.state.state import State
from tests.small_base import AGREEMENT, write_small_base

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SERVER, MODERATOR = 7, 1
SIGNED, GAP, RUINS = "ferry-agreement/signed", "ferry-agreement/gap", "storm-2014/ruins"
WRITTEN = {SIGNED: "0d231d6549d4721c", GAP: "0eb59031039e804a", RUINS: "27ac0edaf62090fe"}
"""The versions that release 0.2.0 gave three facts of the small base."""
AS_IT_WAS = "3133af71849585b7"
"""And one for a wording that the base has under `was` by now."""
REWORDED = AGREEMENT.replace(
    "added: 2026-11-22",
    "added: 2026-11-22\n    was: [{date: 2026-11-23, said: They signed it., why: No day.}]",
    1,
)


@dataclass
class Upgraded:
    """A base whose agreement was reworded once, and a state that release 0.2.0 wrote."""

    service: AnswerService
    state: State

    async def post(self, name: str, facts: Mapping[str, str]) -> str:
        """Record a post that showed these versions; its id."""
        slot = Slot(SERVER, "briefing", NOW.date(), NOW, 10, name)
        contents = Contents(facts, None, "before")
        await self.state.leases.acquire(slot, contents, NOW, timedelta(minutes=1))
        await self.state.posts.record(slot, MessageRef(5, 6), None, NOW, publish=False)
        return slot.post_id

    async def changed(self) -> dict[str, str]:
        """The posts for which a correction is to be offered, by its id."""
        pending = PendingCorrections(self.service, self.state)
        await pending.refresh()
        return pending.to_offer


@pytest.fixture
async def upgraded(tmp_path: Path, state_url: str) -> AsyncIterator[Upgraded]:
    """The base and the state, before the first start."""
    folders = write_small_base(tmp_path / "base")
    (folders.facts / "events/ferry-agreement.yaml").write_text(REWORDED, "utf-8")
    service, state = await open_service(folders, tmp_path / "var"), await State.open(state_url)
    await state.settings.choose_role(SERVER, None)
    yield Upgraded(service, state)
    await state.close()
    await service.store.close()


async def test_unchanged_facts_call_for_no_correction(upgraded: Upgraded) -> None:
    post_id = await upgraded.post("one", WRITTEN)
    await upgraded.state.base_versions.remember("before", WRITTEN, {})
    await adopt_versions(upgraded.service.store, upgraded.state)
    assert await upgraded.changed() == {}
    now = await upgraded.service.store.versions()
    expected = {key: now[key] for key in WRITTEN}
    assert await upgraded.state.posts.facts(post_id) == expected
    another = State(upgraded.state.database)
    assert await another.base_versions.facts("before") == expected


async def test_a_fact_that_was_reworded_calls_for_one_with_the_wording_of_then(
    upgraded: Upgraded,
) -> None:
    post_id = await upgraded.post("one", {**WRITTEN, SIGNED: AS_IT_WAS})
    await adopt_versions(upgraded.service.store, upgraded.state)
    assert list((await upgraded.changed()).values()) == [post_id]
    seen = await seen_facts(upgraded.state, await upgraded.state.posts.facts(post_id))
    shown = seen[SIGNED].shown
    assert shown
    assert shown.says == "They signed it."


async def test_a_change_that_is_on_no_record_still_counts(upgraded: Upgraded) -> None:
    post_id = await upgraded.post("one", {**WRITTEN, GAP: "0123456789abcdef"})
    await adopt_versions(upgraded.service.store, upgraded.state)
    assert list((await upgraded.changed()).values()) == [post_id]
    assert (await upgraded.state.posts.facts(post_id))[GAP] == "0123456789abcdef"


async def test_what_moderators_decided_stays_decided(upgraded: Upgraded) -> None:
    state, post_id = upgraded.state, await upgraded.post("one", {SIGNED: AS_IT_WAS})
    waiting_id = await upgraded.post("two", {SIGNED: AS_IT_WAS})
    correction = await state.corrections.open_for_post(
        SERVER, post_id, {SIGNED: WRITTEN[SIGNED]}, NOW
    )
    text = BriefingText("storm-2014", None, None, "en", "The storm", (RUINS,))
    briefing = await state.briefings.begin(SERVER, BriefingPlan(text), "before", MODERATOR, NOW)
    await state.corrections.settle(
        correction.correction_id, "dismissed", briefing.briefing_id, MODERATOR, NOW
    )
    open_one = await state.corrections.open_for_post(
        SERVER, waiting_id, {SIGNED: WRITTEN[SIGNED]}, NOW
    )
    await adopt_versions(upgraded.service.store, state)
    pending = PendingCorrections(upgraded.service, state)
    await pending.refresh()
    assert (list(pending.to_offer.values()), pending.outdated) == ([waiting_id], set())
    now = await upgraded.service.store.versions()
    found = await state.corrections.open_for_post(SERVER, waiting_id, {SIGNED: now[SIGNED]}, NOW)
    assert found.correction_id == open_one.correction_id, "it is offered already"


async def test_what_facts_showed_is_kept_as_long_as_anything_refers_to_it(
    upgraded: Upgraded,
) -> None:
    store, state = upgraded.service.store, upgraded.state
    versions = await store.versions()
    await remember_base(store, state)
    assert (await seen_facts(state, versions))[GAP].shown
    await state.base_versions.forget_unused(store.fingerprint)
    await state.fact_versions.forget_unused()
    assert (await seen_facts(state, versions))[GAP].shown, "of the open base"
    await upgraded.post("one", {GAP: versions[GAP]})
    await state.base_versions.forget_unused("another")
    await state.fact_versions.forget_unused()
    assert {key for key, fact in (await seen_facts(state, versions)).items() if fact.shown} == {GAP}
