"""osteonode fetch: ask an archive for studies, and see what became of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.archives import Archive
from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from dicom_node.openings import OpenLedger

Studies = Annotated[
    list[str] | None,
    typer.Argument(help="Study Instance UIDs. None: list the requests.", metavar="[STUDY]...", show_default=False),
]


def fetch(studies: Studies = None, archive: Archive = "", config: ConfigFile = None) -> None:
    """Have studies fetched from an archive, by C-MOVE or C-GET as `retrieve` of its [[query]] says.

    The running node does it, now or at its next start, and asks again while the archive is down. What comes is read and
    answered like everything else that comes in. Without a study: lists the requests and how they ended.
    """
    from config.load import load_settings
    from dicom_node.cli.archives import choose_archive
    from dicom_node.openings import open_ledger

    settings = load_settings(config)
    ledger = open_ledger(settings)
    if not studies:
        _list(ledger)
        return
    for uid in studies:
        _require_uid(uid)
    chosen = choose_archive(settings.query, archive)
    request_studies(ledger, studies, chosen.ae_title)


def request_studies(ledger: "OpenLedger", studies: list[str], archive: str) -> None:
    """Keep a request for each study, and say so."""
    for uid in studies:
        is_new = ledger.retrievals.ask(uid, archive)
        print(f"{uid}: {'asked for' if is_new else 'waits already'}, from {archive}")
    print("`osteonode fetch` lists what becomes of it.")


def _list(ledger: "OpenLedger") -> None:
    from dicom_node.cli.ledger_access import write_time
    from dicom_node.cli.terminal import make_table, print_table

    table = make_table(("study", "from", "asked", "state", "attempts", "next", "why"), numbers=("attempts",))
    for each in ledger.retrievals.latest():
        table.add_row(
            each.study_instance_uid,
            each.archive,
            write_time(each.asked_at),
            each.state.value,
            str(each.attempts),
            write_time(each.next_attempt_at),
            each.said or "-",
        )
    print_table(table)


def _require_uid(value: str) -> None:
    from pydicom.uid import UID

    if not UID(value).is_valid:
        raise typer.BadParameter(f"{value} is no UID", param_hint="STUDY")
