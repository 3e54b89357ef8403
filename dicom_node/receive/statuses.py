"""What may become of one C-STORE request, and the status each outcome has on the wire: one table.

Statuses: PS3.4 Table B.2-1 (storage service class) and PS3.7 Annex C (general). Senders keep and retry what got
A7xx, and park what got A9xx or Cxxx. Success (0000) is said only after the instance is durable, because the sender
may then delete its copy. The warnings Bxxx are not used: some senders take them for failures.
"""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a C-STORE request; the value is the stable code in logs and in the quarantine list."""

    STORED = "STORED"
    DUPLICATE = "DUPLICATE"
    RETRACTED = "RETRACTED-STUDY"
    OWN_RESULT = "OWN-RESULT"
    CONFLICT = "CONFLICTING-DUPLICATE"
    DISK_HIGH_WATER = "DISK-HIGH-WATER"
    DISK_FAILED = "DISK-FAILED"
    TOO_LARGE = "DATA-SET-TOO-LARGE"
    LEDGER_FULL = "LEDGER-FULL"
    LEDGER_FAILED = "LEDGER-FAILED"
    STOPPING = "STOPPING"
    CLASS_CONTRADICTION = "SOP-CLASS-CONTRADICTION"
    INSTANCE_CONTRADICTION = "SOP-INSTANCE-CONTRADICTION"
    NO_PIXEL_DATA = "NO-PIXEL-DATA"
    UNPARSABLE = "UNPARSABLE-DATA-SET"
    TRUNCATED = "TRUNCATED-DATA-SET"
    TOO_COMPLEX = "DATA-SET-TOO-COMPLEX"
    UID_MISSING = "UID-MISSING"
    UID_INVALID = "UID-INVALID"
    NOT_PART10 = "NOT-PART-10"
    STUDY_CONTRADICTION = "STUDY-CONTRADICTION"
    CLASS_UNSUPPORTED = "SOP-CLASS-UNSUPPORTED"
    SYNTAX_UNSUPPORTED = "TRANSFER-SYNTAX-UNSUPPORTED"
    UNRECORDED = "NOT-RECORDED"
    PROCESSING_FAILURE = "PROCESSING-FAILURE"


@dataclass(frozen=True, slots=True)
class Answer:
    """How an outcome is told to the sender, and whether the data set is kept for a person to see.

    Attributes:
        status: (0000,0900) Status.
        clause: where the Standard defines it.
        comment: (0000,0902) Error Comment, VR LO: at most 64 characters; empty on success.
        quarantined: the file is put aside with its reason.
    """

    status: int
    clause: str
    comment: str = ""
    quarantined: bool = False

    def __post_init__(self) -> None:
        if len(self.comment) > 64 or "\\" in self.comment:
            raise ValueError("an error comment has at most 64 characters and no backslash (PS3.5 6.2, VR LO)")


_SUCCESS = "PS3.4 B.2.3: Success"
_RESOURCES = "PS3.4 Table B.2-1: Refused, Out of Resources (A7xx)"
_MISMATCH = "PS3.4 Table B.2-1: Error, Data Set does not match SOP Class (A9xx)"
_NOT_UNDERSTOOD = "PS3.4 Table B.2-1: Error, Cannot understand (Cxxx)"
_NO_SUCH_CLASS = "PS3.18 Table I.2.2-2: Referenced SOP Class not supported (0122)"
_NO_SUCH_SYNTAX = "PS3.18 Table I.2.2-2: Referenced Transfer Syntax not supported (C122)"
_PROCESSING = "PS3.7 C.5.15: Processing failure (0110)"

#: A data set over the size limit is a lack of resources here, and not something this node cannot understand: the same
#: instance is taken once limits.data_set_mib is raised, so the sender should keep it (A700).
#: A result of this node that a PACS sends back is acknowledged and dropped: it is kept here already, as a document.
#: Without an association nobody negotiates, so an object or an encoding that is not for this node is refused when it
#: comes. A radiograph that nobody here can decode is put aside; what is no radiograph has come to the wrong place.
#: Other bytes under a known SOP Instance UID: the first is kept and the answer is Success, because the sender can do
#: nothing better by sending again; a person sees the second in the quarantine.
ANSWERS: dict[Outcome, Answer] = {
    Outcome.STORED: Answer(0x0000, _SUCCESS),
    Outcome.DUPLICATE: Answer(0x0000, _SUCCESS),
    Outcome.RETRACTED: Answer(0x0000, _SUCCESS),
    Outcome.OWN_RESULT: Answer(0x0000, _SUCCESS),
    Outcome.CONFLICT: Answer(0x0000, _SUCCESS, quarantined=True),
    Outcome.DISK_HIGH_WATER: Answer(0xA700, _RESOURCES, "Disk nearly full, send again later"),
    Outcome.DISK_FAILED: Answer(0xA700, _RESOURCES, "Disk refused the data set, send again later"),
    Outcome.TOO_LARGE: Answer(0xA700, _RESOURCES, "Data set larger than this node takes"),
    Outcome.LEDGER_FULL: Answer(0xA700, _RESOURCES, "No room to record the instance, send again later"),
    Outcome.LEDGER_FAILED: Answer(0xA700, _RESOURCES, "Instance could not be recorded, send again later"),
    Outcome.STOPPING: Answer(0xA700, _RESOURCES, "Node is shutting down, send again later"),
    Outcome.CLASS_CONTRADICTION: Answer(0xA900, _MISMATCH, "SOP Class UID differs from the request", True),
    Outcome.INSTANCE_CONTRADICTION: Answer(0xA900, _MISMATCH, "SOP Instance UID differs from the request", True),
    Outcome.NO_PIXEL_DATA: Answer(0xA900, _MISMATCH, "Image without pixel data", True),
    Outcome.UNPARSABLE: Answer(0xC000, _NOT_UNDERSTOOD, "Data set cannot be parsed", True),
    Outcome.TRUNCATED: Answer(0xC000, _NOT_UNDERSTOOD, "Data set is truncated", True),
    Outcome.TOO_COMPLEX: Answer(0xC000, _NOT_UNDERSTOOD, "Data set nested too deep or with too many elements", True),
    Outcome.UID_MISSING: Answer(0xC000, _NOT_UNDERSTOOD, "Study, Series or SOP Instance UID missing", True),
    Outcome.UID_INVALID: Answer(0xC000, _NOT_UNDERSTOOD, "Study, Series or SOP Instance UID invalid", True),
    Outcome.NOT_PART10: Answer(0xC000, _NOT_UNDERSTOOD, "Not a DICOM file (PS3.10)", True),
    Outcome.STUDY_CONTRADICTION: Answer(0xA901, _MISMATCH, "Study Instance UID differs from the request", True),
    Outcome.CLASS_UNSUPPORTED: Answer(0x0122, _NO_SUCH_CLASS, "SOP class is not taken from this sender"),
    Outcome.SYNTAX_UNSUPPORTED: Answer(0xC122, _NO_SUCH_SYNTAX, "Transfer syntax cannot be decoded here", True),
    # Never said: who sent it got no answer at all, and sends it again.
    Outcome.UNRECORDED: Answer(0xA700, _RESOURCES, "Node stopped before it was recorded, send again"),
    Outcome.PROCESSING_FAILURE: Answer(0x0110, _PROCESSING, "Internal error, see the log of this node"),
}


class Refused(Exception):
    """A data set is not taken in.

    Args:
        outcome: which row of the table.
        detail: one sentence for a person: tags, lengths and UIDs, never a value that speaks of a patient.
    """

    def __init__(self, outcome: Outcome, detail: str = "") -> None:
        super().__init__(f"{outcome}: {detail}" if detail else outcome.value)
        self.outcome = outcome
        self.detail = detail
