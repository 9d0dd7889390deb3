"""What `run --once-check` finds where a start would refuse, without a Discord."""

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.cli import preflight
from bot.config import Config
from bot.runtime.health import Check
from bot.runtime.serve import UnreachableDiscord
from bot.shards import Shards
from bot.state import sessions
from bot.state.database import Database
from tests.databases import Postgres
from tests.other_user import as_another_user, public_folder
from tests.pgbouncer import Pool, transaction_pool

__all__ = ["public_folder", "transaction_pool"]

Checks = dict[str, Check]
A_PART = Shards.read("0-1/4")


@pytest.fixture(autouse=True)
def no_discord(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Discord answers."""

    async def away(*_: object) -> None:
        raise UnreachableDiscord("away")

    monkeypatch.setattr(preflight, "log_in", away)


@pytest.fixture
def closed_folder(public_folder: Path) -> Path:
    """A folder that others may enter, and not write to."""
    public_folder.chmod(0o755)
    return public_folder


async def checked(folder: Path, state: str | None = None, shards: Shards | None = None) -> Checks:
    """Each check of a bot without a base, by name."""
    nothing = folder / "nothing"
    config = Config(facts=nothing, seeds=nothing, data=folder, state=state, shards=shards)
    return {check.name: check async for check in preflight.checks(config, "a token")}


async def test_several_processes_cannot_share_sqlite(tmp_path: Path) -> None:
    found = await checked(tmp_path, shards=A_PART)
    assert found["state"].is_fine
    assert not found["shards"].is_fine
    assert "SQLite is for one process" in found["shards"].detail


async def test_nothing_of_a_state_is_made(tmp_path: Path) -> None:
    found = await checked(tmp_path, f"sqlite:///{tmp_path}/states/state.db")
    assert found["state"].is_fine
    assert found["shards"] == Check("shards", True, "all")
    assert not (tmp_path / "states").exists()


async def test_a_new_state_in_a_folder_that_the_bot_may_not_write_to(closed_folder: Path) -> None:
    with as_another_user():
        found = await checked(closed_folder, f"sqlite:///{closed_folder}/states/state.db")
    assert not found["state"].is_fine
    assert f"may not write to {closed_folder}" in found["state"].detail
    assert "shards" not in found


@pytest.mark.parametrize("with_tables", [True, False])
async def test_a_database_that_can_only_be_read(
    tmp_path: Path, postgres: Postgres, with_tables: bool
) -> None:
    url = postgres.new_database(with_tables=with_tables)
    assert (await checked(tmp_path, url))["state"].is_fine
    await run(url, "ALTER DATABASE {} SET default_transaction_read_only = on")
    found = await checked(tmp_path, url)
    assert not found["state"].is_fine
    assert "read-only transaction" in found["state"].detail


async def test_no_table_is_left_in_a_new_database(tmp_path: Path, postgres: Postgres) -> None:
    url = postgres.new_database(with_tables=False)
    for _ in range(2):
        found = await checked(tmp_path, url)
        assert found["state"].detail == "new; its tables are made at the start"


async def test_a_pooler_without_sessions(
    tmp_path: Path,
    postgres: Postgres,
    transaction_pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sessions, "HEARD_WITHIN", 1)
    url = transaction_pool(postgres.new_database())
    part = (await checked(tmp_path, url, A_PART))["shards"]
    assert not part.is_fine
    assert "Several processes need a direct connection" in part.detail
    alone = (await checked(tmp_path, url))["shards"]
    assert alone.is_fine
    assert "nothing keeps a second process away" in alone.detail


async def test_the_shards_of_one_of_several_processes(tmp_path: Path, postgres: Postgres) -> None:
    found = await checked(tmp_path, postgres.new_database(), A_PART)
    assert found["shards"] == Check("shards", True, "0-1/4")


async def run(url: str, statement: str) -> None:
    """Change a database, whose name is put in place of the braces."""
    database = Database.at(url)
    async with database.transaction() as connection:
        name = (await connection.execute(text("SELECT current_database()"))).scalar_one()
        await connection.execute(text(statement.format(name)))
    await database.close()
