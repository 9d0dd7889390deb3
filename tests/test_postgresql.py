"""PostgreSQL as hosts have it: behind poolers, and under the addresses that providers give."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.state.address import PostgresAddress, read
from bot.state.database import Database
from bot.state.errors import DatabaseUnavailable
from bot.state.state import State
from tests.databases import Postgres
from tests.pgbouncer import (
    Certificate,
    Pool,
    certificate,
    pooled,
    self_signed,
    session_pool,
    transaction_pool,
)

__all__ = ["certificate", "session_pool", "transaction_pool"]

SERVERS = range(1, 41)


async def use(state: State) -> None:
    """Read and write from many tasks at once, so that the pooler mixes their transactions."""

    async def one(server_id: int) -> None:
        await state.settings.choose_language(server_id, "ja")
        await state.digests.next_due()
        await state.digests.get(server_id)

    await asyncio.gather(*map(one, SERVERS))


async def test_two_processes_work_behind_a_pooler_in_transaction_mode(
    postgres: Postgres, transaction_pool: Pool
) -> None:
    url = transaction_pool(postgres.new_database())
    first, second = await State.open(url), await State.open(url)
    for _ in range(3):
        await asyncio.gather(use(first), use(second))
    await second.settings.load()
    assert second.settings.present() == frozenset(SERVERS)
    await first.close()
    await second.close()


async def test_where_no_notification_arrives_a_change_is_assumed(
    postgres: Postgres, transaction_pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.state.sessions.HEARD_WITHIN", 0.3)
    state = await State.open(transaction_pool(postgres.new_database()))
    changes = state.change_feed()
    assert [await changes.has_changed() for _ in range(3)] == [True, True, True]
    await changes.close()
    await state.close()


async def test_a_pooler_in_session_mode_passes_notifications_on(
    postgres: Postgres, session_pool: Pool
) -> None:
    state = await State.open(session_pool(postgres.new_database()))
    changes = state.change_feed()
    assert [await changes.has_changed() for _ in range(2)] == [True, False]
    await state.settings.choose_language(1, "ja")
    async with asyncio.timeout(10):
        while not await changes.has_changed():  # noqa: ASYNC110 - it is asked, as by a scheduler
            await asyncio.sleep(0.01)
    await changes.close()
    await state.close()


async def test_an_address_from_a_provider_opens(postgres: Postgres) -> None:
    url = postgres.new_database().replace("postgresql://", "postgres://")
    options = "sslmode=prefer&application_name=desk&connect_timeout=10&channel_binding=prefer"
    database = await Database.open(f"{url}&{options}&pgbouncer=true&keepalives=1")
    async with database.transaction() as connection:
        shown = await connection.execute(text("SHOW application_name"))
        assert shown.scalar_one() == "desk"
    await database.close()


async def test_a_connection_is_encrypted_and_its_certificate_checked_as_the_address_says(
    postgres: Postgres, certificate: Certificate, tmp_path: Path
) -> None:
    strange = self_signed(tmp_path)
    with pooled(postgres.new_database(), "session", certificate) as url:
        for options in (
            "sslmode=require",
            f"sslmode=verify-full&sslrootcert={certificate.file}",
        ):
            state = await State.open(f"{url}?{options}")
            await state.settings.choose_language(1, "ja")
            await state.close()
        for options, reason in {
            "sslmode=disable": "SSL required",
            f"sslmode=verify-full&sslrootcert={strange.file}": "certificate verify failed",
        }.items():
            with pytest.raises(DatabaseUnavailable) as refused:
                await State.open(f"{url}?{options}")
            assert reason in refused.value.reason


async def test_a_server_without_encryption_is_refused_where_the_address_wants_it(
    postgres: Postgres, session_pool: Pool
) -> None:
    with pytest.raises(DatabaseUnavailable) as refused:
        await State.open(f"{session_pool(postgres.new_database())}?sslmode=require")
    assert "SSL" in refused.value.reason


@pytest.mark.parametrize(
    ("options", "dsn", "timeout"),
    [
        ("", "", None),
        ("?sslmode=require", "?sslmode=require", None),
        ("?ssl=true", "?sslmode=require", None),
        ("?ssl=verify-full&sslrootcert=ca.pem", "?sslmode=verify-full&sslrootcert=ca.pem", None),
        ("?connect_timeout=20", "", 20),
        ("?timeout=7&connect_timeout=20", "", 7),
        ("?connect_timeout=0", "", None),
        ("?host=a&host=b", "?host=a%2Cb", None),
        ("?pgbouncer=true&connection_limit=1&pool_timeout=9&socket_timeout=9&supa=base", "", None),
        ("?channel_binding=prefer&client_encoding=utf8&gssencmode=disable", "", None),
        ("?keepalives=1&keepalives_count=9&keepalives_idle=9&keepalives_interval=9", "", None),
        ("?tcp_user_timeout=9&command_timeout=9&statement_cache_size=9", "", None),
        ("?prepared_statement_cache_size=9", "", None),
    ],
)
def test_options_are_translated_for_the_driver(
    options: str, dsn: str, timeout: float | None
) -> None:
    plain = "postgresql://me:a%40b@example.org:6543/desk"
    assert read(f"{plain}{options}") == PostgresAddress(f"{plain}{dsn}", timeout)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql+asyncpg", "postgresql+psycopg2"])
def test_a_library_in_the_scheme_is_left_out(scheme: str) -> None:
    assert read(f"{scheme}://me@example.org/desk") == read("postgresql://me@example.org/desk")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://me:secret@127.0.0.1:65536/desk", "there is no port 65536"),
        ("postgresql://me:secret@127.0.0.1:0/desk", "there is no port 0"),
        (
            "postgresql://me:secret@127.0.0.1/desk?sslmode=safe",
            "`sslmode` parameter must be one of",
        ),
        ("postgresql://me:secret@127.0.0.1/desk?sslmode=verify-ca&sslrootcert=/no", "No such file"),
        ("postgresql://me:secret@127.0.0.1/desk?connect_timeout=soon", "`soon`"),
        ("postgresql://me:secret@127.0.0.1/desk?shema=desk", "unknown option `shema`"),
        ("postgresql://me:secret@127.0.0.1/desk?port=99999", "there is no port 99999"),
    ],
)
async def test_an_address_that_cannot_be_used_says_why(url: str, reason: str) -> None:
    with pytest.raises(DatabaseUnavailable) as refused:
        await Database.open(url)
    assert reason in refused.value.reason
    assert "secret" not in refused.value.reason
