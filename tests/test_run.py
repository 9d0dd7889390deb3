"""`python -m bot run` as a real process, with real sockets, against a small Discord on loopback.

What only a process can show: logging in, coming back after a lost connection, stopping on a signal,
what a restart remembers, exit codes, and that the token is never written anywhere.
"""

import asyncio
import functools
import json
import os
import shutil
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, ParamSpec, Protocol, TypeVar

import aiohttp
import pytest

from bot.cli.token import REFUSED, REPLACE
from bot.config import Config
from bot.runtime.session_starts import SPARE
from bot.state.database import Database
from bot.state.locks import FileLock
from bot.state.migrations import versions
from bot.state.upgrade import migrate
from tests.forks import Call, Forks, Piped
from tests.little_discord import LittleDiscord
from tests.patience import patience

ROOT = Path(__file__).parents[1]
SECRET = "0nly-f0r-tests-and-no-real-secret"
TOKEN = f"MTAwMDAwMDAwMDAwMDAwMDAwMQ.GfAkE0.{SECRET}"
COMPONENTS_V2 = 1 << 15

T = TypeVar("T")
P = ParamSpec("P")


def within(
    seconds: float,
) -> Callable[[Callable[P, Coroutine[Any, Any, None]]], Callable[P, Coroutine[Any, Any, None]]]:
    """Return a decorator that fails a test which takes longer than `seconds`."""

    def bounded(
        test: Callable[P, Coroutine[Any, Any, None]],
    ) -> Callable[P, Coroutine[Any, Any, None]]:
        @functools.wraps(test)
        async def run(*args: P.args, **kwargs: P.kwargs) -> None:
            async with asyncio.timeout(patience(seconds)):
                await test(*args, **kwargs)

        return run

    return bounded


class Run:
    """One process of the bot, and what it has written."""

    def __init__(self, piped: Piped) -> None:
        self._process = piped.process
        self._stdout = bytearray()
        self._stderr = bytearray()
        self._readers = asyncio.gather(
            _collect(piped.stdout, self._stdout), _collect(piped.stderr, self._stderr)
        )

    @property
    def output(self) -> str:
        """All that it has written so far."""
        return (self._stdout + self._stderr).decode(errors="replace")

    def log(self) -> list[dict[str, Any]]:
        """Return the entries of its log, which are the lines that are JSON objects."""
        return [json.loads(line) for line in self.output.splitlines() if line.startswith("{")]

    def without_log(self) -> list[str]:
        """Return the lines that are no entries of its log, so what it said to people."""
        return [line for line in self.output.splitlines() if not line.startswith("{")]

    async def until(self, awaited: Awaitable[T]) -> T:
        """Return what `awaited` gives; where that fails or the bot ends first, show its output."""
        waiting = asyncio.ensure_future(awaited)
        ending = asyncio.ensure_future(self._process.ended())
        try:
            await asyncio.wait({waiting, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                await self._readers
                pytest.fail(f"the bot ended with {self._process.code}:\n{self.output}")
            if waiting.exception() is not None:
                pytest.fail(f"{waiting.exception()}\nthe bot wrote:\n{self.output}")
            return waiting.result()
        finally:
            waiting.cancel()
            ending.cancel()

    async def ended(self, seconds: float = 20) -> int:
        """Wait until the process ends by itself; return its exit code."""
        try:
            code = await self._process.ended(seconds)
        except TimeoutError:
            pytest.fail(f"the bot still runs after {seconds:g} s; it wrote:\n{self.output}")
        await self._readers
        return code

    async def stop(self) -> int:
        """Send SIGTERM; return the exit code, which is due within 5 seconds."""
        self._process.send(signal.SIGTERM)
        return await self.ended(5)

    @property
    def process_id(self) -> int:
        """Its number on this machine."""
        return self._process.process_id

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return not self._process.has_ended

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._process.send(number)

    async def kill(self) -> None:
        """End the process, if it still runs, without asking it."""
        self._process.send(signal.SIGKILL)
        await self.ended()


async def _collect(pipe: BinaryIO, into: bytearray) -> None:
    stream = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(stream)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
    while chunk := await stream.read(65536):
        into += chunk


class Start(Protocol):
    """What the fixture `start` gives."""

    async def __call__(
        self,
        *options: str,
        imported: bool = True,
        verb: str = "run",
        monitoring: str | None = None,
        facts: str = str(ROOT / "facts"),
        **environment: str,
    ) -> Run:
        """Start `python -m bot run` with these options, and these variables over a bare world.

        It is forked with everything imported, or imports by itself in an interpreter of its own.
        """
        ...


@pytest.fixture
async def discord() -> AsyncIterator[LittleDiscord]:
    """A small Discord that listens on loopback."""
    async with LittleDiscord(TOKEN) as discord:
        yield discord


@pytest.fixture
def data(tmp_path: Path, config: Config) -> Path:
    """The bot's data folder, which outlives its processes: a built base, and no state."""
    data = tmp_path / "data"
    shutil.copytree(config.data, data, ignore=shutil.ignore_patterns("state.db*"))
    return data


@pytest.fixture
async def start(
    discord: LittleDiscord, data: Path, tmp_path: Path, forks: Forks
) -> AsyncIterator[Start]:
    """A way to start the bot; afterwards no process is left, and no token anywhere it wrote."""
    config = tmp_path / "config.yaml"
    settings = {
        "seeds": str(ROOT / "seeds"),
        "data": str(data),
        "log": "json",
    }
    runs: list[Run] = []

    async def start(
        *options: str,
        imported: bool = True,
        verb: str = "run",
        monitoring: str | None = None,
        facts: str = str(ROOT / "facts"),
        **environment: str,
    ) -> Run:
        given = settings | {"facts": facts}
        given |= {"monitoring": monitoring} if monitoring else {}
        # JSON is YAML, and quotes whatever a path may hold.
        config.write_text(json.dumps(given), encoding="utf-8")
        bare = {key: value for key, value in os.environ.items() if "DISCORD" not in key}
        module = "tests.little_discord.launch"
        arguments = (str(discord.port), verb, "--config", str(config), *options)
        call = (
            Call(f"{module}:main", arguments, bare | environment)
            if imported
            else Call.of_interpreter("-m", module, *arguments, environment=bare | environment)
        )
        piped = forks.open(call)
        piped.stdin.close()
        runs.append(Run(piped))
        return runs[-1]

    yield start
    for run in runs:
        await run.kill()
    for run in runs:
        assert SECRET not in run.output
    assert SECRET.encode() not in everything_in(data)


@within(40)
async def test_identifies_with_the_guilds_intent_and_nothing_else(
    discord: LittleDiscord, start: Start
) -> None:
    run = await start(DISCORD_TOKEN=TOKEN)
    assert (await run.until(discord.gateway.identified()))["intents"] == 1


@within(60)
async def test_uploads_its_commands_once(discord: LittleDiscord, start: Start) -> None:
    first = await start(DISCORD_TOKEN=TOKEN)
    assert "event" in {c["name"] for c in await first.until(discord.synced())}
    await first.until(discord.gateway.identified())
    assert await first.stop() == 0

    again = await start(DISCORD_TOKEN=TOKEN)
    await again.until(discord.gateway.identified(2))
    # An answer shows that it is past all that it does at the start.
    await again.until((await discord.typing("event", {"name": "to"}, "name")).chosen())
    assert await again.stop() == 0
    assert discord.syncs == 1


@within(40)
async def test_answers_a_command_with_a_card_that_mentions_nobody(
    discord: LittleDiscord, start: Start
) -> None:
    run = await start(DISCORD_TOKEN=TOKEN)
    await run.until(discord.gateway.identified())
    await answers_tokyo(discord, run)


@within(40)
async def test_suggests_names_while_one_types(discord: LittleDiscord, start: Start) -> None:
    run = await start(DISCORD_TOKEN=TOKEN)
    await run.until(discord.gateway.identified())
    for typed in ("", "tok"):
        typing = await discord.typing("event", {"name": typed}, "name")
        choices = await run.until(typing.chosen())
        assert 1 <= len(choices) <= 25
        assert all(1 <= len(choice["name"]) <= 100 for choice in choices)


@within(60)
async def test_says_whether_it_is_well_and_what_it_has_counted(
    discord: LittleDiscord, start: Start
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    run = await start(DISCORD_TOKEN=TOKEN, monitoring=address)
    await run.until(discord.gateway.identified())
    await answers_tokyo(discord, run)
    await run.until((await discord.typing("event", {"name": "to"}, "name")).chosen())

    well = await run.until(fetched(f"http://{address}/health", 200))
    assert set(json.loads(well)["checks"]) == {"gateway", "base", "state", "scheduler"}
    asked = await start(verb="health", monitoring=address)
    assert await asked.ended() == 0
    assert "gateway    fine   connected, 1 server" in asked.output
    metrics = await run.until(fetched(f"http://{address}/metrics", 200))
    for line in (
        'factdesk_interactions_total{kind="command",name="event",outcome="answered"} 1.0',
        'factdesk_answer_seconds_count{kind="command"} 1.0',
        "factdesk_autocompletes_total 1.0",
        "factdesk_gateway_connections_total 1.0",
        "factdesk_servers 1.0",
    ):
        assert line in metrics.splitlines(), metrics

    second = await start(DISCORD_TOKEN=TOKEN, monitoring=address)
    assert await second.ended() == 1
    assert second.without_log() == [f"{address}: Address already in use."]

    await discord.stop()
    unwell = json.loads(await run.until(fetched(f"http://{address}/health", 503)))
    assert unwell["checks"]["gateway"] == {"fine": False, "detail": "not connected to Discord"}
    asked = await start(verb="health", monitoring=address)
    assert await asked.ended() == 1
    assert "gateway    WRONG  not connected to Discord" in asked.output
    assert await run.stop() == 0
    asked = await start(verb="health", monitoring=address)
    assert await asked.ended() == 1
    assert asked.without_log()[0].startswith(f"No bot answers at {address}")


@within(60)
@pytest.mark.parametrize("disturbance", ["a lost connection", "op 7", "a lost session"])
async def test_comes_back(discord: LittleDiscord, start: Start, disturbance: str) -> None:
    run = await start(DISCORD_TOKEN=TOKEN)
    await run.until(discord.gateway.identified())
    await answers_tokyo(discord, run)
    match disturbance:
        case "a lost connection":
            discord.gateway.drop()
            await run.until(discord.gateway.resumed())
        case "op 7":
            await discord.gateway.ask_to_reconnect()
            await run.until(discord.gateway.resumed())
        case _:
            await discord.gateway.end_session()
            await run.until(discord.gateway.identified(2))
    await run.until(discord.gateway.returned())
    await answers_tokyo(discord, run)
    assert discord.syncs == 1


@within(40)
@pytest.mark.parametrize(
    "token",
    [{}, {"DISCORD_TOKEN": ""}, {"DISCORD_TOKEN": f"MTAw.GfAkE0.{SECRET}"}],
    ids=["missing", "empty", "wrong"],
)
async def test_refuses_a_missing_or_wrong_token_in_one_sentence(
    discord: LittleDiscord, start: Start, token: dict[str, str]
) -> None:
    run = await start(imported=True, **token)
    assert await run.ended() == 2
    refused_in_one_sentence(run)
    assert discord.gateway.identifies == []


@within(40)
async def test_ends_when_the_token_is_taken_back(discord: LittleDiscord, start: Start) -> None:
    run = await start(DISCORD_TOKEN=TOKEN)
    await run.until(discord.gateway.identified())
    await answers_tokyo(discord, run)
    await discord.gateway.close(4004)
    assert await run.ended() == 2
    refused_in_one_sentence(run)
    assert f"{REFUSED}, {REPLACE}." in run.output


@within(40)
async def test_waits_for_a_gateway_that_is_away_at_the_start(
    discord: LittleDiscord, start: Start
) -> None:
    discord.gateway.away = True
    run = await start(DISCORD_TOKEN=TOKEN)
    await run.until(discord.gateway.refused())
    discord.gateway.away = False
    await run.until(discord.gateway.identified())


@within(40)
async def test_stops_also_while_the_gateway_is_away(discord: LittleDiscord, start: Start) -> None:
    run = await start(DISCORD_TOKEN=TOKEN)
    await run.until(discord.gateway.identified())
    discord.gateway.away = True
    discord.gateway.drop()
    await run.until(discord.gateway.refused(2))
    assert await run.stop() == 0


@within(40)
async def test_stops_cleanly_when_told_to(discord: LittleDiscord, start: Start, data: Path) -> None:
    shutil.rmtree(data)  # as at the very first start
    run = await start(imported=False, DISCORD_TOKEN=TOKEN)
    await run.until(discord.gateway.identified())
    await answers_tokyo(discord, run)
    assert await run.stop() == 0
    # With any other code Discord would show the bot as online until the session times out.
    assert await discord.gateway.closed() == 1000
    assert "Traceback" not in run.output


@within(40)
async def test_tells_systemd_that_it_is_ready_alive_and_stopping(
    discord: LittleDiscord, start: Start
) -> None:
    with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hears:
        hears.bind(f"{folder}/notify")
        hears.setblocking(False)
        heard: list[bytes] = []
        loop = asyncio.get_running_loop()
        loop.add_reader(hears, lambda: heard.append(hears.recv(100)))
        discord.gateway.away = True
        run = await start(
            DISCORD_TOKEN=TOKEN, NOTIFY_SOCKET=f"{folder}/notify", WATCHDOG_USEC="100000"
        )
        await run.until(discord.gateway.refused())
        await run.until(asyncio.sleep(0.5))
        assert b"READY=1" in heard
        assert heard.count(b"WATCHDOG=1") >= 3
        assert b"STOPPING=1" not in heard
        assert await run.stop() == 0
        loop.remove_reader(hears)
        assert b"STOPPING=1" in heard


@within(40)
async def test_takes_the_token_from_a_file(
    discord: LittleDiscord, start: Start, tmp_path: Path
) -> None:
    secret = tmp_path / "token"
    # Editors end a file with a line break, which is no part of the token.
    secret.write_text(f"{TOKEN}\n", encoding="utf-8")
    run = await start(DISCORD_TOKEN_FILE=str(secret))
    await run.until(discord.gateway.identified())


@within(40)
async def test_says_which_token_file_it_cannot_read(start: Start, tmp_path: Path) -> None:
    run = await start(DISCORD_TOKEN_FILE=str(tmp_path / "nothing-here"))
    assert await run.ended() == 2
    refused_in_one_sentence(run)
    assert "nothing-here" in run.without_log()[0]


@within(60)
async def test_from_a_token_to_a_running_bot_in_three_verbs(
    discord: LittleDiscord, start: Start, data: Path, tmp_path: Path
) -> None:
    made = await start(verb="init", DISCORD_TOKEN=TOKEN)
    assert await made.ended() == 0, made.output
    assert "The token is that of Factdesk (1000000000000000001)." in made.output
    invitation = "client_id=1000000000000000001&scope=bot+applications.commands&permissions="
    assert f"{invitation}274877975552\n" in made.output
    secret = tmp_path / ".env"
    assert secret.stat().st_mode & 0o777 == 0o600

    checked = await start("--once-check")
    assert await checked.ended() == 0, checked.output
    found = fine(checked)
    assert found.pop("commands").endswith(", to be uploaded")
    assert found == {
        "token": "that of Factdesk (1000000000000000001)",
        "gateway": "intents guilds, none of them privileged; 999 of 1000 starts left today",
        "base": "The South Korea-Japan rapprochement",
        "state": "new; its tables are made at the start",
        "shards": "all",
    }
    assert not (data / "state.db").exists()

    run = await start()
    await run.until(discord.gateway.identified())
    checked = await start("--once-check")
    assert await checked.ended() == 0
    assert fine(checked)["commands"].endswith(", uploaded")
    assert fine(checked)["state"] == f"tables of version {versions()[-1]}"

    again = await start(verb="init", DISCORD_TOKEN=TOKEN)
    assert await again.ended() == 2
    assert f"{secret} is there already" in again.output


@within(40)
async def test_a_check_names_all_that_would_keep_it_from_running(
    discord: LittleDiscord, start: Start, data: Path
) -> None:
    shutil.rmtree(data)
    await (await Database.open(f"sqlite:///{data}/state.db")).close()
    with closing(sqlite3.connect(data / "state.db")) as state, state:
        state.execute("UPDATE alembic_version SET version_num = '9999'")
    checked = await start("--once-check", facts=str(data), DISCORD_TOKEN=f"MTAw.G.{SECRET}")
    assert await checked.ended() == 1
    assert [line.split()[:2] for line in checked.without_log()] == [
        ["token", "WRONG"],
        ["base", "WRONG"],
        ["state", "WRONG"],
    ]
    assert "tables are of version 9999" in checked.output
    assert f"{REFUSED}, {REPLACE}" in checked.output

    discord.gateway.remaining = SPARE
    checked = await start("--once-check", DISCORD_TOKEN=TOKEN)
    assert await checked.ended() == 1
    assert f"WRONG  intents guilds, none of them privileged; {SPARE} of 1000" in checked.output
    assert discord.gateway.identifies == []


@within(40)
async def test_an_older_process_keeps_its_tables_until_it_ends(start: Start, data: Path) -> None:
    database = await Database.open(f"sqlite:///{data}/state.db")
    async with database.transaction() as connection:
        await connection.run_sync(migrate, versions()[-2])
    await database.close()
    older = FileLock(data / "state.db")
    assert older.take()
    run = await start(DISCORD_TOKEN=TOKEN)
    assert await run.ended() == 1
    assert run.without_log() == [
        "An older version of Factdesk still runs on this state. Its tables are brought from"
        f" version {versions()[-2]} to {versions()[-1]} once every process of that one has been"
        " stopped."
    ]
    older.release()


def fine(run: Run) -> dict[str, str]:
    """What a check found of each thing that is fine."""
    lines = (line.split(maxsplit=2) for line in run.without_log())
    return {name: detail for name, verdict, detail in lines if verdict == "fine"}


@within(40)
async def test_logs_one_json_object_a_line(discord: LittleDiscord, start: Start) -> None:
    run = await start(DISCORD_TOKEN=TOKEN)
    await run.until(discord.gateway.identified())
    await answers_tokyo(discord, run)
    assert await run.stop() == 0
    assert run.without_log() == []
    assert all({"event", "level", "timestamp"} <= entry.keys() for entry in run.log())
    assert run.log()


async def answers_tokyo(discord: LittleDiscord, run: Run) -> None:
    """Ask for the summit in Tokyo and check the reply."""
    asked = await discord.slash("event", {"name": "tokyo summit"})
    reply = await run.until(asked.replied())
    assert reply["flags"] & COMPONENTS_V2
    assert reply["allowed_mentions"] == {"parse": []}
    assert "Tokyo" in json.dumps(reply["components"])


async def fetched(address: str, status: int) -> str:
    """What a page says once it answers with a status."""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(address) as response:
                if response.status == status:
                    return await response.text()
            await asyncio.sleep(0.1)


def everything_in(folder: Path) -> bytes:
    """Return the contents of all files in `folder`, one after the other."""
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def refused_in_one_sentence(run: Run) -> None:
    """Check that, beside its log, the process said one sentence and showed no inner workings."""
    assert "Traceback" not in run.output
    said = run.without_log()
    assert len(said) == 1
    assert ". " not in said[0]
