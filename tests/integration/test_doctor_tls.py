"""What doctor says where TLS to storescp or python-hl7 is misconfigured in one way; one test per cause."""

from collections.abc import Iterator
from typing import Any

import pytest

from config.settings import Destination
from dicom_node.doctor.verdicts import Check, Verdict
from tests.fakes.certificates import make_pki
from tests.peers.doctor import examine_peer, find_faults
from tests.peers.storescp import Storescp, run_storescp

pytestmark = pytest.mark.peer("dcmtk")
PKI = make_pki()


def shows(name: str) -> tuple[str, ...]:
    """Return what makes storescp show a certificate and want one of our authority."""
    return "+tls", str(PKI.path(f"{name}.key")), str(PKI.path(f"{name}.pem")), "+cf", str(PKI.path("ca.pem"))


@pytest.fixture(scope="module")
def storescp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storescp]:
    with run_storescp(tmp_path_factory.mktemp("storescp"), *shows("server")) as running:
        yield running


def examine(peer: Storescp, caller: str = "client", **keys: Any) -> list[Check]:
    tls = PKI.caller(caller, **keys)
    return examine_peer(Destination(**{**dict(peer.destination()), "tls": tls, "commitment_provider": {}}))


def test_a_peer_that_believes_this_node_and_is_believed_shows_when_its_certificate_ends(storescp: Storescp) -> None:
    checks = examine(storescp)
    assert find_faults(checks) == []
    assert "each side believes the other" in checks[1].meaning
    (certificate,) = [check for check in checks if check.probe == "certificate"]
    assert "is for 127.0.0.1, localhost and ends on" in certificate.meaning


def test_a_peer_of_an_authority_that_is_not_believed_here(storescp: Storescp) -> None:
    (fault,) = find_faults(examine(storescp, authorities_file=PKI.path("other-ca.pem")))
    assert (fault.probe, fault.code) == ("TLS", "TLS-FAILED")
    assert "at an authority that is not believed here" in fault.meaning
    assert "tls.authorities_file of this destination" in fault.change


def test_a_peer_that_wants_a_certificate_and_gets_none(storescp: Storescp) -> None:
    (fault,) = find_faults(examine(storescp, caller=""))
    assert "the peer asks for a certificate and got none" in fault.meaning
    assert "set tls.certificate_file and tls.key_file of this destination" in fault.change


def test_a_peer_that_does_not_believe_this_nodes_authority(storescp: Storescp) -> None:
    (fault,) = find_faults(examine(storescp, caller="stranger"))
    assert "add the authority of this node's certificate at the peer" in fault.change


def test_a_certificate_of_this_node_that_has_expired(storescp: Storescp) -> None:
    (fault,) = find_faults(examine(storescp, caller="expired"))
    assert "this node's certificate has expired" in fault.meaning


def test_a_certificate_of_the_peer_that_has_expired(tmp_path_factory: pytest.TempPathFactory) -> None:
    with run_storescp(tmp_path_factory.mktemp("expired"), *shows("expired-server")) as storescp:
        faults = find_faults(examine(storescp))
    assert [fault.probe for fault in faults] == ["TLS", "certificate"]
    assert "the certificate of the peer has expired" in faults[0].meaning
    assert "it has expired" in faults[1].meaning


def test_a_certificate_that_names_another_host(tmp_path_factory: pytest.TempPathFactory) -> None:
    with run_storescp(tmp_path_factory.mktemp("elsewhere"), *shows("elsewhere")) as storescp:
        fault, *_rest = find_faults(examine(storescp))
    assert "names another host" in fault.meaning
    assert "set tls.server_name" in fault.change


def test_tls_to_a_plain_port(tmp_path_factory: pytest.TempPathFactory) -> None:
    with run_storescp(tmp_path_factory.mktemp("plain")) as storescp:
        (fault,) = find_faults(examine(storescp))
    assert fault.code == "TLS-FAILED"
    assert "it may not speak TLS at this port" in fault.change


def test_plain_to_a_tls_port(storescp: Storescp) -> None:
    (fault,) = find_faults(examine_peer(storescp.destination(), deadline_seconds=1))
    assert fault.probe == "association"
    assert "with TLS, if this destination has [destination.tls], else without" in fault.change


def test_a_file_of_the_settings_that_is_not_there(storescp: Storescp) -> None:
    (fault,) = find_faults(examine(storescp, authorities_file=PKI.path("gone.pem")))
    assert (fault.verdict, fault.code) == (Verdict.FAULT, "CONFIG")
    assert "cannot be read" in fault.meaning
