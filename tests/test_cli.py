"""The command line as real processes: what it prints, its exit codes, and never a traceback."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.app import app
from bot.cli.environment import read_environment
from bot.cli.token import read_token
from bot.config import Config, read_config, shipped
from bot.facts.build import build
from bot.facts.load import Folders
from bot.state.database import Database
from tests.forks import Call, Forks
from tests.small_base import write_small_base

ROOT = Path(__file__).parent.parent
CONFIGS = {
    "config.yaml": "facts: facts\nseeds: seeds\ndata: var\nlog: json\n",
    "fresh.yaml": "data: fresh\n",
    "faulty.yaml": "facts: faulty\ndata: none\n",
    "fallback.yaml": "facts: faulty\ndata: var\n",
    "misspelt.yaml": "facts: facts\nlanguag: en\n",
    "foreign.yaml": "language: fr\n",
    "empty.yaml": "",
    "blocked.yaml": "data: config.yaml\n",
}
BAD_LINES = """\
/event ferry deal
/nonsense

/actor \xff\xfe
{"command": "event", "options": {"name": "\\ud800"}}
{"command": "evnt"}
/topic ferry line
""".encode("latin-1")


@dataclass(frozen=True)
class Run:
    """One call of the program: its arguments, standard input and environment."""

    arguments: tuple[str, ...]
    stdin: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    alone: bool = False
    """Whether it gets a process of its own."""
    imported: bool = True
    """Whether that process finds everything imported; an interpreter of its own takes a second."""


def _run(*arguments: str, **environment: str) -> Run:
    return Run(arguments, environment=environment)


def _alone(*arguments: str, stdin: bytes = b"", imported: bool = True, **environment: str) -> Run:
    return Run(arguments, stdin, environment, True, imported)


RUNS: Mapping[str, Run] = {
    "check": _alone("check", imported=False),
    "check faulty": _alone("check", "--config", "faulty.yaml"),
    "check misspelt": _run("check", "--config", "misspelt.yaml"),
    "check foreign": _run("check", "--config", "foreign.yaml"),
    "check empty": _run("check", "--config", "empty.yaml"),
    "check missing": _run("check", "--config", "missing.yaml"),
    "build": _run("build"),
    "build fresh": _alone("build", "--config", "fresh.yaml"),
    "build faulty": _run("build", "--config", "faulty.yaml"),
    "build blocked": _run("build", "--config", "blocked.yaml"),
    "facts": _run("facts"),
    "ask": _alone("ask", "/event ferry deal"),
    "ask in Korean": _alone(
        "ask", "--language", "ko", "/event 페리 협정", imported=False, PYTHONIOENCODING="cp1252"
    ),
    "ask in French": _alone("ask", "--language", "fr", "/about"),
    "ask nonsense": _alone("ask", "/nonsense"),
    "ask lines": _alone("ask", stdin=BAD_LINES),
    "ask lines as json": _alone("ask", "--json", stdin=BAD_LINES, imported=False),
    "ask no lines": _alone("ask"),
    "ask after a mark": _alone("ask", stdin="\ufeff/event ferry deal\n".encode()),
    "ask the base before": _alone("ask", "/event ferry deal", "--config", "fallback.yaml"),
    "run": _alone("run"),
    "run without file": _run("run", DISCORD_TOKEN_FILE="missing.token"),
    "run with two lines": _run("run", DISCORD_TOKEN="first\nsecond"),
    "init with a name before it": _alone("init", "--config", "new/config.yaml", stdin=b"Bot x\n"),
    "init without": _alone("init", "--config", "new/config.yaml"),
    "verify nowhere": _run("verify", "missing"),
    "verify empty": _run("verify", "var"),
    "unknown verb": _alone("aks"),
    "unknown option": _run("check", "--confg", "x"),
    "no verb": _run(),
}


@dataclass(frozen=True)
class Ended:
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A host's folder: settings of all kinds, a base that is built, and one with two faults."""
    folder = tmp_path_factory.mktemp("host")
    folders = write_small_base(folder)
    build(folders, folder / "var")
    for name, text in CONFIGS.items():
        (folder / name).write_text(text, "utf-8")
    shutil.copytree(folders.facts, folder / "faulty")
    for name in ("norhaven", "sudby"):
        path = folder / f"faulty/actors/{name}.yaml"
        path.write_text(path.read_text("utf-8").replace("kind: state", "kind: town"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def calls(place: Path, forks: Forks) -> Mapping[str, Ended]:
    """What each call of RUNS ended in."""
    return {
        name: _call(run, place, forks) if run.alone else _invoke(run, place)
        for name, run in RUNS.items()
    }


def _invoke(run: Run, place: Path) -> Ended:
    """The call, made inside this process."""
    with chdir(place):
        environment = {"DISCORD_TOKEN": None, "DISCORD_TOKEN_FILE": None, **run.environment}
        result = CliRunner().invoke(app, run.arguments, env=environment, prog_name="factdesk")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


def _call(run: Run, place: Path, forks: Forks) -> Ended:
    """The call, made as a host makes it."""
    bare = {name: value for name, value in os.environ.items() if "DISCORD" not in name}
    environment = {**bare, "PYTHONPATH": str(ROOT), **run.environment}
    around: dict[str, Any] = {"environment": environment, "folder": str(place)}
    if run.imported:
        call = Call("bot.__main__:main", run.arguments, **around)
    else:
        call = Call.of_interpreter("-m", "bot", *run.arguments, **around)
    process = forks.open(call)
    try:
        process.stdin.write(run.stdin)
        process.stdin.close()
        out, err = process.stdout.read(), process.stderr.read()
        return Ended(process.process.wait(), out.decode(), err.decode())
    finally:
        process.close()


@pytest.fixture
def ended(calls: Mapping[str, Ended], request: pytest.FixtureRequest) -> Ended:
    """The call that a test names in its mark."""
    return calls[request.param]


def of(name: str) -> pytest.MarkDecorator:
    """For a test of one call."""
    return pytest.mark.parametrize("ended", [name], indirect=True)


@pytest.mark.parametrize("ended", RUNS, indirect=True)
def test_no_call_ends_in_a_traceback(ended: Ended) -> None:
    assert "Traceback" not in ended.err + ended.out
    assert not re.search(r"^[\w.]*[a-z]Error:", ended.err + ended.out, re.MULTILINE)
    assert ended.code in (0, 1, 2)


@of("check")
def test_check_of_a_clean_base_says_so(ended: Ended) -> None:
    assert (ended.code, ended.out, ended.err) == (0, "No faults.\n", "")


@pytest.mark.parametrize("ended", ["check faulty", "build faulty"], indirect=True)
def test_faults_are_listed_and_counted(ended: Ended) -> None:
    assert (ended.code, ended.out) == (1, "")
    lines = ended.err.splitlines()
    for line, name in zip(lines, ("norhaven", "sudby"), strict=False):
        assert line.startswith(
            f"faulty/actors/{name}.yaml:4: `town` is not a kind; use one of 'person'"
        )
    assert lines[2:] == ["2 faults."]


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (
            "check misspelt",
            "misspelt.yaml:2: `languag` is not a field here; did you mean `language`?",
        ),
        ("check foreign", "foreign.yaml:1: `fr` is not a language; use one of 'en', 'ko' or 'ja'"),
        ("check empty", "empty.yaml:1: the file is empty; it must hold one mapping"),
        ("check missing", "missing.yaml:1: cannot be read: No such file or directory"),
    ],
    indirect=["ended"],
)
def test_faulty_settings_are_told_with_their_line(ended: Ended, said: str) -> None:
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(said)
    assert ended.err.endswith("\n1 fault.\n")


@of("build")
def test_an_unchanged_base_is_called_unchanged(ended: Ended) -> None:
    assert (ended.code, ended.err) == (0, "")
    assert re.fullmatch(r"Unchanged: facts-[0-9a-f]{12}\.db\n", ended.out)


@of("build fresh")
def test_a_base_is_built_into_the_folder_that_the_settings_name(ended: Ended, place: Path) -> None:
    assert (ended.code, ended.err) == (0, "")
    assert re.fullmatch(r"Built facts-[0-9a-f]{12}\.db\n", ended.out)
    assert len(list((place / "fresh").glob("*.db"))) == 1


@of("build blocked")
def test_a_folder_that_cannot_be_written_is_one_sentence(ended: Ended) -> None:
    assert (ended.code, ended.out) == (1, "")
    assert len(ended.err.splitlines()) == 1
    assert "choose another folder as `data`" in ended.err


@of("facts")
def test_facts_counts_what_the_base_holds(ended: Ended) -> None:
    assert (ended.code, ended.err) == (0, "")
    assert "ferry-report" in ended.out


@of("ask")
def test_a_question_as_argument_is_answered_with_its_sources(ended: Ended) -> None:
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Ferry agreement of Norhaven and Sudby\n")
    assert "[1 ¶4]" in ended.out
    assert re.search("“Port towns reopen ferry line after seven years”.*Per Olsen.*¶4", ended.out)


@of("ask in Korean")
def test_answers_come_in_the_wished_language_and_as_utf8_in_any_locale(ended: Ended) -> None:
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("페리 협정\n")


@of("ask in French")
def test_a_language_that_is_not_spoken_is_wrong_use(ended: Ended) -> None:
    assert ended == Ended(2, "", "No language `fr`; there are en, ko, ja.\n")


@of("ask nonsense")
def test_a_question_that_is_none_is_wrong_use(ended: Ended) -> None:
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("no command /nonsense; there are: /ask, /event")


@of("ask no lines")
def test_no_lines_are_no_questions(ended: Ended) -> None:
    assert ended == Ended(0, "", "")


@of("ask after a mark")
def test_a_byte_order_mark_is_no_part_of_the_question(ended: Ended) -> None:
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Ferry agreement of Norhaven and Sudby\n")


@of("ask lines")
def test_bad_lines_are_told_by_number_and_the_good_ones_answered(ended: Ended) -> None:
    assert ended.code == 1
    assert [line.split(":")[0] for line in ended.err.splitlines()] == ["line 2", "line 6"]
    for title in ("Ferry agreement of", "No person, office or state matches", "Ferry line"):
        assert re.search(f"^{title}", ended.out, re.MULTILINE), title


@of("ask lines as json")
def test_as_json_each_line_is_one_object(ended: Ended) -> None:
    assert (ended.code, ended.err) == (1, "")
    told = [json.loads(line) for line in ended.out.splitlines()]
    assert [one.get("found") for one in told] == [True, None, False, False, None, True]
    assert [one["line"] for one in told if "error" in one] == [2, 6]
    assert told[2]["options"] == {"name": "\ufffd\ufffd"}
    assert told[3]["options"] == {"name": "?"}
    keys = [
        "command", "options", "found", "tier", "thing", "facts", "text", "pages", "citations",
        "choices",
    ]  # fmt: skip
    assert [list(one) for one in told if "error" not in one] == [keys] * 4


@of("ask the base before")
def test_faulty_files_leave_the_base_before_in_service(ended: Ended) -> None:
    assert ended.code == 0
    assert ended.out.startswith("Ferry agreement of Norhaven and Sudby\n")
    assert "the one built last answers" in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        ("run", "No token: run `factdesk init`, which asks for it, or set DISCORD_TOKEN"),
        ("init without", "No token: set DISCORD_TOKEN, or give the token on standard input."),
        ("init with a name before it", "The token has `Bot ` before it; give the token alone."),
        ("run without file", "DISCORD_TOKEN_FILE cannot be read: missing.token"),
        ("run with two lines", "The token contains a line break or a character that no token has"),
    ],
    indirect=["ended"],
)
def test_a_missing_or_broken_token_is_one_sentence(ended: Ended, said: str) -> None:
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(said)
    assert len(ended.err.splitlines()) == 1
    assert "second" not in ended.err


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        ("unknown verb", "No such command 'aks'"),
        ("unknown option", "No such option: --confg"),
        ("verify nowhere", "does not exist"),
        ("verify empty", "put the articles there, as UTF-8 text."),
    ],
    indirect=["ended"],
)
def test_wrong_use_says_what_is_wrong(ended: Ended, said: str) -> None:
    assert (ended.code, ended.out) == (2, "")
    assert said in re.sub(r"[│\s]+", " ", ended.err)


@of("no verb")
def test_without_a_verb_the_help_is_shown(ended: Ended) -> None:
    assert ended.code == 2
    assert all(verb in ended.err for verb in _verbs())


def test_a_reader_that_goes_away_ends_the_program_quietly(place: Path) -> None:
    command = [sys.executable, "-m", "bot", "ask"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=place, env=environment, stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        assert process.stdout
        process.stdout.close()
        process.stdout = None
        _, err = process.communicate(b"/about\n" * 200, timeout=60)
    assert err == b""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of its own")
def test_ask_at_a_terminal_prompts_and_one_interruption_ends_it(place: Path) -> None:
    ours, theirs = os.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "ask"],
        cwd=place,
        env=environment,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout
        os.close(theirs)
        _read_until(process.stdout, b"> ")
        os.write(ours, b"/event ferry deal\n")
        assert b"Ferry agreement" in _read_until(process.stdout, b"\n> ")
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
        assert b"Traceback" not in process.stdout.read()
    os.close(ours)


def _read_until(pipe: IO[bytes], end: bytes) -> bytes:
    """What is written to a pipe up to some bytes."""
    written = b""
    while not written.endswith(end):
        byte = pipe.read(1)
        assert byte, written
        written += byte
    return written


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("DISCORD_TOKEN=a.b.c", "a name before it, such as `DISCORD_TOKEN=`"),
        ("export DISCORD_TOKEN=a.b.c", "a name before it"),
        ("Token: a.b.c", "a name before it"),
        ("Bot a.b.c", "`Bot ` before it"),
        ("bearer a.b.c", "`Bot ` before it"),
        ('"a.b.c"', "quotation marks or brackets"),
        ("'a.b.c'", "quotation marks or brackets"),
        ("“a.b.c”", "quotation marks or brackets"),
        ("`a.b.c`", "quotation marks or brackets"),
        ("<a.b.c>", "quotation marks or brackets"),
        ("a.b.c;", "quotation marks or brackets"),
        ("a.b.c # the desk", "a space in it"),
        ("a.b.\u200bc", "a character that no token has"),
    ],
)
@pytest.mark.parametrize("in_file", [False, True])
def test_what_was_pasted_along_with_a_token_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pasted: str, said: str, in_file: bool
) -> None:
    file = tmp_path / "token"
    file.write_text(pasted, "utf-8")
    environment = {"DISCORD_TOKEN_FILE": str(file)} if in_file else {"DISCORD_TOKEN": pasted}
    with pytest.raises(typer.Exit) as ended:
        read_token(environment)
    shown = capsys.readouterr().err
    assert ended.value.exit_code == 2
    assert said in shown
    assert "a.b" not in shown


def test_a_mark_and_a_line_end_around_a_token_in_a_file_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("\ufeffMTA.b_-1.c\r\n", "utf-8")
    assert read_token({"DISCORD_TOKEN_FILE": str(file)}) == "MTA.b_-1.c"


def test_variables_come_from_the_file_beside_the_settings_unless_they_are_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\ufeff# a comment\nDISCORD_TOKEN=a.b.c\r\nexport PGPASSWORD='1$HOME \"#'\nPGUSER=file\n"
    (tmp_path / ".env").write_text(text, "utf-8")
    for name in ("DISCORD_TOKEN", "PGPASSWORD"):
        monkeypatch.setenv(name, "")  # so that it is unset afterwards
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGUSER", "environment")
    read_environment(tmp_path / "config.yaml")
    found = [os.environ[name] for name in ("DISCORD_TOKEN", "PGPASSWORD", "PGUSER")]
    assert found == ["a.b.c", '1$HOME "#', "environment"]


def test_a_file_of_variables_in_another_encoding_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN=a.b.c", "utf-16")  # as Windows PowerShell writes
    with pytest.raises(typer.Exit):
        read_environment(tmp_path / "config.yaml")
    assert ".env is not UTF-8; save it again as UTF-8." in capsys.readouterr().err


def test_without_settings_the_folder_is_named(tmp_path: Path) -> None:
    with chdir(tmp_path):
        result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"There is no config.yaml in {tmp_path}. ")
    assert "with --config" in result.stderr


def test_without_facts_of_its_own_a_host_has_the_base_that_the_program_comes_with(
    tmp_path: Path,
) -> None:
    (tmp_path / "config.yaml").write_text("language: ko\n", "utf-8")
    config = read_config(tmp_path / "config.yaml")
    assert (config.facts, config.seeds) == (shipped() / "facts", shipped() / "seeds")
    (tmp_path / "facts").mkdir()
    config = read_config(tmp_path / "config.yaml")
    assert (config.facts, config.seeds) == (tmp_path / "facts", tmp_path / "seeds")


def test_paths_start_where_the_settings_are_named_not_where_a_link_leads(tmp_path: Path) -> None:
    """Kubernetes gives a file as a link into a folder of its own."""
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data/config.yaml").write_text("state: sqlite:///var/my.db\n", "utf-8")
    (tmp_path / "config.yaml").symlink_to("..data/config.yaml")
    (tmp_path / "facts").mkdir()
    config = read_config(tmp_path / "config.yaml")
    assert config.facts == tmp_path / "facts"
    assert config.state == f"sqlite:///{tmp_path}/var/my.db"
    with chdir(tmp_path):
        assert read_config(Path("config.yaml")) == config


@pytest.mark.parametrize("name", ["100%", "50%20", "what?", "a#b", "two words", "한국"])
def test_a_folder_may_have_any_name(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both the host's own folder, and the one that the program is installed in."""
    program = tmp_path / name / "bot"
    program.parent.mkdir()
    program.symlink_to(ROOT / "bot")
    monkeypatch.setattr("bot.state.database.__file__", str(program / "state/database.py"))
    state = Config(data=tmp_path / name / "var")
    database = asyncio.run(Database.open(state.state_address))
    asyncio.run(database.close())
    assert state.state_file.exists()


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("sqlite:///broken.db", "file is not a database"),
        ("postgresql://me@127.0.0.1:99999/desk", "there is no port 99999"),
    ],
)
def test_a_state_that_cannot_be_used_is_a_sentence_with_what_to_do(
    place: Path, state: str, reason: str
) -> None:
    (place / "broken.db").write_bytes(b"no database" * 1_000)
    (place / "broken.yaml").write_text(f"state: {state}\n", "utf-8")
    with chdir(place):
        result = CliRunner().invoke(app, ["suggestions", "--config", "broken.yaml"])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"The state cannot be used: {reason}")
    assert "restore a backup" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def _verbs() -> list[str]:
    command = typer.main.get_command(app)
    return sorted(getattr(command, "commands", {}))


def _runnable() -> list[list[str]]:
    """What can be run: each verb, or the parts of one that has parts."""
    commands = getattr(typer.main.get_command(app), "commands", {})
    parts = {verb: getattr(command, "commands", None) for verb, command in commands.items()}
    return [[verb, *part] for verb in parts for part in ([[p] for p in parts[verb] or ()] or [[]])]


@pytest.mark.parametrize("verb", _runnable(), ids=" ".join)
def test_every_verb_explains_itself(verb: list[str]) -> None:
    shown = CliRunner().invoke(app, [*verb, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert shown.exit_code == 0
    assert "--config" in shown.output
    assert "Usage" in shown.output


def test_every_setting_stands_in_the_shipped_settings_with_its_default() -> None:
    text = (ROOT / "config.yaml").read_text("utf-8")
    for name, default in Config().model_dump().items():
        value = str(default).lower() if isinstance(default, bool) else default
        shown = f"# {name}: " if default is None else f"(# )?{name}: {value}$"
        assert re.search(f"^{shown}", text, re.MULTILINE), name


def test_the_small_base_needs_no_more_than_its_folders(place: Path) -> None:
    assert not build(Folders(place / "facts", place / "seeds"), place / "var").was_built
