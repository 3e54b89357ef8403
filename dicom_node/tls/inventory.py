"""Every certificate that a configuration names, and what in its TLS settings a person should know of."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.settings import DestinationTls, ListenerTls, Settings
from dicom_node.tls.certificates import Certificate, read_certificates
from dicom_node.tls.contexts import make_client_context, make_server_context
from domain.errors import ConfigError

_CERTIFICATE_KEYS = ("certificate_file", "authorities_file")
_SECRET_KEYS = ("key_file", "key_password_file")
_LOOPBACK = ("127.", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Listed:
    """A certificate, and the key of the configuration that names its file."""

    key: str
    path: Path
    certificate: Certificate

    @property
    def is_own(self) -> bool:
        """Whether this node shows it, and has to renew it."""
        return self.key.endswith("certificate_file")


def require_tls(settings: Settings) -> None:
    """Raise ConfigError with every file of the TLS settings that is missing or not what its key says."""
    problems: list[str] = []
    for table, tls in _tables(settings):
        try:
            if isinstance(tls, ListenerTls):
                make_server_context(tls, table=table)
            else:
                make_client_context(tls, table=table)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(tuple(problems), subject="the TLS settings")


def list_certificates(settings: Settings) -> tuple[Listed, ...]:
    """Return the certificates of every file that the TLS settings name; raises ConfigError where one is none."""
    return tuple(
        Listed(key, path, certificate)
        for key, path in _files(settings, _CERTIFICATE_KEYS)
        for certificate in read_certificates(path)
    )


def find_weaknesses(settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each setting that works, but protects less than it seems to."""
    said = _open_keys, _unchecked_names, _readable_passwords, _readable_audit
    return tuple(sentence for find in said for sentence in find(settings))


def _readable_audit(settings: Settings) -> Iterator[str]:
    audit = settings.audit
    if audit.repository and audit.transport != "tls" and not audit.repository.startswith(_LOOPBACK):
        yield f'audit.transport = "{audit.transport}": patients in the messages can be read on the way: use "tls"'


def _open_keys(settings: Settings) -> Iterator[str]:
    for key, path in _files(settings, _SECRET_KEYS):
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield f"{key}: {path} can be read by others than the node's user: chmod 600 {path}"


def _unchecked_names(settings: Settings) -> Iterator[str]:
    for table, tls in _tables(settings):
        if isinstance(tls, DestinationTls) and not tls.check_host_name:
            yield (
                f"{table}.check_host_name = false, so whoever has a certificate of the same authorities can take its "
                "place: let the peer have one that names it, or set tls.server_name"
            )


def _readable_passwords(settings: Settings) -> Iterator[str]:
    for destination in settings.destination:
        if destination.password_file or destination.token_file:
            yield from _readable_at(f"destination {destination.name}", destination.url)
    for source in settings.orthanc:
        if source.password_file:
            yield from _readable_at(f"orthanc {source.name}", source.url)


def _readable_at(table: str, url: str) -> Iterator[str]:
    if url.startswith("http://") and not url.removeprefix("http://").startswith(_LOOPBACK):
        yield f"{table}: its password or token can be read on the way: use an https url"


def _files(settings: Settings, keys: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    for table, tls in _tables(settings):
        for key in keys:
            if (path := getattr(tls, key)) is not None:
                yield f"{table}.{key}", path


def _tables(settings: Settings) -> Iterator[tuple[str, ListenerTls | DestinationTls]]:
    if settings.tls is not None:
        yield "tls", settings.tls
    if settings.audit.tls is not None:
        yield "audit.tls", settings.audit.tls
    for caller, tls in (
        *((f"destination {each.name}", each.tls) for each in settings.destination),
        *((f"orthanc {each.name}", each.tls) for each in settings.orthanc),
        *((f"query {each.ae_title}", each.tls) for each in settings.query),
    ):
        if tls is not None:
            yield f"{caller}: tls", tls
