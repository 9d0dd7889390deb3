"""Which servers are welcomed after the bot arrived there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.delivery.arrivals import note_arrival
from bot.delivery.jobs.notices import Place
from bot.state.state import State
from tests.test_scheduler import HOUR, NOW, SERVER


class Everywhere:
    """Every place has a channel."""

    def __init__(self) -> None:
        self.asked: list[Place] = []

    async def channel_id(self, server_id: int, place: Place) -> int | None:
        """The channel of a place."""
        self.asked.append(place)
        return 10


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[State]:
    """A state in which nothing is stored."""
    state = await State.open(f"sqlite:///{tmp_path}/state.db")
    yield state
    await state.close()


async def test_nothing_is_stored_of_an_arrival_before_everything_was_deleted(state: State) -> None:
    await note_arrival(state, Everywhere(), SERVER, NOW, NOW)
    assert await state.notices.due_in(SERVER)
    await state.forget_server(SERVER, NOW + HOUR)
    places = Everywhere()
    await note_arrival(state, places, SERVER, NOW, NOW + 2 * HOUR)
    assert places.asked == [], "it is not looked up either"
    assert await state.notices.due_in(SERVER) == ()
    assert state.settings.present() == frozenset()
    await note_arrival(state, Everywhere(), SERVER, NOW + 3 * HOUR, NOW + 3 * HOUR)
    assert await state.notices.due_in(SERVER), "the bot arrived once more"


async def test_one_place_is_enough(state: State) -> None:
    places = Everywhere()
    await note_arrival(state, places, SERVER, NOW, NOW)
    assert places.asked == ["adder"]
