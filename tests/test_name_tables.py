"""The tables of names: what is saved with a base finds as it did when it was made."""

from __future__ import annotations

import pytest

from bot.matching import candidates
from bot.matching.entries import Entry, normalized, owned_names, whole_words
from bot.matching.name_index import NameIndex
from bot.matching.name_tables import NameTables

ENTRIES = [
    Entry("actor", "yoon-suk-yeol", ("Yoon Suk Yeol", "윤석열", "尹錫悦")),
    Entry("actor", "liberal-party", ("Liberal Democratic Party", "自由民主党")),
    Entry("topic", "gsomia", ("General Security of Military Information Agreement", "지소미아")),
    *(Entry("event", f"talks-{n}", (f"Talks of Norhaven, round {n}",)) for n in range(30)),
]
TYPED = (
    "yoon suk yeol",
    "yun seok yeol",
    "ㅇㅅㅇ",
    "ldp",
    "gsomai",
    "talks norhaven",
    "尹錫",
    "zzz",
)


@pytest.mark.parametrize("many", [1, 1_000])
def test_saved_tables_find_what_new_ones_find(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MANY", many)
    compared = [*map(normalized, ENTRIES)]
    made = NameTables.of(owned_names(compared), whole_words(compared))
    saved = made.saved()
    assert ("groups" in saved) is (many == 1)
    new, old = NameIndex(ENTRIES, NameTables.restored(saved)), NameIndex(ENTRIES, made)
    for typed in TYPED:
        assert new.find(typed) == old.find(typed)
        assert new.rank(typed) == old.rank(typed)
        assert new.complete(typed) == old.complete(typed)
    assert [new.find(typed).verdict for typed in TYPED].count("sure") >= 3


def test_tables_of_no_names_are_saved_as_well() -> None:
    assert (
        NameIndex([], NameTables.restored(NameTables.of([], frozenset()).saved()))
        .find("yoon")
        .entries
        == ()
    )
