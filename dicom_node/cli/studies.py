"""osteonode studies: what arrived, and how far it is."""

from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dicom_node.ledger.queries import StudyLine
    from dicom_node.openings import OpenLedger
    from dicom_node.study_ports import Wait
    from domain.study import Study

Limit = Annotated[int, typer.Option("--limit", min=1, help="Most studies to list.")]
Find = Annotated[
    str,
    typer.Option(
        "--find",
        help="Those of this accession number, sender, UID, part of one, or name in a log. Default: the latest.",
        show_default=False,
        metavar="TEXT",
    ),
]


def studies(config: ConfigFile = None, limit: Limit = 50, find: Find = "") -> None:
    """List the studies with the latest arrivals: state, images, deliveries, and why one waits.

    Studies are named by UID; the list holds no patient data. Times are those of this machine's zone. With --find, exit
    code 1 where nothing fits.
    """
    from dicom_node.cli.destinations import describe_unreached
    from dicom_node.cli.ledger_access import open_configured_ledger, write_time
    from dicom_node.cli.terminal import count, make_table, print_table

    ledger = open_configured_ledger(config)
    view, among = ledger.view, _find(ledger, find.strip(), limit) if find.strip() else None
    table = make_table(
        ("study", "last image", "state", "version", "images", "closed by", "deliveries"), numbers=("version", "images")
    )
    lines = view.studies(limit=limit, among=among)
    waits = ledger.open_studies.waits([line.study for line in lines])
    for line in lines:
        study = line.study
        table.add_row(
            study.study_instance_uid,
            write_time(study.last_arrival_at),
            ": ".join(filter(None, (study.state.words, line.held_reason or line.retraction_reason))),
            str(study.version),
            str(line.images),
            describe_closing(study, waits.get(study.study_instance_uid)),
            _describe_deliveries(line),
        )
    print_table(table)
    for subject in view.shadowed():
        print(f"{subject} is in shadow mode: images are read and recorded, and nothing is sent to anybody.")
    for sentence in describe_unreached(view.destinations()):
        print(sentence)
    if letters := view.dead_letters():
        print(f"{count(len(letters), 'delivery')} failed for good: `osteonode dead-letters` says why.")
    counts = view.counts()
    if counts.impressions:
        print(f"impressions: {_describe_impressions(counts.impressions)}")
    if counts.quarantined:
        print(f"{counts.quarantined} files are in quarantine: `osteonode quarantine` says why.")


def _find(ledger: "OpenLedger", text: str, limit: int) -> "Sequence[str]":
    """Return the studies that a text fits; exit where there is none."""
    from dicom_node.cli.ledger_access import describe_unread

    found = ledger.names.like(text, limit=limit)
    if unread := ledger.names.unread:
        print(describe_unread(unread))
    if not found:
        print(f"no study fits {text}: give the beginning of an accession number, a sender, or part of a UID")
        raise typer.Exit(1)
    return found


def describe_closing(study: "Study", wait: "Wait | None") -> str:
    """Which rule closed a study and what was known then, "hard cap: 1 of 2 expected by the order"; or why it waits."""
    from dicom_node.cli.ledger_access import write_time
    from domain.completeness import describe

    if wait is not None:
        return f"{wait.why}; closes {write_time(wait.until)} at the latest"
    rule = (study.closed_by or "").replace("_", " ")
    return ": ".join(filter(None, (rule, describe(study.known)))) or "-"


def describe_end(study: "Study", wait: "Wait | None") -> str:
    """When and by which rule a study closed; why it waits while it is open."""
    from dicom_node.cli.ledger_access import write_time

    if study.closed_at is None:
        return describe_closing(study, wait)
    return f"{write_time(study.closed_at)} {describe_closing(study, None)}"


def _describe_impressions(counts: "Mapping[str, int]") -> str:
    worded = counts.get("", 0)
    refused = [f"{number} x {code}" for code, number in counts.items() if code]
    templates = f" ({', '.join(refused)})" if refused else ""
    return f"{worded} by the phrase model, {sum(counts.values()) - worded} by the template{templates}"


def _describe_deliveries(line: "StudyLine") -> str:
    described = (
        f"{name} {state.value}{_describe_commitment(line, name)}" for name, state in sorted(line.deliveries.items())
    )
    return ", ".join(described) or "-"


def _describe_commitment(line: "StudyLine", destination: str) -> str:
    """How far the safekeeping of what was delivered is, in the words of `show`; nothing where nobody asks for it."""
    from domain.commitment import CommitmentState

    state = line.commitments.get(destination)
    if state is None:
        return ""
    return " and committed" if state is CommitmentState.COMMITTED else f" (commitment {state.value})"
