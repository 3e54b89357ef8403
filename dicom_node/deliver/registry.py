"""From the kinds of the configuration to what delivers: the only place that names them."""

from collections.abc import Callable, Iterable

from config.settings import Destination
from dicom_node import ports
from dicom_node.deliver.c_store_scu import CStoreDestination
from dicom_node.deliver.folder import FolderDestination
from dicom_node.deliver.mllp import MllpDestination

_BUILDERS: dict[str, Callable[[Destination, str], ports.Destination]] = {
    "dicom": CStoreDestination,
    "hl7": lambda settings, _node_ae_title: MllpDestination(settings),
    "folder": lambda settings, _node_ae_title: FolderDestination(settings),
}


def build(destinations: Iterable[Destination], node_ae_title: str) -> dict[str, ports.Destination]:
    """Return what delivers, by the name of the destination.

    Raises:
        ValueError: an AE title is not one.
    """
    return {each.name: _BUILDERS[each.kind](each, node_ae_title) for each in destinations}


def probe(destination: Destination, node_ae_title: str) -> ports.Probe:
    """Check whether a destination is there; never raises for what the peer, the network or the disk does."""
    return _BUILDERS[destination.kind](destination, node_ae_title).probe()
