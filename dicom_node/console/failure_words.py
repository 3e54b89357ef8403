"""What a peer refused or did not answer, in the language of a visitor: the ledger keeps it in English, as the log."""

import re
from dataclasses import dataclass
from typing import Final

from dicom_node.console.translation import DEFAULT_LANGUAGE, Words

#: What is found in a text, and which words of words/failures.toml say the same; the first that fits.
_KNOWN: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"Held by a person\.", "by_person"),
        (r"no longer in the configuration", "not_configured"),
        (r"may go there, so that it may still show", "nothing_to_correct_with"),
        (r"lets none of these documents go there", "nothing_to_send"),
        (r"after a person had retracted", "retracted"),
        # TCP and the association, by the codes of association_failures/.
        (r"\[TCP-REFUSED\]|[Cc]onnection refused", "refused"),
        (r"\[NAME-NOT-RESOLVED\]|host name (not resolved|is not known)", "name"),
        (r"\[TCP-TIMED-OUT\]|no TCP connection to .*: no answer", "timed_out"),
        (r"\[TCP-NO-ROUTE\]|: no route", "no_route"),
        (r"\[TCP-(BROKEN|FAILED)\]|no TCP connection|no connection, or it broke", "no_connection"),
        (r"\[NO-ASSOCIATION-ANSWER\]", "no_dicom"),
        (r"\[ASSOCIATION-CLOSED\]", "closed"),
        (r"\[abort [^]]*\]|A-ABORT", "aborted"),
        (r"calling-AE-title-not-recognized", "calling_title"),
        (r"called-AE-title-not-recognized", "called_title"),
        (r"temporary-congestion|local-limit-exceeded", "busy"),
        (r"rejected the association", "rejected"),
        (r"TLS|certificate|\bSSL\b", "tls"),
        # Statuses of C-STORE, acknowledgements of HL7, HTTP, files.
        (r"the peer does not accept|SOP class not supported|abstract-syntax|Unrecognised operation", "sop_class"),
        (r"Not authorised|Unauthorized|Forbidden", "not_allowed"),
        (r"Out of resources|Resource limitation|Insufficient Storage|Content Too Large", "no_room"),
        (r"Invalid SOP instance|does not match SOP class|Cannot understand|Mistyped argument", "not_understood"),
        (r"Stored", "stored_with_warning"),
        (r"Processing failure|Duplicate invocation|a status the Standard does not list", "peer_failed"),
        (r"\b[AC]R (commit )?rejected", "hl7_rejected"),
        (r"\b[AC]E (application|commit) error", "hl7_error"),
        (r"no answer in time", "no_answer"),
        (r"not acknowledged", "hl7_silent"),
        (r"Not Found|Method Not Allowed|correct url|set url", "web_address"),
        (r"Too Many Requests|Service Unavailable|Request Timeout|Gateway Timeout", "busy"),
        (r"not written", "folder"),
        (r"report this: it is a fault here|does not conform", "our_fault"),
        (r"were refused before and not sent again", "refused_before"),
    )
)
_OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Told:
    """A failure on a page.

    Attributes:
        words: in the language of the visitor; empty where that is English, and `recorded` says it better.
        recorded: as the ledger has it, with addresses and codes.
    """

    words: str
    recorded: str


def tell_failure(recorded: str, words: Words) -> Told:
    """Return a failure that the ledger keeps, for a visitor."""
    if words.language == DEFAULT_LANGUAGE or not recorded:
        return Told("", recorded)
    return Told(words(f"failures.{find_key(recorded)}"), recorded)


def find_key(recorded: str) -> str:
    """Return which words say what a text of the ledger says."""
    return next((key for pattern, key in _KNOWN if pattern.search(recorded)), _OTHER)
