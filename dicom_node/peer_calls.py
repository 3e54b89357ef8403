"""Associations that a person has this program open to a peer, as a modality would: plainly or with TLS."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pynetdicom.association import Association
from pynetdicom.pdu_primitives import A_ASSOCIATE
from pynetdicom.presentation import build_context

from config.tls import DestinationTls
from dicom_node.association_failures import connections
from dicom_node.association_failures.connections import code_of, explain_connection
from dicom_node.association_failures.explanation import Parties
from dicom_node.association_failures.rejections import explain_rejection
from dicom_node.deliver.association import Course, Negotiation, local_address
from dicom_node.deliver.calling_entity import CallingEntity
from dicom_node.tls.contexts import make_client_context
from dicom_node.tls.handshake import LateHandshake
from domain.errors import PeerRejected, PeerUnreachable

#: Abstract syntax, and the transfer syntaxes to propose it with; none for pynetdicom's own, which are uncompressed.
Context = tuple[str, Sequence[str]]
NO_CONTEXT = "the peer takes no such SOP class in this transfer syntax"


@dataclass(frozen=True, slots=True)
class Peer:
    """A DICOM peer, and what we call ourselves there.

    Attributes:
        tls: how to call it by TLS; None for a plain call.
    """

    host: str
    port: int
    called_ae_title: str
    calling_ae_title: str
    timeout_seconds: float = 30.0
    tls: DestinationTls | None = None

    @property
    def parties(self) -> Parties:
        """Who calls whom, for words."""
        return Parties(self.calling_ae_title, self.called_ae_title, self.host, self.port)


@contextmanager
def calling(peer: Peer, contexts: Sequence[Context], refused: str = NO_CONTEXT) -> Iterator[Association]:
    """Open an association that proposes these contexts; release it at the end.

    Args:
        refused: what it means where the peer takes the association and none of the contexts.

    Raises:
        PeerUnreachable: there is no association because nobody answers, or not with TLS.
        PeerRejected: the peer refuses the association; the message says why and what to change.
        ConfigError: a file for TLS is not what it should be.
    """
    course = Course(peer.parties, peer.timeout_seconds)
    try:
        association = _associate(peer, contexts, refused, course)
        try:
            yield association
        finally:
            if association.is_established:
                association.release()
    finally:
        course.close()


def _associate(peer: Peer, contexts: Sequence[Context], refused: str, course: Course) -> Association:
    entity = CallingEntity(peer.calling_ae_title, peer.timeout_seconds)
    requested = [build_context(sop_class, list(syntaxes) or None) for sop_class, syntaxes in contexts]
    tls = None
    if peer.tls is not None:
        context = LateHandshake(make_client_context(peer.tls, table="tls")).as_context()
        tls = context, peer.tls.server_name or peer.host
    try:
        association = entity.associate(
            peer.host,
            peer.port,
            requested,
            ae_title=peer.called_ae_title,
            bind_address=local_address(peer.host),
            evt_handlers=course.handlers if tls else [],  # they shake hands; a plain call needs nothing of them
            tls_args=tls,
        )
    except (OSError, UnicodeError) as error:
        raise PeerUnreachable(explain_connection(code_of(error), str(peer.parties)).sentence) from error
    if association.is_established and not course.broken:
        return association
    raise _explain(peer, association, course, refused)


def _explain(peer: Peer, association: Association, course: Course, refused: str) -> PeerRejected | PeerUnreachable:
    answer = association.acceptor.primitive
    if association.is_rejected and isinstance(answer, A_ASSOCIATE):
        codes = (answer.result or 0, answer.result_source or 0, answer.diagnostic or 0)
        return PeerRejected(explain_rejection(*codes, parties=peer.parties).sentence)
    if isinstance(answer, A_ASSOCIATE):
        return PeerRejected(refused, subject=str(peer.parties))
    if course.connection is not None:  # with TLS, of which more is known
        return PeerUnreachable(Negotiation(association, course).explain())
    return PeerUnreachable(_find_out(peer), subject=str(peer.parties))


def _find_out(peer: Peer) -> str:
    """Return why there is no association; pynetdicom keeps no word of it, so the system is asked once more."""
    try:
        socket.create_connection((peer.host, peer.port), peer.timeout_seconds).close()
    except OSError as error:
        return explain_connection(code_of(error), str(peer.parties)).sentence
    return explain_connection(connections.NO_ANSWER, str(peer.parties), peer.timeout_seconds).sentence
