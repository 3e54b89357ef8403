"""Who may open an association: a pure decision, from the request and the settings to a refusal or None.

AE titles are compared case-sensitively after the spaces at both ends are taken off (PS3.5 6.2, VR AE).
"""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv6Address, ip_address, ip_network

from config.settings import ANY_AE_TITLE, Sender, Settings


class Rejection(Enum):
    """Result, source and reason of an A-ASSOCIATE-RJ (PS3.8 Table 9-21)."""

    CALLING_AE_TITLE_NOT_RECOGNIZED = (1, 1, 3)
    CALLED_AE_TITLE_NOT_RECOGNIZED = (1, 1, 7)
    TEMPORARY_CONGESTION = (2, 3, 1)
    LOCAL_LIMIT_EXCEEDED = (2, 3, 2)


@dataclass(frozen=True, slots=True)
class AssociationRequest:
    """An A-ASSOCIATE-RQ as far as admission looks at it.

    Attributes:
        address: of the peer, IPv4 or IPv6.
        open_associations: admitted before this one and still open.
        stopping: the node is shutting down.
    """

    calling_ae_title: str
    called_ae_title: str
    address: str
    open_associations: int = 0
    stopping: bool = False

    @property
    def caller(self) -> str:
        """The peer, in words."""
        return f"{self.calling_ae_title.strip()!r} at {self.address}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an association is refused: what goes on the wire, and what a person should read and change."""

    rejection: Rejection
    explanation: str


def refuse(request: AssociationRequest, settings: Settings) -> Refusal | None:
    """Return why the association is refused, or None when it is admitted."""
    checks = (_check_stopping, _check_called, _check_calling, _check_limit)
    return next((refusal for check in checks if (refusal := check(request, settings))), None)


def _check_stopping(request: AssociationRequest, settings: Settings) -> Refusal | None:
    if not request.stopping:
        return None
    return Refusal(Rejection.TEMPORARY_CONGESTION, f"{request.caller} asked while this node is shutting down")


def _check_called(request: AssociationRequest, settings: Settings) -> Refusal | None:
    called, own = request.called_ae_title.strip(), settings.node.ae_title.strip()
    if called == own or not settings.node.check_called_ae_title:
        return None
    explanation = (
        f"{request.caller} called {called!r}, but this node is {own!r}: correct the called AE title at the sender, "
        "or change node.ae_title, or set node.check_called_ae_title = false to answer to any title"
    )
    return Refusal(Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED, explanation)


def _check_calling(request: AssociationRequest, settings: Settings) -> Refusal | None:
    named = [sender for sender in settings.sender if _is_named(sender, request.calling_ae_title)]
    if any(_comes_from(sender, request.address) for sender in named):
        return None
    if named:
        networks = ", ".join(sender.address for sender in named)
        why = f"a sender of that title is accepted from {networks} only: correct sender.address"
    else:
        known = ", ".join(repr(sender.ae_title.strip()) for sender in settings.sender) or "nobody"
        why = f"the configuration accepts {known}: add a [[sender]] with this ae_title"
    return Refusal(Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED, f"{request.caller} may not send here; {why}")


def _check_limit(request: AssociationRequest, settings: Settings) -> Refusal | None:
    limit = settings.limits.associations
    if request.open_associations < limit:
        return None
    explanation = f"{request.caller} asked while {limit} associations are open: that is limits.associations"
    return Refusal(Rejection.LOCAL_LIMIT_EXCEEDED, explanation)


def _is_named(sender: Sender, calling_ae_title: str) -> bool:
    return sender.ae_title.strip() in (ANY_AE_TITLE, calling_ae_title.strip())


def _comes_from(sender: Sender, address: str) -> bool:
    if not sender.address:
        return True
    peer = ip_address(address.partition("%")[0])
    # A dual-stack listener shows IPv4 peers as ::ffff:10.1.2.3; people write 10.1.0.0/16.
    if isinstance(peer, IPv6Address) and peer.ipv4_mapped:
        peer = peer.ipv4_mapped
    return peer in ip_network(sender.address, strict=False)
