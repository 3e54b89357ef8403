"""What an HL7 acknowledgement means for a delivery (HL7 v2.5.1 chapter 2.9, table 0008)."""

import re
from dataclasses import dataclass

from domain.delivery import Outcome


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """A row of the table: what follows from MSA-1, and what it says."""

    outcome: Outcome
    words: str
    advice: str = ""


_LOOK = "look in the receiver's log for the message with this MSH-10"

#: HL7 table 0008. CA, CE and CR come from receivers in enhanced mode.
ACKNOWLEDGEMENT_CODES = {
    "AA": CodeMeaning(Outcome.DELIVERED, "accepted"),
    "CA": CodeMeaning(Outcome.DELIVERED, "committed"),
    "AE": CodeMeaning(Outcome.RETRY, "application error", _LOOK),
    "CE": CodeMeaning(Outcome.RETRY, "commit error", _LOOK),
    "AR": CodeMeaning(
        Outcome.REFUSED, "rejected", f"the receiver takes no ORU^R01 2.5.1 from this sender: allow it there; {_LOOK}"
    ),
    "CR": CodeMeaning(
        Outcome.REFUSED, "commit rejected", f"the receiver takes no ORU^R01 2.5.1 from here: allow it there; {_LOOK}"
    ),
}


class NotAcknowledged(ValueError):
    """What came back does not acknowledge our message. The text holds nothing of what came."""


def read_header_field(message: bytes, position: int) -> bytes:
    """Return field MSH-`position` of a message (2 or more), or empty bytes.

    Raises:
        NotAcknowledged: it does not begin with an MSH segment.
    """
    header = _split_segments(message)[0]
    if not header.startswith(b"MSH") or len(header) < 4:
        raise NotAcknowledged("no MSH segment at the start")
    fields = header.split(header[3:4])
    return fields[position - 1] if len(fields) >= position else b""


def read_acknowledgement(answer: bytes, control_id: bytes) -> str:
    """Return MSA-1 of an answer to the message with this MSH-10.

    Only MSA-1 and MSA-2 count: receivers in the field answer with another version, `ACK` alone in MSH-9, a constant
    MSH-10, LF between segments, or no end of the last segment.

    Raises:
        NotAcknowledged: no acknowledgement of this message, or a code that table 0008 does not have.
    """
    segments = _split_segments(answer)
    if not segments[0].startswith(b"MSH") or len(segments[0]) < 4:
        raise NotAcknowledged("the answer is no HL7 message")
    separator = segments[0][3:4]
    fields = next((each.split(separator) for each in segments if each.startswith(b"MSA" + separator)), None)
    if fields is None:
        raise NotAcknowledged("the answer has no MSA segment")
    if len(fields) < 3 or fields[2].strip() != control_id:
        raise NotAcknowledged("the answer acknowledges another message (MSA-2 is not our MSH-10)")
    code = fields[1].strip().decode("ascii", "replace").upper()
    if code not in ACKNOWLEDGEMENT_CODES:
        raise NotAcknowledged("the answer has an unknown acknowledgement code in MSA-1")
    return code


def _split_segments(message: bytes) -> list[bytes]:
    return [segment for segment in re.split(rb"[\r\n]+", message) if segment] or [b""]
