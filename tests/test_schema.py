"""The JSON Schemas: current in the repository, and named by every file of the base."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from bot.facts.load import Folders
from bot.facts.model import ACTOR_KINDS, EVENT_KINDS, FACT_KINDS, Basis, SourceKind
from bot.facts.schema import MODELS, schemas, unnamed, write_schemas
from tests.small_base import write_small_base

ROOT = Path(__file__).parent.parent
OURS = Folders(ROOT / "facts", ROOT / "seeds")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return write_small_base(tmp_path)


def test_the_committed_schemas_are_current() -> None:
    committed = {p.name: p.read_text("utf-8") for p in (OURS.facts / "schemas").glob("*.json")}

    assert committed == schemas(), "run  python -m bot schema"


def test_every_file_of_our_base_names_its_schema() -> None:
    assert [str(fault) for fault in unnamed(OURS)] == []


def test_a_file_that_names_no_schema_or_another_is_found(folders: Folders) -> None:
    assert list(unnamed(folders)) == []
    events = folders.facts / "events"
    (events / "bare.yaml").write_text("id: bare\n", "utf-8")
    wrong = (events / "storm-2014.yaml").read_text("utf-8").replace("event.json", "topic.json")
    (events / "storm-2014.yaml").write_text(wrong, "utf-8")

    line = "the first line must be `# yaml-language-server: $schema=../schemas/event.json`"
    assert [str(fault) for fault in unnamed(folders)] == [
        f"facts/events/bare.yaml:1: {line}",
        f"facts/events/storm-2014.yaml:1: {line}",
    ]


def test_writing_twice_changes_nothing(folders: Folders) -> None:
    written = write_schemas(folders)
    assert {path.stem for path in written} == set(MODELS)
    assert write_schemas(folders) == []

    (folders.facts / "schemas/actor.json").write_text("{}", "utf-8")

    assert [path.name for path in write_schemas(folders)] == ["actor.json"]


@pytest.mark.parametrize("name", sorted(schemas()))
def test_a_schema_is_sorted_and_ends_with_a_line_end(name: str) -> None:
    text = schemas()[name]

    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def test_an_editor_is_told_fields_lists_and_what_is_needed() -> None:
    event: dict[str, Any] = json.loads(schemas()["event.json"])

    assert "summit" in event["properties"]["kind"]["enum"]
    assert event["additionalProperties"] is False
    assert {"id", "title", "kind", "when", "cites"} <= set(event["required"])
    assert set(event["$defs"]["Participant"]["properties"]) == {"actor", "as"}
    edtf = event["$defs"]["When"]["properties"]["edtf"]
    assert {"type": ["string", "number"]} in edtf["anyOf"]  # a year without quotes


def test_the_verb_writes_and_says_what_is_missing(folders: Folders, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("facts: facts\nseeds: seeds\n", "utf-8")
    run = CliRunner()

    first = run.invoke(app, ["schema", "--config", str(config)])
    second = run.invoke(app, ["schema", "--config", str(config)])
    (folders.facts / "topics/bare.yaml").write_text("id: bare\n", "utf-8")
    third = run.invoke(app, ["schema", "--config", str(config)])

    assert (first.exit_code, second.exit_code, third.exit_code) == (0, 0, 1)
    assert first.stdout.startswith("Wrote absent.json, actor.json, base.json")
    assert second.stdout == "Unchanged.\n"
    assert "facts/topics/bare.yaml:1: " in third.stderr


README = (ROOT / "facts/README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("How a date is known", get_args(Basis)),
        ("Kinds of event", EVENT_KINDS),
        ("Kinds of fact", FACT_KINDS),
        ("Kinds of actor", ACTOR_KINDS),
        ("Kinds of source", get_args(SourceKind)),
    ],
)
def test_each_value_of_a_closed_list_is_explained(heading: str, values: tuple[str, ...]) -> None:
    part = README[README.index(f"\n{heading}") :].split("\n\n")[1]

    assert re.findall(r"^- `([a-z]+)`: ", part, re.MULTILINE) == list(values)


def test_each_field_is_explained() -> None:
    every = json.loads(f"[{','.join(schemas().values())}]")
    parts = [part for schema in every for part in (schema, *schema.get("$defs", {}).values())]
    fields = {name for part in parts for name in part.get("properties", {})}

    assert {name for name in fields if f"`{name}`" not in README} == set()
