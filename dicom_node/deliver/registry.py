"""From the kinds of the configuration to what delivers: the only place that names them."""

from collections.abc import Callable, Iterable

from config.settings import Destination
from dicom_node import ports
from dicom_node.deliver.c_store_scu import CStoreDestination
from dicom_node.deliver.folder import FolderDestination
from dicom_node.deliver.mllp import MllpDestination
from dicom_node.deliver.web_credentials import require_credentials


# Their libraries take half a second to load, each: only a node that uses them waits for it.
def _build_stow(settings: Destination) -> ports.Destination:
    from dicom_node.deliver.stow_rs import StowDestination

    return StowDestination(settings)


def _build_orthanc(settings: Destination) -> ports.Destination:
    from dicom_node.deliver.orthanc import OrthancDestination

    return OrthancDestination(settings)


_BUILDERS: dict[str, Callable[[Destination, str], ports.Destination]] = {
    "dicom": CStoreDestination,
    "hl7": lambda settings, _node_ae_title: MllpDestination(settings),
    "folder": lambda settings, _node_ae_title: FolderDestination(settings),
    "stow": lambda settings, _node_ae_title: _build_stow(settings),
    "orthanc": lambda settings, _node_ae_title: _build_orthanc(settings),
}


def build(destinations: Iterable[Destination], node_ae_title: str) -> dict[str, ports.Destination]:
    """Return what delivers, by the name of the destination.

    Raises:
        ValueError: an AE title is not one.
        ConfigError: the file of a secret cannot be read.
    """
    destinations = tuple(destinations)
    require_credentials(destinations)
    return {each.name: _BUILDERS[each.kind](each, node_ae_title) for each in destinations}


def probe(destination: Destination, node_ae_title: str) -> ports.Probe:
    """Check whether a destination is there; never raises for what the peer, the network or the disk does."""
    return _BUILDERS[destination.kind](destination, node_ae_title).probe()
