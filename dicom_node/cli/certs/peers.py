"""osteonode certs peers: what each destination with TLS shows when it is called."""

from datetime import UTC, datetime

import typer

from dicom_node.cli.options import ConfigFile


def show_peers(config: ConfigFile = None) -> None:
    """Call each destination that has TLS, and show its certificate, when it ends, and whether it is believed here.

    A handshake only: nothing is sent. The certificate is shown also where it is not believed, with the reason and which
    side has to change what; exit code 1 then.
    """
    from config.load import load_settings
    from dicom_node.cli.certs.tables import COLUMNS, describe
    from dicom_node.cli.terminal import explain, make_table, print_table
    from dicom_node.tls.inspection import calls_with_tls, inspect
    from dicom_node.tls.inventory import require_tls

    settings, now = load_settings(config), datetime.now(UTC)
    require_tls(settings)
    seen = [inspect(destination) for destination in settings.destination if calls_with_tls(destination)]
    if not seen:
        print("No destination is called with TLS: none has [destination.tls] or an https url.")
        return
    table = make_table(("destination", "at", "TLS", *COLUMNS), numbers=("days left",))
    for each in seen:
        cells = describe(each.certificate, now) if each.certificate else ("-",) * len(COLUMNS)
        table.add_row(each.destination, each.at, each.version or "-", *cells)
    print_table(table)
    if problems := [f"{each.destination} at {each.at}: {each.problem}" for each in seen if each.problem]:
        explain("not every peer and this node believe each other", problems)
        raise typer.Exit(1)
