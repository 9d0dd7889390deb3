"""`python -m tests`: every check of the project, in about six minutes on two cores.

Style, types, import rules and the facts are checked one after the other while the tests run on
every core. Each check's output is shown whole, in the order of CHECKS, when it has ended; the last
line says what failed, and the exit code is 1 then.

By default each behaviour is tested once. `python -m tests --matrix` tests the rest: the rows marked
`matrix`, which are the same scenarios on the other database, faults that other posts meet by
default, and the long runs. Both together are every test there is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

FOLDER = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@dataclass(frozen=True)
class Check:
    """A program that fails if something is wrong."""

    name: str
    command: tuple[str, ...]


STATIC = (
    Check("format", (PYTHON, "-m", "ruff", "format", "--check", ".")),
    Check("style", (PYTHON, "-m", "ruff", "check", ".")),
    Check("types", (PYTHON, "-m", "pyright", "--pythonpath", PYTHON)),
    Check("imports", (PYTHON, "-c", LINT_IMPORTS)),  # it has no module that runs it
    Check("facts", (PYTHON, "-m", "bot", "check")),
)
# One more worker than there are cores, as some tests wait most of their time; each makes anew
# what tests share. `tests/sharing.py` says which worker runs which tests.
WORKERS = (os.cpu_count() or 1) + 1
PYTEST = (PYTHON, "-m", "pytest", "-rs", "-n", str(WORKERS), "--no-loadscope-reorder")
TESTS = Check("tests", PYTEST)
MATRIX = Check("matrix", (*PYTEST, "-m", "matrix"))


@dataclass(frozen=True)
class Ended:
    """What became of a check. If pytest finds no test at all, its code is 5, which is a failure."""

    check: Check
    code: int
    output: str
    seconds: float


def main(arguments: Sequence[str]) -> int:
    """Run the checks; returns 1 if any failed, and 2 for an unknown argument."""
    if [*arguments] not in ([], ["--matrix"]):
        print("usage: python -m tests [--matrix]", file=sys.stderr)
        return 2
    began = monotonic()
    print("Running all checks; each shows what it says when it has ended.", flush=True)
    ended = run_all(() if arguments else STATIC, MATRIX if arguments else TESTS)
    failed = [each.check.name for each in ended if each.code]
    outcome = f"failed: {', '.join(failed)}" if failed else "all passed"
    print(f"{len(ended)} checks in {monotonic() - began:.0f} s: {outcome}")
    return 1 if failed else 0


def run_all(static: Sequence[Check], tests: Check) -> list[Ended]:
    """Run the static checks in turn beside the tests, and show each in order as soon as it can."""
    with ThreadPoolExecutor(1) as aside, ThreadPoolExecutor(1) as beside:
        running: list[Future[Ended]] = [aside.submit(_run, check) for check in static]
        running.append(beside.submit(_run, tests))
        return [_show(each.result()) for each in running]


def _run(check: Check) -> Ended:
    began = monotonic()
    done = subprocess.run(
        check.command,
        cwd=FOLDER,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return Ended(check, done.returncode, done.stdout, monotonic() - began)


def _environment() -> dict[str, str]:
    """Ours, where modules are kept as bytecode: many processes of the tests import the same.

    With more room for new objects, pyright's Node spends a tenth less on collecting garbage.
    """
    room = f"{os.environ.get('NODE_OPTIONS', '')} --max-semi-space-size=64".strip()
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "NODE_OPTIONS": room}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def _show(ended: Ended) -> Ended:
    outcome = f"failed with {ended.code}" if ended.code else "passed"
    print(f"--- {ended.check.name}: {outcome} in {ended.seconds:.0f} s")
    print(ended.output, end="", flush=True)
    return ended


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
