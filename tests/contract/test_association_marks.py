"""What may be relied on of the marks of associations, of the real ones and of their fake."""

from pathlib import Path

import pytest

from dicom_node.knowledge_ports import AssociationMarks, AssociationState
from dicom_node.receive.association_marks import FileMarks
from tests.fakes.knowledge import FakeMarks

OPEN, RELEASED, NOTHING = AssociationState(open=True), AssociationState(released=True), AssociationState()


@pytest.fixture(params=["files", "fake"])
def marks(request: pytest.FixtureRequest, tmp_path: Path) -> AssociationMarks:
    if request.param == "fake":
        return FakeMarks()
    marks = FileMarks(tmp_path)
    marks.sweep()
    return marks


def state(marks: AssociationMarks, study: str = "1.1") -> AssociationState:
    return marks.states([study, "1.2"])[study]


def test_an_association_holds_the_study_that_it_brings_until_it_ends(marks: AssociationMarks) -> None:
    assert state(marks) == NOTHING
    marks.bring("a", "1.1")
    marks.bring("a", "1.1")
    assert state(marks) == OPEN
    marks.end("a", released=True)
    assert state(marks) == RELEASED


def test_one_that_was_aborted_is_not_released(marks: AssociationMarks) -> None:
    marks.bring("a", "1.1")
    marks.end("a", released=False)
    assert state(marks) == NOTHING


def test_the_last_end_counts_and_only_once(marks: AssociationMarks) -> None:
    for name, released in (("a", False), ("b", True)):
        marks.bring(name, "1.1")
        marks.end(name, released=released)
    marks.end("b", released=False)  # the connection closes after the release
    assert state(marks) == RELEASED


def test_a_second_association_keeps_holding_when_the_first_is_released(marks: AssociationMarks) -> None:
    marks.bring("a", "1.1")
    marks.bring("b", "1.1")
    marks.end("a", released=True)
    assert state(marks) == OPEN


def test_an_association_that_goes_on_to_another_study_holds_that_one(marks: AssociationMarks) -> None:
    marks.bring("a", "1.1")
    marks.bring("a", "1.2")
    assert (state(marks, "1.1"), state(marks, "1.2")) == (NOTHING, OPEN)


def test_ended_associations_of_studies_that_nobody_asks_about_are_forgotten(marks: AssociationMarks) -> None:
    marks.bring("a", "1.1")
    marks.end("a", released=True)
    marks.states([])
    assert state(marks) == NOTHING


def test_an_association_without_an_image_leaves_no_mark(marks: AssociationMarks) -> None:
    marks.end("a", released=True)
    assert state(marks) == NOTHING
