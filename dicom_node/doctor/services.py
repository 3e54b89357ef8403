"""Peers that get nothing of a study: the audit repository, channels of alerts, the provider of identities."""

import socket
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from config.alerts import AlertChannel
from config.audit import Audit
from config.console_oidc import ConsoleOidc
from config.tls import DestinationTls
from dicom_node.association_failures.connections import code_of, explain_connection
from dicom_node.association_failures.explanation import Place
from dicom_node.deliver.web_errors import explain_silence
from dicom_node.doctor.reaching import Way, reach, shake
from dicom_node.doctor.verdicts import Check, Verdict, faulty, good
from dicom_node.monitoring.alerts.mail import MailChannel
from dicom_node.tls.contexts import make_client_context
from dicom_node.tls.inspection import Call
from domain.errors import DeliveryError

_PORTS: Final = {"http": 80, "https": 443}
_OIDC_PATH: Final = "/.well-known/openid-configuration"


def examine_repository(audit: Audit, timeout_seconds: float) -> Iterator[Check]:
    """Look at the audit repository; no message is sent."""
    if audit.transport == "udp":
        yield _look_up(audit.repository, audit.port)
        return
    if not (yield from reach(audit.repository, audit.port, timeout_seconds)):
        return
    if audit.transport == "tls":
        tls = audit.tls or DestinationTls()
        yield from shake(Call("audit", audit.repository, audit.port, tls, timeout_seconds))


def _look_up(host: str, port: int) -> Check:
    try:
        socket.getaddrinfo(host, port)
    except (OSError, UnicodeError) as error:
        return faulty("name", explain_connection(code_of(error), f"{host}:{port}"))
    meaning = "audit.transport = udp: nobody answers, and what is lost is lost in silence"
    return Check("syslog", Verdict.UNKNOWN, meaning, "let the repository take RFC 5425 (transport = tls)", Place.EITHER)


def examine_channel(channel: AlertChannel, node_ae_title: str) -> Iterator[Check]:
    """Look at a channel of alerts: connect, and log in where it is a mail server. Nothing is sent."""
    if channel.kind == "webhook":
        yield from _go_to(
            channel.url, DestinationTls(authorities_file=channel.authorities_file), channel.timeout_seconds
        )
        return
    try:
        MailChannel(channel, node_ae_title).probe()
    except DeliveryError as error:
        yield Check("SMTP", Verdict.FAULT, str(error), "see there; `osteonode alerts test` sends one", Place.EITHER)
        return
    yield good("SMTP", f"the mail server takes this node ({channel.security})")


def _go_to(url: str, tls: DestinationTls, timeout_seconds: float) -> Way:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    if not (yield from reach(host, port, timeout_seconds)):
        return False
    return parts.scheme == "http" or (yield from shake(Call("web", host, port, tls, timeout_seconds)))


def examine_provider(oidc: ConsoleOidc, timeout_seconds: float) -> Iterator[Check]:
    """Look at the provider of identities: whether it describes itself, by the name that it has here."""
    import httpx

    tls = DestinationTls(authorities_file=oidc.authorities_file)
    if not (yield from _go_to(oidc.issuer, tls, timeout_seconds)):
        return
    at = oidc.issuer.rstrip("/") + _OIDC_PATH
    try:
        with httpx.Client(verify=make_client_context(tls), trust_env=False, timeout=timeout_seconds) as client:
            answer = client.get(at)
    except httpx.HTTPError as error:
        what, _, advice = explain_silence(error, at).partition("; ")
        yield Check("OpenID Connect", Verdict.FAULT, what, advice, Place.EITHER)
        return
    yield _judge_provider(answer, at, oidc)


def _judge_provider(answer: Any, at: str, oidc: ConsoleOidc) -> Check:
    try:
        issuer = answer.json().get("issuer") if answer.status_code == 200 else None
    except (ValueError, AttributeError):
        issuer = None
    if issuer == oidc.issuer:
        return good("OpenID Connect", "the provider describes itself, by the name that it has here")
    if issuer is None:
        meaning = f"{at} answers {answer.status_code}, and describes no provider: nobody can log in by it"
    else:
        meaning = f"the provider calls itself {issuer}, and not {oidc.issuer}: nobody can log in by it"
    return Check("OpenID Connect", Verdict.FAULT, meaning, "correct console.oidc.issuer, to the letter", Place.HERE)
