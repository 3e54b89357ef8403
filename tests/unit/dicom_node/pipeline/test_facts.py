from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from dicom_node.knowledge_ports import SourceAnswer
from dicom_node.pipeline.completion import Facts, Question
from dicom_node.pipeline.facts import KnownFacts
from domain.completeness import CountedBy, ImageCount, Known, Remark
from domain.performed_step import PerformedStep, StepStatus
from domain.study import Study, StudyState
from tests.fakes.clock import FakeClock
from tests.fakes.knowledge import FakeCounts, FakeMarks, FakeSteps

UID = "1.1"


@dataclass
class Scene:
    """One open study with two images of a sender that has a source."""

    clock: FakeClock = field(default_factory=FakeClock)
    steps: FakeSteps = field(default_factory=FakeSteps)
    marks: FakeMarks = field(default_factory=FakeMarks)
    counts: FakeCounts = field(default_factory=lambda: FakeCounts("PACS"))

    def __post_init__(self) -> None:
        self.steps.images[UID] = {"1.1.1": "CR", "1.1.2": "CR"}
        self.steps.sent_by[UID] = frozenset({"PACS"})
        self.arrived_at = self.clock.now()

    @property
    def study(self) -> Study:
        return Study(UID, StudyState.OPEN, 1, self.arrived_at, self.arrived_at)

    @property
    def finder(self) -> KnownFacts:
        return KnownFacts(self.steps, self.marks, self.clock, self.counts, asks=True)

    def find(self) -> Facts:
        return self.finder.find([self.study])[UID]

    def perform(self, name: str, status: StepStatus, *images: str) -> None:
        self.steps.create_step(PerformedStep(name, (UID,), status, frozenset(images)))

    def reply(self, expected: int | None, *, seconds: float = 1.0, remark: Remark | None = None) -> None:
        self.counts.reply(UID, SourceAnswer(self.clock.now() + timedelta(seconds=seconds), expected, None, remark))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_the_images_of_all_completed_steps_are_counted(scene: Scene) -> None:
    scene.perform("s1", StepStatus.COMPLETED, "1.1.1", "1.1.2")
    scene.perform("s2", StepStatus.COMPLETED, "1.1.3")
    assert scene.find().known == Known((ImageCount(CountedBy.MPPS, 2, 3),))


def test_a_step_in_progress_and_a_discontinued_one_count_nothing_but_are_remarked_on(scene: Scene) -> None:
    scene.perform("s1", StepStatus.IN_PROGRESS, "1.1.1")
    scene.perform("s2", StepStatus.DISCONTINUED, "1.1.3")
    remarks = frozenset({Remark.STEP_IN_PROGRESS, Remark.STEP_DISCONTINUED})
    assert scene.find().known == Known((), remarks)


def test_an_open_association_is_remarked_on_and_a_released_one_is_known(scene: Scene) -> None:
    scene.marks.bring("a", UID)
    assert scene.find().known.remarks == {Remark.ASSOCIATION_OPEN}
    scene.marks.end("a", released=True)
    assert (scene.find().known.remarks, scene.find().released) == (frozenset(), True)


def test_a_source_is_asked_and_its_count_is_known(scene: Scene) -> None:
    assert scene.find().question is Question.DUE
    scene.finder.ask(scene.study)
    assert scene.find().question is Question.ASKED
    scene.reply(2)
    assert scene.find() == Facts(Known((ImageCount(CountedBy.C_FIND, 2, 2),)), Question.ANSWERED)


def test_a_larger_count_is_asked_for_again_when_its_wait_is_over(scene: Scene) -> None:
    scene.reply(3)
    assert scene.find().question is Question.DUE
    scene.counts.patient = False
    assert scene.find() == Facts(Known((ImageCount(CountedBy.C_FIND, 2, 3),)), Question.ANSWERED)


def test_a_count_from_before_the_last_image_is_asked_for_again(scene: Scene) -> None:
    scene.reply(2, seconds=-1)
    assert scene.find().question is Question.DUE


def test_of_a_list_only_the_images_that_it_names_are_counted(scene: Scene) -> None:
    listed = frozenset({"1.1.2", "1.1.3"})
    scene.counts.reply(UID, SourceAnswer(scene.clock.now() + timedelta(seconds=1), 2, listed))
    assert scene.find().known.count(CountedBy.C_FIND) == ImageCount(CountedBy.C_FIND, 1, 2)


def test_a_source_that_cannot_be_asked_is_remarked_on_and_not_waited_for(scene: Scene) -> None:
    scene.reply(None, remark=Remark.SOURCE_UNREACHABLE)
    assert scene.find() == Facts(Known((), frozenset({Remark.SOURCE_UNREACHABLE})), Question.ANSWERED)


def test_a_sender_without_a_source_is_asked_nothing(scene: Scene) -> None:
    scene.steps.sent_by[UID] = frozenset({"MODALITY"})
    assert scene.find().question is Question.NOBODY


def test_the_title_that_was_called_is_looked_up_where_titles_have_rules_of_their_own(scene: Scene) -> None:
    scene.steps.sent_to[UID] = "TRAUMA"
    assert scene.find().called_ae_title == ""
    finder = replace(scene.finder, differs=True)
    assert finder.find([scene.study])[UID].called_ae_title == "TRAUMA"
