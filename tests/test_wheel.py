"""The wheel: it has all that the program needs, and runs outside a clone."""

from __future__ import annotations

import os
import re
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen
from zipfile import ZipFile

import discord
import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.conftest import ROOT
from tests.patience import patience

ANY_PACKAGE = "tzdata"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built beside a copy of an article."""
    article = ROOT / f"seeds/copy-of-an-article-{os.getpid()}.txt"  # one for each worker
    article.touch()
    try:
        folder = tmp_path_factory.mktemp("dist")
        return Path(*WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))
    finally:
        article.unlink()


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a user whose home is empty."""
    home = tmp_path / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if "PYTHON" not in name}
    return {**kept, "HOME": str(home)}


def environment_at(folder: Path, with_pip: bool) -> Path:
    """The Python of a new virtual environment."""
    venv.create(folder, symlinks=True, with_pip=with_pip)
    return folder / "bin/python"


def files(folder: str, *ends: str) -> Iterator[str]:
    """The files of a folder of the clone with these ends, as a wheel names them."""
    for path in (ROOT / folder).rglob("*"):
        if path.suffix in ends and "__pycache__" not in path.parts:
            yield str(path.relative_to(ROOT))


def test_the_wheel_has_the_program_and_the_base_and_no_article(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    assert set(files("bot", ".py", ".po", ".sql", ".otf", ".txt")) <= names
    assert {f"bot/shipped/{name}" for name in files("facts", ".yaml")} <= names
    seeds = {name for name in names if name.startswith("bot/shipped/seeds/")}
    assert seeds == {f"bot/shipped/{name}" for name in files("seeds", ".yaml")}
    assert "bot/shipped/config.yaml" in names


def test_an_installed_program_answers_outside_a_clone(
    wheel: Path, tmp_path: Path, home: dict[str, str]
) -> None:
    """With the packages that are installed here; the matrix installs them for real."""
    python = environment_at(tmp_path / "env", with_pip=False)
    (site,) = tmp_path.glob("env/lib/*/site-packages")
    ZipFile(wheel).extractall(site)
    (site / "packages.pth").write_text(str(Path(discord.__file__).parent.parent), "utf-8")
    asked = subprocess.run(
        [python, "-m", "bot", "ask", "/event tokyo summit"],
        cwd=home["HOME"],
        env=home,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.startswith("Yoon-Kishida summit")
    assert asked.stderr == "No config.yaml here: this is the base that Factdesk comes with.\n"
    assert not [path for path in Path(home["HOME"]).iterdir() if not path.name.startswith(".")]


def require_registry(python: Path, folder: Path) -> None:
    """Skip the test where no registry of packages answers, as there is nothing to install from."""
    options = ("-q", "--no-deps", "--retries", "1", "--timeout", "20", "-d", str(folder))
    asked = subprocess.run(
        [python, "-m", "pip", "download", *options, ANY_PACKAGE],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if asked.returncode:
        *_, reason = ["it says nothing", *asked.stderr.splitlines()]
        pytest.skip(f"pip reaches no registry of packages: {reason}")


@pytest.mark.matrix
def test_a_wheel_installed_with_its_packages_serves_the_local_page(
    wheel: Path, tmp_path: Path, home: dict[str, str]
) -> None:
    python = environment_at(tmp_path / "env", with_pip=True)
    require_registry(python, tmp_path / "downloads")
    constraints = ROOT / "constraints.txt"
    install = [python, "-m", "pip", "install", "-q", "-c", constraints, f"{wheel}[try]"]
    subprocess.run(install, check=True, env=dict(os.environ))
    program = python.with_name("factdesk")
    with subprocess.Popen(
        [program, "try"], cwd=home["HOME"], env=home, stdout=subprocess.PIPE, encoding="utf-8"
    ) as page:
        assert page.stdout
        try:
            address = re.search(r"http://\S+", page.stdout.readline())
            assert address
            with urlopen(address[0], timeout=patience(20)) as answer:  # noqa: S310
                assert answer.status == 200
        finally:
            page.terminate()
    assert page.returncode == 0
