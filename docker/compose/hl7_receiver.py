"""The RIS of compose.yaml, hl7_receiver.py PORT: acknowledges every HL7 message and prints it."""

import signal
import sys
import threading
from collections.abc import Iterator

from dicom_node.demo_peers.mllp_receiver import MllpReceiver

POLL_SECONDS = 0.5


def main(port: int) -> None:
    """Receive until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    with MllpReceiver(host="0.0.0.0", port=port) as receiver:
        print(f"HL7 over MLLP is taken at port {receiver.port}", flush=True)
        shown = 0
        while not stop.wait(POLL_SECONDS):
            for message in receiver.messages[shown:]:
                shown += 1
                print("\n".join((f"--- message {shown}", *describe_segments(message))), flush=True)


def describe_segments(message: bytes) -> Iterator[str]:
    """Yield the segments of a message, a line each; what is embedded in one, such as a PDF, is cut short."""
    for segment in message.decode("utf-8", errors="replace").strip("\r").split("\r"):
        yield segment if len(segment) <= 400 else f"{segment[:400]}... ({len(segment)} characters)"


if __name__ == "__main__":
    main(int(sys.argv[1]))
