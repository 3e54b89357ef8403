from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dicom_node.ledger.database import create_tables, database_url, open_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The ledger, empty, of the node that `config` configures."""
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def config(engine: Engine, tmp_path: Path) -> Path:
    """The configuration of a node that has run: where its data is, and nothing else."""
    path = tmp_path / "site.toml"
    path.write_text(f'[node]\ndata = "{tmp_path}"\n')
    return path
