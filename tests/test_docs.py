"""The documents name every command, option, verb and key, and every link in them resolves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, cast

import discord
import pytest
import pytest_asyncio
import simcord
import typer

from bot.cli.app import app
from bot.config import Config
from bot.runtime.client import Factdesk
from bot.state.tables import metadata

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
GUIDES = (README, *sorted((ROOT / "docs").glob("*.md")))
DOCUMENTS = (
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "facts").glob("*.md")),
)
TEXTS = {path: path.read_text("utf-8") for path in DOCUMENTS}
EVERYTHING = "\n".join(TEXTS[path] for path in GUIDES)

SUBCOMMAND, GROUP, MENU = 1, 2, 3
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")

Json = dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def uploaded(config: Config) -> list[Json]:
    """The commands as Discord receives them."""
    bot = Factdesk(config)
    try:
        async with simcord.run(bot) as env:
            puts = [r.json for r in env.http_requests if r.method == "PUT" and "commands" in r.path]
    finally:
        await bot.close()
    return cast(list[Json], puts[0])


def signatures(commands: list[Json], group: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every slash command that can be run, with its options as the documents write them."""
    for command in commands:
        name = f"{group}{command['name']}"
        options: list[Json] = command.get("options") or []
        if any(option["type"] in (SUBCOMMAND, GROUP) for option in options):
            yield from signatures(options, f"{name} ")
        elif command.get("type") != MENU or group:
            yield name, [o["name"] if o.get("required") else f"[{o['name']}]" for o in options]


def sections() -> Iterator[str]:
    """The parts of the guides in `docs/`, from one heading of the second level to the next."""
    for path in GUIDES[1:]:
        yield from re.split(r"^## ", TEXTS[path], flags=re.MULTILINE)


def verbs() -> dict[str, Any]:
    """The verbs of the command line, by name."""
    return getattr(typer.main.get_command(app), "commands", {})


def test_every_command_is_documented_with_its_options(uploaded: list[Json]) -> None:
    for name, options in signatures(uploaded):
        said = " ".join([name, *(option for option in options if option != "[private]")])
        found = [part for part in sections() if f"| `/{said}` |" in part]
        assert found, f"no table has a row for `/{said}`"
        for option in options:
            row = rf"^\|[^|]*`{re.escape(option.strip('[]'))}`[^|]*\|"
            assert re.search(row, found[0], re.MULTILINE), f"/{name}: {option} is not explained"


PAGES = ("/health", "/metrics")  # of the monitoring, which are no commands


def test_no_command_is_documented_that_is_not_there(uploaded: list[Json]) -> None:
    known = {f"/{name.split()[0]}" for name, _ in signatures(uploaded)} | {"/find", *PAGES}
    runnable = {f"/{name}" for name, _ in signatures(uploaded)}
    for row in re.findall(r"^\| `(/[^`]+)` \|", EVERYTHING, re.MULTILINE):
        words = row.split()
        assert row in runnable or " ".join(words[:2]) in runnable or words[0] in runnable, row
    for mentioned in re.findall(r"(?<![\w`/])`(/[a-z]+)", EVERYTHING):
        assert mentioned in known, mentioned


def test_every_menu_command_is_documented(uploaded: list[Json]) -> None:
    menus = [command["name"] for command in uploaded if command.get("type") == MENU]
    assert menus
    assert all(name in EVERYTHING for name in menus)


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_is_documented_with_its_options(verb: str) -> None:
    table = next(part for part in sections() if part.startswith("Verbs\n"))
    row = re.search(rf"^\| `{verb}( [A-Z]+)?` \|.*$", table, re.MULTILINE)
    assert row
    runnable = getattr(verbs()[verb], "commands", {verb: verbs()[verb]}).values()
    for parameter in chain.from_iterable(command.params for command in runnable):
        for name in parameter.opts:
            if name.startswith("--"):
                assert f"`{name}" in (table if name == "--config" else row[0]), name


@pytest.mark.parametrize("key", Config.model_fields)
def test_every_configuration_key_is_documented(key: str) -> None:
    assert re.search(rf"^\| `{key}` \|", EVERYTHING, re.MULTILINE)


def test_the_permissions_of_the_invitation_are_those_that_the_bot_asks_for() -> None:
    catalogue = (ROOT / "bot/texts/en.po").read_text("utf-8")
    asked = set(re.findall(r'^msgid "permission\.(\w+)"', catalogue, re.MULTILINE))
    # Create Posts is Send Messages in a forum; of the others, one is for a role, one for people.
    asked -= {"create_posts", "mention_everyone", "manage_guild"}
    wanted = discord.Permissions(**dict.fromkeys(asked, True)).value
    assert re.findall(r"permissions=(\d+)", TEXTS[README]) == [str(wanted)]
    assert set(re.findall(r"permissions=(\d+)", EVERYTHING)) == {str(wanted), "0"}
    assert f"**{wanted}**" in TEXTS[ROOT / "docs/hosting.md"]


def test_everything_that_is_stored_is_in_the_page_on_privacy() -> None:
    page = TEXTS[ROOT / "docs/privacy.md"]
    assert not [name for name in metadata.tables if f"`{name}`" not in page]
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "bot/delivery").rglob("*.py"))
    kept = dict(re.findall(r"^(KEPT_\w+) = timedelta\(days=(\d+)\)$", code, re.MULTILINE))
    assert f"{kept['KEPT_POSTS']} days after it ended" in page
    assert f"{kept['KEPT_AFTER_LEAVING']} days after the bot left" in page


def test_every_part_of_the_code_is_in_the_architecture() -> None:
    page = TEXTS[ROOT / "docs/architecture.md"]
    parts = {path.stem for path in (ROOT / "bot").iterdir() if path.suffix in ("", ".py")}
    parts -= {"__init__", "__pycache__"}
    assert not [part for part in parts if not re.search(rf"\b{part}\b", page)]


def test_every_file_that_is_named_is_there() -> None:
    named = re.findall(r"`((?:\w+/)*\w+\.py)`", "\n".join(TEXTS.values()))
    assert named
    folders = ("bot", "tests", "benchmarks")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    there = [f"/{path.relative_to(ROOT)}" for path in files]
    assert not [name for name in named if not any(one.endswith(f"/{name}") for one in there)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    for link in _links(path):
        target, _, anchor = link.partition("#")
        found = (path.parent / target).resolve() if target else path
        assert found.exists(), link
        assert not anchor or anchor in _anchors(found), link


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [README]
    while waiting:
        path = waiting.pop()
        if path in TEXTS and path not in reached:
            reached.add(path)
            targets = (link.partition("#")[0] for link in _links(path))
            waiting += [(path.parent / target).resolve() for target in targets]
    assert set(DOCUMENTS) - reached == set()


def test_the_readme_is_short() -> None:
    assert len(TEXTS[README].splitlines()) <= 150


def test_the_commands_that_the_readme_begins_with_are_single_lines() -> None:
    for ending in (" && .venv/bin/factdesk try --open", " && .venv/bin/python -m tests"):
        lines = [line for line in TEXTS[README].splitlines() if line.endswith(ending)]
        assert len(lines) == 1, ending
        assert lines[0].startswith("python3 -m venv .venv && "), ending


def _links(path: Path) -> list[str]:
    """The links of a document that lead to a place in this repository."""
    links = LINK.findall(FENCE.sub("", TEXTS[path]))
    return [link for link in links if not re.match(r"[a-z]+:", link)]


def _anchors(path: Path) -> set[str]:
    """What GitHub calls the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
