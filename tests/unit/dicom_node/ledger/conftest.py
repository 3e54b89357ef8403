import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.queries import LedgerView
from tests.fakes.clock import FakeClock
from tests.fakes.starts import FakeStarts
from tests.peers.postgresql import LEDGER_URL, empty, open_ledger


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def starts() -> FakeStarts:
    return FakeStarts()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A new ledger: SQLite, or the PostgreSQL that LEDGER_URL names, which tests/integration runs these tests on."""
    if url := os.environ.get(LEDGER_URL):
        empty(open_ledger(url))
        yield open_ledger(url)
        return
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def ledger(engine: Engine, tmp_path: Path, clock: FakeClock, starts: FakeStarts) -> Ledger:
    return Ledger(engine, tmp_path, clock, starts)


@pytest.fixture
def interventions(engine: Engine, clock: FakeClock, starts: FakeStarts) -> Interventions:
    return Interventions(engine, clock, starts)


@pytest.fixture
def view(engine: Engine, tmp_path: Path) -> LedgerView:
    return LedgerView(engine, tmp_path)
