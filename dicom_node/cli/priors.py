"""osteonode priors: which earlier studies of a patient an archive has, and have them fetched."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_node.cli.archives import Archive
from dicom_node.cli.ledger_access import Study
from dicom_node.cli.options import ConfigFile
from domain.errors import LedgerError, PeerUnreachable

if TYPE_CHECKING:
    from config.completion import Query
    from dicom_node.deliver.prior_studies import Priors
    from dicom_node.openings import OpenLedger

Fetch = Annotated[bool, typer.Option("--fetch", help="Have them fetched, too. Default: only list them.")]


def priors(study: Study, archive: Archive = "", fetch: Fetch = False, config: ConfigFile = None) -> None:
    """List what else an archive has of the patient of a study, by C-FIND: same Patient ID, same issuer.

    With --fetch the running node fetches them; they are then read and answered like everything else that comes in.
    Dates and descriptions are shown on this terminal and kept nowhere.
    """
    from config.load import load_settings
    from dicom_node.cli.archives import choose_archive
    from dicom_node.cli.fetch import request_studies
    from dicom_node.cli.ledger_access import require_study
    from dicom_node.openings import open_ledger

    settings = load_settings(config)
    ledger = open_ledger(settings)
    study = require_study(ledger, study)
    history = ledger.view.history(study)
    senders = {each.calling_ae_title for each in history.arrivals} if history else set()
    chosen = choose_archive(settings.query, archive, senders)
    found = _ask(ledger, chosen, settings.node.ae_title, study)
    _print(found, ledger)
    if fetch and found.studies:
        request_studies(ledger, [each.study_instance_uid for each in found.studies], chosen.ae_title)


def _ask(ledger: "OpenLedger", archive: "Query", node_ae_title: str, study: str) -> "Priors":
    from dicom_node.deliver.c_find_scu import NotAnswered, asking
    from dicom_node.deliver.prior_studies import find_priors
    from dicom_node.deliver.query_peer import as_destination

    patient_id, issuer = _identify(ledger.view.first_header(study), study)
    ledger.note_prior_query(archive, study)
    try:
        with asking(as_destination(archive), node_ae_title) as finder:
            return find_priors(finder.find, patient_id=patient_id, issuer=issuer, study_instance_uid=study)
    except NotAnswered as error:
        raise PeerUnreachable(str(error), subject=archive.ae_title) from error


def _identify(path: Path | None, study: str) -> tuple[str, str]:
    """Return the Patient ID and its issuer from the header of an image."""
    import pydicom

    if path is None or not path.is_file():
        raise LedgerError("no image of this study is kept any more, so its patient is not known here", subject=study)
    ds = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["PatientID", "IssuerOfPatientID"])
    return str(ds.get("PatientID") or "").strip(), str(ds.get("IssuerOfPatientID") or "").strip()


def _print(found: "Priors", ledger: "OpenLedger") -> None:
    from dicom_node.cli.terminal import make_table, print_table

    table = make_table(("study", "date", "modalities", "description", "instances", "here"), numbers=("instances",))
    for each in found.studies:
        known = ledger.view.history(each.study_instance_uid) is not None
        table.add_row(
            each.study_instance_uid,
            each.study_date or "-",
            each.modalities or "-",
            each.description or "-",
            each.instances or "-",
            "yes" if known else "no",
        )
    print_table(table)
    if found.other_issuer:
        print(
            f"{found.other_issuer} studies of the same Patient ID are left out, as they may be another patient's: "
            "Issuer of Patient ID (0010,0021) differs, or only one side states it."
        )
