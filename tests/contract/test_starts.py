"""Work starts with its row or not at all, and once: of the engine's own store, which the ledger shares."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dbos import DBOS
from sqlalchemy import Engine, text

from dicom_node.ledger.database import create_tables, database_url, open_engine, writing
from dicom_node.ledger.ledger import Ledger
from dicom_node.pipeline.workflow_starts import WorkflowStarts
from domain.delivery import Delivery, DeliveryState
from tests.fakes.arrivals import arrive
from tests.fakes.clock import FakeClock


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    DBOS.migrate(database_url(tmp_path))
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def starts(engine: Engine) -> WorkflowStarts:
    return WorkflowStarts(engine, {"pacs": 2, "ris": 1}, "models")


def started(engine: Engine) -> list[tuple[str, ...]]:
    """Return identifier, state and partition of all workflows in the store."""
    columns = "workflow_uuid, status, queue_partition_key"
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM workflow_status ORDER BY 1"))]


def test_an_image_that_arrived_is_read_once(engine: Engine, starts: WorkflowStarts, tmp_path: Path) -> None:
    ledger = Ledger(engine, tmp_path, FakeClock(), starts)
    ledger.record_instance(arrive("1", "1"))
    assert [ledger.start_readings(9) for _ in range(2)] == [1, 0]
    assert started(engine) == [("read:1.1.1.1:models", "ENQUEUED", None)]


def test_work_whose_row_is_rolled_back_never_starts(engine: Engine, starts: WorkflowStarts) -> None:
    with engine.connect() as connection:
        starts.read_image(connection, "1.1.1.1")
        connection.rollback()
    assert started(engine) == []


def test_the_same_work_started_twice_is_started_once(engine: Engine, starts: WorkflowStarts) -> None:
    for _ in range(2):
        with writing(engine) as connection:
            starts.answer_study(connection, "1.1", 1, 1)
    assert [identifier for identifier, *_ in started(engine)] == ["answer:1.1:1:1"]


def test_a_delayed_attempt_waits_in_the_lane_of_its_destination(engine: Engine, starts: WorkflowStarts) -> None:
    delivery = Delivery("1.1", 1, "ris", DeliveryState.WAITING, turn=3)
    with writing(engine) as connection:
        starts.deliver(connection, delivery, delay_seconds=60.0)
    assert started(engine) == [("deliver:1.1:1:ris:3", "DELAYED", "ris:0")]


def test_a_study_keeps_its_lane_and_other_studies_use_the_others(engine: Engine, starts: WorkflowStarts) -> None:
    for number in range(12):
        with writing(engine) as connection:
            starts.deliver(connection, Delivery(f"1.{number}", 1, "pacs", DeliveryState.WAITING, turn=1))
            starts.deliver(connection, Delivery(f"1.{number}", 1, "pacs", DeliveryState.WAITING, turn=2))
    lanes: dict[str, set[str]] = {identifier.rsplit(":", 1)[0]: set() for identifier, *_ in started(engine)}
    for identifier, _status, lane in started(engine):
        lanes[identifier.rsplit(":", 1)[0]].add(lane)
    assert all(len(used) == 1 for used in lanes.values())
    assert set().union(*lanes.values()) == {"pacs:0", "pacs:1"}


def test_an_explanation_waits_in_a_queue_of_its_own(engine: Engine, starts: WorkflowStarts) -> None:
    with writing(engine) as connection:
        starts.explain_study(connection, "1.1", 1, 2, delay_seconds=60.0)
    assert started(engine) == [("explain:1.1:1:2", "DELAYED", None)]
