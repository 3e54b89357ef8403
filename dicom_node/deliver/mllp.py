"""HL7 messages to a receiver over MLLP, plain or in TLS (IHE ITI-19), a connection per message.

Every attempt sends the same bytes with the same MSH-10, so a receiver that got the message but not our thanks knows it.
"""

import socket
import ssl
import time
from collections.abc import Sequence

from config.settings import Destination
from dicom_node.deliver.acknowledgements import (
    ACKNOWLEDGEMENT_CODES,
    NotAcknowledged,
    read_acknowledgement,
    read_header_field,
)
from dicom_node.deliver.echo import probe_mllp
from dicom_node.deliver.encryption import TlsFailed, connect, explain_break
from dicom_node.deliver.replies import Reply, conclude, reply
from dicom_node.mllp_frames import FrameError, FrameReader, frame
from dicom_node.ports import Probe
from domain.delivery import Attempt, Outcome
from domain.document import HL7_KINDS, Document
from domain.errors import ConfigError

#: An acknowledgement is a few hundred bytes; a receiver that sends more than this is no HL7 receiver.
ACKNOWLEDGEMENT_LIMIT_BYTES = 64 * 1024
_PIECE_BYTES = 4096


class MllpDestination:
    """Sends HL7 messages and waits for the acknowledgement of each. Safe to call from several threads.

    Args:
        settings: a destination of kind `hl7`. `timeout_seconds` bounds connecting, sending and the whole answer, each.
    """

    def __init__(self, settings: Destination) -> None:
        self.name = settings.name
        self._settings = settings

    def deliver(self, documents: Sequence[Document]) -> Attempt:
        """Send each message; delivered is only what was acknowledged with AA or CA for our own MSH-10."""
        return conclude(self._deliver_one(document) for document in documents)

    def probe(self) -> Probe:
        """Open and close a connection: MLLP has no echo."""
        return probe_mllp(self._settings)

    def _deliver_one(self, document: Document) -> Reply:
        problem = _find_problem(document)
        if problem:
            return reply(
                document.identifier, Outcome.REFUSED, f"not sent: {problem}", "report this: it is a fault here"
            )
        try:
            answer = exchange(self._settings, frame(document.content))
            code = read_acknowledgement(answer, document.identifier.encode())
        except (NotAcknowledged, FrameError) as error:
            advice = f"check that an HL7 receiver listens at {self._at} and acknowledges with MSA-2 = MSH-10"
            if self._settings.tls is not None:
                advice += ", and whether its log says that it wants another certificate of this node"
            return reply(document.identifier, Outcome.RETRY, f"not acknowledged: {error}", advice)
        except (ConfigError, TlsFailed) as error:
            return reply(document.identifier, Outcome.RETRY, "not sent", f"{self._at}: {error.args[0]}")
        except ssl.SSLError as error:
            return reply(document.identifier, Outcome.RETRY, "not acknowledged", f"{self._at}: {explain_break(error)}")
        except OSError as error:
            return self._reply_for_error(document, error)
        meaning = ACKNOWLEDGEMENT_CODES[code]
        return reply(document.identifier, meaning.outcome, f"{code} {meaning.words}", meaning.advice)

    @property
    def _at(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    def _reply_for_error(self, document: Document, error: OSError) -> Reply:
        what = "no answer in time" if isinstance(error, TimeoutError) else error.strerror or type(error).__name__
        advice = f"check that the receiver at {self._at} runs and is not overloaded, host, port and firewalls"
        return reply(document.identifier, Outcome.RETRY, f"not acknowledged: {what}", advice)


def exchange(settings: Destination, framed: bytes) -> bytes:
    """Send a frame, return the content of the first frame that comes back.

    Raises:
        FrameError: the answer is no frame, too large, or breaks off.
        ConfigError, TlsFailed: there is no TLS connection.
        OSError: no connection, it broke, or a time ran out.
    """
    with connect(settings) as connection:
        connection.sendall(framed)
        return _receive(connection, time.monotonic() + settings.timeout_seconds)


def _receive(connection: socket.socket, deadline_seconds: float) -> bytes:
    reader = FrameReader(ACKNOWLEDGEMENT_LIMIT_BYTES)
    while True:
        # The deadline is for the whole answer: a receiver that sends a byte now and then must not hold us.
        left_seconds = deadline_seconds - time.monotonic()
        if left_seconds <= 0:
            raise TimeoutError
        connection.settimeout(left_seconds)
        piece = connection.recv(_PIECE_BYTES)
        content = reader.feed(piece) if piece else reader.finish()
        if content is not None:
            return content


def _find_problem(document: Document) -> str:
    if document.kind not in HL7_KINDS:
        return "no HL7 message"
    try:
        frame(document.content)
        control_id = read_header_field(document.content, 10)
    except (FrameError, NotAcknowledged) as error:
        return str(error)
    return "" if control_id == document.identifier.encode() else "MSH-10 is not the document's identifier"
