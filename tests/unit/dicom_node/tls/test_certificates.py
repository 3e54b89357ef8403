from datetime import UTC, datetime, timedelta

import pytest

from dicom_node.tls.authority import TestAuthority
from dicom_node.tls.certificates import Certificate, read_certificates
from domain.errors import ConfigError
from tests.fakes.certificates import make_pki

PKI = make_pki()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def make_certificate(days: float) -> Certificate:
    return Certificate("CN=node", "CN=ca", (), NOW - timedelta(days=1), NOW + timedelta(days=days), False)


@pytest.mark.parametrize(
    ("days", "left", "verdict"),
    [(365, 365, "good"), (30, 30, "good"), (29.9, 29, "near its end"), (0, 0, "near its end"), (-0.1, -1, "expired")],
)
def test_days_left_are_whole_and_below_thirty_a_warning(days: float, left: int, verdict: str) -> None:
    certificate = make_certificate(days)
    assert (certificate.days_left(NOW), certificate.verdict(NOW)) == (left, verdict)


def test_a_certificate_of_tomorrow_is_not_valid_yet() -> None:
    assert make_certificate(365).verdict(NOW - timedelta(days=2)) == "not valid yet"


def test_a_file_of_several_certificates_is_read_in_order() -> None:
    chain = PKI.path("chain.pem")
    chain.write_bytes(PKI.path("server.pem").read_bytes() + PKI.path("ca.pem").read_bytes())
    node, authority = read_certificates(chain)
    assert (node.subject, node.issuer, node.is_authority) == ("CN=node", "CN=CA of a test", False)
    assert node.names == ("127.0.0.1", "localhost")
    assert (authority.subject, authority.is_authority, authority.names) == ("CN=CA of a test", True, ())


@pytest.mark.parametrize(("name", "words"), [("gone.pem", "cannot be read"), ("password", "has no PEM certificate")])
def test_a_file_without_certificates_is_told(name: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_certificates(PKI.path(name))


def test_what_an_authority_signs_lasts_as_long_as_asked() -> None:
    now = datetime.now(UTC)
    path = PKI.path("short.pem")
    path.write_bytes(TestAuthority("ca", now, 10).sign("short", roles=["client"], days=3).certificate)
    (short,) = read_certificates(path)
    assert short.days_left(now) in (2, 3)
