"""A real Orthanc over HTTPS, with a hospital's own authority: as a source, and as a destination.

TLS ends in front of it, as with a reverse proxy: Orthanc 1.10 of Debian 12 ends itself at the first HTTPS connection.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from config.orthanc import Orthanc
from config.settings import Destination
from dicom_node.deliver.registry import build
from dicom_node.receive.orthanc_source.opening import call
from dicom_node.receive.orthanc_source.peer import SourceDown
from dicom_node.tls.contexts import make_server_context
from domain.delivery import Outcome
from domain.document import DocumentKind
from tests.fakes.certificates import make_pki
from tests.fakes.documents import make_dicom_document
from tests.peers.orthanc import Orthanc as Peer
from tests.peers.orthanc import run_orthanc
from tests.peers.tls_front import tls_in_front

pytestmark = pytest.mark.peer("orthanc")
PKI = make_pki()


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with run_orthanc(tmp_path_factory.mktemp("orthanc")) as orthanc:
        yield orthanc


@pytest.fixture(scope="module")
def url(peer: Peer) -> Iterator[str]:
    with tls_in_front(peer.http_port, make_server_context(PKI.listener())) as port:
        yield f"https://127.0.0.1:{port}"


def source(url: str, tls: dict[str, Any]) -> Orthanc:
    return Orthanc.model_validate({"name": "ward", "url": url, "tls": tls})


def test_a_source_is_followed_where_its_authority_is_believed(url: str) -> None:
    asked = call(source(url, PKI.caller().model_dump()))
    assert asked.end_of_changes().sequence >= 0
    assert asked.has_labels() is False  # they came with 1.12
    asked.close()


@pytest.mark.parametrize(
    ("name", "keys", "words"),
    [
        ("client", {"authorities_file": PKI.path("other-ca.pem")}, "an authority that is not believed here"),
        ("client", {"server_name": "pacs.hospital.test"}, "the certificate of the peer names another host"),
        ("", {}, "the peer asks for a certificate and got none"),
        ("revoked", {"revocation_files": [PKI.path("crl-server.pem")]}, "the certificate of the peer was revoked"),
    ],
    ids=["unknown authority", "another name", "no certificate", "revoked"],
)
def test_a_source_that_is_not_believed_is_told_with_the_key_to_change(
    url: str, name: str, keys: dict[str, Any], words: str
) -> None:
    asked = call(source(url, PKI.caller(name, **keys).model_dump()))
    with pytest.raises(SourceDown, match=words):
        asked.end_of_changes()
    asked.close()


@pytest.mark.parametrize(("authority", "outcome"), [("ca.pem", Outcome.DELIVERED), ("other-ca.pem", Outcome.RETRY)])
def test_a_destination_takes_documents_where_its_authority_is_believed(
    url: str, authority: str, outcome: Outcome
) -> None:
    tls = PKI.caller(authorities_file=PKI.path(authority)).model_dump()
    settings = Destination.model_validate({"name": "orthanc", "kind": "orthanc", "url": url, "tls": tls})
    attempt = build([settings], "OSTEONODE")["orthanc"].deliver([make_dicom_document(DocumentKind.SECONDARY_CAPTURE)])
    assert attempt.outcome is outcome
    assert ("authority that is not believed here" in attempt.explanation) == (outcome is Outcome.RETRY)
