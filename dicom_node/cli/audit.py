"""osteonode audit: who did what, and the proof that no record was changed."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.ledger_access import write_time
from dicom_node.cli.options import ConfigFile
from dicom_node.cli.terminal import count, explain, make_table, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dicom_node.audit_ports import AuditRecord

app = typer.Typer(help="Who did what: the audit trail (PS3.15 A.5), and the proof that nobody changed it.")

Limit = Annotated[int, typer.Option("--limit", min=1, help="Most records to list.")]
Who = Annotated[str, typer.Option("--who", help="Only of this person, AE title or process.", metavar="NAME")]
Study = Annotated[str, typer.Option("--study", help="Only about this study.", metavar="UID")]
Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only from this time on, UTC."),
]
Failures = Annotated[bool, typer.Option("--failures", help="Only what did not succeed.")]
Patients = Annotated[bool, typer.Option("--patients", help="Show patients, too. Default: off.")]


@app.command("list")
def list_records(
    config: ConfigFile = None,
    limit: Limit = 50,
    who: Who = "",
    study: Study = "",
    since: Since = None,
    failures: Failures = False,
    patients: Patients = False,
) -> None:
    """List records, the newest first. That you looked is a record, too.

    Starts and stops, instances in and out, who looked at what, logins, refused associations, backups and downloads.
    """
    from datetime import UTC

    from config.load import load_settings
    from dicom_node.audit_ports import AuditSearch
    from dicom_node.openings import open_audit

    book = open_audit(load_settings(config))
    begin = since.replace(tzinfo=UTC) if since is not None else None
    search = AuditSearch(who=who, study_instance_uid=study, since=begin, failures=failures)
    records = book.records(search, limit=limit)
    if not records:
        print("no record matches")
    else:
        _print(records, patients)


@app.command("verify")
def verify(config: ConfigFile = None) -> None:
    """Prove the whole trail: nothing was changed, taken out or put in. Exit code 1 where something was.

    Note the last line somewhere else: a trail that was written anew as a whole has another digest at that number.
    """
    from config.load import load_settings
    from dicom_node.openings import open_audit

    verdict = open_audit(load_settings(config)).verify()
    if verdict.faults:
        lines = [f"record {each.number}: {each.explanation}" for each in verdict.faults[:20]]
        explain(f"the audit trail was changed: {count(len(verdict.faults), 'fault')}", lines)
        raise typer.Exit(1)
    erased = f"; the patient of {verdict.erased} was erased on request" if verdict.erased else ""
    print(f"{count(verdict.records, 'record')}, none changed, none missing{erased}")
    print(f"record {verdict.records} has the digest {verdict.last_digest}")


def _print(records: "Sequence[AuditRecord]", patients: bool) -> None:
    from rich.markup import escape

    columns = ("number", "time", "event", "outcome", "who", "from", "about", *(("patient",) if patients else ()))
    table = make_table(columns, numbers=("number",))
    for record in records:
        cells = (*_cells(record), *((_patient(record),) if patients else ()))
        table.add_row(*map(escape, cells))  # an AE title and a name of a setting may look like markup
    print_table(table)


def _cells(record: "AuditRecord") -> tuple[str, ...]:
    event = record.event
    asking = next((each for each in event.participants if each.is_requestor), event.participants[0])
    said = ", ".join(each.value[1] for each in event.types) or event.event_id.meaning
    about = [*(each.study_instance_uid for each in event.studies), *filter(None, (event.explanation,))]
    return (
        str(record.number),
        write_time(event.occurred_at) if event.occurred_at else "-",
        said,
        "success" if event.outcome == 0 else f"failure ({int(event.outcome)})",
        event.who,
        asking.address or "-",
        " ".join(about) or "-",
    )


def _patient(record: "AuditRecord") -> str:
    if record.is_erased:
        return "erased"
    patient = record.event.patient
    return f"{patient.patient_id} {patient.patient_name}".strip() if patient else "-"
