"""osteonode certs check: the certificates that a configuration names, and how long they last."""

from datetime import UTC, datetime

import typer

from dicom_node.cli.options import ConfigFile


def check_certificates(config: ConfigFile = None) -> None:
    """List each certificate of the configuration: whose, by whom, for which names, how many days are left.

    Exit code 1 where one has expired or is not valid yet, 2 where a file is missing or not what its key says. One
    with fewer than 30 days left is named on stderr, and so is a setting that protects less than it seems to: a key that
    others can read, a peer whose name is not checked, a password on its way in plain text. A running node logs the
    same at its start and every day.
    """
    from config.load import load_settings
    from dicom_node.cli.certs.tables import COLUMNS, describe
    from dicom_node.cli.terminal import explain, make_table, print_table
    from dicom_node.tls.inventory import find_weaknesses, list_certificates, require_tls

    settings, now = load_settings(config), datetime.now(UTC)
    require_tls(settings)
    listed = list_certificates(settings)
    if not listed:
        print("No certificate is named: there is no [tls], and no [destination.tls] with files.")
        return
    table = make_table(("key", *COLUMNS), numbers=("days left",))
    for each in listed:
        table.add_row(each.key, *describe(each.certificate, now))
    print_table(table)
    verdicts = {each.key: each.certificate.verdict(now) for each in listed}
    soon = [f"{key}: {verdict}" for key, verdict in verdicts.items() if verdict != "good"]
    if attention := [*soon, *find_weaknesses(settings)]:
        explain("somebody should look at this", attention)
    if set(verdicts.values()) & {"expired", "not valid yet"}:
        raise typer.Exit(1)
