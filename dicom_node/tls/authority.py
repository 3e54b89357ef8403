"""A certificate authority for trials, and what it signs. Not for service: its key lies beside the certificates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: Peers may have clocks behind ours.
_LEEWAY: Final = timedelta(hours=1)
_USAGES = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate and its private key, PEM."""

    certificate: bytes
    key: bytes


class TestAuthority:
    """Signs certificates with a key of its own: RSA of 2048 bits and SHA-256, which every device takes.

    Args:
        name: common name.
        now: aware; certificates begin an hour before.
        days: that the authority lasts.
    """

    __test__ = False  # pytest takes the name for that of a test

    def __init__(self, name: str, now: datetime, days: int) -> None:
        self._now, self._key = now, _make_key()
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = self._begin(self._name, self._key, days).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self._certificate = builder.add_extension(usage, critical=True).sign(self._key, hashes.SHA256())

    @property
    def signed(self) -> Signed:
        """The authority's own certificate and key."""
        return _encode(self._certificate, self._key, "")

    def sign(
        self, name: str, *, roles: Iterable[str], hosts: Iterable[str] = (), days: int = 365, key_password: str = ""
    ) -> Signed:
        """Return a certificate and its new key.

        Args:
            roles: of `server` and `client`.
            hosts: host names and addresses, for a server.
            days: that it lasts; negative for one that has expired.
            key_password: encrypts the key; empty leaves it plain.
        """
        key = _make_key()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            self._begin(subject, key, days)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([_USAGES[role] for role in roles]), critical=False)
        )
        if alternatives := [_name_host(host) for host in hosts]:
            builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        return _encode(builder.sign(self._key, hashes.SHA256()), key, key_password)

    def revoke(self, revoked: Iterable[Signed] = (), *, days: float = 7) -> bytes:
        """Return the authority's revocation list, PEM.

        Args:
            revoked: what it signed and does not stand for any more.
            days: until the next list; negative for one that has expired.
        """
        end = self._now + timedelta(days=days)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._name)
        builder = builder.last_update(min(self._now, end) - _LEEWAY).next_update(end)
        for each in revoked:
            number = x509.load_pem_x509_certificate(each.certificate).serial_number
            entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(self._now - _LEEWAY)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def _begin(self, subject: x509.Name, key: rsa.RSAPrivateKey, days: int) -> x509.CertificateBuilder:
        end = self._now + timedelta(days=days)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(self._now, end) - _LEEWAY)
            .not_valid_after(end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )


def _make_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name_host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _encode(certificate: x509.Certificate, key: rsa.RSAPrivateKey, password: str) -> Signed:
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        protection = serialization.BestAvailableEncryption(password.encode())
    encoded_key = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
    return Signed(certificate.public_bytes(serialization.Encoding.PEM), encoded_key)
