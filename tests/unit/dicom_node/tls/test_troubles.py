import ssl

import pytest

from dicom_node.tls.contexts import make_client_context, make_server_context
from dicom_node.tls.troubles import Side, explain
from tests.fakes.certificates import make_pki
from tests.fakes.tls_in_memory import shake

PKI = make_pki()


@pytest.mark.parametrize(
    ("listener", "what", "change"),
    [
        ("expired-server", "the certificate of the peer has expired", "the peer needs a new certificate"),
        ("elsewhere", "the certificate of the peer names another host", "set tls.server_name of this destination"),
    ],
)
def test_a_caller_is_told_what_is_wrong_with_the_peers_certificate(listener: str, what: str, change: str) -> None:
    error = shake(make_client_context(PKI.caller()), make_server_context(PKI.listener(listener))).calling
    assert error is not None
    words = explain(error, Side.CALLING)
    assert words.startswith(f"TLS failed: {what}; ")
    assert change in words


def test_a_caller_is_told_which_authority_is_lacking() -> None:
    stranger = make_client_context(PKI.caller(authorities_file=PKI.path("other-ca.pem")))
    shaken = shake(stranger, make_server_context(PKI.listener()))
    assert shaken.calling is not None
    assert "to tls.authorities_file of this destination" in explain(shaken.calling, Side.CALLING)
    assert shaken.listening is not None
    assert "the caller does not believe this node's certificate" in explain(shaken.listening, Side.LISTENING)


@pytest.mark.parametrize(
    ("caller", "at_listener", "at_caller"),
    [
        ("", "the caller showed no certificate; give it one", "set tls.certificate_file and tls.key_file"),
        ("expired", "the certificate of the caller has expired", "this node's certificate has expired"),
        (
            "stranger",
            "the certificate of the caller is of an authority that is not",
            "add the authority of this node's",
        ),
    ],
)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_sides_are_told_why_a_callers_certificate_is_refused(
    caller: str, at_listener: str, at_caller: str, version: ssl.TLSVersion
) -> None:
    client = make_client_context(PKI.caller(caller))
    client.maximum_version = version
    shaken = shake(client, make_server_context(PKI.listener()))
    assert shaken.listening is not None
    assert at_listener in explain(shaken.listening, Side.LISTENING)
    assert shaken.calling is not None
    assert at_caller in explain(shaken.calling, Side.CALLING)


def test_an_old_version_is_told_to_both_sides() -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(PKI.path("ca.pem"))
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    shaken = shake(old, make_server_context(PKI.listener()))
    assert shaken.listening is not None
    assert "the caller offers nothing newer than TLS 1.1; switch on TLS 1.2" in explain(
        shaken.listening, Side.LISTENING
    )
    assert shaken.calling is not None
    assert "the peer does not take TLS 1.2 or 1.3" in explain(shaken.calling, Side.CALLING)


@pytest.mark.parametrize(("side", "words"), [(Side.CALLING, "the peer"), (Side.LISTENING, "the caller")])
def test_what_is_not_in_the_tables_is_told_by_its_name(side: Side, words: str) -> None:
    assert explain(OSError(5, "odd"), side) == f"TLS failed: OSError ({words}); look in the log of both sides"
    assert f"{words} did not finish the handshake in time" in explain(TimeoutError(), side)
    assert f"{words} closed" in explain(ConnectionResetError(), side)
