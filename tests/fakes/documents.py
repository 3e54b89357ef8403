"""Small documents with the bytes of real ones: whole Part 10 files and an HL7 message."""

from io import BytesIO

from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    UID,
    Comprehensive3DSRStorage,
    ComprehensiveSRStorage,
    ExplicitVRLittleEndian,
    GrayscaleSoftcopyPresentationStateStorage,
    SecondaryCaptureImageStorage,
)

from domain.document import Document, DocumentKind
from domain.uid import derive_uid

STUDY_INSTANCE_UID = "1.2.826.0.1.3680043.8.498.1"
PATIENT_NAME = "Yamada^Tarou=山田^太郎"

SOP_CLASS_UIDS = {
    DocumentKind.STRUCTURED_REPORT: Comprehensive3DSRStorage,
    DocumentKind.STRUCTURED_REPORT_BASIC: ComprehensiveSRStorage,
    DocumentKind.SUMMARY_CAPTURE: SecondaryCaptureImageStorage,
    DocumentKind.SECONDARY_CAPTURE: SecondaryCaptureImageStorage,
    DocumentKind.PRESENTATION_STATE: GrayscaleSoftcopyPresentationStateStorage,
}
CAPTURES = frozenset({DocumentKind.SUMMARY_CAPTURE, DocumentKind.SECONDARY_CAPTURE})
MODALITIES = dict.fromkeys(CAPTURES, "OT") | {DocumentKind.PRESENTATION_STATE: "PR"}


def make_dicom_document(
    kind: DocumentKind, number: int = 1, *, rows: int = 4, columns: int = 6, syntax: UID = ExplicitVRLittleEndian
) -> Document:
    """Return a document of a kind; the same number makes the same bytes."""
    identifier = derive_uid(kind.value, str(number))
    ds = _make_data_set(kind, identifier)
    if kind in CAPTURES:
        _draw(ds, rows, columns)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    content = BytesIO()
    dcmwrite(content, ds, enforce_file_format=True)
    return Document(kind, identifier, STUDY_INSTANCE_UID, 1, SOP_CLASS_UIDS[kind], content.getvalue())


def make_answer() -> tuple[Document, ...]:
    """Return the documents of one study, in no useful order, report and stand-in both."""
    kinds = (
        DocumentKind.PRESENTATION_STATE,
        DocumentKind.SECONDARY_CAPTURE,
        DocumentKind.STRUCTURED_REPORT_BASIC,
        DocumentKind.STRUCTURED_REPORT,
    )
    return tuple(make_dicom_document(kind) for kind in kinds)


def make_hl7_document(control_id: str = "OSTEO0001") -> Document:
    """Return an ORU^R01 with a name in UTF-8."""
    segments = (
        f"MSH|^~\\&|OSTEONODE|RADIOLOGY|RIS|HOSP|20260102101500+0000||ORU^R01^ORU_R01|{control_id}|P|2.5.1"
        "|||AL|NE||UNICODE UTF-8",
        "PID|1||PID123^^^HOSP^MR||Müller^José||19800101|F",
        "OBR|1||ACC0001^RIS|43468-8^X-Ray Report^LN",
        "OBX|1|FT|19005-8^Impressions^LN||AI: suspected fracture.\\.br\\Review recommended.||||||P",
    )
    content = "".join(segment + "\r" for segment in segments).encode()
    return Document(DocumentKind.HL7_ORU, control_id, STUDY_INSTANCE_UID, 1, "", content)


def _make_data_set(kind: DocumentKind, identifier: str) -> Dataset:
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = SOP_CLASS_UIDS[kind]
    ds.SOPInstanceUID = identifier
    ds.StudyInstanceUID = STUDY_INSTANCE_UID
    ds.SeriesInstanceUID = derive_uid("series", kind.value)
    ds.Modality = MODALITIES.get(kind, "SR")
    ds.PatientName = PATIENT_NAME
    ds.PatientID = "PID123"
    ds.StudyDate = ds.StudyTime = ds.AccessionNumber = ds.ReferringPhysicianName = ""
    ds.PatientBirthDate = ds.PatientSex = ds.StudyID = ""
    ds.SeriesNumber = ds.InstanceNumber = 1
    concept = Dataset()
    concept.CodeValue, concept.CodingSchemeDesignator, concept.CodeMeaning = "126000", "DCM", "Imaging Report"
    ds.ConceptNameCodeSequence = [concept]
    return ds


def _draw(ds: Dataset, rows: int, columns: int) -> None:
    ds.Rows, ds.Columns = rows, columns
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    ds.PixelData = bytes(place % 251 for place in range(rows * columns)) * 3
