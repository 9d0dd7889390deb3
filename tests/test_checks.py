"""`python -m tests`: it shows what failed, and it and its matrix leave no test out."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.__main__ import FOLDER, MATRIX, PYTHON, TESTS, Check, main, run_all
from tests.databases import DATABASES
from tests.delivery import test_briefing_faults, test_faults
from tests.delivery.table import Table
from tests.sharing import SharedScheduling, shared_by


def says(text: str, code: int = 0) -> Check:
    """A check that says something and ends with a code."""
    return Check(text, (PYTHON, "-c", f"print({text!r}); raise SystemExit({code})"))


def test_each_check_is_shown_whole_and_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    ended = run_all([says("one"), says("two", 3)], says("three"))
    assert [(each.check.name, each.code) for each in ended] == [
        ("one", 0),
        ("two", 3),
        ("three", 0),
    ]
    shown = [line.partition(" in ")[0] for line in capsys.readouterr().out.splitlines()]
    assert shown == [
        "--- one: passed", "one", "--- two: failed with 3", "two", "--- three: passed", "three",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [((0, 0), "all passed"), ((1, 0), "failed: style"), ((0, 5), "failed: tests")],
)
def test_the_last_line_and_the_exit_code_say_what_failed(
    codes: tuple[int, int],
    outcome: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    style, tests = codes
    monkeypatch.setattr("tests.__main__.STATIC", (Check("style", says("", style).command),))
    monkeypatch.setattr("tests.__main__.TESTS", Check("tests", says("", tests).command))
    assert main([]) == (1 if any(codes) else 0)
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("2 checks in ")
    assert last.endswith(f": {outcome}")


def test_no_test_at_all_is_a_failure(tmp_path: Path) -> None:
    options = ("-q", "-p", "no:hypothesispytest", f"--rootdir={tmp_path}", str(tmp_path))
    nothing = Check("tests", (PYTHON, "-m", "pytest", *options))
    (ended,) = run_all([], nothing)
    assert ended.code == 5


def test_an_unknown_argument_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--matrx"]) == 2
    assert "usage" in capsys.readouterr().err


def test_what_the_default_leaves_out_is_what_the_matrix_runs() -> None:
    settings = tomllib.loads((FOLDER / "pyproject.toml").read_text("utf-8"))
    assert "-m 'not matrix'" in settings["tool"]["pytest"]["ini_options"]["addopts"]
    assert "-m" not in TESTS.command[3:]
    assert MATRIX.command == (*TESTS.command, "-m", "matrix")


@pytest.mark.parametrize("table", [test_faults.TABLE, test_briefing_faults.TABLE])
def test_every_fault_is_told_by_default_and_in_the_end_on_each_of_its_databases(
    table: Table,
) -> None:
    told = [(*each.values, {mark.name for mark in each.marks}) for each in table.on_each_database()]
    for row in table.rows:
        assert row.databases in (DATABASES, ("sqlite",), ("postgresql",)), row.fault
        assert [database for one, database, _ in told if one is row] == list(row.databases)
        by_default = any(one is row and "matrix" not in marks for one, _, marks in told)
        assert by_default != row.again, row.fault


def test_what_is_made_once_is_made_by_one_worker(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        if isinstance(item, pytest.Function) and "postgres" in item.fixturenames:
            alone = item.nodeid.partition("::")[0]
            assert shared_by(item.nodeid) in ("postgresql", alone), item.nodeid
        if isinstance(item, pytest.Function) and "outcomes" in item.fixturenames:
            assert shared_by(item.nodeid) == item.nodeid.partition("::")[0]
    (base,) = SharedScheduling.__bases__
    assert hasattr(base, "_split_scope"), "pytest-xdist no longer asks what tests share"
