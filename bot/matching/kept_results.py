"""Results of a method that are kept as long as its object is in use."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar
from weakref import WeakMethod

Result = TypeVar("Result")


def kept_results(method: Callable[..., Result], most: int) -> Callable[..., Result]:
    """The method, with so many of its last results kept.

    Unlike `lru_cache` alone, it does not refer to the method's object. That would be a cycle, and
    what belongs to a base is hidden from the garbage collector, which alone finds cycles.
    """
    weak = WeakMethod(method)

    @lru_cache(maxsize=most)
    def result(*arguments: object, **named: object) -> Result:
        bound = weak()
        assert bound, "who calls this holds the object"
        return bound(*arguments, **named)

    return result
