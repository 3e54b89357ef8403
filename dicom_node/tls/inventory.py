"""Every certificate that a configuration names, and what in its TLS settings a person should know of."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.settings import DestinationTls, ListenerTls, Settings
from dicom_node.tls.certificates import Certificate, read_certificates
from dicom_node.tls.contexts import make_client_context, make_server_context
from dicom_node.tls.revocation import RevocationList, read_revocation_lists
from domain.errors import ConfigError

_CERTIFICATE_KEYS = ("certificate_file", "authorities_file")
_SECRET_KEYS = ("key_file", "key_password_file")
_LOOPBACK = ("127.", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Listed:
    """A certificate or a revocation list, and the key of the configuration that names its file."""

    key: str
    path: Path
    certificate: Certificate | RevocationList

    @property
    def is_own(self) -> bool:
        """Whether this node shows it, and has to renew it."""
        return self.key.endswith("certificate_file")

    def advise(self, now: datetime) -> str:
        """Return what to do where it is not good; nothing needs a restart."""
        if self.certificate.verdict(now) == "not valid yet":
            return "check the clock of this machine"
        if isinstance(self.certificate, RevocationList):
            return "put the authority's new list in its place: past its end nobody of that authority comes through"
        return "renew it, and put the new one in its place" if self.is_own else "ask its owner for the new one"


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
    """Return the certificates and revocation lists of every file that the TLS settings name.

    Raises:
        ConfigError: a file is none.
    """
    return tuple(_list(settings))


def _list(settings: Settings) -> Iterator[Listed]:
    for table, tls in _tables(settings):
        for key, path in _files_of(table, tls, _CERTIFICATE_KEYS):
            yield from (Listed(key, path, certificate) for certificate in read_certificates(path))
        for path in tls.revocation_files:
            yield from (Listed(f"{table}.revocation_files", path, each) for each in read_revocation_lists(path))


def find_weaknesses(settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each setting that works, but protects less than it seems to."""
    said = _open_keys, _unchecked_names, _readable_passwords, _readable_audit, _uncovered_authorities
    return tuple(sentence for find in said for sentence in find(settings))


def _readable_audit(settings: Settings) -> Iterator[str]:
    audit = settings.audit
    if audit.repository and audit.transport != "tls" and not audit.repository.startswith(_LOOPBACK):
        yield f'audit.transport = "{audit.transport}": patients in the messages can be read on the way: use "tls"'


def _open_keys(settings: Settings) -> Iterator[str]:
    for table, tls in _tables(settings):
        for key, path in _files_of(table, tls, _SECRET_KEYS):
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


def _uncovered_authorities(settings: Settings) -> Iterator[str]:
    """Give the authorities whose certificates nobody can show: lists are there, and none of theirs."""
    for table, tls in _tables(settings):
        if not tls.revocation_files or tls.authorities_file is None:
            continue
        covered = {each.issuer for path in tls.revocation_files for each in read_revocation_lists(path)}
        for authority in read_certificates(tls.authorities_file):
            if authority.is_authority and authority.subject not in covered:
                yield (
                    f"{table}.revocation_files has no list of {authority.subject}, so every certificate of that "
                    "authority is refused: add its list, or take it out of authorities_file"
                )


def _files_of(table: str, tls: ListenerTls | DestinationTls, keys: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
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
