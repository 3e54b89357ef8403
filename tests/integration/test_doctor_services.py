"""What doctor says of peers that get nothing of a study: audit repository, mail server, webhook, identities."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from config.settings import Settings
from dicom_node.doctor.examination import Scope, examine
from dicom_node.doctor.verdicts import Check, Verdict

CHANNEL = {"name": "duty", "sender": "node@hospital.test", "recipients": ["duty@hospital.test"], "host": "127.0.0.1"}


def look(only: str, **tables: Any) -> list[Check]:
    settings = Settings.model_validate(tables)
    (examined,) = examine(settings, Scope(deadline_seconds=1, only=frozenset({only})))
    return list(examined.checks)


class Provider(BaseHTTPRequestHandler):
    issuer = ""

    def do_GET(self) -> None:
        body = f'{{"issuer": "{self.issuer}"}}'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Stay quiet."""


@pytest.fixture
def provider() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Provider) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def oidc(issuer: str) -> dict[str, Any]:
    provider = {"issuer": issuer, "client_id": "osteonode", "viewers": ["doctors"]}
    return {"enabled": True, "public_url": "http://127.0.0.1:8090", "oidc": provider}


def test_a_provider_that_calls_itself_something_else(provider: str) -> None:
    Provider.issuer = "https://elsewhere.test"
    check = look("identities", console=oidc(provider))[-1]
    assert check.verdict is Verdict.FAULT
    assert "calls itself https://elsewhere.test" in check.meaning
    Provider.issuer = provider
    assert {check.verdict for check in look("identities", console=oidc(provider))} == {Verdict.GOOD}


def test_an_audit_repository_that_is_not_there_and_one_that_never_answers() -> None:
    (fault,) = look("repository", audit={"repository": "127.0.0.1", "port": 1})
    assert fault.code == "TCP-REFUSED"
    (unknown,) = look("repository", audit={"repository": "127.0.0.1", "port": 514, "transport": "udp"})
    assert unknown.verdict is Verdict.UNKNOWN


def test_an_audit_repository_that_speaks_no_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fault = look("repository", audit={"repository": "127.0.0.1", "port": silent.getsockname()[1]})[-1]
    assert (fault.verdict, fault.code) == (Verdict.FAULT, "TLS-FAILED")


def test_a_mail_server_that_is_not_there() -> None:
    (fault,) = look("duty", alert_channel=[{**CHANNEL, "kind": "email", "port": 1}])
    assert (fault.probe, fault.verdict) == ("SMTP", Verdict.FAULT)
    assert "127.0.0.1:1" in fault.meaning


def test_a_webhook_is_reached_and_nothing_is_posted(provider: str) -> None:
    (check,) = look("duty", alert_channel=[{"name": "duty", "kind": "webhook", "url": f"{provider}/alerts"}])
    assert (check.probe, check.verdict) == ("TCP", Verdict.GOOD)
