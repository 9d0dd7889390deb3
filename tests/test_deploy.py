"""The files in `deploy/` fit the program: its settings, its verbs, its exit codes, its metrics."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, get_args

import promql_parser
import pytest
import yaml
from typer.main import get_command

from bot.cli.app import app
from bot.cli.errors import WRONG_USE
from bot.config import read_config
from bot.metrics import InteractionKind, JobOutcome, Metrics
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "factdesk.service"
ANALYZE = shutil.which("systemd-analyze")
PROMTOOL = shutil.which("promtool")
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
    gauges = "servers", "shards", "shards_connected", "items_waiting", "gateway_latency_seconds"
    for name in gauges:
        counted.gauge(name, "A value.", lambda: 1)
    return counted.exposition().decode()


@pytest.mark.parametrize("file", ["deploy/alerts.yml", "deploy/grafana.json", "docs/hosting.md"])
def test_every_metric_that_is_named_is_counted(file: str, metrics: str) -> None:
    named = set(METRIC.findall((ROOT / file).read_text("utf-8")))
    assert named
    assert named <= {name for line in metrics.splitlines() for name in METRIC.findall(line)}


def queries() -> list[str]:
    """Every query of the alerts and of the dashboard, as Prometheus gets it."""
    rules = [rule["expr"] for rule in loaded("alerts.yml")["groups"][0]["rules"]]
    dashboard = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return [query.replace("$__rate_interval", "2m") for query in (*rules, *panels)]


def test_prometheus_understands_every_query() -> None:
    assert len(queries()) > 20
    for query in queries():
        promql_parser.parse(query)


def test_the_labels_in_queries_have_values_that_are_counted() -> None:
    asked = " ".join(queries())
    found = re.findall(r'(outcome|kind)=~?"([^"]+)"', asked)
    values = {(label, value) for label, listed in found for value in listed.split("|")}
    outcomes = ("answered", "failed", *get_args(JobOutcome))
    assert values <= {("outcome", each) for each in outcomes} | {
        ("kind", each) for each in get_args(InteractionKind)
    }


def test_no_two_panels_of_the_dashboard_overlap() -> None:
    panels = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))["panels"]
    cells = [
        (place["x"] + x, place["y"] + y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["w"])
        for y in range(place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


@pytest.mark.parametrize("name", ["container.yaml", "fleet.yaml", "kubernetes"])
def test_a_container_has_settings_that_the_program_takes(name: str, tmp_path: Path) -> None:
    settings = tmp_path / "config.yaml"
    settings.write_text(
        manifests()["ConfigMap"]["data"]["config.yaml"]
        if name == "kubernetes"
        else (DEPLOY / name).read_text("utf-8"),
        "utf-8",
    )
    config = read_config(settings)
    assert config.data == Path("/data"), "the volume of the Containerfile"
    assert "VOLUME /data" in (DEPLOY / "Containerfile").read_text("utf-8")
    assert config.monitoring_address
    (found,) = loaded("prometheus.yml")["scrape_configs"][0]["dns_sd_configs"]
    assert (found["names"], found["port"]) == (["bot"], config.monitoring_address.port)
    assert (config.state is None) == (name == "container.yaml")


def test_compose_starts_one_process_or_a_fleet_and_never_both() -> None:
    services = loaded("compose.yaml")["services"]
    fleet = {name for name, service in services.items() if "fleet" in service["profiles"]}
    assert fleet == {"bot-0", "bot-1", "bot-2", "bot-3", "postgres", "prometheus"}
    assert services["bot"]["profiles"] == ["one"]
    shards = [services[f"bot-{number}"]["environment"]["FACTDESK_SHARDS"] for number in range(4)]
    assert_whole(shards)


def test_pods_divide_all_shards_between_them() -> None:
    stateful = manifests()["StatefulSet"]["spec"]
    (container,) = stateful["template"]["spec"]["containers"]
    (shards,) = [e["value"] for e in container["env"] if e["name"] == "FACTDESK_SHARDS"]
    pods = range(stateful["replicas"])
    assert_whole([shards.replace("$(POD_INDEX)", str(index)) for index in pods])
    assert_whole([shards.replace("$(POD_INDEX)", str(i)).replace("/40", "/100") for i in range(10)])


def test_kubernetes_never_replaces_pods_one_by_one() -> None:
    """The first pod of a new division would wait for servers that the others still have."""
    assert manifests()["StatefulSet"]["spec"]["updateStrategy"] == {"type": "OnDelete"}


def test_the_processes_of_a_template_unit_share_a_user_and_so_their_folder() -> None:
    unit = UNIT.read_text("utf-8").splitlines()
    assert {"DynamicUser=yes", "User=factdesk", "StateDirectory=factdesk"} <= set(unit)


def assert_whole(written: list[str]) -> None:
    """The parts, each as FIRST-LAST/COUNT, are all shards and none twice."""
    parts = [tuple(map(int, re.split("[-/]", part))) for part in written]
    shards = [shard for first, last, _ in parts for shard in range(first, last + 1)]
    assert {count for _, _, count in parts} == {len(shards)}
    assert sorted(shards) == list(range(len(shards)))


def manifests() -> dict[str, Any]:
    """The manifests for Kubernetes, by kind."""
    text = (DEPLOY / "kubernetes/factdesk.yaml").read_text("utf-8")
    return {manifest["kind"]: manifest for manifest in yaml.safe_load_all(text)}


def test_kubernetes_understands_the_manifests() -> None:
    kubernetes = pytest.importorskip("kubernetes_validate")
    for manifest in manifests().values():
        kubernetes.validate(manifest, "1.32", strict=True)


def test_the_manifests_belong_together_and_ask_for_pages_that_are_served() -> None:
    found = manifests()
    stateful = found["StatefulSet"]["spec"]
    labels = stateful["template"]["metadata"]["labels"]
    assert stateful["selector"]["matchLabels"] == labels
    assert found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert found["Service"]["spec"]["selector"] == labels
    assert found["Service"]["metadata"]["name"] == stateful["serviceName"]
    (container,) = stateful["template"]["spec"]["containers"]
    pages = {container[f"{probe}Probe"]["httpGet"]["path"] for probe in PROBES}
    assert pages == {"/health", "/metrics"}
    assert container["livenessProbe"]["httpGet"]["path"] == "/metrics", "waiting is no illness"
    user = stateful["template"]["spec"]["securityContext"]["runAsUser"]
    assert f"USER {user}\n" in (DEPLOY / "Containerfile").read_text("utf-8")


PROBES = ("readiness", "liveness", "startup")


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
    run.append(manifests()["StatefulSet"]["spec"]["template"]["spec"]["containers"][0]["args"][0])
    assert len(run) == 4
    assert set(run) <= verbs


def test_a_refused_token_is_not_tried_again() -> None:
    assert f"RestartPreventExitStatus={WRONG_USE}" in UNIT.read_text("utf-8").splitlines()


@pytest.mark.skipif(not PROMTOOL, reason="wants promtool")
def test_prometheus_takes_its_settings_and_the_rules() -> None:
    command = [str(PROMTOOL), "check", "config", str(DEPLOY / "prometheus.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not ANALYZE, reason="wants systemd")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    installed, there = "/opt/factdesk/.venv/bin/factdesk", str(shutil.which("true"))
    unit.write_text(UNIT.read_text("utf-8").replace(installed, there), "utf-8")
    command = [str(ANALYZE), "verify", "--man=no", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
