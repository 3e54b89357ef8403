"""osteonode purge: remove what is finished and old, or everything of one study or patient."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.options import ConfigFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dicom_node.ledger.erasing import Erasing
    from dicom_node.openings import Retaining
    from dicom_node.pipeline.retaining import Tally

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would go. Default: off.")]
OlderThan = Annotated[
    float | None,
    typer.Option(
        "--older-than",
        min=0,
        help="Remove everything of studies whose last image and answer are older than this many days, instead of what "
        "`[retention]` says.",
        metavar="DAYS",
        show_default=False,
    ),
]
Study = Annotated[
    str,
    typer.Option("--study", help="Remove everything of this study, however old.", metavar="UID", show_default=False),
]
Patient = Annotated[
    str,
    typer.Option(
        "--patient",
        help="Erasure request: remove everything of this Patient ID, however old, with what was put aside. The ID is "
        "recorded as a digest alone.",
        metavar="ID",
        show_default=False,
    ),
]
GiveUp = Annotated[
    bool,
    typer.Option(
        "--give-up",
        help="With --study or --patient: also where something is held for a person. What is under way is never "
        "removed. Default: off.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask first (--study, --patient). Default: off.")]


def purge(
    dry_run: DryRun = False,
    older_than: OlderThan = None,
    study: Study = "",
    patient: Patient = "",
    give_up: GiveUp = False,
    yes: Yes = False,
    config: ConfigFile = None,
) -> None:
    """Remove what is finished and older than `[retention]` says; a running node does that by itself.

    A study that still takes images, waits for its answer or a delivery, or is held is kept, and named with the reason.
    Safe while the node runs. What is in archives and information systems stays there.
    """
    if sum((older_than is not None, bool(study), bool(patient))) > 1:
        raise typer.BadParameter("one of the three at a time", param_hint="--older-than, --study, --patient")
    if give_up and not (study or patient):
        raise typer.BadParameter("goes with --study or --patient", param_hint="--give-up")
    if study:
        _purge_study(config, study, give_up, dry_run, yes)
    elif patient:
        _purge_patient(config, patient, give_up, dry_run, yes)
    else:
        _purge_by_age(config, older_than, dry_run)


def _purge_by_age(config: Path | None, older_than: float | None, dry_run: bool) -> None:
    from dicom_node.pipeline.retaining import ages, purge_due

    retaining = _open(config)
    everything = {"history": older_than, "quarantine": older_than}
    by_kind = ages(retaining.settings) if older_than is None else {k: v for k, v in everything.items() if v is not None}
    tally = purge_due(retaining.purging(), by_kind, retaining.clock, dry_run=dry_run)
    _say(tally, dry_run)
    retaining.close()


def _purge_study(config: Path | None, study: str, give_up: bool, dry_run: bool, yes: bool) -> None:
    from dicom_node.cli.ledger_access import open_configured_ledger, require_study

    study = require_study(open_configured_ledger(config), study)
    retaining = _open(config)
    purged = _purge_each(retaining, [study], give_up, dry_run, yes)
    retaining.close()
    if not purged:
        raise typer.Exit(1)


def _purge_patient(config: Path | None, patient: str, give_up: bool, dry_run: bool, yes: bool) -> None:
    retaining = _open(config)
    erasing = retaining.erasing
    studies, put_aside = erasing.studies_of(patient), erasing.quarantined_of(patient)
    print(f"{len(studies)} studies and {len(put_aside)} files in quarantine are this patient's")
    if not (studies or put_aside):
        if not dry_run and _erase_messages(erasing, patient):
            erasing.record(patient, studies=0, files=0)
            return
        if erasing.was_erased(patient):
            print("an erasure of this patient was done and recorded before")
        raise typer.Exit(1)
    purged = _purge_each(retaining, studies, give_up, dry_run, yes)
    if not dry_run:
        erasing.erase_quarantined(put_aside)
        _erase_messages(erasing, patient)
        retaining.purging().carry_out()
    if purged < len(studies):
        print("not recorded as erased: run it again when nothing is kept")
        raise typer.Exit(1)
    if not dry_run:
        erasing.record(patient, studies=purged, files=len(put_aside))
        print("recorded, without the ID; archives and information systems keep what they have")
        _tell_copies(retaining)
    retaining.close()


def _tell_copies(retaining: "Retaining") -> None:
    if copies := retaining.old_ledgers:
        print(f"{len(copies)} copies of the ledger from before an upgrade may still name the patient: remove them when")
        print(f"the new version has proved itself, in {copies[0].parent}")


def _erase_messages(erasing: "Erasing", patient: str) -> int:
    """Remove what information systems told of a patient, and the patient from the audit trail; return how much."""
    erased = erasing.erase_orders(patient), erasing.erase_reports(patient)
    print(f"{erased[0]} orders and {erased[1]} final reports of this patient removed")
    print(f"{erasing.erase_audited(patient)} records of the audit trail name this patient no more")
    return sum(erased)


def _purge_each(retaining: "Retaining", studies: "Sequence[str]", give_up: bool, dry_run: bool, yes: bool) -> int:
    """Remove everything of these studies and return of how many; say why where one is kept."""
    purging = retaining.purging(give_up=give_up)
    if not (dry_run or yes):
        typer.confirm(f"Remove images, documents and history of {len(studies)} studies from this machine?", abort=True)
    purged = 0
    for uid in studies:
        reasons = purging.obstacles(uid) if dry_run else purging.purge("history", uid).outstanding
        purged += not reasons
        if not dry_run and not reasons:
            retaining.note_deleted(uid)
        print(f"{uid}: {'kept: ' + '; '.join(reasons) if reasons else 'would go' if dry_run else 'purged'}")
    if not dry_run:
        purging.carry_out()
    if purged < len(studies):
        print("kept: `osteonode show STUDY` says more; `--give-up` removes what is held, never what is under way")
    return purged


def _say(tally: "Tally", dry_run: bool) -> None:
    for kind, number in tally.studies.items():
        print(f"{kind}: {number} studies{' would go' if dry_run else ''}")
    if tally.quarantined:
        print(f"quarantine: {tally.quarantined} files")
    if not (tally.studies or tally.quarantined or tally.files):
        print("nothing is due")
    elif not dry_run:
        print(f"{tally.files} files and folders removed")
    for uid, reasons in tally.kept.items():
        print(f"{uid}: kept: {'; '.join(reasons)}")


def _open(config: Path | None) -> "Retaining":
    from config.load import load_settings
    from dicom_node.openings import open_retaining

    return open_retaining(load_settings(config))
