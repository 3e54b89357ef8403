"""What a C-STORE status means for a delivery (PS3.4 B.2.3, PS3.7 9.1.1.1.9 and Annex C)."""

from dataclasses import dataclass

from domain.delivery import Outcome


@dataclass(frozen=True, slots=True)
class StatusMeaning:
    """A row of the table: what follows from a status, the Standard's words for it, and what a person can do."""

    outcome: Outcome
    words: str
    advice: str = ""


_SUCCESS = StatusMeaning(Outcome.DELIVERED, "Success")
_LOG = "look in the peer's log for the reason"
_STORED = (
    "stored all the same, and not sent again; compare at the peer what it shows with the file named by `osteonode show`"
)
_OTHER_FAILURE = StatusMeaning(Outcome.RETRY, "a status the Standard does not list", _LOG)

#: First and last status, and what it means. Single statuses stand before the ranges they lie in: the first row wins.
C_STORE_STATUSES: tuple[tuple[int, int, StatusMeaning], ...] = (
    (0x0000, 0x0000, _SUCCESS),
    (0x0001, 0x0001, StatusMeaning(Outcome.DELIVERED, "Stored with a warning", _STORED)),
    (0x0107, 0x0107, StatusMeaning(Outcome.DELIVERED, "Stored, attribute list error", _STORED)),
    (0x0116, 0x0116, StatusMeaning(Outcome.DELIVERED, "Stored, attribute value out of range", _STORED)),
    # UIDs here are derived from the study and the models: a peer that has this UID has this very document.
    (0x0111, 0x0111, StatusMeaning(Outcome.DELIVERED, "Duplicate SOP instance: the peer already holds it")),
    (0x0110, 0x0110, StatusMeaning(Outcome.RETRY, "Processing failure", _LOG)),
    (0x0117, 0x0117, StatusMeaning(Outcome.REFUSED, "Invalid SOP instance", _LOG)),
    (
        0x0122,
        0x0122,
        StatusMeaning(Outcome.REFUSED, "SOP class not supported", "enable this SOP class for storage at the peer"),
    ),
    (
        0x0124,
        0x0124,
        StatusMeaning(Outcome.REFUSED, "Not authorised", "allow this node's AE title to store at the peer"),
    ),
    (0x0210, 0x0210, StatusMeaning(Outcome.RETRY, "Duplicate invocation", _LOG)),
    (0x0211, 0x0211, StatusMeaning(Outcome.REFUSED, "Unrecognised operation", "the peer is no storage provider")),
    (0x0212, 0x0212, StatusMeaning(Outcome.REFUSED, "Mistyped argument", _LOG)),
    (0x0213, 0x0213, StatusMeaning(Outcome.RETRY, "Resource limitation", "free resources at the peer")),
    (0xA700, 0xA7FF, StatusMeaning(Outcome.RETRY, "Out of resources", "free disk space or resources at the peer")),
    (0xA900, 0xA9FF, StatusMeaning(Outcome.REFUSED, "Data set does not match SOP class", _LOG)),
    (0xB000, 0xB000, StatusMeaning(Outcome.DELIVERED, "Stored, the peer coerced data elements", _STORED)),
    (0xB006, 0xB006, StatusMeaning(Outcome.DELIVERED, "Stored, the peer discarded elements", _STORED)),
    (
        0xB007,
        0xB007,
        StatusMeaning(Outcome.DELIVERED, "Stored, though it does not match the SOP class for the peer", _STORED),
    ),
    (0xB000, 0xBFFF, StatusMeaning(Outcome.DELIVERED, "Stored with a warning", _STORED)),
    (0xC000, 0xCFFF, StatusMeaning(Outcome.REFUSED, "Cannot understand", _LOG)),
)


def interpret(status: int) -> StatusMeaning:
    """Return the meaning of a C-STORE response status.

    A failure that no clause lists says nothing final, so it is worth a retry until the attempts run out.
    """
    for first, last, meaning in C_STORE_STATUSES:
        if first <= status <= last:
            return meaning
    return _OTHER_FAILURE
