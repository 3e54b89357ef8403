"""What may be relied on of performed steps that are kept, of the real book and of its fake."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dicom_node.knowledge_ports import StepChange, StepCreation
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.performed_steps import StepBook
from domain.performed_step import PerformedStep, StepStatus
from tests.fakes.clock import FakeClock
from tests.fakes.knowledge import FakeSteps

DONE = StepStatus.COMPLETED


@pytest.fixture(params=["book", "fake"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StepBook | FakeSteps]:
    if request.param == "fake":
        yield FakeSteps()
        return
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield StepBook(engine, FakeClock())
    engine.dispose()


def test_a_step_is_kept_once_and_found_by_each_of_its_studies(book: StepBook | FakeSteps) -> None:
    step = PerformedStep("1.9", ("1.1", "1.2"))
    assert [book.create_step(step), book.create_step(step)] == [StepCreation.KEPT, StepCreation.DUPLICATE]
    found = book.steps(["1.1", "1.2", "1.3"])
    assert found["1.1"] == [PerformedStep("1.9", ("1.1",))]
    assert found["1.2"] == [PerformedStep("1.9", ("1.2",))]
    assert not found.get("1.3")


def test_what_a_modality_says_later_is_kept_until_the_step_has_ended(book: StepBook | FakeSteps) -> None:
    book.create_step(PerformedStep("1.9", ("1.1",)))
    assert book.change_step("1.9", None, ["1.1.1"]) is StepChange.KEPT
    assert book.change_step("1.9", DONE, ["1.1.1", "1.1.2"]) is StepChange.KEPT
    assert book.change_step("1.9", StepStatus.DISCONTINUED, []) is StepChange.ENDED_BEFORE
    assert book.steps(["1.1"])["1.1"] == [PerformedStep("1.9", ("1.1",), DONE, frozenset({"1.1.1", "1.1.2"}))]


def test_an_end_without_images_keeps_those_that_were_named_before(book: StepBook | FakeSteps) -> None:
    book.create_step(PerformedStep("1.9", ("1.1",)))
    book.change_step("1.9", None, ["1.1.1"])
    book.change_step("1.9", DONE, [])
    assert book.steps(["1.1"])["1.1"][0].references == {"1.1.1"}


def test_a_step_that_nobody_began_cannot_be_changed(book: StepBook | FakeSteps) -> None:
    assert book.change_step("1.9", DONE, []) is StepChange.UNKNOWN


def test_a_study_that_nobody_sent_was_sent_to_no_title(book: StepBook | FakeSteps) -> None:
    assert book.called_ae_title("1.1") == ""


def test_old_steps_are_forgotten(tmp_path: Path) -> None:
    engine, clock = open_engine(database_url(tmp_path)), FakeClock()
    create_tables(engine)
    book = StepBook(engine, clock)
    book.create_step(PerformedStep("1.9", ("1.1",)))
    assert book.forget_steps(clock.now()) == 0
    assert book.forget_steps(clock.now() + timedelta(seconds=1)) == 1
    assert not book.steps(["1.1"]).get("1.1")
    engine.dispose()
