"""What the benchmarks of delivery share: a database of either kind, a base, and processes."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from bot.facts.build import build
from bot.facts.load import Folders
from bot.state.state import State
from tests.databases import Postgres
from tests.delivery.case import Case, Ground
from tests.forks import Forks
from tests.small_base import write_small_base


class Grounds:
    """Makes cases on fresh databases of one kind. Use `opened`."""

    def __init__(self, folder: Path, forks: Forks, server: Postgres | None) -> None:
        self._folder = folder
        self._forks = forks
        self._server = server
        self._numbers = count(1)
        self._opening = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, database: str, write_base: Callable[[Path], Folders] = write_small_base
    ) -> AsyncGenerator[Grounds]:
        """Everything that cases need, in a temporary folder."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            build(write_base(folder), folder / "data")
            own = folder / "server"
            own.mkdir()
            server = Postgres(own) if database == "postgresql" else None
            try:
                with Forks() as forks:
                    yield cls(folder, forks, server)
            finally:
                if server:
                    server.stop()

    @asynccontextmanager
    async def case(self) -> AsyncGenerator[Case]:
        """A case on a fresh database."""
        folder = self._folder / f"case-{next(self._numbers)}"
        folder.mkdir()
        file = folder / "state.db"
        url = self._server.new_database() if self._server else f"sqlite:///{file}"
        async with self._opening:  # Alembic keeps its context in a global
            state = await State.open(url)
        ground = Ground(url, state, folder, self._folder, self._forks, self._server)
        async with Case.opened(ground) as case:
            yield case
