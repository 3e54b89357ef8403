"""Studies brought to a state, so that a test begins where it has something to say."""

from collections.abc import Sequence

from dicom_node.ports import InstanceLedger, StudyLedger
from domain.document import Document, DocumentKind
from domain.finding import StudyFindings
from domain.study import CompletionRule, Study
from tests.fakes.arrivals import arrive
from tests.fakes.light_reader import MODEL_SET, make_reading


def make_document(study: str, version: int = 1, *, kind: DocumentKind = DocumentKind.STRUCTURED_REPORT) -> Document:
    """Return a document whose identifier and content follow from its study, version and kind."""
    identifier = f"1.{study}.{version}.{list(DocumentKind).index(kind)}"
    return Document(kind, identifier, f"1.{study}", version, "1.2.840.10008.5.1.4.1.1.88.34", identifier.encode())


def say(study: str, *images: str) -> StudyFindings:
    """Return findings of a broken hand on each image of a study."""
    readings = tuple(make_reading(f"1.{study}.1.{image}", "1.2") for image in images or "1")
    return StudyFindings(f"1.{study}", MODEL_SET, readings, readings[0].fracture)


class Both(InstanceLedger, StudyLedger):
    """A ledger with both of its ports."""


def close(ledger: Both, study: str = "1") -> Study:
    """Close the open version of a study by quiet time and return it."""
    found = next(each for each in ledger.open_studies() if each.study_instance_uid == f"1.{study}")
    assert ledger.close_study(found, CompletionRule.QUIET_TIME)
    return found


def answer(
    ledger: Both, study: str = "1", version: int = 1, *, recipients: Sequence[str] = ("pacs",), image: str = ""
) -> tuple[Document, ...]:
    """Bring a version of a study from its first image to its answer; return the documents."""
    ledger.record_instance(arrive(study, image or str(version), seconds=version))
    close(ledger, study)
    documents = (make_document(study, version),)
    ledger.keep_answer(f"1.{study}", version, documents, findings=say(study), recipients=recipients)
    return documents
