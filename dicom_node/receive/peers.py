"""Which [[sender]] a peer is, and what it may send: looked up in the settings by title, address and encryption.

AE titles are compared after the spaces at both ends are taken off, case-sensitively (PS3.5 6.2, VR AE) unless
node.ignore_ae_title_case says otherwise. An entry for the peer's own title goes before one for "*"; of several that
fit, the first holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from config.image_classes import uids_of
from config.settings import ANY_AE_TITLE, Sender, Settings


@dataclass(frozen=True, slots=True)
class AssociationRequest:
    """An A-ASSOCIATE-RQ as far as admission looks at it.

    Attributes:
        address: of the peer, IPv4 or IPv6.
        encrypted: it came over TLS.
        open_associations: admitted before this one and still open.
        open_of_peer: those of them that have the same calling AE title and address.
        stopping: the node is shutting down.
    """

    calling_ae_title: str
    called_ae_title: str
    address: str
    encrypted: bool = False
    open_associations: int = 0
    open_of_peer: int = 0
    stopping: bool = False

    @property
    def caller(self) -> str:
        """The peer, in words."""
        return f"{self.calling_ae_title.strip(' ')!r} at {self.address}"


def senders_named(request: AssociationRequest, settings: Settings) -> list[Sender]:
    """Return the entries for a peer's title, wherever it calls from; those for its very title first."""
    key = settings.title_key(request.calling_ae_title)
    own = [sender for sender in settings.sender if settings.title_key(sender.ae_title) == key != ANY_AE_TITLE]
    return own + [sender for sender in settings.sender if sender.ae_title.strip() == ANY_AE_TITLE]


def senders_from(senders: Sequence[Sender], address: str) -> list[Sender]:
    """Return those of the entries that admit an address."""
    return [sender for sender in senders if comes_from(sender.addresses, address)]


def is_provider(request: AssociationRequest, settings: Settings) -> bool:
    """Return whether a peer is an archive that is asked for storage commitment: it calls to report."""
    key = settings.title_key(request.calling_ae_title)
    return any(key == settings.title_key(each.reporting_ae_title) for each in settings.destination if each.commitment)


def find_sender(request: AssociationRequest, settings: Settings) -> Sender | None:
    """Return the entry that a peer is admitted by, None where there is none."""
    fitting = senders_from(senders_named(request, settings), request.address)
    return next((sender for sender in fitting if request.encrypted or sender.tls == "allowed"), None)


def sop_classes_for(request: AssociationRequest, settings: Settings) -> frozenset[str]:
    """Return the SOP Class UIDs that a peer may send to the title that it calls; none where nobody admits it."""
    sender, entity = find_sender(request, settings), settings.entity_of(request.called_ae_title)
    if sender is None:
        return frozenset()
    allowed = uids_of(sender.sop_classes)
    return allowed & uids_of(entity.sop_classes) if entity else allowed


def comes_from(networks: Sequence[str], address: str) -> bool:
    """Return whether an address is one of these, or in one of these networks; every one is where none is named."""
    if not networks:
        return True
    peer = ip_address(address.partition("%")[0])
    # A dual-stack listener shows IPv4 peers as ::ffff:10.1.2.3; people write 10.1.0.0/16.
    if isinstance(peer, IPv6Address) and peer.ipv4_mapped:
        peer = peer.ipv4_mapped
    return any(peer in ip_network(network, strict=False) for network in networks)
