"""osteonode certs: one file a subcommand; registered here and nowhere else."""

import typer

from dicom_node.cli.certs import making, own, peers

__all__ = ["app"]

app = typer.Typer(
    help="Certificates for TLS: check those of a configuration, look at those of peers, make some for a trial.",
    no_args_is_help=True,
)

app.command("check")(own.check_certificates)
app.command("peers")(peers.show_peers)
app.command("make-test-ca")(making.make_test_authority)
