"""The report of a study as a PDF inside a DICOM object: Encapsulated PDF Storage, PS3.3 A.45.1. Off by default."""

import highdicom as hd
from highdicom.base import SOPClass
from pydicom import Dataset
from pydicom.uid import EncapsulatedPDFStorage, ExplicitVRLittleEndian

from domain.document import Document, DocumentKind
from reporting import codes, wording
from reporting.instance import Slot, finish, name_predecessors, write
from reporting.pdf.report import MIME_TYPE, write_pdf
from reporting.statement import StudyStatement


def write_encapsulated_pdf(statement: StudyStatement, pdf: bytes | None = None) -> Document:
    """Return the report on all images of a study, with the patient's name on it as the source has it.

    Args:
        pdf: what `write_pdf` returned for the statement, where it is at hand.
    """
    slot = Slot(DocumentKind.ENCAPSULATED_PDF, "DOC", "", 1)
    ds = SOPClass(
        study_instance_uid=statement.study_instance_uid,
        sop_class_uid=EncapsulatedPDFStorage,
        modality="DOC",
        transfer_syntax_uid=ExplicitVRLittleEndian,
        **slot.arguments(statement),
    )
    ds.ConversionType = "WSD"
    ds.BurnedInAnnotation = "YES"  # the pages name the patient
    ds.RecognizableVisualFeatures = "NO"
    ds.AcquisitionDateTime = None  # of several images
    ds.DocumentTitle = wording.REPORT_TITLE
    ds.ConceptNameCodeSequence = [hd.sr.CodedConcept.from_code(codes.DIAGNOSTIC_IMAGING_REPORT)]
    ds.VerificationFlag = "UNVERIFIED"
    ds.SourceInstanceSequence = [
        _refer(image.reading.sop_class_uid, image.reading.sop_instance_uid) for image in statement.images
    ]
    ds.MIMETypeOfEncapsulatedDocument = MIME_TYPE
    _enclose(ds, write_pdf(statement) if pdf is None else pdf)
    name_predecessors(ds, statement)
    finish(ds, statement, statement.images[0].source)
    return write(ds, slot, statement)


def _enclose(ds: Dataset, pdf: bytes) -> None:
    """An OB has an even length (PS3.5 7.1.1), and the element beside it says how much of it is the document."""
    ds.EncapsulatedDocumentLength = len(pdf)
    ds.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)


def _refer(sop_class_uid: str, sop_instance_uid: str) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID = sop_class_uid
    reference.ReferencedSOPInstanceUID = sop_instance_uid
    return reference
