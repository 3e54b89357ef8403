"""Delivery over TLS to programs that nobody here wrote; and each way it can fail, said in words."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import Destination
from dicom_node.deliver.registry import build, probe
from dicom_node.tls.contexts import make_server_context
from domain.delivery import Attempt, Outcome
from domain.document import DocumentKind
from tests.fakes.certificates import make_pki
from tests.fakes.documents import make_answer, make_dicom_document, make_hl7_document
from tests.peers.orthanc import run_orthanc
from tests.peers.python_hl7 import run_python_hl7
from tests.peers.storescp import Storescp, run_storescp

PKI = make_pki()
CAPTURE = make_dicom_document(DocumentKind.SECONDARY_CAPTURE)


def tls_options(name: str = "server", authority: str = "ca.pem") -> tuple[str, ...]:
    """Return what makes storescp show a certificate and want one of an authority."""
    return "+tls", str(PKI.path(f"{name}.key")), str(PKI.path(f"{name}.pem")), "+cf", str(PKI.path(authority))


@pytest.fixture(scope="module")
def storescp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storescp]:
    with run_storescp(tmp_path_factory.mktemp("storescp"), *tls_options()) as running:
        yield running


def deliver(peer: Storescp, **keys: Any) -> Attempt:
    """Send a capture with these keys of `[destination.tls]`; `caller` names the certificate that is shown."""
    settings = Destination.model_validate(
        {
            **peer.destination().model_dump(exclude={"tls"}),
            "timeout_seconds": 5,
            "tls": PKI.caller(keys.pop("caller", "client"), **keys).model_dump(),
        }
    )
    return build([settings], "OSTEONODE")[settings.name].deliver([CAPTURE])


@pytest.mark.peer("dcmtk")
def test_storescp_that_wants_a_certificate_gets_every_document(storescp: Storescp) -> None:
    attempt = deliver(storescp)
    assert (attempt.outcome, attempt.explanation) == (Outcome.DELIVERED, "")
    assert any(CAPTURE.identifier in path.name for path in storescp.files())


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"caller": ""}, "set tls.certificate_file and tls.key_file of this destination"),
        ({"caller": "expired"}, "this node's certificate has expired; renew tls.certificate_file"),
        ({"caller": "stranger"}, "add the authority of this node's certificate at the peer"),
        ({"authorities_file": PKI.path("other-ca.pem")}, "to tls.authorities_file of this destination"),
        ({"server_name": "pacs.hospital.test"}, "names another host; the peer needs a certificate with the name"),
        ({"authorities_file": Path("/gone.pem")}, "tls.authorities_file: /gone.pem cannot be read"),
    ],
    ids=["no certificate", "expired", "unknown authority here", "unknown authority there", "name", "no file"],
)
def test_each_failure_says_which_side_changes_what(storescp: Storescp, keys: dict[str, Any], words: str) -> None:
    attempt = deliver(storescp, **keys)
    assert attempt.outcome is Outcome.RETRY
    assert words in attempt.explanation
    assert f"STORESCP at 127.0.0.1:{storescp.port}" in attempt.explanation


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize(
    ("name", "words"),
    [("expired-server", "the certificate of the peer has expired"), ("elsewhere", "names another host")],
)
def test_a_peer_with_the_wrong_certificate_gets_nothing(tmp_path: Path, name: str, words: str) -> None:
    with run_storescp(tmp_path, *tls_options(name)) as storescp:
        attempt = deliver(storescp)
        assert storescp.files() == ()
        if name == "elsewhere":
            assert deliver(storescp, server_name="pacs.hospital.test").outcome is Outcome.DELIVERED
            assert deliver(storescp, check_host_name=False).outcome is Outcome.DELIVERED
    assert attempt.outcome is Outcome.RETRY
    assert words in attempt.explanation


@pytest.mark.peer("dcmtk")
def test_tls_to_a_plain_port_and_plain_to_a_tls_port_are_told(tmp_path: Path, storescp: Storescp) -> None:
    with run_storescp(tmp_path) as plain:
        assert "it may not speak TLS at this port (check `port`, or remove" in deliver(plain).explanation
    settings = storescp.destination().model_copy(update={"timeout_seconds": 5})
    found = probe(settings, "OSTEONODE")
    assert not found.reachable
    assert "with TLS, if this destination has [destination.tls], else without" in found.explanation


def test_a_peer_that_says_nothing_holds_nobody_longer_than_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = Destination(
            name="pacs",
            kind="dicom",
            ae_title="PACS",
            host="127.0.0.1",
            port=silent.getsockname()[1],
            timeout_seconds=0.3,
            tls=PKI.caller(),
        )
        assert "did not finish the handshake in time" in probe(settings, "OSTEONODE").explanation


@pytest.mark.peer("orthanc")
def test_orthanc_that_wants_a_certificate_holds_one_study_however_often_it_is_sent(tmp_path: Path) -> None:
    keys = {
        "DicomTlsEnabled": True,
        "DicomTlsCertificate": str(PKI.path("server.pem")),
        "DicomTlsPrivateKey": str(PKI.path("server.key")),
        "DicomTlsTrustedCertificates": str(PKI.path("ca.pem")),
    }
    with run_orthanc(tmp_path, **keys) as orthanc:
        destination = build([orthanc.destination("pacs", tls=PKI.caller())], "OSTEONODE")["pacs"]
        attempts = [destination.deliver(make_answer()) for _ in range(2)]
        refused = build([orthanc.destination("pacs", tls=PKI.caller(""), timeout_seconds=5)], "OSTEONODE")["pacs"]
        assert refused.deliver(make_answer()).outcome is Outcome.RETRY
        uids = [instance["SOPInstanceUID"] for instance in orthanc.instances()]
    assert [attempt.outcome for attempt in attempts] == [Outcome.DELIVERED] * 2
    sent = {each.identifier for each in make_answer() if each.kind is not DocumentKind.STRUCTURED_REPORT_BASIC}
    assert sorted(uids) == sorted(sent)


def ris(port: int, caller: str = "client", **keys: Any) -> Destination:
    return Destination(
        name="ris", kind="hl7", host="127.0.0.1", port=port, timeout_seconds=5, tls=PKI.caller(caller, **keys)
    )


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_python_hl7_acknowledges_a_message_over_tls(version: ssl.TLSVersion) -> None:
    context = make_server_context(PKI.listener())
    context.maximum_version = version
    with run_python_hl7(context) as receiver:
        assert probe(ris(receiver.port), "OSTEONODE").reachable
        attempt = build([ris(receiver.port)], "OSTEONODE")["ris"].deliver([make_hl7_document()])
        assert attempt.outcome is Outcome.DELIVERED
        refused = build([ris(receiver.port, "")], "OSTEONODE")["ris"].deliver([make_hl7_document()])
        assert len(receiver.messages) == 1
    assert refused.outcome is Outcome.RETRY
    # Python's asyncio closes without the alert that says why.
    assert "want another certificate of this node" in refused.explanation.replace("wants", "want")


def test_a_plain_hl7_receiver_is_told_apart_from_one_that_is_not_there() -> None:
    with run_python_hl7() as receiver:
        settings = ris(receiver.port).model_copy(update={"timeout_seconds": 0.3})
        attempt = build([settings], "OSTEONODE")["ris"].deliver([make_hl7_document()])
        assert not receiver.messages
    assert attempt.outcome is Outcome.RETRY
    assert "TLS failed" in attempt.explanation
