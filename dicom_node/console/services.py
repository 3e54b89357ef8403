"""What pages work with; the console's process puts it together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from config.settings import Settings
from dicom_node.agreement_ports import Comparisons
from dicom_node.audit_ports import AuditReading
from dicom_node.configuration_ports import ConfigurationCheck
from dicom_node.console.access.access import Access
from dicom_node.console.uploading import Uploading
from dicom_node.delivery_ports import ContactLedger, DeadLetterDesk
from dicom_node.drift.inputs import InputLine
from dicom_node.drift.scores import DriftLine
from dicom_node.peer_ports import PeerCheck
from dicom_node.ports import Clock
from dicom_node.quarantine_ports import QuarantineDesk
from dicom_node.reader_comparison import ReaderComparison
from dicom_node.reading_ports import ReadingTimes
from dicom_node.study_ports import StudyBook


@dataclass(frozen=True, slots=True)
class Services:
    """Ports that pages ask and act through. A page that needs another one adds a field here.

    Attributes:
        access: who may use the console; `access.trail` is the audit trail.
        drift: returns how what the models say here compares with what they said where they were validated; None while
            that is computed for the first time.
        comparison: returns how champion and challenger compare; None where nothing is to be compared, or meanwhile.
        inputs: returns how the images that come compare with those, and with the first of each sender; None likewise.
    """

    settings: Settings
    clock: Clock
    access: Access
    quarantine: QuarantineDesk
    dead_letters: DeadLetterDesk
    contacts: ContactLedger
    check_peer: PeerCheck
    reading_times: ReadingTimes
    report_comparisons: Comparisons
    drift: Callable[[], Sequence[DriftLine] | None]
    comparison: Callable[[], ReaderComparison | None]
    inputs: Callable[[], Sequence[InputLine] | None]
    check_configuration: ConfigurationCheck
    studies: StudyBook
    uploading: Uploading
    audit: AuditReading
