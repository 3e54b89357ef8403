"""A PostgreSQL server of a test's own, on loopback."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, text

from dicom_node.ledger.database import create_tables, metadata, open_engine, writing
from dicom_node.ledger.tables import meta
from tests.system.free_port import free_port

#: Names the database that the tests of the ledger use in the place of SQLite.
LEDGER_URL = "OSTEONODE_TEST_LEDGER_URL"
_DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
#: For speed: nothing need survive, and to compile a question takes longer than to answer it.
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off", "jit": "off"}
_SETTINGS = _QUICK | {"listen_addresses": "127.0.0.1", "log_min_messages": "fatal"}


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


def drop(engine: Engine) -> None:
    """Remove every table."""
    with writing(engine) as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


@cache
def open_ledger(url: str) -> Engine:
    """Return the engine of a database with this program's tables; opened once."""
    engine = open_engine(url)
    create_tables(engine)
    return engine


def empty(engine: Engine) -> None:
    """Remove every row and count from 1 again, in one message: much faster than to make the tables anew."""
    emptied = [f'DELETE FROM "{each.name}"' for each in reversed(metadata.sorted_tables) if each is not meta]
    emptied.append(f"DELETE FROM {meta.name} WHERE name != 'schema_version'")
    counters = text("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL")
    with writing(engine) as connection:
        counted = [f'ALTER SEQUENCE "{name}" RESTART' for name in connection.execute(counters).scalars()]
        connection.exec_driver_sql("; ".join((*emptied, *counted)))


def _run(user: str | None, program: str, *arguments: str, check: bool = True) -> None:
    path = find_program(program)
    assert path is not None
    command = [path, *arguments]
    done = subprocess.run(command, check=False, user=user, cwd="/", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 or not check, done.stderr
