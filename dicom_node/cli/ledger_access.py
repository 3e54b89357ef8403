"""The ledger of a configured node, for the commands that look at it or intervene."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from dicom_node.cli.terminal import count
from domain.errors import LedgerError

if TYPE_CHECKING:
    from datetime import datetime

    from dicom_node.commanding import CommandedInterventions
    from dicom_node.openings import OpenLedger

Study = Annotated[
    str,
    typer.Argument(
        help="Study Instance UID, accession number, or what a log calls it (uid-...); `osteonode studies` lists them.",
        metavar="STUDY",
    ),
]
#: Studies of one accession number that a message names.
_MOST_NAMED: Final = 5
DestinationName = Annotated[
    str | None, typer.Option("--destination", help="Name of one destination. Default: all of them.", metavar="NAME")
]


def open_configured_ledger(config: Path | None) -> "OpenLedger":
    """Open the ledger that a configuration names; a node may be running on it.

    Raises:
        ConfigError: the configuration has problems.
        LedgerError: no node has used that data folder.
    """
    from config.load import load_settings
    from dicom_node.openings import open_ledger

    return open_ledger(load_settings(config))


def intervene(
    config: Path | None,
    study: str,
    change: "Callable[[CommandedInterventions, str], int]",
    *,
    what: str,
    done: str,
    nothing: str,
) -> None:
    """Make a change to one study and say how much it changed; exit code 1 where it was nothing.

    Args:
        change: gets the Study Instance UID.

    Raises:
        LedgerError: the ledger has no such study, or several.
    """
    ledger = open_configured_ledger(config)
    number = change(ledger.interventions, require_study(ledger, study))
    print(f"{count(number, what)} {done}" if number else nothing)
    if not number:
        raise typer.Exit(1)


def require_study(ledger: "OpenLedger", study: str) -> str:
    """Return the UID of the one study of this name; raise LedgerError where the ledger has none, several, or may have.

    It may have where accession numbers are still being noted: one that has not been looked at may have this name, too.
    """
    found = ledger.names.called(study.strip())
    if unread := ledger.names.unread:
        known = f"; so far {', '.join(found[:_MOST_NAMED])} has this name" if found else ""
        raise LedgerError(f"{describe_unread(unread)}{known}", subject=study)
    if not found:
        advice = "`osteonode studies` lists those it has, `osteonode studies --find TEXT` looks for parts of a name"
        raise LedgerError(f"the ledger has no such study; {advice}", subject=study)
    if len(found) > 1:
        named = ", ".join(found[:_MOST_NAMED])
        raise LedgerError(f"{len(found)} studies have this name; give the UID of one: {named}", subject=study)
    return found[0]


def describe_unread(unread: int) -> str:
    """Say what a search by accession number has left out, and what to do."""
    advice = "ask again, which goes on from here, or give a Study Instance UID"
    return f"the accession numbers of {count(unread, 'study')} are not in the ledger yet: {advice}"


def write_time(moment: "datetime | None") -> str:
    """Return a moment in the zone of this machine, to the second; "-" for none."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else "-"
