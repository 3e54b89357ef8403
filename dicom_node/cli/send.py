"""osteonode send: DICOM files to a peer by C-STORE, as a modality would."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dicom_node.modality import Sent

Paths = Annotated[
    list[Path], typer.Argument(exists=True, help="DICOM files, or folders to look through.", metavar="PATH...")
]
To = Annotated[str, typer.Option("--to", help="Address and TCP port of the peer.", metavar="HOST:PORT")]
CalledTitle = Annotated[str, typer.Option("--aet", help="AE title of the peer, 1 to 16 characters.", metavar="AET")]
CallingTitle = Annotated[
    str, typer.Option("--calling", help="AE title to call from, 1 to 16 characters.", metavar="AET")
]
Timeout = Annotated[float, typer.Option("--timeout-seconds", min=0.1, help="Longest wait for one answer, in seconds.")]


def send(
    paths: Paths, to: To, aet: CalledTitle, calling: CallingTitle = "STORESCU", timeout_seconds: Timeout = 30.0
) -> None:
    """Send DICOM files to a peer by C-STORE and print how many got which status.

    Files go out as they lie on disk. Exit code 1 where one was not stored.
    """
    host, port = split_address(to)

    from dicom_node.cli.terminal import show_progress
    from dicom_node.modality import Peer, find_files, store_files

    files = find_files(paths)
    if not files:
        raise typer.BadParameter("there is no file in it", param_hint="PATH")
    outcomes: list[Sent] = []
    with show_progress("sending", len(files)) as step:
        for sent in store_files(files, Peer(host, port, aet, calling, timeout_seconds)):
            outcomes.append(sent)
            step()
    _print_outcomes(outcomes)
    if not all(sent.stored for sent in outcomes):
        raise typer.Exit(1)


def split_address(address: str) -> tuple[str, int]:
    """Return host and port of `host:port` or `[v6]:port`.

    Raises:
        typer.BadParameter: it is neither.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        raise typer.BadParameter(f"{address!r} is not HOST:PORT, such as 127.0.0.1:11112", param_hint="--to")
    return host.strip("[]"), int(port)


def _print_outcomes(outcomes: "list[Sent]") -> None:
    from dicom_node.cli.terminal import make_table, print_table

    table = make_table(("answer", "files", "first of them"), numbers=("files",))
    counts = Counter(sent.answer for sent in outcomes)
    first = {sent.answer: sent.path.name for sent in reversed(outcomes)}
    for answer, number in counts.most_common():
        table.add_row(answer, str(number), first[answer])
    print_table(table)
