"""What runs in the process that receives: no models, no documents, so that it is light and always at hand."""

import gc
import signal
from collections.abc import Callable, MutableSequence
from multiprocessing.connection import Connection
from typing import Any, Final

from config.settings import Settings
from dicom_node.clock import SystemClock
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from dicom_node.ledger.database import database_url, open_engine
from dicom_node.pipeline.child_life import live_with_the_parent
from dicom_node.pipeline.heap import give_back_freed_memory
from dicom_node.receive.receipt_counts import ReceiptCounts
from dicom_node.receive.security_alerts import SecurityAlerts
from dicom_node.receive.sockets import Sockets
from dicom_node.reception.composition import make_scp
from domain.audit_templates import name_node
from domain.errors import OsteonodeError

#: What tells the process to listen, and to take no more. It answers LISTENING, or with what keeps it from that, and
#: goes on saying LISTENING for as long as it does.
START, STOP, LISTENING = "start", "stop", "listening"
BEAT_SECONDS: Final = 1.0


def serve(
    pipe: "Connection[Any, Any]",
    settings: Settings,
    sockets: Sockets,
    model_set: str,
    prepare: Callable[[], None],
    cells: MutableSequence[int] | None,
) -> None:
    """Receive from the word START to the word STOP, or as long as the parent lives.

    Args:
        sockets: to listen on, beside others.
        prepare: called first, to send the events of this process where the node's go.
        cells: shared memory to count in (receipt_counts); None where nobody asks.
    """
    prepare()
    live_with_the_parent()
    give_back_freed_memory()
    # Whoever stops a service may tell all its processes; the node then ends this one in its turn.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        if pipe.recv() == START:
            counts = ReceiptCounts(settings, cells) if cells is not None else None
            _receive(pipe, settings, sockets, model_set, counts)
    except (EOFError, ConnectionError):
        return  # the node has gone


def _receive(
    pipe: "Connection[Any, Any]", settings: Settings, sockets: Sockets, model_set: str, counts: ReceiptCounts | None
) -> None:
    engine = open_engine(database_url(settings.node.data))
    scp = make_scp(settings, engine, SystemClock(), model_set, counts, sockets)
    alerts = SecurityAlerts(LedgerAuditTrail(engine, SystemClock()), name_node(settings.node.ae_title))
    try:
        scp.start()
    except (OsteonodeError, OSError) as error:
        pipe.send(error)
        return
    alerts.start()
    gc.freeze()  # pynetdicom collects now and then; what was imported need not be looked through each time
    pipe.send(LISTENING)
    try:
        while not pipe.poll(BEAT_SECONDS):
            if scp.is_listening:
                pipe.send(LISTENING)
    finally:
        scp.stop()
        alerts.stop()
        engine.dispose()
