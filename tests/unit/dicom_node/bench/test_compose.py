import pytest

from dicom_node.bench.compose import add_an_image_mib
from dicom_node.bench.compose_workload import ReadFiles, load, write_read_study
from dicom_node.bench.composing import Footprint, measure_footprint, time_compositions
from domain.document import LATER_KINDS, DocumentKind
from domain.finding import FractureState


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[ReadFiles, ...]:
    return write_read_study(tmp_path_factory.mktemp("study"), images=3, rows=320, columns=260)


def test_every_image_of_the_workload_is_another_with_a_picture_and_a_map_of_its_own(
    files: tuple[ReadFiles, ...],
) -> None:
    _, findings, evidence = load(files)
    uids = [reading.sop_instance_uid for reading in findings.readings]
    assert len(set(uids)) == 3
    assert [each.evidence_map.sop_instance_uid for each in evidence if each.evidence_map] == uids
    assert all(each.picture is not None and each.picture.shape == (320, 260) for each in evidence)
    states = [reading.fracture.state for reading in findings.readings if reading.fracture]
    assert states == [FractureState.PRESENT, FractureState.DOUBT, FractureState.PRESENT]


def test_every_document_of_the_answer_has_a_row_of_its_own(files: tuple[ReadFiles, ...]) -> None:
    timed = time_compositions(files, rounds=2)
    assert len(timed) == 2
    rows = set(timed[0].documents)
    images = {DocumentKind.SECONDARY_CAPTURE, DocumentKind.HEAT_MAP_CAPTURE, DocumentKind.PRESENTATION_STATE}
    assert rows == {
        f"{kind} {number}"
        for kind in set(DocumentKind) - LATER_KINDS
        for number in range(1, 4 if kind in images else 2)
    }
    assert all(0 < sum(each.documents.values()) <= each.whole for each in timed)
    assert all(each.processor > 0 for each in timed)


def test_a_footprint_tells_the_documents_from_what_else_there_is(files: tuple[ReadFiles, ...]) -> None:
    footprint = measure_footprint(files)
    assert footprint.images == 3
    assert 3 < footprint.documents_mib < 20
    assert footprint.peak_mib > 50 + footprint.documents_mib


def test_what_a_further_image_adds_is_counted_without_its_documents() -> None:
    two, eight = Footprint(2, 200.0, 30.0), Footprint(8, 320.0, 120.0)
    assert add_an_image_mib(two, eight) == pytest.approx((200 - 170) / 6)
