"""osteonode echo: is a DICOM peer there, and does it know us?"""

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


def echo(
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
    """Send a C-ECHO to a peer and print its answer, or why there is none and which side has to change what.

    Nothing of a patient is sent. `osteonode doctor` looks at every peer of a configuration, and at more than this.
    """
    options = TlsOptions(tls, authorities_file, certificate_file, key_file, key_password_file, server_name)
    peer = choose_peer(to, aet, calling, timeout_seconds, options, config)

    from dicom_node.modality import verify

    answer = verify(peer)
    print(f"{peer.called_ae_title} called as {peer.calling_ae_title} at {peer.host}:{peer.port}: {answer}")
    if not answer.startswith("0x0000"):
        raise typer.Exit(1)
