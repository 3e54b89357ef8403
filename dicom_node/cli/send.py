"""osteonode send: DICOM files to a peer by C-STORE, as a modality would."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.peer_options import (
    Authorities,
    CalledTitle,
    CallingTitle,
    Certificate,
    Key,
    KeyPassword,
    PeerConfig,
    ServerName,
    Timeout,
    Tls,
    TlsOptions,
    To,
    choose_peer,
)

if TYPE_CHECKING:
    from dicom_node.modality import Sent

Paths = Annotated[
    list[Path], typer.Argument(exists=True, help="DICOM files, or folders to look through.", metavar="PATH...")
]


def send(
    paths: Paths,
    to: To,
    aet: CalledTitle = "",
    calling: CallingTitle = "",
    timeout_seconds: Timeout = 30.0,
    config: PeerConfig = None,
    tls: Tls = False,
    authorities_file: Authorities = None,
    certificate_file: Certificate = None,
    key_file: Key = None,
    key_password_file: KeyPassword = None,
    server_name: ServerName = "",
) -> None:
    """Send DICOM files to a peer by C-STORE and print how many got which status.

    Files go out as they lie on disk. Exit code 1 where one was not stored.
    """
    options = TlsOptions(tls, authorities_file, certificate_file, key_file, key_password_file, server_name)
    peer = choose_peer(to, aet, calling, timeout_seconds, options, config)

    from dicom_node.cli.terminal import show_progress
    from dicom_node.modality import find_files, store_files

    files = find_files(paths)
    if not files:
        raise typer.BadParameter("there is no file in it", param_hint="PATH")
    outcomes: list[Sent] = []
    with show_progress("sending", len(files)) as step:
        for sent in store_files(files, peer):
            outcomes.append(sent)
            step()
    _print_outcomes(outcomes)
    if not all(sent.stored for sent in outcomes):
        raise typer.Exit(1)


def _print_outcomes(outcomes: "list[Sent]") -> None:
    from dicom_node.cli.terminal import make_table, print_table

    table = make_table(("answer", "files", "first of them"), numbers=("files",))
    counts = Counter(sent.answer for sent in outcomes)
    first = {sent.answer: sent.path.name for sent in reversed(outcomes)}
    for answer, number in counts.most_common():
        table.add_row(answer, str(number), first[answer])
    print_table(table)
