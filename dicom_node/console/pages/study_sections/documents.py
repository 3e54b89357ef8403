"""The documents that were made of a study, version by version."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dicom_node.console.section import Section
from dicom_node.console.study_address import address_in
from dicom_node.console.visit import Visit
from dicom_node.study_ports import DocumentFile, StudyFile
from domain.document import HL7_KINDS, DocumentKind

#: What a person looks for first comes first; what is not named here comes last.
_ORDER: Final = (
    *(DocumentKind.SUMMARY_CAPTURE, DocumentKind.STRUCTURED_REPORT, DocumentKind.ENCAPSULATED_PDF),
    *(DocumentKind.HL7_ORU, DocumentKind.SECONDARY_CAPTURE, DocumentKind.HEAT_MAP_CAPTURE, DocumentKind.LIME_CAPTURE),
)
#: What opens in a browser, and as what: pages of ours, or files.
_OPENED: Final = {
    DocumentKind.STRUCTURED_REPORT: "report",
    DocumentKind.STRUCTURED_REPORT_BASIC: "report",
    DocumentKind.ENCAPSULATED_PDF: "pdf",
    DocumentKind.SUMMARY_CAPTURE: "picture",
    DocumentKind.SECONDARY_CAPTURE: "picture",
    DocumentKind.HEAT_MAP_CAPTURE: "picture",
    DocumentKind.LIME_CAPTURE: "picture",
    **dict.fromkeys(HL7_KINDS, "message"),
}


@dataclass(frozen=True, slots=True)
class DocumentShown:
    """One document: its number among several of its kind, or 0; addresses to look at it and to keep it, or empty."""

    document: DocumentFile
    number: int
    opens: str
    kept: str


def describe(_visit: Visit, file: StudyFile) -> Mapping[str, Any]:
    """Return the documents below their version, the newest first."""
    versions = sorted({each.version for each in file.documents}, reverse=True)
    shown = [(version, list(_describe_documents(file, version))) for version in versions]
    return {"documents": shown, "unsent": file.shadow_versions}


def _describe_documents(file: StudyFile, version: int) -> Iterator[DocumentShown]:
    """Give the documents of a version; where there are several of a kind, they are counted."""
    made = sorted((each for each in file.documents if each.version == version), key=_rank)
    several = Counter(each.kind for each in made)
    counted: Counter[DocumentKind] = Counter()
    for each in made:
        counted[each.kind] += 1
        base = address_in(file, "documents", each.identifier) if each.path else ""
        way = _OPENED.get(each.kind, "") if base else ""
        number = counted[each.kind] if several[each.kind] > 1 else 0
        yield DocumentShown(each, number, f"{base}/{way}" if way else "", f"{base}/file" if base else "")


def _rank(document: DocumentFile) -> tuple[int, str]:
    place = _ORDER.index(document.kind) if document.kind in _ORDER else len(_ORDER)
    return place, document.kind.value


SECTION: Final = Section("study/documents.html", describe)
