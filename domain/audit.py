"""An event of the audit trail (PS3.15 A.5): what happened, when, who took part, about whom and what.

The words are those of the Standard's audit message; `domain/audit_templates.py` makes events of each kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum, StrEnum


class EventID(Enum):
    """What kind of event, as code and meaning (PS3.16 CID 400, DCM)."""

    APPLICATION_ACTIVITY = ("110100", "Application Activity")
    AUDIT_LOG_USED = ("110101", "Audit Log Used")
    INSTANCES_ACCESSED = ("110103", "DICOM Instances Accessed")
    INSTANCES_TRANSFERRED = ("110104", "DICOM Instances Transferred")
    STUDY_DELETED = ("110105", "DICOM Study Deleted")
    EXPORT = ("110106", "Export")
    IMPORT = ("110107", "Import")
    QUERY = ("110112", "Query")
    SECURITY_ALERT = ("110113", "Security Alert")
    USER_AUTHENTICATION = ("110114", "User Authentication")

    @property
    def code(self) -> str:
        """The code value."""
        return self.value[0]

    @property
    def meaning(self) -> str:
        """The code meaning."""
        return self.value[1]


class EventType(Enum):
    """Which event of its kind, as code and meaning (PS3.16 CID 401 and 403, DCM)."""

    APPLICATION_START = ("110120", "Application Start")
    APPLICATION_STOP = ("110121", "Application Stop")
    LOGIN = ("110122", "Login")
    LOGOUT = ("110123", "Logout")
    NODE_AUTHENTICATION = ("110126", "Node Authentication")
    NETWORK_CONFIGURATION = ("110128", "Network Configuration")
    SECURITY_CONFIGURATION = ("110129", "Security Configuration")
    SOFTWARE_CONFIGURATION = ("110131", "Software Configuration")
    USE_OF_RESTRICTED_FUNCTION = ("110132", "Use of Restricted Function")
    AUDIT_RECORDING_STOPPED = ("110133", "Audit Recording Stopped")
    AUDIT_RECORDING_STARTED = ("110134", "Audit Recording Started")
    SECURITY_ROLES_CHANGED = ("110136", "Security Roles Changed")
    USER_SECURITY_ATTRIBUTES_CHANGED = ("110137", "User Security Attributes Changed")


class Role(Enum):
    """The part that somebody had in an event, as code and meaning (PS3.16 CID 402, DCM)."""

    APPLICATION = ("110150", "Application")
    APPLICATION_LAUNCHER = ("110151", "Application Launcher")
    DESTINATION = ("110152", "Destination Role ID")
    SOURCE = ("110153", "Source Role ID")
    DESTINATION_MEDIA = ("110154", "Destination Media")
    SOURCE_MEDIA = ("110155", "Source Media")


class Action(StrEnum):
    """EventActionCode (PS3.15 A.5.2)."""

    CREATE = "C"
    READ = "R"
    UPDATE = "U"
    DELETE = "D"
    EXECUTE = "E"


class EventOutcome(IntEnum):
    """EventOutcomeIndicator (PS3.15 A.5.2)."""

    SUCCESS = 0
    MINOR_FAILURE = 4  # one login that failed, one association that was refused
    SERIOUS_FAILURE = 8  # what was under way is given up
    MAJOR_FAILURE = 12  # something is not available any more


class ResourceKind(Enum):
    """What a resource is identified by, as code, meaning and scheme (PS3.15 A.5.1.2, PS3.16 CID 404)."""

    SOP_CLASS_UID = ("110181", "SOP Class UID", "DCM")
    NODE_ID = ("110182", "Node ID", "DCM")
    URI = ("12", "URI", "RFC-3881")


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody or something that took part (PS3.15 A.5.2, ActiveParticipant).

    Attributes:
        user_id: a person's user name; of a process its identifier, of a peer its AE title or address (A.5.2.1).
        ae_titles: of a process that speaks DICOM (A.5.2.2).
        name: as a person says it.
        address: IP address or name of the machine.
    """

    user_id: str
    ae_titles: tuple[str, ...] = ()
    name: str = ""
    is_requestor: bool = False
    role: Role | None = None
    address: str = ""

    def __post_init__(self) -> None:
        if not self.user_id:
            raise ValueError("a participant has a user_id")


@dataclass(frozen=True, slots=True)
class AuditedStudy:
    """A study that an event is about, with the number of instances of each SOP class."""

    study_instance_uid: str
    sop_classes: Mapping[str, int] = field(default_factory=dict)
    accession_number: str = ""


@dataclass(frozen=True, slots=True)
class AuditedPatient:
    """The patient that an event is about. Nothing of this stands in logs, metrics or errors."""

    patient_id: str
    patient_name: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """What else an event is about: the audit log, a node, a query. `details` are named texts, such as the alert."""

    kind: ResourceKind
    identifier: str
    name: str = ""
    query: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event, as it is recorded and sent.

    Attributes:
        occurred_at: aware; None is the moment of recording.
        explanation: one sentence on the outcome, free of patient names, IDs and dates.
        cause: what makes the event unique where the same one may be told twice; empty where it is told once.
    """

    event_id: EventID
    action: Action
    participants: tuple[Participant, ...]
    outcome: EventOutcome = EventOutcome.SUCCESS
    types: tuple[EventType, ...] = ()
    explanation: str = ""
    occurred_at: datetime | None = None
    studies: tuple[AuditedStudy, ...] = ()
    patient: AuditedPatient | None = None
    resources: tuple[Resource, ...] = ()
    cause: str = ""

    def __post_init__(self) -> None:
        if not self.participants:
            raise ValueError("an audit event has a participant (PS3.15 A.5.1)")
        if self.occurred_at is not None and self.occurred_at.tzinfo is None:
            raise ValueError("the time of an audit event has a time zone (PS3.15 A.5.2.5)")

    @property
    def who(self) -> str:
        """The user_id of who asked for it, else of the first who took part."""
        asking = next((each for each in self.participants if each.is_requestor), self.participants[0])
        return asking.user_id
