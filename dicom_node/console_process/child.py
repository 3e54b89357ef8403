"""What runs in the console's process: it can fail, hang or be stopped, and no image waits for it."""

import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Final

from config.settings import Settings
from dicom_node.console_process.access_parts import make_access
from dicom_node.console_process.composition import make_console
from dicom_node.console_process.entry import STOP, Listening
from dicom_node.console_process.listener import LOOK_SECONDS, Listener, choose_bind
from dicom_node.console_process.warming import Warming
from dicom_node.ledger.database import database_url, open_engine
from dicom_node.ledger.study_entries import StudyEntries
from dicom_node.pipeline.child_life import live_with_the_parent
from dicom_node.repeating import Repeating
from domain.errors import OsteonodeError

#: Between two batches of studies that are noted for the search: what that takes stays below a thirtieth of a core.
_NOTING_SECONDS: Final = 2.0


def serve(pipe: "Connection[Any, Any]", settings: Settings, prepare: Callable[[], None]) -> None:
    """Serve until the word STOP, or as long as the parent lives; the first word back is `Listening`, or what failed.

    The word READY lets it warm up. Before, the node needs the processors to become ready itself, and only what the
    first page needs is warmed, which takes a tenth of a second.

    Args:
        prepare: called first, to send the events of this process where the node's go.
    """
    prepare()
    live_with_the_parent()
    # Whoever stops a service may tell all its processes; the node then ends this one in its turn.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        _serve(pipe, settings)
    except (EOFError, ConnectionError):
        return  # the node has gone


def _serve(pipe: "Connection[Any, Any]", settings: Settings) -> None:
    engine = open_engine(database_url(settings.node.data))
    try:
        access = make_access(settings, engine)
        application = make_console(settings, engine, access)
        listener = Listener(
            settings.console,
            settings.tls,
            application,
            lambda: choose_bind(settings.console, is_open=access.is_open()),
        )
        server = listener.start()
    except OsteonodeError as error:
        pipe.send(error)
        return
    pipe.send(Listening(server.url, server.port))
    beside: tuple[Repeating | Warming, ...] = (
        Repeating("console-address", LOOK_SECONDS, listener.look_again),
        Repeating("study-entries", _NOTING_SECONDS, StudyEntries(engine, settings.node.data).note),
    )
    first = Warming(application.first_looks, after_seconds=0)
    every = Warming((*application.first_looks, *application.looks))
    for each in (first, *beside):
        each.start()
    try:
        while pipe.recv() != STOP:
            first.stop()  # whoever comes now is not to share the interpreter with it
            every.start()
    finally:
        for each in (first, every, *beside):
            each.stop()
        listener.stop()
        engine.dispose()
