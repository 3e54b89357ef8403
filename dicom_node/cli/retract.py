"""osteonode retract: take the answer to a study back."""

from typing import Annotated

import typer

from dicom_node.cli.ledger_access import Study
from dicom_node.cli.options import ConfigFile
from domain.correction import NAME_LENGTH, NOTE_LENGTH, RetractionReason

Reason = Annotated[RetractionReason, typer.Option("--reason", help="Why; the documents say it in words.")]
By = Annotated[
    str,
    typer.Option(
        "--by",
        help=f"Name or role of who decided, up to {NAME_LENGTH} characters; the documents say it. Default: nobody.",
        show_default=False,
    ),
]
Note = Annotated[
    str,
    typer.Option(
        "--note",
        help=f"What readers of the documents should know, one line of up to {NOTE_LENGTH} characters. It goes into the "
        "documents and the ledger, never into a log. Default: none.",
        show_default=False,
    ),
]


def retract(study: Study, reason: Reason, by: By = "", note: Note = "", config: ConfigFile = None) -> None:
    """Take the answer to a study back, because a radiologist disagrees or it should never have been given.

    Every destination gets documents that say so and state no finding (HL7: result status X). What of the answer still
    waits is not sent any more. The study is not read again until `osteonode reread` asks for it.
    Safe while the node runs; one that does not run does it at its next start.
    """
    from dicom_node.cli.ledger_access import open_configured_ledger, require_study
    from domain.correction import Retraction

    try:
        retraction = Retraction(reason, by.strip(), note.strip())
    except ValueError as error:  # its sentence does not repeat what was written
        raise typer.BadParameter(str(error), param_hint="--by, --note") from None
    ledger = open_configured_ledger(config)
    study = require_study(ledger, study)
    version = ledger.interventions.retract(study, retraction)
    print(f"retracted: version {version} tells every destination; `osteonode show {study}` shows how far it is")
