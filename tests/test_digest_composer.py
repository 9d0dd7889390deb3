"""Digests that several servers read: composed once, kept within a bound, gone with their base."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.answers.lifecycle import open_service
from bot.answers.service import AnswerService
from bot.delivery import digest_composer
from bot.delivery.digest_composer import DigestComposer
from bot.state.digests import Schedule
from bot.state.state import State
from tests.small_base import AGREEMENT, write_small_base
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
async def composer(service: AnswerService, tmp_path: Path) -> AsyncIterator[DigestComposer]:
    """Its composer of digests."""
    state = await State.open(f"sqlite:///{tmp_path / 'state.db'}")
    yield DigestComposer(service, state)
    await state.close()


def kept(composer: DigestComposer) -> Mapping[object, object]:
    """The digests that are given again without composing them."""
    return vars(composer)["_kept"]


async def test_servers_that_read_the_same_get_what_was_composed_once(
    composer: DigestComposer,
) -> None:
    first = await composer(ONE, TODAY, is_late=False)
    again = await composer(replace(ONE, server_id=2), TODAY, is_late=False)
    assert again.card is first.card
    assert len(kept(composer)) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(ONE, config=replace(EIGHT, language="ko")),
        replace(ONE, config=replace(EIGHT, topics=frozenset({"ferry"}))),
        replace(ONE, config=replace(EIGHT, weekdays=frozenset({0}))),
        replace(ONE, last_day=TODAY),
        replace(ONE, last_base_version="another"),
        replace(ONE, stories={"the-storm": TODAY}),
    ],
    ids=["language", "topics", "weekly", "last day", "last base", "stories"],
)
async def test_servers_that_read_something_else_do_not(
    composer: DigestComposer, other: Schedule
) -> None:
    first = await composer(ONE, TODAY, is_late=False)
    assert (await composer(other, TODAY, is_late=False)).card is not first.card
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


async def test_another_base_drops_them(
    composer: DigestComposer, service: AnswerService, tmp_path: Path
) -> None:
    first = await composer(ONE, TODAY, is_late=False)
    folders = write_small_base(tmp_path / "other")
    reworded = AGREEMENT.replace("signed", "sealed")
    (folders.facts / "events/ferry-agreement.yaml").write_text(reworded, "utf-8")
    other = await open_service(folders, tmp_path / "other" / "data")
    await service.swap(other.store).close()
    second = await composer(ONE, TODAY, is_late=False)
    assert second.card is not first.card
    assert second.contents.base_version == other.store.fingerprint
    assert len(kept(composer)) == 1
