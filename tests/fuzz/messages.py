"""Spoilt HL7: frames, and what acknowledges a message."""

from contextlib import suppress

from dicom_node.deliver.acknowledgements import NotAcknowledged, read_acknowledgement, read_header_field
from dicom_node.demo_peers.mllp_receiver import acknowledge
from dicom_node.mllp_frames import FrameError, FrameReader

_MESSAGE = b"MSH|^~\\&|OSTEONODE|SITE|RIS|SITE|20260301||ORU^R01^ORU_R01|CONTROL-1|P|2.5.1\rPID|1\r"


def acknowledgement_seeds() -> list[bytes]:
    """Return whole acknowledgements in their frames; the first byte is the length of the pieces that come."""
    answers = [acknowledge(_MESSAGE, code) for code in ("AA", "AE", "AR", "CA", "ZZ")]
    return [bytes([5]) + b"\x0b" + answer + b"\x1c\r" for answer in answers]


def try_acknowledgement(data: bytes) -> None:
    """Read an answer as it comes, in pieces."""
    size = (data[0] if data else 0) + 1
    reader = FrameReader(1 << 16)
    content: bytes | None = None
    with suppress(FrameError):
        for start in range(1, len(data), size):
            content = content or reader.feed(data[start : start + size])
        content = content or reader.finish()
    if content is not None:
        with suppress(NotAcknowledged):
            read_acknowledgement(content, b"CONTROL-1")
        with suppress(NotAcknowledged):
            read_header_field(content, 10)
