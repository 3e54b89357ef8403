"""Every document of every source variant, before validators that nobody here wrote, and in an archive.

A defect is allowed where the same validator says the same of the source: patient and study stand as they came.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import hl7
import pytest
from pydicom import Dataset, dcmread

from dicom_node.deliver.c_store_scu import CStoreDestination
from domain.delivery import Outcome
from domain.document import FALLBACKS, DocumentKind
from tests.integration.document_matrix import NAMES, MatrixStudy, write_file_study, write_study
from tests.integration.document_verdicts import Remark, Verdict, judge, judge_content
from tests.peers.orthanc import run_orthanc

pytestmark = [
    pytest.mark.peer("dcmtk", "dicom3tools", "pixelmed-apps", "orthanc"),
    pytest.mark.slow,
    pytest.mark.timeout(700),
]
#: Of how many sources each kind of document must have been made.
SOURCES_OF_A_KIND = 20
#: What sources state wrongly on purpose: it stands in our documents as it stands there, or empty where they lack it.
CARRIED: Mapping[str, set[str]] = {
    "missing type 2": {
        *("PatientName", "PatientBirthDate", "PatientSex", "StudyTime", "StudyID", "ReferringPhysicianName"),
    },
    "sex U": {"PatientSex"},
    "sex in words": {"PatientSex"},
    "odd dates": {"StudyDate", "StudyTime"},
}


def find_item(ds: Dataset, code_value: str) -> Dataset:
    (item,) = [each for each in ds.ContentSequence if each.ConceptNameCodeSequence[0].CodeValue == code_value]
    return item


def last_group(ds: Dataset) -> Dataset:
    group: Dataset = find_item(ds, "126010").ContentSequence[-1]
    return group


def change_language(ds: Dataset) -> None:
    find_item(ds, "121049").ConceptCodeSequence[0].CodeValue = "klingon"


def invent_item(ds: Dataset) -> None:
    find_item(last_group(ds), "112039").ConceptNameCodeSequence[0].CodeValue = "invented"


def lose_region(ds: Dataset) -> None:
    last_group(ds).ContentSequence.remove(find_item(last_group(ds), "111030"))


#: A mistake in the report on two boxes, and what DicomSRValidator must say of it.
MISTAKES: Mapping[str, tuple[Callable[[Dataset], None], str]] = {
    "a language nobody speaks": (change_language, "not found in context group"),
    "an item of no template": (invent_item, "Content Item not in template"),
    "a box without region": (lose_region, "Missing conditional content item"),
}


@dataclass(frozen=True)
class Asked:
    """The studies as they were written, and validators that are at work on them."""

    studies: Mapping[str, MatrixStudy]
    verdicts: Mapping[str, Future[Verdict]]
    contents: Future[list[Remark]]


@dataclass(frozen=True)
class Matrix:
    """What is wrong with the documents, and what their sources carried into them."""

    remarks: tuple[Remark, ...]
    carried: Mapping[str, set[str]]

    def show(self, name: str) -> str:
        """Return a table of what is wrong with the documents of a study, empty where nothing is."""
        return "\n".join(f"{each.document:<32} {each.words}" for each in self.remarks if each.study == name)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Write every study, and let the validators look at each while the next is written."""
    folder = tmp_path_factory.mktemp("matrix")
    with ThreadPoolExecutor(1) as pool:
        studies, verdicts = {}, {}
        for number, name in enumerate(NAMES):
            studies[name] = write_study(name, folder / str(number))
            verdicts[name] = pool.submit(judge, studies[name])
        mistakes = write_mistakes(studies["two boxes"], folder)
        yield Asked(studies, verdicts, pool.submit(judge_content, list(studies.values()), mistakes))


@pytest.fixture(scope="module")
def matrix(asked: Asked) -> Matrix:
    """Wait for what the validators say."""
    judged = {name: verdict.result() for name, verdict in asked.verdicts.items()}
    remarks = [remark for verdict in judged.values() for remark in verdict.remarks] + asked.contents.result()
    return Matrix(tuple(remarks), {name: set(each.carried) for name, each in judged.items() if each.carried})


def write_mistakes(study: MatrixStudy, folder: Path) -> dict[str, Path]:
    (good, *_) = [each.path for each in study.filed if each.kind is DocumentKind.STRUCTURED_REPORT]
    paths = {}
    for name, (change, _) in MISTAKES.items():
        ds = dcmread(good)
        change(ds)
        paths[name] = folder / f"{name}.dcm"
        ds.save_as(paths[name])
    return paths


# The archive comes first: it is at work while DicomSRValidator is.
def test_an_archive_files_every_document_beside_its_source(asked: Asked, tmp_path: Path) -> None:
    with run_orthanc(tmp_path / "orthanc") as orthanc:
        destination = CStoreDestination(orthanc.destination(), "OSTEONODE")
        for study in asked.studies.values():
            for source in study.sources:
                orthanc.post("/instances", source.read_bytes())
            assert send(study, destination) == {Outcome.DELIVERED}, study.name
        # An archive that saw another patient in a document would file a study for each.
        filed = {each["MainDicomTags"]["StudyInstanceUID"]: each["ID"] for each in orthanc.get("/studies?expand")}
        assert len(orthanc.get("/studies")) == len(asked.studies)
        stored = {uid: orthanc.get(f"/studies/{identifier}/instances") for uid, identifier in filed.items()}
    for study in asked.studies.values():
        there = {each["MainDicomTags"]["SOPInstanceUID"] for each in stored[study.study_instance_uid]}
        sent = {each.head.identifier for each in study.filed}
        assert sent < there, study.name


def send(study: MatrixStudy, destination: CStoreDestination) -> set[Outcome]:
    """Send a study's documents, and then those that stand in for others, which a peer that takes both would not get."""
    documents = [each.load() for each in study.filed]
    stand_ins = [each for each in documents if each.kind in FALLBACKS.values()]
    attempts = (
        destination.deliver([each for each in documents if each not in stand_ins]),
        destination.deliver(stand_ins),
    )
    return {receipt.outcome for attempt in attempts for receipt in attempt.receipts}


def test_every_message_is_read_by_a_parser_that_nobody_here_wrote(asked: Asked) -> None:
    for study in asked.studies.values():
        for document in study.documents:
            if document.kind is DocumentKind.HL7_ORU:
                message = hl7.parse(document.load().content.decode())
                assert str(message.segment("OBX")[5]) == study.study_instance_uid, study.name
                assert str(message.segment("MSH")[10]) == document.head.identifier


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_kind_of_document_was_made_of_many_sources(kind: DocumentKind, asked: Asked) -> None:
    made = [name for name, study in asked.studies.items() if kind in {each.kind for each in study.documents}]
    assert len(made) >= SOURCES_OF_A_KIND, f"{kind}: only of {made}"


@pytest.mark.parametrize("name", NAMES)
def test_every_validator_accepts_every_document_of(name: str, matrix: Matrix) -> None:
    table = matrix.show(name)
    assert not table, f"{name}:\n{table}"


def test_what_is_wrong_in_documents_is_what_was_wrong_in_their_sources_and_listed_here(matrix: Matrix) -> None:
    assert matrix.carried == CARRIED


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_report_is_heard_of(name: str, matrix: Matrix) -> None:
    assert MISTAKES[name][1] in matrix.show(name)


@pytest.mark.shared_data
def test_every_validator_accepts_every_document_of_real_radiographs(shared_data: Path, tmp_path: Path) -> None:
    paths = sorted((shared_data / "dicom").glob("*.dcm"))
    assert paths
    studies = [write_file_study(path, tmp_path / path.stem) for path in paths]
    verdicts = [judge(study) for study in studies]
    assert [remark for verdict in verdicts for remark in verdict.remarks] == []
