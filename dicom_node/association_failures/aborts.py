"""A-ABORT: who broke the association, why, and what to do (PS3.8 9.3.8, Table 9-26)."""

from dataclasses import dataclass
from typing import Final

from dicom_node.association_failures.explanation import Explanation, Place

#: Field Source: the application itself, or the DICOM software below it, which alone gives a reason.
SERVICE_USER: Final = 0
SERVICE_PROVIDER: Final = 2
_RESERVED: Final = "reserved"


@dataclass(frozen=True, slots=True)
class _Row:
    word: str
    meaning: str
    change: str


_LOG: Final = "look in its log at this time"
_NO_DICOM: Final = "check that nothing between (firewall, proxy, load balancer) changes the traffic, and " + _LOG
_BUG: Final = "report it with the log of both sides: one of them breaks the protocol"

#: By field Reason/Diag. of an abort by the service-provider.
ABORTS: Final[dict[int, _Row]] = {
    0: _Row("reason-not-specified", "its DICOM software gave up: a time limit, or a fault of its own", _LOG),
    1: _Row("unrecognized-PDU", "it could not make out what came", _NO_DICOM),
    2: _Row("unexpected-PDU", "it got something at a moment when the protocol does not allow it", _BUG),
    4: _Row("unrecognized-PDU-parameter", "it does not know a field of the request", _BUG),
    5: _Row("unexpected-PDU-parameter", "it got a field where the protocol has none", _BUG),
    6: _Row("invalid-PDU-parameter-value", "it does not take a value in the request, often an AE title", _BUG),
}
#: The application of the one who called, and of the one who was called.
_BY_CALLER: Final = _Row(
    "service-user", "the application there ended the association: a fault of its own, a limit, a person or a stop", _LOG
)
_BY_CALLED: Final = _Row(
    "service-user",
    "the application there ended the association: a fault of its own, a limit, or something that this node's AE title "
    "may not do there",
    "look in its log at this time, and whether this node may store and query there (Orthanc: DicomModalities with "
    "AllowStore and AllowFind, or DicomAlwaysAllowStore)",
)
#: All codes, for the documentation.
ABORT_CODES: Final = ("abort 0", *(f"abort 2/{reason}" for reason in ABORTS))


def name_abort(source: int, reason: int) -> str:
    """Return who aborted, and why where that is said, in the Standard's words."""
    if source != SERVICE_PROVIDER:
        return "service-user"
    return f"service-provider, {ABORTS[reason].word if reason in ABORTS else _RESERVED}"


def explain_abort(source: int, reason: int, who: str, *, by_caller: bool = False) -> Explanation:
    """Return what an A-ABORT means; the reason is significant for source 2 only.

    Args:
        who: sent it, to begin the sentence with.
        by_caller: it had called this node; else this node had called it.
    """
    by_provider = source == SERVICE_PROVIDER
    by_user = _BY_CALLER if by_caller else _BY_CALLED
    row = ABORTS.get(reason, ABORTS[0]) if by_provider else by_user
    code = f"abort 2/{reason if reason in ABORTS else 0}" if by_provider else "abort 0"
    said = f"{who} broke the association (A-ABORT by the {name_abort(source, reason)})"
    return Explanation(code, said, row.meaning, row.change, Place.PEER)
