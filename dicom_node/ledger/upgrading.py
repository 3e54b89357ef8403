"""A ledger of an earlier version is brought to this program's schema: copied first, then changed in one transaction."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine

from dicom_node.ledger.copying import copy_database
from dicom_node.ledger.database import FILE_NAME, find_schema_version, keep_schema_version, looking, writing
from dicom_node.ledger.tables import SCHEMA_VERSION

if TYPE_CHECKING:
    from alembic.config import Config

#: The folder, in the data folder, of the copies that upgrades make first.
COPIES: Final = "before-upgrade"
#: The first schema that has a revision; those before it are brought up by that one.
_FIRST_REVISION: Final = 6
_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_log = logging.getLogger("osteonode.ledger")


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade will do, or has done.

    Attributes:
        found, wanted: schema versions.
        steps: what each revision is about, in their order.
        copy: the copy of the ledger as it was; None where the database is no file of ours, and its own backup has to
            stand before the upgrade.
        size_bytes: of the ledger.
    """

    found: int
    wanted: int
    steps: tuple[str, ...]
    copy: Path | None
    size_bytes: int


def plan_upgrade(engine: Engine, data: Path, now: datetime) -> Upgrade | None:
    """Return what would be done to a ledger, None where it is new or has this program's schema.

    Raises:
        LedgerError: a later version of this program wrote it.
    """
    with looking(engine) as connection:
        found = find_schema_version(connection)
    if found is None or found == SCHEMA_VERSION:
        return None
    is_file = engine.dialect.name == "sqlite"
    size_bytes = (data / FILE_NAME).stat().st_size if is_file else 0
    copy = data / COPIES / f"schema-{found}-{now:%Y%m%dT%H%M%SZ}.sqlite" if is_file else None
    return Upgrade(found, SCHEMA_VERSION, tuple(_steps(found)), copy, size_bytes)


def upgrade_ledger(engine: Engine, data: Path, now: datetime) -> Upgrade | None:
    """Copy a ledger of an earlier version and bring it to this program's schema; None where nothing is to be done.

    Whoever calls holds the lock of the data folder: no node runs on it. What fails leaves the ledger as it was.

    Raises:
        LedgerError: a later version of this program wrote it, it could not be copied, or not be changed.
        LedgerFull: there is no room for the copy.
    """
    planned = plan_upgrade(engine, data, now)
    if planned is None:
        return None
    said = {"found": planned.found, "wanted": planned.wanted, "copy": str(planned.copy or "")}
    _log.warning("upgrading the ledger from schema %(found)s to %(wanted)s; a copy goes to %(copy)s", said)
    if planned.copy is not None:
        copy_database(data / FILE_NAME, planned.copy)
    migrate(engine)
    _log.warning("the ledger has schema %(wanted)s now", said)
    return planned


def migrate(engine: Engine) -> None:
    """Run the revisions that a ledger lacks, in one transaction, without a copy. Raises LedgerError."""
    with writing(engine) as connection:
        run_revisions(connection)
        keep_schema_version(connection)


def run_revisions(connection: Connection, until: str = "head") -> None:
    """Run the revisions that a database lacks, all of them on an empty one, in the transaction of the caller.

    Args:
        until: the last of them; the newest otherwise.
    """
    from alembic import command

    config = _configure()
    config.attributes["connection"] = connection
    command.upgrade(config, until)


def _configure() -> "Config":
    from alembic.config import Config  # a start that upgrades nothing need not load it

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _steps(found: int) -> Sequence[str]:
    from alembic.script import ScriptDirectory

    revisions = reversed(list(ScriptDirectory.from_config(_configure()).walk_revisions()))
    return [f"schema {each.revision}: {each.doc}" for each in revisions if int(each.revision) > found]
