"""The steps that bring a database to the tables of this version. Alembic runs them.

A version is the number in the name of its file in `versions`.
"""

from pathlib import Path

FOLDER = Path(__file__).parent


def versions() -> list[str]:
    """Every version of the tables that this program can read or bring up to date, oldest first."""
    files = (FOLDER / "versions").glob("[0-9]*.py")
    return sorted(file.stem.partition("_")[0] for file in files)
