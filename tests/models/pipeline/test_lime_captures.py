"""Real LIME in the node's own process for it, on a bundle whose answers can be worked out by hand."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest

pytest.importorskip("lime", reason="needs the extra `models`")

from config.settings import Explanations, Reading
from dicom_node.demo_peers.archive import Archive
from dicom_node.pipeline.bundle_identity import identify_bundle
from dicom_node.pipeline.explainer import ChildExplainer
from dicom_node.pipeline.explainer_child import explain_by_lime
from dicom_node.pipeline.reader_child import open_bundle
from dicom_node.ports import ExplanationTask
from dicom_node.service import Service
from domain.delivery import DeliveryState
from domain.errors import ModelError
from inference.study import combine
from inference.zoo import load_manifest
from reporting.context import ModelIdentity, StudyContext
from tests.fakes.clock import FakeClock
from tests.fakes.hospital import make_settings, send, wait_until
from tests.fakes.pixel_images import WHOLE_WINDOW, make_image, planted, save
from tests.fakes.stand_in_bundle import edit_manifest, write_bundle

ROWS, COLUMNS, TARGET, SIDE = 300, 480, (400, 70), 60
SETTINGS = Explanations(lime=True, samples=100, seed=2)
#: The lowest priority on a busy machine.
PATIENCE_SECONDS = 240


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    return Reading(bundle=write_bundle(tmp_path_factory.mktemp("bundle")), threads=1)


def draw(folder: Path) -> Path:
    return save(make_image(planted(ROWS, COLUMNS, TARGET, SIDE), **WHOLE_WINDOW), folder / "hand.dcm")


@pytest.fixture
def task(reading: Reading, tmp_path: Path) -> ExplanationTask:
    """Return a study of one image with a bright target, as the bundle reads it."""
    path = draw(tmp_path)
    header = pydicom.dcmread(path, stop_before_pixels=True)
    assert reading.bundle is not None
    read = open_bundle(reading.bundle, 1)(path, tmp_path)
    assert read.display_path is not None
    findings = combine(str(header.StudyInstanceUID), [read.reading])
    identity = ModelIdentity.of(findings, bundle=identify_bundle(load_manifest(reading.bundle)))
    uid = str(header.SOPInstanceUID)
    context = StudyContext(1, FakeClock().now(), identity)
    return ExplanationTask(context, findings, {uid: path}, {uid: read.display_path}, (uid,))


def test_the_part_with_the_target_is_orange_and_the_same_each_time(reading: Reading, task: ExplanationTask) -> None:
    (first,), (second,) = (explain_by_lime(reading, SETTINGS, task) for _ in range(2))
    assert first == second
    ds = pydicom.dcmread(BytesIO(first.content))
    pixels = ds.pixel_array.astype(int)
    orange = pixels[..., 0] - pixels[..., 2]
    left = (pixels.shape[1] - COLUMNS) // 2
    rows, columns = np.nonzero(orange[80:-60, left : left + COLUMNS] > 60)
    assert abs(np.median(columns) - TARGET[0]) < SIDE
    assert "100 samples, seed 2" in ds.DerivationDescription
    assert "stand-in-fracture 1.0.0" in ds.DerivationDescription
    assert len(rows) > 200


def test_another_bundle_than_the_one_that_read_explains_nothing(task: ExplanationTask, tmp_path: Path) -> None:
    def rename(manifest: dict[str, list[dict[str, str]]]) -> None:
        manifest["models"][1]["version"] = "9.9.9"

    other = edit_manifest(write_bundle(tmp_path / "other"), rename)
    with pytest.raises(ModelError, match="not the one that read"):
        explain_by_lime(Reading(bundle=other), SETTINGS, task)


def test_a_node_explains_a_study_to_its_archive(reading: Reading, tmp_path: Path) -> None:
    path = draw(tmp_path)
    with Archive(tmp_path / "archive") as archive:
        tables = {"explanations": SETTINGS.model_dump(), "reading": reading.model_dump()}
        settings = make_settings(tmp_path / "data", pacs=archive.port, **tables)
        uid = str(pydicom.dcmread(path, stop_before_pixels=True).StudyInstanceUID)
        with Service(settings) as node:
            assert set(send([path], node.port).values()) == {0}
            wait_until(lambda: is_explained(node, uid), PATIENCE_SECONDS)
        series = [str(pydicom.dcmread(each, stop_before_pixels=True).SeriesDescription) for each in archive.files()]
    assert series.count("AI LIME MAP - NOT FOR DIAGNOSIS") == 1


def is_explained(node: Service, study_instance_uid: str) -> bool:
    """Say whether the explanation was delivered; fail with the reason where there is none."""
    history = node.view.history(study_instance_uid)
    assert history is None or not any(each.reason for each in history.explanations), history.explanations
    states = {each.destination: each.state for each in history.deliveries} if history else {}
    return states.get("pacs:lime") is DeliveryState.DELIVERED


def test_a_deadline_that_real_lime_misses_costs_the_explanation_alone(reading: Reading, task: ExplanationTask) -> None:
    settings = make_settings(Path("data"), explanations=SETTINGS.model_dump() | {"deadline_seconds": 0.2})
    explainer = ChildExplainer.of_settings(settings.model_copy(update={"reading": reading}))
    with pytest.raises(ModelError):
        explainer.explain(task)
    assert explainer.pid is None
