"""Whatever the order of images, the duplicates, the interleaving and the moment at which facts come: the same answer.

The same: what the last version of a study says. It is taken as the stages hand it to the documents (findings, images,
order, tier, what is missing) and written as documents, with what must differ set to one value: the number of the
version, the time, what it supersedes, and the numbers of the images, which follow the versions (an image keeps its
number when another one comes late). Within one version nothing differs at all: its documents are the same bytes.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from dicom_node.knowledge_ports import SourceAnswer
from dicom_node.ledger.orders import OrderBook
from dicom_node.ledger.performed_steps import StepBook
from dicom_node.ledger.tables import metadata
from dicom_node.ledger.tables import study as study_table
from dicom_node.pipeline import closing
from dicom_node.pipeline.facts import KnownFacts
from dicom_node.ports import ReadImage
from domain.completeness import Remark
from domain.finding import Fracture, FractureState, StudyFindings
from domain.order import EntityIdentifier, ImagingOrder
from domain.performed_step import PerformedStep, StepStatus
from domain.study import CompletionRule, StudyState
from reporting.compose import Composition, compose
from reporting.context import StudyContext
from reporting.evidence import ImageEvidence
from tests.fakes.arrivals import BEGIN
from tests.fakes.knowledge import FakeCounts, FakeMarks
from tests.fakes.light_reader import LightReader
from tests.fakes.orders import keep
from tests.unit.dicom_node.pipeline.workbench import Workbench

STUDIES, IMAGES = ("1", "2"), ("1", "2", "3")
STATES = {"1": FractureState.ABSENT, "2": FractureState.PRESENT, "3": FractureState.DOUBT}
CERTAINTIES = {FractureState.ABSENT: 0.03, FractureState.DOUBT: 0.4, FractureState.PRESENT: 0.9}


class VaryingReader(LightReader):
    """Says of each image something else, always the same of the same one, which it looks at once."""

    def __init__(self) -> None:
        super().__init__()
        self._read: dict[Path, ReadImage] = {}

    def read(self, path: Path, *, evidence_folder: Path) -> ReadImage:
        if path not in self._read:
            read = super().read(path, evidence_folder=evidence_folder)
            state = STATES[read.reading.sop_instance_uid[-1]]
            fracture = Fracture(state, CERTAINTIES[state], (CERTAINTIES[state], CERTAINTIES[state]))
            self._read[path] = replace(read, reading=replace(read.reading, fracture=fracture))
        return self._read[path]


class Recorder:
    """Stands between the stages and the documents, and remembers what the last version of each study is to say."""

    def __init__(self, write: Callable[..., Composition]) -> None:
        self.write = write
        self.last: dict[str, tuple[StudyContext, StudyFindings, Sequence[ImageEvidence]]] = {}

    def __call__(
        self, context: StudyContext, findings: StudyFindings, evidence: Sequence[ImageEvidence]
    ) -> Composition:
        self.last[findings.study_instance_uid] = (context, findings, evidence)
        return self.write(context, findings, evidence)

    def said(self, study: str) -> tuple[Any, ...]:
        """Return what is said of a study, without what must differ."""
        context, findings, evidence = self.last[f"1.{study}"]
        readings = tuple(sorted(findings.readings, key=lambda each: each.sop_instance_uid))
        images = sorted((str(each.header.SOPInstanceUID), each.header.to_json()) for each in evidence)
        common = replace(
            context, version=1, composed_at=BEGIN, predecessors=(), superseded=None, earlier_shortfall=None
        )
        return common, replace(findings, readings=readings), tuple(images)


class Department:
    """A node's pipeline with everything that it may know, and what may happen in a department, by name."""

    def __init__(self, folder: Path) -> None:
        self.bench = bench = Workbench(folder)
        event.listen(bench.engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
        bench.engine.dispose()  # no power is cut here, and a thousand commits wait for no disk
        self.recorder = Recorder(bench.composer)
        self.images = {(study, image): bench.arrive(study, image) for study in STUDIES for image in IMAGES}
        self.marks, self.counts = FakeMarks(), FakeCounts("MODALITY")
        self.steps, self.orders = StepBook(bench.engine, bench.clock), OrderBook(bench.engine, bench.clock)
        facts = KnownFacts(self.steps, self.marks, bench.clock, self.counts, asks=True)
        parts = replace(bench.parts, compose=self.recorder, reader=VaryingReader(), facts=facts, orders=self.orders)
        completion = parts.settings.completion.model_copy(update={"released_quiet_seconds": 3.0})
        bench.parts = replace(parts, settings=parts.settings.model_copy(update={"completion": completion}))

    def begin(self) -> None:
        """Forget everything that happened; only the orders are there."""
        with self.bench.engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                if table.name != "meta":
                    connection.execute(table.delete())
        self.release(False)
        self.counts.asking.clear()
        self.counts.answers.clear()
        self.bench.starts.answers.clear()
        for study in STUDIES:
            keep(self.orders, ImagingOrder(placer=EntityIdentifier(f"PL-{study}"), study_instance_uid=f"1.{study}"))

    def image(self, study: str, image: str) -> None:
        self.marks.bring("association", f"1.{study}")
        instance = replace(self.images[study, image], received_at=self.bench.clock.now())
        self.bench.ledger.record_instance(instance)

    def step(self, study: str, status: StepStatus | None) -> None:
        self.steps.create_step(PerformedStep(f"9.{study}", (f"1.{study}",)))
        if status is not None:
            self.steps.change_step(f"9.{study}", status, [f"1.{study}.1.{image}" for image in IMAGES])

    def release(self, released: bool) -> None:
        self.marks.end("association", released=released)

    def reply(self, study: str, expected: int | None) -> None:
        remark = Remark.SOURCE_UNREACHABLE if expected is None else None
        self.counts.reply(f"1.{study}", SourceAnswer(self.bench.clock.now(), expected, None, remark))

    def wait(self, seconds: float) -> None:
        self.bench.clock.advance(seconds)

    def work(self) -> None:
        closing.close_due_studies(self.bench.parts)
        self.bench.answer()

    def end(self) -> None:
        """Let everything come to its end: the rest of the images, then silence until the cap."""
        for study in STUDIES:
            for image in IMAGES:
                self.image(study, image)
        self.release(True)
        for _ in range(2):
            self.wait(120)
            self.work()

    def tell(self, *events: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return what is said of both studies after events; every version of them must have been answered."""
        self.begin()
        for name, *values in events:
            getattr(self, name)(*values)
        self.end()
        with self.bench.engine.connect() as connection:
            states = connection.execute(select(study_table.c.state, study_table.c.closed_by)).all()
        assert {state for state, _rule in states} == {StudyState.ANSWERED}
        assert {rule for _state, rule in states} <= set(CompletionRule)
        return tuple(self.recorder.said(study) for study in STUDIES)


@pytest.fixture(scope="module")
def place() -> Iterator[Department]:
    with TemporaryDirectory() as folder:
        department = Department(Path(folder))
        yield department
        department.bench.close()


@pytest.fixture(scope="module")
def plain(place: Department) -> tuple[Any, ...]:
    """What is said when every image comes once, in order, and nothing else is known."""
    return place.tell()


STUDY, IMAGE = st.sampled_from(STUDIES), st.sampled_from(IMAGES)
EVENT = st.one_of(
    st.tuples(st.just("image"), STUDY, IMAGE),
    st.tuples(st.just("image"), STUDY, IMAGE),
    st.tuples(st.just("wait"), st.sampled_from([0.5, 4.0, 11.0, 61.0])),
    st.tuples(st.just("work")),
    st.tuples(st.just("step"), STUDY, st.sampled_from([None, StepStatus.COMPLETED, StepStatus.DISCONTINUED])),
    st.tuples(st.just("release"), st.booleans()),
    st.tuples(st.just("reply"), STUDY, st.sampled_from([None, 1, 2, 3])),
)


@settings(max_examples=15, deadline=None)
@given(events=st.lists(EVENT, max_size=25))
@example(
    [("image", "1", "3"), ("release", True), ("wait", 4.0), ("work",), ("image", "1", "1"), ("wait", 61.0), ("work",)]
)
def test_the_last_version_says_the_same_whatever_happened_before(
    place: Department, plain: tuple[Any, ...], events: list[tuple[Any, ...]]
) -> None:
    assert place.tell(*events) == plain


def test_the_documents_of_one_version_are_the_same_bytes_in_any_order_of_arrival(
    tmp_path: Path,
) -> None:
    place, digests = Department(tmp_path), set()
    place.recorder.write = lambda context, *rest: compose(replace(context, composed_at=BEGIN), *rest)
    for order in (IMAGES, ("3", "1", "2")):
        place.begin()
        for image in (*order, order[0]):
            place.image("1", image)
        place.release(True)
        place.wait(100)
        place.work()
        documents = place.bench.ledger.documents("1.1", 1)
        digests.add(tuple((each.identifier, hashlib.sha256(each.content).hexdigest()) for each in documents))
    place.bench.close()
    assert len(digests) == 1
    assert len(digests.pop()) > len(IMAGES)
