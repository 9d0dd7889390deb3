"""Processes that deliver, forked from one that has imported everything: importing takes seconds.

`python -m tests.delivery.forks` reads a line with the file for a process's log and its orders, and
forks; it writes the process's number, and later that number again with the code of its end. A line
`kill NUMBER` kills a process that still runs.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import select
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.facts.dates import parse_date
from tests.delivery import process
from tests.delivery.orders import Orders

ROOT = Path(__file__).parents[2]
_POLL = 0.02


class Deliverer:
    """A process that delivers, and what it has written."""

    def __init__(
        self,
        process_id: int,
        log: Path,
        ending: asyncio.Future[int],
        killer: Callable[[int], None],
    ) -> None:
        self._process_id = process_id
        self._killer = killer
        self._log = log
        self._ending = ending

    @property
    def log(self) -> str:
        """All that it has written so far."""
        return self._log.read_text("utf-8", errors="replace")

    @property
    def process_id(self) -> int:
        """Its number on this machine."""
        return self._process_id

    @property
    def is_stopped(self) -> bool:
        """Whether a signal has stopped it for now."""
        # The state stands behind the name, which is in parentheses.
        status = Path(f"/proc/{self._process_id}/stat").read_text("ascii")
        return status.rpartition(")")[2].split()[0] == "T"

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self._ending.done()

    async def ended(self, seconds: float = 40) -> int:
        """Wait until it ends; return its exit code, which is negative for a signal."""
        async with asyncio.timeout(seconds):
            return await asyncio.shield(self._ending)

    def send(self, name: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self._process_id, name)

    def fill_disk(self, file: Path) -> None:
        """Let no file of the process grow beyond the present size of one: the disk is full."""
        self._limit_files(file.stat().st_size)

    def clear_disk(self) -> None:
        """Let the process's files grow again."""
        self._limit_files(resource.RLIM_INFINITY)

    def _limit_files(self, size: int) -> None:
        _, most = resource.prlimit(self._process_id, resource.RLIMIT_FSIZE)
        resource.prlimit(self._process_id, resource.RLIMIT_FSIZE, (size, most))

    async def kill(self) -> None:
        """End it, if it still runs, without asking it."""
        # Its parent does it, which alone knows that the number is still that process's.
        self._killer(self._process_id)
        await self.ended()


class Forks:
    """The process that forks: `async with Forks(folder) as forks`. Logs are kept in `folder`."""

    _server: Process
    _reading: asyncio.Task[None]

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._starting: asyncio.Queue[asyncio.Future[int]] = asyncio.Queue()
        self._endings: dict[int, asyncio.Future[int]] = {}
        self._started = 0

    async def __aenter__(self) -> Self:
        """Start it."""
        self._server = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.delivery.forks", stdin=PIPE, stdout=PIPE, cwd=ROOT
        )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        assert self._server.stdin
        self._server.stdin.close()
        await self._server.wait()
        await self._reading

    async def start(self, orders: Orders) -> Deliverer:
        """Start a process that delivers."""
        assert self._server.stdin
        self._started += 1
        log = self._folder / f"{self._started}.log"
        log.touch()
        started = asyncio.get_running_loop().create_future()
        self._starting.put_nowait(started)
        self._server.stdin.write(f"{log} {orders.written()}\n".encode())
        process_id = await started
        return Deliverer(process_id, log, self._endings[process_id], self._kill)

    def _kill(self, process_id: int) -> None:
        assert self._server.stdin
        self._server.stdin.write(f"kill {process_id}\n".encode())

    async def _read(self) -> None:
        assert self._server.stdout
        async for line in self._server.stdout:
            process_id, *code = map(int, line.split())
            if code:
                self._endings[process_id].set_result(code[0])
            else:
                self._endings[process_id] = asyncio.get_running_loop().create_future()
                self._starting.get_nowait().set_result(process_id)
        while not self._starting.empty():
            ended = RuntimeError("the process that forks has ended")
            self._starting.get_nowait().set_exception(ended)


def main() -> None:
    """Fork for every line of the standard input, until its end."""
    _warm_up()
    running: set[int] = set()
    waiting = b""
    while True:
        if select.select([0], [], [], _POLL)[0]:
            read = os.read(0, 65536)
            if not read:
                break
            *lines, waiting = (waiting + read).split(b"\n")
            for line in lines:
                _obey(line.decode(), running)
        for process_id in list(running):
            ended, status = os.waitpid(process_id, os.WNOHANG)
            if ended:
                running.discard(process_id)
                print(process_id, os.waitstatus_to_exitcode(status), flush=True)
    for process_id in running:
        with suppress(ProcessLookupError):
            os.kill(process_id, signal.SIGKILL)


def _warm_up() -> None:
    """Do once what every process would do first, and leave what is there to all of them."""
    parse_date("2021-05-04")  # its grammar is put together at the first date
    gc.collect()
    gc.freeze()


def _obey(line: str, running: set[int]) -> None:
    word, rest = line.split(" ", 1)
    if word != "kill":
        running.add(_fork(word, rest))
    elif int(rest) in running:
        os.kill(int(rest), signal.SIGKILL)


def _fork(log: str, orders: str) -> int:
    process_id = os.fork()
    if process_id:
        print(process_id, flush=True)
        return process_id
    code = 1
    try:
        for number, name in ((0, os.devnull), (1, os.devnull), (2, log)):
            os.dup2(os.open(name, os.O_RDWR | os.O_APPEND), number)
        process.main(orders)
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
