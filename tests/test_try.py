"""`python -m bot try` as a process: how it starts, what it says where it cannot, how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.local_page import ROOT, local_page, write_config
from tests.small_base import write_small_base

PATIENCE = 60  # seconds


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, write_small_base(tmp_path))


def attempt(config: Path, *options: str, before: str = "pass") -> subprocess.CompletedProcess[str]:
    """Run `try` where it should refuse; `before` is Python that runs first."""
    program = f"{before}; from bot.cli import main; main()"
    command = [sys.executable, "-c", program, "try", "--config", str(config), *options]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_cleanly(config: Path, number: signal.Signals) -> None:
    with local_page(config) as page:
        assert page.address.startswith("http://127.0.0.1:")
        examples = [line for line in page.said if line.startswith("  /")]
        assert len(examples) == 3
        with socket.create_connection(("127.0.0.1", urlsplit(page.address).port or 0)) as open_port:
            assert open_port.getpeername()[0] == "127.0.0.1"
        assert page.end(number) == 0
        assert page.complaints() == ""


def test_a_taken_port_is_one_sentence(config: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = attempt(config, "--port", port)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert port in refused.stderr
    assert "--port" in refused.stderr


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_what_is_no_port_is_wrong_use(config: Path, port: str) -> None:
    refused = attempt(config, "--port", port)
    assert refused.returncode == 2
    assert "--port" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("package", ["simcord", "PIL"])
def test_a_missing_extra_is_one_sentence(config: Path, package: str) -> None:
    refused = attempt(config, before=f"import sys; sys.modules['{package}'] = None")
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert "pip install -e '.[try]'" in refused.stderr


def test_a_faulty_base_is_listed(config: Path) -> None:
    event = _break_two_dates(config)
    refused = attempt(config)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert event in refused.stderr
    assert refused.stderr.endswith("2 faults.\n")
    assert "Traceback" not in refused.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals")
def test_a_base_built_before_answers_for_a_faulty_one(config: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "bot", "build", "--config", str(config)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    _break_two_dates(config)
    with local_page(config) as page:
        assert page.end(signal.SIGINT) == 0
        assert "`check` lists the faults" in page.complaints()
        assert "Traceback" not in page.complaints()


def _break_two_dates(config: Path) -> str:
    """Make the dates of two events impossible; returns the name of one of their files."""
    folder = config.parent / "facts/events"
    for name, date in (("ferry-agreement", "2021-05-04"), ("storm-2014", "2014-11")):
        file = folder / f"{name}.yaml"
        text = file.read_text("utf-8")
        assert f"edtf: {date}" in text
        file.write_text(text.replace(f"edtf: {date}", "edtf: 2021-13"), "utf-8")
    return "storm-2014.yaml"
