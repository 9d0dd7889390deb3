"""Keeping the garbage collector from stopping everything while a base is built or opened."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def no_collections() -> Generator[None]:
    """Collect no garbage meanwhile.

    A base is hundreds of thousands of objects without circles; to look through them takes the
    collector a second for 10,000 facts, in which no answer is made.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
