#!/opt/osteonode/bin/python -I
"""Whether the node in this container works: osteonode-health CONFIGURATION [live|ready]; exit code 0 or 1.

Asks /health/live (or /health/ready) where the configuration has `[metrics]` enabled, and whether the DICOM port takes
connections where it has not. The standard library alone: it runs every few seconds.
"""

import http.client
import socket
import sys
import tomllib
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 5.0
METRICS_PORT = 9464
DICOM_PORT = 11112
HEALTHY, ILL = 0, 1


def main(arguments: list[str]) -> int:
    """Return the exit code for a configuration file and a question."""
    path, question = Path(arguments[0]), (arguments[1] if len(arguments) > 1 else "live")
    try:
        said = ask(tomllib.loads(path.read_text(encoding="utf-8")), question)
    except (OSError, http.client.HTTPException, tomllib.TOMLDecodeError) as error:
        print(f"no answer: {error}")
        return ILL
    print(said)
    return HEALTHY


def ask(tables: dict[str, Any], question: str) -> str:
    """Return what the node answered; raises OSError or HTTPException where it did not, or said no."""
    metrics = tables.get("metrics", {})
    if not metrics.get("enabled", False):
        return connect(tables.get("node", {}))
    connection = http.client.HTTPConnection(
        reach(metrics.get("bind", "")), metrics.get("port", METRICS_PORT), timeout=TIMEOUT_SECONDS
    )
    connection.request("GET", f"/health/{question}")
    response = connection.getresponse()
    said = response.read(1000).decode(errors="replace").strip()
    if response.status != http.HTTPStatus.OK:
        raise http.client.HTTPException(f"{response.status}: {said}")
    return said


def connect(node: dict[str, Any]) -> str:
    """Open a connection to the DICOM port and close it again."""
    address = (reach(node.get("bind", "")), node.get("port", DICOM_PORT))
    socket.create_connection(address, TIMEOUT_SECONDS).close()
    return f"port {address[1]} takes connections"


def reach(bind: str) -> str:
    """Return where a listener is reached from its own machine."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
