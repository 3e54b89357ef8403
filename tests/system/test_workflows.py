"""The durable workflows on their engine, with the light parts of the unit tests around them."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dbos import DBOS
from sqlalchemy import text

from dicom_node.ledger.database import database_url, open_workflow_engine
from dicom_node.ledger.ledger import Ledger
from dicom_node.pipeline.polling_pace import BUSY_SECONDS, RESTING_SECONDS
from dicom_node.pipeline.workflow_starts import ANSWER, DELIVER, READ, WorkflowStarts
from dicom_node.pipeline.workflows import Workflows
from domain.delivery import DeliveryState
from domain.study import CompletionRule
from tests.fakes.hospital import wait_until
from tests.fakes.light_reader import MODEL_SET
from tests.unit.dicom_node.pipeline.workbench import Workbench

pytestmark = [pytest.mark.system, pytest.mark.slow]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    bench = Workbench(tmp_path)
    starts = WorkflowStarts(bench.engine, {"pacs": 2, "ris": 2}, MODEL_SET)
    bench.use(Ledger(bench.engine, tmp_path, bench.clock, starts))
    yield bench
    bench.close()


@pytest.fixture
def workflows(bench: Workbench, tmp_path: Path) -> Iterator[Workflows]:
    engine = open_workflow_engine(database_url(tmp_path))
    workflows = Workflows(bench.parts, engine)
    workflows.start()
    yield workflows
    workflows.stop()
    engine.dispose()


@pytest.fixture
def nowhere(bench: Workbench) -> None:
    settings = bench.parts.settings.model_copy(update={"destination": ()})
    bench.parts = replace(bench.parts, settings=settings, destinations={})


def run_one_study(bench: Workbench) -> None:
    bench.arrive("1", "1")
    (study,) = bench.ledger.open_studies()
    assert bench.ledger.close_study(study, CompletionRule.QUIET_TIME)


def is_delivered(bench: Workbench) -> bool:
    states = [each.state for each in bench.history("1").deliveries]
    return states == [DeliveryState.DELIVERED, DeliveryState.DELIVERED]


def rows(bench: Workbench, condition: str = "1 = 1") -> int:
    with bench.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM workflow_status WHERE {condition}")).scalar_one())


def test_an_image_and_a_closed_study_are_enough_for_the_answer(bench: Workbench, workflows: Workflows) -> None:
    run_one_study(bench)
    wait_until(lambda: is_delivered(bench))
    assert len(bench.reader.read_paths) == 1
    assert len(bench.composer.asked) == 1


def test_an_answer_waits_for_images_that_are_being_read_and_reads_none_twice(
    bench: Workbench, workflows: Workflows
) -> None:
    bench.reader.gate.clear()
    run_one_study(bench)
    wait_until(lambda: rows(bench, "name = 'answer_study' AND status = 'PENDING'") == 1)
    assert bench.composer.asked == []
    bench.reader.gate.set()
    wait_until(lambda: is_delivered(bench))
    assert len(bench.reader.read_paths) == 1


def test_an_answer_reads_what_the_present_models_have_not_read(bench: Workbench, workflows: Workflows) -> None:
    bench.arrive("1", "1")
    wait_until(lambda: rows(bench, "status = 'SUCCESS'") == 1)
    with bench.engine.begin() as connection:
        connection.execute(text("UPDATE reading SET model_set = 'an earlier one'"))
        connection.execute(text("DELETE FROM workflow_status"))
    (study,) = bench.ledger.open_studies()
    bench.ledger.close_study(study, CompletionRule.QUIET_TIME)
    wait_until(lambda: is_delivered(bench))
    assert len(bench.reader.read_paths) == 2


def polling_seconds() -> set[float]:
    queues = [DBOS.retrieve_queue(name) for name in (READ, ANSWER, DELIVER)]
    return {each.polling_interval_sec for each in queues if each is not None}


def test_a_node_that_rests_looks_often_again_when_an_image_has_come(bench: Workbench, workflows: Workflows) -> None:
    workflows.pace._worked_at -= 1000
    wait_until(lambda: polling_seconds() == {RESTING_SECONDS})
    run_one_study(bench)
    wait_until(lambda: is_delivered(bench) and polling_seconds() == {BUSY_SECONDS})


def test_what_the_engine_keeps_names_nobody_and_runs_no_code(bench: Workbench, workflows: Workflows) -> None:
    run_one_study(bench)
    wait_until(lambda: is_delivered(bench))
    with bench.engine.connect() as connection:
        kept = " ".join(str(row) for row in connection.execute(text("SELECT * FROM workflow_status")))
    assert "portable_json" in kept
    assert "Zzyzx" not in kept
    assert "PID-SECRET" not in kept


def test_work_that_a_broken_store_left_as_running_is_taken_up_at_second_sight(
    bench: Workbench, workflows: Workflows
) -> None:
    run_one_study(bench)
    wait_until(lambda: is_delivered(bench) and rows(bench) == rows(bench, "status = 'SUCCESS'"))
    with bench.engine.begin() as connection:
        connection.execute(text("UPDATE workflow_status SET status = 'PENDING' WHERE name = 'deliver'"))
    workflows.rescue()
    assert rows(bench, "status = 'PENDING'") == 2
    workflows.rescue()
    wait_until(lambda: rows(bench, "status = 'SUCCESS' AND name = 'deliver'") == 2)
    assert len(bench.pacs.attempts) == 1


@pytest.mark.usefixtures("nowhere")
def test_a_node_without_a_destination_takes_up_what_was_left_as_running(bench: Workbench, workflows: Workflows) -> None:
    bench.arrive("1", "1")
    wait_until(lambda: rows(bench, "status = 'SUCCESS'") == 1)
    with bench.engine.begin() as connection:
        connection.execute(text("UPDATE workflow_status SET status = 'PENDING'"))
    workflows.rescue()
    workflows.rescue()
    wait_until(lambda: rows(bench, "status = 'SUCCESS'") == 1)


def test_a_planned_answer_that_will_never_run_is_planned_anew(bench: Workbench, workflows: Workflows) -> None:
    DBOS.retrieve_queue("answer_study").set_worker_concurrency(0)  # type: ignore[union-attr]
    run_one_study(bench)
    with bench.engine.begin() as connection:
        connection.execute(text("UPDATE workflow_status SET status = 'ERROR' WHERE name = 'answer_study'"))
    DBOS.retrieve_queue("answer_study").set_worker_concurrency(1)  # type: ignore[union-attr]
    workflows.rescue()
    workflows.rescue()
    wait_until(lambda: is_delivered(bench))
    assert rows(bench, "workflow_uuid = 'answer:1.1:1:2' AND status = 'SUCCESS'") == 1


@pytest.mark.parametrize(("seconds", "goes"), [(3600.0, True), (30.0, False)])
def test_what_a_clock_that_was_set_back_by_an_hour_would_keep_waiting_goes_at_once(
    bench: Workbench, workflows: Workflows, seconds: float, goes: bool
) -> None:
    DBOS.retrieve_queue("deliver").set_worker_concurrency(0)  # type: ignore[union-attr]
    run_one_study(bench)
    wait_until(lambda: rows(bench, "name = 'deliver' AND status = 'ENQUEUED'") == 2)
    delayed = "UPDATE workflow_status SET status = 'DELAYED', delay_until_epoch_ms = :until WHERE name = 'deliver'"
    with bench.engine.begin() as connection:
        connection.execute(text(delayed), {"until": int(1000 * (time.time() + seconds))})
    workflows.rescue()
    wait_until(lambda: rows(bench, "name = 'deliver' AND status = 'DELAYED'") == (0 if goes else 2))
    DBOS.retrieve_queue("deliver").set_worker_concurrency(2)  # type: ignore[union-attr]
    wait_until(lambda: is_delivered(bench) is goes)


def test_notes_on_finished_work_are_removed_after_their_time(bench: Workbench, workflows: Workflows) -> None:
    run_one_study(bench)
    wait_until(lambda: is_delivered(bench) and rows(bench) == rows(bench, "status = 'SUCCESS'"))
    assert workflows.forget(datetime.now(UTC) - timedelta(days=1)) == 0
    assert workflows.forget(datetime.now(UTC) + timedelta(days=1)) == 4
    assert rows(bench) == 0
