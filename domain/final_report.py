"""A radiologist's final report, as far as it is compared with an answer: what it says of a fracture, never its text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from domain.finding import StudyFindings
from domain.order import ImagingOrder


class ReportStatus(StrEnum):
    """Where a report stands (HL7 table 0123)."""

    FINAL = "final"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class ReportStatement(StrEnum):
    """What a report says of a fracture."""

    FRACTURE = "fracture"
    NO_FRACTURE = "no_fracture"
    DOUBTFUL = "doubtful"
    NOT_STATED = "not_stated"


class StudyAnswer(StrEnum):
    """What a version of our answer says of its study."""

    PRESENT = "present"
    DOUBT = "doubt"
    ABSENT = "absent"
    NOT_ANALYSED = "not_analysed"

    @classmethod
    def of(cls, findings: StudyFindings) -> "StudyAnswer":
        """Return what findings say."""
        return cls(findings.fracture.state.value) if findings.fracture is not None else cls.NOT_ANALYSED


#: The rule of a report without any text: one dictation for several orders stands in one of them.
NO_TEXT: Final = "no_text"
#: What a study with several regions, or reports, is counted under.
SEVERAL: Final = "several"


class ReportRemark(StrEnum):
    """Why a report is compared with nothing."""

    PATIENT_CONTRADICTS = "patient_contradicts"
    ISSUER_DIFFERS = "issuer_differs"
    SEVERAL_STUDIES = "several_studies"


@dataclass(frozen=True, slots=True)
class FinalReport:
    """One report.

    Attributes:
        order: the numbers that it carries: of the order, of the study, of the patient (digests).
        rule: which rule decided, as a code of docs/hl7.md.
        control_id: MSH-10 of the message that brought it.
        said_at: when the information system says that it was reported; None where it does not.
    """

    order: ImagingOrder
    status: ReportStatus
    statement: ReportStatement
    rule: str
    control_id: str
    said_at: datetime | None = None

    @property
    def key(self) -> str:
        """What is the same in every message about a report: the filler's number, else the placer's or accession's."""
        order = self.order
        number = order.filler or order.placer
        kind = "filler" if order.filler else "placer" if order.placer else "accession"
        named = (kind, *(number.components if number else (order.accession_number, order.accession_issuer)))
        return sha256("\x1f".join(named).encode()).hexdigest()

    def replaces(self, before: "FinalReport") -> bool:
        """Return whether this report takes the place of one that came before it.

        One that was said earlier does not, nor a first report that comes again behind its correction.
        """
        if self.said_at is not None and before.said_at is not None and self.said_at != before.said_at:
            return self.said_at > before.said_at
        return not (self.status is ReportStatus.FINAL and before.status is not ReportStatus.FINAL)


#: A fracture in one report of a study is a fracture of the study; none is only where every report says so.
_STRONGEST_FIRST: Final = (
    ReportStatement.FRACTURE,
    ReportStatement.DOUBTFUL,
    ReportStatement.NOT_STATED,
    ReportStatement.NO_FRACTURE,
)


def combine_statements(said: Iterable[tuple[ReportStatement, str]]) -> tuple[ReportStatement, str] | None:
    """Return what several reports of one study say together: statement and rule; None where there is none.

    Args:
        said: statement and rule of each that stands; one without any text says nothing beside one with text.
    """
    found = list(said)
    speaking = [each for each in found if each[1] != NO_TEXT] or found
    if not speaking:
        return None
    statement, rule = min(speaking, key=lambda each: _STRONGEST_FIRST.index(each[0]))
    return statement, rule
