"""A result that leaves the node: a DICOM object or an HL7 message, bytes fixed once."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

#: What documents call the product, and how one of them is known when it comes back as an image.
PRODUCT = "Osteonode"


class DocumentKind(StrEnum):
    """What a document is. The values are stable: they stand in file names, UIDs and configuration."""

    STRUCTURED_REPORT = "structured_report"
    STRUCTURED_REPORT_BASIC = "structured_report_comprehensive"  # the fallback where a peer refuses Comprehensive 3D SR
    SUMMARY_CAPTURE = "summary_capture"
    SECONDARY_CAPTURE = "secondary_capture"
    HEAT_MAP_CAPTURE = "heat_map_capture"
    PRESENTATION_STATE = "presentation_state"
    HL7_ORU = "hl7_oru"
    LIME_CAPTURE = "lime_capture"
    ENCAPSULATED_PDF = "encapsulated_pdf"
    KEY_OBJECT_SELECTION = "key_object_selection"
    REJECTION_NOTE = "rejection_note"  # IHE IOCM: an archive hides what it names; made for one destination


#: A document that stands in for another where the peer does not accept that one.
FALLBACKS = {DocumentKind.STRUCTURED_REPORT: DocumentKind.STRUCTURED_REPORT_BASIC}

HL7_KINDS = frozenset({DocumentKind.HL7_ORU})

#: Made when the answer has left, and delivered by themselves.
LATER_KINDS = frozenset({DocumentKind.LIME_CAPTURE, DocumentKind.REJECTION_NOTE})
#: Made only where the site asks for them: not every peer takes them, and not every site wants them.
OPTIONAL_KINDS = frozenset({DocumentKind.ENCAPSULATED_PDF, DocumentKind.KEY_OBJECT_SELECTION})
#: A later document goes wherever the other kind goes, named or not.
COMPANIONS = {DocumentKind.SECONDARY_CAPTURE: DocumentKind.LIME_CAPTURE}


@dataclass(frozen=True, slots=True)
class Document:
    """One finished document.

    Attributes:
        identifier: the SOP Instance UID, or MSH-10 of an HL7 message; the same for the same study, version and models.
        sop_class_uid: empty for HL7.
        content: a whole Part 10 file, or the HL7 message in its own character set with segments ended by CR.
    """

    kind: DocumentKind
    identifier: str
    study_instance_uid: str
    version: int
    sop_class_uid: str
    content: bytes

    def __post_init__(self) -> None:
        if not (self.identifier and self.content):
            raise ValueError("a document has an identifier and content")

    @property
    def sha256(self) -> str:
        """Digest of the content, lower-case hex."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def file_name(self) -> str:
        """A name that sorts by kind and is unique within a study's folder."""
        suffix = "hl7" if self.kind in HL7_KINDS else "dcm"
        return f"{self.kind.value}-{self.identifier}.{suffix}"
