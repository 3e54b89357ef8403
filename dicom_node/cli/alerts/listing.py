"""osteonode alerts list: what somebody has to see to now."""

from dicom_node.cli.options import ConfigFile


def list_alerts(config: ConfigFile = None) -> None:
    """List the alerts that are not over, the oldest first, and how many messages still wait to be sent.

    Times are those of this machine's zone.
    """
    from config.load import load_settings
    from dicom_node.cli.ledger_access import write_time
    from dicom_node.cli.terminal import count, explain, make_table, print_table
    from dicom_node.openings import open_alerts

    settings = load_settings(config)
    book = open_alerts(settings)
    found = book.open_alerts()
    table = make_table(("alert", "cause", "concerns", "since", "what happened"), numbers=("alert",))
    for each in found:
        cause = each.cause
        table.add_row(str(each.number), cause.kind, cause.subject, write_time(each.raised_at), cause.happened)
    if found:
        print_table(table)
    else:
        print("Nobody has to see to anything: no alert is open.")
    if not settings.alert_channel:
        print("No [[alert_channel]] stands in the configuration: nobody is told, and nothing is looked for.")
    if waiting := book.waiting():
        lines = [f"{name}: {count(number, 'message')}" for name, number in waiting.items()]
        explain("still to be sent", lines)
