"""The storage SCP: the listener that modalities and PACS send radiographs to (PS3.4 B, PS3.8)."""

import logging
import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from threading import Event as Flag
from typing import cast

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import _config, evt
from pynetdicom.ae import ApplicationEntity
from pynetdicom.association import Association
from pynetdicom.events import Event
from pynetdicom.presentation import PresentationContext

from config.settings import Settings
from dicom_node.ports import Clock, InstanceLedger
from dicom_node.receive import events
from dicom_node.receive.admission import Refusal, Rejection, refuse
from dicom_node.receive.association_ends import AssociationEnds
from dicom_node.receive.association_marks import FileMarks
from dicom_node.receive.contexts import STORAGE_SOP_CLASSES, explain_refused, supported_contexts, undecodable
from dicom_node.receive.data_set_provider import DataSetProvider, StoreArrival
from dicom_node.receive.dimse_service import DimseService
from dicom_node.receive.incoming import Spool
from dicom_node.receive.listeners import Listener, Listening, TlsListener
from dicom_node.receive.open_associations import NOBODY_ELSE, OpenAssociations, OpenCounts
from dicom_node.receive.peers import AssociationRequest, sop_classes_for
from dicom_node.receive.receipt_counts import ReceiptCounts, WayIn, count_nothing
from dicom_node.receive.shelf import Shelf
from dicom_node.receive.sockets import Sockets
from dicom_node.receive.statuses import ANSWERS, Answer, Outcome
from dicom_node.receive.storing import StoreRequest, Storing
from dicom_node.receive.upper_layer import take_over
from dicom_node.tls.contexts import make_server_context
from dicom_node.tls.handshake import LateHandshake
from domain.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

_MIB = 1 << 20
_POLL_SECONDS = 0.2


class StorageScp:
    """Answers C-ECHO and takes radiographs by C-STORE.

    Args:
        settings: node (AE title, address, port), sender and limits are used.
        ledger: told of every instance before it is acknowledged, and of everything put aside.
        clock: dates the arrivals.
        folder: data folder; `incoming`, `instances` and `quarantine` are made below it.
        services: what else is served on the same port.
        counts: told what became of each image and of each association that is refused; None where nobody asks.
        sockets: to listen on, which other processes may share; by default, its own at the addresses of the settings.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: InstanceLedger,
        clock: Clock,
        folder: Path,
        services: Sequence[DimseService] = (),
        counts: ReceiptCounts | None = None,
        *,
        sockets: Sockets | None = None,
    ) -> None:
        limits = settings.limits
        self._settings, self._services, self._sockets = settings, services, sockets
        self._shelf = Shelf(folder.resolve())
        self._spool = Spool(
            self._shelf.incoming,
            most_bytes=limits.data_set_mib * _MIB,
            free_bytes=limits.free_disk_mib * _MIB,
        )
        self._marks = FileMarks(folder.resolve())
        self._storing = Storing(
            self._shelf,
            ledger,
            clock,
            most_bytes=limits.data_set_mib * _MIB,
            tier_of=lru_cache(maxsize=64)(settings.tier_of),
            marks=self._marks,
        )
        self._counts = counts
        self._tally = counts.tally(WayIn.C_STORE) if counts is not None else count_nothing
        self._stopping = Flag()
        self._ends = AssociationEnds()
        self._open = OpenAssociations(folder.resolve() if sockets is not None else None)
        self._listening: list[Listening] = []

    @property
    def port(self) -> int:
        """The TCP port listened on, also where the settings leave the choice to the system."""
        if not self._listening:
            raise RuntimeError("the storage SCP is not started")
        return self._listening[0].port

    @property
    def tls_port(self) -> int | None:
        """The TCP port that takes TLS, None where there is none."""
        return self._listening[1].port if len(self._listening) > 1 else None

    @property
    def is_listening(self) -> bool:
        """Whether associations are taken."""
        works = all(listening.takes_connections for listening in self._listening)
        return bool(self._listening) and works and not self._stopping.is_set()

    def start(self) -> None:
        """Clean up after an earlier run and listen.

        Raises:
            ConfigError: a file of [tls] is not what its key says.
            OSError: the folder cannot be made or an address is taken.
        """
        silence_pynetdicom()
        self._shelf.prepare()
        self._marks.sweep()
        self._open.sweep()
        if leftovers := self._spool.sweep():
            events.leftovers_removed(leftovers)
        if missing := undecodable():
            events.decoders_missing(missing)
        self._stopping.clear()
        self._listening = [Listening(server) for server in self._listen()]
        for listening in self._listening:
            with_tls = listening.port == self.tls_port
            events.listening(self._settings.node.ae_title, self._settings.node.bind, listening.port, with_tls=with_tls)

    def stop(self, grace_seconds: float = 10.0) -> None:
        """Refuse newcomers (2/3/1), let open associations end for `grace_seconds`, cut the rest, and close."""
        if not self._listening:
            return
        self._stopping.set()
        deadline = time.monotonic() + grace_seconds
        while self._open.count_here() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        # Connections without an association end by themselves: an abort is no answer in their state (PS3.8 9.2).
        rest = [assoc for listening in self._listening for assoc in listening.established]
        for assoc in rest:
            assoc.abort()
        for listening in self._listening:
            listening.close()
        self._listening = []
        events.stopped(len(rest))

    def _listen(self) -> list[Listener]:
        """Return the plain server and, where the settings have one, the one with TLS."""
        tls, ae = self._settings.tls, self._make_ae()
        context = make_server_context(tls) if tls is not None else None
        sockets = self._sockets or Sockets.bind(self._settings)
        try:
            servers = [self._make_server(ae, sockets.plain, None)]
            if sockets.tls is not None:
                servers.append(self._make_server(ae, sockets.tls, context))
        finally:
            if sockets is not self._sockets:
                sockets.close()  # the servers have their own copies
        return servers

    def _make_ae(self) -> ApplicationEntity:
        node, limits = self._settings.node, self._settings.limits
        ae = ApplicationEntity(ae_title=node.ae_title)
        ae.implementation_class_uid = UID(IMPLEMENTATION_CLASS_UID)
        ae.implementation_version_name = IMPLEMENTATION_VERSION_NAME
        ae.maximum_pdu_size = limits.pdu_bytes
        # Who may come in is decided in _on_requested. This bounds the connections that have not asked yet.
        ae.maximum_associations = 4 * limits.associations
        ae.network_timeout = ae.dimse_timeout = limits.idle_seconds
        ae.acse_timeout = min(limits.artim_seconds, limits.idle_seconds)
        return ae

    def _make_server(self, ae: ApplicationEntity, bound: socket.socket, context: ssl.SSLContext | None) -> Listener:
        server = ae.make_server(
            (self._settings.node.bind, bound.getsockname()[1]),
            contexts=self._contexts_for(STORAGE_SOP_CLASSES),
            ssl_context=LateHandshake(context).as_context() if context is not None else None,
            server_class=partial(Listener if context is None else TlsListener, bound),  # type: ignore[arg-type]
            evt_handlers=[
                (evt.EVT_CONN_OPEN, self._on_connected),
                (evt.EVT_CONN_CLOSE, self._on_disconnected),
                (evt.EVT_RELEASED, self._on_released),
                (evt.EVT_REQUESTED, self._on_requested),
                (evt.EVT_ACCEPTED, self._on_accepted),
                (evt.EVT_REJECTED, self._on_rejected),
                *self._ends.handlers,
                (evt.EVT_C_ECHO, _on_echo),
                (evt.EVT_C_STORE, _on_empty_store),
                *(handler for each in self._services for handler in each.handlers),
            ],
        )
        return cast(Listener, server)

    def _contexts_for(self, sop_class_uids: Iterable[str]) -> list[PresentationContext]:
        """Return the contexts for a peer that may send these classes; the other services are for all that come in."""
        return [*supported_contexts(sop_class_uids), *(context for each in self._services for context in each.contexts)]

    def _on_connected(self, event: Event) -> None:
        transport = event.assoc.dul.socket
        if transport is None or transport.socket is None:
            return  # the peer has gone again
        # Without a timeout a peer that stalls inside a PDU would hold its association for ever.
        transport.socket.settimeout(self._settings.limits.idle_seconds)
        transport.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tolerant = self._settings.node.end_ae_titles_at_nul
        take_over(event.assoc, self._spool, self._answer_store, ends_titles_at_nul=tolerant)

    def _on_requested(self, event: Event) -> None:
        assoc = event.assoc
        request = self._describe_request(assoc, self._open.add(assoc))
        refusal = refuse(request, self._settings)
        if refusal is None:
            # Before the negotiation, so that what this peer may not send is refused as a context and not as an image.
            assoc.acceptor.supported_contexts = self._contexts_for(sop_classes_for(request, self._settings))
            events.association_admitted(request)
            return
        self._open.remove(assoc)
        self._note_refused(request, refusal)
        assoc.acse.send_reject(*refusal.rejection.value)
        assoc.kill()  # waits until the refusal is on the wire and the peer has closed, or the ARTIM timer ran out

    def _on_accepted(self, event: Event) -> None:
        """Say which presentation contexts were refused, and why."""
        assoc = event.assoc
        refused = assoc.rejected_contexts
        if not refused:
            return
        request = self._describe_request(assoc)
        allowed = sop_classes_for(request, self._settings)
        useless = not assoc.accepted_contexts
        events.contexts_refused(request, explain_refused(refused, allowed), len(refused), useless=useless)

    def _on_rejected(self, event: Event) -> None:
        """Explain the one refusal that is pynetdicom's own: too many connections (2/3/2)."""
        request = self._describe_request(event.assoc)
        limit = event.assoc.ae.maximum_associations
        explanation = f"{request.caller} asked while more than {limit} connections are open: see limits.associations"
        self._note_refused(request, Refusal(Rejection.LOCAL_LIMIT_EXCEEDED, explanation))

    def _note_refused(self, request: AssociationRequest, refusal: Refusal) -> None:
        events.association_refused(request, refusal)
        if self._counts is not None:
            self._counts.refuse(refusal.rejection)

    def _describe_request(self, assoc: Association, others: OpenCounts = NOBODY_ELSE) -> AssociationRequest:
        primitive = assoc.requestor.primitive
        return AssociationRequest(
            calling_ae_title=primitive.calling_ae_title if primitive else "",
            called_ae_title=primitive.called_ae_title if primitive else "",
            address=assoc.requestor.address,
            encrypted=isinstance(assoc._server, TlsListener),
            open_associations=others.all,
            open_of_peer=others.of_peer,
            stopping=self._stopping.is_set(),
        )

    def _on_released(self, event: Event) -> None:
        self._marks.end(event.assoc, released=True)

    def _on_disconnected(self, event: Event) -> None:
        self._marks.end(event.assoc, released=False)
        self._open.leave(event.assoc)
        if isinstance(event.assoc.dimse, DataSetProvider):
            event.assoc.dimse.abandon()

    def _answer_store(self, arrival: StoreArrival) -> Answer:
        try:
            outcome = self._store(arrival)
        except Exception as error:
            events.handler_failed(error)
            outcome = Outcome.PROCESSING_FAILURE
        association = arrival.assoc.requestor.primitive
        self._tally(association.calling_ae_title if association else "", outcome)
        return ANSWERS[outcome]

    def _store(self, arrival: StoreArrival) -> Outcome:
        association = arrival.assoc.requestor.primitive
        request = StoreRequest(
            sop_class_uid=arrival.command.sop_class_uid,
            sop_instance_uid=arrival.command.sop_instance_uid,
            abstract_syntax_uid=arrival.abstract_syntax_uid,
            transfer_syntax_uid=arrival.transfer_syntax_uid,
            calling_ae_title=association.calling_ae_title.strip() if association else "",
            called_ae_title=association.called_ae_title.strip() if association else "",
            association=arrival.assoc,
        )
        if self._stopping.is_set():
            arrival.data_set.discard()
            return Outcome.STOPPING
        return self._storing.store(request, arrival.data_set)


def silence_pynetdicom() -> None:
    """Keep pynetdicom and pydicom from describing messages and data sets in the log, whatever its level."""
    _config.LOG_HANDLER_LEVEL = "none"
    for name in ("pynetdicom", "pydicom"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _on_echo(event: Event) -> int:
    events.echoed(event.assoc.requestor.ae_title.strip())
    return 0x0000


def _on_empty_store(event: Event) -> Dataset:
    """Answer a C-STORE request that announces no data set; all others are served while they arrive."""
    answer, elements = ANSWERS[Outcome.UNPARSABLE], Dataset()
    elements.Status, elements.ErrorComment = answer.status, answer.comment
    return elements
