"""Revocation lists of authorities (RFC 5280 5): what stands in one, and how a TLS context comes to check them.

PS3.15 B.12 leaves revocation to the site, RFC 9325 7.5 asks for it where it can be had. OpenSSL checks the signature
and the dates of a list with every handshake; one that has expired lets nobody through who is of its authority.
"""

import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from domain.errors import ConfigError

#: A list is near its end when less than a quarter of its time is left, and never earlier than this many days.
WARNING_DAYS: Final = 30
_BEGIN: Final = b"-----BEGIN X509 CRL-----"
_FLAGS: Final = {"leaf": ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF, "chain": ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN}


@dataclass(frozen=True, slots=True)
class RevocationList:
    """One list, described like a certificate where certificates are listed.

    Attributes:
        issuer: distinguished name (RFC 4514) of the authority whose certificates it revokes.
        revoked: how many.
        not_before, not_after: thisUpdate and nextUpdate; aware, in UTC.
    """

    issuer: str
    revoked: int
    not_before: datetime
    not_after: datetime

    @property
    def subject(self) -> str:
        """What it is, in words."""
        return f"revocation list of {self.issuer}, {self.revoked} revoked"

    @property
    def names(self) -> tuple[str, ...]:
        """No host: a list is shown by nobody."""
        return ()

    def days_left(self, now: datetime) -> int:
        """Return whole days until its end; negative after it."""
        return (self.not_after - now) // timedelta(days=1)

    def verdict(self, now: datetime) -> str:
        """Return `good`, `near its end`, `expired` or `not valid yet`."""
        if now < self.not_before:
            return "not valid yet"
        warned = min((self.not_after - self.not_before) / 4, timedelta(days=WARNING_DAYS))
        left = self.not_after - now
        return "expired" if left < timedelta(0) else "near its end" if left < warned else "good"


def read_revocation_lists(path: Path) -> tuple[RevocationList, ...]:
    """Return the lists of a file: PEM, any number of them, or DER, one.

    Raises:
        ConfigError: it cannot be read, has none, or one without nextUpdate, which RFC 5280 5.1.2.5 asks for.
    """
    return tuple(_describe(each, path) for each in _read(path))


def check_revocation(context: ssl.SSLContext, paths: Sequence[Path], depth: Literal["leaf", "chain"]) -> None:
    """Let a context refuse what these lists revoke.

    Args:
        depth: `chain` asks for a list of every authority of a chain, `leaf` for that of the last one alone.

    Raises:
        ConfigError: as `read_revocation_lists`.
    """
    # OpenSSL takes lists from a PEM file alone, and authorities publish them as DER.
    with NamedTemporaryFile(prefix="osteonode-crl-", suffix=".pem") as file:
        for path in paths:
            read_revocation_lists(path)
            file.writelines(each.public_bytes(Encoding.PEM) for each in _read(path))
        file.flush()
        context.load_verify_locations(file.name)
    context.verify_flags |= _FLAGS[depth]


def _read(path: Path) -> list[x509.CertificateRevocationList]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError((f"{path} cannot be read: {error.strerror}",), subject="revocation lists") from error
    with suppress(ValueError):
        if _BEGIN in content:
            return [x509.load_pem_x509_crl(_BEGIN + part) for part in content.split(_BEGIN)[1:]]
        return [x509.load_der_x509_crl(content)]
    raise ConfigError((f"{path} is no revocation list, PEM or DER",), subject="revocation lists")


def _describe(found: x509.CertificateRevocationList, path: Path) -> RevocationList:
    if found.next_update_utc is None:
        raise ConfigError((f"{path}: a list in it does not say when the next one comes",), subject="revocation lists")
    return RevocationList(found.issuer.rfc4514_string(), len(found), found.last_update_utc, found.next_update_utc)
