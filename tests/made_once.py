"""What never changes once it is made: the bots of one process share it instead of making their own.

A bot of a test starts in half the time so.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any, cast

import pytest
from discord import app_commands
from pydantic import BaseModel
from sqlalchemy import URL, Dialect, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.facts import built
from bot.facts.build import build
from bot.facts.load import Folders, fingerprint
from bot.facts.loaded import LoadedBase, load_base
from bot.facts.queries import Decoded
from bot.matching.entries import Entry
from bot.matching.mention_finder import MentionFinder
from bot.matching.name_index import NameIndex
from bot.matching.name_tables import NameTables
from bot.matching.question_terms import NameKeys, TermReader
from tests.patience import patience

Payload = Callable[..., Awaitable[Any]]
_PAYLOAD = "get_translated_payload"


@pytest.fixture(scope="session", autouse=True)
def made_once() -> Iterator[None]:
    """Make an index of names, the commands' translations and SQL's statements once a process.

    What is read from a built base is decoded once as well.
    """
    with pytest.MonkeyPatch.context() as patch:
        _share_bases(patch)
        _share_names(patch)
        _share_payloads(patch)
        _share_statements(patch)
        yield


def build_once(folders: Folders, data: Path, kept: Path) -> None:
    """Build a base, or take it from the folder `kept` if any worker has built the same files."""
    path = built.path_of(data, fingerprint(folders))
    before = kept / path.name
    kept.mkdir(exist_ok=True)
    try:
        before.with_suffix(".begun").touch(exist_ok=False)
    except FileExistsError:
        _wait_for(before)
        copyfile(before, path)
    else:
        copyfile(build(folders, data).path, before.with_suffix(".new"))
        before.with_suffix(".new").replace(before)


def _wait_for(file: Path) -> None:
    end = monotonic() + patience(20)
    while not file.exists():
        assert monotonic() < end, f"nobody has made {file}"
        sleep(0.05)


def of_all_workers(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run have in common."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _share_bases(patch: pytest.MonkeyPatch) -> None:
    """Load each built file once, and decode each record once, whichever bots read it."""
    loaded, shared = cache(_load), cache(_Decoder)
    make: Callable[..., None] = cast(Any, Decoded).__init__

    def load_once(path: Path) -> LoadedBase:
        found = path.stat()
        return loaded(path, found.st_ino, found.st_mtime_ns, found.st_size)

    def share(decoded: Decoded[Any], model: type[BaseModel]) -> None:
        make(decoded, shared(model))

    patch.setattr("bot.facts.store.load_base", load_once)
    patch.setattr(Decoded, "__init__", share)


def _load(path: Path, *_: int) -> LoadedBase:
    return load_base(path)


class _Decoder:
    """A model as far as a base's records are decoded, and what was decoded of it."""

    def __init__(self, model: type[BaseModel]) -> None:
        self.model_validate_json = cache(model.model_validate_json)


def _share_names(patch: pytest.MonkeyPatch) -> None:
    index, finder, reader = cache(NameIndex), cache(MentionFinder), cache(_reader)

    def shared_index(entries: Iterable[Entry], _: NameTables) -> NameIndex:
        return index(tuple(entries))

    def shared_finder(
        names: Iterable[tuple[str, Iterable[str]]], *, any_case: bool = False
    ) -> MentionFinder:
        hashable = tuple((thing_id, tuple(called)) for thing_id, called in names)
        return finder(hashable, any_case=any_case)

    def shared_reader(
        names: Iterable[NameKeys],
        synonyms: Sequence[Sequence[str]] = (),
        places: Iterable[str] = (),
    ) -> TermReader:
        hashable = tuple(replace(named, keys=tuple(named.keys)) for named in names)
        return reader(hashable, tuple(map(tuple, synonyms)), tuple(places))

    patch.setattr("bot.facts.unit_records.TermReader", shared_reader)
    patch.setattr("bot.facts.store.NameIndex", shared_index)
    patch.setattr("bot.facts.store.MentionFinder", shared_finder)


def _reader(
    names: Iterable[NameKeys], synonyms: Sequence[Sequence[str]], places: Iterable[str]
) -> TermReader:
    """A reader that reads each text once: bases with a fact corrected differ in few texts."""
    reader = TermReader(names, synonyms, places)
    reader.read_plain = cache(reader.read_plain)
    return reader


def _share_payloads(patch: pytest.MonkeyPatch) -> None:
    """Translate each command once: discord.py asks for each text in each of thirty locales."""

    def share(kind: type) -> None:
        real: Payload = getattr(kind, _PAYLOAD)
        payloads: dict[str, Any] = {}

        async def translated(command: Any, *args: Any) -> Any:
            name: str = command.qualified_name
            if name not in payloads:
                payloads[name] = await real(command, *args)
            return payloads[name]

        patch.setattr(kind, _PAYLOAD, translated)

    for kind in (app_commands.Command, app_commands.Group, app_commands.ContextMenu):
        share(cast(type, kind))


def _share_statements(patch: pytest.MonkeyPatch) -> None:
    """Compile each statement once for all files of SQLite, not once for each."""
    dialect = asyncio.run(_dialect())
    options = {"compiled_cache": dict[object, object]()}

    def create(url: str | URL, **given: Any) -> AsyncEngine:
        if make_url(url).get_backend_name() != "sqlite":
            return create_async_engine(url, **given)
        engine = create_async_engine(url, execution_options=options, **given)
        # What is compiled counts for one dialect, so all of them share one that is set up.
        engine.sync_engine.dialect = dialect
        return engine

    patch.setattr("bot.state.database.create_async_engine", create)


async def _dialect() -> Dialect:
    """SQLite's dialect, as it is set up at the first connection."""
    with TemporaryDirectory() as folder:
        engine = create_async_engine(f"sqlite+aiosqlite:///{folder}/state.db")
        async with engine.connect():
            pass
        await engine.dispose()
        return engine.dialect
