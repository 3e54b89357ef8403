"""What an Orthanc is told of studies that are answered."""

from pathlib import Path

import pytest

from tests.fakes.orthanc import FakeOrthanc
from tests.fakes.radiographs import make_radiograph
from tests.unit.dicom_node.receive.orthanc_source.workbench import Bench

UID = str(make_radiograph(0).StudyInstanceUID)
STUDY = f"s-{UID}"
ENOUGH = 5


def make_bench(folder: Path, *, has_labels: bool = True, label: str = "osteonode") -> Bench:
    bench = Bench(folder, FakeOrthanc(has_labels=has_labels), history=True, label=label)
    bench.orthanc.receive(make_radiograph(0))
    bench.look()
    return bench


def test_a_study_is_labelled_when_its_answer_is_out_and_not_before(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    bench.feeds.versions[UID] = (1, False)
    bench.look(ENOUGH)
    assert bench.orthanc.labels == {}
    bench.feeds.versions[UID] = (1, True)
    bench.look(ENOUGH)
    assert bench.orthanc.labels == {STUDY: {"osteonode"}}


def test_the_label_goes_while_a_late_image_is_read_and_comes_back(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    bench.feeds.versions[UID] = (1, True)
    bench.look(ENOUGH)
    bench.feeds.versions[UID] = (2, False)
    bench.look(ENOUGH)
    assert bench.orthanc.labels == {STUDY: set()}
    bench.feeds.versions[UID] = (2, True)
    bench.look(ENOUGH)
    assert bench.orthanc.labels == {STUDY: {"osteonode"}}


def test_an_orthanc_without_labels_gets_metadata_and_that_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bench = make_bench(tmp_path, has_labels=False)
    for version in (1, 2):
        bench.feeds.versions[UID] = (version, True)
        bench.look(ENOUGH)
    assert bench.orthanc.metadata == {STUDY: "osteonode: version 2 answered"}
    assert caplog.text.count("it knows no labels") == 1


def test_the_metadata_goes_while_a_late_image_is_read(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, has_labels=False)
    for version, is_answered in ((1, True), (2, False)):
        bench.feeds.versions[UID] = (version, is_answered)
        bench.look(ENOUGH)
    assert bench.orthanc.metadata == {}


def test_a_label_that_could_not_be_set_is_set_later(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    bench.orthanc.down = True
    bench.feeds.versions[UID] = (1, True)
    bench.look(ENOUGH)
    bench.orthanc.down = False
    bench.clock.advance(1000.0)
    bench.look(ENOUGH)
    assert bench.orthanc.labels == {STUDY: {"osteonode"}}


def test_an_empty_label_is_none(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, label="")
    bench.feeds.versions[UID] = (1, True)
    bench.look(ENOUGH)
    assert (bench.orthanc.labels, bench.orthanc.metadata) == ({}, {})
