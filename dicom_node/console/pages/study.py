"""One study: how far it is, what was said of it, its history, its images and documents, and what a person may do."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from dicom_node.console.happenings import Moment, describe_happenings
from dicom_node.console.page import Get, Page, Post
from dicom_node.console.pages import study_documents
from dicom_node.console.pages.study_actions import RETRACTION_REASONS, act, list_actions
from dicom_node.console.patients import read_patient
from dicom_node.console.study_address import find_study, note_look
from dicom_node.console.study_states import Badge, describe_row, list_stages, statement_of
from dicom_node.console.visit import Visit
from dicom_node.study_ports import DocumentFile, ImageFile, StudyFile
from domain.document import HL7_KINDS, DocumentKind
from domain.finding import ImageReading, StudyFindings
from domain.role import Role
from reporting.translation import Translation, load_translation

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
class ImageShown:
    """One image with what is said of it.

    Attributes:
        picture: address of its small picture, empty where there is none.
        region, reason: in the language of the visitor.
        models: those that spoke, name and version.
    """

    image: ImageFile
    picture: str
    statement: Badge | None
    probability: float | None
    region: str
    reason: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentShown:
    """One document: its number among several of its kind, or 0; addresses to look at it and to keep it, or empty."""

    document: DocumentFile
    number: int
    opens: str
    kept: str


def show(visit: Visit) -> Response:
    """Show a study; that somebody looked is recorded, unless the page only looks again on its own."""
    file = find_study(visit)
    note_look(visit, file)
    names = load_translation(visit.words.language)
    findings = file.findings
    return visit.render(
        "study.html",
        file=file,
        row=file.row,
        shown=describe_row(file.row),
        here_path=f"/studies/{quote(file.row.study_instance_uid)}",
        stages=list_stages(file),
        statement=statement_of(findings.fracture.state if findings.fracture else None) if findings else None,
        findings=findings,
        models=list_models(findings),
        versions=_group_by_version(describe_happenings(file.happenings, visit.words, names)),
        images=[_describe_image(file, each, names) for each in file.images],
        documents=_group_documents(file),
        patient=read_patient(file.header) if visit.sees_patients and file.header else None,
        actions=list_actions(file) if visit.visitor and visit.visitor.role.may(Role.OPERATOR) else (),
        reasons=[(value, names.retractions[value]) for value in RETRACTION_REASONS],
        destinations=sorted({name.partition(":")[0] for name in file.row.deliveries}),
    )


def list_models(findings: StudyFindings | None) -> tuple[str, ...]:
    """Return the models that spoke of any image, name and version."""
    spoken = (member for reading in findings.readings for member in reading.members) if findings else ()
    return tuple(dict.fromkeys(f"{each.model} {each.version}" for each in spoken))


def _describe_image(file: StudyFile, image: ImageFile, names: Translation) -> ImageShown:
    reading = file.spoken(image)
    fracture = reading.fracture if reading else None
    return ImageShown(
        image=image,
        picture=_address(file, "images", image.sop_instance_uid) if image.display or image.stored else "",
        statement=statement_of(fracture.state if fracture else None) if reading else None,
        probability=fracture.probability if fracture else None,
        region=_name_region(reading, names),
        reason=names.reasons.get(reading.reason.code, reading.reason.text) if reading and reading.reason else "",
        models=tuple(f"{each.model} {each.version}" for each in reading.members) if reading else (),
    )


def _name_region(reading: ImageReading | None, names: Translation) -> str:
    label = reading.region.label if reading and reading.region else ""
    return names.regions.get(label, label)


def _group_by_version(moments: Sequence[Moment]) -> list[tuple[int, list[Moment]]]:
    """Put the newest version first; in each, what happened stays in its order."""
    versions = sorted({each.version for each in moments}, reverse=True)
    return [(version, [each for each in moments if each.version == version]) for version in versions]


def _group_documents(file: StudyFile) -> list[tuple[int, list[DocumentShown]]]:
    versions = sorted({each.version for each in file.documents}, reverse=True)
    return [(version, list(_describe_documents(file, version))) for version in versions]


def _describe_documents(file: StudyFile, version: int) -> Iterator[DocumentShown]:
    """Give the documents of a version; where there are several of a kind, they are counted."""
    made = sorted((each for each in file.documents if each.version == version), key=_rank)
    several = Counter(each.kind for each in made)
    counted: Counter[DocumentKind] = Counter()
    for each in made:
        counted[each.kind] += 1
        base = _address(file, "documents", each.identifier) if each.path else ""
        way = _OPENED.get(each.kind, "") if base else ""
        number = counted[each.kind] if several[each.kind] > 1 else 0
        yield DocumentShown(each, number, f"{base}/{way}" if way else "", f"{base}/file" if base else "")


def _rank(document: DocumentFile) -> tuple[int, str]:
    place = _ORDER.index(document.kind) if document.kind in _ORDER else len(_ORDER)
    return place, document.kind.value


def _address(file: StudyFile, what: str, identifier: str) -> str:
    return f"/studies/{quote(file.row.study_instance_uid, safe='')}/{what}/{quote(identifier, safe='')}"


PAGE: Final = Page(
    "study",
    Role.VIEWER,
    (
        Get("/studies/{study}", show),
        Post("/studies/{study}/act", act),
        *study_documents.ROUTES,
    ),
)
