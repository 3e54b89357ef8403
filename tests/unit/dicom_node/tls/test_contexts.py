import ssl
from pathlib import Path

import pytest

from dicom_node.tls.contexts import make_client_context, make_server_context
from domain.errors import ConfigError
from tests.fakes.certificates import make_pki
from tests.fakes.tls_in_memory import shake

PKI = make_pki()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_bcp_195_are_spoken(version: ssl.TLSVersion) -> None:
    client, server = make_client_context(PKI.caller()), make_server_context(PKI.listener())
    client.minimum_version = client.maximum_version = version
    assert shake(client, server).version == version.name.replace("_", ".")


def test_the_newer_version_is_taken_where_both_are_offered() -> None:
    assert shake(make_client_context(PKI.caller()), make_server_context(PKI.listener())).version == "TLSv1.3"


def test_nothing_older_than_1_2_can_be_negotiated() -> None:
    for context in (make_client_context(PKI.caller()), make_server_context(PKI.listener())):
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_each_suite_has_forward_secrecy_and_authenticated_encryption() -> None:
    suites = [suite["name"] for suite in make_server_context(PKI.listener()).get_ciphers()]
    assert suites
    assert all(name.startswith(("TLS_", "ECDHE-")) and ("GCM" in name or "CHACHA20" in name) for name in suites)


def test_a_caller_without_a_certificate_is_taken_where_it_is_optional() -> None:
    server = make_server_context(PKI.listener(client_certificates="optional"))
    assert shake(make_client_context(PKI.caller("")), server).version == "TLSv1.3"
    assert shake(make_client_context(PKI.caller("stranger")), server).listening is not None


def test_without_authorities_no_certificate_is_asked_for() -> None:
    server = make_server_context(PKI.listener(client_certificates="optional", authorities_file=None))
    assert server.verify_mode is ssl.CERT_NONE
    assert shake(make_client_context(PKI.caller("")), server).version == "TLSv1.3"


def test_the_check_of_the_host_name_can_be_switched_off_but_not_that_of_the_authority() -> None:
    elsewhere = make_server_context(PKI.listener("elsewhere"))
    assert shake(make_client_context(PKI.caller(check_host_name=False)), elsewhere).version == "TLSv1.3"
    loose = make_client_context(PKI.caller(check_host_name=False, authorities_file=PKI.path("other-ca.pem")))
    assert isinstance(shake(loose, elsewhere).calling, ssl.SSLCertVerificationError)


def test_a_key_with_a_password_is_opened_with_that_of_its_file() -> None:
    client = make_client_context(PKI.caller("locked", key_password_file=PKI.path("password")))
    assert shake(client, make_server_context(PKI.listener())).version == "TLSv1.3"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"certificate_file": PKI.path("gone.pem")}, "tls.certificate_file: .*gone.pem cannot be read: No such file"),
        ({"key_file": PKI.path("client.key")}, r"tls.key_file: .*client.key is not the key of .*server.pem"),
        ({"key_file": PKI.path("password")}, "no PEM certificate with its private key"),
        ({"key_file": PKI.path("locked.key")}, "tls.key_password_file: the key has a password and none is given"),
        ({"key_file": PKI.path("locked.key"), "key_password_file": PKI.path("ca.pem")}, "not that of the key"),
        ({"authorities_file": PKI.path("password")}, "tls.authorities_file: .*password is no PEM file of certificates"),
        ({"authorities_file": Path("/gone/ca.pem")}, "tls.authorities_file: /gone/ca.pem cannot be read"),
    ],
)
def test_a_file_that_is_not_what_its_key_says_is_told_by_that_key(keys: dict[str, Path], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        make_server_context(PKI.listener(**keys))
    assert len(caught.value.problems) == 1
