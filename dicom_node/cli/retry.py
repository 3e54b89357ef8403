"""osteonode retry: try the deliveries of a study again now."""

from dicom_node.cli.ledger_access import DestinationName, Study, intervene
from dicom_node.cli.options import ConfigFile


def retry(study: Study, destination: DestinationName = None, config: ConfigFile = None) -> None:
    """Try the deliveries of a study that wait or are held again now, and ask again for commitments that are held.

    Their count of attempts starts anew. Exit code 1 where there was nothing to retry.
    Safe while the node runs; one that does not run does it at its next start.
    """
    intervene(
        config,
        study,
        lambda interventions, uid: interventions.retry_delivery(uid, destination),
        what="delivery",
        done="to try again now",
        nothing="no delivery of this study waits or is held, and no commitment is held: nothing to retry",
    )
