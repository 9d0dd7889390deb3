"""The command line: one verb for each thing that a host or a curator does."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import TextIO

import typer

from bot.cli.answering import ask, digest
from bot.cli.backups import backup, restore
from bot.cli.briefings import briefing
from bot.cli.curating import build_base, check_all, survey, verify, write_schema
from bot.cli.initial import init
from bot.cli.pictures import picture
from bot.cli.serving import health, run, try_out
from bot.cli.suggestions import suggestions

app = typer.Typer(
    name="factdesk",
    help="A cited-facts desk for Discord.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its tables show a flag as if it took a value
)

# In the order in which `--help` lists them.
app.command("try")(try_out)
app.command("ask")(ask)
app.command("init")(init)
app.command("run")(run)
app.command("health")(health)
app.command("check")(check_all)
app.command("build")(build_base)
app.command("verify")(verify)
app.command("schema")(write_schema)
app.command("facts")(survey)
app.command("digest")(digest)
app.command("briefing")(briefing)
app.add_typer(picture, name="picture")
app.command("suggestions")(suggestions)
app.command("backup")(backup)
app.command("restore")(restore)


def main() -> None:
    """Run the command line; the program ends with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        _let_write_every_script(stream)
    app()


def _let_write_every_script(stream: TextIO) -> None:
    """A file or pipe gets UTF-8 in any locale; a terminal shows `?` for what it cannot print."""
    if isinstance(stream, TextIOWrapper):
        encoding = stream.encoding if stream.isatty() else "utf-8"
        stream.reconfigure(encoding=encoding, errors="replace")
