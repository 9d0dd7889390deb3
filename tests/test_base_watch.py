"""Which base a bot is on, and what it does by itself after one is opened."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.answers.lifecycle import open_last_service, open_service
from bot.answers.service import AnswerService
from bot.config import Config
from bot.facts.build import build
from bot.facts.built import is_intact
from bot.facts.errors import UnreadableBase
from bot.facts.load import Folders
from bot.facts.store import Store
from bot.runtime.base_watch import BaseWatch
from tests.moved_time import Time
from tests.small_base import write_small_base

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def change(folders: Folders) -> None:
    """Have the base's files call the line otherwise."""
    file = folders.facts / "base.yaml"
    file.write_text(file.read_text("utf-8").replace("ferry line", "line of ferries"), "utf-8")


@pytest.fixture
async def base(tmp_path: Path) -> AsyncIterator[tuple[BaseWatch, AnswerService, Folders]]:
    """A watch over a small base, the service that it keeps on it, and the base's files."""
    folders, data = write_small_base(tmp_path), tmp_path / "data"
    service = await open_service(folders, data)
    config = Config(facts=folders.facts, seeds=folders.seeds, data=data)
    watch = BaseWatch(config, service, lambda: None)
    yield watch, service, folders
    await watch.close()
    await service.store.close()


async def test_pictures_of_each_base_are_drawn_ahead_once(
    base: tuple[BaseWatch, AnswerService, Folders], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, service, folders = base
    drawn: list[Store] = []

    async def draw(service: AnswerService) -> None:
        drawn.append(service.store)
        if len(drawn) == 1:
            raise RuntimeError("no font")

    time = Time(NOW)
    monkeypatch.setattr(asyncio, "sleep", time.sleep)
    monkeypatch.setattr(AnswerService, "draw_ahead", draw)
    watching = asyncio.create_task(watch.run())
    await time.until(NOW + HOUR)
    first = service.store
    assert drawn == [first]

    change(folders)
    assert await watch.rebuild()
    await time.until(NOW + 2 * HOUR)
    assert drawn == [first, service.store]
    assert service.store is not first
    watching.cancel()


async def test_a_base_that_cannot_be_opened_is_passed_over_for_the_one_before(
    tmp_path: Path,
) -> None:
    folders, data = write_small_base(tmp_path), tmp_path / "data"
    before = build(folders, data).path
    change(folders)
    newest = build(folders, data).path
    with closing(sqlite3.connect(newest)) as db:
        db.execute("DROP TABLE thing")
    assert is_intact(newest)
    os.utime(before, (1, 1))
    service = await open_last_service(data, UnreadableBase(newest, "its tables are others"))
    assert str(before).endswith(f"{service.store.fingerprint}.db")
    await service.store.close()
