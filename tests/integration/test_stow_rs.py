"""STOW-RS over sockets: clients that nobody here wrote, and some that are up to no good."""

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import requests
from dicomweb_client import DICOMwebClient

from config.http import Http, HttpClient
from config.settings import Settings
from dicom_node.receive.stow_rs.application import StoreApplication
from dicom_node.receive.stow_rs.clients import Clients
from dicom_node.receive.stow_rs.opening import open_stow_rs
from dicom_node.receive.stow_rs.server import StowRs
from domain.errors import ConfigError
from tests.fakes.certificates import make_pki
from tests.fakes.clock import FakeClock
from tests.fakes.door import DoorBench
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.fakes.radiographs import make_radiograph
from tests.fakes.storage_node import wait_until
from tests.fakes.stow import RELATED, encode_body, encode_file, stream_body
from tests.peers.orthanc import run_orthanc

EMPTY = {"incoming": 0, "instances": 0, "quarantine": 0}
HERE = HttpClient(name="here", address="127.0.0.1", ae_title="HERE")
PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


class Site(DoorBench):
    """A listener on a free port in front of a door."""

    def __init__(self, folder: Path, **http: Any) -> None:
        super().__init__(folder)
        settings = Http.model_validate({"port": 0, **http})
        application = StoreApplication(settings, Clients((HERE,), {}), self.door, "OSTEONODE")
        self.server = StowRs(settings, application, head_seconds=0.5, grace_seconds=0.3)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @contextmanager
    def running(self) -> Iterator["Site"]:
        self.server.start()
        try:
            yield self
        finally:
            self.server.stop()

    @contextmanager
    def uploading(self, body: bytes, length: int) -> Iterator[socket.socket]:
        """Begin a request whose body has `length` bytes, and send these of it."""
        head = f"POST /studies HTTP/1.1\r\nHost: node\r\nContent-Type: {RELATED}\r\nContent-Length: {length}\r\n\r\n"
        with self.connected() as connection:
            connection.sendall(head.encode() + body)
            yield connection

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=10)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path).running() as site:
        yield site


def receive(connection: socket.socket) -> bytes:
    """Return what comes until the other side closes."""
    received = b""
    try:
        while data := connection.recv(65536):
            received += data
    except ConnectionResetError:
        pass
    return received


def can_send(connection: socket.socket) -> bool:
    """Send a little, and say whether anybody still takes it."""
    try:
        connection.sendall(b"x" * 1000)
    except OSError:
        return False
    return True


def test_dicomweb_client_stores_and_reads_the_answer(site: Site) -> None:
    session = requests.Session()
    client = DICOMwebClient(url=site.url, session=session)
    answer = client.store_instances([make_file_meta(seed) for seed in range(3)])
    session.close()
    assert len(answer.ReferencedSOPSequence) == len(site.ledger.instances) == 3


def make_file_meta(seed: int) -> Any:
    ds = make_radiograph(seed)
    encode_file(ds)  # gives it file meta information
    return ds


def test_curl_stores_one_file_as_the_manual_says(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "image.dcm"
    file.write_bytes(encode_file())
    command = ["curl", "-sS", "-H", "Content-Type: application/dicom", "--data-binary", f"@{file}"]
    done = subprocess.run([*command, f"{site.url}/studies"], capture_output=True, text=True, timeout=20, check=True)
    assert '"00081199"' in done.stdout
    assert site.files == EMPTY | {"instances": 1}


@pytest.mark.peer
def test_orthanc_sends_a_study_by_its_dicomweb_plugin(site: Site, tmp_path: Path) -> None:
    servers = {"Enable": True, "Root": "/dicom-web/", "Servers": {"node": {"Url": f"{site.url}/"}}}
    with run_orthanc(tmp_path / "orthanc", Plugins=[str(PLUGIN)], DicomWeb=servers) as orthanc:
        sent = [orthanc.post("/instances", encode_file(make_radiograph(seed)))["ID"] for seed in range(2)]
        body = ('{"Resources": ["' + '", "'.join(sent) + '"], "Synchronous": true}').encode()
        orthanc.post("/dicom-web/servers/node/stow", body)
    assert len(site.ledger.instances) == 2


def test_a_large_part_goes_to_disk_and_not_into_memory(site: Site) -> None:
    process, most = psutil.Process(), 0
    before = process.memory_info().rss

    def measured() -> Iterator[bytes]:
        nonlocal most
        for piece in stream_body(64):
            most = max(most, process.memory_info().rss)
            yield piece

    response = httpx.post(f"{site.url}/studies", content=measured(), headers={"Content-Type": RELATED}, timeout=60)
    assert (response.status_code, site.files) == (200, EMPTY | {"instances": 1})
    assert (most - before) >> 20 < 30


def test_an_upload_that_is_aborted_leaves_nothing(site: Site) -> None:
    body = encode_body(encode_file(make_radiograph(rows=1000, columns=1000)))
    with site.uploading(body[:1_500_000], len(body)):
        wait_until(lambda: site.files["incoming"] == 1)
    wait_until(lambda: site.files == EMPTY)


def test_an_upload_that_stands_still_is_given_up(tmp_path: Path) -> None:
    body = encode_body(encode_file())
    with Site(tmp_path, idle_seconds=0.2).running() as site, site.uploading(body[:500], len(body)) as connection:
        assert receive(connection).startswith(b"HTTP/1.1 408 ")
        assert site.files == EMPTY


def test_an_upload_that_creeps_is_given_up(tmp_path: Path) -> None:
    with Site(tmp_path, idle_seconds=0.3).running() as site, site.uploading(b"", 10_000) as connection:
        connection.settimeout(0.05)
        began, answer = time.monotonic(), b""
        while not answer and time.monotonic() - began < 5:
            connection.sendall(b"x")
            try:
                answer = connection.recv(100)
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("said", [b"", b"POST /studies HTTP/1.1\r\nHost: no", b"\x16\x03\x01\x02\x00"])
def test_a_connection_without_a_request_is_closed(site: Site, said: bytes) -> None:
    with site.connected() as connection:
        connection.sendall(said)
        assert receive(connection)[:13] in (b"", b"HTTP/1.1 400 ")


def test_what_a_stranger_sends_behind_a_refusal_is_not_read_for_ever(tmp_path: Path) -> None:
    with Site(tmp_path).running() as site, site.connected() as connection:
        head = b"POST /studies HTTP/1.1\r\nHost: n\r\nContent-Type: text/plain\r\nContent-Length: 99999999\r\n\r\n"
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 415 ")
        wait_until(lambda: not can_send(connection))


def test_more_uploads_than_allowed_are_told_to_come_again(tmp_path: Path) -> None:
    body, small = encode_body(encode_file(make_radiograph(rows=1000, columns=1000))), encode_body(encode_file())
    with Site(tmp_path, requests=1).running() as site, site.uploading(body[:1_500_000], len(body)) as first:
        wait_until(lambda: site.files["incoming"] == 1)
        with site.uploading(small, len(small)) as second:
            answer = second.recv(1000)
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"retry-after" in answer.lower()
        first.sendall(body[1_500_000:])
        assert first.recv(100).startswith(b"HTTP/1.1 200 ")


def test_more_connections_than_uploads_could_need_are_closed(tmp_path: Path) -> None:
    with Site(tmp_path, requests=1).running() as site:
        connections = [site.connected() for _ in range(6)]
        assert receive(connections[5]) == b""
        for connection in connections:
            connection.close()


def test_stopping_ends_an_upload_that_does_not_move(site: Site) -> None:
    body = encode_body(encode_file(make_radiograph(rows=1000, columns=1000)))
    with site.uploading(body[:1_500_000], len(body)) as connection:
        wait_until(lambda: site.files["incoming"] == 1)
        began = time.monotonic()
        site.server.stop()
        assert b" 200 " not in receive(connection)
    assert time.monotonic() - began < 5
    assert site.files == EMPTY


def test_a_port_that_is_taken_is_told_with_the_key_to_change(site: Site, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"http\.port: cannot listen"):
        Site(tmp_path / "other", port=site.server.port).server.start()


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StowRs]:
    clients = [{"name": "peer", "certificate": "CN=peer"}]
    tables = {"http": {"port": 0, "tls": True}, "http_client": clients, "limits": {"free_disk_mib": 1}}
    settings = Settings.model_validate(tables | {"tls": make_pki().listener().model_dump()})
    assert settings.http is not None
    server = open_stow_rs(settings.http, settings, FakeInstanceLedger(), FakeClock(), tmp_path_factory.mktemp("https"))
    server.start()
    yield server
    server.stop()


def ask(server: StowRs, certificate: str) -> int:
    pki = make_pki()
    context = ssl.create_default_context(cafile=str(pki.path("ca.pem")))
    context.load_cert_chain(pki.path(f"{certificate}.pem"), pki.path(f"{certificate}.key"), "open sesame")
    with httpx.Client(verify=context) as client:
        url = f"https://127.0.0.1:{server.port}/studies"
        return client.post(url, content=encode_file(), headers={"Content-Type": "application/dicom"}).status_code


def test_a_client_is_known_by_the_certificate_that_it_shows(https: StowRs) -> None:
    assert ask(https, "client") == 200


def test_a_certificate_of_our_authority_that_is_no_clients_is_refused(https: StowRs) -> None:
    assert ask(https, "locked") == 403


def test_a_certificate_of_another_authority_does_not_get_as_far_as_a_request(https: StowRs) -> None:
    with pytest.raises(httpx.TransportError):
        ask(https, "stranger")
