"""osteonode serve: the node, until somebody stops it."""

import errno
import os
import signal
import threading
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import typer

from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from config.settings import Destination, Settings
    from dicom_node.pipeline.reader_pool import ReaderPool
    from dicom_node.service import Service

#: What to change where the operating system refuses the address to listen on.
_ADDRESS_ADVICE = {
    errno.EADDRINUSE: "Another program listens there, perhaps another node: stop it, or change node.port.",
    errno.EADDRNOTAVAIL: "node.bind is no address of this machine: use one of its own, or 0.0.0.0 for all of them.",
    errno.EACCES: "Ports below 1024 need a permission: give it to the node's user, or change node.port.",
}


def serve(config: ConfigFile = None) -> None:
    """Run the node: receive images, read them, deliver the answers. Stops on SIGTERM or Ctrl-C.

    Prints one line when it is ready. Without a file it listens on 127.0.0.1:11112 only and keeps its data in
    ./osteonode-data. Events go to stderr, without patient data.
    """
    from config.load import load_settings
    from dicom_node.child_processes import begin_template, let_children_log
    from dicom_node.cli.logs import configure_logging
    from dicom_node.light_pydicom import load_pydicom
    from dicom_node.loading import loading
    from dicom_node.service_manager import of_this_process

    settings = load_settings(config)
    configure_logging(settings.console)
    let_children_log(partial(configure_logging, settings.console))
    stop, manager = _stop_on_signal(), of_this_process()
    begin_template()
    with ExitStack() as stops:
        with loading():
            load_pydicom(decoders=False)
            service = _start(settings, _begin_readers(settings, stops))
            stops.callback(service.stop)
        print(describe_ready(settings, service.port, service.tls_port), flush=True)
        if service.console is not None and service.console.url:
            print(f"The console is at {service.console.url}", flush=True)
        stops.callback(manager.tell, "STOPPING=1", "STATUS=lets open associations end")
        manager.tell("READY=1", f"STATUS=receives at {settings.node.bind}:{service.port}")
        while not stop.wait(manager.word_seconds):
            if service.is_working():
                manager.tell("WATCHDOG=1")
    print(f"{settings.node.ae_title} has stopped; everything acknowledged is on disk.", flush=True)


def _begin_readers(settings: "Settings", stops: ExitStack) -> "ReaderPool":
    """Let the models load while this process does: each has a processor to itself."""
    from dicom_node.pipeline.reader_pool import ReaderPool

    readers = ReaderPool.of_settings(settings.reading, data=settings.node.data)
    stops.callback(readers.close)
    readers.begin()
    return readers


def _start(settings: "Settings", readers: "ReaderPool") -> "Service":
    from dicom_node.cli.logs import configure_logging
    from dicom_node.reading_parts import open_reader
    from dicom_node.service import Service  # the engine and the documents: a second of imports

    service = Service(
        settings,
        reader_factory=partial(open_reader, pool=readers),
        prepare_reception=partial(configure_logging, settings.console),
    )
    try:
        service.start()
    except OSError as error:
        _explain_address(error, settings)
        raise
    return service


def describe_ready(settings: "Settings", port: int, tls_port: int | None = None) -> str:
    """Return the line that says where the node listens and where results go."""
    node = settings.node
    going = ", ".join(map(_describe_destination, settings.destination)) or "nowhere: no destination is configured"
    at = f"{node.bind}:{port}" + (f" and, with TLS, at {node.bind}:{tls_port}" if tls_port is not None else "")
    results = f"results go to {going}"
    if node.shadow_mode:
        results = f"SHADOW MODE: nothing is sent (results would go to {going})"
    elif settings.shadowed:
        results += f"; SHADOW MODE for {', '.join(sorted(settings.shadowed))}: nothing of what comes there is sent"
    return f"{node.ae_title} is ready at {at}; data in {node.data}; {results}"


def _describe_destination(destination: "Destination") -> str:
    where = {
        "dicom": f"{destination.ae_title}@{destination.host}:{destination.port}",
        "hl7": f"{destination.host}:{destination.port}",
        "folder": str(destination.folder),
        "stow": destination.url,
        "orthanc": destination.url,
    }[destination.kind]
    return f"{destination.name} ({destination.kind} {where})"


def _explain_address(error: OSError, settings: "Settings") -> None:
    """End with exit code 1 and what to change, where an error means that nothing can listen at the address."""
    advice = _ADDRESS_ADVICE.get(error.errno or 0)
    # Receiving says of which key it could not have the port; any other name is that of a file.
    key, _, port = str(error.filename or f"node.port = {settings.node.port}").partition(" = ")
    if advice is None or not port:
        return
    from dicom_node.cli.terminal import explain

    what = os.strerror(error.errno or 0)
    explain(f"cannot listen at {settings.node.bind}:{port}: {what}", (advice.replace("node.port", key),))
    raise typer.Exit(1) from error


def _stop_on_signal() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set; a second signal ends the process at once."""
    stop = threading.Event()

    def ask_to_stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    return stop
