"""How long `factdesk --help` and a first `factdesk ask` take, in processes of their own.

    python -m benchmarks.startup [--rounds 7] [--against PYTHON_OR_DIR]

Times the checkout that it is in. With `--against`, each round also times another one: a Python that
runs it, or its folder, whose `.venv` has one. The medians of CPU (user and system) and wall time
are printed, and the ratio of ours to theirs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import monotonic

ROOT = Path(__file__).parent.parent
CALLS = {"--help": ("--help",), "ask": ("ask", "/event tokyo summit")}

Times = tuple[float, float]
"""CPU and wall seconds."""


def main() -> None:
    """Time both calls, one checkout after the other in each round."""
    parser = argparse.ArgumentParser(description="Time `factdesk --help` and `factdesk ask`.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--against", type=Path, metavar="PYTHON_OR_DIR")
    given = parser.parse_args()
    pythons = [Path(sys.executable), *([_python(given.against)] if given.against else [])]
    for python in pythons:
        _time(python, ("build",))
    for name, arguments in CALLS.items():
        rounds = [[_time(python, arguments) for python in pythons] for _ in range(given.rounds)]
        for kind, label in enumerate(("cpu", "wall")):
            taken = [
                median(times[kind] for times in column) for column in zip(*rounds, strict=True)
            ]
            ratio = f"  {taken[0] / taken[1]:.2f} of {taken[1]:.2f} s" if taken[1:] else ""
            print(f"{name:8}{label:6}{taken[0]:.2f} s{ratio}")


def _python(given: Path) -> Path:
    path = given.absolute()  # not resolved: a venv's Python is a link
    return path / ".venv/bin/python" if path.is_dir() else path


def _time(python: Path, arguments: tuple[str, ...]) -> Times:
    """The times of one call of `factdesk`, in the checkout that a venv's Python belongs to."""
    checkout = python.parent.parent.parent
    before, begun = os.times(), monotonic()
    call = [str(python), "-m", "bot", *arguments]
    subprocess.run(call, cwd=checkout, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    after, ended = os.times(), monotonic()
    cpu = after.children_user + after.children_system
    return cpu - before.children_user - before.children_system, ended - begun


if __name__ == "__main__":
    main()
