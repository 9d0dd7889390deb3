"""The files in `deploy/` fit the program: its settings, its verbs, its exit codes, its metrics."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot.cli.app import app
from bot.cli.errors import WRONG_USE
from bot.config import read_config
from bot.metrics import Metrics
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "factdesk.service"
ANALYZE = shutil.which("systemd-analyze")
METRIC = re.compile(r"\bfactdesk_[a-z_]+")


def loaded(name: str) -> Any:
    """A YAML file of `deploy/`."""
    return yaml.safe_load((DEPLOY / name).read_text("utf-8"))


@pytest.fixture(scope="module")
def metrics() -> str:
    """What `/metrics` shows once everything was counted."""
    counted = Metrics()
    counted.interaction("command", "event", "answered", 0.1)
    counted.autocomplete()
    counted.job("digest", "finished", 1)
    counted.connected()
    for name in ("servers", "items_waiting", "gateway_latency_seconds"):
        counted.gauge(name, "A value.", lambda: 1)
    return counted.exposition().decode()


@pytest.mark.parametrize("file", ["deploy/alerts.yml", "docs/hosting.md"])
def test_every_metric_that_is_named_is_counted(file: str, metrics: str) -> None:
    named = set(METRIC.findall((ROOT / file).read_text("utf-8")))
    assert named
    assert named <= {name for line in metrics.splitlines() for name in METRIC.findall(line)}


def test_outcomes_in_alerts_are_those_that_are_counted() -> None:
    told = " ".join(rule["expr"] for rule in loaded("alerts.yml")["groups"][0]["rules"])
    outcomes = {
        each for found in re.findall(r'outcome=~?"([^"]+)"', told) for each in found.split("|")
    }
    assert outcomes <= {"answered", "failed", "finished", "later", "unavailable"}


def test_a_container_has_settings_that_the_program_takes() -> None:
    config = read_config(DEPLOY / "container.yaml")
    assert config.data == Path("/data"), "the volume of the Containerfile"
    assert "VOLUME /data" in (DEPLOY / "Containerfile").read_text("utf-8")
    assert config.monitoring_address
    (target,) = loaded("prometheus.yml")["scrape_configs"][0]["static_configs"][0]["targets"]
    assert target == f"bot:{config.monitoring_address.port}"
    assert set(loaded("compose.yaml")["services"]) == {"bot", "prometheus"}


def test_what_is_copied_into_the_image_is_there() -> None:
    copies = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE
    )
    sources = [source for copied in copies for source in copied.split()]
    assert sources
    assert all((ROOT / source).exists() for source in sources)


def test_every_command_that_is_run_is_a_verb() -> None:
    verbs = set(get_command(app).commands)  # type: ignore[attr-defined]
    container = (DEPLOY / "Containerfile").read_text("utf-8")
    run = re.findall(r"bin/factdesk ([a-z]+)", UNIT.read_text("utf-8"))
    run += re.findall(r'^CMD \["([a-z]+)"\]', container, re.MULTILINE)
    run += re.findall(r'bin/factdesk", "([a-z]+)"', container)
    assert len(run) == 3
    assert set(run) <= verbs


def test_a_refused_token_is_not_tried_again() -> None:
    assert f"RestartPreventExitStatus={WRONG_USE}" in UNIT.read_text("utf-8").splitlines()


@pytest.mark.skipif(not ANALYZE, reason="wants systemd")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    installed, there = "/opt/factdesk/.venv/bin/factdesk", str(shutil.which("true"))
    unit.write_text(UNIT.read_text("utf-8").replace(installed, there), "utf-8")
    command = [str(ANALYZE), "verify", "--man=no", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
