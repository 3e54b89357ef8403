"""osteonode hold: keep the answers of a study back."""

from dicom_node.cli.ledger_access import DestinationName, Study, intervene
from dicom_node.cli.options import ConfigFile


def hold(study: Study, destination: DestinationName = None, config: ConfigFile = None) -> None:
    """Hold the deliveries of a study that still wait: nothing is sent until they are released.

    An attempt that is under way may still succeed. Exit code 1 where there was nothing to hold.
    Safe while the node runs; one that does not run does it at its next start.
    """
    intervene(
        config,
        study,
        lambda interventions, uid: interventions.hold(uid, destination),
        what="delivery",
        done="held",
        nothing="no delivery of this study waits: nothing to hold",
    )
