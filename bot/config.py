"""The host's settings: `config.yaml` as a frozen value."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot import documents, validation
from bot.documents import Fault
from bot.shards import UNDIVIDED, Shards

_AUTO = "auto"


class MonitoringAddress(NamedTuple):
    """Where `/health` and `/metrics` are served."""

    host: str
    port: int


class Host(NamedTuple):
    """Who runs the bot, as `/about` says: a name, and two addresses of pages."""

    name: str | None = None
    privacy_page: str | None = None
    report_page: str | None = None


UNNAMED_HOST = Host()

_Address = Annotated[str, Field(pattern=r"^https?://[^\s()<>]+$", max_length=200)]


def read_shards(written: str) -> Shards | None:
    """Shards as the host writes them; None for `auto`. Raises ValueError, with a sentence."""
    return None if written.strip() == _AUTO else Shards.read(written)


def _read_shards(given: object) -> object:
    return read_shards(given) if isinstance(given, str) else given


class Config(BaseModel):
    """The settings. Paths are absolute once read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    facts: Path = Path("facts")
    seeds: Path = Path("seeds")
    data: Path = Path("var")
    state: str | None = None
    language: Literal["en", "ko", "ja"] = "en"
    log: Literal["console", "json"] = "console"
    mentions: bool = False
    monitoring: Annotated[str, Field(pattern=r"^[^\s/:]+:[0-9]{1,5}$")] | None = None
    hosted_by: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    privacy_page: _Address | None = None
    report_page: _Address | None = None
    shards: Annotated[Shards | None, BeforeValidator(_read_shards)] = None
    """The shards of this process; None for all, in the number that Discord recommends."""

    @property
    def shards_or_all(self) -> Shards:
        """The shards of this process; one of all servers until Discord says how many."""
        return self.shards or UNDIVIDED

    @property
    def state_address(self) -> str:
        """The URL of the state's database: a SQLite file in `data` unless another is set."""
        return self.state or f"sqlite:///{self.state_file}"

    @property
    def state_file(self) -> Path:
        """The state's file, unless another database is set."""
        return self.data / "state.db"

    @property
    def host(self) -> Host:
        """Who runs the bot."""
        return Host(self.hosted_by, self.privacy_page, self.report_page)

    @property
    def monitoring_address(self) -> MonitoringAddress | None:
        """Where `/health` and `/metrics` are served, if they are."""
        if self.monitoring is None:
            return None
        host, port = self.monitoring.split(":")
        return MonitoringAddress(host, int(port))


class FaultyConfig(Exception):
    """The settings cannot be used; carries every fault."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def read_config(path: Path) -> Config:
    """The settings in a file. Raises FaultyConfig with every fault."""
    try:
        document, faults = documents.read(path, path.name)
    except OSError as error:
        raise FaultyConfig([Fault(str(path), 1, f"cannot be read: {error.strerror}")]) from None
    if document is None:
        raise FaultyConfig(faults)
    config, misfits = validation.validate(document, Config)
    if config is None or faults:
        raise FaultyConfig([*faults, *misfits])
    folder = path.absolute().parent  # of a link its own folder, not the target's
    facts = folder / config.facts
    if "facts" not in config.model_fields_set and not facts.exists():
        facts = shipped() / config.facts
    seeds = folder / config.seeds if "seeds" in config.model_fields_set else facts.parent / "seeds"
    places = {"facts": facts, "seeds": seeds, "data": folder / config.data}
    return config.model_copy(update={**places, "state": _absolute(config.state, folder)})


def shipped() -> Path:
    """The folder with the base and the settings that the program comes with."""
    package = Path(__file__).parent
    packed = package / "shipped"  # in an installed program; else it is a clone
    return packed if packed.exists() else package.parent


def _absolute(state: str | None, folder: Path) -> str | None:
    """The state's URL; if it has a SQLite file, with an absolute path."""
    if state and state.startswith(_SQLITE):
        return f"{_SQLITE}{folder / state.removeprefix(_SQLITE)}"
    return state


_SQLITE = "sqlite:///"
