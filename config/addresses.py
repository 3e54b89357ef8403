"""Addresses and networks in the configuration, and whether a peer comes from one of them."""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network


def check_network(value: str) -> str:
    """Return an address or network (CIDR); raises ValueError where it is none."""
    ip_network(value, strict=False)
    return value


def comes_from(networks: Iterable[str], address: str) -> bool:
    """Say whether an address is one of these, or in one of these networks."""
    peer = ip_address(address.partition("%")[0])
    # A dual-stack listener shows IPv4 peers as ::ffff:10.1.2.3; people write 10.1.0.0/16.
    if isinstance(peer, IPv6Address) and peer.ipv4_mapped:
        peer = peer.ipv4_mapped
    return any(peer in ip_network(network, strict=False) for network in networks)
