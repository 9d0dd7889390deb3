"""The survey of a base: counts, coverage, and weakly supported facts."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.cli.app import app
from bot.facts.load import Base, Folders, load
from bot.verification.coverage import counts, coverage, disputed, on_one_source, show, undated
from tests.small_base import write_small_base


@pytest.fixture
def base(tmp_path: Path) -> Base:
    base, faults = load(write_small_base(tmp_path))
    assert base is not None
    assert faults == []
    return base


def changed(tmp_path: Path, path: str, old: str, new: str) -> Base:
    file = tmp_path / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    base, faults = load(Folders(tmp_path / "facts", tmp_path / "seeds"))
    assert base is not None
    assert faults == []
    return base


def test_everything_is_counted(base: Base) -> None:
    counted = dict(counts(base))

    assert (counted["articles"], counted["events"], counted["actors"], counted["topics"]) == (
        1,
        2,
        5,
        1,
    )
    assert counted["facts"] == 6
    assert counted["… that are claims"] == 1
    assert counted["… inferred"] == 1
    assert counted["… with a caution"] == 1
    assert counted["… with differing accounts"] == 1
    assert counted["citations of facts"] == 8


def test_paragraphs_are_cited_furniture_or_missed(base: Base, tmp_path: Path) -> None:
    (covered,) = coverage(base)

    assert covered.furniture == {1, 2, 3, 9}
    assert covered.cited == {4: 4, 5: 3, 6: 2, 7: 1, 8: 1}
    assert covered.uncited == ()

    path = "facts/topics/ferry-line.yaml"
    (covered,) = coverage(changed(tmp_path, path, "paragraph: 8", "paragraph: 6"))

    assert covered.uncited == (8,)


def test_a_withdrawn_fact_covers_nothing(base: Base, tmp_path: Path) -> None:
    path = "facts/topics/ferry-line.yaml"
    gone = "kind: background\n    withdrawn: {date: 2026-11-23, why: wrong}"

    after = changed(tmp_path, path, "kind: background", gone)

    assert coverage(after)[0].uncited == (7, 8)
    assert dict(counts(after))["withdrawn facts"] == 2
    assert all(not key.startswith("ferry-line/opposed") for key, _ in disputed(after))


def test_undated_events_are_listed_with_their_words(base: Base, tmp_path: Path) -> None:
    assert undated(base) == []

    when = "when: {basis: undated, words: {en: before the agreement}}"
    old = "when: {edtf: 2014-11, basis: stated}"
    after = changed(tmp_path, "facts/events/storm-2014.yaml", old, when)

    assert undated(after) == [("storm-2014", "before the agreement")]


def test_facts_on_one_article_and_disputed_ones_are_listed(base: Base) -> None:
    assert len(on_one_source(base)["ferry-report"]) == 6
    assert disputed(base) == [
        ("ferry-line/lorries", "position of harbour-council"),
        ("ferry-line/opposed", "2 accounts"),
    ]


def test_a_terminal_of_80_columns_shows_whole_tables(base: Base) -> None:
    screen = io.StringIO()

    show(base, Console(file=screen, width=80, force_terminal=True, color_system=None))

    lines = screen.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "1:f 2:f 3:f 4:4 5:3 6:2 7:1 8:1 9:f" in screen.getvalue()
    assert all(key in screen.getvalue() for key in on_one_source(base)["ferry-report"])
    assert "…" not in screen.getvalue().replace("… ", "")


def test_another_program_reads_lines_with_tabs(base: Base, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("facts: facts\nseeds: seeds\n", "utf-8")

    result = CliRunner().invoke(app, ["facts", "--config", str(config)])

    assert result.exit_code == 0
    assert "ferry-report\tnews\t5\t0\t4" in result.stdout.splitlines()
    assert "\x1b" not in result.stdout


def test_a_faulty_base_is_not_surveyed(base: Base, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("facts: facts\nseeds: seeds\n", "utf-8")
    (tmp_path / "facts/topics/bare.yaml").write_text("id: bare\n", "utf-8")

    result = CliRunner().invoke(app, ["facts", "--config", str(config)])

    assert result.exit_code == 1
    assert "facts/topics/bare.yaml:1: `title` is missing" in result.stderr
