"""Print what the next revision of the ledger has to do: the difference between the tables and the last revision.

Usage: python tools/draft_revision.py
"""

import sys
from pathlib import Path
from typing import Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import UpgradeOps
from sqlalchemy import create_engine

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dicom_node.ledger.database import REVISION_TABLE, metadata
from dicom_node.ledger.tables import UtcDateTime
from dicom_node.ledger.upgrading import run_revisions


def render_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Say how a type of ours is written in a revision, which imports none of our modules."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def main() -> None:
    """Print the body of `upgrade`."""
    with create_engine("sqlite://").begin() as connection:
        run_revisions(connection)
        options = {"version_table": REVISION_TABLE, "render_item": render_type, "render_as_batch": True}
        drafted = produce_migrations(MigrationContext.configure(connection, opts=options), metadata)
    print(render_python_code(drafted.upgrade_ops or UpgradeOps([]), render_as_batch=True, render_item=render_type))


if __name__ == "__main__":
    main()
