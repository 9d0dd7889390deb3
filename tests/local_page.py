"""`python -m bot try`, forked: its address, what it says, what is typed to it, its end."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO

from bot.facts.load import Folders
from tests.forks import Call, Forked, Forks

ROOT = Path(__file__).parents[1]
SHIPPED = Folders(ROOT / "facts", ROOT / "seeds")

_LAST_LINE = "Ctrl+C ends it."
_LONGEST = 120  # seconds; a page that a test leaves hanging is killed then


def write_config(folder: Path, base: Folders) -> Path:
    """Write settings for a base, with a data folder of their own under `folder`."""
    path = folder / "config.yaml"
    lines = (f"facts: {base.facts}", f"seeds: {base.seeds}", f"data: {folder / 'data'}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@dataclass(frozen=True)
class LocalPage:
    """One process that serves the page, once it has said where."""

    process: Forked
    said: tuple[str, ...]
    stdin: IO[str]
    stdout: IO[str]
    errors: IO[str]

    @property
    def address(self) -> str:
        """Where the page is, as the process printed it."""
        return self.said[0].removeprefix("Factdesk answers at ")

    def type(self, line: str) -> None:
        """Type a line where the process was started."""
        self.stdin.write(f"{line}\n")
        self.stdin.flush()

    def hang_up(self) -> None:
        """End what it can read."""
        self.stdin.close()

    def says(self) -> str:
        """The next line that it prints; empty once it has ended."""
        return self.stdout.readline().rstrip("\n")

    def end(self, number: signal.Signals) -> int:
        """Send a signal, and return the exit code, which is due within ten seconds."""
        self.process.send(number)
        return self.process.wait(10)

    def complaints(self) -> str:
        """What it has written to standard error."""
        self.errors.seek(0)
        return self.errors.read()


@contextmanager
def local_page(
    forks: Forks,
    config: Path,
    *options: str,
    can_type: bool = True,
    longest: float = _LONGEST,
) -> Generator[LocalPage]:
    """The page, from when it can be visited; its process ends with the context.

    `longest` is after how many seconds it ends in any case.
    """
    call = Call("bot.__main__:main", ("try", "--config", str(config), *options))
    with TemporaryFile("w+", encoding="utf-8") as errors:
        process, stdin, stdout = _start(forks, call, can_type, errors.fileno())
        watchdog = Timer(longest, process.send, (signal.SIGKILL,))
        watchdog.start()
        with stdin, stdout:
            try:
                page = LocalPage(process, tuple(_said(stdout)), stdin, stdout, errors)
                assert page.said[-1:] == (_LAST_LINE,), page.complaints()
                yield page
            finally:
                watchdog.cancel()
                process.kill()


def _start(
    forks: Forks, call: Call, can_type: bool, stderr: int
) -> tuple[Forked, IO[str], IO[str]]:
    """The process, and our ends of its standard input and output."""
    (stdin, write), (read, stdout) = os.pipe(), os.pipe()
    if not can_type:
        os.close(stdin)
        stdin = os.open(os.devnull, os.O_RDONLY)
    try:
        process = forks.start(call, stdin, stdout, stderr)
    finally:
        os.close(stdin)
        os.close(stdout)
    return process, os.fdopen(write, "w", encoding="utf-8"), os.fdopen(read, encoding="utf-8")


def _said(stdout: IO[str]) -> Iterator[str]:
    """The lines that the process prints, up to the last one before it serves."""
    for line in stdout:
        yield line.rstrip("\n")
        if line.startswith(_LAST_LINE):
            return
