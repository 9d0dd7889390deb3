"""JSON Schemas of the curated files, with which editors complete and check them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bot.documents import Fault
from bot.facts.absent import Absent
from bot.facts.load import Folders
from bot.facts.model import Actor, BaseInfo, Event, Source, Topic
from bot.facts.stories import Story

MODELS: dict[str, type[BaseModel]] = {
    "absent": Absent,
    "actor": Actor,
    "base": BaseInfo,
    "event": Event,
    "source": Source,
    "story": Story,
    "topic": Topic,
}
"""The model of each kind of file, by the schema's name."""

_FOLDER_OF = {
    "event": "events",
    "actor": "actors",
    "topic": "topics",
    "story": "stories",
    "source": "seeds",
}
_MARK = "# yaml-language-server: $schema="


def schemas() -> dict[str, str]:
    """The text of each schema, by file name; the same models give the same text."""
    return {f"{kind}.json": _text(model) for kind, model in sorted(MODELS.items())}


def _text(model: type[BaseModel]) -> str:
    schema: dict[str, object] = model.model_json_schema(schema_generator=_AsLoaded)
    # Editors support draft 7 best, and nothing used here differs in later drafts.
    whole = {"$schema": "http://json-schema.org/draft-07/schema#", **schema}
    return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


class _AsLoaded(GenerateJsonSchema):
    """Describes what the loader accepts: it reads the year 2023 without quotes as text."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        text = super().str_schema(schema)
        return text if "pattern" in text else {**text, "type": ["string", "number"]}


def write_schemas(folders: Folders) -> list[Path]:
    """Write every schema that is not current; returns the files that changed.

    Raises OSError if one cannot be written.
    """
    folder = folders.facts / "schemas"
    folder.mkdir(parents=True, exist_ok=True)
    changed: list[Path] = []
    for name, text in schemas().items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8", newline="\n")
            changed.append(path)
    return changed


def unnamed(folders: Folders) -> Iterator[Fault]:
    """A fault for each file of the base whose first line does not name its schema.

    Raises OSError if a file cannot be read.
    """
    for kind, path in _files(folders):
        schema = folders.facts / "schemas" / f"{kind}.json"
        line = _MARK + Path(os.path.relpath(schema, path.parent)).as_posix()
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            if file.readline().strip() != line:
                yield Fault(folders.shown(path), 1, f"the first line must be `{line}`")


def _files(folders: Folders) -> Iterator[tuple[str, Path]]:
    """Each file of a base, with the name of its schema."""
    for kind, path in (("base", folders.info), ("absent", folders.absent)):
        if path.exists():
            yield kind, path
    for kind, folder in _FOLDER_OF.items():
        yield from ((kind, path) for path in folders.files(folder))
