"""What became of the rows of a table, which are told all together before the first is judged."""

from __future__ import annotations

from functools import partial
from types import ModuleType
from typing import cast

import pytest
import pytest_asyncio

from tests.delivery.bases import build_bases
from tests.delivery.inside import several
from tests.delivery.table import Outcomes, Row, Table
from tests.forks import Forks


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outcomes(
    request: pytest.FixtureRequest, forks: Forks, tmp_path_factory: pytest.TempPathFactory
) -> Outcomes:
    """What became of the rows of the module's `TABLE` that were asked for."""
    module = cast(ModuleType, request.module)  # pyright: ignore[reportUnknownMemberType]
    table: Table = module.TABLE
    rows = [
        cast("tuple[Row, str]", (item.callspec.params["row"], item.callspec.params["database"]))
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.getparent(pytest.Module) is request.node
        and "outcomes" in item.fixturenames
    ]
    asks = any(database == "postgresql" for _, database in rows)
    server = request.getfixturevalue("postgres") if asks else None
    bases = build_bases(tmp_path_factory.mktemp("bases"))
    new_folder = partial(tmp_path_factory.mktemp, "case")
    with several():
        return await table.tell(rows, bases, forks, new_folder, server)
