"""One association to one peer, and what became of it in words."""

import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from pynetdicom import evt
from pynetdicom.association import Association
from pynetdicom.pdu import A_ABORT_RQ, A_ASSOCIATE_RJ
from pynetdicom.pdu_primitives import SCP_SCU_RoleSelectionNegotiation
from pynetdicom.presentation import PresentationContext, build_context, build_role

from config.settings import Destination
from dicom_node.association_failures.aborts import explain_abort
from dicom_node.association_failures.connections import (
    CLOSED,
    FAILED,
    NO_ANSWER,
    TIMED_OUT,
    code_of,
    explain_connection,
)
from dicom_node.association_failures.explanation import Explanation, Parties, Place
from dicom_node.association_failures.rejections import explain_rejection
from dicom_node.deliver.calling_entity import CallingEntity
from dicom_node.deliver.dicom_objects import TRANSFER_SYNTAXES
from dicom_node.deliver.encryption import find_trouble, tls_arguments
from dicom_node.deliver.reactor_gate import ReactorGate
from dicom_node.tls.handshake import shake_hands
from dicom_node.tls.troubles import Side, describe
from domain.delivery import Outcome
from domain.errors import ConfigError

#: What follows for a delivery: no repetition changes a permanent rejection (PS3.8 9.3.4), so a person must see it.
OUTCOMES = {1: Outcome.REFUSED, 2: Outcome.RETRY}
#: A call that failed sooner than this share of its time was not given up for want of an answer.
_IN_TIME = 0.9
#: Longest second call, which only asks the operating system what was wrong with the first.
_LOOK_SECONDS = 3.0


@dataclass(slots=True)
class Course:
    """What was seen of an association while it ran.

    Attributes:
        connection: the TCP connection once it stood.
        broken: it is of no use any more; we see this before pynetdicom's own thread acts on it.
        abort: source and reason of the peer's A-ABORT (PS3.8 Table 9-26); None where none came.
        rejection: result, source and reason of an A-ASSOCIATE-RJ (PS3.8 Table 9-21); None where none came.
        fault: what in our own settings kept us from calling.
        missing: why there is no connection, a code of association_failures.connections; tls_error: why no handshake.
    """

    parties: Parties
    timeout_seconds: float
    connection: socket.socket | None = None
    broken: bool = False
    abort: tuple[int, int] | None = None
    rejection: tuple[int, int, int] | None = None
    fault: str = ""
    missing: str = FAILED
    tls_error: OSError | None = None
    handlers: list[evt.EventHandlerType] = field(init=False)

    def __post_init__(self) -> None:
        self.handlers = [
            (evt.EVT_CONN_OPEN, self._see_connection),
            (evt.EVT_CONN_CLOSE, self._see_close),
            (evt.EVT_DATA_SENT, self._hasten),
            (evt.EVT_PDU_RECV, self._see_answer),
        ]

    def close(self) -> None:
        """Close the connection: pynetdicom leaves one open that the peer has closed before."""
        if self.connection is not None:
            self.connection.close()

    def _see_connection(self, event: evt.Event) -> None:
        transport = event.assoc.dul.socket
        self.connection = transport.socket if transport is not None else None
        if self.connection is not None:
            # Command and data set go out in two writes; without this the second waits 40 ms for the peer's delayed ACK.
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._greet(self.connection)

    def _greet(self, connection: socket.socket) -> None:
        try:
            # pynetdicom sends without a timeout; a peer that stops reading would hold its thread for ever.
            shake_hands(connection, self.timeout_seconds)
        except OSError as error:
            self.tls_error, self.broken = error, True
            with suppress(OSError):  # the peer has closed
                connection.shutdown(socket.SHUT_RDWR)

    def _hasten(self, _event: evt.Event) -> None:
        # DCMTK writes an answer in two parts and waits for our ACK between them, which the kernel delays by 40 ms.
        # It forgets this option by itself (tcp(7)), so it is set anew after each PDU.
        if self.connection is not None and hasattr(socket, "TCP_QUICKACK"):
            with suppress(OSError):  # closed by now
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def _see_close(self, _event: evt.Event) -> None:
        self.broken = True

    def _see_answer(self, event: evt.Event) -> None:
        # The PDU, not the primitive: pynetdicom raises an A-P-ABORT primitive for its own faults as well, and forgets a
        # rejection that is here before it has looked whether it is connected.
        pdu = getattr(event, "pdu", None)
        if isinstance(pdu, A_ASSOCIATE_RJ):
            self.rejection = (pdu.result or 0, pdu.source or 0, pdu.reason_diagnostic or 0)
        if isinstance(pdu, A_ABORT_RQ):
            self.broken = True
            self.abort = (pdu.source or 0, pdu.reason_diagnostic or 0)


@dataclass(frozen=True, slots=True)
class Negotiation:
    """How an association request ended.

    Attributes:
        association: the association; established, or not.
        accepted: abstract syntaxes that the peer accepted in at least one of our transfer syntaxes.
        answered: the peer accepted the association, whatever it said of the presentation contexts.
    """

    association: Association | None
    course: Course
    accepted: frozenset[str] = frozenset()
    answered: bool = False

    @property
    def established(self) -> bool:
        """Whether messages can be sent now."""
        return self.association is not None and self.association.is_established and not self.course.broken

    def refusal_of(self, sop_class_uid: str) -> int:
        """Return the result of a class's refused presentation context (PS3.8 Table 9-18), 2 where none is known."""
        refused = self.association.rejected_contexts if self.association is not None else []
        results = {str(each.abstract_syntax): int(each.result or 2) for each in refused}
        return results.get(sop_class_uid, 2)

    @property
    def outcome(self) -> Outcome:
        """What the end of an association that never stood means for a delivery: only a rejection may be for good."""
        result = self.course.rejection[0] if self.course.rejection is not None else 0
        return OUTCOMES.get(result, Outcome.RETRY)

    def explain(self) -> str:
        """Return why the association does not stand (any longer), in a sentence."""
        return self.explanation.sentence

    @property
    def explanation(self) -> Explanation:
        """Why the association does not stand (any longer): what happened, and what to change where."""
        course = self.course
        if course.fault:
            return Explanation("CONFIG", f"{course.parties} was not called", course.fault, "", Place.HERE)
        if course.rejection is not None:
            return explain_rejection(*course.rejection, parties=course.parties)
        if trouble := course.tls_error or find_trouble(course.connection):
            what, advice = describe(trouble, Side.CALLING)
            return Explanation("TLS-FAILED", f"{course.parties}: TLS failed", what, advice, Place.EITHER)
        if self.association is None or course.connection is None:
            seconds = course.timeout_seconds if course.missing == TIMED_OUT else None
            return explain_connection(course.missing, str(course.parties), seconds)
        if course.abort is not None:
            return explain_abort(*course.abort, who=str(course.parties))
        return explain_connection(CLOSED if self.answered else NO_ANSWER, str(course.parties), course.timeout_seconds)


def calling_ae_title(settings: Destination, node_ae_title: str) -> str:
    """Return the title we call ourselves at this destination."""
    return settings.calling_ae_title or node_ae_title


@dataclass(frozen=True, slots=True)
class StorageRole:
    """What we take on an association of our own (C-GET, PS3.4 C.4.3): as its SCP of these classes.

    Attributes:
        sop_class_uids: that we take.
        transfer_syntax_uids: that we take them in, the most wanted first.
        store: answers one C-STORE request with its status.
    """

    sop_class_uids: Sequence[str]
    transfer_syntax_uids: Sequence[str]
    store: Callable[[evt.Event], int]

    def contexts(self) -> list[PresentationContext]:
        """Return the contexts to propose."""
        return [build_context(uid, list(self.transfer_syntax_uids)) for uid in self.sop_class_uids]

    def selections(self) -> list[SCP_SCU_RoleSelectionNegotiation]:
        """Return the role selection of each class (PS3.7 D.3.3.4)."""
        return [build_role(uid, scp_role=True) for uid in self.sop_class_uids]


@contextmanager
def request(
    settings: Destination, node_ae_title: str, sop_class_uids: Iterable[str], taking: StorageRole | None = None
) -> Iterator[Negotiation]:
    """Ask for an association that proposes just these classes, uncompressed, and what is taken; release it at the end.

    Never raises for what the network or the peer does: see `Negotiation.explain`.
    """
    calling = calling_ae_title(settings, node_ae_title)
    course = Course(Parties(calling, settings.ae_title, settings.host, settings.port), settings.timeout_seconds)
    negotiation = _negotiate(settings, course, sop_class_uids, taking)
    try:
        yield negotiation
    finally:
        _end(negotiation)


def _end(negotiation: Negotiation) -> None:
    association = negotiation.association
    if association is not None and association.is_established:
        if negotiation.course.broken:
            association.abort()
        else:
            association.release()
    negotiation.course.close()


def _negotiate(
    settings: Destination, course: Course, sop_class_uids: Iterable[str], taking: StorageRole | None
) -> Negotiation:
    entity = CallingEntity(course.parties.calling, settings.timeout_seconds)
    contexts = [build_context(uid, list(TRANSFER_SYNTAXES)) for uid in sorted(set(sop_class_uids))]
    handlers = list(course.handlers)
    if taking is not None:
        contexts += taking.contexts()
        handlers.append((evt.EVT_C_STORE, taking.store))
    try:
        tls = tls_arguments(settings)
    except ConfigError as error:
        course.fault = error.args[0]
        return Negotiation(None, course)
    began = time.monotonic()
    try:
        association = entity.associate(
            settings.host,
            settings.port,
            contexts,
            settings.ae_title,
            bind_address=local_address(settings.host),
            evt_handlers=handlers,
            ext_neg=None if taking is None else [*taking.selections()],
            tls_args=tls,
        )
    except (socket.gaierror, UnicodeError) as error:
        course.missing = code_of(error)
        return Negotiation(None, course)
    if course.connection is None and course.rejection is None:
        is_late = time.monotonic() - began > _IN_TIME * settings.timeout_seconds
        course.missing = TIMED_OUT if is_late else _find_out(settings)
    # The reactor looks its checkpoint up at every turn. A private name, hence pynetdicom's exact version in our own.
    association._reactor_checkpoint = ReactorGate(is_gone=lambda: not association.is_alive())
    accepted = frozenset(str(context.abstract_syntax) for context in association.accepted_contexts)
    answered = bool(accepted or association.rejected_contexts)
    return Negotiation(association, course, accepted, answered)


def _find_out(settings: Destination) -> str:
    """Return why a call that has just failed did: pynetdicom keeps no word of it, so the system is asked once more."""
    try:
        where = (settings.host, settings.port)
        socket.create_connection(where, min(settings.timeout_seconds, _LOOK_SECONDS)).close()
    except OSError as error:
        return code_of(error)
    return FAILED  # it would come about now


def local_address(host: str) -> tuple[str, int] | None:
    """Return where to call from: pynetdicom binds every interface first, and a call on loopback needs none of them."""
    return (host, 0) if host.startswith("127.") else None
