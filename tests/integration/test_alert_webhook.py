"""Alerts by webhook, over loopback."""

import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from config.alerts import AlertChannel
from dicom_node.monitoring.alerts.webhook import SIGNATURE, WebhookChannel
from dicom_node.tls.contexts import make_server_context
from domain.errors import DeliveryError, PeerBusy, PeerRejected, PeerUnreachable
from tests.fakes.alert_messages import make_message
from tests.fakes.certificates import make_pki
from tests.fakes.clock import FakeClock
from tests.fakes.webhook import serve_webhook


def make_channel(url: str, **keys: Any) -> WebhookChannel:
    values = {"name": "hook", "kind": "webhook", "url": url, "timeout_seconds": 5}
    return WebhookChannel(AlertChannel.model_validate(values | keys), "OSTEONODE", FakeClock())


def test_a_document_says_what_happened_and_what_to_do() -> None:
    with serve_webhook() as server:
        make_channel(f"http://127.0.0.1:{server.port}/alerts").send(make_message())
        (body,) = server.bodies
    content = json.loads(body)
    assert (content["id"], content["alert"], content["event"], content["cause"]) == (7, 3, "raised", "peer-down")
    assert content["what_happened"] == "It is left alone."
    assert content["what_to_do"] == "Check that it runs."


def test_a_receiver_can_prove_who_sent_a_document(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    with serve_webhook() as server:
        make_channel(f"http://127.0.0.1:{server.port}/", secret_file=tmp_path / "secret").send(make_message())
        (body,), (headers,) = server.bodies, server.headers
    seconds, digest = (part.partition("=")[2] for part in headers[SIGNATURE].split(","))
    assert int(seconds) == FakeClock().now().timestamp()
    assert digest == hmac.new(b"s3cret", f"{seconds}.".encode() + body, sha256).hexdigest()


def test_https_is_checked_against_the_authorities() -> None:
    authorities = make_pki().path("ca.pem")
    for certificate, is_good in (("server", True), ("expired-server", False), ("elsewhere", False)):
        context = make_server_context(make_pki().listener(certificate, client_certificates="optional"))
        with serve_webhook(context) as server:
            channel = make_channel(f"https://127.0.0.1:{server.port}/", authorities_file=authorities)
            if is_good:
                channel.send(make_message())
            else:
                with pytest.raises(PeerUnreachable, match="certificate"):
                    channel.send(make_message())
            assert len(server.bodies) == is_good


@pytest.mark.parametrize(
    ("status", "kind"), [(500, PeerBusy), (429, PeerBusy), (404, PeerRejected), (302, PeerRejected)]
)
def test_nothing_but_2xx_is_taken_and_no_other_address_is_asked(status: int, kind: type[DeliveryError]) -> None:
    with serve_webhook() as server:
        server.status = status
        with pytest.raises(kind, match=str(status)):
            make_channel(f"http://127.0.0.1:{server.port}/?token=hidden").send(make_message())
        assert len(server.bodies) == 1


def test_a_receiver_that_is_not_there_is_told_without_the_query() -> None:
    with serve_webhook() as server:
        port = server.port
    with pytest.raises(PeerUnreachable, match="refused") as caught:
        make_channel(f"http://127.0.0.1:{port}/?token=hidden").send(make_message())
    assert "hidden" not in str(caught.value)


def test_a_secret_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with serve_webhook() as server, pytest.raises(PeerRejected, match="secret_file"):
        make_channel(f"http://127.0.0.1:{server.port}/", secret_file=tmp_path / "gone").send(make_message())
    assert not server.bodies
