"""osteonode certs make-test-ca: an authority, a server's and a client's certificate, for a trial."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dicom_node.tls.authority import Signed

#: What is made, in this order: file, and what it is for.
PURPOSES = {
    "ca.pem": "the authority; everybody believes it: tls.authorities_file here, trusted certificates at the peer",
    "ca.key": "the authority's key; signs further certificates: keep it away from the network",
    "node.pem": "this node's certificate, for its listener and its calls: certificate_file",
    "node.key": "its private key: key_file",
    "peer.pem": "a certificate for a peer, as listener and as caller: a modality, a PACS, an HL7 receiver",
    "peer.key": "its private key",
}

Folder = Annotated[Path, typer.Argument(help="Folder to write to; it is made where it is not there.", metavar="DIR")]
Hosts = Annotated[
    list[str] | None,
    typer.Option(
        "--host", help="Host name or address that both certificates are for; may be repeated. Default: this machine."
    ),
]
Days = Annotated[int, typer.Option("--days", min=1, max=3650, help="How long the certificates last.")]


def make_test_authority(folder: Folder, host: Hosts = None, days: Days = 90) -> None:
    """Make an authority of your own for a trial, with a certificate for this node and one for a peer.

    Not for service: there a hospital's own authority signs, and nobody has its key. Nothing that is there already is
    overwritten; private keys can be read by you alone.
    """
    from dicom_node.cli.terminal import explain
    from dicom_node.tls.authority import TestAuthority

    if present := [name for name in PURPOSES if (folder / name).exists()]:
        explain(f"{folder} has {', '.join(present)} already", ("Nothing was written: choose another folder.",))
        raise typer.Exit(1)
    authority = TestAuthority("Osteonode test authority", datetime.now(UTC), days)
    hosts = host or ["localhost", "127.0.0.1"]
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, "ca", authority.signed)
    for name in ("node", "peer"):
        _write(folder, name, authority.sign(f"osteonode {name}", roles=("server", "client"), hosts=hosts, days=days))
    for name, purpose in PURPOSES.items():
        print(f"{folder / name}: {purpose}")
    print(_EXAMPLE.format(folder=folder.absolute()), end="")


def _write(folder: Path, name: str, signed: "Signed") -> None:
    for suffix, content, mode in (("pem", signed.certificate, 0o644), ("key", signed.key, 0o600)):
        # Exclusive, and never readable by others, not even for a moment.
        number = os.open(folder / f"{name}.{suffix}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(number, "wb") as file:
            file.write(content)


_EXAMPLE = """
In the configuration:

[tls]
port = 2762
certificate_file = "{folder}/node.pem"
key_file = "{folder}/node.key"
authorities_file = "{folder}/ca.pem"

and below a [[destination]] that takes TLS:

[destination.tls]
certificate_file = "{folder}/node.pem"
key_file = "{folder}/node.key"
authorities_file = "{folder}/ca.pem"

Then: storescu +tls {folder}/peer.key {folder}/peer.pem +cf {folder}/ca.pem -aec OSTEONODE 127.0.0.1 2762 image.dcm
"""
