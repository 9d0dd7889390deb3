"""What is loaded when a base is opened, as every answer needs it: names, sources, its record."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.facts.absent import AbsentName
from bot.facts.built import uri
from bot.facts.model import BaseInfo
from bot.facts.names import NameCatalogue
from bot.facts.records import SourceRecord
from bot.facts.things import ThingRow, Things

# Of a record that is kept as it is, bytes take less memory than text.
_THINGS = "SELECT id, kind, facts, forms, short_id, CAST(record AS BLOB) FROM thing ORDER BY rank"


@dataclass(frozen=True)
class LoadedBase:
    """What is loaded. `changed_on` is when a fact was last added, reworded or withdrawn."""

    info: BaseInfo
    fingerprint: str
    changed_on: date | None
    things: Things
    sources: Sequence[SourceRecord]
    absent: Mapping[str, AbsentName]
    names: NameCatalogue
    words: Sequence[str]


def load_base(path: Path) -> LoadedBase:
    """Load it from a built base.

    Raises OSError, sqlite3.Error, ValueError or LookupError if that is none.
    """
    with path.open("rb"):  # SQLite does not say why a file cannot be opened
        pass
    with closing(sqlite3.connect(uri(path), uri=True)) as db:
        about = dict(db.execute("SELECT key, value FROM about").fetchall())
        things = [ThingRow(*row) for row in db.execute(_THINGS)]
        sources = db.execute("SELECT record FROM source ORDER BY id")
        rows = db.execute("SELECT id, record FROM absent ORDER BY id")
        absent = {key: AbsentName.model_validate_json(record) for key, record in rows}
        names = dict(db.execute("SELECT part, value FROM name_table"))
        return LoadedBase(
            info=BaseInfo.model_validate_json(about["info"]),
            fingerprint=about["fingerprint"],
            changed_on=date.fromisoformat(about["changed"]) if "changed" in about else None,
            things=Things(things),
            sources=tuple(SourceRecord.model_validate_json(row[0]) for row in sources),
            absent=absent,
            names=NameCatalogue.restored(names, things, absent),
            words=[row[0] for row in db.execute("SELECT form FROM word")],
        )
