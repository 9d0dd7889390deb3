"""Which worker runs which tests, and in which order.

What some tests share takes seconds to make, so one worker runs all of those. The groups of
pytest-xdist would do that too, but it names them in a way that pytest 9.2 ignores: every worker
then makes everything.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling  # pyright: ignore[reportMissingTypeStubs]

_WHOLE = (
    "tests/delivery/test_briefing_faults.py",  # its stories are told side by side
    "tests/delivery/test_faults.py",
    "tests/test_briefing.py",  # it drafts a briefing on everything
    "tests/test_briefing_corrections.py",  # its corrected bases are built once
    "tests/test_cli.py",  # its calls are made once
    "tests/test_digest.py",  # it reads the digests of a year
    "tests/test_every_card.py",  # it composes every card
    "tests/test_fleet.py",  # it has a PostgreSQL of its own, as its processes mostly wait
    "tests/test_recurrence.py",  # it reads the clocks of every zone
    "tests/test_texts.py",  # it reads the code
)
_NEED_POSTGRESQL = (  # in tests that do not say so in their ids too
    "tests/test_fences.py",
    "tests/test_preflight.py",
    "tests/test_state.py",
)
_LONG = (*_WHOLE[:2], "tests/test_fleet.py", "tests/test_page_briefing.py")
"""What mostly waits, and would be waited for if it began last."""


def shared_by(test_id: str) -> str:
    """What a test shares with others; its own id if nothing."""
    file = test_id.partition("::")[0]
    if file in _WHOLE:
        return file
    if file in _NEED_POSTGRESQL or "postgresql" in test_id:
        return "postgresql"
    return test_id


class SharedScheduling(LoadScopeScheduling):
    """Has one worker run all tests that share something; the others go to whichever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid)


def order(test: pytest.Item) -> int:
    """Where a test comes in the order of all: the longest first."""
    file = test.nodeid.partition("::")[0]
    return _LONG.index(file) if file in _LONG else len(_LONG)
