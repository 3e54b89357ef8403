"""What a viewer or a site can show, as data: which kinds of document a destination with that profile is sent.

Each row says what was seen, or what the makers say; `documents` of a destination goes before its profile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.document import DocumentKind

_CAPTURES: Final = (DocumentKind.SUMMARY_CAPTURE, DocumentKind.SECONDARY_CAPTURE, DocumentKind.HEAT_MAP_CAPTURE)
_REPORT: Final = (DocumentKind.STRUCTURED_REPORT, DocumentKind.STRUCTURED_REPORT_BASIC)

#: What each kind is on the wire (PS3.4 B.5), as the Standard names it; HL7 has none.
SOP_CLASSES: Final[Mapping[DocumentKind, str]] = {
    DocumentKind.STRUCTURED_REPORT: "Comprehensive 3D SR Storage",
    DocumentKind.STRUCTURED_REPORT_BASIC: "Comprehensive SR Storage",
    DocumentKind.SUMMARY_CAPTURE: "Secondary Capture Image Storage",
    DocumentKind.SECONDARY_CAPTURE: "Secondary Capture Image Storage",
    DocumentKind.HEAT_MAP_CAPTURE: "Secondary Capture Image Storage",
    DocumentKind.PRESENTATION_STATE: "Grayscale Softcopy Presentation State Storage",
    DocumentKind.LIME_CAPTURE: "Secondary Capture Image Storage",
    DocumentKind.ENCAPSULATED_PDF: "Encapsulated PDF Storage",
    DocumentKind.KEY_OBJECT_SELECTION: "Key Object Selection Document Storage",
    DocumentKind.REJECTION_NOTE: "Key Object Selection Document Storage",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One row.

    Attributes:
        documents: the kinds; of the two reports, a peer gets Comprehensive 3D SR where it accepts that class.
        reason: who shows what, in one or two sentences.
    """

    name: str
    documents: tuple[DocumentKind, ...]
    reason: str


DEFAULT_PROFILE: Final = "everything"
_ROWS: Final = (
    Profile(
        DEFAULT_PROFILE,
        tuple(kind for kind in DocumentKind if kind is not DocumentKind.REJECTION_NOTE),
        "All that the destination can take: an archive that several viewers read, an HL7 receiver, a folder.",
    ),
    Profile(
        "ohif",
        (*_REPORT, *_CAPTURES, DocumentKind.ENCAPSULATED_PDF),
        "OHIF 3 draws the boxes of the report, shows captures, and opens the PDF where one is made. It lists a "
        "presentation state with a warning and does not show it.",
    ),
    Profile(
        "orthanc",
        (*_REPORT, *_CAPTURES),
        "Orthanc's web viewer shows captures, and an error in the place of a presentation state. Orthanc stores "
        "reports for others.",
    ),
    Profile(
        "weasis",
        (*_REPORT, *_CAPTURES, DocumentKind.PRESENTATION_STATE),
        "Weasis shows captures, presentation states over the image, and the text of the report.",
    ),
    Profile(
        "osirix",
        (*_CAPTURES, DocumentKind.PRESENTATION_STATE),
        "OsiriX shows captures, and presentation states over the image.",
    ),
    Profile("horos", _CAPTURES, "Horos shows captures. It does not show presentation states."),
    Profile(
        "dicomscope",
        (DocumentKind.STRUCTURED_REPORT_BASIC, DocumentKind.PRESENTATION_STATE),
        "DICOMscope draws presentation states over the image and opens Comprehensive SR. Its images are grey, captures "
        "are in colour.",
    ),
    Profile("captures-only", _CAPTURES, "A viewer of which nothing more is known: every viewer shows captures."),
    Profile("reports-only", _REPORT, "An archive for statistics or a registry: the coded report and no picture."),
    Profile(
        "comprehensive-sr",
        (DocumentKind.STRUCTURED_REPORT_BASIC, *_CAPTURES, DocumentKind.PRESENTATION_STATE),
        "A PACS that accepts Comprehensive 3D SR and then cannot show or forward it.",
    ),
    Profile(
        "ihe-air",
        (DocumentKind.STRUCTURED_REPORT, DocumentKind.KEY_OBJECT_SELECTION),
        "IHE AI Results: the measurement report as Comprehensive 3D SR, never its stand-in, and key objects where they "
        "are made; nothing that a machine cannot read.",
    ),
)
#: By name, in the order of the documentation.
PROFILES: Final[Mapping[str, Profile]] = {row.name: row for row in _ROWS}
