"""Alerts by mail, to a server that nobody here wrote (aiosmtpd), over loopback."""

from pathlib import Path
from typing import Any

import pytest

from config.alerts import AlertChannel
from dicom_node.monitoring.alerts.mail import MailChannel
from dicom_node.tls.contexts import make_server_context
from domain.alert import AlertEvent
from domain.errors import DeliveryError, PeerBusy, PeerRejected, PeerUnreachable
from tests.fakes.alert_messages import make_message
from tests.fakes.certificates import make_pki
from tests.fakes.mail_server import PASSWORD, USER, MailServer, serve_mail

IT, NIGHT = "it@hospital.example", "night@hospital.example"


def make_channel(port: int, **keys: Any) -> MailChannel:
    values = {"name": "mail", "kind": "email", "host": "127.0.0.1", "port": port, "security": "none"}
    values |= {"sender": "osteonode@hospital.example", "recipients": [IT, NIGHT], "timeout_seconds": 5}
    return MailChannel(AlertChannel.model_validate(values | keys), "OSTEONODE")


def server_context(certificate: str = "server") -> Any:
    return make_server_context(make_pki().listener(certificate, client_certificates="optional"))


def secure(server: MailServer, tmp_path: Path, password: str = PASSWORD) -> MailChannel:
    path = tmp_path / "password"
    path.write_text(f"{password}\n")
    keys = {"security": "starttls", "user": USER, "password_file": path}
    return make_channel(server.port, authorities_file=make_pki().path("ca.pem"), **keys)


def test_a_mail_says_what_happened_and_what_to_do_to_all_recipients() -> None:
    with serve_mail() as server:
        assert make_channel(server.port).send(make_message()) == "2 recipients"
        (mail,) = server.mails
    assert mail["Subject"] == "[OSTEONODE] pacs does not answer"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "What happened: It is left alone." in mail.get_content()
    assert "What to do: Check that it runs." in mail.get_content()
    assert server.recipients == [IT, NIGHT]


def test_what_is_sent_twice_is_one_mail_and_what_follows_is_in_its_thread() -> None:
    with serve_mail() as server:
        channel = make_channel(server.port)
        for message in (make_message(), make_message(), make_message(9, AlertEvent.CLEARED)):
            channel.send(message)
        first, again, cleared = server.mails
    assert first["Message-ID"] == again["Message-ID"] != cleared["Message-ID"]
    assert cleared["In-Reply-To"] == first["Message-ID"]


def test_starttls_and_a_log_in_are_used_where_they_are_asked_for(tmp_path: Path) -> None:
    with serve_mail(server_context(), log_in=True) as server:
        secure(server, tmp_path).send(make_message())
        (session,) = server.sessions
    assert session.ssl is not None
    assert session.authenticated


@pytest.mark.parametrize(
    ("certificate", "password", "kind", "words"),
    [
        ("server", "wrong", PeerRejected, "refuses user and password"),
        ("elsewhere", PASSWORD, PeerUnreachable, "check authorities_file"),
        ("expired-server", PASSWORD, PeerUnreachable, "check authorities_file"),
    ],
)
def test_what_is_wrong_with_the_log_in_or_the_certificate_is_said(
    tmp_path: Path, certificate: str, password: str, kind: type[DeliveryError], words: str
) -> None:
    with serve_mail(server_context(certificate), log_in=True) as server, pytest.raises(kind, match=words):
        secure(server, tmp_path, password).send(make_message())
    assert not server.mails


def test_no_password_is_sent_where_tls_is_not_offered(tmp_path: Path) -> None:
    with serve_mail() as server, pytest.raises(PeerRejected, match="offers no STARTTLS"):
        secure(server, tmp_path).send(make_message())


@pytest.mark.parametrize(("answer", "kind"), [("451 later", PeerBusy), ("554 no", PeerRejected)])
def test_what_a_server_answers_is_told(answer: str, kind: type[DeliveryError]) -> None:
    with serve_mail() as server:
        server.answer = answer
        with pytest.raises(kind, match=answer[:3]):
            make_channel(server.port).send(make_message())


def test_recipients_that_are_refused_are_told() -> None:
    with serve_mail() as server:
        server.refused = (IT, NIGHT)
        with pytest.raises(PeerRejected, match="correct recipients"):
            make_channel(server.port).send(make_message())
        server.refused = (IT,)
        with pytest.raises(PeerRejected, match="some recipients only: 550"):
            make_channel(server.port).send(make_message())


def test_a_server_that_is_not_there_is_told() -> None:
    with serve_mail() as server:
        port = server.port
    with pytest.raises(PeerUnreachable, match="Connection refused"):
        make_channel(port).send(make_message())
