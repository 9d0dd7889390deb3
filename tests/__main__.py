"""`python -m tests`: every check of the project, in the order in which they are quick to mend."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent

PYTHON = sys.executable
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
CHECKS = (
    (PYTHON, "-m", "ruff", "format", "--check", "."),
    (PYTHON, "-m", "ruff", "check", "."),
    (PYTHON, "-m", "pyright", "--pythonpath", PYTHON),
    (PYTHON, "-c", LINT_IMPORTS),  # it has no module that runs it
    (PYTHON, "-m", "bot", "check"),
    (PYTHON, "-m", "pytest", "-n", "auto", "--dist", "worksteal"),
)


def main() -> int:
    """Run the checks one after the other; returns how many failed."""
    failed = [check for check in CHECKS if not _passes(check)]
    for check in failed:
        print("failed:", *check)
    return min(1, len(failed))


def _passes(check: tuple[str, ...]) -> bool:
    print(*check, flush=True)
    return subprocess.run(check, cwd=FOLDER, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
