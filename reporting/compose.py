"""The one entry: a study's findings in, finished documents out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pydicom.config import disable_value_validation

from domain.document import Document, DocumentKind
from domain.finding import StudyFindings
from domain.impression import Impression, PhraseWriter
from reporting import key_object_selection
from reporting.captures import heat_map_capture
from reporting.captures.secondary_capture import write_secondary_capture
from reporting.captures.summary_capture import write_summary_captures
from reporting.conformance import gate
from reporting.conformance.types import mandatory_modules
from reporting.context import StudyContext
from reporting.encapsulated_pdf import write_encapsulated_pdf
from reporting.evidence import ImageEvidence, with_one_picture
from reporting.hl7 import enclosures, oru
from reporting.impression.choice import with_impression
from reporting.key_object_selection import write_key_object_selection
from reporting.pdf import report
from reporting.presentation_state import is_grey, write_presentation_state
from reporting.source import identity_keywords
from reporting.standard_tables import DOCUMENT_CLASSES
from reporting.statement import StudyStatement, state
from reporting.structured_report import write_structured_reports

#: Of the kinds that are made only where the site asks for them; some have the report's PDF from the HL7 message.
_OPTIONAL_WRITERS: Final[dict[DocumentKind, Callable[[StudyStatement, bytes | None], Document]]] = {
    DocumentKind.ENCAPSULATED_PDF: write_encapsulated_pdf,
    DocumentKind.KEY_OBJECT_SELECTION: lambda statement, _pdf: write_key_object_selection(statement),
}


@dataclass(frozen=True, slots=True)
class Withheld:
    """A document that was left out on purpose, and why; free of patient data."""

    kind: DocumentKind
    reason: str


@dataclass(frozen=True, slots=True)
class Composition:
    """All documents of one version of a study's result; `impression` is None where no phrase model was asked."""

    documents: tuple[Document, ...]
    withheld: tuple[Withheld, ...] = ()
    impression: Impression | None = None


def prepare() -> None:
    """Load the tables of the Standard, half a second of work that the first study would otherwise wait for."""
    identity_keywords()
    report.prepare()
    for sop_class_uid in DOCUMENT_CLASSES:
        mandatory_modules(sop_class_uid)


def compose(
    study: StudyContext,
    findings: StudyFindings,
    evidence: Sequence[ImageEvidence],
    *,
    writer: PhraseWriter | None = None,
    made: Callable[[Document], None] = lambda _: None,
) -> Composition:
    """Return every document of a study's result; the same arguments give the same bytes.

    Args:
        study: the version, the time, the models and the site's words.
        findings: one reading per image.
        evidence: the same images, in any order.
        writer: may word the impression, where what it proposes says what was found (reporting/impression/choice.py).
        made: told of each document when it is finished and checked.

    Raises:
        DocumentError: findings and images do not match, are of several studies or patients, or a document would leave
            non-conformant.
    """
    with disable_value_validation():  # a source's odd values pass through, and no warning repeats them
        statement = with_impression(state(study, findings, with_one_picture(evidence)), writer)
        pdf = enclosures.make_pdf(statement)
        withheld = _withhold(statement)
        documents = []
        for document in _write(statement, withheld, pdf):
            gate.check(document, statement)
            made(document)
            documents.append(document)
        gate.check_set(documents, statement)
        reason = enclosures.why_left_out(statement, pdf)
        if reason:
            withheld += (Withheld(DocumentKind.ENCAPSULATED_PDF, reason),)
    return Composition(tuple(documents), withheld, statement.impression)


def _write(statement: StudyStatement, withheld: Sequence[Withheld], pdf: bytes | None) -> Iterator[Document]:
    """Write one document after the other: no more than one picture of an image is at hand at any time."""
    yield from write_structured_reports(statement)
    yield from write_summary_captures(statement)
    for image in statement.images:
        yield write_secondary_capture(statement, image)
        yield from heat_map_capture.write_heat_map_captures(statement, [image])
    yield from (write_presentation_state(statement, image) for image in statement.read if is_grey(image))
    left_out = {item.kind for item in withheld}
    wanted = {*statement.study.reporting.optional_documents} - left_out
    yield from (write(statement, pdf) for kind, write in _OPTIONAL_WRITERS.items() if kind in wanted)
    if DocumentKind.HL7_ORU not in left_out:
        yield oru.write_message(statement, pdf)


def _withhold(statement: StudyStatement) -> tuple[Withheld, ...]:
    reasons = [
        Withheld(DocumentKind.PRESENTATION_STATE, f"image {image.number} is in colour")
        for image in statement.read
        if not is_grey(image)
    ]
    reasons += [
        Withheld(DocumentKind.HEAT_MAP_CAPTURE, f"image {image.number}: {reason}")
        for image in statement.read
        if heat_map_capture.is_wanted(statement, image) and (reason := heat_map_capture.why_withheld(image))
    ]
    if reason := oru.why_withheld(statement):
        reasons.append(Withheld(DocumentKind.HL7_ORU, reason))
    wanted = statement.study.reporting.optional_documents
    if DocumentKind.KEY_OBJECT_SELECTION in wanted and (reason := key_object_selection.why_withheld(statement)):
        reasons.append(Withheld(DocumentKind.KEY_OBJECT_SELECTION, reason))
    return tuple(reasons)
