"""The agenda: what is due comes in its order, once, and as it was put last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from bot.delivery.agenda import Agenda, DueItem

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ONE, TWO, THREE = (DueItem("digest", key) for key in "123")


def agenda() -> Agenda:
    """Three items, a minute after one another."""
    agenda = Agenda()
    agenda.replace({TWO: NOW + MINUTE, ONE: NOW, THREE: NOW + 2 * MINUTE})
    return agenda


def test_what_is_due_is_taken_once_and_in_order() -> None:
    waiting = agenda()
    assert list(waiting.take(NOW + MINUTE)) == [ONE, TWO]
    assert list(waiting.take(NOW + MINUTE)) == []
    assert waiting.first() == NOW + 2 * MINUTE
    assert list(waiting.take(NOW + 2 * MINUTE)) == [THREE]
    assert waiting.first() is None


def test_what_is_put_again_counts_as_it_was_put_last() -> None:
    waiting = agenda()
    waiting.put(ONE, NOW + 3 * MINUTE)
    waiting.put(THREE, NOW)
    assert list(waiting.take(NOW + MINUTE)) == [THREE, TWO]
    assert waiting.first() == NOW + 3 * MINUTE


def test_what_is_left_out_waits_no_more() -> None:
    waiting = agenda()
    waiting.replace({TWO: NOW})
    assert list(waiting.take(NOW + 5 * MINUTE)) == [TWO]


def test_thousands_come_in_order() -> None:
    chance, waiting = Random(7), Agenda()  # noqa: S311 - chance that comes again
    at = {DueItem("digest", str(n)): NOW + chance.random() * MINUTE for n in range(2_000)}
    waiting.replace(at)
    for item in list(at)[::3]:
        at[item] = NOW + chance.random() * MINUTE
        waiting.put(item, at[item])
    assert list(waiting.take(NOW + MINUTE)) == sorted(at, key=lambda item: (at[item], item))
