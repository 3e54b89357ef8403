"""osteonode certs peers: what each peer that is called with TLS shows."""

from datetime import UTC, datetime

import typer

from dicom_node.cli.options import ConfigFile


def show_peers(config: ConfigFile = None) -> None:
    """Call each peer that has TLS: show its certificate, when it ends, and whether this node believes it.

    A handshake only: nothing is sent. The certificate is shown also where it is not believed, with the reason and which
    side has to change what; exit code 1 then.
    """
    from config.load import load_settings
    from dicom_node.cli.certs.tables import COLUMNS, describe
    from dicom_node.cli.terminal import explain, make_table, print_table
    from dicom_node.tls.inspection import inspect, list_calls
    from dicom_node.tls.inventory import require_tls

    settings, now = load_settings(config), datetime.now(UTC)
    require_tls(settings)
    seen = [inspect(call) for call in list_calls(settings)]
    if not seen:
        print(
            "No peer is called with TLS: no [[destination]], [[orthanc]] or [[query]] has a table tls or an https url."
        )
        return
    table = make_table(("peer", "at", "TLS", *COLUMNS), numbers=("days left",))
    for each in seen:
        cells = describe(each.certificate, now) if each.certificate else ("-",) * len(COLUMNS)
        table.add_row(each.name, each.at, each.version or "-", *cells)
    print_table(table)
    if problems := [f"{each.name} at {each.at}: {each.problem}" for each in seen if each.problem]:
        explain("not every peer is there and believed, and believes this node", problems)
        raise typer.Exit(1)
