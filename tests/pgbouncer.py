"""A real pgbouncer before a test's PostgreSQL, as providers of databases run one."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import make_url

Pool = Callable[[str], str]
"""Gives the address of a database through the pooler."""

_BINARY = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_OPENSSL = shutil.which("openssl")
_CONFIG = """\
[databases]
* = host={host} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 3
"""


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


_TLS = """\
client_tls_sslmode = require
client_tls_key_file = {key}
client_tls_cert_file = {certificate}
"""


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for 127.0.0.1, and its key."""

    file: Path
    key: Path


def self_signed(folder: Path) -> Certificate:
    """A certificate made in a folder. Skips the test where there is no openssl."""
    if _OPENSSL is None:
        pytest.skip("openssl is not installed")
    made = Certificate(folder / "server.crt", folder / "server.key")
    asked = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        " -subj /CN=tests -addext subjectAltName=IP:127.0.0.1"
    )
    files = ["-keyout", str(made.key), "-out", str(made.file)]
    subprocess.run([_OPENSSL, *asked.split(), *files], check=True, capture_output=True)
    made.key.chmod(0o644)  # the pooler runs as another user
    return made


@contextmanager
def pooled(url: str, mode: str, certificate: Certificate | None = None) -> Generator[str]:
    """The address `url` through a pooler of its own. Skips the test where there is no pgbouncer.

    With a certificate, the pooler takes encrypted connections only.
    """
    if _BINARY is None:
        pytest.skip("pgbouncer is not installed")
    address, port = make_url(url), _free_port()
    with TemporaryDirectory(prefix="factdesk-") as name:
        config = Path(name) / "pgbouncer.ini"
        settings = _CONFIG.format(host=address.query["host"], port=port, mode=mode)
        if certificate:
            settings += _TLS.format(key=certificate.key, certificate=certificate.file)
        config.write_text(settings)
        Path(name).chmod(0o755)
        # It refuses to run as root, and only the server's own user may enter its folder.
        user = ["-u", Path(str(address.query["host"])).owner()] if os.geteuid() == 0 else []
        process = subprocess.Popen([_BINARY, "-q", *user, str(config)], stderr=subprocess.PIPE)
        try:
            _wait_for(process, port)
            yield f"postgresql://postgres@127.0.0.1:{port}/{address.database}"
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=10)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    assert process.stderr
    pytest.fail(process.stderr.read().decode())


@pytest.fixture
def transaction_pool() -> Iterator[Pool]:
    """A pooler that gives each transaction another connection."""
    with ExitStack() as running:
        yield lambda url: running.enter_context(pooled(url, "transaction"))


@pytest.fixture
def certificate() -> Iterator[Certificate]:
    """A self-signed certificate in a folder that a pooler's user may enter."""
    with TemporaryDirectory(prefix="factdesk-") as name:
        Path(name).chmod(0o755)
        yield self_signed(Path(name))


@pytest.fixture
def session_pool() -> Iterator[Pool]:
    """A pooler that gives each client a connection of its own."""
    with ExitStack() as running:
        yield lambda url: running.enter_context(pooled(url, "session"))
