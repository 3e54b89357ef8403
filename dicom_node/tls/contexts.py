"""The two TLS contexts: of what listens here, and of what calls a destination.

PS3.15 B.12 is BCP 195 (RFC 8996 and 9325): TLS 1.2 or 1.3, nothing older, and in TLS 1.2 no cipher suite without
forward secrecy and authenticated encryption. Nothing is negotiated below that, so nothing can be downgraded to it.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from config.settings import Destination, DestinationTls, ListenerTls
from dicom_node.tls.renewal import RenewingContext
from domain.errors import ConfigError

#: RFC 9325 4.2, for TLS 1.2; the suites of TLS 1.3 are all of this kind. Level 2 refuses RSA below 2048 bits and SHA-1.
CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:@SECLEVEL=2"


def make_server_context(tls: ListenerTls, *, table: str = "tls") -> ssl.SSLContext:
    """Return what listeners wrap connections with: DICOM, HL7, and HTTP where it is served.

    It follows its files: new ones hold from the next connection on.

    Args:
        tls: the certificate that is shown, and whose certificates are believed.
        table: the table of the configuration, for the words of an error.

    Raises:
        ConfigError: a file is missing, unreadable, or not what its key says.
    """
    context = RenewingContext(ssl.PROTOCOL_TLS_SERVER)
    context.follow(_files(tls), lambda: _for_listener(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), tls, table))
    return _for_listener(context, tls, table)


def make_client_context(tls: DestinationTls, *, table: str = "destination.tls") -> ssl.SSLContext:
    """Return what calls to a destination are wrapped with; `server_name_of` says with which name.

    Raises:
        ConfigError: a file is missing, unreadable, or not what its key says.
    """
    return _for_caller(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), tls, table)


def make_lasting_client_context(tls: DestinationTls, *, table: str) -> ssl.SSLContext:
    """Return the same for who calls again and again with one context: it follows its files. Raises ConfigError."""
    context = RenewingContext(ssl.PROTOCOL_TLS_CLIENT)
    context.follow(_files(tls), lambda: make_client_context(tls, table=table))
    return _for_caller(context, tls, table)


def _for_listener(context: ssl.SSLContext, tls: ListenerTls, table: str) -> ssl.SSLContext:
    _tighten(context)
    # An association is one connection: there is nothing to resume, and no ticket to look like an answer.
    context.num_tickets = 0
    _load_own(context, tls.certificate_file, tls.key_file, tls.key_password_file, table)
    if tls.authorities_file is not None:
        _load_authorities(context, tls.authorities_file, table)
        _load_revocations(context, tls, table)
        context.verify_mode = ssl.CERT_REQUIRED if tls.client_certificates == "required" else ssl.CERT_OPTIONAL
    return context


def _for_caller(context: ssl.SSLContext, tls: DestinationTls, table: str) -> ssl.SSLContext:
    _tighten(context)
    context.check_hostname = tls.check_host_name
    if tls.authorities_file is not None:
        _load_authorities(context, tls.authorities_file, table)
    else:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    _load_revocations(context, tls, table)
    if tls.certificate_file is not None and tls.key_file is not None:
        _load_own(context, tls.certificate_file, tls.key_file, tls.key_password_file, table)
    return context


def server_name_of(destination: Destination) -> str:
    """Return the name that the peer's certificate must have, and that the peer is asked for (SNI)."""
    return (destination.tls.server_name if destination.tls else "") or destination.host


def _tighten(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE


def _load_own(context: ssl.SSLContext, certificate: Path, key: Path, password_file: Path | None, table: str) -> None:
    password = ""
    if password_file is not None:
        with _explained(f"{table}.key_password_file", password_file):
            password = password_file.read_text(encoding="utf-8").strip()
    for name, path in (("certificate_file", certificate), ("key_file", key)):
        with _explained(f"{table}.{name}", path):
            path.read_bytes()
    try:
        # Without a password of ours OpenSSL would ask for one at the terminal, and a service has none.
        context.load_cert_chain(certificate, key, password=lambda: password)
    except (ssl.SSLError, ValueError) as error:
        raise ConfigError((_explain_pair(error, certificate, key, table, bool(password)),), subject=_SUBJECT) from error


def _explain_pair(error: Exception, certificate: Path, key: Path, table: str, has_password: bool) -> str:
    if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
        return f"{table}.key_file: {key} is not the key of {certificate}"
    if getattr(error, "reason", None) == "EE_KEY_TOO_SMALL":
        return f"{table}.certificate_file: the key of {certificate} is too short: RSA needs 2048 bits, ECC 224"
    if "ENCRYPTED" in key.read_text(encoding="latin-1"):
        what = "the password is not that of the key" if has_password else "the key has a password and none is given"
        return f"{table}.key_password_file: {what} in {key}"
    return f"{table}.certificate_file, key_file: {certificate} and {key} are no PEM certificate with its private key"


def _load_authorities(context: ssl.SSLContext, path: Path, table: str) -> None:
    with _explained(f"{table}.authorities_file", path):
        context.load_verify_locations(path)


def _load_revocations(context: ssl.SSLContext, tls: ListenerTls | DestinationTls, table: str) -> None:
    if not tls.revocation_files:
        return
    # A receiving process needs the library behind it for nothing else.
    from dicom_node.tls.revocation import check_revocation

    try:
        check_revocation(context, tls.revocation_files, tls.revocation_depth)
    except ConfigError as error:
        words = tuple(f"{table}.revocation_files: {problem}" for problem in error.problems)
        raise ConfigError(words, subject=_SUBJECT) from error


def _files(tls: ListenerTls | DestinationTls) -> tuple[Path, ...]:
    named = tls.certificate_file, tls.key_file, tls.key_password_file, tls.authorities_file, *tls.revocation_files
    return tuple(path for path in named if path is not None)


@contextmanager
def _explained(key: str, path: Path) -> Iterator[None]:
    """Turn what a file does into the one sentence about its key."""
    try:
        yield
    except (ssl.SSLError, ValueError) as error:
        raise ConfigError((f"{key}: {path} is no PEM file of certificates, or has none",), subject=_SUBJECT) from error
    except OSError as error:
        raise ConfigError((f"{key}: {path} cannot be read: {error.strerror}",), subject=_SUBJECT) from error


_SUBJECT: Final = "the TLS settings"
