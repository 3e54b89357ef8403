"""osteonode alerts: one file a subcommand; registered here and nowhere else."""

import typer

from dicom_node.cli.alerts import listing, trying

__all__ = ["app"]

app = typer.Typer(
    help="What somebody has to see to, and whether those who are told can be reached.", no_args_is_help=True
)

app.command("list")(listing.list_alerts)
app.command("test")(trying.try_channels)
