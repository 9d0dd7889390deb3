"""Processes forked from one that has imported everything, which takes an interpreter seconds.

`Forks` starts that process. Each `Forks.start` has it fork, and the fork runs a function such as
`bot.__main__:main` with arguments, environment, folder and standard streams of its own. It ends as
a program does: threads are joined, streams are flushed, and the exit code is the one that
`sys.exit` was given. A few tests start a real interpreter instead (`Call.of_interpreter`), as only
that shows what happens while the program is being imported.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from types import SimpleNamespace, TracebackType
from typing import Any, BinaryIO, NoReturn, Self

from tests.patience import patience

ROOT = Path(__file__).resolve().parent.parent

_LARGEST = 1 << 20  # bytes of a call
_NUMBER = 8  # bytes of a number as the process that forks tells it
_PRELOADED = (
    "bot.__main__",
    "bot.runtime.client",
    "bot.cli.app",
    "bot.local_page",
    "bot.terminal",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "asyncpg",
    "tests.delivery.process",
    "tests.little_discord.launch",
)


@dataclass(frozen=True)
class Call:
    """What a process runs: a function, as `module:name`, and what it finds around it."""

    function: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: str = str(ROOT)

    @classmethod
    def of_interpreter(cls, *arguments: str, **around: Any) -> Self:
        """A call of Python itself with arguments."""
        return cls("tests.forks:become_interpreter", arguments, **around)


class Forked:
    """A process that was forked."""

    def __init__(self, process_id: int, news: int, line: socket.socket) -> None:
        self.process_id = process_id
        self._news = news
        self._line = line
        self._code: int | None = None
        self._ending: asyncio.Future[None] | None = None

    @property
    def code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        if self._code is None and select.select([self._news], [], [], 0)[0]:
            self._code = _read(self._news)
            os.close(self._news)
        return self._code

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self.code is not None

    @property
    def is_stopped(self) -> bool:
        """Whether a signal has stopped it for now."""
        # The name, which comes before the state, is in parentheses.
        status = Path(f"/proc/{self.process_id}/stat").read_text("ascii")
        return status.rpartition(")")[2].split()[0] == "T"

    def send(self, name: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        # Its parent does it: only that knows that the number is still this process's.
        self._line.send(json.dumps([self.process_id, name]).encode())

    def wait(self, seconds: float = 60) -> int:
        """Wait until it ends; return its exit code."""
        seconds = patience(seconds)
        if self._code is None:
            select.select([self._news], [], [], seconds)
        if self.code is None:
            raise TimeoutError(f"process {self.process_id} still runs after {seconds:g} s")
        return self.code

    async def ended(self, seconds: float = 60) -> int:
        """Wait until it ends, while other tasks run; return its exit code."""
        if self._ending is None and not self.has_ended:
            loop = asyncio.get_running_loop()
            self._ending = loop.create_future()
            loop.add_reader(self._news, self._tell_end, loop, self._ending)
        if self._ending:
            async with asyncio.timeout(patience(seconds)):
                await asyncio.shield(self._ending)
        assert self.code is not None
        return self.code

    def _tell_end(self, loop: asyncio.AbstractEventLoop, ending: asyncio.Future[None]) -> None:
        loop.remove_reader(self._news)
        if not ending.done():
            ending.set_result(None)

    def kill(self) -> None:
        """End it, if it still runs, without asking it."""
        if not self.has_ended:
            self.send(signal.SIGKILL)
            self.wait()


@dataclass(frozen=True)
class Piped:
    """A process that was forked, and our ends of its standard streams."""

    process: Forked
    stdin: BinaryIO
    stdout: BinaryIO
    stderr: BinaryIO

    def close(self) -> None:
        """End the process and close the pipes."""
        self.process.kill()
        for pipe in (self.stdin, self.stdout, self.stderr):
            pipe.close()


class Forks:
    """The process that forks: `with Forks() as forks`."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forks", str(theirs.fileno())],
                cwd=ROOT,
                stdin=DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def __enter__(self) -> Self:
        """Let it import; the first `start` waits until that is done."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, and whatever was forked and still runs."""
        self._line.close()
        self._process.wait()

    def open(self, call: Call) -> Piped:
        """Fork a process with a pipe at each of its standard streams."""
        (stdin, write), (read_out, stdout), (read_err, stderr) = os.pipe(), os.pipe(), os.pipe()
        process = self.start(call, stdin, stdout, stderr)
        for theirs in (stdin, stdout, stderr):
            os.close(theirs)
        ours = os.fdopen(write, "wb", 0), os.fdopen(read_out, "rb"), os.fdopen(read_err, "rb")
        return Piped(process, *ours)

    def start(self, call: Call, stdin: int, stdout: int, stderr: int) -> Forked:
        """Fork a process with these standard streams, which stay the caller's to close."""
        news, theirs = os.pipe()
        try:
            written = json.dumps(asdict(call)).encode()
            socket.send_fds(self._line, [written], [stdin, stdout, stderr, theirs])
        finally:
            os.close(theirs)
        return Forked(_read(news), news, self._line)


def _read(news: int) -> int:
    told = os.read(news, _NUMBER)
    if not told:
        raise RuntimeError("the process that forks has ended")
    return int.from_bytes(told, signed=True)


def _tell(news: int, number: int) -> None:
    with suppress(BrokenPipeError):  # nobody waits for it any more
        os.write(news, number.to_bytes(_NUMBER, signed=True))


class _Parent:
    """The process that forks, from the inside."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._running: dict[int, int] = {}
        """The processes that run, each with where its end is to be told."""
        # Only with a handler, whatever it does, does a signal wake `select`.
        signal.signal(signal.SIGCHLD, _do_nothing)
        self._ended, self._wake_up = socket.socketpair()
        self._wake_up.setblocking(False)
        signal.set_wakeup_fd(self._wake_up.fileno(), warn_on_full_buffer=False)

    def serve(self) -> None:
        """Fork for every call, and pass signals on, until the other end of the line is closed."""
        while True:
            ready, _, _ = select.select([self._line, self._ended], [], [])
            if self._ended in ready:
                self._ended.recv(4096)
                self._tell_ends()
            if self._line in ready:
                written, streams, _, _ = socket.recv_fds(self._line, _LARGEST, 4)
                if not written:
                    break
                if streams:
                    self._fork(Call(**json.loads(written)), streams[:3], streams[3])
                else:
                    self._signal(*json.loads(written))
        for process_id in self._running:
            os.kill(process_id, signal.SIGKILL)

    def _tell_ends(self) -> None:
        for process_id in list(self._running):
            ended, status = os.waitpid(process_id, os.WNOHANG)
            if ended:
                news = self._running.pop(process_id)
                _tell(news, os.waitstatus_to_exitcode(status))
                os.close(news)

    def _signal(self, process_id: int, number: int) -> None:
        if process_id in self._running:
            os.kill(process_id, number)

    def _fork(self, call: Call, streams: list[int], news: int) -> None:
        process_id = os.fork()
        if not process_id:
            os.close(news)
            self._leave()
            _run(call, streams)
        self._running[process_id] = news
        _tell(news, process_id)
        for stream in streams:
            os.close(stream)

    def _leave(self) -> None:
        """Let go of everything that belongs to the parent, in the process that was forked."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (self._line, self._ended, self._wake_up):
            end.close()
        for news in self._running.values():
            os.close(news)


def _do_nothing(number: int, frame: object) -> None:
    pass


def main() -> None:
    """Fork for every call that comes over the socket whose number is the argument."""
    _warm_up()
    _Parent(socket.socket(fileno=int(sys.argv[1]))).serve()


def _warm_up() -> None:
    """Do once what every process would do first: build and open a base, open a state."""
    for name in _PRELOADED:
        importlib.import_module(name)
    _share_links()
    with TemporaryDirectory() as folder:
        asyncio.run(_open_base(Path(folder)))
        asyncio.run(_open_state(f"sqlite:///{folder}/state.db"))
    gc.collect()
    gc.freeze()  # a collection would write to all that is shared


def _share_links() -> None:
    """Have simcord's pages find links by rules that are made once, not for each text.

    The rules are of simcord's: every text that has links is given the same.
    """
    rules: Any = importlib.import_module("linkify_it").LinkifyIt()
    pages: Any = importlib.import_module("markdown_it.main")
    options: dict[str, bool] = {}
    rules.add, change = cache(rules.add), rules.set

    def set_once(given: dict[str, bool]) -> None:
        if not given.items() <= options.items():
            options.update(given)
            change(given)

    rules.set = set_once
    pages.linkify_it = SimpleNamespace(LinkifyIt=lambda: rules)


def _run(call: Call, streams: list[int]) -> NoReturn:
    """Become the process of a call."""
    code: object = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(  # noqa: SIM115
            2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False
        )
        os.environ.clear()
        os.environ.update(call.environment)
        os.chdir(call.folder)
        module, name = call.function.split(":")
        sys.argv = [module, *call.arguments]
        getattr(importlib.import_module(module), name)()
        code = 0
    except SystemExit as ending:
        code = ending.code
    except BaseException:
        traceback.print_exc()
    _end(code)


async def _open_base(folder: Path) -> None:
    from bot.answers.lifecycle import open_service
    from tests.small_base import write_small_base

    service = await open_service(write_small_base(folder), folder / "data")
    await service.store.close()


async def _open_state(url: str) -> None:
    from bot.state.state import State

    await (await State.open(url)).close()


def open_state() -> None:
    """Open the state whose address is the argument of this process, and close it."""
    asyncio.run(_open_state(sys.argv[1]))


def become_interpreter() -> NoReturn:
    """Run Python with the arguments of this process."""
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])  # noqa: S606


def _end(code: object) -> NoReturn:
    """End as the interpreter does, but leave it to the system to free the memory."""
    if isinstance(code, str):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
