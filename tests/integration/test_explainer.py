"""The process that explains: of the lowest priority, one at a time, gone when it is done, and nothing it does harms."""

import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import ComputedRadiographyImageStorage

from dicom_node.pipeline.explainer import ChildExplainer
from dicom_node.pipeline.explainer_child import Explain
from dicom_node.ports import ExplainerClosed, ExplanationTask
from domain.document import Document, DocumentKind
from domain.errors import DeadlineExceeded, ModelError, ModelUnavailable
from inference.study import combine
from reporting.context import BundleIdentity, ModelIdentity, StudyContext
from tests.fakes.clock import FakeClock
from tests.fakes.explainers import (
    explain_at_the_gate,
    explain_by_dying,
    explain_by_stumbling,
    explain_lightly,
    explain_without_lime,
    stay,
)
from tests.fakes.hospital import wait_until
from tests.fakes.light_reader import LightReader
from tests.fakes.radiographs import make_radiograph, save_radiograph

pytestmark = pytest.mark.slow


@pytest.fixture
def task(tmp_path: Path) -> ExplanationTask:
    """Return a study with one image that was read."""
    path = save_radiograph(make_radiograph(1, rows=96, columns=64), tmp_path / "image.dcm")
    header = pydicom.dcmread(path, stop_before_pixels=True)
    read = LightReader().read(path, evidence_folder=tmp_path)
    findings = combine(str(header.StudyInstanceUID), [read.reading])
    context = StudyContext(1, FakeClock().now(), ModelIdentity.of(findings, bundle=BundleIdentity("light")))
    uid = str(header.SOPInstanceUID)
    assert read.display_path is not None
    assert header.SOPClassUID == ComputedRadiographyImageStorage
    return ExplanationTask(context, findings, {uid: path}, {uid: read.display_path}, (uid,))


def start(explainer: ChildExplainer, task: ExplanationTask, ended: Callable[[object], None]) -> threading.Thread:
    """Explain in a thread of its own, and tell how it ended."""

    def explain() -> None:
        try:
            ended(explainer.explain(task))
        except (ModelError, ExplainerClosed) as error:
            ended(error)

    thread = threading.Thread(target=explain)
    thread.start()
    return thread


def test_documents_come_back_whole_and_the_same_each_time(task: ExplanationTask) -> None:
    explainer = ChildExplainer(explain_lightly, deadline_seconds=60, stand_back=stay)
    first, second = explainer.explain(task), explainer.explain(task)
    assert [each.kind for each in first] == [DocumentKind.LIME_CAPTURE]
    assert first == second == explain_lightly(task)
    assert explainer.pid is None


def test_it_has_the_lowest_priority_and_is_gone_when_it_is_done(task: ExplanationTask, tmp_path: Path) -> None:
    explainer = ChildExplainer(partial(explain_at_the_gate, tmp_path), deadline_seconds=240)
    (tmp_path / "open").touch()
    explainer.explain(task)
    (began,) = tmp_path.glob("began-*")
    assert began.read_text() == f"19 {os.SCHED_IDLE}"
    assert not Path("/proc", began.name.removeprefix("began-")).exists()


def test_two_studies_are_explained_one_after_the_other(task: ExplanationTask, tmp_path: Path) -> None:
    explainer = ChildExplainer(partial(explain_at_the_gate, tmp_path), deadline_seconds=60, stand_back=stay)
    ended: list[object] = []
    threads = [start(explainer, task, ended.append) for _ in range(2)]
    wait_until(lambda: len(list(tmp_path.glob("began-*"))) == 1)
    assert explainer.pid is not None
    (tmp_path / "open").touch()
    for thread in threads:
        thread.join(60)
    assert len(list(tmp_path.glob("began-*"))) == len(ended) == 2


@pytest.mark.parametrize(
    ("explain", "error", "words"),
    [
        (explain_by_dying, ModelError, "ended unexpectedly"),
        (explain_by_stumbling, ModelError, "a fault of this software: KeyError"),
        (explain_without_lime, ModelUnavailable, "needs lime"),
    ],
)
def test_a_child_that_fails_costs_its_explanation_and_no_more(
    task: ExplanationTask, explain: Explain, error: type[Exception], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    explainer = ChildExplainer(explain, deadline_seconds=60, stand_back=stay)
    with pytest.raises(error, match=words):
        explainer.explain(task)
    assert explainer.pid is None
    assert "Sekret" not in capfd.readouterr().err


def test_one_that_takes_too_long_is_ended(task: ExplanationTask, tmp_path: Path) -> None:
    explainer = ChildExplainer(partial(explain_at_the_gate, tmp_path), deadline_seconds=4, stand_back=stay)
    with pytest.raises(DeadlineExceeded, match=r"explanations\.deadline_seconds"):
        explainer.explain(task)
    assert explainer.pid is None


def test_one_that_is_killed_from_outside_is_a_failure(task: ExplanationTask, tmp_path: Path) -> None:
    explainer = ChildExplainer(partial(explain_at_the_gate, tmp_path), deadline_seconds=60, stand_back=stay)
    ended: list[object] = []
    thread = start(explainer, task, ended.append)
    wait_until(lambda: list(tmp_path.glob("began-*")))
    os.kill(explainer.pid or 0, 9)
    thread.join(60)
    assert isinstance(ended[0], ModelError)


def test_a_node_that_stops_does_not_wait_for_it(task: ExplanationTask, tmp_path: Path) -> None:
    explainer = ChildExplainer(partial(explain_at_the_gate, tmp_path), deadline_seconds=60, stand_back=stay)
    ended: list[object] = []
    thread = start(explainer, task, ended.append)
    wait_until(lambda: list(tmp_path.glob("began-*")))
    explainer.close()
    thread.join(10)
    assert isinstance(ended[0], ExplainerClosed)
    with pytest.raises(ExplainerClosed):
        explainer.explain(task)


def test_a_large_document_fits_through_the_pipe(task: ExplanationTask) -> None:
    (document,) = ChildExplainer(explain_lightly, deadline_seconds=60, stand_back=stay).explain(task)
    assert isinstance(document, Document)
    assert len(document.content) > 65536
