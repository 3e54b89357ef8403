"""osteonode show: everything that happened to one study."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.ledger_access import Study
from dicom_node.cli.options import ConfigFile
from domain.final_report import ReportStatus

if TYPE_CHECKING:
    from dicom_node.agreement_ports import Comparisons
    from dicom_node.ledger.queries import ArrivalLine, History, LedgerView
    from dicom_node.study_ports import Wait

QUARANTINE = "quarantine"
COMMITMENTS = "commitments"

#: Takes the files that were written.
Note = Callable[[Sequence[Path]], None]
Summary = Annotated[
    Path | None,
    typer.Option(
        "--summary",
        help="Write the summary of the last answer to this picture as well. Default: none.",
        metavar="FILE.png",
    ),
]
Open = Annotated[
    bool,
    typer.Option(
        "--open",
        help="Open the report of the last answer, or its summary where no PDF is made, in the desktop's viewer. The "
        "file stays in a temporary folder that only this user can read. Default: off.",
    ),
]


def show(study: Study, config: ConfigFile = None, summary: Summary = None, open_answer: Open = False) -> None:
    """Show the history of one study: images and readings, versions, documents, deliveries, attempts, explanations.

    Where a final report came, also what it says of a fracture, beside our answer.

    `osteonode quarantine` lists the files that were put aside, and why; `osteonode show commitments` what
    modalities asked this node to commit to, and whether they took the report. Who looks at a study is in the audit
    trail, and so is a file that --summary or --open writes.
    """
    from dicom_node.cli.ledger_access import open_configured_ledger, require_study

    ledger = open_configured_ledger(config)
    if study == QUARANTINE:
        _show_quarantine(ledger.view)
        return
    if study == COMMITMENTS:
        _show_commitment_requests(ledger.view)
        return
    study = require_study(ledger, study)
    history = ledger.view.history(study)
    if history is not None:
        ledger.acts.looked(study)
        note = partial(ledger.acts.took_out, study, "an answer in readable form")
        _show_versions(history, ledger.open_studies.waits([line.study for line in history.versions]).get(study))
        _say_shadow(history)
        _show_retractions(history)
        _show_orders(history)
        _show_final_reports(ledger.reports, study)
        _show_images(history)
        _show_documents(history)
        _show_routings(history)
        _show_deliveries(history)
        _show_discards(history)
        _show_commitments(history)
        _show_explanations(history)
        _show_impressions(history)
        if summary is not None:
            _write_summary(history, summary, note)
        if open_answer:
            _open_answer(history, note)


def _show_versions(history: "History", wait: "Wait | None") -> None:
    from dicom_node.cli.ledger_access import write_time
    from dicom_node.cli.studies import describe_end

    rows = [
        (
            str(line.study.version),
            line.study.state.words,
            write_time(line.study.first_arrival_at),
            describe_end(line.study, wait),
            write_time(line.answered_at),
            "; ".join(filter(None, (line.held_code, line.held_reason, *line.withheld))) or "-",
        )
        for line in history.versions
    ]
    _print("versions", ("version", "state", "first image", "closed", "answered", "held or withheld"), rows)


def _say_shadow(history: "History") -> None:
    for version in sorted(history.shadow_versions):
        print(f"version {version} was made in shadow mode: its documents are kept here, and nobody was sent any.")


def _show_retractions(history: "History") -> None:
    from dicom_node.cli.ledger_access import write_time

    rows = [
        (
            str(line.version),
            write_time(line.asked_at),
            line.retraction.reason.value,
            line.retraction.by or "-",
            line.retraction.note or "-",
        )
        for line in history.retractions
    ]
    if rows:  # hardly any study has one
        _print("retractions", ("version", "asked", "reason", "by", "note"), rows)


def _show_orders(history: "History") -> None:
    from domain.order_match import REMARKS

    rows = [
        (str(line.version), ", ".join(filter(None, line.placers)) or "-", REMARKS[line.remark] if line.remark else "-")
        for line in history.orders
    ]
    if rows:  # a node without [orders] has none
        _print("orders", ("version", "placer order number", "remark"), rows)


def _show_final_reports(reports: "Comparisons", study: str) -> None:
    """Show what was said, and no number of an information system: those lead to a patient."""
    from dicom_node.cli.ledger_access import write_time

    rows = [
        (
            write_time(line.received_at),
            line.status.value,
            "-" if line.status is ReportStatus.WITHDRAWN else _in_words(line.statement),
            line.rule,
        )
        for line in reports.reports_of(study)
    ]
    if not rows:  # a node without [final_reports] has none
        return
    _print("final reports", ("received", "status", "statement", "by rule"), rows)
    compared = reports.comparison_of(study)
    if compared is None:
        print("compared with nothing: the answer is still to come, or every report was withdrawn")
    else:
        said = f"version {compared.version} said {_in_words(compared.answer)}"
        print(f"{said}, the final report {_in_words(compared.statement)}")


def _in_words(said: StrEnum) -> str:
    return said.value.replace("_", " ")


def _show_impressions(history: "History") -> None:
    rows = [
        (str(line.version), line.asked, f"template: {line.refusal}" if line.refusal else "the model's")
        for line in history.impressions
    ]
    if rows:
        _print("impressions", ("version", "asked", "wording"), rows)


def _show_images(history: "History") -> None:
    from dicom_node.cli.ledger_access import write_time

    rows = [
        (
            line.sop_instance_uid,
            str(line.version),
            write_time(line.received_at),
            line.calling_ae_title,
            line.tier.value,
            _describe_reading(line),
        )
        for line in history.arrivals
    ]
    _print("images", ("image", "version", "received", "from", "tier", "reading"), rows)


def _describe_reading(line: "ArrivalLine") -> str:
    said = " ".join(filter(None, (line.reading_status.replace("_", " "), line.reason_code))) or "waits"
    return f"{said}; pixels purged" if line.purged_at else said


def _show_documents(history: "History") -> None:
    from dicom_node.cli.ledger_access import write_time

    rows = [
        (
            str(line.version),
            line.kind.value,
            line.identifier,
            f"purged {write_time(line.purged_at)}" if line.purged_at else str(line.path),
        )
        for line in history.documents
    ]
    _print("documents", ("version", "kind", "identifier", "file"), rows)


def _show_deliveries(history: "History") -> None:
    from dicom_node.cli.ledger_access import write_time

    deliveries = [
        (str(each.version), each.destination, each.state.value, str(each.attempts)) for each in history.deliveries
    ]
    _print("deliveries", ("version", "destination", "state", "attempts"), deliveries)
    attempts = [
        (write_time(line.ended_at), str(line.version), line.destination, line.outcome, line.explanation or "-")
        for line in history.attempts
    ]
    _print("attempts", ("ended", "version", "destination", "outcome", "explanation"), attempts)


def _show_routings(history: "History") -> None:
    from dicom_node.cli.routes import write_reason
    from dicom_node.config_check.route_words import write_kinds

    unsent = history.shadow_versions
    rows = [
        (
            str(version),
            routing.route or "none fits",
            write_reason(routing),
            ("in shadow mode: nobody; would go to " if version in unsent else "")
            + ("; ".join(f"{name}: {write_kinds(kinds)}" for name, kinds in routing.documents.items()) or "nobody"),
            ", ".join(routing.corrected) or "-",
        )
        for version, routing in history.routings.items()
        if routing.judged or routing.corrected
    ]
    if rows:  # a site without routes has none
        _print("routes", ("version", "route", "conditions met", "goes to", "because they got an earlier version"), rows)


def _show_discards(history: "History") -> None:
    from dicom_node.cli.ledger_access import write_time

    rows = [
        (str(each.version), each.destination, write_time(each.discarded_at), each.reason, each.by or "-")
        for each in history.discards
    ]
    if rows:
        _print("given up", ("version", "destination", "given up", "reason", "by"), rows)


def _show_commitments(history: "History") -> None:
    from dicom_node.cli.ledger_access import write_time

    rows = [
        (
            str(each.version),
            each.destination,
            each.state.value,
            f"{len(each.items) - len(each.outstanding)} of {len(each.items)}",
            write_time(each.asked_at),
            write_time(each.committed_at),
            each.explanation or "-",
        )
        for each in history.commitments
    ]
    if rows:  # most archives are not asked for it
        columns = ("version", "destination", "state", "documents", "asked", "committed", "explanation")
        _print("commitments", columns, rows)


def _show_explanations(history: "History") -> None:
    from dicom_node.cli.ledger_access import write_time

    rows = [
        (str(line.version), line.state.value, write_time(line.ended_at), line.reason or "-")
        for line in history.explanations
    ]
    if rows:  # most nodes make none
        _print("explanations", ("version", "state", "ended", "why not"), rows)


def _write_summary(history: "History", png: Path, note: Note) -> None:
    from dicom_node.cli.readable_answers import write_summary

    if png.suffix.lower() != ".png" or not png.parent.is_dir():
        raise typer.BadParameter("a file that ends in .png, in a folder that exists", param_hint="--summary")
    written = write_summary(history.documents, png)
    if not written:
        print("summary: the study has no answer with one here; see `documents` above")
        raise typer.Exit(1)
    note(written)
    print(f"summary: {', '.join(map(str, written))}")


def _open_answer(history: "History", note: Note) -> None:
    from dicom_node.cli.desktop import open_files, why_not
    from dicom_node.cli.readable_answers import write_readable
    from dicom_node.cli.terminal import explain

    written = write_readable(history.documents)
    if not written:
        print("nothing to open: the study has no answer with a report or summary here; see `documents` above")
        raise typer.Exit(1)
    note(written)
    print(f"written: {', '.join(map(str, written))}")
    if obstacle := why_not() or open_files(written):
        explain("not opened", (obstacle, "open or copy the file named above by hand"))
        raise typer.Exit(1)


def _show_quarantine(view: "LedgerView") -> None:
    from dicom_node.cli.ledger_access import write_time

    rows = [
        (
            str(line.number),
            write_time(line.recorded_at),
            line.calling_ae_title,
            line.reason_code,
            line.reason,
            str(line.path),
        )
        for line in view.quarantine()
    ]
    _print("quarantine", ("number", "recorded", "from", "code", "reason", "file"), rows)


def _show_commitment_requests(view: "LedgerView") -> None:
    from dicom_node.cli.ledger_access import write_time

    rows = [
        (
            write_time(each.received_at),
            each.calling_ae_title,
            each.transaction_uid,
            str(len(each.items)),
            each.state.value.replace("_", " "),
            write_time(each.reported_at),
            each.explanation or "-",
        )
        for each in view.commitment_requests()
    ]
    columns = ("asked", "by", "transaction", "instances", "state", "reported", "explanation")
    _print("commitment requests", columns, rows)


def _print(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    from dicom_node.cli.terminal import make_table, print_table

    if not rows:
        print(f"{title}: none")
        return
    table = make_table(columns, title=title)
    for row in rows:
        table.add_row(*row)
    print_table(table)
