"""`python -m tests`: every check of the project, in the order in which they are quick to mend."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent

CHECKS = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("pyright", "--pythonpath", sys.executable),
    ("importlinter.cli", "lint"),
    ("bot", "check"),
    ("pytest",),
)


def main() -> int:
    """Run the checks one after the other; returns how many failed."""
    failed = [check for check in CHECKS if not _passes(check)]
    for check in failed:
        print("failed: python -m", *check)
    return min(1, len(failed))


def _passes(check: tuple[str, ...]) -> bool:
    print("python -m", *check, flush=True)
    return subprocess.run([sys.executable, "-m", *check], cwd=FOLDER, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
