"""osteonode reread: read a study again, on purpose."""

from dicom_node.cli.ledger_access import Study
from dicom_node.cli.options import ConfigFile


def reread(study: Study, config: ConfigFile = None) -> None:
    """Read the images of a study again with the models that serve now, and answer as a correction.

    For another version of the models, or a study whose answer was retracted. The new answer names the version that it
    replaces and what changed. Safe while the node runs; one that does not run does it at its next start.
    """
    from dicom_node.cli.ledger_access import open_configured_ledger, require_study

    ledger = open_configured_ledger(config)
    study = require_study(ledger, study)
    version = ledger.interventions.reread(study)
    print(f"to be read again as version {version}; `osteonode show {study}` shows how far it is")
