"""The rights of an ordinary user: root may read and write a file whatever its mode says."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_NOBODY = 65_534


@contextmanager
def as_another_user() -> Generator[None]:
    """What runs in the block has no more rights than the modes of files give to everyone."""
    import_module("alembic.command")  # another user may not be able to read Python's library
    user = os.geteuid()
    os.seteuid(user or _NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every user may enter, as they may not enter pytest's, and may write to."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder
