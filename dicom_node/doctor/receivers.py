"""HL7 receivers over MLLP: a connection, and where it is asked for a message that says nothing of a patient."""

import ssl
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from config.settings import Destination
from dicom_node.association_failures.explanation import Place
from dicom_node.deliver.acknowledgements import NotAcknowledged, read_acknowledgement, read_header_field
from dicom_node.deliver.encryption import TlsFailed
from dicom_node.deliver.mllp import exchange
from dicom_node.doctor.associations import go_to
from dicom_node.doctor.clocks import compare, read_hl7_time
from dicom_node.doctor.verdicts import Check, Verdict, good
from dicom_node.mllp_frames import FrameError, frame

#: HL7 table 0008: accepted, or committed in enhanced mode.
_ACCEPTED: Final = ("AA", "CA")
_DELIMITERS: Final = str.maketrans("", "", "|^~\\&\r\n")
_TIME: Final = "%Y%m%d%H%M%S%z"


def examine_receiver(peer: Destination, node_ae_title: str, *, send_test: bool) -> Iterator[Check]:
    """Look at a receiver.

    Args:
        send_test: send a message, too: a question for its clock, marked as debugging (MSH-11 = D).
    """
    if not (yield from go_to(peer)):
        return
    if send_test:
        yield from _test(peer, node_ae_title)
        return
    meaning = "MLLP has no message that asks nothing, so none was sent: --send-test sends a question for its clock"
    yield Check("HL7", Verdict.UNKNOWN, meaning)


def write_question(peer: Destination, node_ae_title: str, control_id: str, now: datetime) -> bytes:
    """Return an application management query (NMQ^N01, HL7 v2.5.1 14.3.1): it changes nothing where it arrives."""
    receiver = f"{peer.receiving_application.translate(_DELIMITERS)}|{peer.receiving_facility.translate(_DELIMITERS)}"
    time = now.strftime(_TIME)
    header = (
        f"MSH|^~\\&|{node_ae_title.translate(_DELIMITERS)}||{receiver}|{time}||NMQ^N01^NMQ_N01|{control_id}|D|2.5.1"
    )
    return f"{header}\rNCK|{time}\r".encode("ascii", "replace")


def _test(peer: Destination, node_ae_title: str) -> Iterator[Check]:
    control_id = uuid.uuid4().hex[:20]
    question = write_question(peer, node_ae_title, control_id, datetime.now(UTC))
    try:
        answer = exchange(peer, frame(question))
    except (FrameError, OSError, TlsFailed) as error:
        yield _unanswered(error, peer)
        return
    yield from _judge(answer, control_id)
    yield from compare(_read_time(answer), datetime.now(UTC))


def _unanswered(error: Exception, peer: Destination) -> Check:
    if isinstance(error, TlsFailed | ssl.SSLError):
        return Check("HL7", Verdict.FAULT, str(error.args[0]), "see TLS above", Place.EITHER, "TLS-FAILED")
    if isinstance(error, TimeoutError):
        meaning = f"it took the message, and gave no acknowledgement within {peer.timeout_seconds:g} s"
        change = "let it acknowledge (AA) every message; results are sent again until it does"
        return Check("HL7", Verdict.FAULT, meaning, change, Place.PEER)
    what = (
        "what came back is no MLLP frame" if isinstance(error, FrameError) else "it closed without an acknowledgement"
    )
    change = "check that an HL7 receiver listens at this port, and that its log has this message"
    return Check("HL7", Verdict.FAULT, what, change, Place.EITHER)


def _judge(answer: bytes, control_id: str) -> Iterator[Check]:
    try:
        code = read_acknowledgement(answer, control_id.encode())
    except NotAcknowledged as error:
        change = "let it acknowledge with MSA-2 = MSH-10: else no result counts as delivered"
        yield Check("HL7", Verdict.FAULT, f"{error}", change, Place.PEER)
        return
    if code in _ACCEPTED:
        yield good("HL7", f"it acknowledged a test message with {code}")
        return
    meaning = f"it answers, with {code} to a test message that many receivers do not know: this says nothing of ORU^R01"
    change = "look in its log what it does not like; allow this node there as a sender, if that is it"
    yield Check("HL7", Verdict.WARNING, meaning, change, Place.PEER)


def _read_time(answer: bytes) -> datetime | None:
    try:
        return read_hl7_time(read_header_field(answer, 7).decode("ascii", "replace"))
    except NotAcknowledged:
        return None
