"""Alerts by webhook: a JSON document that is posted, signed with HMAC-SHA-256 (RFC 2104) where there is a secret.

The signature stands in the header Osteonode-Signature: `t=SECONDS,v1=HEX`, made of `SECONDS.BODY`. A receiver computes
it anew, compares in constant time, and refuses what is older than some minutes.
"""

import hmac
import json
from hashlib import sha256
from typing import Final

import httpx

from config.alerts import AlertChannel
from config.tls import DestinationTls
from dicom_node.alert_ports import AlertMessage
from dicom_node.ports import Clock
from dicom_node.secret_file import read_secret
from dicom_node.tls.contexts import make_client_context
from domain.errors import ConfigError, PeerBusy, PeerRejected, PeerUnreachable

SIGNATURE: Final = "Osteonode-Signature"
_COMES_AGAIN: Final = frozenset({408, 425, 429})


class WebhookChannel:
    """Posts documents (alert_ports.AlertChannel).

    Args:
        node: AE title of the node, which the document names.
    """

    def __init__(self, settings: AlertChannel, node: str, clock: Clock) -> None:
        self.name = settings.name
        self._settings, self._node, self._clock = settings, node, clock

    def send(self, message: AlertMessage) -> str:
        """Post one document; taken is what is answered 2xx. See the port."""
        body = write_document(message, self._node)
        try:
            answer = self._post(body)
        except ConfigError as error:
            raise PeerRejected("; ".join(error.problems), subject=self.name) from error
        except httpx.HTTPError as error:
            words = f"no answer from {self._where}: {_describe(error)}"
            raise PeerUnreachable(words, subject=self.name) from error
        if answer.is_success:
            return self._where
        kind = PeerBusy if answer.status_code in _COMES_AGAIN or answer.is_server_error else PeerRejected
        raise kind(f"{self._where} answered {answer.status_code}: nothing but 2xx is taken", subject=self.name)

    @property
    def _where(self) -> str:
        return str(httpx.URL(self._settings.url).copy_with(query=None))  # a query may hold a token

    def _post(self, body: bytes) -> httpx.Response:
        settings = self._settings
        context = make_client_context(
            DestinationTls(authorities_file=settings.authorities_file), table=f"alert_channel {self.name}"
        )
        headers = {"Content-Type": "application/json", "User-Agent": "osteonode"}
        if settings.secret_file is not None:
            secret = read_secret(settings.secret_file, f"alert_channel {self.name}.secret_file")
            headers[SIGNATURE] = sign(body, secret, int(self._clock.now().timestamp()))
        # No proxy of the environment, and no other address than the configured one.
        with httpx.Client(verify=context, timeout=settings.timeout_seconds, trust_env=False) as client:
            return client.post(settings.url, content=body, headers=headers)


def sign(body: bytes, secret: str, seconds: int) -> str:
    """Return the value of the header Osteonode-Signature."""
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def write_document(message: AlertMessage, node: str) -> bytes:
    """Return the document; one that is sent twice has the same `id`."""
    content = {
        "id": message.number,
        "alert": message.alert,
        "event": message.event.value,
        "cause": message.kind.value,
        "subject": message.subject,
        "node": node,
        "title": message.text.title,
        "what_happened": message.text.happened,
        "what_to_do": message.text.to_do,
        "raised_at": message.raised_at.isoformat(),
        "created_at": message.created_at.isoformat(),
    }
    return json.dumps(content, indent=1).encode()


def _describe(error: httpx.HTTPError) -> str:
    """Return what kept a request from being answered, without its address."""
    if isinstance(error, httpx.TimeoutException):
        return "it took too long"
    return str(error) or type(error).__name__
