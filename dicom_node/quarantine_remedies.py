"""What a person does about a file in quarantine: for each code what happened, and the next step."""

from collections.abc import Mapping
from typing import Final

_AGAIN: Final = "Have it sent again. If it comes so again, the sender, or what lies between it and here, damages it."
_SENDER: Final = "Correct the sender and have it sent again; then discard this one."
_LIMIT: Final = "If it is a radiograph, report it; an update may raise the limit, then retry. If not, discard it."

#: By the codes of dicom_node/receive/statuses.py; the operations guide says more.
REMEDIES: Final[Mapping[str, tuple[str, str]]] = {
    "CONFLICTING-DUPLICATE": (
        "Another image came under a SOP Instance UID that is known; the first is kept and answered.",
        "Compare both. The sender must give a changed image a UID of its own and send that; then discard this one.",
    ),
    "SOP-CLASS-CONTRADICTION": ("The data set is of another class than its sender announced.", _SENDER),
    "SOP-INSTANCE-CONTRADICTION": ("The data set has another SOP Instance UID than its sender announced.", _SENDER),
    "STUDY-CONTRADICTION": ("The data set is of another study than its sender announced.", _SENDER),
    "NO-PIXEL-DATA": ("An image without pixel data.", "Have it sent whole; headers alone cannot be read."),
    "UNPARSABLE-DATA-SET": ("The data set breaks the encoding rules.", _AGAIN),
    "TRUNCATED-DATA-SET": ("The data set ends before its elements do.", _AGAIN),
    "DATA-SET-TOO-COMPLEX": ("The data set is nested too deep, or has too many or too large elements.", _LIMIT),
    "UID-MISSING": ("Study, Series or SOP Instance UID is missing.", _SENDER),
    "UID-INVALID": ("Study, Series or SOP Instance UID is no UID.", _SENDER),
    "NOT-PART-10": ("The file is no DICOM file.", "Look what it is; have the image exported as DICOM, or discard it."),
    "TRANSFER-SYNTAX-UNSUPPORTED": (
        "Nothing installed decodes its transfer syntax.",
        "Have it sent in another one, or retry after an update that decodes it.",
    ),
    "NOT-RECORDED": (
        "It came whole, but the node stopped before it was recorded; its sender was not told that it is safe.",
        "Retry takes it in. Where the sender has sent it again meanwhile, retry finds that out and tidies up.",
    ),
}
_UNKNOWN: Final = ("It was put aside by another version of this program.", "Retry it.")


def what_happened(reason_code: str) -> str:
    """Return in a sentence what is wrong with a file."""
    return REMEDIES.get(reason_code, _UNKNOWN)[0]


def next_step(reason_code: str) -> str:
    """Return in a sentence what to do."""
    return REMEDIES.get(reason_code, _UNKNOWN)[1]
