"""What the endpoints work with: questions and actions that the console's process fills in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dicom_node.agreement_ports import Comparisons
from dicom_node.audit_ports import AuditTrail
from dicom_node.console.api.answers import DestinationBody, ModelsBody
from dicom_node.delivery_ports import DeadLetterDesk
from dicom_node.desk_ports import ImageDesk
from dicom_node.quarantine_ports import QuarantineDesk
from dicom_node.study_ports import Happening, StudyBook


@dataclass(frozen=True, slots=True)
class ApiParts:
    """Questions and actions. All of them wait for the ledger, and raise LedgerError where it fails.

    Attributes:
        studies, quarantine, dead_letters: as the pages have them.
        timeline: what happened to a study; empty where it is unknown.
        reports: what final reports say beside the answers.
        destinations: how each answers, and what waits for it.
        models: the bundle that reads.
        trail: keeps who did what.
        desk: reads single images, which lie in `spool`.
    """

    studies: StudyBook
    quarantine: QuarantineDesk
    dead_letters: DeadLetterDesk
    timeline: Callable[[str], tuple[Happening, ...]]
    reports: Comparisons
    destinations: Callable[[], Sequence[DestinationBody]]
    models: Callable[[], ModelsBody]
    desk: ImageDesk
    spool: Path
    trail: AuditTrail
