"""What several servers' digests share: composed once, kept within a bound, gone with its base."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from bot.answers.lifecycle import open_service
from bot.answers.service import AnswerService
from bot.compose.digest import compose_issue
from bot.delivery import digest_composer
from bot.delivery.digest_composer import DigestComposer
from bot.facts.store import Store
from bot.state.digests import Schedule
from bot.state.state import State
from tests.small_base import AGREEMENT, STORY, write_small_base
from tests.test_scheduler import EIGHT, NOW

TODAY = NOW.date()
ONE = Schedule(1, EIGHT, NOW, TODAY)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[AnswerService]:
    """A desk over the small base."""
    service = await open_service(write_small_base(tmp_path), tmp_path / "data")
    yield service
    await service.store.close()


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[State]:
    """An empty state."""
    state = await State.open(f"sqlite:///{tmp_path / 'state.db'}")
    yield state
    await state.close()


@pytest.fixture
def composer(service: AnswerService, state: State) -> DigestComposer:
    """Its composer of digests."""
    return DigestComposer(service, state)


def kept(composer: DigestComposer) -> Mapping[object, object]:
    """What is given again without composing it."""
    return vars(composer)["_kept"]


async def test_servers_that_read_the_same_get_what_was_composed_once(
    composer: DigestComposer, monkeypatch: pytest.MonkeyPatch
) -> None:
    composing = AsyncMock(wraps=compose_issue)
    monkeypatch.setattr(digest_composer, "compose_issue", composing)
    first = await composer(ONE, TODAY, is_late=False)
    again = await composer(replace(ONE, server_id=2), TODAY, is_late=False)
    assert again == first
    assert composing.await_count == 1


async def test_servers_that_are_due_together_get_what_was_composed_once(
    composer: DigestComposer, monkeypatch: pytest.MonkeyPatch
) -> None:
    composing = AsyncMock(wraps=compose_issue)
    monkeypatch.setattr(digest_composer, "compose_issue", composing)
    servers = (replace(ONE, server_id=number) for number in range(1, 5))
    await asyncio.gather(*(composer(server, TODAY, is_late=False) for server in servers))
    assert composing.await_count == 1


async def test_servers_that_had_other_stories_share_all_but_the_story(
    service: AnswerService, state: State, tmp_path: Path
) -> None:
    await service.swap(await with_story(tmp_path / "told")).close()
    composer = DigestComposer(service, state)
    had_it = replace(ONE, stories={"the-line": TODAY - timedelta(days=1)})
    stories = [(await composer(one, TODAY, is_late=False)).contents.story for one in (ONE, had_it)]
    assert stories == ["the-line", None]
    assert len(kept(composer)) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(ONE, config=replace(EIGHT, language="ko")),
        replace(ONE, config=replace(EIGHT, topics=frozenset({"ferry"}))),
        replace(ONE, config=replace(EIGHT, weekdays=frozenset({0}))),
        replace(ONE, last_day=TODAY),
        replace(ONE, last_base_version="another"),
    ],
    ids=["language", "topics", "weekly", "last day", "last base"],
)
async def test_servers_that_read_something_else_do_not(
    composer: DigestComposer, other: Schedule
) -> None:
    await composer(ONE, TODAY, is_late=False)
    await composer(other, TODAY, is_late=False)
    assert len(kept(composer)) == 2


async def test_what_is_late_is_marked_for_its_server_alone(composer: DigestComposer) -> None:
    late = await composer(ONE, TODAY, is_late=True)
    assert "08:00" in (late.card.subtitle or "")
    in_time = await composer(ONE, TODAY, is_late=False)
    assert "08:00" not in (in_time.card.subtitle or "")


async def test_no_more_are_kept_than_the_bound(
    composer: DigestComposer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_composer, "KEPT", 3)
    days: list[date] = [TODAY + timedelta(days=number) for number in range(4)]
    for day in (*days[:3], days[0], days[3]):
        await composer(ONE, day, is_late=False)
    assert [key[0] for key in kept(composer) if isinstance(key, tuple)] == [
        days[2],
        days[0],
        days[3],
    ], "the one that was not used for longest goes"


async def reworded(place: Path) -> Store:
    """The small base with a fact in other words."""
    folders = write_small_base(place)
    (folders.facts / "events/ferry-agreement.yaml").write_text(
        AGREEMENT.replace("signed the", "sealed the"), "utf-8"
    )
    return (await open_service(folders, place / "data")).store


async def with_story(place: Path) -> Store:
    """The small base with a story to tell."""
    folders = write_small_base(place)
    (folders.facts / "stories").mkdir()
    (folders.facts / "stories/the-line.yaml").write_text(STORY, "utf-8")
    return (await open_service(folders, place / "data")).store


async def test_another_base_drops_them(
    composer: DigestComposer, service: AnswerService, tmp_path: Path
) -> None:
    before = service.store.fingerprint
    first = await composer(ONE, TODAY, is_late=False)
    other = await reworded(tmp_path / "other")
    await service.swap(other).close()
    composer.forget()
    assert not kept(composer), "it would keep the base before in memory"
    second = await composer(ONE, TODAY, is_late=False)
    assert first.contents.base_version == before
    assert second.contents.base_version == other.fingerprint


async def test_a_digest_is_of_one_base_if_another_is_opened_meanwhile(
    composer: DigestComposer,
    service: AnswerService,
    state: State,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await composer(ONE, TODAY, is_late=False)
    before, after = service.store, await reworded(tmp_path / "other")
    service.swap(after)
    has_read = replace(ONE, last_day=TODAY, last_base_version=before.fingerprint)
    expected = await composer(has_read, TODAY, is_late=False)
    facts = state.base_versions.facts

    async def swap_and_read(base_version: str) -> Mapping[str, str] | None:
        service.swap(before)
        return await facts(base_version)

    monkeypatch.setattr(state.base_versions, "facts", swap_and_read)
    digest = await DigestComposer(service, state)(has_read, TODAY, is_late=False)
    await after.close()
    assert digest.card == expected.card
