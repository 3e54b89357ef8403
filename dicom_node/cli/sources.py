"""osteonode sources: how far each Orthanc is followed, and what of it could not be fetched yet."""

from typing import TYPE_CHECKING

from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from dicom_node.feed_ports import FeedLedger

#: More than a screen of failures says no more than its beginning.
_MOST_LINES = 20


def sources(config: ConfigFile = None) -> None:
    """List the Orthancs that are followed: up to which change, what waits to be fetched, and what failed and why.

    What failed is tried again by itself, and holds nothing else. Identifiers are Orthanc's own: its web page opens
    /instances/ID. Times are those of this machine's zone.
    """
    from config.load import load_settings
    from dicom_node.cli.terminal import explain, make_table, print_table
    from dicom_node.openings import open_feeds

    settings = load_settings(config)
    if not settings.orthanc:
        print("No [[orthanc]] stands in the configuration.")
        return
    feeds = open_feeds(settings)
    table = make_table(("source", "url", "followed up to", "waiting", "failing"), numbers=("waiting", "failing"))
    for orthanc in settings.orthanc:
        position, waiting = feeds.position(orthanc.name), feeds.waiting(orthanc.name)
        failing = sum(item.attempts > 0 for item in waiting)
        reached = f"change {position.sequence}" if position is not None else "not followed yet"
        table.add_row(orthanc.name, orthanc.url, reached, str(len(waiting)), str(failing))
    print_table(table)
    for orthanc in settings.orthanc:
        if lines := describe_failing(orthanc.name, feeds):
            explain(f"could not be fetched from {orthanc.name} yet", lines)


def describe_failing(source: str, feeds: "FeedLedger") -> tuple[str, ...]:
    """Return a line for each item of a source that failed, the worst first, and how many are left out."""
    from dicom_node.cli.ledger_access import write_time

    failing = [item for item in feeds.waiting(source) if item.attempts]
    lines = [
        f"{item.resource.value} {item.identifier}: {item.reason}; {item.attempts} attempts, "
        f"the next at {write_time(item.next_attempt_at)}"
        for item in failing[:_MOST_LINES]
    ]
    if len(failing) > _MOST_LINES:
        lines.append(f"and {len(failing) - _MOST_LINES} more")
    return tuple(lines)
