"""`python -m bot try` as a process: how it starts, what it says where it cannot, how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from bot.config import read_config
from bot.facts.build import build
from bot.facts.load import Folders
from tests.browser import CITATION, IDLE, WINDOWS, browsing, needs_chromium
from tests.forks import Call, Forks
from tests.local_page import ROOT, SHIPPED, LocalPage, local_page, write_config
from tests.small_base import write_small_base

PATIENCE = 60  # seconds

# Seconds after the verb began: while it imports, and while it builds the base. Once it serves, the
# test after this one ends it.
MOMENTS = (0.0, 0.4)
MORE_MOMENTS = (0.05, 0.1, 0.2, 0.6, 0.8, 1.0, 1.5, 2.0)
# The verb heeds signals from when it begins; before, Python itself is starting.
OBSERVED = """
import atexit, sys

class Begun:
    def find_spec(self, name, path=None, target=None):
        if name == "bot.local_page":
            print("begun", flush=True)

sys.meta_path.insert(0, Begun())
atexit.register(print, "ended", flush=True)

from bot.cli.app import main
main()
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, write_small_base(tmp_path))


@dataclass(frozen=True)
class Refused:
    """What `try` ended in where it should refuse."""

    code: int
    out: str
    err: str


def attempt(forks: Forks, config: Path, *options: str) -> Refused:
    """Run `try` where it should refuse."""
    piped = forks.open(Call("bot.__main__:main", ("try", "--config", str(config), *options)))
    try:
        out, err = piped.stdout.read().decode(), piped.stderr.read().decode()
        return Refused(piped.process.wait(PATIENCE), out, err)
    finally:
        piped.close()


def begun(config: Path) -> subprocess.Popen[str]:
    """A process of `try` from its first moment on; it prints `ended` if Python ends in order."""
    process = subprocess.Popen(
        [sys.executable, "-c", OBSERVED, "try", "--config", str(config)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def visit(page: LocalPage) -> int:
    """Ask for the page; returns the status of the reply."""
    connection = HTTPConnection("127.0.0.1", urlsplit(page.address).port, timeout=PATIENCE)
    with closing(connection):
        connection.request("GET", "/")
        return connection.getresponse().status


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_cleanly(
    forks: Forks, config: Path, number: signal.Signals
) -> None:
    with local_page(forks, config) as page:
        assert page.address.startswith("http://127.0.0.1:")
        examples = [line for line in page.said if line.startswith("  /")]
        assert len(examples) == 3
        with socket.create_connection(("127.0.0.1", urlsplit(page.address).port or 0)) as open_port:
            assert open_port.getpeername()[0] == "127.0.0.1"
        assert page.end(number) == 0
        assert page.complaints() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "moment", [*MOMENTS, *(pytest.param(each, marks=pytest.mark.matrix) for each in MORE_MOMENTS)]
)
def test_it_ends_cleanly_at_any_moment(config: Path, moment: float, number: signal.Signals) -> None:
    with begun(config) as process:
        time.sleep(moment)
        process.send_signal(number)
        _, complaints = process.communicate(timeout=PATIENCE)
    assert (process.returncode, complaints) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals")
@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.matrix)]
)
def test_once_served_everything_is_closed_in_order(config: Path, number: signal.Signals) -> None:
    with begun(config) as process:
        assert process.stdout is not None
        assert any(line == "Ctrl+C ends it.\n" for line in process.stdout)
        process.send_signal(number)
        said, complaints = process.communicate(timeout=PATIENCE)
    assert (process.returncode, complaints) == (0, "")
    assert said.endswith("ended\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot wait for keys")
def test_find_facts_is_offered_where_keys_can_be_read(forks: Forks, config: Path) -> None:
    with local_page(forks, config) as page:
        assert page.says().startswith("Press f and Enter")
        page.type("fine")
        assert visit(page) == 200
        page.type("f")
        assert page.says() == "There is no message yet: write one on the page."
        page.hang_up()
        assert visit(page) == 200
        assert page.end(signal.SIGINT) == 0
        assert page.says() == ""
        assert page.complaints() == ""


@needs_chromium
async def test_find_facts_answers_the_author_of_the_newest_message_on_the_page(
    tmp_path: Path, forks: Forks
) -> None:
    faults: list[str] = []
    with local_page(forks, write_config(tmp_path, SHIPPED)) as served:
        async with browsing(served.address, WINDOWS["wide"], faults) as page:
            composer = page.get_by_placeholder("Message #ask-the-desk")
            await composer.press_sequentially("Yoon met Kishida in Tokyo on 16 March 2023")
            await page.wait_for_function(f"() => {IDLE}")  # it drops a key while it is drawn
            await composer.press("Enter")
            messages = page.locator("article.channel-message")
            await expect(messages).to_have_count(3)  # the greeting first, and what /ask answers
            served.type("f")
            await expect(messages).to_have_count(4)
            title = messages.last.get_by_role("heading", level=2)
            await expect(title).to_have_text("Facts related to this message")
            await expect(messages.last).to_contain_text(CITATION)
            await expect(messages.last.get_by_text("Only you can see this")).to_be_visible()
            # The bot has said the newest thing now; the message is still the one asked about.
            served.type("f")
            await expect(messages).to_have_count(5)
            await expect(messages.last).to_contain_text(CITATION)
    assert faults == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals")
def test_find_facts_is_not_offered_where_nobody_can_type(forks: Forks, config: Path) -> None:
    with local_page(forks, config, can_type=False) as page:
        assert page.end(signal.SIGINT) == 0
        assert page.says() == ""
        assert page.complaints() == ""


def test_a_taken_port_is_one_sentence(forks: Forks, config: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = attempt(forks, config, "--port", port)
    assert refused.code == 2
    assert refused.out == ""
    assert refused.err.count("\n") == 1
    assert port in refused.err
    assert "--port" in refused.err


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_what_is_no_port_is_wrong_use(forks: Forks, config: Path, port: str) -> None:
    refused = attempt(forks, config, "--port", port)
    assert refused.code == 2
    assert "--port" in refused.err
    assert "Traceback" not in refused.err


def test_a_missing_extra_is_one_sentence(config: Path) -> None:
    program = "import sys; sys.modules['simcord'] = None; from bot.cli.app import main; main()"
    refused = subprocess.run(
        [sys.executable, "-c", program, "try", "--config", str(config)],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE,
    )  # fmt: skip
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert "add [try] to what you installed" in refused.stderr


def test_a_faulty_base_is_listed(forks: Forks, config: Path) -> None:
    event = _break_two_dates(config)
    refused = attempt(forks, config)
    assert refused.code == 1
    assert refused.out == ""
    assert event in refused.err
    assert refused.err.endswith("2 faults.\n")
    assert "Traceback" not in refused.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals")
def test_a_base_built_before_answers_for_a_faulty_one(
    forks: Forks, config: Path, tmp_path: Path
) -> None:
    build(Folders(tmp_path / "facts", tmp_path / "seeds"), read_config(config).data)
    _break_two_dates(config)
    with local_page(forks, config) as page:
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
