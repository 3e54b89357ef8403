"""osteonode release: let what is held go on."""

from dicom_node.cli.ledger_access import DestinationName, Study, intervene
from dicom_node.cli.options import ConfigFile


def release(study: Study, destination: DestinationName = None, config: ConfigFile = None) -> None:
    """Let what is held of a study go on: its deliveries, a version held before its answer, and an
    explanation that failed. What was retracted or superseded stays.

    With --destination only the deliveries there. Exit code 1 where there was nothing to release.
    Safe while the node runs; one that does not run does it at its next start.
    """
    intervene(
        config,
        study,
        lambda interventions, uid: interventions.release(uid, destination),
        what="held item",
        done="released",
        nothing="nothing of this study is held: nothing to release",
    )
