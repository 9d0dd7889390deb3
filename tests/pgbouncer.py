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
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import make_url

Pool = Callable[[str], str]
"""Gives the address of a database through the pooler."""

_BINARY = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
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


@contextmanager
def pooled(url: str, mode: str) -> Generator[str]:
    """The address `url` through a pooler of its own. Skips the test where there is no pgbouncer."""
    if _BINARY is None:
        pytest.skip("pgbouncer is not installed")
    address, port = make_url(url), _free_port()
    with TemporaryDirectory(prefix="factdesk-") as name:
        config = Path(name) / "pgbouncer.ini"
        config.write_text(_CONFIG.format(host=address.query["host"], port=port, mode=mode))
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
def session_pool() -> Iterator[Pool]:
    """A pooler that gives each client a connection of its own."""
    with ExitStack() as running:
        yield lambda url: running.enter_context(pooled(url, "session"))
