"""What stands in a certificate, and how long it is still good."""

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from domain.errors import ConfigError

#: Below this a certificate is near its end: authorities of hospitals take days or weeks to make a new one.
WARNING_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate, as far as a person asks.

    Attributes:
        subject, issuer: distinguished names (RFC 4514).
        names: host names and addresses that it is for.
        not_before, not_after: aware, in UTC.
        is_authority: it may sign others.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    is_authority: bool

    def days_left(self, now: datetime) -> int:
        """Return whole days until its end; negative after it."""
        return (self.not_after - now) // timedelta(days=1)

    def verdict(self, now: datetime) -> str:
        """Return `good`, `near its end`, `expired` or `not valid yet`."""
        if now < self.not_before:
            return "not valid yet"
        left = self.days_left(now)
        return "expired" if left < 0 else "near its end" if left < WARNING_DAYS else "good"


def read_certificates(path: Path) -> tuple[Certificate, ...]:
    """Return the certificates of a PEM file, in its order.

    Raises:
        ConfigError: it cannot be read or has none.
    """
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise ConfigError((f"{path} cannot be read: {error.strerror}",), subject="certificates") from error
    except ValueError as error:
        raise ConfigError((f"{path} has no PEM certificate",), subject="certificates") from error
    return tuple(map(_describe, found))


def read_shown(connection: ssl.SSLSocket) -> Certificate | None:
    """Return the certificate that the peer of a connection has shown, None where it showed none."""
    encoded = connection.getpeercert(binary_form=True)
    return _describe(x509.load_der_x509_certificate(encoded)) if encoded else None


def _describe(certificate: x509.Certificate) -> Certificate:
    return Certificate(
        certificate.subject.rfc4514_string(),
        certificate.issuer.rfc4514_string(),
        _names(certificate),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        _is_authority(certificate),
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in names if isinstance(name, x509.DNSName | x509.IPAddress))


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False
