"""Questions to a source that nobody here wrote: Orthanc, how many images a study has."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from pydicom import dcmwrite

from config.completion import Query
from dicom_node.deliver.image_count import Taken
from dicom_node.deliver.source_counts import FoundCounts
from dicom_node.knowledge_ports import SourceAnswer
from domain.completeness import Remark
from tests.fakes.clock import FakeClock
from tests.fakes.hospital import draw_study, wait_until
from tests.peers.orthanc import Orthanc, run_orthanc

pytestmark = pytest.mark.peer("orthanc")
STUDY = draw_study(1, images=3)
UID = str(STUDY[0].StudyInstanceUID)
IMAGES = frozenset(str(ds.SOPInstanceUID) for ds in STUDY)
CLASSES = frozenset(str(ds.SOPClassUID) for ds in STUDY)


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    with run_orthanc(tmp_path_factory.mktemp("orthanc"), DicomAlwaysAllowFind=True) as orthanc:
        for ds in STUDY:
            buffer = BytesIO()
            dcmwrite(buffer, ds, enforce_file_format=True)
            orthanc.post("/instances", buffer.getvalue())
        yield orthanc


def ask(port: int, arrived: frozenset[str], *, title: str = "ORTHANC", study: str = UID) -> SourceAnswer:
    """Ask a source on a port and return its answer."""
    query = Query(sender="PACS", ae_title=title, host="127.0.0.1", port=port, timeout_seconds=5)
    counts = FoundCounts([query], "OSTEONODE", Taken(CLASSES, lambda _uids: ()), FakeClock())
    try:
        assert (counts.sources_of(["PACS"]), counts.sources_of(["MODALITY"])) == (True, False)
        counts.ask(study, ["MODALITY", "PACS"], arrived)
        wait_until(lambda: not counts.is_asking(study))
        answer = counts.answer(study)
    finally:
        counts.close()
    assert answer is not None
    return answer


def test_orthanc_counts_the_instances_of_a_study(orthanc: Orthanc) -> None:
    answer = ask(orthanc.dicom_port, IMAGES)
    assert (answer.expected, answer.listed, answer.remark) == (3, None, None)


def test_orthanc_lists_the_images_that_are_missing_here(orthanc: Orthanc) -> None:
    answer = ask(orthanc.dicom_port, frozenset(list(IMAGES)[:1]))
    assert (answer.expected, answer.listed, answer.remark) == (3, IMAGES, None)


def test_a_study_that_orthanc_does_not_have_has_no_count(orthanc: Orthanc) -> None:
    assert ask(orthanc.dicom_port, IMAGES, study="1.2.3").remark is Remark.SOURCE_WITHOUT_STUDY


def test_a_source_that_rejects_us_or_is_not_there_is_not_waited_for(
    orthanc: Orthanc, caplog: pytest.LogCaptureFixture
) -> None:
    assert ask(orthanc.dicom_port, IMAGES, title="SOMEBODY").remark is Remark.SOURCE_UNREACHABLE
    assert ask(1, IMAGES).remark is Remark.SOURCE_UNREACHABLE
    assert "could not be asked" in caplog.text


def test_the_waits_between_questions_double() -> None:
    query = Query(sender="PACS", ae_title="A", host="127.0.0.1", port=1, retry_seconds=5, timeout_seconds=1)
    clock = FakeClock()
    counts = FoundCounts([query], "OSTEONODE", Taken(CLASSES, lambda _uids: ()), clock)
    for seconds in (5, 10, 20):
        counts.ask(UID, ["PACS"], [])
        wait_until(lambda: not counts.is_asking(UID))
        asked_at = clock.now()
        assert not counts.may_ask_again(UID, asked_at + timedelta(seconds=seconds - 1))
        assert counts.may_ask_again(UID, asked_at + timedelta(seconds=seconds))
    counts.forget_others([])
    assert counts.answer(UID) is None
    counts.close()
