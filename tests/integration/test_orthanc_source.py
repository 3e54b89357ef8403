"""A real Orthanc as a source."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from sqlalchemy import Engine

from config.orthanc import Orthanc
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.feeds import Feeds
from dicom_node.receive.orthanc_source.opening import call
from dicom_node.receive.orthanc_source.peer import SourceDown
from dicom_node.receive.orthanc_source.source import OrthancSource
from tests.fakes.clock import FakeClock
from tests.fakes.door import DoorBench
from tests.fakes.radiographs import make_radiograph, read_data_set_bytes
from tests.fakes.stow import encode_file
from tests.peers.orthanc import Orthanc as Peer
from tests.peers.orthanc import run_orthanc

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    users = {"AuthenticationEnabled": False, "HttpCompressionEnabled": True, "StableAge": 1}
    with run_orthanc(tmp_path_factory.mktemp("orthanc"), **users) as orthanc:
        yield orthanc


class Following:
    """A source with a real ledger of feeds; `start` makes another one on the same ledger."""

    def __init__(self, folder: Path, url: str, stops: ExitStack, **settings: Any) -> None:
        self.bench, self.clock = DoorBench(folder), FakeClock()
        self.settings = Orthanc(name="ward", url=url, **settings)
        self.engine: Engine = open_engine(database_url(folder))
        stops.callback(self.engine.dispose)
        create_tables(self.engine)
        self.feeds = Feeds(self.engine, self.clock)
        self._stops = stops

    def look(self) -> None:
        """Look once, as a process that has just started."""
        peer = call(self.settings)
        self._stops.callback(peer.close)
        source = OrthancSource(self.settings, peer, self.feeds, self.bench.door, "OSTEONODE")
        source.look()


@pytest.fixture
def stops() -> Iterator[ExitStack]:
    with ExitStack() as stops:
        yield stops


def test_what_arrives_is_fetched_whole_and_once_over_restarts(peer: Peer, tmp_path: Path, stops: ExitStack) -> None:
    peer.post("/instances", encode_file(make_radiograph(90)))  # was there before
    following = Following(tmp_path, peer.url, stops)
    following.look()
    for seed in range(3):
        peer.post("/instances", encode_file(make_radiograph(seed, rows=300, columns=300)))
        following.look()
    following.look()
    instances = following.bench.ledger.instances
    assert len(instances) == 3
    first = instances[str(make_radiograph(0).SOPInstanceUID)]
    sent = dcmread(first.path)
    assert sent.PixelData == make_radiograph(0, rows=300, columns=300).PixelData
    assert read_data_set_bytes(first.path)
    assert following.feeds.waiting("ward") == []


def test_filters_are_asked_of_the_real_one(peer: Peer, tmp_path: Path, stops: ExitStack) -> None:
    following = Following(tmp_path, peer.url, stops, modalities=("DX",), history=True)
    peer.post("/instances", encode_file(make_radiograph(11, Modality="DX")))
    following.look()
    assert set(following.bench.ledger.instances) == {str(make_radiograph(11).SOPInstanceUID)}


def test_a_deletion_at_the_end_of_the_feed_brings_nothing_back(peer: Peer, tmp_path: Path, stops: ExitStack) -> None:
    following = Following(tmp_path, peer.url, stops)
    following.look()
    added = peer.post("/instances", encode_file(make_radiograph(20)))["ID"]
    following.look()
    peer.delete(f"/instances/{added}")
    following.look()
    peer.post("/instances", encode_file(make_radiograph(21)))
    following.look()
    assert set(following.bench.ledger.instances) == {str(make_radiograph(seed).SOPInstanceUID) for seed in (20, 21)}
    assert following.feeds.waiting("ward") == []


def test_metadata_tells_an_orthanc_without_labels(peer: Peer, tmp_path: Path, stops: ExitStack) -> None:
    study = peer.post("/instances", encode_file(make_radiograph(30)))["ParentStudy"]
    client = call(Orthanc(name="ward", url=peer.url))
    stops.callback(client.close)
    if client.has_labels():
        client.set_label(study, "osteonode")
        assert peer.get(f"/studies/{study}/labels") == ["osteonode"]
        client.remove_label(study, "osteonode")
        return
    for _ in range(2):
        client.set_metadata(study, 5100, "osteonode: version 1 answered")
    assert peer.read(f"/studies/{study}/metadata/5100") == b"osteonode: version 1 answered"
    client.remove_metadata(study, 5100)
    assert "5100" not in peer.get(f"/studies/{study}/metadata")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """An Orthanc that asks for a password."""
    users = {"AuthenticationEnabled": True, "RegisteredUsers": {"node": "open sesame"}}
    with run_orthanc(tmp_path_factory.mktemp("guarded"), **users) as orthanc:
        yield orthanc


@pytest.mark.parametrize(("password", "said"), [("open sesame", ""), ("wrong", "password_file")])
def test_a_password_is_asked_for_and_told_where_it_is_wrong(
    guarded: Peer, tmp_path: Path, stops: ExitStack, password: str, said: str
) -> None:
    (tmp_path / "password").write_text(f"{password}\n")
    client = call(Orthanc(name="ward", url=guarded.url, user="node", password_file=tmp_path / "password"))
    stops.callback(client.close)
    if not said:
        assert client.end_of_changes().sequence == 0
        return
    with pytest.raises(SourceDown, match=said):
        client.end_of_changes()
