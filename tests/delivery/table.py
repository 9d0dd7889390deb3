"""Tables of faults: each row is a story of its own.

Those of one file are told side by side, as most of their time is waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from bot.state.state import State
from tests.databases import DATABASES, Postgres
from tests.delivery.bases import open_services
from tests.delivery.scene import Ground, Scene
from tests.forks import Forks
from tests.patience import patience

AT_ONCE = 6  # stories told side by side
LONGEST = 90  # seconds that a story may take on an idle machine

Story = Callable[[Any], Awaitable[None]]
Telling = Callable[..., Awaitable[None]]
Key = tuple[str, str]
"""A fault and a database."""
Outcomes = dict[Key, Exception | None]


@dataclass(frozen=True)
class Row:
    """A row of the table: what breaks, and the story of it."""

    fault: str
    story: Story
    databases: tuple[str, ...]
    by_default: tuple[str, ...]  # the other databases are for the matrix
    again: bool  # by default another kind of post meets the same
    alone: bool  # it disturbs every other story on the same database


class Table:
    """The rows of one file, each of which is told in a scene of its own."""

    def __init__(self, scene: type[Scene]) -> None:
        self._scene = scene
        self.rows: list[Row] = []
        """Every row, in order."""
        self._template: Path | None = None

    def row(
        self,
        fault: str,
        *given: Any,
        databases: tuple[str, ...] = DATABASES,
        on_both: bool = False,
        again: bool = False,
        alone: bool = False,
    ) -> Callable[[Telling], Telling]:
        """Put a story into the table, as it is told with what is given.

        By default it is told on the first of its databases, or `on_both` if processes compete for
        its rows: what a single process reads and writes, `test_state.py` tries on each database.
        A fault that other posts meet `again`, in the same part of the program, is for the matrix.
        """

        def put(story: Telling) -> Telling:
            async def tell(scene: Any) -> None:
                await story(scene, *given)

            by_default = () if again else databases if on_both else databases[:1]
            self.rows.append(Row(fault, tell, databases, by_default, again, alone))
            return story

        return put

    def on_each_database(self) -> list[Any]:
        """The parameters `row` and `database` of a test of each row."""
        return [
            pytest.param(row, database, id=f"{database}: {row.fault}", marks=_marks(row, database))
            for database in DATABASES
            for row in self.rows
            if database in row.databases
        ]

    async def tell(
        self,
        rows: list[tuple[Row, str]],
        bases: tuple[Path, Path],
        forks: Forks,
        new_folder: Callable[[], Path],
        server: Postgres | None,
    ) -> Outcomes:
        """What becomes of rows, each on its database, over a base and the same one corrected."""
        base, corrected = bases
        async with open_services(bases) as services:
            grounds: dict[Key, Ground] = {}
            for row, database in rows:
                folder, used = new_folder(), server if database == "postgresql" else None
                url, state = await self._fresh_state(folder, used)
                ground = Ground(url, state, folder, base, forks, used, corrected, services)
                grounds[row.fault, database] = ground
            return await self._tell_all(rows, grounds)

    async def _fresh_state(self, folder: Path, server: Postgres | None) -> tuple[str, State]:
        """A fresh database's address, and its state."""
        file = folder / "state.db"
        if not server and self._template:
            copyfile(self._template, file)  # to make the tables each time takes longer
        url = server.new_database() if server else f"sqlite:///{file}"
        # One after the other: Alembic keeps what it works on in a global.
        state = await State.open(url)
        await state.database.close()  # a server has room for some connections only
        if not server:
            self._template = self._template or file
        return url, state

    async def _tell_all(self, rows: list[tuple[Row, str]], grounds: dict[Key, Ground]) -> Outcomes:
        room = asyncio.Semaphore(AT_ONCE)
        outcomes: Outcomes = {}

        async def tell(row: Row, database: str) -> None:
            async with room:
                key = row.fault, database
                outcomes[key] = await self._outcome(row.story, grounds[key])

        await asyncio.gather(*(tell(*each) for each in rows if not each[0].alone))
        for each in rows:
            if each[0].alone:
                await tell(*each)
        return outcomes

    async def _outcome(self, story: Story, ground: Ground) -> Exception | None:
        try:
            async with asyncio.timeout(patience(LONGEST)), self._scene.opened(ground) as scene:
                await story(scene)
        except Exception as error:
            return error
        return None


def _marks(row: Row, database: str) -> tuple[pytest.MarkDecorator, ...]:
    return () if database in row.by_default else (pytest.mark.matrix,)
