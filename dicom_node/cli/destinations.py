"""osteonode destinations: how each destination answers, and what waits for it."""

from typing import TYPE_CHECKING, Final

from dicom_node.cli.options import ConfigFile
from domain.breaker import BreakerState

if TYPE_CHECKING:
    from config.settings import Destination
    from dicom_node.ledger.destinations import DestinationLine

#: What the state of a breaker means.
STATE_WORDS: Final = {
    BreakerState.CLOSED: "go there",
    BreakerState.OPEN: "wait: it is left alone",
    BreakerState.HALF_OPEN: "one goes there, to see",
}
NOT_CONFIGURED: Final = "not in the configuration"


def destinations(config: ConfigFile = None) -> None:
    """List the destinations: whether deliveries go there, since when not and why, and what waits or is held.

    After destination.breaker.failures attempts in a row that ended for now, a destination is left alone: deliveries
    wait, nothing is counted, and a probe (C-ECHO, a TCP connection, an HTTP request, a small file) looks whether it is
    there again.
    `osteonode retry STUDY` probes at once. Times are those of this machine's zone.
    """
    from config.load import load_settings
    from dicom_node.cli.terminal import make_table, print_table
    from dicom_node.openings import open_ledger

    settings = load_settings(config)
    known = open_ledger(settings).view.destinations()
    configured = {each.name: each for each in settings.destination}
    table = make_table(
        ("destination", "kind", "deliveries", "since", "next probe", "waiting", "held", "last failure"),
        numbers=("waiting", "held"),
    )
    for name in dict.fromkeys((*configured, *known)):
        table.add_row(*_describe(name, configured.get(name), known.get(name)))
    print_table(table)


def describe_unreached(known: "dict[str, DestinationLine]") -> list[str]:
    """Return a line for each destination that is left alone, for a list of something else."""
    return [
        f"{name} is left alone and its deliveries wait: `osteonode destinations` says why."
        for name, line in known.items()
        if line.state is not BreakerState.CLOSED
    ]


def _describe(name: str, settings: "Destination | None", line: "DestinationLine | None") -> tuple[str, ...]:
    from dicom_node.cli.ledger_access import write_time
    from domain.delivery import DeliveryState

    breaker = line.breaker if line is not None else None
    shut = breaker if breaker is not None and breaker.state is not BreakerState.CLOSED else None
    counts = line.deliveries if line is not None else {}
    return (
        name,
        settings.kind if settings is not None else NOT_CONFIGURED,
        STATE_WORDS[line.state if line is not None else BreakerState.CLOSED],
        write_time(shut.since if shut is not None else None),
        _write_probe(
            shut.probe_at.astimezone().strftime("%H:%M:%S") if shut and shut.probe_at else "", shut is not None
        ),
        str(counts.get(DeliveryState.WAITING, 0)),
        str(counts.get(DeliveryState.HELD, 0)),
        breaker.explanation if breaker is not None and breaker.explanation else "-",
    )


def _write_probe(time: str, shut: bool) -> str:
    return time or ("at once" if shut else "-")
