"""The TLS listener, against DCMTK and OpenSSL: who comes through, and what the log says of those who do not."""

import logging
import socket
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copyfile

import pytest

from dicom_node.receive.events import NOT_UNDERSTOOD, TLS_FAILED
from tests.fakes.certificates import make_pki
from tests.fakes.radiographs import make_radiograph, read_data_set_bytes, save_radiograph
from tests.fakes.storage_node import LOOPBACK, StorageNode, wait_until
from tests.peers.orthanc import run_orthanc

PKI = make_pki()


def certificate(name: str, authority: str = "ca.pem") -> Sequence[str | Path]:
    """Return what makes a DCMTK program show a certificate and believe an authority."""
    return "+tls", PKI.path(f"{name}.key"), PKI.path(f"{name}.pem"), "+cf", PKI.path(authority)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[StorageNode]:
    with StorageNode(tmp_path, tls=PKI.listener()) as node:
        yield node


def explanations(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was said of connections that came to nothing; waits for the first."""
    wait_until(lambda: any(getattr(record, "event", "") == TLS_FAILED for record in caplog.records))
    return [record.getMessage() for record in caplog.records if getattr(record, "event", "") == TLS_FAILED]


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize("profile", ["+py", "+px", "+pz"])
def test_storescu_with_a_certificate_stores_by_each_profile_of_bcp_195(
    node: StorageNode, tmp_path: Path, profile: str
) -> None:
    ds = make_radiograph(rows=600, columns=500)
    path = save_radiograph(ds, tmp_path / "image.dcm")
    said = node.run_dcmtk("storescu", path, tls=(*certificate("client"), profile))
    assert said.endswith("exit 0"), said
    assert list(node.ledger.instances) == [ds.SOPInstanceUID]
    (kept,) = node.files("instances")
    assert read_data_set_bytes(kept) == read_data_set_bytes(path)


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("+tla", "-ic"), "the caller showed no certificate; give it one of an authority in tls.authorities_file"),
        (certificate("expired"), "the certificate of the caller has expired; the caller needs a new certificate"),
        (certificate("stranger"), "the certificate of the caller is of an authority that is not believed here"),
        (certificate("client", "other-ca.pem"), "the caller does not believe this node's certificate"),
        ((), "the caller spoke without TLS; let it call node.port for that, or switch on TLS"),
        ((*certificate("client"), "+pa", "+cs", "TLS_RSA_WITH_AES_128_CBC_SHA"), "no cipher suite in common"),
    ],
    ids=["no certificate", "expired", "unknown authority here", "unknown authority there", "plain", "old suite"],
)
def test_who_does_not_come_through_is_explained(
    node: StorageNode, caplog: pytest.LogCaptureFixture, options: Sequence[str | Path], words: str
) -> None:
    said = node.run_dcmtk("echoscu", tls=options)
    assert not said.endswith("exit 0")
    assert any(words in explanation for explanation in explanations(caplog)), explanations(caplog)


@pytest.mark.peer("dcmtk")
def test_a_caller_without_a_certificate_comes_through_where_it_is_optional(tmp_path: Path) -> None:
    with StorageNode(tmp_path, tls=PKI.listener(client_certificates="optional")) as node:
        assert node.run_dcmtk("echoscu", tls=("+tla", "+cf", PKI.path("ca.pem"))).endswith("exit 0")
        assert not node.run_dcmtk("echoscu", tls=certificate("stranger")).endswith("exit 0")


@pytest.mark.peer("openssl")
@pytest.mark.parametrize(
    ("version", "negotiated"), [("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2"), ("-tls1_1", ""), ("-tls1", "")]
)
def test_openssl_negotiates_1_2_and_1_3_and_nothing_older(
    node: StorageNode, caplog: pytest.LogCaptureFixture, version: str, negotiated: str
) -> None:
    own = ("-cert", PKI.path("client.pem"), "-key", PKI.path("client.key"), "-CAfile", PKI.path("ca.pem"))
    command = ["openssl", "s_client", "-connect", f"{LOOPBACK}:{node.scp.tls_port}", version, *map(str, own)]
    command += ["-cipher", "ALL:@SECLEVEL=0", "-brief"]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=20, check=False)
    if negotiated:
        assert f"Protocol version: {negotiated}" in done.stderr
        assert "Verification: OK" in done.stderr
    else:
        assert done.returncode != 0
        assert "the caller offers nothing newer than TLS 1.1" in explanations(caplog)[0]


def test_who_says_nothing_holds_nobody_and_is_dropped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with StorageNode(tmp_path, tls=PKI.listener(), idle_seconds=0.5) as node:
        assert node.scp.tls_port is not None
        silent = [socket.create_connection((LOOPBACK, node.scp.tls_port)) for _ in range(20)]
        assert node.run_dcmtk("echoscu", tls=certificate("client")).endswith("exit 0")
        wait_until(lambda: len(explanations(caplog)) == len(silent))
        assert [connection.recv(1) for connection in silent] == [b""] * len(silent)
        for connection in silent:
            connection.close()
    assert "the caller did not finish the handshake in time" in explanations(caplog)[0]


@pytest.mark.peer("dcmtk")
def test_many_callers_at_once_lose_nothing(node: StorageNode, tmp_path: Path) -> None:
    images = [make_radiograph(seed, rows=300, columns=300) for seed in range(8)]
    paths = [save_radiograph(image, tmp_path / f"{seed}.dcm") for seed, image in enumerate(images)]
    with ThreadPoolExecutor(8) as senders:
        said = list(senders.map(lambda path: node.run_dcmtk("storescu", path, tls=certificate("client")), paths))
    assert all(each.endswith("exit 0") for each in said)
    assert len(node.ledger.instances) == len(paths)


def test_no_certificate_stands_in_the_log(node: StorageNode, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    node.run_dcmtk("echoscu", tls=certificate("stranger"))
    assert explanations(caplog)
    assert "stranger" not in caplog.text


@pytest.mark.peer("dcmtk")
def test_who_calls_the_plain_port_with_tls_is_told_apart(node: StorageNode, caplog: pytest.LogCaptureFixture) -> None:
    options = [str(option) for option in certificate("client")]
    command = ["echoscu", *options, LOOPBACK, str(node.scp.port)]
    assert subprocess.run(command, capture_output=True, timeout=20, check=False).returncode != 0
    wait_until(lambda: NOT_UNDERSTOOD in caplog.text)
    assert "the caller spoke TLS at the plain DICOM port: let it call tls.port" in caplog.text


@pytest.mark.peer("dcmtk")
def test_a_sender_that_must_use_tls_is_refused_in_plain_text(tmp_path: Path) -> None:
    tables = {"sender": [{"ae_title": "MOD1", "tls": "required"}]}
    with StorageNode(tmp_path, tls=PKI.listener(), tables=tables) as node:
        assert not node.run_dcmtk("echoscu").endswith("exit 0")
        assert node.run_dcmtk("echoscu", tls=certificate("client")).endswith("exit 0")


@pytest.mark.peer("orthanc")
def test_orthanc_sends_by_tls_with_its_own_certificate(node: StorageNode, tmp_path: Path) -> None:
    modality = {"AET": "OSTEONODE", "Host": LOOPBACK, "Port": node.scp.tls_port, "UseDicomTls": True}
    keys = {
        "DicomAet": "MOD1",
        "DicomTlsCertificate": str(PKI.path("both.pem")),
        "DicomTlsPrivateKey": str(PKI.path("both.key")),
        "DicomTlsTrustedCertificates": str(PKI.path("ca.pem")),
        "DicomModalities": {"node": modality},
    }
    ds = make_radiograph()
    with run_orthanc(tmp_path / "orthanc", **keys) as orthanc:
        orthanc.post("/instances", save_radiograph(ds, tmp_path / "image.dcm").read_bytes())
        assert orthanc.forward("node", str(ds.SOPInstanceUID)) == 0
    assert list(node.ledger.instances) == [ds.SOPInstanceUID]


@pytest.mark.peer("dcmtk")
def test_a_caller_whose_certificate_is_revoked_meanwhile_stores_nothing_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lists = tmp_path / "crl.pem"
    copyfile(PKI.path("crl-empty.pem"), lists)
    path = save_radiograph(make_radiograph(rows=600, columns=500), tmp_path / "image.dcm")
    with StorageNode(tmp_path / "node", tls=PKI.listener(revocation_files=[lists])) as node:
        assert node.run_dcmtk("storescu", path, tls=certificate("revoked")).endswith("exit 0")
        copyfile(PKI.path("crl.pem"), lists)
        assert not node.run_dcmtk("storescu", path, tls=certificate("revoked")).endswith("exit 0")
        assert "the certificate of the caller was revoked by its authority" in explanations(caplog)[0]
        assert node.run_dcmtk("storescu", path, tls=certificate("client")).endswith("exit 0")
