"""`python -m bot try` as a process: its address, what it says, what is typed to it, its end."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO

from bot.facts.load import Folders

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

    process: subprocess.Popen[str]
    said: tuple[str, ...]
    errors: IO[str]

    @property
    def address(self) -> str:
        """Where the page is, as the process printed it."""
        return self.said[0].removeprefix("Factdesk answers at ")

    def type(self, line: str) -> None:
        """Type a line where the process was started."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hang_up(self) -> None:
        """End what it can read."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def says(self) -> str:
        """The next line that it prints; empty once it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def end(self, number: signal.Signals) -> int:
        """Send a signal, and return the exit code, which is due within ten seconds."""
        self.process.send_signal(number)
        return self.process.wait(10)

    def complaints(self) -> str:
        """What it has written to standard error."""
        self.errors.seek(0)
        return self.errors.read()


@contextmanager
def local_page(
    config: Path, *options: str, stdin: int = subprocess.PIPE, longest: float = _LONGEST
) -> Generator[LocalPage]:
    """The page, from when it can be visited; its process ends with the context.

    `longest` is after how many seconds it ends in any case.
    """
    command = [sys.executable, "-m", "bot", "try", "--config", str(config), *options]
    with TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
        )
        watchdog = Timer(longest, process.kill)
        watchdog.start()
        try:
            with process:
                try:
                    page = LocalPage(process, tuple(_said(process)), errors)
                    assert page.said[-1:] == (_LAST_LINE,), page.complaints()
                    yield page
                finally:
                    process.kill()
        finally:
            watchdog.cancel()


def _said(process: subprocess.Popen[str]) -> Iterator[str]:
    """The lines that the process prints, up to the last one before it serves."""
    assert process.stdout is not None
    for line in process.stdout:
        yield line.rstrip("\n")
        if line.startswith(_LAST_LINE):
            return
