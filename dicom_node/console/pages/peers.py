"""Peers: who sends and who gets answers, when each was heard of, and a look at one as a delivery would meet it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.responses import Response

from config.settings import ANY_AE_TITLE, Destination, Settings
from dicom_node.console.page import Get, Page, Post
from dicom_node.console.visit import Visit
from dicom_node.delivery_ports import DestinationContact, SenderContact
from dicom_node.peer_ports import PeerFinding
from dicom_node.tls.inventory import Listed, list_certificates
from domain.breaker import BreakerState
from domain.delivery import DeliveryState
from domain.errors import ConfigError
from domain.role import Role

#: How far back contacts are looked for.
SPAN: Final = timedelta(days=7)
_TONES: Final = {BreakerState.HALF_OPEN: "wait", BreakerState.OPEN: "bad"}
_CERTIFICATE_TONES: Final = {"good": "good", "near its end": "wait", "expired": "bad", "not valid yet": "bad"}


@dataclass(frozen=True, slots=True)
class SenderLine:
    """One way in: an AE title that may send, a folder, an HTTP client or an Orthanc; `contact` is None where silent.

    Attributes:
        kind: sender, folder, http_client or orthanc; unlisted for a title that "*" lets in.
        at: addresses or place, empty for any.
    """

    kind: str
    ae_title: str
    at: str
    contact: SenderContact | None


@dataclass(frozen=True, slots=True)
class DestinationLine:
    """One destination of the configuration, and how it has answered.

    Attributes:
        tone, state: how its breaker is shown, and the key of the words for it.
        waiting, held: deliveries.
    """

    destination: Destination
    contact: DestinationContact
    tone: str
    state: str
    waiting: int
    held: int

    @property
    def at(self) -> str:
        """Where it is."""
        each = self.destination
        return each.url or str(each.folder or "") or f"{each.host}:{each.port}"


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate that the configuration names: `verdict` is the key of words."""

    listed: Listed
    days_left: int
    tone: str
    verdict: str


def show(visit: Visit) -> Response:
    """Show everybody."""
    return _render(visit, {})


def check(visit: Visit) -> Response:
    """Look at one destination now, and show what was found beside it."""
    name = visit.path_value("name")
    if name not in {each.name for each in visit.services.settings.destination}:
        return visit.go("/peers", "peers.unknown", tone="bad")
    return _render(visit, {name: visit.services.check_peer(name)})


def _render(visit: Visit, checked: Mapping[str, tuple[PeerFinding, ...]]) -> Response:
    services = visit.services
    now = services.clock.now()
    certificates, fault = _certificates(services.settings, now)
    return visit.render(
        "peers.html",
        senders=list(list_senders(services.settings, services.contacts.senders(now - SPAN))),
        destinations=list_destinations(services.settings, services.contacts.destinations(now - SPAN)),
        certificates=certificates,
        certificate_fault=fault,
        checked=checked,
        now=now,
        days=SPAN.days,
        may_act=visit.visitor is not None and visit.visitor.role.may(Role.OPERATOR),
    )


def list_senders(settings: Settings, contacts: Sequence[SenderContact]) -> Iterator[SenderLine]:
    """Give every way in of the configuration with its contact, then who was let in by "*"."""
    heard = {settings.title_key(each.calling_ae_title): each for each in contacts}
    told = set()
    for kind, title, at in _ways_in(settings):
        key = settings.title_key(title)
        told.add(key)
        yield SenderLine(kind, title, at, heard.get(key))
    yield from (
        SenderLine("unlisted", each.calling_ae_title, "", each) for key, each in heard.items() if key not in told
    )


def _ways_in(settings: Settings) -> Iterator[tuple[str, str, str]]:
    for sender in settings.sender:
        if sender.ae_title != ANY_AE_TITLE:
            yield "sender", sender.ae_title, ", ".join(sender.addresses)
    for folder in settings.folder:
        yield "folder", folder.ae_title, str(folder.path)
    for client in settings.http_client:
        yield "http_client", client.ae_title, ", ".join(client.addresses)
    for orthanc in settings.orthanc:
        yield "orthanc", orthanc.ae_title, orthanc.url


def list_destinations(settings: Settings, contacts: Mapping[str, DestinationContact]) -> list[DestinationLine]:
    """Return every destination of the configuration with its contact."""
    return [_line(each, contacts.get(each.name, DestinationContact(each.name))) for each in settings.destination]


def _line(destination: Destination, contact: DestinationContact) -> DestinationLine:
    tone, state = _state_of(contact)
    counts = contact.deliveries or {}
    waiting, held = counts.get(DeliveryState.WAITING, 0), counts.get(DeliveryState.HELD, 0)
    return DestinationLine(destination, contact, tone, f"peers.state_{state}", waiting, held)


def _state_of(contact: DestinationContact) -> tuple[str, str]:
    """Return tone and word: of the breaker where it is not closed, else of the last attempt."""
    if contact.state is not BreakerState.CLOSED:
        return _TONES[contact.state], contact.state.value
    if contact.last_attempt_at is None:
        return "plain", "silent"
    return ("good", "closed") if contact.last_attempt_at == contact.last_delivered_at else ("bad", "failed")


def _certificates(settings: Settings, now: datetime) -> tuple[list[CertificateLine], str]:
    """Return the certificates that the configuration names; what keeps them from being read is said in their place."""
    try:
        listed = list_certificates(settings)
    except ConfigError as error:
        return [], "\n".join(error.problems)
    return [_certificate_line(each, now) for each in listed], ""


def _certificate_line(listed: Listed, now: datetime) -> CertificateLine:
    verdict = listed.certificate.verdict(now)
    words = f"peers.certificate_{verdict.replace(' ', '_')}"
    return CertificateLine(listed, listed.certificate.days_left(now), _CERTIFICATE_TONES[verdict], words)


PAGE = Page("peers", Role.VIEWER, (Get("/peers", show), Post("/peers/{name}/check", check)), icon="peers", warms=True)
