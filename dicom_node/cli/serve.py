"""osteonode serve: the node, until somebody stops it."""

import signal
import threading
from typing import TYPE_CHECKING

from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from config.settings import Destination, Settings


def serve(config: ConfigFile = None) -> None:
    """Run the node: receive images, read them, deliver the answers. Stops on SIGTERM or Ctrl-C.

    Prints one line when it is ready. Without a file it listens on 127.0.0.1:11112 only and keeps its data in
    ./osteonode-data. Events go to stderr, without patient data.
    """
    from config.load import load_settings
    from dicom_node.cli.logs import configure_logging

    settings = load_settings(config)
    configure_logging(settings.console)
    stop = _stop_on_signal()

    from dicom_node.service import Service  # the engine and the models: a second of imports

    service = Service(settings)
    service.start()
    try:
        print(describe_ready(settings, service.port), flush=True)
        stop.wait()
    finally:
        service.stop()
    print(f"{settings.node.ae_title} has stopped; everything acknowledged is on disk.", flush=True)


def describe_ready(settings: "Settings", port: int) -> str:
    """Return the line that says where the node listens and where results go."""
    node = settings.node
    going = ", ".join(map(_describe_destination, settings.destination)) or "nowhere: no destination is configured"
    return f"{node.ae_title} is ready at {node.bind}:{port}; data in {node.data}; results go to {going}"


def _describe_destination(destination: "Destination") -> str:
    where = {
        "dicom": f"{destination.ae_title}@{destination.host}:{destination.port}",
        "hl7": f"{destination.host}:{destination.port}",
        "folder": str(destination.folder),
    }[destination.kind]
    return f"{destination.name} ({destination.kind} {where})"


def _stop_on_signal() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set; a second signal ends the process at once."""
    stop = threading.Event()

    def ask_to_stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    return stop
