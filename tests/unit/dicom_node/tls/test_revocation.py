import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dicom_node.tls.contexts import make_client_context, make_server_context
from dicom_node.tls.revocation import read_revocation_lists
from dicom_node.tls.troubles import Side, explain
from domain.errors import ConfigError
from tests.fakes.certificates import make_pki
from tests.fakes.tls_in_memory import Shaken, shake

PKI = make_pki()


def call(caller: str, *lists: str, **keys: object) -> Shaken:
    """Let a caller meet a listener with these revocation lists."""
    listener = PKI.listener(revocation_files=[PKI.path(name) for name in lists], **keys)
    return shake(make_client_context(PKI.caller(caller)), make_server_context(listener))


def told(error: ssl.SSLError | None, side: Side) -> str:
    assert error is not None
    return explain(error, side)


def test_who_stands_in_the_list_does_not_come_through_and_both_sides_are_told() -> None:
    shaken = call("revoked", "crl.pem")
    assert "the certificate of the caller was revoked by its authority" in told(shaken.listening, Side.LISTENING)
    assert "this node's certificate was revoked" in told(shaken.calling, Side.CALLING)


def test_who_does_not_stand_in_it_comes_through() -> None:
    assert call("client", "crl.pem").version == "TLSv1.3"
    assert call("revoked", "crl-empty.pem").version == "TLSv1.3"


def test_of_two_lists_of_an_authority_one_that_holds_is_enough() -> None:
    assert call("client", "crl-expired.pem", "crl.pem").version == "TLSv1.3"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("crl-expired.pem", "the revocation list has expired; put the new list of its authority"),
        ("crl-other.pem", "there is no revocation list of its authority; add that list to tls.revocation_files of"),
    ],
)
def test_without_a_list_that_holds_nobody_comes_through(name: str, words: str) -> None:
    assert f"the certificate of the caller cannot be checked: {words}" in told(
        call("client", name).listening, Side.LISTENING
    )


@pytest.mark.parametrize(("depth", "is_heard"), [("leaf", True), ("chain", True)])
def test_the_list_of_the_one_authority_of_a_chain_will_do_for_both_depths(depth: str, is_heard: bool) -> None:
    assert bool(call("client", "crl.pem", revocation_depth=depth).version) is is_heard


def test_a_peer_whose_certificate_was_revoked_is_not_believed() -> None:
    caller = PKI.caller(revocation_files=[PKI.path("crl-server.pem")])
    shaken = shake(make_client_context(caller), make_server_context(PKI.listener()))
    assert "the certificate of the peer was revoked" in told(shaken.calling, Side.CALLING)
    assert "this node's certificate was revoked" in told(shaken.listening, Side.LISTENING)


def test_a_list_as_authorities_publish_it_will_do(tmp_path: Path) -> None:
    published = tmp_path / "authority.crl"
    published.write_bytes(x509.load_pem_x509_crl(PKI.path("crl.pem").read_bytes()).public_bytes(Encoding.DER))
    assert call("revoked", str(published)).listening is not None
    (found,) = read_revocation_lists(published)
    assert (found.issuer, found.subject) == ("CN=CA of a test", "revocation list of CN=CA of a test, 1 revoked")


def test_a_file_may_have_several_lists(tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(PKI.path("crl.pem").read_bytes() + PKI.path("crl-other.pem").read_bytes())
    assert [each.issuer for each in read_revocation_lists(both)] == ["CN=CA of a test", "CN=Another CA"]


def test_a_list_is_near_its_end_in_the_last_quarter_of_its_time() -> None:
    (found,) = read_revocation_lists(PKI.path("crl.pem"))
    span = found.not_after - found.not_before
    verdicts = [found.verdict(found.not_after - span * share) for share in (1.1, 0.3, 0.2, -0.1)]
    assert verdicts == ["not valid yet", "good", "near its end", "expired"]
    assert found.days_left(datetime.now(UTC)) in (6, 7)
    assert span - timedelta(days=7) <= timedelta(hours=1)


@pytest.mark.parametrize("name", ["ca.pem", "password", "gone.pem"])
def test_what_is_no_list_is_told_by_its_key(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"^.*tls.revocation_files: .*{name}") as caught:
        make_server_context(PKI.listener(revocation_files=[PKI.path(name)]))
    assert len(caught.value.problems) == 1
