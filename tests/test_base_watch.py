"""Which base a bot is on, and what it does by itself after one is opened."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.answers.lifecycle import open_last_service, open_service
from bot.answers.service import AnswerService
from bot.config import Config
from bot.facts.build import build, check
from bot.facts.built import is_intact
from bot.facts.errors import FaultyBase, UnfinishedBuild, UnreadableBase
from bot.facts.load import Folders
from bot.facts.store import Store
from bot.runtime.base_watch import BaseWatch
from tests.moved_time import Time
from tests.patience import patience
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


async def test_a_faulty_base_is_refused_with_its_faults(
    base: tuple[BaseWatch, AnswerService, Folders],
) -> None:
    watch, service, folders = base
    before = service.store
    folders.info.write_text("title: [", "utf-8")
    with pytest.raises(FaultyBase) as refused:
        await watch.rebuild()
    assert refused.value.faults == tuple(check(folders, folders.facts)[1])
    assert service.store is before


def replace_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, does: str) -> None:
    """Have the shell do something instead of the Python of a build."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{does}\n", "utf-8")
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))


async def test_a_build_whose_process_is_killed_changes_nothing(
    base: tuple[BaseWatch, AnswerService, Folders], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    watch, service, _ = base
    before = service.store
    replace_python(monkeypatch, tmp_path, "kill -9 $$")
    with pytest.raises(UnfinishedBuild, match="ended with -9"):
        await watch.rebuild()
    assert service.store is before


async def test_a_bot_that_stops_ends_its_build(
    base: tuple[BaseWatch, AnswerService, Folders], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    watch, _, _ = base
    held = tmp_path / "held"
    os.mkfifo(held)
    replace_python(monkeypatch, tmp_path, f"exec sleep {patience(20)} > {held}")
    building = asyncio.create_task(watch.rebuild())
    with await asyncio.to_thread(held.open) as pipe:  # once the process holds its other end
        await asyncio.sleep(0.1)  # until it is waited for
        building.cancel()
        async with asyncio.timeout(patience(10)):
            assert await asyncio.to_thread(pipe.read) == ""  # once it has ended
            await asyncio.wait([building])


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
