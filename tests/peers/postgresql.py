"""A PostgreSQL server of a test's own, on loopback."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.free_port import free_port

_DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_SETTINGS = {"fsync": "off", "listen_addresses": "127.0.0.1", "log_min_messages": "fatal"}


def find_program(name: str) -> str | None:
    """Return the path of one of PostgreSQL's programs: Debian keeps them out of PATH."""
    return shutil.which(name, path=os.pathsep.join(map(str, _DEBIAN[-1:])) or None) or shutil.which(name)


@contextmanager
def serving() -> Iterator[str]:
    """Give the URL of an empty database, for SQLAlchemy."""
    folder = Path(tempfile.mkdtemp(prefix="osteonode-postgresql-"))
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    if user is not None:
        shutil.chown(folder, user)
    port = free_port()
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    options += f" -c unix_socket_directories={folder} -p {port}"
    try:
        _run(user, "initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-N")
        _run(user, "pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", options, "start")
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        _run(user, "pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _run(user: str | None, program: str, *arguments: str, check: bool = True) -> None:
    path = find_program(program)
    assert path is not None
    command = [path, *arguments]
    done = subprocess.run(command, check=False, user=user, cwd="/", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 or not check, done.stderr
